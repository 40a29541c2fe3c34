"""Reading measured: files with the number of records they should give, and Zotero's own cases.

A folder holds its files beside ``expected.csv`` (columns ``file, format, written_by, records``).
A file on its own is looked up in the ``expected.csv`` of its folder. A JSON file of Zotero's
import cases (importer -> list of ``input`` and ``items``) is compared item by item.
"""

from __future__ import annotations

import csv
import json
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from ranvier.core.record import Record
from ranvier.errors import InputError, RanvierError
from ranvier.formats.reading import RecordFile, open_records
from ranvier.formats.zotero import FORMAT_OF, differences

__all__ = ["CaseOutcome", "measure_records"]

Status = Literal["passed", "failed", "unsupported"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOutcome:
    """What became of one case.

    Attributes
    ----------
    id : str
        ``FILE``, ``FILE#doi`` (and pmid, pmcid, registry), or ``IMPORTER/case/item``.
    group : str
        The format, or ``identifiers``, or ``zotero: IMPORTER``.
    worst : float or None
        Share of what was expected that was found.
    why : str or None
        One sentence, if it did not pass.
    """

    id: str
    group: str
    status: Status
    worst: float | None = None
    why: str | None = None
    records: int = 0
    cpu_seconds: float = 0.0


def measure_records(paths: Iterable[Path]) -> list[CaseOutcome]:
    """Read files and compare what came out with what should.

    Raises
    ------
    InputError
        If a path is no file, or no number of records is known for it.
    """
    return [outcome for path in paths for outcome in _measure(path)]


def _measure(path: Path) -> Iterator[CaseOutcome]:
    """Measure a folder or a file."""
    if path.is_dir():
        for name, row in _expected(path).items():
            yield from _file(path / name, row)
        return
    if not path.is_file():
        raise InputError(f"there is no file {path}.", remedy="Check the path.")
    cases = _zotero_cases(path)
    if cases is not None:
        yield from _zotero(cases)
        return
    row = _expected(path.parent).get(path.name)
    if row is None:
        raise InputError(
            "no number of records is known for it.",
            file=str(path),
            remedy="Add a line to expected.csv in its folder: file, format, written_by, records.",
        )
    yield from _file(path, row)


def _expected(folder: Path) -> dict[str, dict[str, str]]:
    """Read how many records the files of a folder hold."""
    table = folder / "expected.csv"
    if not table.is_file():
        raise InputError(
            "the folder has no expected.csv.",
            file=str(folder),
            remedy="Write one with the columns file, format, written_by and records.",
        )
    with table.open(encoding="utf-8-sig", newline="") as file:
        return {row["file"]: row for row in csv.DictReader(file)}


def _zotero_cases(path: Path) -> dict[str, Any] | None:
    """Return Zotero's cases, if that is what a file holds."""
    if path.suffix != ".json":
        return None
    try:
        read: Any = json.loads(path.read_text("utf-8"))
    except ValueError:
        return None
    if isinstance(read, dict) and read and set(cast("dict[str, Any]", read)) <= set(FORMAT_OF):
        return cast("dict[str, Any]", read)
    return None


def _file(path: Path, row: dict[str, str]) -> Iterator[CaseOutcome]:
    """Measure one file: its count, and the identifiers that stand in it."""
    if not path.is_file():
        yield CaseOutcome(id=path.name, group=row.get("format", ""), status="failed",
                          why="expected.csv names it, and it is not there.")  # fmt: skip
        return
    cases = _zotero_cases(path)
    if cases is not None:
        yield from _zotero(cases)
        return
    wanted = int(row["records"])
    group = row.get("format") or "file"
    begin = time.process_time()
    try:
        opened = open_records(path)
        records = list(opened)
    except RanvierError as error:
        yield CaseOutcome(
            id=path.name, group=group, status="unsupported", worst=0.0, why=str(error)
        )
        return
    except Exception as error:  # the point of a benchmark is to go on and to say so
        yield CaseOutcome(id=path.name, group=group, status="failed", worst=0.0, why=repr(error))
        return
    spent = time.process_time() - begin
    yield _count(path.name, group, wanted, records, opened, spent)
    yield from _identifiers(path.name, records)


def _count(
    name: str, group: str, wanted: int, records: list[Record], opened: RecordFile, spent: float
) -> CaseOutcome:
    """Compare the number of records, and the format if one is named."""
    problems: list[str] = []
    if len(records) != wanted:
        problems.append(f"{len(records)} records read, {wanted} expected")
    taken_for = opened.detected.format
    if group in _KNOWN and taken_for != group:
        problems.append(f"taken for {taken_for}: {opened.detected.why}")
    lost = [p for p in opened.report.problems if "could not be" in p.what]
    problems += [str(p) for p in lost[:3]]
    return CaseOutcome(
        id=name,
        group=group,
        status="failed" if problems else "passed",
        worst=min(len(records), wanted) / wanted if wanted else 1.0,
        why="; ".join(problems) or None,
        records=len(records),
        cpu_seconds=spent,
    )


_KNOWN = frozenset(
    [
        "ris",
        "nbib",
        "wos-tagged",
        "ovid",
        "endnote-refer",
        "refworks",
        "bibtex",
        "pubmed-xml",
        "endnote-xml",
        "crossref-xml",
        "ictrp-xml",
        "esearch-xml",
        "epost-xml",
        "csv",
        "xlsx",
        "csl-json",
        "openalex-json",
        "clinicaltrials-json",
    ]
)

#: What shows that a text holds an identifier: cruder than, and apart from, what reads it.
_SIGNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("doi", re.compile(
        r"^(?:DO|DI|D2|LID|AID|%R)\s*-?\s.*10\.\d{4,9}/|\bdoi\s*=\s*[{\"]|(?:dx\.)?doi\.org/10\.\d"
        r"|info:doi/10|IdType=\"doi\"|<electronic-resource-num>\s*(?:<style[^>]*>)?\s*10\.",
        re.MULTILINE)),
    ("pmid", re.compile(r"^PMID- *\d|^PM \d|info:pmid/\d|<PMID|\bPMID:? ?\d{5,8}|^pmid\s*=", re.M)),
    ("pmcid", re.compile(r"^PMC ?- ?PMC\d|IdType=\"pmc\"|info:pmcid/PMC\d", re.MULTILINE)),
    ("registry_ids", re.compile(
        r"\b(?:NCT\d{8}|ISRCTN ?\d{8}|ACTRN\d{14}|ChiCTR[-\w]{8,}|DRKS\d{8}|UMIN\d{9}|PACTR\d{15}"
        r"|IRCT\d+N\d+|CTRI/\d{4}/\d\d/\d{6}|KCT\d{7}|jRCT\w?\d{9,10}|TCTR\d{11})\b")),
)  # fmt: skip


def _identifiers(name: str, records: list[Record]) -> Iterator[CaseOutcome]:
    """Say in how many of the records whose text shows an identifier it was found."""
    for field, sign in _SIGNS:
        held = [r for r in records if r.raw and sign.search(_apart(r.raw))]
        if not held:
            continue
        missed = [r for r in held if not getattr(r, field)]
        where = ", ".join(f"line {r.line}" for r in missed[:5])
        yield CaseOutcome(
            id=f"{name}#{field}",
            group="identifiers",
            status="failed" if missed else "passed",
            worst=1 - len(missed) / len(held),
            why=f"{len(missed)} of {len(held)} not found ({where})" if missed else None,
        )


_CITED = re.compile(
    r"<(ReferenceList|CommentsCorrectionsList|citation_list)\b.*?</\1>"
    r"|(?<=\n)[^\n]*\b(?:Erratum|Comment|Retract\w+|Updat\w+) (?:in|on|of|for):[^\n]*",
    re.DOTALL,
)


def _apart(raw: str) -> str:
    """Leave out what a record cites: other publications' identifiers."""
    return _CITED.sub("", raw)


def _zotero(cases: dict[str, Any]) -> Iterator[CaseOutcome]:
    """Compare with the items of Zotero, one case an item."""
    for importer, held in cases.items():
        for number, case in enumerate(cast("list[dict[str, Any]]", held), start=1):
            yield from _zotero_case(importer, number, case)


def _zotero_case(importer: str, number: int, case: dict[str, Any]) -> Iterator[CaseOutcome]:
    """Compare one text with the items that Zotero reads from it."""
    items = cast("list[dict[str, Any]]", case["items"])
    group = f"zotero: {importer.removesuffix('.js')}"
    name = f"{importer.removesuffix('.js')}/{number}"
    try:
        opened = open_records(str(case["input"]).encode("utf-8"), name)
        records = list(opened)
    except RanvierError as error:
        records, problem = [], str(error)
    else:
        problem = f"{len(records)} records read, Zotero has {len(items)}"
        if opened.detected.format != FORMAT_OF[importer]:
            problem, records = f"taken for {opened.detected.format}", []
    for at, item in enumerate(items):
        if len(records) != len(items):
            why, status = problem, "failed"
        else:
            found = differences(records[at], item)
            why, status = "; ".join(found) or None, "failed" if found else "passed"
        yield CaseOutcome(
            id=f"{name}/{at + 1}", group=group, status=cast("Status", status), why=why
        )
