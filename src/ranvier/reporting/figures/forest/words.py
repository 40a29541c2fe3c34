"""What a forest plot says in words: models, heterogeneity, tests, as each layout writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ranvier.core.analysis import Estimate
from ranvier.reporting.figures.forest.evidence import Difference, Evidence, Model
from ranvier.reporting.figures.forest.layouts import LAYOUTS, LayoutName
from ranvier.reporting.figures.forest.table import Cell
from ranvier.reporting.figures.measures import Shown
from ranvier.reporting.numbers import NONE, Numbers

__all__ = ["Words"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Writes for one layout in one language.

    Attributes
    ----------
    digits : int, "column" or "each"
        Decimals of effects: so many; two, so that a column reads evenly, but never 0.00 for a ratio
        and fewer above 100; or as many as each needs, as the review document writes them.
    """

    layout: LayoutName
    numbers: Numbers
    shown: Shown
    level: float
    digits: int | Literal["column", "each"] = "column"

    @property
    def ci(self) -> str:
        """Name the interval: ``95% CI``."""
        return f"{self.numbers.plain(self.level * 100)}% CI"

    def number(self, x: float | None) -> str:
        """Write an effect."""
        if x is None:
            return NONE
        if isinstance(self.digits, int):
            return self.numbers.fixed(x, self.digits)
        ratio = self.shown.axis == "log" and (self.digits == "each" or x < 0.005)
        return self.numbers.effect(x, "RR" if ratio else "MD")

    def effect(self, effect: Estimate | None) -> Cell:
        """Write estimate and interval in the parts of a column."""
        if effect is None:
            return ("Not estimable",)
        return (self.number(effect.estimate), *self.interval(effect))

    def interval(self, effect: Estimate) -> Cell:
        """Write an interval in the parts of a column."""
        if effect.ci_lb is None or effect.ci_ub is None:
            return ()
        low, high = self.number(effect.ci_lb), self.number(effect.ci_ub)
        before, between, after = LAYOUTS[self.layout].brackets
        if between == "-":
            # A dash beside a minus sign cannot be read.
            between = " to " if "−" in low + high else "–"
        return (f"{before}{low}{between}{high}{after}",)

    def said(self, effect: Estimate | None) -> str:
        """Write estimate and interval in one string."""
        return " ".join(self.effect(effect))

    def model(self, model: Model, among: Sequence[Model]) -> str:
        """Name a model where there are several; else only the interval needs a name."""
        ci = self.ci.removesuffix("CI") + model.interval
        if len(among) < 2:
            return f"({ci})"
        name = self.named(model, among)
        return f"({name}, {ci})" if self.layout == "revman" else f", {name} ({ci})"

    def named(self, model: Model, among: Sequence[Model]) -> str:
        """Name a model so that it is told from the others."""
        layout = LAYOUTS[self.layout]
        name = layout.common if model.kind == "common" else layout.random
        if self.layout == "revman":
            return self.method(model) or name
        alike = sum(other.kind == model.kind for other in among) > 1
        return f"{name}, {model.how}" if alike and model.how else name

    def method(self, model: Model) -> str:
        """Name method and model as RevMan abbreviates them: ``M-H, Random``."""
        name = "Fixed" if model.kind == "common" else "Random"
        return f"{model.how}, {name}" if model.how else ""

    def p(self, p: float | None) -> str:
        """Write a p value with its letter, as the layout does."""
        said = self.numbers.p(p)
        if self.layout == "bmj":
            return "P" + said.replace(" ", "")
        if self.layout == "jama":
            # AMA style: a number that cannot exceed 1 has no zero before its point.
            said = said.replace(" 0.", " .").replace(" 0,", " ,")
        return f"P {said}"

    def heterogeneity(self, model: Model) -> str:
        """Write the line on heterogeneity; empty where nothing was pooled."""
        said = self.heterogeneity_figures(model)
        start = "Test for heterogeneity" if self.layout == "bmj" else "Heterogeneity"
        return f"{start}: {said}" if said else ""

    def heterogeneity_figures(self, model: Model) -> str:
        """Write the figures of heterogeneity; empty where nothing was pooled."""
        if model.k < 2:
            return "Not applicable" if model.effect is not None else ""
        if model.QE is None:
            tau = "Tau²" if self.layout == "revman" else "τ²"
            between = "=" if self.layout == "bmj" else " = "
            known = model.tau2 is not None and model.kind == "random"
            return f"{tau}{between}{self._small(model.tau2 or 0.0)}" if known else ""
        tau2 = None if model.tau2 is None or model.kind == "common" else self._small(model.tau2)
        q, df = self.numbers.fixed(model.QE, 2), model.QE_df
        p, i2 = self.p(model.QE_p), None if model.I2 is None else self.numbers.fixed(model.I2, 0)
        if self.layout == "bmj":
            parts = [f"τ²={tau2}"] if tau2 else []
            parts += [f"χ²={q}", f"df={df}", p] + ([f"I²={i2}%"] if i2 else [])
            return ", ".join(parts)
        if self.layout == "jama":
            parts = [f"τ² = {tau2}"] if tau2 else []
            parts += [f"χ²{_subscript(df)} = {q}, {p}"] + ([f"I² = {i2}%"] if i2 else [])
            return "; ".join(parts)
        tau, chi = ("Tau²", "Chi²") if self.layout == "revman" else ("τ²", "χ²")
        parts = [f"{tau} = {tau2}"] if tau2 else []
        parts += [f"{chi} = {q}, df = {df} ({p})"] + ([f"I² = {i2}%"] if i2 else [])
        return "; ".join(parts)

    def test(self, model: Model, *, what: str = "overall effect") -> str:
        """Write the line on the test of the effect; empty where there is none."""
        said = self.test_figures(model)
        return f"Test for {what}: {said}" if said else ""

    def test_figures(self, model: Model) -> str:
        """Write the figures of the test of the effect; empty where there is none."""
        if model.p is None:
            return ""
        p = self.p(model.p)
        if model.stat is None:
            return p
        value = self.numbers.fixed(abs(model.stat), 2)
        letter = "t" if model.ddf is not None else "Z" if self.layout == "revman" else "z"
        df = "" if model.ddf is None else f", df = {self.numbers.fixed(model.ddf, 0)}"
        if self.layout == "bmj":
            return f"{letter}={value}{df.replace(' = ', '=')}, {p}"
        if self.layout == "jama":
            return f"{letter}{_subscript(model.ddf)} = {value}; {p}"
        return f"{letter} = {value}{df} ({p})"

    def difference(self, test: Difference) -> str:
        """Write the line on differences between subgroups."""
        q, p = self.numbers.fixed(test.Q, 2), self.p(test.p)
        i2 = self.numbers.fixed(test.I2, 1)
        said = "Test for subgroup differences: "
        if self.layout == "bmj":
            return f"{said}χ²={q}, df={test.df}, {p}, I²={i2}%"
        if self.layout == "jama":
            return f"{said}χ²{_subscript(test.df)} = {q}, {p}; I² = {i2}%"
        chi = "Chi²" if self.layout == "revman" else "χ²"
        return f"{said}{chi} = {q}, df = {test.df} ({p}), I² = {i2}%"

    def description(self, evidence: Evidence) -> str:
        """Say in a sentence or two what the plot shows."""
        counted = {
            "studies": "studies",
            "leave1out": "results, each without one study",
            "cumul": "results, each with one study more",
        }[evidence.kind]
        if len(evidence.studies) == 1:
            counted = "study" if evidence.kind == "studies" else "result"
        out = [f"{len(evidence.studies)} {counted}; {self.shown.name.lower()} with {self.ci}."]
        several = len(evidence.models) > 1
        for model in evidence.models:
            name = (
                f" ({model.kind} effect{'s' if model.kind == 'random' else ''})" if several else ""
            )
            out.append(f"Overall{name}: {self.said(model.effect)}.")
        for group in evidence.subgroups:
            out += [f"{group.name}: {self.said(group.models[-1].effect)}."] if group.models else []
        return " ".join(out)

    def _small(self, x: float) -> str:
        """Write a variance: two decimals, or as many as show two figures of a small one."""
        digits = 2 if x >= 0.095 or x == 0 else 3 if x >= 0.0095 else 4
        return self.numbers.fixed(x, digits)


def _subscript(x: float | None) -> str:
    """Write degrees of freedom below the line; a space where there is none."""
    return "" if x is None else f"{x:.0f}".translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
