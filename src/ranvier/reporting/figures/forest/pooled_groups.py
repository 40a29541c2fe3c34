"""Pool the studies of each subgroup as the whole was pooled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranvier.errors import InputError
from ranvier.stats import MetaBinary, MhResult, RmaResult, meta_binary, rma, rma_mh, rma_peto

__all__ = ["pool_groups"]

#: Which studies are in a subgroup.
Mask = NDArray[np.bool_]

#: Counts of two groups, under the names of the functions that pool them.
Table = Mapping[str, Any]


def pool_groups(
    fit: object,
    result: object,
    by: Sequence[str],
    names: Sequence[str],
    data: Mapping[str, Sequence[Any]],
) -> list[Any]:
    """Pool each subgroup by the method of a fit; None for one without studies that can be pooled.

    Parameters
    ----------
    fit : object
        The overall result; `result` is what the caller gave, of which it may be a part.
    data : mapping
        The studies' counts, under the names of :func:`ranvier.stats.escalc`.

    Raises
    ------
    InputError
        If the method needs counts that were not given, or is none we can repeat.
    """
    inside = [np.array([x == name for x in by], dtype=np.bool_) for name in names]
    if isinstance(fit, RmaResult) and not isinstance(result, MetaBinary):
        return [_inverse_variance(fit, rows) for rows in inside]
    if isinstance(fit, MhResult):
        table = _table(data, len(by))
        _same(fit.estimate, _tables(fit, table).estimate)
        return [_tables(fit, _part(table, rows)) for rows in inside]
    if isinstance(result, MetaBinary):
        table = _table(data, len(by))
        _same(result.common, _meta_binary(result, table).common)
        pooled = [_meta_binary(result, _part(table, rows)) for rows in inside]
        return [p.random if isinstance(fit, RmaResult) else p for p in pooled]
    raise InputError(
        f"Subgroups of {type(result).__name__} cannot be pooled here.",
        remedy="Pool them yourself and give by= with pooled={'name of subgroup': fit, …}.",
    )


def _same(estimate: float | None, again: float | None) -> None:
    """Refuse a fit whose options we do not know, rather than pool subgroups in another way."""
    if (estimate is None) != (again is None) or (
        estimate is not None and again is not None and abs(estimate - again) > 1e-8
    ):
        raise InputError(
            "The overall fit is of other data, or was made with options we cannot see "
            "(corrections of zero cells, say).",
            remedy="Pool the subgroups yourself: by= with pooled={'name of subgroup': fit, …}.",
        )


def _inverse_variance(fit: RmaResult, rows: Mask) -> RmaResult | None:
    yi, vi = fit.yi[rows], fit.vi[rows]
    if not np.isfinite(yi + vi).any():
        return None
    return rma(
        yi,
        vi,
        method=fit.method,
        test=fit.test,
        level=fit.level,
        pi_method=fit.pi_method,
        measure=fit.measure,
    )


def _tables(fit: MhResult, table: Table) -> MhResult:
    if fit.method == "PETO":
        return rma_peto(**table, level=fit.level)
    measure: Any = fit.measure
    return rma_mh(**table, measure=measure, level=fit.level)


def _meta_binary(result: MetaBinary, table: Table) -> MetaBinary:
    measure: Any = result.random.measure
    return meta_binary(**table, measure=measure)


def _part(table: Table, rows: Mask) -> Table:
    return {name: column[rows] for name, column in table.items()}


def _table(data: Mapping[str, Sequence[Any]], k: int) -> Table:
    """Read the counts of two groups."""
    held = {name: np.asarray(column, dtype=np.float64) for name, column in data.items()}
    for missing, total, events in (("bi", "n1i", "ai"), ("di", "n2i", "ci")):
        if missing not in held and total in held and events in held:
            held[missing] = held[total] - held[events]
    wanted = ("ai", "bi", "ci", "di")
    lacking = [name for name in wanted if name not in held]
    if lacking:
        raise InputError(
            f"To pool subgroups of tables, data lacks {', '.join(lacking)}.",
            remedy="Give data={'ai': …, 'n1i': …, 'ci': …, 'n2i': …}.",
        )
    return {name: held[name] for name in wanted}
