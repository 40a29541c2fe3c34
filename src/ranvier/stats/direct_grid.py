"""The discrete mixture of the R package bayesmeta, for those who must match its printed digits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ranvier.stats.arrays import Matrix, Vector
from ranvier.stats.mixtures import TauGrid, crossing

__all__ = ["direct_grid"]

#: Largest divergence between neighbours, and probability left out at the upper end.
DELTA, EPSILON = 0.01, 1e-4

Moments = Callable[[Vector], tuple[Matrix, Matrix]]


def _divergence(mean: Matrix, sd: Matrix) -> float:
    """Largest symmetrised Kullback-Leibler divergence between two rows of normal distributions."""
    a, b = sd[:, 0] ** 2, sd[:, 1] ** 2
    apart = (mean[:, 0] - mean[:, 1]) ** 2 * (1 / a + 1 / b) / 2
    return float((apart + (a - b) ** 2 / (2 * a * b)).max())


def direct_grid(grid: TauGrid, moments: Moments) -> tuple[Vector, Vector]:
    """Choose values of tau so that conditional distributions of neighbours differ little.

    Parameters
    ----------
    grid : TauGrid
        The exact posterior of tau.
    moments : callable
        Means and standard deviations, shapes (m, B), of the m conditional distributions at B taus.

    Returns
    -------
    tuple of Vector
        Values of tau and their weights.

    References
    ----------
    Roever C, Friede T (2017). Discrete approximation of a mixture distribution via restricted
    divergence. Journal of Computational and Graphical Statistics 26:217-222.
    doi:10.1080/10618600.2016.1276840
    """

    def further(tau: float, reach: float) -> float:
        """Find the tau that is one divergence on."""

        def excess(t: float) -> float:
            return _divergence(*moments(np.array([tau, t]))) - DELTA

        upper = max(reach, tau)
        while excess(upper) <= 0:
            upper = 2 * upper if upper > 0 else grid.unit
        return crossing(excess, tau, upper, xtol=1e-13 * grid.unit)

    last = grid.quantile(1 - EPSILON)
    points, sums = [0.0], list[float]()
    edge = further(0.0, grid.unit)
    sums.append(grid.cdf(edge))
    while edge <= last or len(points) < 2:
        step = edge - points[-1]
        points.append(further(edge, edge + 2 * step))
        edge = further(points[-1], points[-1] + 2 * step)
        sums.append(grid.cdf(edge))
    weight = np.maximum(np.diff(np.array([0.0, *sums])), 0.0)
    return np.array(points), weight / weight.sum()
