"""The PRISMA 2020 flow diagram: boxes, arrows and the same counts as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from ranvier.core.flow import Flow
from ranvier.reporting.anchors import trace_anchor
from ranvier.reporting.numbers import Numbers
from ranvier.reporting.svg import coordinate, element, text_width

__all__ = ["FIELDS", "FlowLine", "flow_lines", "flow_svg"]

#: What each count of the flow is, in the words of PRISMA 2020, and how it is counted.
FIELDS: dict[str, tuple[str, str]] = {
    "database_results": (
        "Records identified from databases",
        "Records whose import came from a database.",
    ),
    "register_results": (
        "Records identified from registers",
        "Records whose import came from a trial register.",
    ),
    "other_results": (
        "Records identified by other methods",
        "Records from citations, websites, organisations or data sets.",
    ),
    "duplicates": (
        "Duplicate records removed",
        "In every cluster of records, all but one.",
    ),
    "records_screened": (
        "Records screened",
        "Records or clusters with a settled decision on title and abstract.",
    ),
    "records_excluded": (
        "Records excluded",
        "Records or clusters excluded on title and abstract.",
    ),
    "records_waiting": (
        "Records awaiting screening",
        "Records without a settled decision on title and abstract.",
    ),
    "reports_sought": (
        "Reports sought for retrieval",
        "Records or clusters included on title and abstract.",
    ),
    "reports_not_retrieved": ("Reports not retrieved", "Reports sought that were not obtained."),
    "reports_assessed": (
        "Reports assessed for eligibility",
        "Reports with a settled decision on the full text.",
    ),
    "reports_excluded": ("Reports excluded", "Reports excluded on the full text."),
    "reports_waiting": (
        "Reports awaiting assessment",
        "Reports sought without a settled decision on the full text.",
    ),
    "new_studies": (
        "Studies included",
        "Studies whose role is: included, with a report that is included on the full text.",
    ),
    "new_reports": (
        "Reports of included studies",
        "Reports included on the full text that are of an included study.",
    ),
    "supporting_studies": (
        "Supporting studies told beside",
        "Studies that do not meet the criteria, but are told for what they add.",
    ),
    "ongoing_studies": ("Ongoing studies", "Studies without results that could be used yet."),
    "ongoing_reports": ("Reports of ongoing studies", "Reports of studies without results yet."),
    "reports_ungathered": (
        "Included reports not yet gathered into studies",
        "Reports included on the full text that are of no included or ongoing study.",
    ),
}

#: What PRISMA has no box for.
BESIDE = (
    "records_waiting",
    "reports_waiting",
    "supporting_studies",
    "ongoing_studies",
    "ongoing_reports",
    "reports_ungathered",
)


@dataclass(frozen=True, slots=True)
class FlowLine:
    """One count of the flow: its field, its words, its number and where it is explained."""

    field: str
    label: str
    n: int


def flow_lines(flow: Flow, reasons: Mapping[str, str]) -> list[FlowLine]:
    """List all counts in the order of the diagram, exclusion reasons below their sum."""
    out: list[FlowLine] = []
    for field, (label, _) in FIELDS.items():
        n = getattr(flow, field)
        out.append(FlowLine(field, label, n))
        if field in ("records_excluded", "reports_excluded"):
            by_reason: dict[str, int] = getattr(flow, f"{field}_reasons")
            out += [
                FlowLine(f"{field}/{id}", reasons.get(id, id), count)
                for id, count in by_reason.items()
            ]
    return out


@dataclass(frozen=True, slots=True)
class _Box:
    """A box of the diagram, laid out."""

    x: float
    y: float
    w: float
    h: float
    lines: tuple[Markup, ...]

    @property
    def middle(self) -> float:
        return self.y + self.h / 2


LINE, PAD = 18.0, 11.0


def flow_svg(
    flow: Flow,
    reasons: Mapping[str, str],
    *,
    numbers: Numbers,
    link: Callable[[str], str] = lambda field: f"#{trace_anchor('flow/' + field)}",
) -> Markup:
    """Draw the diagram: identification, screening and inclusion from top to bottom.

    Parameters
    ----------
    link : callable
        Returns where the count of a field leads; to its trace, unless given.
    """
    lines = {line.field: line for line in flow_lines(flow, reasons)}

    def shown(*fields: str) -> list[FlowLine]:
        return [lines[field] for field in fields]

    found = [s for s in shown("database_results", "register_results", "other_results") if s.n]
    stages: list[tuple[str, list[FlowLine], list[FlowLine]]] = [
        ("Identification", found or shown("database_results"), shown("duplicates")),
        ("Screening", shown("records_screened"), _with_reasons(lines, "records_excluded")),
        ("Screening", shown("reports_sought"), shown("reports_not_retrieved")),
        ("Screening", shown("reports_assessed"), _with_reasons(lines, "reports_excluded")),
        ("Included", shown("new_studies", "new_reports"), _waiting(lines)),
    ]
    parts: list[Markup] = []
    y, boxes, spans = 6.0, list[tuple[str, _Box]](), list[tuple[str, float, float]]()
    for bar, left, right in stages:
        main = _box(44, y, 336, left, numbers, link)
        side = _box(430, y, 372, right, numbers, link) if right else None
        height = max(
            main.h, side.h if side else 0, text_width(bar, 12) + 8 if bar != "Screening" else 0
        )
        parts += _draw(main)
        if side:
            parts += _draw(side)
            at = main.y + min(main.h, side.h) / 2
            if bar != "Included":
                parts.append(_arrow(main.x + main.w, at, side.x, at))
        if boxes:
            above = boxes[-1][1]
            parts.append(_arrow(212, above.y + above.h, 212, main.y))
        boxes.append((bar, _Box(main.x, main.y, main.w, main.h, ())))
        spans.append((bar, y, y + height))
        y += height + 26
    parts += _bars(spans)
    return element(
        "svg",
        element("title", "PRISMA 2020 flow diagram", id="flow-t"),
        element("desc", _description(flow, numbers), id="flow-d"),
        *parts,
        viewBox=f"0 0 810 {coordinate(y)}",
        width=810,
        height=y,
        class_="figure flow",
        role="group",
        aria_labelledby="flow-t flow-d",
    )


def _with_reasons(lines: Mapping[str, FlowLine], field: str) -> list[FlowLine]:
    return [line for name, line in lines.items() if name == field or name.startswith(f"{field}/")]


def _waiting(lines: Mapping[str, FlowLine]) -> list[FlowLine]:
    """Keep what PRISMA has no box for, where there is any."""
    return [lines[field] for field in BESIDE if lines[field].n]


def _box(
    x: float,
    y: float,
    w: float,
    lines: list[FlowLine],
    numbers: Numbers,
    link: Callable[[str], str],
) -> _Box:
    """Lay out a box: every count is a link to how it was counted."""
    drawn: list[Markup] = []
    at = y + PAD + 12
    for line in lines:
        inset = 14 if "/" in line.field else 0
        said = f"{line.label} (n\u00a0=\u00a0{numbers.count(line.n)})"
        spans = Markup("")
        for i, part in enumerate(_wrap(said, w - 2 * PAD - inset)):
            spans += element("tspan", part, x=x + PAD + inset, dy=LINE - 2 if i else None)
            at += LINE - 2 if i else 0
        first = at - (LINE - 2) * (spans.count("<tspan") - 1)
        words = element("text", spans, x=x + PAD + inset, y=first)
        drawn.append(element("a", words, href=link(line.field), class_="trace-link"))
        at += LINE
    return _Box(x, y, w, at - y - 12 + PAD - 6, tuple(drawn))


def _wrap(said: str, room: float) -> list[str]:
    """Break a line where it would leave its box."""
    out: list[str] = []
    for word in said.split(" "):
        if out and text_width(f"{out[-1]} {word}", 12.6) <= room:
            out[-1] += f" {word}"
        else:
            out.append(word)
    return out


def _draw(box: _Box) -> list[Markup]:
    frame = element("rect", x=box.x, y=box.y, width=box.w, height=box.h, rx=3, class_="box")
    return [frame, *box.lines]


def _arrow(x1: float, y1: float, x2: float, y2: float) -> Markup:
    """Draw an arrow to the right or down."""
    line = element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_="axis")
    if y1 == y2:
        points = f"{coordinate(x2)},{coordinate(y2)} {coordinate(x2 - 7)},{coordinate(y2 - 4)} "
        points += f"{coordinate(x2 - 7)},{coordinate(y2 + 4)}"
    else:
        points = f"{coordinate(x2)},{coordinate(y2)} {coordinate(x2 - 4)},{coordinate(y2 - 7)} "
        points += f"{coordinate(x2 + 4)},{coordinate(y2 - 7)}"
    return element("g", line, element("polygon", points=points, class_="arrow"))


def _bars(spans: list[tuple[str, float, float]]) -> list[Markup]:
    """Draw the side bars that name the three phases."""
    out: list[Markup] = []
    for bar in dict.fromkeys(name for name, _, _ in spans):
        top = min(y for name, y, _ in spans if name == bar)
        bottom = max(y for name, _, y in spans if name == bar)
        middle = (top + bottom) / 2
        out.append(element("rect", x=4, y=top, width=26, height=bottom - top, rx=3, class_="bar"))
        out.append(
            element(
                "text",
                bar,
                x=17,
                y=middle + 4,
                text_anchor="middle",
                transform=f"rotate(-90 17 {coordinate(middle)})",
                class_="bar-text",
            )
        )
    return out


def _description(flow: Flow, numbers: Numbers) -> str:
    total = flow.database_results + flow.register_results + flow.other_results
    return (
        f"{numbers.count(total)} records identified, {numbers.count(flow.records_screened)} "
        f"screened, {numbers.count(flow.reports_assessed)} reports assessed, "
        f"{numbers.count(flow.new_studies)} studies included. The table below gives every count."
    )
