"""The qualification report: what was run, on what, and how closely every case agrees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Literal

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ranvier.stats.qualify import CaseOutcome, FamilySummary, summarise

__all__ = ["CaseFile", "Qualification", "qualification_report"]

#: What a reader must know to judge the report, whatever the cases.
RULES = (
    "A case is passed if every expected number was computed and agrees within the tolerance of its "
    "family (relative, with an absolute floor of 1e-8).",
    "A case is passed with a remark if numbers differ for a reason that computation shows, such as "
    "a higher log-likelihood of ours, integers that overflow in the reference, digits that were "
    "not printed, or where the reference's search stops.",
    "What is not supported is counted as such: never as passed, and never left out.",
    "Digits are the decimal digits in which the worst number of a case agrees, 15 at most.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """A file of reference cases: its name, its SHA-256, how many cases, and what made them."""

    name: str
    sha256: str
    cases: int
    generator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualification:
    """One run of reference cases.

    Attributes
    ----------
    at : str
        When, as the report is to print it.
    versions : mapping
        Programs and platform, by name.
    """

    at: str
    versions: Mapping[str, str]
    files: Sequence[CaseFile]
    outcomes: Sequence[CaseOutcome]


def qualification_report(run: Qualification, *, form: Literal["md", "html"] = "md") -> str:
    """Write the report of one run, as Markdown or as one HTML page that stands alone.

    Examples
    --------
    >>> case = CaseOutcome(id="peto/a", family="peto", status="passed", worst=12.5, numbers=9)
    >>> run = Qualification(at="2030-01-02", versions={"ranvier": "1"}, files=(), outcomes=(case,))
    >>> print(qualification_report(run).splitlines()[2])
    1 case: 1 passed (0 with a remark), 0 failed, 0 unsupported.
    """
    families = summarise(run.outcomes)
    if form == "html":
        return (
            _environment()
            .get_template("qualification.html.j2")
            .render(
                run=run,
                families=families,
                total=_total(families),
                rules=RULES,
                style=Markup(_style()),
            )
        )
    return "\n".join(_markdown(run, families))


def _total(families: Sequence[FamilySummary]) -> str:
    passed = sum(f.passed for f in families)
    remarked = sum(f.remarked for f in families)
    failed = sum(f.failed for f in families)
    unsupported = sum(f.unsupported for f in families)
    count = passed + failed + unsupported
    return (
        f"{count} {'case' if count == 1 else 'cases'}: {passed} passed ({remarked} with a remark), "
        f"{failed} failed, {unsupported} unsupported."
    )


def _cell(text: object) -> str:
    """Keep a cell in its cell."""
    return str(text).replace("|", "\\|").replace("\n", " ")


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    return [*lines, *(f"| {' | '.join(_cell(x) for x in row)} |" for row in rows), ""]


def _digits(x: float | None) -> str:
    return "" if x is None else f"{x:.1f}"


def _markdown(run: Qualification, families: Sequence[FamilySummary]) -> list[str]:
    summary = [
        (
            f.family,
            f.passed,
            f.remarked,
            f.failed,
            f.unsupported,
            _digits(f.median),
            _digits(f.worst),
            f.worst_case or "",
        )
        for f in families
    ]
    cases = [
        (o.id, o.status, _digits(o.worst), _digits(o.median), o.numbers, o.why or o.remark or "")
        for o in run.outcomes
    ]
    head = ("family", "passed", "with a remark", "failed", "unsupported", "median digits")
    return [
        "# Qualification report",
        "",
        _total(families),
        "",
        f"Run on {run.at}.",
        "",
        *_table(("program or platform", "version"), list(run.versions.items())),
        "## How to read this",
        "",
        *(f"- {rule}" for rule in RULES),
        "",
        "## Files",
        "",
        *_table(
            ("file", "cases", "made by", "SHA-256"),
            [(f.name, f.cases, f.generator, f"`{f.sha256}`") for f in run.files],
        ),
        "## Families",
        "",
        *_table((*head, "fewest digits", "worst case"), summary),
        "## Cases",
        "",
        *_table(("case", "status", "worst digits", "median digits", "numbers", "said"), cases),
    ]


def _style() -> str:
    style = resources.files("ranvier.reporting") / "templates" / "style.css"
    return style.read_text("utf-8")


def _environment() -> Environment:
    env = Environment(
        loader=PackageLoader("ranvier.reporting", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["digits"] = _digits
    return env
