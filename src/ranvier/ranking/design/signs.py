"""Signs of study design: phrases that authors use, read with what stands around them.

They rest on what the field knows (the Cochrane highly sensitive search strategy, CONSORT, the traps
of the word *random*); how much they weigh is learnt. A mention of chance is read in its context:
*randomly allocated* is not *randomly selected*, and *a randomized trial* is not *randomized
trials*, which a review speaks of.

References
----------
Lefebvre C et al. (2024). Searching for and selecting studies. Cochrane Handbook, chapter 4,
technical supplement 3.6: the highly sensitive search strategies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from ranvier.ranking.design.text import plain, words

__all__ = ["FEATURES", "Field", "Group", "Reading", "Sighting", "read"]

Field = Literal["title", "abstract"]

#: What phrases of a group have in common: chance decides who gets what in *this* study; blinding,
#: placebo, crossover or sham; chance is spoken of, whatever for; the study calls itself a trial; a
#: review of studies.
Group = Literal["chance", "blinding", "mention", "trial", "review"]

#: Not *nonrandomized*, *quasi-randomized*, *not randomized*, *Mendelian randomization*.
_OWN = r"(?<!\bnon )(?<!\bquasi )(?<!\bnot )(?<!mendelian )\b"
#: From *randomized* to the noun it describes, within a clause.
_TO_NOUN = r"(?:[ ,/()]+[\w.]+){0,9}?[ ,/()]+"
_STUDY = r"(?:trial|study|experiment|design|comparison|evaluation|investigation|fashion|manner)\b"
_TO_ARMS = (
    r"(?:(?:pre)?assign|allocat|divid|distribut|receiv|treat|giv|plac(?!ebo)|enrol|allot|group|"
    r"separat|split|put|enter|administ|order|subdivid|stratif|includ|alternat|present|perform|"
    r"underg|underw)\w*"
)
_WHO = (
    r"(?:were|was|been|being|be|then|and|who|patients|subjects|participants|women|men|children|"
    r"infants|adults|volunteers|individuals|persons|people|cases|eyes|parents|families|practices|"
    r"centers|schools|villages|clinics|students|we|also|ratio|\d+\)?)"
)

_BLIND = ("blind", "mask")

#: Group, field, anchors, the phrase. An anchor is looked for first, because that is fast; without
#: a phrase, it is the sign itself.
_PHRASES: tuple[tuple[Group, Field, tuple[str, ...], str | None], ...] = (
    ("chance", "title", ("randomized",), rf"{_OWN}randomized{_TO_NOUN}{_STUDY}"),
    (
        "chance",
        "title",
        ("random",),
        rf"{_OWN}random(?:ized|ly|ization)\b(?! (?:select|chosen|sampl))",
    ),
    ("chance", "abstract", ("randomize",), rf"{_OWN}randomized?{_TO_NOUN}{_STUDY}"),
    (
        "chance",
        "abstract",
        ("randomized",),
        r"\b(?:(?:design|methods?|setting|trial|intervention)s?[^.:]{0,40}[:.] (?:an? )?"
        r"(?:\w+[ ,]+){0,6}|(?:prospectively|prospective|blind|blinded|multicenter|multicentre|"
        r"controlled|label|comparative),? (?:and )?)randomized\b",
    ),
    (
        "chance",
        "abstract",
        ("random",),
        rf"{_OWN}random(?:ly|ized)?,? (?:and \w+ |\w+ly )?{_TO_ARMS}"
        rf"|\b{_TO_ARMS}(?: \w+){{0,5}} (?:at random\b|randomly\b|by random|"
        r"in (?:a )?random(?:ized)? (?:order|sequence|manner|fashion|way))"
        r"|\brandom(?:ized)? (?:treatment )?(?:assignment|allocation|order|sequence|division)",
    ),
    (
        "chance",
        "abstract",
        ("randomized",),
        rf"\b{_WHO} (?:\w+ly )?(?:and )?randomized\b(?! (?:controlled|clinical|trials|studies))",
    ),
    (
        "chance",
        "abstract",
        ("randomized",),
        r"\brandomized,? (?:\([^)]{1,30}\) )?(?:in a [^.]{1,40} )?"
        r"(?:to|into|between|among|either|with|in|by|after|within|at|for|on|\d+)\b",
    ),
    ("chance", "abstract", ("randomization",), rf"{_OWN}randomization\b"),
    ("blinding", "title", ("placebo",), None),
    (
        "blinding",
        "title",
        _BLIND,
        r"\b(?:double|single|triple|observer|assessor|rater) (?:blind|mask)\w*",
    ),
    ("blinding", "title", ("crossover", "cross over"), None),
    ("blinding", "title", ("sham ",), r"\bsham\b"),
    (
        "blinding",
        "abstract",
        ("placebo",),
        r"\bplacebo,? ?(?:and \w+ )?controll?ed\b(?! (?:trials|studies))",
    ),
    (
        "blinding",
        "abstract",
        ("placebo",),
        r"\b(?:or|and|with|to|than|receiving|received|versus|vs\.?|given|the|matching|oral|saline|"
        r"inactive|matched|on|against|in|for|a|from|while|between|over) (?:an? )?(?:\w+ )?placebo\b"
        r"|\bplacebo (?:group|arm|recipients?|treatment|period|phase|patients|and|or|\(|n)",
    ),
    (
        "blinding",
        "abstract",
        (*_BLIND, "double dummy"),
        r"\b(?:double|triple)(?:,| and)? (?:blind|mask)\w*|\bdouble dummy",
    ),
    (
        "blinding",
        "abstract",
        _BLIND,
        r"\b(?:single|observer|assessor|investigator|evaluator|rater)(?:,| and)? (?:blind|mask)\w*"
        r"|\b(?:blind(?:ed|ly)?|masked) (?:to|fashion|manner|evaluat|assess|observ|investigat|rat)"
        r"\w*",
    ),
    ("blinding", "abstract", ("crossover", "cross over", "crossed over"), None),
    ("blinding", "abstract", ("sham",), r"\bsham\b"),
    ("mention", "title", ("random",), r"(?<!\bnon )(?<!\bnot )\brandom(?:ized|ization|ly)\b"),
    (
        "mention",
        "abstract",
        ("random",),
        r"(?<!\bnon )(?<!\bnot )\brandom(?:ized|ization|"
        r"ly (?!select|chose|sampl|draw|recruit|pick))",
    ),
    ("trial", "title", ("trial",), r"\btrial\b"),
    (
        "trial",
        "abstract",
        ("trial",),
        r"\b(?:clinical|controlled|crossover|over|comparative|prospective|intervention|label|blind(?:ed)?|masked|"
        r"treatment|pilot|open|parallel|group|equivalence|inferiority|cluster|field|factorial|this|"
        r"the|our|present|therapeutic|efficacy|vaccine|prevention|pragmatic|multicent(?:er|re)) "
        r"trial\b(?! regist)",
    ),
    (
        "review",
        "title",
        ("review", "meta", "overview", "guideline", "consensus", "evidence"),
        r"\breview\b|\bmeta ?analy\w*|\boverview\b|\bguidelines?\b|\bconsensus\b|\bevidence\b",
    ),
    (
        "review",
        "title",
        ("randomized", "trials", "rcts"),
        rf"\brandomized{_TO_NOUN}(?:trials|studies)\b|\brcts\b|\btrials\b",
    ),
    (
        "review",
        "abstract",
        (
            "systematic review", "systematically review", "systematic literature",
            "systematic search", "systematically search", "meta analy", "metaanaly",
            "meta regress", "medline", "pubmed",
            "embase", "cochrane", "literature search", "literature review", "this review",
            "selection criteria", "eligible studies", "included studies",
        ),
        None,
    ),
)  # fmt: skip

#: Without any of these no phrase of a review is there: its many anchors need not be looked for.
_REVIEW_WORDS = frozenset((
    "review", "reviews", "meta", "metaanalysis", "metaanalyses", "overview", "guideline",
    "guidelines", "consensus", "evidence", "trials", "studies", "rcts", "medline", "pubmed",
    "embase", "cochrane", "systematic", "systematically", "literature", "selection",
))  # fmt: skip
_ANIMALS = frozenset((
    "animal", "animals", "rat", "rats", "mouse", "mice", "murine", "dog", "dogs", "canine", "pig",
    "pigs", "porcine", "piglet", "piglets", "swine", "rabbit", "rabbits", "sheep", "ewe", "ewes",
    "lamb", "lambs", "goat", "goats", "cattle", "cow", "cows", "bovine", "calves", "calf", "steers",
    "heifers", "horse", "horses", "monkey", "monkeys", "macaque", "macaques", "primate", "primates",
    "chicken", "chickens", "broiler", "broilers", "hens", "fish", "zebrafish", "hamster",
    "hamsters", "gerbils", "ferrets", "sprague", "wistar",
))  # fmt: skip
_PEOPLE = frozenset((
    "patient", "patients", "participant", "participants", "volunteer", "volunteers", "woman",
    "women", "man", "men", "child", "children", "infant", "infants", "adult", "adults", "people",
    "persons", "student", "students", "adolescent", "adolescents", "human", "humans", "boys",
    "girls", "mothers", "nurses",
))  # fmt: skip

#: What is added up besides the words, in order.
FEATURES = (
    "title alone, and silent",  # no abstract, and nothing of chance or blinding in the title
    "chance",  # one phrase at least
    "chance twice",
    "chance thrice",
    "chance in the title, no review",
    "blinding",
    "blinding twice",
    "called a trial",
    "called a trial in the title",
    "silent",  # neither chance nor blinding
    "mention only",  # chance is spoken of, but decides nothing here
    "mention only, no review",
    "animals, no people",
    "animals and people",
    "review",
    "review with chance",
    "chance, no review",
    "own trial",  # chance or much blinding, and neither review nor animals alone
)


class Sighting(NamedTuple):
    """Where a phrase stands, in the field named."""

    group: Group
    field: Field
    start: int
    end: int


_LookedFor = tuple[tuple[Group, tuple[str, ...], re.Pattern[str] | None], ...]


def _looked_for(where: Field) -> _LookedFor:
    """Return what is looked for in a field, ready to be."""
    return tuple(
        (group, anchors, re.compile(phrase) if phrase else None)
        for group, field, anchors, phrase in _PHRASES
        if field == where
    )


_LOOKED_FOR: dict[Field, _LookedFor] = {f: _looked_for(f) for f in ("title", "abstract")}


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read in one record.

    Attributes
    ----------
    title, abstract : str
        In plain text.
    title_words, abstract_words : set of str
        Their words.
    sightings : tuple of Sighting
        The first place of each phrase found.
    animals, people : bool
        Whether words for them occur.
    """

    title: str
    abstract: str
    title_words: set[str]
    abstract_words: set[str]
    sightings: tuple[Sighting, ...]
    animals: bool
    people: bool

    def features(self, *, without: frozenset[Group] = frozenset()) -> tuple[bool, ...]:
        """Return what holds of `FEATURES`; as if phrases of the groups `without` were not there."""
        held = [s for s in self.sightings if s.group not in without]
        groups = [s.group for s in held]
        titled = any(s.group == "chance" and s.field == "title" for s in held)
        chance, blinding = groups.count("chance"), groups.count("blinding")
        review, mention = "review" in groups, "mention" in groups
        silent = not chance and not blinding
        animals_alone = self.animals and not self.people
        return (
            silent and not mention and not self.abstract_words,
            chance > 0,
            chance > 1,
            chance > 2,
            titled and not review,
            blinding > 0,
            blinding > 1,
            "trial" in groups,
            any(s.group == "trial" and s.field == "title" for s in held),
            silent,
            mention and not chance,
            mention and not chance and not review,
            animals_alone,
            self.animals and self.people,
            review,
            review and chance > 0,
            chance > 0 and not review,
            (chance > 0 or blinding > 1) and not review and not animals_alone,
        )


def read(title: str, abstract: str) -> Reading:
    """Read a record for signs of its design.

    Examples
    --------
    >>> found = read("Zinc for colds", "Adults were randomly allocated to zinc or placebo.")
    >>> [(s.group, found.abstract[s.start : s.end]) for s in found.sightings]
    [('chance', 'randomly allocated'), ('blinding', 'or placebo'), ('mention', 'randomly ')]
    """
    title, abstract = plain(title), plain(abstract)
    in_title, in_abstract = set(words(title)), set(words(abstract))
    seen = (*_seen("title", title, in_title), *_seen("abstract", abstract, in_abstract))
    return Reading(
        title,
        abstract,
        in_title,
        in_abstract,
        seen,
        not (_ANIMALS.isdisjoint(in_title) and _ANIMALS.isdisjoint(in_abstract)),
        not (_PEOPLE.isdisjoint(in_title) and _PEOPLE.isdisjoint(in_abstract)),
    )


def _seen(field: Field, text: str, in_text: set[str]) -> Iterator[Sighting]:
    """Yield the first place of each phrase."""
    known: dict[str, int] = {}
    reviews = not _REVIEW_WORDS.isdisjoint(in_text)
    for group, anchors, phrase in _LOOKED_FOR[field]:
        if group == "review" and not reviews:
            continue
        for anchor in anchors:
            at = known.get(anchor)
            if at is None:
                at = known[anchor] = text.find(anchor)
            if at >= 0:
                if phrase is None:
                    yield Sighting(group, field, at, at + len(anchor))
                elif match := phrase.search(text):
                    yield Sighting(group, field, match.start(), match.end())
                break
