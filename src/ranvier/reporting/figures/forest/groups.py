"""Subgroups of a forest plot: those of a result, the caller's own fits, or pooled here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from ranvier.errors import InputError
from ranvier.reporting.figures.forest.evidence import Difference, Evidence, Model, Subgroup
from ranvier.reporting.figures.forest.given import Given, column_of
from ranvier.reporting.figures.forest.pooled import Pooled, chi2_p, model_of
from ranvier.reporting.figures.forest.pooled_groups import pool_groups
from ranvier.reporting.figures.forest.restated import common_of
from ranvier.reporting.figures.measures import Shown
from ranvier.stats import MetaBinary, Subgroups

__all__ = ["with_groups"]


def with_groups(
    evidence: Evidence,
    results: Sequence[object],
    pooled: Sequence[Pooled],
    how: Shown,
    given: Given,
) -> Evidence:
    """Add subgroups: those of a result, or the studies parted as the caller says."""
    made = [r for r in results if isinstance(r, Subgroups)]
    k = len(evidence.studies)
    if made:
        by = tuple(made[0].by)
    elif given.by is not None:
        by = tuple(str(x) for x in column_of("by", given.by, k))
    else:
        return evidence
    names = tuple(dict.fromkeys(by))
    per_model: list[list[Any]] = []
    tests: list[Difference | None] = []
    position = 0
    for result in results:
        if isinstance(result, Subgroups):
            fits: dict[str, Any] = dict(zip(result.names, result.groups, strict=True))
            per_model.append([fits.get(name) for name in names])
            tests.append(Difference(Q=result.Q, df=result.df, p=result.Qp))
            position += 1
            continue
        parts = 2 if isinstance(result, MetaBinary) else 1
        for fit in pooled[position : position + parts]:
            if given.pooled:
                groups = _given_groups(given.pooled, names, len(per_model))
            else:
                groups = pool_groups(fit, result, by, names, given.data)
                if isinstance(result, MetaBinary) and fit is not result.random:
                    groups = [common_of(g) for g in groups]
            per_model.append(groups)
            tests.append(_difference(groups))
        position += parts
    subgroups = tuple(
        Subgroup(
            name=name,
            models=tuple(
                Model(kind=m.kind) if fits[i] is None else model_of(fits[i], how)
                for m, fits in zip(evidence.models, per_model, strict=True)
            ),
        )
        for i, name in enumerate(names)
    )
    studies = tuple(
        replace(study, group=group) for study, group in zip(evidence.studies, by, strict=True)
    )
    return replace(evidence, studies=studies, subgroups=subgroups, differences=tuple(tests))


def _given_groups(
    pooled: Mapping[str, object], names: Sequence[str], model: int
) -> list[object | None]:
    """Take the fits of subgroups that the caller made: one, or one for each model."""
    unknown = [name for name in pooled if name not in names]
    if unknown:
        raise InputError(
            f"pooled names {', '.join(unknown)}, of which there is no study.",
            remedy=f"The subgroups are {', '.join(names)}.",
        )
    out: list[object | None] = []
    for name in names:
        held = pooled.get(name)
        if isinstance(held, list | tuple):
            fits = cast(Sequence[object], held)
            held = fits[model] if model < len(fits) else None
        elif model > 0:
            held = None
        out.append(held)
    return out


def _difference(groups: Sequence[Any]) -> Difference | None:
    """Test the difference between pooled subgroups by Cochran's Q of their estimates."""
    held = [
        (g.estimate, g.se)
        for g in groups
        if g is not None and g.estimate is not None and g.se is not None and g.se > 0
    ]
    if len(held) < 2:
        return None
    w = [1 / se**2 for _, se in held]
    mean = sum(a * y for a, (y, _) in zip(w, held, strict=True)) / sum(w)
    q = sum(a * (y - mean) ** 2 for a, (y, _) in zip(w, held, strict=True))
    return Difference(Q=q, df=len(held) - 1, p=chi2_p(q, len(held) - 1))
