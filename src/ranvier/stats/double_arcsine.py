"""From Freeman and Tukey's double arcsine back to a proportion."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ranvier.errors import InputError
from ranvier.stats.arrays import Vector, as_vector, rows_of

__all__ = ["double_arcsine_inverse"]


def double_arcsine_inverse(yi: ArrayLike, *, ni: ArrayLike) -> Vector:
    """Turn double arcsines (``PFT``) back into proportions.

    Parameters
    ----------
    yi : array_like, shape (m,)
        Pooled values and their bounds, on the scale of ``escalc("PFT")``.
    ni : array_like, shape (k,)
        Sizes of the studies: their harmonic mean stands for the size of a pooled value.

    Returns
    -------
    Vector, shape (m,)
        Proportions; 0 and 1 beyond what no and only events would give at that size; nan stays nan.

    Raises
    ------
    InputError
        If a size is missing or not positive.

    Notes
    -----
    The result depends on the size that is put in, and can mislead where sizes differ much
    (Schwarzer et al. 2019); a mixed model (``rma_glmm("PLO")``) needs none.

    References
    ----------
    Miller JJ (1978). The inverse of the Freeman-Tukey double arcsine transformation. American
    Statistician 32:138. doi:10.1080/00031305.1978.10479283

    Schwarzer G, Chemaitelly H, Abu-Raddad LJ, Rücker G (2019). Seriously misleading results using
    inverse of Freeman-Tukey double arcsine transformation in meta-analysis of single proportions.
    Research Synthesis Methods 10:476-483. doi:10.1002/jrsm.1348

    Examples
    --------
    >>> from ranvier.stats import escalc
    >>> yi = escalc("PFT", xi=3, ni=10).yi
    >>> double_arcsine_inverse(yi, ni=[10]).round(6)
    array([0.3])
    """
    t, n = as_vector("yi", yi), as_vector("ni", ni)
    bad = ~(n > 0)
    if bad.any():
        raise InputError(
            f"ni must be positive; it is not at rows {rows_of(bad)}.",
            remedy="Leave out studies without a size.",
        )
    size = len(n) / float((1 / n).sum())
    lowest = np.arcsin(np.sqrt(1 / (size + 1))) / 2
    highest = (np.arcsin(np.sqrt(size / (size + 1))) + np.pi / 2) / 2
    inside = np.clip(t, lowest, highest)
    sine = np.sin(2 * inside)
    root = np.sqrt(np.maximum(0.0, 1 - (sine + (sine - 1 / sine) / size) ** 2))
    p = (1 - np.sign(np.cos(2 * inside)) * root) / 2
    return np.where(t > highest, 1.0, np.where(t < lowest, 0.0, p))
