"""The doors: opening, making and restoring a review, and what needs none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from ranvier.api.review import OpenReview
from ranvier.bootstrap import (
    Mode,
    cache_folder,
    create_store,
    open_store,
    restore_store,
    shipped_review,
)
from ranvier.core.facts import ReviewOpened
from ranvier.core.reproduction import Reproduction
from ranvier.core.rules import Ledger
from ranvier.dedup.labelled import Agreement, measure, pooled, read_labelled
from ranvier.errors import InputError, RuleError
from ranvier.formats.benchmark import CaseOutcome as RecordsCase
from ranvier.formats.benchmark import measure_records
from ranvier.ranking.design import DesignAgreement, measure_files
from ranvier.ranking.labelled import find_sets, read_set
from ranvier.ranking.simulate import Benchmarked, simulate_sets
from ranvier.workflow.collect import Preview, preview_records
from ranvier.workflow.record import Saying
from ranvier.workflow.reproduce import reproduce_file
from ranvier.workflow.simulate import OldReview, embedded, simulate_file

__all__ = [
    "RecordsCase",
    "benchmark_dedup",
    "benchmark_design",
    "benchmark_records",
    "benchmark_screening",
    "new",
    "open",
    "preview_import",
    "reproduce",
    "restore",
    "shipped",
    "simulate",
]


def open(place: str | Path, *, mode: Mode = "write") -> OpenReview:
    """Open a review: a folder, a snapshot (for reading) or a ``postgresql://`` address."""
    return OpenReview(open_store(place, mode=mode), cache=cache_folder(place), place=place)


def new(place: str | Path, *, id: str, title: str, actor: str, language: str = "en") -> OpenReview:
    """Make an empty review."""
    opened = ReviewOpened(id=id, title=title, language=language)
    problems = Ledger().problems(opened)
    if problems:  # before anything is made that would be left behind
        raise RuleError(problems, remedy="Give the review another --id or --title.")
    review = OpenReview(create_store(place, review_id=id), cache=cache_folder(place), place=place)
    review.record([Saying(payload=opened, actor=actor)])
    return review


def restore(snapshot: str | Path, place: str | Path) -> OpenReview:
    """Read a snapshot back into a review, to the same hashes."""
    return OpenReview(restore_store(snapshot, place), cache=cache_folder(place), place=place)


def reproduce(published: str | Path) -> list[Reproduction]:
    """Recompute the published results of a file; no review is needed."""
    return reproduce_file(published)


def preview_import(path: str | Path) -> Preview:
    """Read a file of records and say what it would give: what it is, how many, what is odd."""
    return preview_records(path)


def benchmark_records(paths: Iterable[str | Path]) -> list[RecordsCase]:
    """Read files of records and compare with how many there should be; no review is needed."""
    return measure_records(Path(path) for path in paths)


def shipped(name: str) -> Path:
    """Return the snapshot of a review that comes with Ranvier."""
    return shipped_review(name)


def benchmark_dedup(paths: Iterable[str | Path]) -> list[Agreement]:
    """Deduplicate labelled sets and say how far we agree: one result a set, then the pooled one.

    Parameters
    ----------
    paths : iterable of str or Path
        Files in the format of ``reference/dedup/README.md``, or folders of them.
    """
    files: list[Path] = []
    for path in map(Path, paths):
        inside = sorted([*path.glob("*.csv"), *path.glob("*.csv.gz")]) if path.is_dir() else [path]
        if not inside:
            raise InputError(f"{path} holds no .csv and no .csv.gz.", remedy="Check the path.")
        files += inside
    found = [measure(read_labelled(str(file), file.read_bytes())) for file in files]
    return [*found, pooled(found)]


def benchmark_design(
    paths: Iterable[str | Path], *, publication_types: bool = False
) -> list[DesignAgreement]:
    """Tell trials apart on labelled records: one result a set, then that of all records as one.

    Parameters
    ----------
    paths : iterable of str or Path
        Parquet or CSV files with ``title``, ``abstract`` and ``randomized_trial`` or ``pt_rct``, or
        folders of them.
    publication_types : bool
        Whether the column ``publication_types`` is read too, as it is in a review. Where the label
        is one of these types, this says only that they are heeded.
    """
    return measure_files(map(Path, paths), publication_types=publication_types)


def simulate(
    path: str | Path,
    *,
    seeds: Sequence[int] = (0, 1, 2),
    embed: bool = False,
    tell: Callable[[int, int], None] | None = None,
) -> OldReview:
    """Screen an old review again, in the order Ranvier would have shown; no review is needed.

    Parameters
    ----------
    path : str or Path
        Records with what was decided on them, as a screening tool exported them, or a labelled set.
    seeds : sequence of int
        Each draws the two records that a run begins with.
    embed : bool
        Whether sentence embeddings take part, which needs ``ranvier[embed]``. A text is read
        once and kept in the user's cache.
    tell : callable, optional
        Called with how many texts are embedded, and how many there are.
    """
    return simulate_file(path, seeds=tuple(seeds), embed=embed, tell=tell)


def benchmark_screening(
    paths: Iterable[str | Path],
    *,
    seeds: Sequence[int] = (0, 1, 2),
    embed: bool = False,
    tell: Callable[[int, int], None] | None = None,
) -> Benchmarked:
    """Screen old reviews again, and say how soon their relevant records are shown.

    Parameters
    ----------
    paths : iterable of str or Path
        Files in the format of ``reference/screening/README.md``, or folders of them.
    seeds : sequence of int
        Each draws the two records that a simulation of each set begins with.
    embed, tell
        As in :func:`simulate`.
    """
    sets = map(read_set, find_sets(map(Path, paths)))
    return simulate_sets(embedded(sets, tell=tell) if embed else sets, seeds)
