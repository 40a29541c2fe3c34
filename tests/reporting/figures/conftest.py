"""The gallery: every figure from one set of real data, and its variants."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from ranvier.core.progress import Hindsight, Reading, ScreeningProgress
from ranvier.ranking.stopping import Shown, follow
from ranvier.reporting import figures as f
from ranvier.reporting.figures import Figure
from ranvier.stats import escalc, gosh, influence, meta_regression, rma, trimfill

#: Trials of the BCG vaccine against tuberculosis: Colditz et al. (1994), JAMA 271:698-702.
A = [4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27]
N1 = [123, 306, 231, 13598, 5069, 1541, 2545, 88391, 7499, 1716, 50634, 2498, 16913]
C = [11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29]
N2 = [139, 303, 220, 12867, 5808, 1451, 629, 88391, 7277, 1665, 27338, 2341, 17854]
LATITUDE = [44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33]
SLAB = [
    "Aronson 1948",
    "Ferguson & Simes 1949",
    "Rosenthal et al. 1960",
    "Hart & Sutherland 1977",
    "Frimodt-Møller et al. 1973",
    "Stein & Aronson 1953",
    "Vandiviere et al. 1973",
    "TPT Madras 1980",
    "Coetzee & Berjak 1968",
    "Rosenthal et al. 1961",
    "Comstock et al. 1974",
    "Comstock & Webster 1969",
    "Comstock et al. 1976",
]

_COUNTS = [np.array(x) for x in (A, N1, C, N2)]
_AI, _N1, _CI, _N2 = _COUNTS
_ES = escalc(measure="RR", ai=_AI, bi=_N1 - _AI, ci=_CI, di=_N2 - _CI)
YI, VI = _ES.yi, _ES.vi
FIT = rma(YI, VI, measure="RR", slab=SLAB)
REGRESSION = meta_regression(YI, VI, mods=np.array(LATITUDE, float), measure="RR", slab=SLAB)

#: Where a linear ranking that relearns showed the included studies of "Nudging healthcare
#: professionals towards evidence-based medicine" (Nagtegaal et al. 2019; 2,019 records, CC0, from
#: github.com/asreview/systematic-review-datasets), one relevant and one irrelevant being known.
RANKS = [
    7, 9, 10, 11, 12, 14, 15, 16, 17, 18, 21, 22, 23, 25, 27, 33, 34, 36, 38, 39, 40, 42, 43, 44,
    45, 47, 48, 54, 55, 56, 59, 62, 63, 69, 72, 73, 74, 79, 82, 86, 91, 94, 101, 104, 107, 111,
    113, 123, 131, 136, 137, 144, 147, 150, 151, 152, 153, 158, 164, 165, 171, 173, 177, 182, 185,
    194, 201, 205, 213, 221, 232, 237, 241, 254, 257, 270, 286, 287, 297, 298, 300, 301, 302, 303,
    304, 308, 310, 312, 317, 327, 361, 385, 419, 447, 500, 505, 621, 770, 945, 1286,
]  # fmt: skip
RECORDS = 2017


def course(read: int) -> ScreeningProgress:
    """How that screening stood after so many records."""
    shown = [Shown(rank in RANKS) for rank in range(1, read + 1)]
    return follow(shown, RECORDS - read)


#: The same without a rule; and three runs through it, looked back on.
READ = Reading(records=RECORDS, screened=600, finds=tuple(r for r in RANKS if r <= 600))
PAST = Hindsight(
    records=RECORDS,
    relevant=len(RANKS),
    runs=tuple(tuple(sorted(rank * k // 4 + 1 for rank in RANKS)) for k in (3, 4, 5)),
    met=(1310, 1330, 1490),
)

Draw = Callable[..., Figure]

#: Every figure with the options it is shown with; each takes the options of every figure on top.
GALLERY: dict[str, Draw] = {
    "funnel": lambda **o: f.funnel_plot(FIT, **o),
    "funnel-contours": lambda **o: f.funnel_plot(
        FIT, contours=(0.1, 0.05, 0.01), refline="null", **o
    ),
    "funnel-filled": lambda **o: f.funnel_plot(
        trimfill(YI, VI), **{"transf": "exp", "xlab": "Risk ratio", **o}
    ),
    "funnel-precision": lambda **o: f.funnel_plot(FIT, yaxis="seinv", contours=(0.05,), **o),
    "funnel-size": lambda **o: f.funnel_plot(FIT, yaxis="ni", ni=_N1 + _N2, **o),
    "funnel-residuals": lambda **o: f.funnel_plot(REGRESSION, **o),
    "radial": lambda **o: f.radial_plot(FIT, **{"labels": "numbers", **o}),
    "labbe": lambda **o: f.labbe_plot(
        A, N1, C, N2, fit=FIT, scale="sqrt", **{"labels": "numbers", **o}
    ),
    "labbe-linear": lambda **o: f.labbe_plot(A, N1, C, N2, **o),
    "baujat": lambda **o: f.baujat_plot(FIT, **o),
    "gosh": lambda **o: f.gosh_plot(gosh(YI, VI), **{"transf": "exp", "xlab": "Risk ratio", **o}),
    "gosh-highlight": lambda **o: f.gosh_plot(
        FIT, highlight=(o.get("slab") or SLAB)[7], yaxis="QE", **o
    ),
    "drapery": lambda **o: f.drapery_plot(FIT, **o),
    "drapery-p": lambda **o: f.drapery_plot(FIT, scale="p", **o),
    "bubble": lambda **o: f.bubble_plot(
        REGRESSION, **{"xlab": "Absolute latitude (degrees)", "labels": "auto", **o}
    ),
    "influence": lambda **o: f.influence_plot(influence(YI, VI, slab=SLAB), **o),
    "profile": lambda **o: f.profile_plot(FIT, **o),
    "qq": lambda **o: f.qq_plot(REGRESSION, **o),
    "recall": lambda **o: f.recall_plot(course(1250), **o),
    "recall-early": lambda **o: f.recall_plot(course(600), **o),
    "recall-plain": lambda **o: f.recall_plot(READ, **o),
    "recall-runs": lambda **o: f.recall_plot(PAST, **o),
}


@pytest.fixture(params=sorted(GALLERY))
def draw(request: pytest.FixtureRequest) -> Draw:
    return GALLERY[request.param]
