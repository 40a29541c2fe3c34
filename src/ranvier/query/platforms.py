"""What the platforms differ in, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from ranvier.errors import InputError

__all__ = ["PLATFORMS", "Platform", "PlatformName", "platform"]

PlatformName = Literal[
    "ovid", "pubmed", "embase", "cochrane", "ebsco", "wos", "wos_basic", "scopus", "ctgov",
    "proquest", "lilacs", "hta",
]  # fmt: skip
Style = Literal[
    "ovid", "pubmed", "embase", "cochrane", "ebsco", "wos", "scopus", "proquest", "plain"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """How a platform writes things.

    Attributes
    ----------
    wildcards : Mapping of str to str
        Its signs -> ours (``*`` any ending, ``?`` one or none, ``#`` exactly one).
    writes : Mapping of str to str
        Ours -> its signs; what is missing cannot be said.
    reference : str
        What stands before the number of a line: "#", "S", or nothing.
    near : str or None
        How nearness is written, with ``{n}``; None where there is none.
    near_in_order : str or None
        The same in the given order.
    between : bool
        Its number counts the words between (0 is side by side), not the difference of positions.
    binds : tuple of tuple of str
        Operators from the one that binds most; those in one tuple go from left to right.
    unquoted : {"phrase", "and"}
        What two words side by side without quotation marks mean.
    letters_before : int or None
        How many letters must stand before a ``*`` that stands inside a word; None where it may
        stand at the end only, or where the platform has signs for single letters.
    history : bool
        It keeps numbered lines that later ones may refer to.
    """

    name: PlatformName
    said: str
    style: Style
    wildcards: Mapping[str, str]
    writes: Mapping[str, str]
    reference: str = "#"
    near: str | None = None
    near_in_order: str | None = None
    between: bool = False
    binds: tuple[tuple[str, ...], ...] = (("not",), ("and",), ("or",))
    unquoted: Literal["phrase", "and"] = "and"
    phrase_wildcards: bool = True
    letters_before: int | None = None
    history: bool = True


_LEFT = (("and", "or", "not"),)

PLATFORMS: Mapping[PlatformName, Platform] = {
    "ovid": Platform(
        name="ovid", said="Ovid", style="ovid",
        wildcards={"*": "*", "$": "*", "?": "?", "#": "#", ":": "*"},
        writes={"*": "*", "?": "?", "#": "#", "*n": "*{n}"},
        reference="", near="adj{n}", near_in_order=None, binds=(("not", "and"), ("or",)),
        unquoted="phrase",
    ),
    "pubmed": Platform(
        name="pubmed", said="PubMed", style="pubmed", wildcards={"*": "*"}, writes={"*": "*"},
        near="~{n}", between=True, binds=_LEFT, unquoted="and",
        # NLM Tech Bull 2024 May-Jun;(458):e5.
        letters_before=4,
    ),
    "embase": Platform(
        name="embase", said="Embase.com", style="embase",
        wildcards={"*": "*", "?": "#", "$": "?"}, writes={"*": "*", "#": "?", "?": "$"},
        near="NEAR/{n}", near_in_order="NEXT/{n}",
    ),
    "cochrane": Platform(
        name="cochrane", said="Cochrane Library", style="cochrane",
        wildcards={"*": "*", "?": "#"}, writes={"*": "*", "#": "?"},
        near="NEAR/{n}", near_in_order="NEXT", phrase_wildcards=False,
    ),
    "ebsco": Platform(
        name="ebsco", said="EBSCOhost", style="ebsco",
        wildcards={"*": "*", "?": "#", "#": "?"}, writes={"*": "*", "#": "?", "?": "#"},
        reference="S", near="N{n}", near_in_order="W{n}", between=True, unquoted="phrase",
    ),
    "wos": Platform(
        name="wos", said="Web of Science", style="wos",
        wildcards={"*": "*", "?": "#", "$": "?"}, writes={"*": "*", "#": "?", "?": "$"},
        near="NEAR/{n}", between=True,
    ),
    "wos_basic": Platform(
        name="wos_basic", said="Web of Science, basic search", style="plain",
        wildcards={"*": "*", "?": "#", "$": "?"}, writes={"*": "*", "#": "?", "?": "$"},
        near="NEAR/{n}", between=True,
    ),
    "scopus": Platform(
        name="scopus", said="Scopus", style="scopus",
        wildcards={"*": "*", "?": "#"}, writes={"*": "*", "#": "?"},
        near="W/{n}", near_in_order="PRE/{n}", between=True,
        binds=(("or",), ("and",), ("not",)),
    ),
    "proquest": Platform(
        name="proquest", said="ProQuest", style="proquest", wildcards={"*": "*", "?": "#"},
        writes={"*": "*", "#": "?"}, reference="S", near="NEAR/{n}", near_in_order="PRE/{n}",
        between=True, binds=(("and",), ("or",), ("not",)),
    ),
    "ctgov": Platform(
        name="ctgov", said="ClinicalTrials.gov", style="plain", wildcards={}, writes={},
        history=False,
    ),
    "lilacs": Platform(
        name="lilacs", said="LILACS", style="plain", wildcards={"*": "*", "$": "*"},
        writes={"*": "*"},
    ),
    "hta": Platform(
        name="hta", said="International HTA Database", style="plain", wildcards={"*": "*"},
        writes={"*": "*"},
    ),
}  # fmt: skip

_NAMES: Mapping[str, PlatformName] = {
    "medline": "ovid", "ovid medline": "ovid", "psycinfo (ovid)": "ovid", "ovid embase": "ovid",
    "pubmed abbreviation": "pubmed", "pubmed full": "pubmed", "embase.com": "embase",
    "embase (elsevier)": "embase", "central": "cochrane", "cochrane library": "cochrane",
    "cinahl": "ebsco", "ebscohost": "ebsco", "web of science": "wos_basic",
    "wos advanced": "wos", "scopus (advanced search)": "scopus", "clinicaltrials.gov": "ctgov",
    "international hta database": "hta",
}  # fmt: skip

#: Words that give a platform away in a longer name.
_WORDS: Mapping[str, PlatformName] = {
    "ebsco": "ebsco", "business source": "ebsco", "ovid": "ovid", "pubmed": "pubmed",
    "embase": "embase", "cochrane": "cochrane", "proquest": "proquest",
    "scopus": "scopus", "lilacs": "lilacs",
}  # fmt: skip


def platform(name: str) -> Platform:
    """Look up a platform by its name, as people write it.

    Raises
    ------
    InputError
        If there is none of that name.

    Examples
    --------
    >>> platform("Embase (Elsevier)").said, platform("CINAHL (Ebsco)").name
    ('Embase.com', 'ebsco')
    """
    wanted = " ".join(name.casefold().split())
    for known, held in PLATFORMS.items():
        if wanted == known:
            return held
    if wanted in _NAMES:
        return PLATFORMS[_NAMES[wanted]]
    for word, meant in _WORDS.items():
        if word in wanted:
            return PLATFORMS[meant]
    raise InputError(
        f"there is no platform {name!r}.", remedy=f"Known are {', '.join(get_args(PlatformName))}."
    )
