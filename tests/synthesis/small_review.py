"""A small review in memory: the rows of two MMN outcomes, without a log behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ranvier.core.fold import Standing, Thing
from ranvier.core.protocol import AnalysisSpec, Comparison, Outcome, Protocol
from ranvier.core.result import ResultRow
from ranvier.core.review import Review
from ranvier.core.study import Study
from ranvier.core.value import Derivation, Value

BY_SEARCH = Derivation(
    formula="exhaustive_search", inputs=("published RR",), explanation="The only split that fits."
)


def value(x, provenance="derived"):
    if provenance == "found":
        return Value(value=x, provenance="found", source="s", printed=str(x))
    held = BY_SEARCH if provenance == "derived" else None
    return Value(value=x, provenance=provenance, derivation=held)


def row(id, design="two_arm_binary", *, study=None, provenance="derived", outcome="o", **numbers):
    more = {k: numbers.pop(k) for k in ("alternative_to", "measure") if k in numbers}
    return ResultRow(
        id=id,
        study=study or id.split(":")[0],
        comparison="c",
        outcome=outcome,
        design=design,
        values={name: value(x, provenance) for name, x in numbers.items()},
        **more,
    )


def table(id, e1, n1, e2, n2, **more):
    return row(id, events_1=e1, n_1=n1, events_2=e2, n_2=n2, **more)


def spec(id="a", design="two_arm_binary", measure="RR", method="MH", **more):
    return AnalysisSpec(
        id=id, label=id, comparison="c", outcome="o", design=design, measure=measure,
        method=method, **more,
    )  # fmt: skip


STRENGTH = (
    table("azulay1994", 5, 5, 0, 5),
    table("federico2000", 11, 16, 0, 16),
    table("vandenberg1995", 5, 6, 1, 6),
    table("vandenberg1995:response", 5, 6, 0, 6, provenance="found",
          alternative_to="vandenberg1995"),
    row("azulay1994:pairs", "paired_binary", only_1=5, only_2=0, n=5),
    row("federico2000:pairs", "paired_binary", only_1=11, only_2=0, n=16),
    row("vandenberg1995:pairs", "paired_binary", only_1=4, only_2=0, n=6),
)  # fmt: skip

DISABILITY = (
    table("azulay1994", 0, 5, 0, 5),
    table("vandenberg1995", 3, 6, 0, 6),
    table("leger2001", 4, 7, 2, 7),
)

PUBLISHED = spec("published", zero_cells="half_also_when_pooling", role="published")

OUTCOME = Outcome(
    id="o",
    name="strength",
    kind="binary",
    direction="higher_is_better",
    phrase="muscle strength improved",
    plain="muscle strength improved",
)
COMPARISON = Comparison(
    id="c", label="IVIg against placebo", question="q", group_1="IVIg", group_2="placebo"
)


def review(
    rows: Sequence[ResultRow],
    specs: Sequence[AnalysisSpec] = (PUBLISHED,),
    *,
    outcome: Outcome = OUTCOME,
    design: str = "crossover",
) -> Review:
    protocol = Protocol(
        title="t", background="", questions=(), outcomes=(outcome,), comparisons=(COMPARISON,),
        analyses=tuple(specs), criteria=(), screening=(), search_plan="",
    )  # fmt: skip
    studies = {
        id: Study(
            id=id, label=id, year=2000, design=design, randomised=True, questions=(), reports=(),
            arms=(), facts={}, role="included",
        )
        for id in dict.fromkeys(row.study for row in rows)
    }  # fmt: skip
    held = [("protocol", "protocol", protocol)]
    held += [("study", id, study) for id, study in studies.items()]
    held += [("row", row.id, row) for row in rows]
    things = {}
    for seq, (kind, id, payload) in enumerate(held, start=1):
        thing = Thing(kind, id)
        standing = Standing(
            thing=thing, seq=seq, revision=1, payload="", type=kind, status="standing"
        )
        things[thing] = (standing, payload)
    return Review(things=things, events={})


def lower_is_better(outcome: Outcome = OUTCOME) -> Outcome:
    return replace(outcome, direction="lower_is_better")
