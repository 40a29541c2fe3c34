"""Texts as vectors that are near where meanings are, by a small model that runs here."""

from ranvier.embedding.keeping import Meanings, embed, kept, sentence, user_folder
from ranvier.embedding.model import Model, find_model, wanted

__all__ = ["Meanings", "Model", "embed", "find_model", "kept", "sentence", "user_folder", "wanted"]
