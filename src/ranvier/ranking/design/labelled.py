"""Labelled records: how well trials are told apart where people, or MEDLINE, said which they are.

The formats are those of ``reference/screening/README.md``, section ``design/``: Parquet or CSV with
``title``, ``abstract`` and a label, ``randomized_trial`` or ``pt_rct``. Unless asked, only title
and abstract are read: where the label *is* a publication type, reading it copies the answer.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from ranvier.errors import InputError
from ranvier.ranking.design.classify import probabilities
from ranvier.ranking.design.weights import Weights, shipped_weights

__all__ = [
    "DesignAgreement",
    "LabelledRecords",
    "agreement",
    "area",
    "clopper_pearson",
    "measure",
    "measure_files",
    "pooled",
    "read_labelled",
    "specificity_at",
]

_ENDINGS = (".parquet", ".csv", ".csv.gz")

#: Names of the label, by which a column is known, however its letters are.
LABELS = ("randomized_trial", "pt_rct")
#: How a label is written.
_TRIAL = frozenset(("1", "1.0", "true", "yes"))
_OTHER = frozenset(("0", "0.0", "false", "no"))

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class LabelledRecords:
    """Titles and abstracts, each with whether it is a trial; types if the table has any.

    Attributes
    ----------
    name : str
    texts : tuple of (str, str)
    trials : array of bool
    types : tuple of tuple of str
        Of each record, from a column ``publication_types`` with ``|`` or ``;`` between; empty if
        there is no such column.
    """

    name: str
    texts: tuple[tuple[str, str], ...]
    trials: NDArray[np.bool_]
    types: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignAgreement:
    """How far suggestions agree with labels.

    Attributes
    ----------
    records, positives : int
    auc : float or None
        Area under the receiver operating characteristic curve; None without both kinds.
    sensitivity, specificity : float or None
        At the sensitive bound; None where no record is of that kind.
    sensitivity_ci, specificity_ci : (float, float) or None
        Exact intervals (Clopper and Pearson 1934), 95%.
    sensitivity_precise, specificity_precise : float or None
        At the precise bound.
    specificity_at_99 : float or None
        At the highest bound that misses no more than 1% of these very trials.
    mean_probability : float
        To be held against ``positives / records``.
    cpu_seconds : float
    scores, trials : array
        Log odds, and labels: what the rest was counted from.
    """

    name: str
    records: int
    positives: int
    auc: float | None
    sensitivity: float | None
    sensitivity_ci: Interval | None
    specificity: float | None
    specificity_ci: Interval | None
    sensitivity_precise: float | None
    specificity_precise: float | None
    specificity_at_99: float | None
    mean_probability: float
    cpu_seconds: float
    scores: NDArray[np.float64]
    trials: NDArray[np.bool_]


def read_labelled(path: Path) -> LabelledRecords:
    """Read a labelled set.

    Raises
    ------
    InputError
        If it is no table, holds no record, has no title or label, or a label is neither 0 nor 1.
    """
    name = path.name.removesuffix(".gz").rsplit(".", 1)[0]
    quoted = str(path).replace("'", "''")
    reader = "read_parquet" if path.name.endswith(".parquet") else "read_csv"
    options = "" if reader == "read_parquet" else ", all_varchar=true, header=true"
    try:
        with duckdb.connect() as engine:
            found = engine.sql(f"select * from {reader}('{quoted}'{options})")
            names, rows = found.columns, found.fetchall()
    except duckdb.Error as error:
        raise InputError(
            f"this is no table: {str(error).splitlines()[0]}",
            file=str(path),
            remedy="Name a Parquet or CSV file with title, abstract and randomized_trial.",
        ) from error
    columns = {n.strip().casefold(): i for i, n in enumerate(names)}
    label = next((n for n in LABELS if n in columns), None)
    if label is None or "title" not in columns:
        lacking = "title" if label is not None else f"a label ({' or '.join(LABELS)})"
        raise InputError(
            f"the table lacks {lacking}; its columns are {', '.join(names) or 'none'}.",
            file=str(path),
            remedy="Name its columns title, abstract and randomized_trial.",
        )
    if not rows:
        raise InputError(
            "the table holds no record.",
            file=str(path),
            remedy="Give at least one labelled record.",
        )
    texts: list[tuple[str, str]] = []
    trials: list[bool] = []
    types: list[tuple[str, ...]] = []
    for line, row in enumerate(rows, start=1):
        said = "" if row[columns[label]] is None else str(row[columns[label]]).strip()
        if said.casefold() not in _TRIAL | _OTHER:
            written = repr(said) if said else "empty"
            raise InputError(
                f"{label} is {written}; it must be 0 or 1.",
                file=str(path),
                row=line,
                remedy="Write 1 for a randomized trial, 0 for another record, or leave it out.",
            )
        abstract = row[columns["abstract"]] if "abstract" in columns else None
        texts.append((str(row[columns["title"]] or ""), str(abstract or "")))
        trials.append(said.casefold() in _TRIAL)
        if "publication_types" in columns:
            named = str(row[columns["publication_types"]] or "").replace(";", "|").split("|")
            types.append(tuple(name.strip() for name in named if name.strip()))
    return LabelledRecords(name, tuple(texts), np.array(trials, bool), tuple(types))


def measure_files(
    paths: Iterable[Path], *, publication_types: bool = False
) -> list[DesignAgreement]:
    """Measure files, and those in folders: one result a set, then all records as one.

    Parameters
    ----------
    publication_types : bool
        Whether they are read too; see `measure`.

    Raises
    ------
    InputError
        If a folder holds no table, or a table has no publication types to be read.
    """
    files: list[Path] = []
    for path in paths:
        inside = (
            sorted(f for f in path.iterdir() if f.name.endswith(_ENDINGS))
            if path.is_dir()
            else [path]
        )
        if not inside:
            raise InputError(
                f"{path} holds no labelled records.",
                remedy="Put .parquet, .csv or .csv.gz files there.",
            )
        files += inside
    found: list[DesignAgreement] = []
    for file in files:
        labelled = read_labelled(file)
        if publication_types and not labelled.types:
            raise InputError(
                "the table has no column publication_types.",
                file=str(file),
                remedy="Add one, with | between types, or leave --publication-types out.",
            )
        found.append(measure(labelled, publication_types=publication_types))
    return [*found, pooled(found)]


def measure(
    labelled: LabelledRecords, *, publication_types: bool = False, weights: Weights | None = None
) -> DesignAgreement:
    """Classify labelled records by title and abstract, and compare with the labels.

    Parameters
    ----------
    publication_types : bool
        Whether the types of the records are read too. Where the label *is* one of them, the result
        says only that they are heeded.
    """
    weights = weights or shipped_weights()
    types = labelled.types if publication_types else ()
    begun = time.process_time()
    scores = special.logit(probabilities(labelled.texts, types, weights=weights))
    spent = time.process_time() - begun
    return agreement(labelled.name, scores, labelled.trials, weights=weights, cpu_seconds=spent)


def pooled(found: Sequence[DesignAgreement], *, weights: Weights | None = None) -> DesignAgreement:
    """Count the records of all sets as one."""
    return agreement(
        "pooled",
        np.concatenate([a.scores for a in found]),
        np.concatenate([a.trials for a in found]),
        weights=weights or shipped_weights(),
        cpu_seconds=sum(a.cpu_seconds for a in found),
    )


def agreement(
    name: str,
    scores: NDArray[np.float64],
    trials: NDArray[np.bool_],
    *,
    weights: Weights,
    cpu_seconds: float = 0.0,
) -> DesignAgreement:
    """Compare log odds with labels."""
    yes, no = scores[trials], scores[~trials]
    # A score that went through a probability and back may have lost its last digits.
    sensitive, precise = weights.sensitive - 1e-9, weights.precise - 1e-9
    return DesignAgreement(
        name=name,
        records=len(trials),
        positives=len(yes),
        auc=area(scores, trials),
        sensitivity=_share(yes >= sensitive),
        sensitivity_ci=_interval(yes >= sensitive),
        specificity=_share(no < sensitive),
        specificity_ci=_interval(no < sensitive),
        sensitivity_precise=_share(yes >= precise),
        specificity_precise=_share(no < precise),
        specificity_at_99=specificity_at(scores, trials, 0.99),
        mean_probability=float(special.expit(scores).mean()) if len(scores) else 0.0,
        cpu_seconds=cpu_seconds,
        scores=scores,
        trials=trials,
    )


def area(scores: NDArray[np.float64], trials: NDArray[np.bool_]) -> float | None:
    """Return the area under the receiver operating characteristic curve; ties count half.

    Examples
    --------
    >>> area(np.array([0.1, 0.4, 0.4, 0.9]), np.array([False, False, True, True]))
    0.875
    """
    yes = int(trials.sum())
    if not 0 < yes < len(trials):
        return None
    ranks = stats.rankdata(scores)[trials].sum()
    return float((ranks - yes * (yes + 1) / 2) / (yes * (len(trials) - yes)))


def specificity_at(
    scores: NDArray[np.float64], trials: NDArray[np.bool_], sensitivity: float
) -> float | None:
    """Return the specificity at the highest bound that keeps a sensitivity on these records."""
    yes, no = np.sort(scores[trials]), scores[~trials]
    if not len(yes) or not len(no):
        return None
    bound = yes[int(np.floor((1 - sensitivity) * len(yes) + 1e-9))]
    return float((no < bound).mean())


def clopper_pearson(hits: int, n: int, *, level: float = 0.95) -> Interval:
    """Return the exact interval of a proportion.

    References
    ----------
    Clopper CJ, Pearson ES (1934). The use of confidence or fiducial limits illustrated in the case
    of the binomial. Biometrika 26:404-413. doi:10.1093/biomet/26.4.404

    Examples
    --------
    >>> lb, ub = clopper_pearson(39, 39)
    >>> round(lb, 4), ub
    (0.9097, 1.0)
    """
    found = stats.binomtest(hits, n).proportion_ci(level, method="exact")
    return float(found.low), float(found.high)


def _share(held: NDArray[np.bool_]) -> float | None:
    return float(held.mean()) if len(held) else None


def _interval(held: NDArray[np.bool_]) -> Interval | None:
    return clopper_pearson(int(held.sum()), len(held)) if len(held) else None
