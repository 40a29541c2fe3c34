"""What a forest plot tells: studies, models that pool them, subgroups; no layout yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from ranvier.core.analysis import Estimate
from ranvier.errors import InputError

__all__ = ["DataField", "Difference", "Evidence", "Model", "Role", "Sort", "Study", "Subgroup"]

#: What a column of study data holds; layouts join some of them ("15/133", "12.1 (3.4)").
Role = Literal["events", "n", "mean", "sd", "time", "number"]

#: Orders of the studies; ``given`` is the order of the data.
Sort = Literal["given", "label", "effect", "weight", "precision"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataField:
    """A column of the studies' data.

    Attributes
    ----------
    key : str
        Where :attr:`Study.data` holds it.
    arm : {0, 1, 2}
        The group it is of; 0 where a study has no two groups.
    """

    key: str
    heading: str
    role: Role = "number"
    arm: Literal[0, 1, 2] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """One study, or one step of a cumulative or leave-one-out analysis.

    Attributes
    ----------
    effect : Estimate or None
        On the natural scale (ratios as ratios); None where it cannot be estimated.
    weights : tuple of float or None
        Percent, one for each model of the evidence.
    data, more : mapping
        The design's numbers by key; the user's own columns by heading.
    ratings : tuple of str or None
        Risk of bias, one for each domain; None where it was not assessed.
    node, sign : str
        Where a click leads in the review document; the mark of its provenance.
    """

    label: str
    effect: Estimate | None
    weights: tuple[float | None, ...] = ()
    data: Mapping[str, float | None] = field(default_factory=dict[str, float | None])
    more: Mapping[str, str] = field(default_factory=dict[str, str])
    ratings: tuple[str | None, ...] = ()
    group: str = ""
    node: str = ""
    sign: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One way of pooling, with what it found; None where a number is not defined.

    Attributes
    ----------
    kind : {"common", "random"}
    interval : {"CI", "CrI"}
        Confidence or credible interval.
    how : str
        The method as RevMan abbreviates it: ``M-H``, ``IV``, ``Peto``; empty where it has no name.
    effect, prediction : Estimate or None
        On the natural scale.
    tau2, QE, QE_df, QE_p, I2 : float or None
        Heterogeneity; ``I2`` in percent.
    stat, ddf, p : float or None
        Test of the effect; ``ddf`` is None for a normal one.
    """

    kind: Literal["common", "random"]
    how: str = ""
    k: int = 0
    effect: Estimate | None = None
    prediction: Estimate | None = None
    tau2: float | None = None
    QE: float | None = None
    QE_df: int | None = None
    QE_p: float | None = None
    I2: float | None = None
    stat: float | None = None
    ddf: float | None = None
    p: float | None = None
    interval: Literal["CI", "CrI"] = "CI"
    node: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subgroup:
    """Studies pooled apart, by every model of the evidence."""

    name: str
    models: tuple[Model, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Test of differences between subgroups."""

    Q: float
    df: int
    p: float

    @property
    def I2(self) -> float:
        """Share of the differences that chance does not explain, in percent."""
        return max(0.0, 100 * (self.Q - self.df) / self.Q) if self.Q > 0 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything a forest plot tells.

    Attributes
    ----------
    measure : str
        metafor's code.
    kind : {"studies", "leave1out", "cumul"}
        Whether lines are studies, or pooled results that leave one out or add one at a time.
    left, right : tuple of str
        The user's own columns on the two sides of the plot, by heading.
    totals : mapping or None
        Sums under the data columns, by key; None adds up the studies.
    domains : tuple of str
        Of the tool that rated risk of bias, in the order of :attr:`Study.ratings`.
    differences : tuple
        Between subgroups, one for each model.
    """

    measure: str
    studies: tuple[Study, ...]
    models: tuple[Model, ...] = ()
    subgroups: tuple[Subgroup, ...] = ()
    differences: tuple[Difference | None, ...] = ()
    fields: tuple[DataField, ...] = ()
    arms: tuple[str, str] = ("Experimental", "Control")
    left: tuple[str, ...] = ()
    right: tuple[str, ...] = ()
    totals: Mapping[str, float] | None = None
    domains: tuple[str, ...] = ()
    kind: Literal["studies", "leave1out", "cumul"] = "studies"
    level: float = 0.95

    @property
    def groups(self) -> tuple[tuple[Subgroup | None, tuple[Study, ...]], ...]:
        """Studies by subgroup; one group without a name where there are none."""
        if not self.subgroups:
            return ((None, self.studies),)
        return tuple(
            (group, tuple(s for s in self.studies if s.group == group.name))
            for group in self.subgroups
        )

    def sorted_by(self, sort: Sort | Sequence[float], *, log: bool = False) -> Evidence:
        """Return the evidence with its studies in another order, within their subgroups.

        Parameters
        ----------
        sort : str or sequence of float
            What they are sorted by, upwards; the heaviest and the most precise come first.
        log : bool
            Whether precision is that of logarithms.

        Raises
        ------
        InputError
            If a sequence has not one number a study, or the order would mix up a cumulative
            analysis.
        """
        if isinstance(sort, str):
            if sort == "given":
                return self
            keys: list[float | str] = [_key(study, sort, log) for study in self.studies]
        else:
            keys = [float(x) for x in sort]
            if len(keys) != len(self.studies):
                raise InputError(
                    f"sort has {len(keys)} numbers for {len(self.studies)} studies.",
                    remedy="Give one number a study.",
                )
        if self.kind == "cumul":
            raise InputError(
                "A cumulative analysis has the order its studies were added in.",
                remedy="Sort the studies before pooling them: cumul(…, order=…).",
            )
        order = sorted(range(len(keys)), key=lambda i: keys[i])
        return replace(self, studies=tuple(self.studies[i] for i in order))


def _key(study: Study, sort: Sort, log: bool) -> float | str:
    """Where a study stands in an order; what cannot be estimated comes last."""
    if sort == "label":
        return study.label.casefold()
    if sort == "weight":
        held = [w for w in study.weights if w is not None]
        return -held[-1] if held else float("inf")
    effect = study.effect
    if effect is None:
        return float("inf")
    if sort == "effect":
        return effect.estimate
    if effect.ci_lb is None or effect.ci_ub is None:
        return float("inf")
    if log:
        return effect.ci_ub / effect.ci_lb if effect.ci_lb > 0 else float("inf")
    return effect.ci_ub - effect.ci_lb
