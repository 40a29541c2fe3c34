"""The models of two groups and of one, as structures; and how far they are from saturated ones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, xlogy

from ranvier.stats.arrays import Matrix, Vector
from ranvier.stats.glmm.likelihoods import (
    Binomial,
    Counts,
    Hypergeometric,
    Poisson,
    binomial_constant,
)
from ranvier.stats.glmm.marginal import Structure

__all__ = ["Coding", "Data", "Model", "Saturated", "saturated", "structure"]

Array = NDArray[np.float64]
Model = Literal["UM.FS", "UM.RS", "CM.EL", "CM.AL"]
#: How the random effect of the group enters: shared by both groups, in group 1, in group 2.
Coding = Literal["half", "group1", "group2"]
CODES: dict[Coding, tuple[float, float]] = {
    "half": (0.5, -0.5),
    "group1": (1.0, 0.0),
    "group2": (0.0, 1.0),
}
#: A group whose mean is this, on the log scale, says nothing.
NOTHING = -700.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Data:
    """Counts of J groups in k studies, with sizes (persons) or person-times, all (J, k)."""

    y: Array
    size: Array
    kind: Literal["persons", "time"]

    @property
    def k(self) -> int:
        """Number of studies."""
        return self.y.shape[1]

    def family(self) -> tuple[Counts, Array]:
        """Family and offsets."""
        if self.kind == "persons":
            return Binomial(self.size), np.zeros_like(self.y)
        return Poisson(), np.log(self.size)

    def constant(self) -> float:
        """What the likelihood of the parameters leaves out."""
        if self.kind == "persons":
            return binomial_constant(self.y, self.size)
        return float(-gammaln(self.y + 1).sum())

    def level(self) -> Array:
        """Log odds or log rates, shrunk enough to be finite: a start for own parameters."""
        if self.kind == "persons":
            return np.log((self.y + 0.5) / (self.size - self.y + 0.5))
        return np.log((self.y + 0.5) / self.size)

    def given_events(self) -> Data:
        """Events in group 1 among those in both, as if events did not use persons up."""
        return Data(y=self.y[:1], size=self.y.sum(axis=0, keepdims=True), kind="persons")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Saturated:
    """A model with an effect of each study: log-likelihood, effects and their information.

    Information is 0 where an effect is infinite: such a study has no part in Wald's test.
    """

    loglik: float
    effect: Vector
    information: Vector


def structure(
    data: Data, model: Model, *, nodes: int, coding: Coding = "half", cor: bool = False
) -> tuple[Structure, float]:
    """Return the model with its random effects, and the constant of its likelihood."""
    counts, offset = data.family()
    if len(data.y) == 1:
        m = Structure(
            y=data.y, offset=offset, counts=counts, X=np.ones((1, 1)), G=np.ones((1, 1, 1)),
            nodes=nodes,
        )  # fmt: skip
        return m, data.constant()
    c1, c2 = CODES[coding]
    if model == "UM.FS":
        m = Structure(
            y=data.y, offset=offset, counts=counts, X=np.array([[1.0], [0.0]]), N=np.ones(2),
            G=np.array([[[c1], [c2]]]), nodes=nodes,
        )  # fmt: skip
        return m, data.constant()
    if model == "UM.RS":
        study, both = [[1.0, 0.0], [1.0, 0.0]], [[c1, 0.0], [c2, 0.0]]
        group = [[0.0, c1], [0.0, c2]]
        G = np.array([study, both, group] if cor else [study, group])
        X = np.array([[1.0, 1.0], [0.0, 1.0]])
        return Structure(y=data.y, offset=offset, counts=counts, X=X, G=G, nodes=nodes), (
            data.constant()
        )
    one, load = np.ones((1, 1)), np.ones((1, 1, 1))
    if model == "CM.EL" and data.kind == "persons":
        exact = Hypergeometric.of(data.size[0], data.size[1], data.y.sum(axis=0))
        # Counts as they are, so that the value is small; the weights' constants cancel.
        m = Structure(
            y=data.y[:1], offset=np.zeros((1, data.k)), counts=exact, X=one, G=load, nodes=nodes
        )
        return m, float(exact.constant(data.y[0]).sum())
    within = data.given_events()
    ratio = np.log(data.size[:1] / data.size[1:])
    m = Structure(
        y=within.y, offset=ratio, counts=Binomial(within.size), X=one, G=load, nodes=nodes
    )
    return m, within.constant()


def without_group_effect(m: Structure) -> Structure:
    """Return UM.RS with a random effect of the study only: the model of one common effect."""
    return replace(m, G=np.ones((1, 2, 1)))


def with_own_effects(m: Structure, data: Data) -> tuple[Structure, float]:
    """Return UM.RS with an effect of each study of its own, and the constant of its likelihood.

    An infinite effect explains its group wholly: that group is taken out.
    """
    y, size = data.y.copy(), data.size.copy()
    gone = y[0] == 0
    if data.kind == "persons":
        gone = gone | (y[0] == size[0])
    y[0, gone] = 0
    counts, offset = m.counts, m.offset
    constant = Data(y=y, size=size, kind=data.kind).constant()
    if data.kind == "persons":
        constant = constant - 0.0
        size[0, gone] = 0
        counts = Binomial(size)
        constant = binomial_constant(y, size)
    else:
        offset = np.where(np.vstack([gone, np.zeros_like(gone)]), NOTHING, offset)
    own = replace(
        m, y=y, offset=offset, counts=counts, X=np.ones((2, 1)), N=np.array([1.0, 0.0]),
        G=np.ones((1, 2, 1)),
    )  # fmt: skip
    return own, constant


def saturated(data: Data, model: Model) -> Saturated:
    """Fit each study by itself: in closed form, but for the noncentral hypergeometric."""
    if len(data.y) == 2 and model == "CM.EL" and data.kind == "persons":
        return _saturated_exactly(data)
    if len(data.y) == 2 and model != "UM.FS":
        within = data.given_events()
        found = saturated(within, model)
        return replace(found, effect=found.effect - np.log(data.size[0] / data.size[1]))
    y, n = data.y, data.size
    with np.errstate(divide="ignore", invalid="ignore"):
        if data.kind == "persons":
            loglik = float((xlogy(y, y / n) + xlogy(n - y, (n - y) / n)).sum())
            level, spread = np.log(y / (n - y)), 1 / y + 1 / (n - y)
        else:
            # The offset is part of the natural parameter.
            loglik = float((xlogy(y, y) - y).sum())
            level, spread = np.log(y / n), 1 / y
        information = 1 / spread.sum(axis=0)
    effect = level[0] - level[1] if len(y) == 2 else level[0]
    effect = np.where(information > 0, effect, 0.0)
    return Saturated(loglik=loglik + data.constant(), effect=effect, information=information)


def _saturated_exactly(data: Data) -> Saturated:
    """Conditional maximum likelihood estimates of each study's log odds ratio."""
    y = data.y[0]
    exact = Hypergeometric.of(data.size[0], data.size[1], data.y.sum(axis=0))
    inside = (y > exact.x[:, 0]) & (y < exact.x.max(axis=1))
    eta = np.zeros((1, len(y)))
    for _ in range(200):
        first, second, _third = exact.moments(eta)
        step = np.where(inside, (y - first[0]) / np.where(inside, second[0], 1.0), 0.0)
        eta = eta + np.clip(step, -1.0, 1.0)
        if float(np.abs(step).max(initial=0.0)) < 1e-10:
            break
    b, _first = exact.mean(eta)
    information = np.where(inside, exact.moments(eta)[1][0], 0.0)
    # At the end of what the margins allow, what was observed is certain: log probability 0.
    parts = np.where(inside, y * eta[0] - b[0] + exact.constant(y), 0.0)
    return Saturated(loglik=float(parts.sum()), effect=eta[0], information=information)


def wald(effect: Vector, information: Vector, low_rank: Matrix | None = None) -> float:
    """Wald's test of equal effects.

    ``information`` is a diagonal; ``low_rank``, shape (r, k), is L with L' L taken from it.
    """

    def times(v: Vector) -> Vector:
        out = information * v
        return out if low_rank is None else out - low_rank.T @ (low_rank @ v)

    one = np.ones_like(effect)
    weight = times(one)
    if weight.sum() <= 0:
        return 0.0
    centred = effect - float(weight @ effect) / float(weight.sum())
    return max(0.0, float(centred @ times(centred)))
