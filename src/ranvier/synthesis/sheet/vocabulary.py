"""The words that people write over the columns of a spreadsheet of studies."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

__all__ = ["DESCRIBED", "METAFOR", "RATIOS", "Part", "Quantity", "part_of", "words_of"]

Quantity = Literal[
    "study", "year", "subgroup", "events", "nonevents", "n", "mean", "sd", "se", "time",
    "correlation", "effect", "variance", "ci_lb", "ci_ub",
]  # fmt: skip

#: metafor's own column names; they mean what they say.
METAFOR = frozenset({
    "ai", "bi", "ci", "di", "n1i", "n2i", "x1i", "x2i", "t1i", "t2i", "m1i", "m2i", "sd1i", "sd2i",
    "xi", "mi", "ni", "ti", "sdi", "ri", "r2i", "yi", "vi", "sei",
})  # fmt: skip

#: Words, in any order of the heading, and the quantity they name.
_QUANTITIES: dict[Quantity, frozenset[str]] = {
    "study": frozenset({"study", "studies", "slab", "studlab", "trial", "author", "authors",
                        "label", "reference", "citation", "studie", "autor", "autoren"}),
    "year": frozenset({"year", "yr", "published", "jahr"}),
    "subgroup": frozenset({"subgroup", "stratum", "strata", "byvar", "subgruppe"}),
    "nonevents": frozenset({"nonevent", "nonevents", "neg", "negative", "survived", "alive",
                            "nonresponders", "failed", "failures"}),
    "events": frozenset({"event", "events", "r", "x", "cases", "case", "death", "deaths", "died",
                         "dead", "responder", "responders", "responded", "success", "successes",
                         "pos", "positive", "relapse", "relapses", "cured", "improved", "ev",
                         "ereignisse", "ereignis", "fälle", "todesfälle", "verstorben",
                         "response", "remission"}),
    "n": frozenset({"n", "total", "totals", "size", "sample", "samplesize", "randomised",
                    "randomized", "patients", "participants", "subjects", "number", "ntotal",
                    "num", "tot", "analysed", "analyzed", "anzahl", "gesamt",
                    "patienten", "teilnehmer", "fallzahl"}),
    "mean": frozenset({"mean", "means", "avg", "average", "m", "mw", "mittelwert"}),
    "sd": frozenset({"sd", "sds", "stdev", "stddev", "std", "s", "standardabweichung"}),
    "se": frozenset({"se", "sem", "stderr", "sei", "standardfehler"}),
    "time": frozenset({"time", "persontime", "py", "personyears", "patientyears", "exposure",
                       "personenjahre"}),
    "correlation": frozenset({"cor", "corr", "correlation", "rho"}),
    "variance": frozenset({"var", "variance", "vi", "v"}),
    "ci_lb": frozenset({"lower", "low", "lcl", "lci", "ll", "lb", "cil", "min", "lo",
                        "start", "untergrenze", "untere"}),
    "ci_ub": frozenset({"upper", "high", "ucl", "uci", "ul", "ub", "ciu", "max", "up", "hi",
                        "end", "obergrenze", "obere"}),
    "effect": frozenset({"effect", "estimate", "es", "te", "yi", "est", "or", "rr", "rd", "hr",
                         "irr", "md", "smd", "rom", "g", "d", "logor", "logrr", "loghr", "lnor",
                         "lnrr", "lnhr", "logirr", "lnirr", "difference"}),
}  # fmt: skip

#: Two words that are one.
_JOINED = {
    ("non", "event"): "nonevents", ("non", "events"): "nonevents", ("no", "event"): "nonevents",
    ("standard", "deviation"): "sd", ("std", "dev"): "sd", ("st", "dev"): "sd",
    ("standard", "error"): "se", ("std", "err"): "se", ("std", "error"): "se",
    ("person", "time"): "persontime", ("person", "years"): "persontime",
    ("patient", "years"): "persontime", ("sample", "size"): "n",
    ("odds", "ratio"): "or", ("risk", "ratio"): "rr", ("relative", "risk"): "rr",
    ("hazard", "ratio"): "hr", ("rate", "ratio"): "irr", ("risk", "difference"): "rd",
    ("mean", "difference"): "md", ("log", "or"): "logor", ("log", "rr"): "logrr",
    ("log", "hr"): "loghr", ("ln", "or"): "logor", ("ln", "rr"): "logrr", ("ln", "hr"): "loghr",
    ("log", "irr"): "logirr", ("ln", "irr"): "logirr", ("effect", "size"): "effect",
    ("point", "estimate"): "estimate", ("not", "cured"): "nonevents",
    ("not", "improved"): "nonevents", ("no", "events"): "nonevents",
    ("no", "response"): "nonevents", ("hedges", "g"): "smd", ("cohen", "d"): "smd",
    ("cohens", "d"): "smd", ("log", "odds"): "logodds", ("logodds", "ratio"): "logor",
    ("time", "point"): "timepoint", ("follow", "up"): "followup",
    ("comparison", "number"): "comparison", ("outcome", "number"): "outcome",
    ("subgroup", "number"): "subgroup", ("control", "group"): "control",
}  # fmt: skip

#: Words that say nothing of what a column holds.
_EMPTY = frozenset({"of", "the", "in", "and", "group", "arm", "grp", "95", "90", "99", "ci",
                    "percent", "with", "value", "no", "id", "confidence", "interval", "limit",
                    "bound"})  # fmt: skip

#: Words for the first and the second group.
_FIRST = frozenset({"1", "t", "trt", "treat", "treated", "treatment", "e", "exp", "experimental",
                    "intervention", "int", "active", "drug", "i", "vaccinated", "exposed",
                    "tx", "verum", "behandlung", "therapie"})  # fmt: skip
_SECOND = frozenset({"2", "c", "ctrl", "ctl", "control", "controls", "con", "placebo", "pbo",
                     "plac", "comparator", "comparison", "comp", "usual", "standard", "unexposed",
                     "sham", "reference", "ref", "kontrolle", "vergleich",
                     "kontrollgruppe"})  # fmt: skip

#: What a study is described by: "Mean age" is no outcome of a third group.
DESCRIBED = frozenset({"age", "bmi", "female", "females", "women", "male", "males", "men", "sex",
                       "dose", "duration", "followup", "quality", "dropouts", "withdrawals",
                       "sites", "centres", "centers", "alter", "years", "months", "weeks",
                       "days"})  # fmt: skip

#: Words for a bound that may also be a dose or a risk: "Events low dose".
_LEVELS = frozenset({"low", "high", "lo", "hi", "min", "max", "up", "start", "end", "m", "s", "r",
                     "x", "d", "g", "v"})  # fmt: skip

#: Headings of ratios, and the measure each names; those with "log" are on the log scale already.
RATIOS = {"or": "OR", "rr": "RR", "hr": "HR", "irr": "IRR", "rom": "ROM"}


@dataclass(frozen=True, slots=True)
class Part:
    """What a heading says: the quantity, the group it belongs to, and the rest of its words.

    Attributes
    ----------
    group : "1", "2" or None
        By a word such as "treatment" or "placebo".
    rest : tuple of str
        Words that are neither: they may name a group, such as a drug.
    word : str
        The word that gave the quantity.
    """

    quantity: Quantity
    group: Literal["1", "2"] | None
    rest: tuple[str, ...]
    word: str


def words_of(heading: str) -> tuple[str, ...]:
    """Split a heading into words, as spreadsheets, R and programmers write them.

    Examples
    --------
    >>> words_of("Events (IVIg)"), words_of("event.e"), words_of("meanT"), words_of("sd1")
    (('events', 'ivig'), ('event', 'e'), ('mean', 't'), ('sd', '1'))
    """
    plain = unicodedata.normalize("NFKC", heading).strip()
    plain = re.sub(r"\[[^\]]*\]", " ", plain) if plain[:1] != "[" else plain  # a unit: "[mg]"
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain)
    spaced = re.sub(r"(?<=[A-Za-z])(?=\d)", " ", spaced)
    words = [w for w in re.split(r"[\W_]+", spaced.casefold()) if w]
    joined: list[str] = []
    for word in [part for glued in words for part in _unglued(glued)]:
        pair = (joined[-1], word) if joined else None
        if pair in _JOINED:
            joined[-1] = _JOINED[pair]
        else:
            joined.append(word)
    return tuple(joined)


def part_of(heading: str) -> Part | None:
    """Read a heading; None if no word of it names a quantity.

    Examples
    --------
    >>> part_of("Total placebo")
    Part(quantity='n', group='2', rest=(), word='total')
    >>> part_of("events_ivig").rest
    ('ivig',)
    """
    words = [w for w in words_of(heading) if w not in _EMPTY]
    found: tuple[int, Quantity] | None = None
    for i, word in enumerate(words):
        quantity = _quantity(word)
        if quantity is None:
            continue
        # A bound or an error of something is a bound: "OR lower", "SE of log OR".
        if found is None or _rank(word, quantity) > _rank(words[found[0]], found[1]):
            found = (i, quantity)
    if found is None:
        return None
    i, quantity = found
    others = words[:i] + words[i + 1 :]
    group: Literal["1", "2"] | None = None
    rest: list[str] = []
    for word in others:
        if word in _FIRST and group is None:
            group = "1"
        elif word in _SECOND and group is None:
            group = "2"
        elif _quantity(word) is None or word in _LEVELS:
            rest.append(word)
    return Part(quantity=quantity, group=group, rest=tuple(rest), word=words[i])


def _quantity(word: str) -> Quantity | None:
    """Find the quantity a word names."""
    for quantity, known in _QUANTITIES.items():
        if word in known:
            return quantity
    return None


def _unglued(word: str) -> tuple[str, ...]:
    """Part a quantity from the letter of its group: "tpos", "eventc"."""
    if _quantity(word) is None and len(word) > 2 and word not in _FIRST | _SECOND:
        if word[0] in "tce" and _quantity(word[1:]) is not None:
            return word[0], word[1:]
        if word[-1] in "tce" and _quantity(word[:-1]) is not None:
            return word[:-1], word[-1]
    return (word,)


def _rank(word: str, quantity: Quantity) -> int:
    """Which of two quantities in one heading it is about."""
    if word in _LEVELS:
        return 1
    if quantity in ("ci_lb", "ci_ub", "se", "variance", "sd"):
        return 4
    return {"effect": 0, "n": 2}.get(quantity, 3)
