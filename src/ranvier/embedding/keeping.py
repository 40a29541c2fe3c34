"""Vectors of texts, computed once: they are kept by what the text is and which model read it.

A folder holds parts of a thousand vectors, each written whole or not at all. So a run that was
stopped goes on where it was, an update computes only what is new, and two processes may write at
once. A part that was cut off is thrown away. All of it may be removed: it is made again.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranvier.embedding.model import WIDTH, Model, Running
from ranvier.embedding.pieces import MOST, pieces_of

__all__ = ["Meanings", "embed", "kept", "sentence", "user_folder"]

#: Texts in a part: a minute's work at most is lost when a run is stopped.
PART = 1_000
#: Pieces read at a time. More is no quicker, and takes memory.
AT_ONCE = 512

#: Bytes of a hash that name a text.
_NAME = 16


@dataclass(frozen=True, slots=True, eq=False)
class Meanings:
    """Vectors of texts.

    Attributes
    ----------
    rows : array of float16, shape (n, width)
        Of length one; zeros where there is no text.
    computed : int
        How many texts were read now, and not before.
    cpu_seconds : float
        What all of them cost, whenever it was.
    """

    rows: NDArray[np.float16]
    computed: int
    cpu_seconds: float


def sentence(title: str, abstract: str) -> str:
    """Put together what the model reads of a record; nothing, where there is nothing to read.

    Examples
    --------
    >>> sentence("A trial", "It worked."), sentence("A trial", ""), sentence(" ", "")
    ('A trial. It worked.', 'A trial. ', '')
    """
    return f"{title}. {abstract}" if title.strip() or abstract.strip() else ""


def user_folder() -> Path:
    """Return where vectors of no review are kept: in the user's cache."""
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "ranvier" / "embeddings"


def embed(
    texts: Sequence[str],
    model: Model,
    *,
    folder: Path,
    threads: int | None = None,
    tell: Callable[[int, int], None] | None = None,
) -> Meanings:
    """Return a vector for each text; compute those that are not kept yet, and keep them.

    Parameters
    ----------
    texts : sequence of str
    folder : Path
        Where vectors are kept; made if it is not there.
    threads : int, optional
        Processor cores to take; all of them by default.
    tell : callable, optional
        Called with how many texts are done, and how many there are.

    Raises
    ------
    InputError
        If the model cannot be run.
    """
    found = _Found(texts, _folder(folder, model))
    todo = found.missing()
    for begin in range(0, len(todo), PART):
        if tell is not None:
            tell(len(texts) - len(todo) + begin, len(texts))
        begun = time.process_time()
        running = _running(model, threads or os.cpu_count() or 1)
        part = todo[begin : begin + PART]
        rows = _read(running, [texts[place] for place in part], _telling(tell, found, begin, todo))
        found.add(part, rows, time.process_time() - begun)
    if tell is not None:
        tell(len(texts), len(texts))
    return Meanings(found.rows(), len(todo), found.cpu_seconds())


def kept(texts: Sequence[str], model: Model, *, folder: Path) -> Meanings | None:
    """Return a vector for each text if all are kept, and ``None`` otherwise; nothing is run."""
    found = _Found(texts, _folder(folder, model))
    return None if found.missing() else Meanings(found.rows(), 0, found.cpu_seconds())


@lru_cache(maxsize=1)
def _running(model: Model, threads: int) -> Running:
    """Start a model, which takes a second; the next set of texts finds it running."""
    return Running(model, threads=threads)


def _folder(folder: Path, model: Model) -> Path:
    """Return where vectors of one model are."""
    return folder / f"{model.sha256[:16]}-{MOST}"


def _telling(
    tell: Callable[[int, int], None] | None, found: _Found, begin: int, todo: Sequence[int]
) -> Callable[[int], None]:
    """Say how far a part is as how far the whole is."""
    total = len(found.names)
    before = total - len(todo) + begin
    return lambda done: tell(before + done, total) if tell is not None else None


def _read(
    running: Running, texts: Sequence[str], done: Callable[[int], None]
) -> NDArray[np.float16]:
    """Read texts, those of like length together, so that little is padded."""
    pieces = pieces_of(texts)
    order = sorted(range(len(pieces)), key=lambda n: len(pieces[n]))
    rows = np.zeros((len(texts), 0), dtype=np.float16)
    read = 0
    while read < len(order):
        batch = [order[read]]
        for n in order[read + 1 :]:
            if len(pieces[n]) * (len(batch) + 1) > AT_ONCE:
                break
            batch.append(n)
        made = running([pieces[n] for n in batch])
        if not rows.shape[1]:
            rows = np.zeros((len(texts), made.shape[1]), dtype=np.float16)
        rows[batch] = made
        read += len(batch)
        done(read)
    return rows


class _Found:
    """Which vectors are there, of texts that are wanted."""

    def __init__(self, texts: Sequence[str], folder: Path) -> None:
        self._folder = folder
        self.names = [_name(text) if text.strip() else b"" for text in texts]
        self._place: dict[bytes, int] = {}
        for place, name in enumerate(self.names):
            if name:
                self._place.setdefault(name, place)
        self._parts: list[tuple[NDArray[np.intp], NDArray[np.float16]]] = []
        self._seconds = 0.0
        self._held: set[int] = set()
        width = None
        for names, rows, seconds in _parts(folder):
            if width not in (None, rows.shape[1]):
                continue
            kept = [(n, self._place.get(names[n].tobytes())) for n in range(len(names))]
            new = [(n, p) for n, p in kept if p is not None and p not in self._held]
            if new:
                width = rows.shape[1]
                here = [n for n, _ in new]
                self._take(np.array([p for _, p in new]), rows[here], float(seconds[here].sum()))

    def missing(self) -> list[int]:
        """Return the places of texts without a vector; of equal texts, the first."""
        return [place for place in self._place.values() if place not in self._held]

    def add(self, places: Sequence[int], rows: NDArray[np.float16], seconds: float) -> None:
        """Keep vectors that were computed."""
        names = b"".join(self.names[place] for place in places)
        each = np.full(len(places), seconds / len(places), dtype=np.float32)
        _write(self._folder, names, rows, each)
        self._take(np.array(places), rows, seconds)

    def rows(self) -> NDArray[np.float16]:
        """Lay out the vectors of all texts."""
        width = self._parts[0][1].shape[1] if self._parts else WIDTH
        made = np.zeros((len(self.names), width), dtype=np.float16)
        for places, rows in self._parts:
            made[places] = rows
        for place, name in enumerate(self.names):
            if name and self._place[name] != place:
                made[place] = made[self._place[name]]
        return made

    def cpu_seconds(self) -> float:
        """Return what they cost."""
        return self._seconds

    def _take(self, places: NDArray[np.intp], rows: NDArray[np.float16], seconds: float) -> None:
        """Note vectors."""
        self._parts.append((places, rows))
        self._held.update(places.tolist())
        self._seconds += seconds


def _name(text: str) -> bytes:
    """Name a text by what it is."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:_NAME]


def _parts(
    folder: Path,
) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.float16], NDArray[np.float32]]]:
    """Read one part after the other; throw away what is none."""
    for path in sorted(folder.glob("*.npz")):
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
                names, rows, seconds = held["names"], held["rows"], held["cpu_seconds"]
            _check(names, rows, seconds)
        except FileNotFoundError:  # another process threw it away
            continue
        except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile, zlib.error):
            with suppress(OSError):
                path.unlink()
            continue
        yield names, rows, seconds


def _check(names: NDArray[Any], rows: NDArray[Any], seconds: NDArray[Any]) -> None:
    """Raise ValueError if these are no vectors with their names."""
    said = names.dtype == np.uint8 and rows.dtype == np.float16 and seconds.dtype == np.float32
    n = len(seconds) if seconds.ndim == 1 else -1
    if not said or names.shape != (n, _NAME) or rows.ndim != 2 or len(rows) != n:
        raise ValueError("other arrays than those that are written")
    if not np.isfinite(rows).all():
        raise ValueError("not finite")


def _write(
    folder: Path, names: bytes, rows: NDArray[np.float16], seconds: NDArray[np.float32]
) -> None:
    """Write a part, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{hashlib.sha256(names).hexdigest()[:32]}.npz"
    handle, half = tempfile.mkstemp(dir=folder, suffix=".part")
    named = np.frombuffer(names, dtype=np.uint8).reshape(-1, _NAME)
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, names=named, rows=rows, cpu_seconds=seconds)
        Path(half).replace(path)
    except BaseException:
        Path(half).unlink(missing_ok=True)
        raise
