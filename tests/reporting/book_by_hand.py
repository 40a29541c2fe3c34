"""A small book made by hand: three studies, and one of everything a document must show.

The numbers in its analyses come from closed formulas: the risk ratio of one table with 0.5 added to
zero cells, their inverse-variance mean, McNemar's odds, and a change under a stated correlation.
"""

from __future__ import annotations

import math
from dataclasses import replace

from ranvier.core.analysis import (
    ENGINE,
    Analysis,
    AnalysisRecorded,
    Estimate,
    StudyEffect,
    input_hash,
)
from ranvier.core.book import Book
from ranvier.core.event import Chain, Draft
from ranvier.core.facts import ReviewOpened, encode, fact_of
from ranvier.core.finding import Finding, Published, Text, Version
from ranvier.core.flow import flow_of
from ranvier.core.judgement import Certainty, Rating, RiskOfBias
from ranvier.core.multiverse import Multiverse, Universe
from ranvier.core.protocol import (
    AnalysisSpec,
    Comparison,
    Criterion,
    Outcome,
    Protocol,
    Question,
    ScreeningRule,
)
from ranvier.core.reproduction import Control, Figure, Reproduction
from ranvier.core.result import ResultRow, row_provenance
from ranvier.core.review import Actor, Review, review_from
from ranvier.core.screening import Decision
from ranvier.core.search import Clustering, Import, Record, SearchRun
from ranvier.core.study import Arm, Conflict, Regimen, Report, Study
from ranvier.core.summary import SummaryRow
from ranvier.core.trace import trace
from ranvier.core.value import Anchor, Derivation, Source, Value, weakest

Z = 1.959963984540054

HOSTILE = (
    '<script>alert("x")</script> A trial of <i>immunoglobulin</i> & CO<sub>2</sub> <b onclick="x">'
)


def found(x: float | str, printed: str | None = None, unit: str | None = None) -> Value:
    quote = printed or str(x)
    anchor = Anchor(source="paper", quote=quote, start=120)
    return Value(
        value=x, provenance="found", printed=quote, source="paper", anchor=anchor, unit=unit
    )


def derived(x: float) -> Value:
    how = Derivation(
        formula="exhaustive_search",
        inputs=("published RR 11.00 (2.86 to 42.25)",),
        explanation="The only counts that give the published result.",
    )
    return Value(value=x, provenance="derived", derivation=how, source="paper")


def recalled(x: float | str) -> Value:
    return Value(value=x, provenance="recalled")


OUTCOMES = (
    Outcome(
        id="strength",
        name="Muscle strength improved",
        kind="binary",
        direction="higher_is_better",
        phrase="muscle strength improved",
        plain="better muscle strength",
        importance="critical",
    ),
    Outcome(
        id="harm",
        name="People with side effects",
        kind="binary",
        direction="lower_is_better",
        phrase="side effects",
        plain="side effects",
    ),
    Outcome(
        id="score",
        name="Strength score",
        kind="continuous",
        direction="higher_is_better",
        phrase="strength score",
        plain="muscle strength on a score",
        importance="critical",
        mid=found(2, "2 points", "points"),
        timing="52 weeks",
    ),
)

COMPARISONS = (
    Comparison(
        id="placebo",
        label="Immunoglobulin against placebo",
        question="q",
        group_1="immunoglobulin",
        group_2="placebo",
        plain="immunoglobulin compared with a dummy infusion",
    ),
    Comparison(
        id="before-after",
        label="A year of immunoglobulin, before and after",
        question="q",
        group_1="immunoglobulin",
        plain="how people were after a year compared with before",
    ),
)


def spec(id: str, **changes: object) -> AnalysisSpec:
    made = AnalysisSpec(
        id=id,
        label=f"Analysis {id}",
        comparison="placebo",
        outcome="strength",
        design="two_arm_binary",
        measure="RR",
        method="IV",
    )
    return replace(made, **changes)  # pyright: ignore[reportArgumentType]


SPECS = (
    spec("strength", label="Muscle strength improved: immunoglobulin against placebo"),
    spec(
        "strength-published",
        label="Muscle strength improved, as published",
        role="published",
        zero_cells="half_also_when_pooling",
    ),
    spec("harm", outcome="harm", design="paired_binary", measure="OR", method="paired"),
    spec(
        "score",
        label="Strength score after a year",
        comparison="before-after",
        outcome="score",
        design="pre_post",
        measure="MC",
        method="change",
        correlations=(0.3, 0.7),
    ),
)

PROTOCOL = Protocol(
    title="Treatments for a rare nerve disease",
    background="A rare nerve disease weakens the hands.",
    questions=(
        Question(
            id="q",
            title="Does immunoglobulin help?",
            population="people with the disease",
            intervention="immunoglobulin",
            comparator="placebo",
            outcomes=("strength", "harm", "score"),
            study_designs="Randomised trials",
        ),
    ),
    outcomes=OUTCOMES,
    comparisons=COMPARISONS,
    analyses=SPECS,
    criteria=(
        Criterion(id="ta-other", stage="title_abstract", text="Another disease"),
        Criterion(id="ft-design", stage="full_text", text="No control group"),
    ),
    screening=(
        ScreeningRule(stage="title_abstract", rule="single"),
        ScreeningRule(stage="full_text", rule="single"),
    ),
    search_plan="Two databases.",
    risk_of_bias_tool="RoB 2",
)


def binary(id: str, study: str, a: Value, n1: Value, b: Value, n2: Value) -> ResultRow:
    values = {"events_1": a, "n_1": n1, "events_2": b, "n_2": n2}
    return ResultRow(
        id=id,
        study=study,
        comparison="placebo",
        outcome="strength",
        design="two_arm_binary",
        values=values,
    )


ROWS = (
    binary("adam-strength", "adam1994", derived(5), found(5), derived(0), found(5)),
    binary("beta-strength", "beta2000", found(11, "11 of 16"), found(16), found(1), found(16)),
    binary("gamma-strength", "gamma2013", found(0), found(7), found(0), recalled(7)),
    ResultRow(
        id="gamma-harm",
        study="gamma2013",
        comparison="placebo",
        outcome="harm",
        design="paired_binary",
        values={"only_1": found(9), "only_2": found(3), "n": found(42)},
    ),
    ResultRow(
        id="adam-score",
        study="adam1994",
        comparison="before-after",
        outcome="score",
        design="pre_post",
        values={
            "mean_pre": found(85.6, "85.6 (8.7)"),
            "sd_pre": found(8.7, "85.6 (8.7)"),
            "mean_post": found(90.6, "90.6 (10.8)"),
            "sd_post": found(10.8, "90.6 (10.8)"),
            "n": found(13),
        },
        time="52 weeks",
    ),
)


def counts(row: ResultRow) -> tuple[float, float, float, float]:
    a, n1, b, n2 = (float(row.values[k].value or 0) for k in ("events_1", "n_1", "events_2", "n_2"))
    return a, n1 - a, b, n2 - b


def risk_ratio(row: ResultRow) -> tuple[float, float] | None:
    """The log risk ratio with its variance, 0.5 added to tables with a zero cell."""
    a, b, c, d = counts(row)
    if a == c == 0:
        return None
    if 0 in (a, b, c, d):
        a, b, c, d = (x + 0.5 for x in (a, b, c, d))
    y = math.log(a / (a + b)) - math.log(c / (c + d))
    return y, 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)


def interval(y: float, se: float, *, log: bool) -> Estimate:
    back = math.exp if log else float
    return Estimate(estimate=back(y), ci_lb=back(y - Z * se), ci_ub=back(y + Z * se))


def normal_p(z: float) -> float:
    return math.erfc(abs(z) / math.sqrt(2))


def pooled(spec: AnalysisSpec) -> Analysis:
    rows = ROWS[:3]
    made = [(row, risk_ratio(row)) for row in rows]
    total = sum(1 / e[1] for _, e in made if e)
    mean = sum(e[0] / e[1] for _, e in made if e) / total
    se = math.sqrt(1 / total)
    q = sum((e[0] - mean) ** 2 / e[1] for _, e in made if e)
    effects = tuple(
        StudyEffect(
            row=row.id,
            study=row.study,
            effect=interval(e[0], math.sqrt(e[1]), log=True) if e else None,
            weight=100 / e[1] / total if e else None,
            provenance=row_provenance(row),
            note=None if e else "no event in either group",
        )
        for row, e in made
    )
    sums = [sum(float(row.values[k].value or 0) for row in rows[:2]) for k in rows[0].values]
    return Analysis(
        spec=spec,
        inputs=input_hash(spec, rows),
        engine=ENGINE,
        rows=tuple(row.id for row in rows),
        k=2,
        participants=42,
        effect=interval(mean, se, log=True),
        se=se,
        p=normal_p(mean / se),
        studies=effects,
        totals=dict(zip(rows[0].values, sums, strict=True)),
        provenance=weakest([row_provenance(row) for row in rows]),
        notes=("gamma-strength: no event in either group, left out",),
        tau2=0.0,
        I2=0.0,
        QE=q,
        QE_df=1,
        QE_p=normal_p(math.sqrt(q)),
        scale="log",
    )


def paired(spec: AnalysisSpec) -> Analysis:
    row = ROWS[3]
    se = math.sqrt(1 / 9 + 1 / 3)
    effect = interval(math.log(9 / 3), se, log=True)
    return Analysis(
        spec=spec,
        inputs=input_hash(spec, (row,)),
        engine=ENGINE,
        rows=(row.id,),
        k=1,
        participants=42,
        effect=effect,
        se=se,
        p=normal_p(math.log(3) / se),
        studies=(
            StudyEffect(row=row.id, study=row.study, effect=effect, weight=100, provenance="found"),
        ),
        totals={"only_1": 9, "only_2": 3, "n": 42},
        provenance="found",
        notes=(),
        scale="log",
    )


def change(spec: AnalysisSpec) -> Analysis:
    row = ROWS[4]
    given = {}
    for r in spec.correlations:
        sd = math.sqrt(8.7**2 + 10.8**2 - 2 * r * 8.7 * 10.8)
        given[f"{r:g}"] = interval(5.0, sd / math.sqrt(13), log=False)
    first = given["0.3"]
    return Analysis(
        spec=spec,
        inputs=input_hash(spec, (row,)),
        engine=ENGINE,
        rows=(row.id,),
        k=1,
        participants=13,
        effect=first,
        se=None,
        p=None,
        studies=(
            StudyEffect(row=row.id, study=row.study, effect=first, weight=100, provenance="found"),
        ),
        totals={"n": 13},
        provenance="found",
        notes=("the correlation is assumed",),
        by_correlation=given,
    )


def records() -> dict[str, Record]:
    kept = (
        Record(
            id="adam",
            title=HOSTILE,
            authors=("Adam A", "Bell B"),
            year=1994,
            journal="Neurology",
            volume="44",
            pages="429",
            doi="10.1212/wnl.44.3_part_1.429",
            pmid="8145910",
        ),
        Record(id="adam-copy", title="A trial of immunoglobulin", year=1994),
        Record(id="beta", title="Beta trial", year=2000, authors=("Beta C",), journal="Brain"),
        Record(
            id="gamma", title="Gamma trial", year=2013, kind="register", registry_id="NCT00666263"
        ),
        Record(id="delta", title="Delta trial", year=2020, provenance="recalled"),
        Record(id="noise", title="Another disease", year=2001),
        Record(id="single", title="Uncontrolled", year=2002, authors=("Solo D",)),
    )
    return {record.id: record for record in kept}


def study(
    id: str, label: str, year: int, reports: tuple[str, ...], role: str = "included"
) -> Study:
    regimen = Regimen(
        drug="immunoglobulin",
        route="intravenous",
        dose=found(0.4, "0.4 g/kg"),
        dose_unit="g/kg",
        days=recalled(5),
    )
    return Study(
        id=id,
        label=label,
        year=year,
        design="crossover",
        randomised=True,
        questions=("q",),
        reports=reports,
        arms=(
            Arm(id="ig", label="Immunoglobulin", regimens=(regimen,), n=found(5)),
            Arm(id="placebo", label="Placebo"),
        ),
        facts={"n_randomised": found(12), "population": recalled("adults")},
        role=role,  # pyright: ignore[reportArgumentType]
        registrations=("NCT00666263",) if id == "gamma2013" else (),
        uncertain=("Washout not reported.",) if id == "adam1994" else (),
    )


def facts(*, stale: bool) -> list[object]:
    """Everything the log says, in order."""
    decided = {"adam": "", "beta": "", "gamma": "", "delta": "", "single": "", "noise": "ta-other"}
    strength = pooled(SPECS[0])
    stood = {"strength": "0" * 64 if stale else strength.inputs}
    level = Value(value="low", provenance="found", printed="low", source="paper")
    return [
        ReviewOpened(id="r", title="Treatments for a rare nerve disease", summary="An example."),
        PROTOCOL,
        Source(id="paper", label="Adam 1994, the paper", kind="page", locator="10.1212/wnl.44.3"),
        SearchRun(
            id="s1",
            source="MEDLINE",
            kind="database",
            date="2026-01-05",
            searched_through="2026-01-04",
            strategy="neuropathy AND immunoglobulin",
        ),
        SearchRun(
            id="s2",
            source="ICTRP",
            kind="register",
            date="2025-12-01",
            searched_through="2025-11-30",
        ),
        Import(
            id="i1",
            search_run="s1",
            filename="records.csv",
            file_sha256="0" * 64,
            reader="csv 1",
            records_sha256="1" * 64,
            count=7,
        ),
        Clustering(id="c", method="by hand", clusters={"adam": ("adam", "adam-copy")}, why={}),
        *(
            Decision(
                item=item,
                stage="title_abstract",
                reviewer="data",
                verdict="exclude" if reason else "include",
                reasons=(reason,) if reason else (),
            )
            for item, reason in decided.items()
        ),
        *(
            Decision(item=i, stage="full_text", reviewer="data", verdict="include")
            for i in ("adam", "beta", "gamma", "delta")
        ),
        Decision(
            item="single",
            stage="full_text",
            reviewer="data",
            verdict="exclude",
            reasons=("ft-design",),
        ),
        Report(id="adam-paper", record="adam", kind="article", primary=True),
        Report(id="beta-paper", record="beta", kind="article", primary=True),
        Report(id="gamma-reg", record="gamma", kind="registration"),
        Report(id="delta-abs", record="delta", kind="conference_abstract"),
        study("adam1994", "Adam 1994", 1994, ("adam-paper",)),
        study("beta2000", "Beta 2000", 2000, ("beta-paper",)),
        study("gamma2013", "Gamma 2013", 2013, ("gamma-reg",)),
        study("delta2020", "Delta 2020", 2020, ("delta-abs",), "ongoing"),
        *ROWS,
        Conflict(
            id="grip",
            about="change of grip strength",
            study="gamma2013",
            sides={"paper": found(10.8, "10.8%"), "manufacturer": recalled(9.1)},
            rows=("gamma-harm",),
        ),
        RiskOfBias(
            id="b1",
            study="beta2000",
            tool="RoB 2",
            domain="overall",
            level=replace(level, value="some_concerns"),
        ),
        AnalysisRecorded(
            id="strength", inputs=strength.inputs, engine=ENGINE, estimate=1, ci_lb=1, ci_ub=1
        ),
        Certainty(
            id="c1",
            comparison="placebo",
            outcome="strength",
            level=level,
            domains={"imprecision": Rating(steps=-2, reason="Few people.")},
            based_on=stood,
        ),
        Finding(
            id="f-strength",
            comparison="placebo",
            outcome="strength",
            analysis="strength",
            certainty="c1",
            order=1,
            based_on=stood,
        ),
        Finding(
            id="f-harm",
            comparison="placebo",
            outcome="harm",
            analysis="harm",
            certainty=None,
            order=2,
            based_on={},
        ),
        Finding(
            id="f-score",
            comparison="before-after",
            outcome="score",
            analysis="score",
            certainty=None,
            order=3,
            based_on={},
        ),
        Text(
            id="t1",
            section="uncertain",
            language="en",
            based_on={},
            body="The ratio {analysis:strength.estimate} ({analysis:strength.ci}) rests on "
            "{row:adam-strength.n_1} people & <b>few</b> trials.\n\n"
            "{flow:records_screened} records; current to {search:current_to}; "
            "{finding:f-strength.certainty}.",
        ),
        Text(
            id="t2",
            section="pls_condition",
            language="en",
            body="A disease that weakens the hands.",
            based_on={},
        ),
        Text(id="t3", section="thoughts", language="en", body="A further note.", based_on={}),
        Published(id="p1", entry={}, source="paper"),
        Version(
            name="1.0",
            event="NEW",
            date="2026-02-01",
            up_to=10,
            head="0" * 64,
            what_is_new="First version.",
        ),
    ]


def review(*, stale: bool = False) -> Review:
    """Fold the facts to a review; two actors, both named apart from the log."""
    chain = Chain("r")
    events = []
    for i, payload in enumerate(facts(stale=stale)):
        events.append(
            chain.add(
                Draft(
                    type=fact_of(payload).type,
                    payload=encode(payload),
                    actor="data" if isinstance(payload, Decision) else "anna",
                    at=f"2026-02-{1 + i // 20:02d}T10:{i % 60:02d}:00Z",
                    reason="as in the data set" if isinstance(payload, Decision) else None,
                    client_id=f"{i:032d}",
                )
            )
        )
    actors = {
        "anna": Actor(id="anna", kind="person", name="Anna Example"),
        "data": Actor(id="data", kind="dataset", name="Example data"),
    }
    return review_from(events, records=records(), actors=actors)


def summary(analyses: dict[str, Analysis], *, stale: bool) -> dict[str, tuple[SummaryRow, ...]]:
    def row(finding: str, id: str, **changes: object) -> SummaryRow:
        analysis = analyses[id]
        made = SummaryRow(
            finding=finding,
            comparison=analysis.spec.comparison,
            outcome=analysis.spec.outcome,
            analysis=id,
            measure=analysis.spec.measure,
            risk_1=None,
            risk_2=None,
            difference=None,
            relative=analysis.effect,
            participants=analysis.participants,
            studies=analysis.k,
            certainty=None,
            certainty_source=None,
            size="unclear",
            direction="either",
            provenance=analysis.provenance,
            stale=(),
            comment=None,
        )
        return replace(made, **changes)  # pyright: ignore[reportArgumentType]

    effect = analyses["strength"].effect
    assert effect is not None
    base = 1000 / 21
    risk = Estimate(estimate=base * effect.estimate, ci_lb=base, ci_ub=1000)
    strength = row(
        "f-strength",
        "strength",
        risk_1=risk,
        risk_2=Estimate(estimate=base, ci_lb=None, ci_ub=None),
        difference=Estimate(estimate=risk.estimate - base, ci_lb=0, ci_ub=1000 - base),
        certainty="low",
        certainty_source="paper",
        size="large",
        direction="better",
        stale=("the data or the method of analysis 'strength' changed since",) if stale else (),
        comment="Two trials of three gave events.",
    )
    score = row(
        "f-score",
        "score",
        relative=None,
        difference=analyses["score"].effect,
        size="important",
        direction="better",
    )
    return {"placebo": (strength, row("f-harm", "harm")), "before-after": (score,)}


def multiverse(analyses: dict[str, Analysis]) -> Multiverse:
    """Seven analyses on two axes, one of them the published one, one that cannot be estimated."""
    universes = []
    for i in range(6):
        measure = ("RR", "OR", "RD")[i % 3]
        ratio = measure != "RD"
        y = 0.3 + 0.4 * i if ratio else 0.1 * i
        effect = interval(y, 0.5 if ratio else 0.15, log=ratio)
        null = 1.0 if ratio else 0.0
        low = effect.ci_lb or 0.0
        universes.append(
            Universe(
                choices={
                    "measure": measure,
                    "model": "random" if i % 2 else "common",
                    "interval": "wald",
                },
                effect=effect,
                null=null,
                p=0.04,
                favours=1,
                excludes_null=low > null,
                k=2,
                matches=("strength-published",) if i == 3 else (),
            )
        )
    lost = Universe(
        choices={"measure": "RR", "model": "common", "interval": "wald"},
        effect=None,
        null=1.0,
        p=None,
        favours=0,
        excludes_null=False,
        k=0,
    )
    return Multiverse(
        comparison="placebo",
        outcome="strength",
        rows=analyses["strength"].rows,
        provenance=analyses["strength"].provenance,
        dimensions={
            "measure": ("RR", "OR", "RD"),
            "model": ("common", "random"),
            "interval": ("wald",),
        },
        universes=(*universes, lost),
        summary="All estimable analyses favour immunoglobulin.",
    )


def book(*, stale: bool = False) -> Book:
    """Make the book."""
    held = review(stale=stale)
    made = [pooled(SPECS[0]), pooled(SPECS[1]), paired(SPECS[2]), change(SPECS[3])]
    analyses = {analysis.spec.id: analysis for analysis in made}
    figure = Figure(name="estimate", printed="11.00", ours="11.00", value=11.0, agrees=True)
    wrong = replace(figure, name="ci_ub", printed="42.25", ours="42.27", agrees=False)
    return Book(
        review=held,
        analyses=analyses,
        multiverses=(multiverse(analyses),),
        summary=summary(analyses, stale=stale),
        flow=flow_of(held),
        reproductions=(
            Reproduction(
                id="p1",
                question="Strength, published",
                review="CD1",
                status="disagrees",
                expected="disagree",
                as_expected=True,
                analysis="RR, M-H",
                figures=(figure, wrong),
                controls=(Control(label="RR, IV", figures=(figure,)),),
                rows_provenance="derived",
                provenance="found",
                finding=None,
                why="The print is wrong.",
            ),
        ),
        trace=trace(held, analyses),
        seq=len(held.events),
        head=held.events[max(held.events)].hash,
    )


def empty_book() -> Book:
    """Make the book of a review that was only opened."""
    chain = Chain("r")
    opened = ReviewOpened(id="r", title="A new review")
    event = chain.add(
        Draft(
            type="review.opened",
            payload=encode(opened),
            actor="anna",
            at="2026-02-01T10:00:00Z",
            client_id="0",
        )
    )
    held = review_from([event])
    return Book(
        review=held,
        analyses={},
        multiverses=(),
        summary={},
        flow=flow_of(held),
        reproductions=(),
        trace=trace(held, {}),
        seq=1,
        head=event.hash,
    )
