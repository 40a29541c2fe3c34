"""Marks of provenance: a sign, a word for those who hover, and the same word for those who hear."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from ranvier.core.value import Provenance
from ranvier.reporting.catalogues import N_

__all__ = ["LEGEND", "SIGNS", "mark"]

#: The sign of each provenance; a found figure needs none.
SIGNS: dict[Provenance, str] = {"found": "", "derived": "d", "judged": "j", "recalled": "r"}


#: What each mark means, in a sentence.
LEGEND: dict[Provenance, str] = {
    "found": N_("Found: read in a source and quoted as printed there."),
    "derived": N_("Derived: not printed in a source, but worked out from figures that are."),
    "judged": N_("Judged: somebody's reading, with the reason beside it."),
    "recalled": N_("Recalled: no source was seen for this figure; take it with caution."),
}

_NAMES: dict[Provenance, str] = {
    "found": N_("found"),
    "derived": N_("derived"),
    "judged": N_("judged"),
    "recalled": N_("recalled"),
}


def mark(provenance: Provenance | None, gettext: Callable[[str], str] = str) -> Markup:
    """Return the mark of a provenance: empty for found figures and where there is none.

    Examples
    --------
    >>> mark("found")
    Markup('')
    """
    if provenance is None or provenance == "found":
        return Markup("")
    return Markup(
        '&#8288;<abbr class="mark mark-{kind}" title="{title}">'
        '<span aria-hidden="true">{sign}</span><span class="vh"> ({name})</span></abbr>'
    ).format(
        kind=provenance,
        title=gettext(LEGEND[provenance]),
        sign=SIGNS[provenance],
        name=gettext(_NAMES[provenance]),
    )
