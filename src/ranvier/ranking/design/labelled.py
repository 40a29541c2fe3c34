"""Labelled records: how well trials are told apart where people, or MEDLINE, said which they are.

The formats are those of ``reference/screening/README.md``, section ``design/``: Parquet or CSV with
``title``, ``abstract`` and a label, ``randomized_trial`` or ``pt_rct``. Only title and abstract are
read, because where the label *is* a publication type, reading it would be copying the answer.
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

#: Names of the label, by which a column is known.
LABELS = ("randomized_trial", "pt_rct")

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class LabelledRecords:
    """Titles and abstracts, each with whether it is a trial."""

    name: str
    texts: tuple[tuple[str, str], ...]
    trials: NDArray[np.bool_]


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
        If it is no table, has no title or label, or a label is neither 0 nor 1.
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
    label = next((n for n in LABELS if n in names), None)
    if label is None or "title" not in names:
        lacking = "title" if label is not None else f"a label ({' or '.join(LABELS)})"
        raise InputError(
            f"the table lacks {lacking}.", file=str(path), remedy="Name its columns so."
        )
    columns = {n: i for i, n in enumerate(names)}
    texts, trials = [], []
    for line, row in enumerate(rows, start=1):
        said = str(row[columns[label]]).strip()
        if said not in {"0", "1", "False", "True"}:
            raise InputError(
                f"{label} is {said!r}; it must be 0 or 1.",
                file=str(path),
                row=line,
                remedy="Label each record, or leave it out.",
            )
        abstract = row[columns["abstract"]] if "abstract" in columns else None
        texts.append((str(row[columns["title"]] or ""), str(abstract or "")))
        trials.append(said in {"1", "True"})
    return LabelledRecords(name, tuple(texts), np.array(trials, bool))


def measure_files(paths: Iterable[Path]) -> list[DesignAgreement]:
    """Measure files, and those in folders: one result a set, then all records as one.

    Raises
    ------
    InputError
        If a folder holds no table.
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
                f"{path} holds no labelled records.", remedy="They are .parquet, .csv or .csv.gz."
            )
        files += inside
    found = [measure(read_labelled(file)) for file in files]
    return [*found, pooled(found)]


def measure(labelled: LabelledRecords, *, weights: Weights | None = None) -> DesignAgreement:
    """Classify labelled records by title and abstract, and compare with the labels."""
    weights = weights or shipped_weights()
    begun = time.process_time()
    scores = special.logit(probabilities(labelled.texts, weights=weights))
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
