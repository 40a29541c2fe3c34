"""From evidence to table: which lines and columns a forest plot has, and what they say."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ranvier.reporting.figures.forest.axis import forest_axis, minor_ticks
from ranvier.reporting.figures.forest.columns import (
    SUMMED,
    data_cells,
    data_columns,
    effect_column,
    own_columns,
    sums,
    weight_columns,
)
from ranvier.reporting.figures.forest.evidence import Evidence, Model, Study, Subgroup
from ranvier.reporting.figures.forest.layouts import LAYOUTS, Layout, LayoutName
from ranvier.reporting.figures.forest.table import LABEL, Cell, Column, Line, MarkKind, Table
from ranvier.reporting.figures.forest.words import Words
from ranvier.reporting.figures.themes import Role

__all__ = ["Choices", "table_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a caller may choose about the content of a forest plot.

    Attributes
    ----------
    favours : (str, str) or None
        Whom the left and the right side of the axis favour; ``sides`` are whole phrases instead.
    limits : (float, float) or None
        Of the axis, on the natural scale.
    columns : {"show", "above"}
        Whether data stand in columns, or in words above each interval.
    heterogeneity, tests : {"show", "hide"}
        What is said below subgroups and totals.
    """

    layout: LayoutName = "plain"
    columns: Literal["show", "above"] = "show"
    favours: tuple[str, str] | None = None
    sides: tuple[str, str] | None = None
    limits: tuple[float, float] | None = None
    axis_label: str | None = None
    prediction: Literal["show", "all", "hide"] = "show"
    overall: Literal["show", "hide"] = "show"
    weights: Literal["show", "hide"] = "show"
    data: Literal["show", "hide"] = "show"
    heterogeneity: Literal["show", "hide"] = "show"
    tests: Literal["show", "hide"] = "show"
    references: Literal["show", "hide"] | None = None


_LABELS = {"leave1out": "Study left out", "cumul": "Study added"}


def table_of(
    evidence: Evidence,
    words: Words,
    choices: Choices,
    *,
    start: float,
    end: float,
    label_width: Callable[[str], float],
) -> Table:
    """Make the table of a forest plot.

    Parameters
    ----------
    start, end : float
        Where the axis begins and ends, in pixels of the plot's own width.
    label_width : callable
        Of a tick's label, in pixels.
    """
    return _Builder(evidence, words, choices).table(start, end, label_width)


@dataclass(frozen=True, slots=True)
class _Builder:
    """The parts of one table, which all look at the same evidence and choices."""

    evidence: Evidence
    words: Words
    choices: Choices

    @property
    def layout(self) -> Layout:
        layout = LAYOUTS[self.choices.layout]
        # Above an interval there is no room for one column a number.
        return layout if self.choices.columns == "show" else replace(layout, arm_data="joined")

    @property
    def models(self) -> tuple[Model, ...]:
        """The overall results that are shown."""
        return self.evidence.models if self._has_total else ()

    @property
    def _has_total(self) -> bool:
        """Whether a line of totals says more than the studies do."""
        if self.choices.overall == "hide":
            return False
        effects = [study.effect for study in self.evidence.studies]
        return any(
            m.effect is not None and (len(effects) > 1 or effects != [m.effect])
            for m in self.evidence.models
        )

    def table(self, start: float, end: float, label_width: Callable[[str], float]) -> Table:
        left, right = self._columns()
        lines = tuple(self._lines())
        scale = forest_axis(
            [line.effect for line in lines if line.mark not in (None, "diamond")],
            [line.effect for line in lines if line.mark == "diamond"],
            kind=self.words.shown.axis,
            null=self.words.shown.null,
            limits=self.choices.limits,
            symmetric=self.layout.symmetric,
            start=start,
            end=end,
            label_width=label_width,
        )
        null = self.words.shown.null
        if null is not None and not scale.low <= null <= scale.high:
            null = None
        return Table(
            left=left,
            right=right,
            lines=lines,
            plot_heading=self._plot_heading(),
            scale=scale,
            minor=minor_ticks(scale) if self.layout.minor_ticks else (),
            null=null,
            favours=self._favours(),
            axis_label=self._axis_label(),
            references=self._references(),
            foot=tuple(self._foot()),
            domains=self.evidence.domains,
            square=self._square(),
        )

    def _square(self) -> Role:
        """RevMan draws means in green, counts in blue."""
        means = any(f.role == "mean" for f in self.evidence.fields)
        return "series2" if self.choices.layout == "revman" and means else "accent"

    # -- columns ----------------------------------------------------------------------------------

    def _columns(self) -> tuple[tuple[Column, ...], tuple[Column, ...]]:
        evidence, layout = self.evidence, self.layout
        name = _LABELS.get(evidence.kind, layout.label)
        left = [Column(key=LABEL, heading=name, align="start")]
        left += own_columns(evidence.left, evidence, "left")
        if self.choices.data == "show":
            left += data_columns(evidence, layout)
        right: list[Column] = []
        sides = {"left": left, "right": right}
        if self.choices.weights == "show" and len(evidence.studies) > 1:
            sides[layout.weight] += weight_columns(evidence, layout)
        effect = effect_column(evidence, layout, self.words)
        sides[layout.effect].append(effect)
        right += own_columns(evidence.right, evidence, "right")
        return tuple(left), tuple(right)

    def _plot_heading(self) -> str:
        if self.layout.plot_heading == "none":
            return ""
        if self.layout.plot_heading == "how":
            return effect_column(self.evidence, self.layout, self.words).heading
        if self.choices.layout == "bmj":
            return f"{self.words.shown.name}\n({self.words.ci})"
        return self.words.shown.name

    def _favours(self) -> tuple[str, str] | None:
        if self.choices.sides is not None:
            return self.choices.sides
        if self.choices.favours is None:
            return None
        one, two = self.choices.favours
        return f"{self.layout.favour} {one}", f"{self.layout.favour} {two}"

    def _axis_label(self) -> str:
        if self.choices.axis_label is not None:
            return self.choices.axis_label
        return f"{self.words.shown.name} ({self.words.ci})" if self.layout.axis_label else ""

    def _references(self) -> tuple[float, ...]:
        wanted = self.choices.references
        if wanted == "hide" or (wanted is None and not self.layout.references):
            return ()
        return tuple(m.effect.estimate for m in self.models if m.effect is not None)

    # -- lines ------------------------------------------------------------------------------------

    def _lines(self) -> list[Line]:
        out: list[Line] = []
        for group, studies in self.evidence.groups:
            if group is not None:
                out.append(Line(kind="heading", label=group.name))
            out += [self._study(study, indent=group is not None) for study in studies]
            if group is not None:
                out += self._subgroup(group, studies)
        return out + self._total()

    def _study(self, study: Study, *, indent: bool) -> Line:
        evidence = self.evidence
        cells = data_cells(study.data, evidence, self.layout, self.words.numbers)
        cells |= {f"left:{name}": (study.more.get(name, ""),) for name in evidence.left}
        cells |= {f"right:{name}": (study.more.get(name, ""),) for name in evidence.right}
        if study.effect is not None:
            cells |= self._weights(study.weights)
        cells["effect"] = self.words.effect(study.effect)
        mark: MarkKind | None = "square" if evidence.kind == "studies" else "point"
        return Line(
            kind="study",
            label=study.label,
            cells=cells,
            effect=study.effect,
            mark=mark if study.effect is not None else None,
            size=self._size(study),
            ratings=study.ratings,
            indent=indent,
            node=study.node,
            sign=study.sign,
        )

    def _size(self, study: Study) -> float:
        """Return the share of the largest square, by the weights of the last model that has any."""
        for i in reversed(range(len(self.evidence.models))):
            held = [_at(s.weights, i) for s in self.evidence.studies]
            known = [w for w in held if w is not None and w > 0]
            if known:
                return max(0.0, _at(study.weights, i) or 0.0) / max(known)
        return 0.44

    def _weights(self, weights: Sequence[float | None]) -> dict[str, Cell]:
        numbers, percent = self.words.numbers, self.layout.percent
        return {
            f"weight:{i}": (f"{numbers.fixed(w, 1)}{percent}",)
            for i, w in enumerate(weights)
            if w is not None
        }

    def _sums(self, studies: Sequence[Study], totals: dict[str, float]) -> dict[str, Cell]:
        """Write sums: of people in the line itself, of events in RevMan's line below it."""
        only = SUMMED - {"events"} if self.choices.layout == "revman" else SUMMED
        return data_cells(totals, self.evidence, self.layout, self.words.numbers, only=only)

    def _events(self, totals: dict[str, float]) -> list[Line]:
        """Write RevMan's line of events."""
        if self.choices.layout != "revman" or self.choices.data == "hide":
            return []
        only = frozenset({"events"})
        held = data_cells(totals, self.evidence, self.layout, self.words.numbers, only=only)  # pyright: ignore[reportArgumentType]
        return [Line(kind="note", label="Total events", cells=held)] if held else []

    def _subgroup(self, group: Subgroup, studies: Sequence[Study]) -> list[Line]:
        totals = sums(studies, self.evidence)
        out: list[Line] = []
        for i, model in enumerate(group.models):
            weights = [_at(s.weights, i) for s in studies if s.effect is not None]
            known = [w for w in weights if w is not None]
            cells = self._sums(studies, totals) if i == 0 else {}
            if known:
                share = (None,) * i + (math.fsum(known),)
                cells |= self._weights(share)
            out += self._pooled("subtotal", model, cells)
        out += self._events(totals)
        for said in self._model_lines(group.models, "overall effect"):
            out.append(Line(kind="note", label=said))
        return out

    def _total(self) -> list[Line]:
        evidence = self.evidence
        held = evidence.totals
        totals = sums(evidence.studies, evidence) if held is None else dict(held)
        out: list[Line] = []
        for i, model in enumerate(self.models):
            cells = self._sums(evidence.studies, totals) if i == 0 else {}
            if any(_at(s.weights, i) is not None for s in evidence.studies):
                cells |= self._weights((None,) * i + (100.0,))
            out += self._pooled("total", model, cells)
        return out + (self._events(totals) if out else [])

    def _pooled(
        self, kind: Literal["subtotal", "total"], model: Model, cells: dict[str, Cell]
    ) -> list[Line]:
        """Write a pooled result, and the prediction interval below it."""
        name = self.layout.total if kind == "total" else self.layout.subtotal
        if kind == "total" and len(self.evidence.studies) == 1:
            name = "Result"
        label = name + _joined(self.words.model(model, self.evidence.models))
        effect = self.words.effect(model.effect)
        out = [
            Line(
                kind=kind,
                label=label,
                cells=cells | {"effect": effect},
                effect=model.effect,
                mark="diamond" if model.effect is not None else None,
                node=model.node,
            )
        ]
        wanted = self.choices.prediction
        if model.prediction is not None and (
            wanted == "all" or (wanted == "show" and kind == "total")
        ):
            low, high = model.prediction.ci_lb, model.prediction.ci_ub
            if low is not None and high is not None:
                blank: Cell = ("", *self.words.interval(model.prediction))
                level = self.words.ci.removesuffix(" CI")
                out.append(
                    Line(
                        kind="prediction",
                        label=f"{level} prediction interval",
                        cells={"effect": blank},
                        effect=model.prediction,
                        mark="bar",
                        node=model.node,
                    )
                )
        return out

    # -- what is said below -----------------------------------------------------------------------

    def _model_lines(self, models: Sequence[Model], what: str) -> list[str]:
        """Say heterogeneity once, and a test for each model."""
        out: list[str] = []
        if self.choices.heterogeneity == "show" and models:
            out.append(self.words.heterogeneity(models[-1]))
        if self.choices.tests == "show":
            for model, overall in zip(models, self.evidence.models, strict=False):
                name = self.words.named(overall, self.evidence.models)
                several = len(models) > 1
                out.append(self.words.test(model, what=f"{what} ({name})" if several else what))
        return [said for said in out if said]

    def _foot(self) -> list[str]:
        out = self._model_lines(self.models, "overall effect")
        if self.choices.tests == "show":
            several = len(self.evidence.models) > 1
            for model, test in zip(self.evidence.models, self.evidence.differences, strict=False):
                if test is not None:
                    name = self.words.named(model, self.evidence.models)
                    said = self.words.difference(test)
                    if several:
                        said = said.replace("differences", f"differences ({name})", 1)
                    out.append(said)
        return out


def _at(weights: Sequence[float | None], i: int) -> float | None:
    return weights[i] if i < len(weights) else None


def _joined(said: str) -> str:
    return said if said.startswith(",") else f" {said}"
