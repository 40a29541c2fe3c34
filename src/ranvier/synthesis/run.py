"""Running one planned analysis: a specification and rows in, an analysis out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ranvier.core.analysis import ENGINE, Analysis, Estimate, StudyEffect, input_hash
from ranvier.core.protocol import AnalysisSpec
from ranvier.core.result import ResultRow, number, row_provenance
from ranvier.core.review import Review
from ranvier.core.value import weakest
from ranvier.errors import InputError
from ranvier.synthesis.arrays import NumberRow
from ranvier.synthesis.designs import DESIGNS, Computed
from ranvier.synthesis.fit import Fit, named, to_natural

__all__ = ["analyse", "analyse_all", "rows_of"]


_SUMMED = (
    "events_1", "n_1", "events_2", "n_2", "events", "n", "only_1", "only_2", "both", "neither",
)  # fmt: skip


def rows_of(spec: AnalysisSpec, rows: Mapping[str, ResultRow]) -> tuple[ResultRow, ...]:
    """Select the rows of an analysis, in the order of its list or of the review.

    Raises
    ------
    InputError
        If a named row is missing, or is of another design.
    """
    if not spec.rows:
        return tuple(
            row
            for row in rows.values()
            if (row.comparison, row.outcome, row.design)
            == (spec.comparison, spec.outcome, spec.design)
            and row.alternative_to is None
        )
    missing = [id for id in spec.rows if id not in rows]
    if missing:
        raise InputError(
            f"analysis {spec.id!r} names rows that do not exist: {', '.join(missing)}.",
            remedy="Correct the list of rows, or record them.",
        )
    chosen = tuple(rows[id] for id in spec.rows)
    for row in chosen:
        if row.design != spec.design:
            raise InputError(
                f"analysis {spec.id!r} is of design {spec.design}, its row {row.id!r} of design "
                f"{row.design}.",
                remedy="Analyse rows of one design at a time.",
            )
    return chosen


def analyse(
    spec: AnalysisSpec,
    rows: Mapping[str, ResultRow],
) -> Analysis:
    """Compute one planned analysis.

    Parameters
    ----------
    spec : AnalysisSpec
        Everything that decides the numbers.
    rows : mapping of str to ResultRow
        Rows by id; those of ``spec.rows``, or all of its comparison, outcome and design that are
        not alternatives to another row.

    Returns
    -------
    Analysis
        Effects on the natural scale. `notes` names each exclusion and each correction.

    Raises
    ------
    InputError
        If there is no row, a row lacks a number, or the specification has an unknown word or a
        combination that does not exist; the message names the analysis.
    """
    chosen = rows_of(spec, rows)
    if not chosen:
        raise InputError(
            f"analysis {spec.id!r} has no rows: none is of comparison {spec.comparison!r}, outcome "
            f"{spec.outcome!r} and design {spec.design!r}.",
            remedy="Record its result rows, or take the analysis out of the protocol.",
        )
    _same_measure(spec, chosen)
    plain = tuple(_numbers(row) for row in chosen)
    try:
        computed = DESIGNS[spec.design](spec, plain)
    except InputError as error:
        raise InputError(f"analysis {spec.id!r}: {error.message}", remedy=error.remedy) from error
    return _assemble(spec, chosen, plain, computed)


def analyse_all(review: Review) -> dict[str, Analysis]:
    """Compute every planned analysis of a review, in the order of its protocol.

    An analysis for which no rows were recorded yet is left out.
    """
    return {
        id: analyse(spec, review.rows)
        for id, spec in review.specs.items()
        if spec.rows or rows_of(spec, review.rows)
    }


def _same_measure(spec: AnalysisSpec, rows: tuple[ResultRow, ...]) -> None:
    """Refuse contrasts of another measure than the one that is analysed."""
    for row in rows:
        if row.design == "contrast" and row.measure not in (None, spec.measure):
            raise InputError(
                f"analysis {spec.id!r} is of {spec.measure}, its row {row.id!r} gives a "
                f"{row.measure}.",
                remedy="Analyse estimates of one measure at a time.",
            )


def _numbers(row: ResultRow) -> NumberRow:
    held = {name: number(row, name) for name in row.values}
    return NumberRow(
        name=row.id,
        study=row.study,
        numbers={name: x for name, x in held.items() if x is not None},
    )


def _assemble(
    spec: AnalysisSpec,
    chosen: tuple[ResultRow, ...],
    plain: tuple[NumberRow, ...],
    computed: Computed,
) -> Analysis:
    fit = computed.fit
    names = [row.study for row in chosen]
    notes = named(computed.notes, names)
    by_row = {row.id: _about(row.study, notes) for row in chosen}
    return Analysis(
        spec=spec,
        inputs=input_hash(spec, chosen),
        engine=ENGINE,
        rows=tuple(row.id for row in chosen),
        k=computed.k,
        participants=sum(_people(row) for row in chosen),
        effect=computed.effect,
        se=fit.se if fit is not None else None,
        p=computed.p,
        studies=tuple(
            StudyEffect(
                row=row.id,
                study=row.study,
                effect=computed.studies[place] if computed.studies else None,
                weight=_weight(fit, place),
                provenance=row_provenance(row),
                note=by_row[row.id],
            )
            for place, row in enumerate(chosen)
        ),
        totals=_totals(plain),
        provenance=weakest([row_provenance(row) for row in chosen]),
        notes=notes,
        tau2=fit.tau2 if fit else None,
        I2=fit.I2 if fit else None,
        QE=fit.QE if fit else None,
        QE_df=fit.QE_df if fit else None,
        QE_p=fit.QE_p if fit else None,
        prediction=_prediction(fit),
        by_correlation=computed.by_correlation,
        scale=fit.scale if fit else "natural",
    )


def _about(study: str, notes: Sequence[str]) -> str | None:
    """Join what the notes say of one study."""
    said = [note.removeprefix(f"{study}: ") for note in notes if note.startswith(f"{study}: ")]
    return "; ".join(dict.fromkeys(said)) or None


def _weight(fit: Fit | None, place: int) -> float | None:
    if fit is None:
        return None
    weight = float(fit.weights[place])
    return weight if weight >= 0 else None


def _people(row: ResultRow) -> int:
    """Count the people of a row; those who are in both groups once."""
    sizes = [size for name in ("n_1", "n_2") if (size := number(row, name)) is not None]
    if sizes:
        return int(max(sizes) if row.groups == "same_people" else sum(sizes))
    return int(number(row, "n") or 0)


def _totals(rows: Sequence[NumberRow]) -> dict[str, float]:
    """Sum each count that every row has."""
    return {
        name: sum(row.numbers[name] for row in rows)
        for name in _SUMMED
        if rows and all(name in row.numbers for row in rows)
    }


def _prediction(fit: Fit | None) -> Estimate | None:
    if fit is None or fit.pi_lb is None or fit.estimate is None:
        return None
    centre = to_natural(fit.estimate, fit.scale)
    assert centre is not None
    return Estimate(
        estimate=centre,
        ci_lb=to_natural(fit.pi_lb, fit.scale),
        ci_ub=to_natural(fit.pi_ub, fit.scale),
    )
