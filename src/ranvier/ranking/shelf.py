"""All records as rows of words: exact for as many as one review has, hashed and cut for more.

Up to :data:`EXACT` records each word has its own column and all words count. Beyond, words share a
million columns, a record keeps :data:`HEAVIEST`, single words first, and rarity is what it was
among the first :data:`SAMPLE` records, so that records can be added without weighing the others.
"""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ranvier.errors import InputError
from ranvier.ranking.prior import Prior, shipped_prior
from ranvier.ranking.words import BITS, Counts, Matrix, Rarity, count_words, weigh

__all__ = ["Shelf", "Text"]

#: Up to so many records every word is kept, and every record compared with every other.
EXACT = 15_000
SAMPLE = 50_000
HEAVIEST = 100
#: Columns that words share beyond: a million.
SHARED_BITS = 20
#: Records turned into rows at a time, which bounds the memory.
AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Text:
    """What a record is ranked by."""

    id: str
    title: str
    abstract: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Shelf:
    """Records as rows of words.

    Attributes
    ----------
    ids : tuple of str
    matrix : scipy.sparse.csr_matrix of float32, shape (n, words)
    letters : array of int32, shape (n, 2)
        How long titles and abstracts are.
    counts : Counts or None
        What the matrix was weighed from; ``None`` beyond :data:`EXACT` records.
    earlier : array, shape (n,)
        What earlier reviews tell of each.
    meanings : array of float16, shape (n, d), or None
        What a model of language makes of each record, where one was asked; zeros where it was not.
    titles : Counts or None
        The words of titles alone; ``None`` beyond :data:`EXACT` records.
    """

    ids: tuple[str, ...]
    rarity: Rarity
    matrix: Matrix
    letters: NDArray[np.int32]
    counts: Counts | None
    earlier: NDArray[np.float64]
    meanings: NDArray[np.float16] | None = None
    titles: Counts | None = None

    @property
    def exact(self) -> bool:
        """Whether every word is kept."""
        return self.counts is not None

    @classmethod
    def of(cls, texts: Iterable[Text], prior: Prior | None = None) -> Shelf:
        """Turn texts into rows, reading them once; `prior` is what earlier reviews tell."""
        prior = prior or shipped_prior()
        ids: list[str] = []
        letters: list[tuple[int, int]] = []
        told: list[NDArray[np.float64]] = []
        titles: list[Counts] = []
        batches = _batches(texts, prior, ids, letters, told, titles)
        first = list(_until(batches, ids, EXACT))
        following = next(batches, None)
        if following is None:
            counts, heads = sum(first, count_words([])), sum(titles, count_words([]))
            return _exact(tuple(ids), counts, heads, _lengths(letters), _joined(told))
        first += [following, *_until(batches, ids, SAMPLE)]
        rarity = _shared(sum(first[1:], first[0]))
        parts = [weigh(counts, rarity, most=HEAVIEST) for counts in first]
        first.clear()
        parts += [weigh(counts, rarity, most=HEAVIEST) for counts in batches]
        matrix = sparse.vstack(parts, format="csr")
        return cls(tuple(ids), rarity, matrix, _lengths(letters), None, _joined(told))

    def extended(self, texts: Iterable[Text], prior: Prior | None = None) -> Shelf:
        """Return a shelf with these records, too."""
        prior = prior or shipped_prior()
        ids: list[str] = []
        added: list[tuple[int, int]] = []
        told = [self.earlier]
        titles: list[Counts] = []
        parts = list(_batches(texts, prior, ids, added, told, titles))
        if not parts:
            return self
        everything = (*self.ids, *ids)
        letters = np.concatenate([self.letters, _lengths(added)])
        meanings = _lengthened(self.meanings, len(ids))
        if self.counts is not None and self.titles is not None and len(everything) <= EXACT:
            counts, heads = sum(parts, self.counts), sum(titles, self.titles)
            shelf = _exact(everything, counts, heads, letters, _joined(told))
            return replace(shelf, meanings=meanings)
        rarity, matrix = self.rarity, self.matrix
        if self.counts is not None:
            rarity = _shared(sum(parts, self.counts))
            matrix = weigh(self.counts, rarity, most=HEAVIEST)
        new = [weigh(counts, rarity, most=HEAVIEST) for counts in parts]
        matrix = sparse.vstack([matrix, *new], format="csr")
        return Shelf(everything, rarity, matrix, letters, None, _joined(told), meanings)

    def meaning(self, meanings: NDArray[Any] | None) -> Shelf:
        """Return the same shelf with what a model of language makes of the records.

        Raises
        ------
        InputError
            If it is not one row of finite numbers for each record.
        """
        if meanings is None:
            return replace(self, meanings=None)
        held = np.asarray(meanings, dtype=np.float16)
        if held.ndim != 2 or len(held) != len(self.ids) or not np.isfinite(held).all():
            raise InputError(
                f"meanings of shape {held.shape} do not fit {len(self.ids)} records, or are "
                "not all finite.",
                remedy="Give one row for each record, in order; zeros where nothing is known.",
            )
        return replace(self, meanings=held)

    def row(self, text: str) -> Matrix:
        """Turn one more text into a row, such as the question of the protocol."""
        return weigh(count_words([text]), self.rarity)

    def save(self, path: Path) -> None:
        """Write it as numbers: a ``.npz`` that is not compressed, so that it can be mapped."""
        named = np.frombuffer(msgspec.json.encode(self.ids), dtype=np.uint8)
        if self.counts is not None and self.titles is not None:
            held: dict[str, Any] = {
                f"{part}{name}": getattr(counts, name)
                for part, counts in (("", self.counts), ("title_", self.titles))
                for name in ("starts", "columns", "times")
            }
        else:
            held = {
                "idf": self.rarity.idf,
                "places": self.rarity.number[:: 1 << (BITS - SHARED_BITS)] - 1,
                "indptr": self.matrix.indptr,
                "indices": self.matrix.indices,
                "data": self.matrix.data,
            }
        if self.meanings is not None:
            held["meanings"] = self.meanings
        half = path.with_name(f".{path.name}.part")
        with half.open("wb") as file:
            np.savez(file, ids=named, letters=self.letters, earlier=self.earlier, **held)
        half.replace(path)

    @classmethod
    def load(cls, path: Path) -> Shelf:
        """Read what :meth:`save` wrote; of many records only what is used is read.

        Raises
        ------
        InputError
            If it is no such file.
        """
        try:
            held = _mapped(path)
            ids = tuple(msgspec.json.decode(held["ids"].tobytes(), type=list[str]))
            letters, earlier = np.array(held["letters"]), np.array(held["earlier"])
            if "idf" not in held:
                counts, titles = (
                    Counts(*(np.array(held[part + n]) for n in ("starts", "columns", "times")))
                    for part in ("", "title_")
                )
                shelf = _exact(ids, counts, titles, letters, earlier)
                return replace(shelf, meanings=held.get("meanings"))
            rarity = Rarity(_spread(held["places"]), np.array(held["idf"]))
            parts = (held["data"], held["indices"], held["indptr"])
            matrix = sparse.csr_matrix(parts, shape=(len(ids), len(rarity.idf)), copy=False)
            return cls(ids, rarity, matrix, letters, None, earlier, held.get("meanings"))
        except (KeyError, ValueError, OSError, zipfile.BadZipFile, msgspec.MsgspecError) as error:
            raise InputError(
                f"these are no records that a ranker wrote: {error}",
                file=str(path),
                remedy="Remove the file; it is made anew from the records.",
            ) from error


def _batches(
    texts: Iterable[Text],
    prior: Prior,
    ids: list[str],
    letters: list[tuple[int, int]],
    earlier: list[NDArray[np.float64]],
    titles: list[Counts],
) -> Iterator[Counts]:
    """Count the words of a batch after the other; collect ids, lengths, what is told, titles."""
    rest = iter(texts)
    while batch := list(islice(rest, AT_ONCE)):
        ids.extend(text.id for text in batch)
        letters.extend((len(text.title), len(text.abstract)) for text in batch)
        counts = count_words(f"{text.title} {text.abstract}" for text in batch)
        earlier.append(prior.scores(counts))
        if len(ids) <= EXACT + AT_ONCE:
            titles.append(count_words(text.title for text in batch))
        yield counts


def _until(batches: Iterator[Counts], ids: list[str], many: int) -> Iterator[Counts]:
    """Take batches until so many records are read, or none are left."""
    while len(ids) < many and (counts := next(batches, None)) is not None:
        yield counts


def _exact(
    ids: tuple[str, ...],
    counts: Counts,
    titles: Counts,
    letters: NDArray[np.int32],
    earlier: NDArray[np.float64],
) -> Shelf:
    """Weigh records by all of their words."""
    rarity = Rarity.of(counts)
    matrix = weigh(counts, rarity)
    return Shelf(ids, rarity, matrix, letters, counts, earlier, titles=titles)


def _joined(parts: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Put arrays end to end."""
    return np.concatenate([np.zeros(0), *parts])


def _lengthened(meanings: NDArray[np.float16] | None, many: int) -> NDArray[np.float16] | None:
    """Add rows of zeros, which say that nothing is known."""
    if meanings is None:
        return None
    return np.concatenate([meanings, np.zeros((many, meanings.shape[1]), dtype=np.float16)])


def _lengths(letters: list[tuple[int, int]]) -> NDArray[np.int32]:
    """Make an array of lengths."""
    return np.array(letters, dtype=np.int32).reshape(-1, 2)


def _spread(shared: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the shared column of each hashed word, from 1, given that of each that is shared."""
    return np.repeat(shared, 1 << (BITS - SHARED_BITS)) + np.int32(1)


def _shared(counts: Counts) -> Rarity:
    """Count in how many texts each shared column is; one that was in none counts as rare.

    The most common come first, those of single words before those of pairs, so that what is used
    together is together in memory: products are several times quicker.
    """
    held = np.bincount(counts.columns >> (BITS - SHARED_BITS), minlength=1 << SHARED_BITS)
    half = len(held) // 2
    best = [np.argsort(-part, kind="stable") for part in (held[:half], held[half:])]
    order = np.concatenate([best[0], best[1] + half])
    place = np.empty(len(held), dtype=np.int32)
    place[order] = np.arange(len(held))
    idf = np.log((1 + len(counts)) / (1 + held[order])) + 1
    return Rarity(_spread(place), idf.astype(np.float32))


def _mapped(path: Path) -> dict[str, NDArray[Any]]:
    """Map the arrays of a ``.npz`` that is not compressed into memory."""
    found: dict[str, NDArray[Any]] = {}
    with path.open("rb") as file, zipfile.ZipFile(file) as archive:
        for entry in archive.infolist():
            if entry.compress_type != zipfile.ZIP_STORED:
                raise ValueError("it is compressed")
            # A local header has 30 bytes, then a name and an extra field, whose lengths it tells.
            file.seek(entry.header_offset + 26)
            name, extra = (int.from_bytes(file.read(2), "little") for _ in range(2))
            file.seek(entry.header_offset + 30 + name + extra)
            version = np.lib.format.read_magic(file)
            read = np.lib.format.read_array_header_1_0
            shape, _, dtype = (read if version == (1, 0) else np.lib.format.read_array_header_2_0)(
                file
            )
            if dtype.hasobject:
                raise ValueError("it holds more than numbers")
            mapped = math.prod(shape) > 0
            found[entry.filename.removesuffix(".npy")] = (
                np.memmap(path, dtype=dtype, mode="r", shape=shape, offset=file.tell())
                if mapped
                else np.empty(shape, dtype=dtype)
            )
    return found
