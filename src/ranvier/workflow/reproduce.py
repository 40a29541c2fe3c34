"""Reproducing: published results of a file, recomputed from their stated rows and analyses."""

from __future__ import annotations

from pathlib import Path

from ranvier.core.reproduction import Reproduction
from ranvier.errors import InputError
from ranvier.synthesis import parse_published, reproduce

__all__ = ["reproduce_file"]


def reproduce_file(path: str | Path) -> list[Reproduction]:
    """Recompute every result of a file in the schema of published results.

    Raises
    ------
    InputError
        If the file is missing or is not of that schema; the result and the remedy are named.
    """
    file = Path(path)
    if not file.is_file():
        raise InputError(f"there is no file {file}.", remedy="Check the path.")
    return [reproduce(entry) for entry in parse_published(file.read_bytes(), file=str(file))]
