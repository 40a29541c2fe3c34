"""The options of a forest plot: each holds in every layout and form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args, get_type_hints

from ranvier.errors import InputError
from ranvier.reporting.figures.forest.evidence import Sort
from ranvier.reporting.figures.forest.layouts import LayoutName
from ranvier.reporting.figures.forest.sheet import Density
from ranvier.reporting.figures.look import Look
from ranvier.stats import Effects

__all__ = ["ForestOptions", "Form", "Shows", "StudyData", "checked"]

#: One value a study, by name.
StudyData = Mapping[str, Sequence[Any]]

Shows = Literal["show", "hide"]
Form = Literal["table", "narrow"]

#: Options of every figure that a forest plot has no use for.
NO_USE = frozenset({"ylab", "ylim", "height", "labels"})


class ForestOptions(Look, total=False):
    """Options of a forest plot, beside those of every figure.

    Attributes
    ----------
    by : sequence of str, shape (k,)
        The subgroup of each study; each is pooled as the whole was.
    pooled : mapping of str to result
        Your own fits of the subgroups, by name; one, or a list of one for each model.
    data : mapping of str to sequence
        The studies' data under the names of :func:`ranvier.stats.escalc` (``ai``, ``n1i``, ``ci``,
        ``n2i``; ``m1i``, ``sd1i`` ...), shown in columns.
    left, right : mapping of str to sequence
        Columns of your own on the two sides of the plot, by heading (``\\n`` breaks a line).
    bias : mapping of str to sequence
        Risk of bias: domain to the level of each study (``low``, ``some concerns``, ``high``,
        ``unclear``, ``moderate``, ``serious``, ``critical``, ``no information``; or ``+``, ``?``,
        ``-``; None where it was not assessed).
    arms : (str, str)
        Names of the two groups.
    favours : (str, str)
        Whom the left and the right side of the axis favour; `sides` are whole phrases instead.
    effects : Effects
        The studies' own effects, for a result that holds none (mixed models of counts, Bayesian
        fits); without it they are calculated from `data`.
    measure : str
        metafor's code, if the result does not know it.
    layout : {"plain", "revman", "bmj", "jama"}
        What stands where, and how it is written; without it that of the theme.
    sort : {"given", "label", "effect", "weight", "precision"} or sequence of float
        Order of the studies, within their subgroups; numbers sort upwards.
    form : {"table", "narrow"}
        Columns beside the plot, or words above each interval for a narrow screen.
    density : {"auto", "normal", "close", "dense"}
        How closely lines stand; ``auto`` follows their number.
    prediction : {"show", "all", "hide"}
        Prediction intervals: below totals, below subtotals too, or nowhere.
    overall, weights, heterogeneity, tests : {"show", "hide"}
        Overall results, columns of weights, lines on heterogeneity and on tests.
    references : {"show", "hide"}
        Dashed lines through the pooled effects; without it as the layout has it.
    """

    by: Sequence[str]
    pooled: Mapping[str, object]
    data: StudyData
    left: StudyData
    right: StudyData
    bias: Mapping[str, Sequence[str | None]]
    arms: tuple[str, str]
    favours: tuple[str, str]
    sides: tuple[str, str]
    effects: Effects
    measure: str
    layout: LayoutName
    sort: Sort | Sequence[float]
    form: Form
    density: Density | Literal["auto"]
    prediction: Literal["show", "all", "hide"]
    overall: Shows
    weights: Shows
    heterogeneity: Shows
    tests: Shows
    references: Shows


def checked(options: ForestOptions) -> tuple[ForestOptions, Look]:
    """Part the options into those of a forest plot and those of every figure.

    Raises
    ------
    InputError
        If an option is unknown, of no use here, or has a value that is not among its own.

    Examples
    --------
    >>> checked({"form": "wide"})
    Traceback (most recent call last):
    ranvier.errors.InputError: form 'wide' is not known. Take table, narrow.
    """
    own = ForestOptions.__annotations__.keys() - Look.__annotations__.keys()
    known = sorted((ForestOptions.__annotations__.keys()) - NO_USE)
    unknown = [name for name in options if name not in known]
    if unknown:
        raise InputError(
            f"A forest plot has no option {', '.join(unknown)}.",
            remedy=f"Its options: {', '.join(known)}.",
        )
    hints = get_type_hints(ForestOptions)
    for name, value in options.items():
        words = _words(hints[name])
        if words and isinstance(value, str) and value not in words:
            raise InputError(f"{name} {value!r} is not known.", remedy=f"Take {', '.join(words)}.")
    for name in ("arms", "favours", "sides"):
        said = options.get(name)
        if said is not None and (isinstance(said, str) or len(said) != 2):
            raise InputError(f"{name} is {said!r}.", remedy="Give two names: left, then right.")
    mine: Any = {name: value for name, value in options.items() if name in own}
    look: Any = {name: value for name, value in options.items() if name not in own}
    return mine, look


def _words(hint: Any) -> tuple[str, ...]:
    """List the words an option may be; none where it is no choice of words."""
    if getattr(hint, "__origin__", None) is Literal:
        return tuple(get_args(hint))
    return tuple(word for part in get_args(hint) for word in _words(part))
