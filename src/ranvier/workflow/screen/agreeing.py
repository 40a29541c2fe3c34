"""Agreeing: how far reviewers agreed before they saw each other's decisions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from ranvier.core.allotment import Allotment
from ranvier.core.protocol import Stage
from ranvier.errors import InputError
from ranvier.stats.agreement import Agreement, Coefficient, CoefficientName, agreement
from ranvier.workflow.screen.view import View
from ranvier.workflow.screen.votes import Cast

__all__ = ["AgreementView", "PairKappa", "Rated", "agreements", "ratings"]

#: Pairs of reviewers whose kappa is shown, those with most items in common first.
PAIRS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class PairKappa:
    """Cohen's kappa of two of several reviewers.

    Attributes
    ----------
    items : int
        Items that both decided.
    """

    reviewers: tuple[str, str]
    items: int
    kappa: Coefficient


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementView:
    """How far reviewers agreed on one thing.

    Attributes
    ----------
    allotment : str or None
        None for all opened allotments of the stage together.
    criterion : str or None
        On whether this criterion is a reason to exclude; on the verdict, if None.
    found : Agreement or None
        None where no item was decided by two people, for the reason in `why`.
    pairs : tuple of PairKappa
        Where more than two took part: kappa is of two people.
    """

    stage: Stage
    allotment: str | None
    criterion: str | None
    found: Agreement | None
    why: str | None
    pairs: tuple[PairKappa, ...]


#: What each reviewer said on each item.
Ratings = dict[str, dict[str, Cast]]


@dataclass(frozen=True, slots=True)
class Rated:
    """The independent votes on one allotment."""

    allotment: str
    criteria: tuple[str, ...]
    votes: Ratings


def ratings(view: View, stage: Stage) -> list[Rated]:
    """Collect what is measured: the votes of each allotment that somebody may see.

    What counts is the vote that stood when the allotment was opened: a mind that was changed after
    seeing the other's is no independent judgement.
    """
    protocol = view.layout.review.protocol
    criteria = tuple(c.id for c in protocol.criteria if c.stage == stage) if protocol else ()
    return [
        Rated(allotment.id, criteria, _ratings(view, allotment))
        for allotment in view.layout.shares.allotments.values()
        if allotment.stage == stage
        and allotment.within is None
        and (allotment.id in view.layout.shares.opened or view.sees_all(stage))
    ]


def agreements(stage: Stage, rated: Sequence[Rated]) -> Iterator[AgreementView]:
    """Measure agreement on verdicts and on each criterion, by allotment and together."""
    every: Ratings = defaultdict(dict)
    for one in rated:
        for reviewer, said in one.votes.items():
            every[reviewer].update(said)
        yield from _measured(stage, one.allotment, one.votes, one.criteria)
    if len(rated) > 1:
        yield from _measured(stage, None, every, rated[0].criteria)


def _ratings(view: View, allotment: Allotment) -> Ratings:
    """Return the independent votes on an allotment, by reviewer and item."""
    until = view.layout.opened_at.get(allotment.id)
    removed = view.layout.removed
    votes, home = view.desk.votes, view.layout.shares.home.get(allotment.stage, {})
    found: Ratings = defaultdict(dict)
    for item, given in votes.at(allotment.stage).items():
        if home.get(item) != allotment.id:
            continue
        for voice, cast in given.items():
            if not voice or voice in removed:
                continue
            blind = cast
            if until is not None and cast.seq > until:
                before = votes.before(allotment.stage, item, voice, until=until)
                if before is None:
                    continue
                blind = before
            found[voice][item] = blind
    return found


def _measured(
    stage: Stage, allotment: str | None, ratings: Ratings, criteria: Sequence[str]
) -> Iterator[AgreementView]:
    """Measure agreement on the verdict, and on each criterion that anybody named."""
    verdicts: dict[str, dict[str, Hashable]] = {
        who: {item: cast.decision.verdict for item, cast in said.items()}
        for who, said in ratings.items()
    }
    yield _view(stage, allotment, None, verdicts)
    named = {r for said in ratings.values() for c in said.values() for r in c.decision.reasons}
    for criterion in criteria:
        if criterion not in named:
            continue
        yield _view(
            stage,
            allotment,
            criterion,
            {
                who: {
                    item: "named" if criterion in cast.decision.reasons else "not named"
                    for item, cast in said.items()
                }
                for who, said in ratings.items()
            },
        )


def _view(
    stage: Stage,
    allotment: str | None,
    criterion: str | None,
    ratings: Mapping[str, Mapping[str, Hashable]],
) -> AgreementView:
    """Measure one thing."""
    found, why = None, None
    try:
        found = _agreement(ratings)
    except InputError as error:
        why = error.message
    return AgreementView(
        stage=stage,
        allotment=allotment,
        criterion=criterion,
        found=found,
        why=why,
        pairs=tuple(_pairs(ratings)) if len(ratings) > 2 else (),
    )


def _agreement(ratings: Mapping[str, Mapping[str, Hashable]]) -> Agreement:
    """Measure agreement, of few people or of many who each read a small part.

    All coefficients but Cohen's kappa and PABAK depend on the ratings of each item and not on whose
    they are; so the ratings of many reviewers are laid side by side, first, second, and so on.
    """
    if len(ratings) <= 2:
        items = sorted({item for said in ratings.values() for item in said})
        return agreement(
            {who: [said.get(item) for item in items] for who, said in sorted(ratings.items())}
        )
    by_item: dict[str, list[Hashable]] = defaultdict(list)
    for _, said in sorted(ratings.items()):
        for item, rating in said.items():
            by_item[item].append(rating)
    most = max((len(given) for given in by_item.values()), default=0)
    columns = {
        str(n): [given[n] if n < len(given) else None for given in by_item.values()]
        for n in range(most)
    }
    found = agreement(columns)
    several: dict[CoefficientName, Coefficient] = {
        name: c for name, c in found.coefficients.items() if name not in ("kappa", "pabak")
    }
    return replace(found, raters=len(ratings), coefficients=several)


def _pairs(ratings: Mapping[str, Mapping[str, Hashable]]) -> Iterator[PairKappa]:
    """Yield Cohen's kappa of the pairs that have most items in common."""
    shared: dict[tuple[str, str], list[str]] = {}
    by_item: dict[str, list[str]] = defaultdict(list)
    for who, said in sorted(ratings.items()):
        for item in said:
            by_item[item].append(who)
    for item, people in by_item.items():
        for pair in combinations(people, 2):
            shared.setdefault(pair, []).append(item)
    most = sorted(shared.items(), key=lambda found: (-len(found[1]), found[0]))[:PAIRS]
    for (one, other), items in most:
        both = {who: [ratings[who][item] for item in items] for who in (one, other)}
        yield PairKappa(
            reviewers=(one, other),
            items=len(items),
            kappa=agreement(both).coefficients["kappa"],
        )
