"""Labelled sets: records of old reviews with what was decided, for simulations.

The format is that of ``reference/screening/README.md``: Parquet or CSV with ``id``, ``title``,
``abstract``, ``label_included`` and perhaps ``label_title_abstract``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb
import numpy as np
from numpy.typing import NDArray

from ranvier.errors import InputError
from ranvier.ranking.shelf import Text

__all__ = ["LabelledSet", "find_sets", "is_set", "read_set"]

#: A target needs so many relevant records to be the one that is measured.
ENOUGH = 10
_NEEDED = ("id", "title", "label_included")
_ENDINGS = (".parquet", ".csv", ".csv.gz")


@dataclass(frozen=True, slots=True, eq=False)
class LabelledSet:
    """Records of one review and which of them were relevant.

    Attributes
    ----------
    relevant : array of bool, shape (n,)
        Included after full text; passed titles and abstracts where fewer than 10 were included.
    title : str or None
        Title of the review, where an ``index.csv`` beside the set tells it.
    meanings : array of shape (n, width), or None
        What a sentence model makes of the texts, if one was asked.
    embedding_seconds : float
        CPU seconds that took, which no simulation counts.
    """

    name: str
    texts: tuple[Text, ...]
    relevant: NDArray[np.bool_]
    title: str | None = None
    meanings: NDArray[np.float16] | None = None
    embedding_seconds: float = 0.0


def find_sets(paths: Iterable[Path]) -> list[Path]:
    """Find the files of sets: files as they are, of folders those that ``index.csv`` names or all.

    Raises
    ------
    InputError
        If a folder holds none.
    """
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        named = list(_index(path))
        inside = [path / f"{name}{end}" for name in named for end in _ENDINGS]
        inside = [file for file in inside if file.exists()]
        inside = inside or sorted(f for f in path.iterdir() if f.name.endswith(_ENDINGS))
        inside = [file for file in inside if file.name != "index.csv"]
        if not inside:
            raise InputError(
                f"{path} holds no set.", remedy="Sets are .parquet, .csv or .csv.gz files."
            )
        found += inside
    return found


def is_set(path: Path) -> bool:
    """Whether a file is a table with the columns of a labelled set."""
    if not path.name.endswith(_ENDINGS):
        return False
    try:
        columns, _ = _rows(path)
    except InputError:
        return False
    return all(name in columns for name in _NEEDED)


def read_set(
    path: Path, *, relevant: Literal["target", "title_abstract"] = "target"
) -> LabelledSet:
    """Read one set.

    Parameters
    ----------
    relevant : {"target", "title_abstract"}
        What counts as relevant: the target, or whatever passed titles and abstracts; of a set that
        does not tell that apart from the target, nothing then does.

    Raises
    ------
    InputError
        If it is not a table, a column is missing, or a label is neither 0 nor 1.
    """
    columns, rows = _rows(path)
    missing = [name for name in _NEEDED if name not in columns]
    if missing:
        raise InputError(
            f"a labelled set has no column {', '.join(missing)}.",
            file=str(path),
            row=1,
            remedy="The columns are id, title, abstract, label_title_abstract and label_included.",
        )
    place = {name: i for i, name in enumerate(columns)}

    def cells(name: str) -> list[Any]:
        return [row[place[name]] for row in rows] if name in place else [None] * len(rows)

    texts = tuple(
        Text(str(id), title or "", abstract or "")
        for id, title, abstract in zip(cells("id"), cells("title"), cells("abstract"), strict=True)
    )
    included = _labels(cells("label_included"), path, "label_included")
    screened = _labels(cells("label_title_abstract"), path, "label_title_abstract")
    name = path.name.split(".")[0]
    title = _index(path.parent).get(name)
    target = _target(included, screened)
    if relevant == "title_abstract":
        passed = np.array([bool(x) for x in screened])
        told = None not in screened and bool((passed != target).any())
        target = passed if told else np.zeros_like(target)
    return LabelledSet(name, texts, target, title)


def _target(included: list[bool | None], screened: list[bool | None]) -> NDArray[np.bool_]:
    """Choose what counts as relevant; a record without a label was not included."""
    chosen = included
    if sum(map(bool, included)) < ENOUGH and None not in screened:
        chosen = screened if sum(map(bool, screened)) >= ENOUGH else included
    return np.array([bool(x) for x in chosen])


def _rows(path: Path) -> tuple[list[str], Sequence[Sequence[Any]]]:
    """Read the rows of a Parquet or CSV file."""
    kind = "read_parquet" if path.suffix == ".parquet" else "read_csv"
    options = "" if path.suffix == ".parquet" else ", header = true, all_varchar = true"
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        try:
            result = connection.execute(f"SELECT * FROM {kind}(?{options})", [str(path)])
            return [column[0] for column in result.description or ()], result.fetchall()
        except duckdb.Error as error:
            raise InputError(
                f"this is no table that can be read: {str(error).splitlines()[0]}",
                file=str(path),
                remedy="A labelled set is a Parquet or CSV file.",
            ) from error


def _labels(cells: Sequence[Any], path: Path, column: str) -> list[bool | None]:
    """Read a column of 1, 0 and nothing."""
    known = {"1": True, "0": False, "": None, "1.0": True, "0.0": False, "None": None}
    found: list[bool | None] = []
    for row, cell in enumerate(cells, start=2):
        said = str("" if cell is None else cell).strip()
        if said not in known:
            raise InputError(
                f"{column} is {said!r}.",
                file=str(path),
                row=row,
                remedy="A label is 1, 0 or empty.",
            )
        found.append(known[said])
    return found


def _index(folder: Path) -> dict[str, str | None]:
    """Read names and titles of the reviews of a folder, where it tells them."""
    index = folder / "index.csv"
    if not index.is_file():
        return {}
    with index.open(encoding="utf-8-sig", newline="") as file:
        return {
            row["name"]: (row.get("review_title") or "").strip() or None
            for row in csv.DictReader(file)
            if row.get("name")
        }
