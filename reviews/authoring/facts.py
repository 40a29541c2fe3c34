"""The files of facts, read into what the log can hold."""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from reviews.authoring.notation import NotationError, expanded

from ranvier.core.finding import Finding, Published, Text
from ranvier.core.judgement import Certainty, RiskOfBias
from ranvier.core.protocol import Protocol
from ranvier.core.result import ResultRow
from ranvier.core.screening import Decision
from ranvier.core.search import SearchRun
from ranvier.core.study import Conflict, Report, Study
from ranvier.core.value import Source

__all__ = [
    "HERE",
    "StudyFile",
    "certainties",
    "decisions",
    "findings",
    "judgements",
    "protocol",
    "published",
    "searches",
    "sources",
    "study_files",
    "texts",
]

HERE = Path(__file__).parent
#: Who decides and states in this example: the data set, never a person.
DATASET = "dataset:ranvier-mmn"

T = TypeVar("T")

#: The trials of the reference first, as its readers know them; then cohorts and surveys.
STUDIES = (
    "azulay1994", "vandenberg1995", "federico2000", "leger2001", "hahn2013", "harbo2009",
    "alzuhairy2019", "piepers2007", "kuwabara2018", "eftimov2009", "katzberg2016", "martina1999",
    "meucci1997", "gorson2007", "fitzpatrick2011", "arda", "empassion",
    "azulay1997", "vandenberg1998", "vdbvos2002", "cros2006", "rneurol2007", "leger2008",
    "matsui2012", "aotsuka2024",
)  # fmt: skip

#: Where a published result of published.json was printed.
PRINTED_IN = {
    "strength_2005": "kaypahoito-evd04873",
    "percent_strength_ivig": "doc-cd004429-pub2",
    "percent_strength_placebo": "doc-cd004429-pub2",
    "percent_disability_ivig": "doc-cd004429-pub2",
    "percent_disability_placebo": "doc-cd004429-pub2",
    "percent_harms_ivig": "doc-cd004429-pub2",
    "hahn_disability_paired": "pubmed-24725024",
    "hahn_switch_paired": "pubmed-24725024",
    "hahn_grip_difference": "gammagard-efficacy",
    "leger2008_responders": "jnnp-79-1-93",
    "tec_rate": "discovery-tec2020",
    "matsui_rate": "matsui2012-citation",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyFile:
    """One study with its reports, result rows and the contradictions between its sources."""

    study: Study
    reports: tuple[Report, ...]
    rows: tuple[ResultRow, ...]
    conflicts: tuple[Conflict, ...]


def sources() -> list[Source]:
    """Return every source, in the order of the file."""
    return [_made(table, Source, "sources.toml") for table in _toml("sources.toml")["source"]]


def searches() -> list[SearchRun]:
    """Return the search runs."""
    return [_made(table, SearchRun, "searches.toml") for table in _toml("searches.toml")["search"]]


def protocol() -> Protocol:
    """Return the protocol."""
    return _made(expanded(_toml("protocol.toml"), {}), Protocol, "protocol.toml")


def decisions() -> Iterator[Decision]:
    """Yield the decisions: all on title and abstract, then those on full text."""
    with (HERE / "decisions.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    for stage, reason in (("title_abstract", "reason"), ("full_text", "full_text_reason")):
        for line in lines:
            if line[stage]:
                yield _made(
                    {
                        "item": line["record"],
                        "stage": stage,
                        "reviewer": DATASET,
                        "verdict": line[stage],
                        "reasons": [line[reason]] if line[reason] else [],
                        "source": "mmn-labels",
                        "note": line["note"] or None,
                    },
                    Decision,
                    "decisions.csv",
                )


def study_files() -> list[StudyFile]:
    """Return every study with what belongs to it."""
    return [_study_file(f"studies/{name}.toml") for name in STUDIES]


def _study_file(name: str) -> StudyFile:
    """Read one file of `studies/`."""
    read = _toml(name)
    derivations = _toml("derivations.toml") | read.pop("derivations", {})
    whole: dict[str, Any] = expanded(read, derivations)
    reports, rows = whole.pop("reports"), whole.pop("rows", [])
    conflicts = whole.pop("conflicts", [])
    # A report is known by the record that describes it: one record, one report.
    named = [{"id": report["record"], **report} for report in reports]
    whole["reports"] = [report["id"] for report in named]
    for row in rows + conflicts:
        row.setdefault("study", whole["id"])
    return StudyFile(
        study=_made(whole, Study, name),
        reports=tuple(_made(report, Report, name) for report in named),
        rows=tuple(_made(row, ResultRow, name) for row in rows),
        conflicts=tuple(_made(conflict, Conflict, name) for conflict in conflicts),
    )


def judgements() -> list[RiskOfBias]:
    """Return the risk-of-bias judgements that a source was seen for."""
    name = "conclusions.toml"
    return [_made(expanded(table, {}), RiskOfBias, name) for table in _toml(name)["bias"]]


def certainties() -> list[Certainty]:
    """Return the certainty judgements that a source was seen for; published without reasons."""
    name = "conclusions.toml"
    tables = [expanded(table, {}) for table in _toml(name)["certainty"]]
    return [_made({"domains": {}, "based_on": {}, **t}, Certainty, name) for t in tables]


def findings(planned: Protocol) -> list[Finding]:
    """Return the rows of the summaries of findings; each shows the analysis of its own id."""
    specs = {spec.id: spec for spec in planned.analyses}
    found: list[Finding] = []
    for order, table in enumerate(_toml("conclusions.toml")["finding"], start=1):
        spec = specs[table["id"]]
        found.append(
            Finding(
                id=spec.id,
                comparison=spec.comparison,
                outcome=spec.outcome,
                analysis=spec.id,
                certainty=table.get("certainty"),
                order=order,
                based_on={},
                comment=table.get("comment"),
            )
        )
    return found


def texts() -> list[Text]:
    """Return the passages, all in English."""
    return [
        _made(
            {
                "language": "en",
                "based_on": dict.fromkeys(t.pop("rests_on", ()), ""),
                **t,
                "body": t["body"].strip(),
            },
            Text,
            "texts.toml",
        )
        for t in _toml("texts.toml")["text"]
    ]


def published() -> list[Published]:
    """Return the published results to reproduce, each entry as its file has it."""
    entries = json.loads((HERE / "published.json").read_text(encoding="utf-8"))["results"]
    return [Published(id=e["id"], entry=e, source=PRINTED_IN.get(e["id"])) for e in entries]


def _toml(name: str) -> dict[str, Any]:
    """Read a TOML file beside this module."""
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


def _made(table: dict[str, Any], of: type[T], name: str) -> T:
    """Turn a table into a payload; a key that the payload does not have is a mistake."""
    known = {field.name for field in fields(of)}  # pyright: ignore[reportArgumentType]
    unknown = sorted(table.keys() - known)
    if unknown:
        raise NotationError(f"{name}: {of.__name__} {table.get('id')!r} has no {unknown}.")
    try:
        return msgspec.convert(table, of)
    except msgspec.ValidationError as error:
        raise NotationError(f"{name}: {of.__name__} {table.get('id')!r}: {error}") from error
