"""Draw a forest plot of what `ranvier.stats` found: in one figure, or on several pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack, cast

from ranvier.reporting.figures.figure import Figure
from ranvier.reporting.figures.forest.build import Choices
from ranvier.reporting.figures.forest.compose import Composition, composed
from ranvier.reporting.figures.forest.from_stats import evidence_from
from ranvier.reporting.figures.forest.given import Given
from ranvier.reporting.figures.forest.options import ForestOptions, checked
from ranvier.reporting.figures.look import style_of

__all__ = ["forest_pages", "forest_plot"]


def forest_plot(result: object, **options: Unpack[ForestOptions]) -> Figure:
    """Draw a forest plot.

    Parameters
    ----------
    result : result of ranvier.stats, or a sequence of them
        Of :func:`rma`, :func:`rma_mh`, :func:`rma_peto`, :func:`subgroups`, :func:`meta_binary` or
        another that pools studies, mixed models of counts and Bayesian fits among them (with
        `effects` or `data`); several of the same studies stand as models below each other.
        Of :func:`leave1out` or :func:`cumul`, with the fit of all studies after it:
        ``[leave1out(yi, vi), fit]``.
    **options
        See :class:`ForestOptions`; and those of every figure: ``title``, ``theme``, ``width``,
        ``digits``, ``transf``, ``slab``, ``xlim`` (where the axis runs, on the scale of pooling),
        ``xlab``, ``language``.

    Returns
    -------
    Figure
        ``.svg()``, ``.save("forest.pdf")``; its ``table`` holds what is drawn, as text.

    Raises
    ------
    InputError
        If an option is not known or contradicts another, a column has not one value a study, or
        the columns are wider than the figure may be.

    Examples
    --------
    >>> from ranvier.stats import escalc, rma
    >>> es = escalc("RR", ai=[4, 6, 3], n1i=[123, 306, 231], ci=[11, 29, 11], n2i=[139, 303, 220])
    >>> figure = forest_plot(rma(es.yi, es.vi, measure="RR"), favours=("vaccine", "no vaccine"))
    >>> figure.table.rows[3]
    ('Total (95% CI)', '100.0%', '0.26 [0.14, 0.48]')
    """
    return composed(_composition(result, options))[0]


def forest_pages(
    result: object, *, per_page: int = 45, **options: Unpack[ForestOptions]
) -> tuple[Figure, ...]:
    """Draw a forest plot on several pages with the same columns and axis.

    Parameters
    ----------
    result, **options
        As in :func:`forest_plot`.
    per_page : int
        Lines on a page; totals stand on the last, and a subgroup that goes on has its name again.

    Returns
    -------
    tuple of Figure

    Raises
    ------
    InputError
        As in :func:`forest_plot`, or if `per_page` is below 5.

    Examples
    --------
    >>> from ranvier.stats import rma
    >>> len(forest_pages(rma([0.1] * 100, [0.02] * 100), per_page=40))
    3
    """
    return composed(_composition(result, options), per_page=per_page)


def _composition(result: object, options: ForestOptions) -> Composition:
    """Check the options and gather what decides the figure."""
    own, look = checked(options)
    style = style_of(look)
    results = (
        tuple(cast(Sequence[object], result)) if isinstance(result, list | tuple) else (result,)
    )
    evidence, shown = evidence_from(
        results,
        Given(
            measure=own.get("measure"),
            effects=own.get("effects"),
            transf=look.get("transf"),
            slab=style.slab,
            by=own.get("by"),
            pooled=own.get("pooled", {}),
            data=own.get("data", {}),
            left=own.get("left", {}),
            right=own.get("right", {}),
            bias=own.get("bias", {}),
            arms=own.get("arms", ("Experimental", "Control")),
            numbers=style.numbers,
        ),
    )
    back = shown.transform.back
    limits = None if style.xlim is None else (back(style.xlim[0]), back(style.xlim[1]))
    return Composition(
        evidence=evidence.sorted_by(own.get("sort", "given"), log=shown.axis == "log"),
        shown=shown,
        choices=Choices(
            layout=own.get("layout", style.theme.name),
            favours=own.get("favours"),
            sides=own.get("sides"),
            limits=limits,
            axis_label=style.xlab,
            prediction=own.get("prediction", "show"),
            overall=own.get("overall", "show"),
            weights=own.get("weights", "show"),
            heterogeneity=own.get("heterogeneity", "show"),
            tests=own.get("tests", "show"),
            references=own.get("references"),
        ),
        theme=style.theme,
        numbers=style.numbers,
        title=style.title,
        digits="column" if style.digits is None else style.digits,
        width=style.width if "width" in look else None,
        form=own.get("form", "table"),
        density=own.get("density", "auto"),
    )
