"""The text columns of a forest plot: study data, weights, effects and the user's own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ranvier.reporting.figures.forest.evidence import DataField, Evidence, Role, Study
from ranvier.reporting.figures.forest.layouts import Layout
from ranvier.reporting.figures.forest.table import Cell, Column
from ranvier.reporting.figures.forest.words import Words
from ranvier.reporting.numbers import NONE, Numbers

__all__ = ["data_cells", "data_columns", "effect_column", "own_columns", "weight_columns"]

#: Roles whose sums say something.
SUMMED: frozenset[Role] = frozenset({"events", "n", "time"})

_NUMBER = re.compile(r"[<>=≤≥~]?\s?[-−+]?[\d.,  ]+%?$")


def data_columns(evidence: Evidence, layout: Layout) -> tuple[Column, ...]:
    """Lay out the studies' data: a column a field, or events and total in one."""
    if layout.arm_data == "apart":
        return tuple(
            Column(key=f"data:{f.key}", heading=f.heading, over=_arm(evidence, f))
            for f in evidence.fields
        )
    out: list[Column] = []
    for fields in _joined(evidence.fields):
        heading, arm = _joined_heading(fields, layout), _arm(evidence, fields[0])
        single = len(_joined(evidence.fields)) == 2
        # With one column a group, the groups are the headings; else the groups stand above.
        over, name = (heading, arm) if single and arm else (arm, heading)
        short = arm if heading.endswith("/total") else f"{arm} {heading.lower()}".strip()
        out.append(Column(key=_key(fields), heading=name, over=over, short=short))
    return tuple(out)


def _arm(evidence: Evidence, field: DataField) -> str:
    return evidence.arms[field.arm - 1] if field.arm else ""


def _joined(fields: Sequence[DataField]) -> list[tuple[DataField, ...]]:
    """Put events with their total, and a mean with its SD; the total of means after them."""
    out: list[tuple[DataField, ...]] = []
    for arm in (0, 1, 2):
        mine = [f for f in fields if f.arm == arm]
        taken: set[str] = set()
        for field in mine:
            if field.key in taken:
                continue
            partner = _partner(field, mine)
            pair = (field, partner) if partner else (field,)
            taken |= {f.key for f in pair}
            out.append(pair)
    return out


def _partner(field: DataField, among: Sequence[DataField]) -> DataField | None:
    """Find the field that is written in one cell with another."""
    wanted: tuple[Role, ...] = ()
    if field.role == "events":
        wanted = ("n", "time")
    elif field.role == "mean":
        wanted = ("sd",)
    after = among[list(among).index(field) + 1 :]
    return next((f for f in after if f.role in wanted), None)


def _joined_heading(fields: tuple[DataField, ...], layout: Layout) -> str:
    number = "No." if layout.favour == "Favors" else "No"
    roles = tuple(f.role for f in fields)
    if roles == ("events", "n"):
        return f"{number} of events/total"
    if roles == ("events", "time"):
        return f"{number} of events/person-time"
    if roles == ("mean", "sd"):
        return f"{fields[0].heading} (SD)"
    return number if roles == ("n",) else fields[0].heading


def _key(fields: tuple[DataField, ...]) -> str:
    return "data:" + "+".join(f.key for f in fields)


def data_cells(
    data: Mapping[str, float | None],
    evidence: Evidence,
    layout: Layout,
    numbers: Numbers,
    *,
    only: frozenset[Role] | None = None,
) -> dict[str, Cell]:
    """Write one row of data; `only` some roles in a row of sums."""
    groups = (
        [(f,) for f in evidence.fields] if layout.arm_data == "apart" else _joined(evidence.fields)
    )
    out: dict[str, Cell] = {}
    for fields in groups:
        kept = [f for f in fields if only is None or f.role in only]
        if not kept or (only is not None and all(f.key not in data for f in kept)):
            continue
        said = [_said(data.get(f.key), numbers) for f in kept]
        if len(said) == 1:
            out[_key(fields)] = (said[0],)
        elif fields[0].role == "mean":
            out[_key(fields)] = (said[0], f"({said[1]})")
        else:
            out[_key(fields)] = (f"{said[0]}/{said[1]}",)
    return out


def _said(value: float | None, numbers: Numbers) -> str:
    return NONE if value is None else numbers.plain(value)


def sums(studies: Sequence[Study], evidence: Evidence) -> dict[str, float]:
    """Add up counts where every study has one."""
    out: dict[str, float] = {}
    for field in evidence.fields:
        if field.role in SUMMED:
            held = [study.data.get(field.key) for study in studies]
            known = [x for x in held if x is not None]
            if known and len(known) == len(held):
                out[field.key] = sum(known)
    return out


def own_columns(names: Sequence[str], evidence: Evidence, side: str) -> tuple[Column, ...]:
    """Lay out the user's own columns: numbers by their decimal sign, words from the left."""
    out: list[Column] = []
    for name in names:
        held = [s.more.get(name, "") for s in evidence.studies]
        numeric = all(_NUMBER.match(x) or x in ("", NONE) for x in held)
        align = "decimal" if numeric else "start"
        out.append(Column(key=f"{side}:{name}", heading=name, align=align))
    return tuple(out)


def weight_columns(evidence: Evidence, layout: Layout) -> tuple[Column, ...]:
    """Lay out a column of weights for each model that has them."""
    several = len(evidence.models) > 1
    out: list[Column] = []
    for i, model in enumerate(evidence.models):
        if any(len(s.weights) > i and s.weights[i] is not None for s in evidence.studies):
            heading = layout.weight_heading
            alike = sum(other.kind == model.kind for other in evidence.models) > 1
            name = model.how if alike and model.how else model.kind
            if several:
                heading = f"{' '.join(heading.split())}\n{name}"
            short = f"weight ({name})" if several else "weight"
            out.append(Column(key=f"weight:{i}", heading=heading, short=short))
    return tuple(out)


def effect_column(evidence: Evidence, layout: Layout, words: Words) -> Column:
    """Lay out the column of effects and intervals."""
    if layout.brackets[0] == "(":
        second = f"({words.ci})"
    else:
        hows = {m.how for m in evidence.models}
        named = words.method(evidence.models[0]) if len(evidence.models) == 1 else ""
        named = named or (hows.pop() if len(hows) == 1 else "")
        second = ", ".join(filter(None, (named, words.ci)))
    return Column(key="effect", heading=f"{words.shown.name}\n{second}")
