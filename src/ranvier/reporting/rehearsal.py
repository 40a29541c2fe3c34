"""The screening looked back on: a rehearsal as the review document shows it."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from statistics import fmean

from ranvier.core.rehearsal import Rehearsal
from ranvier.reporting.figures import Figure, recall_plot
from ranvier.reporting.numbers import Numbers

__all__ = ["RehearsalView", "rehearsal_view"]

#: With fewer relevant records, one more or less moves a share by more than two points.
FEW = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalView:
    """A rehearsal in words and a figure.

    Attributes
    ----------
    based_on : str
        What took part.
    texts : str or None
        What the order was learnt from, where it is less than titles and abstracts.
    found : str
        How soon 95% were found, and what that would have saved.
    stops : tuple of tuple of str
        Of each run: its number, records read until the rule was met, of how many, relevant records
        found by then, of how many.
    limits : tuple of str
        What to keep in mind.
    """

    based_on: str
    texts: str | None
    found: str
    figure: Figure
    rule: str
    stops: tuple[tuple[str, str, str], ...]
    limits: tuple[str, ...]


def rehearsal_view(held: Rehearsal, numbers: Numbers) -> RehearsalView:
    """Put a rehearsal in words."""
    count, past = numbers.count, held.past
    nth = ceil(0.95 * past.relevant - 1e-9)
    needed = [run[nth - 1] for run in past.runs]
    read, saved = round(fmean(needed)), past.records - round(fmean(needed))
    left_out = (
        f" {count(held.left_out)} that are not settled, or whose text was not retrieved, took no "
        "part."
        if held.left_out
        else ""
    )
    return RehearsalView(
        based_on=(
            f"{count(held.decided)} records with a settled decision, {count(held.relevant)} of "
            f"them included, were screened again by the computer {_times(len(past.runs))}, in the "
            f"order in which Ranvier would have shown them.{left_out} Each run knows one included "
            "and one excluded record at the start, and learns from every decision."
        ),
        texts=_texts(held, numbers),
        found=(
            f"95% of the included records, {count(nth)} of {count(past.relevant)}, would have been "
            f"found after {count(read)} of {count(past.records)} records on average of the runs "
            f"({count(min(needed))} to {count(max(needed))}); who had known where to stop would "
            f"not have read {count(saved)} of them. Work saved over sampling at 95% recall "
            f"(WSS@95): {numbers.fixed(100 * held.wss95, 1)}%."
        ),
        figure=recall_plot(past),
        rule=_rule(held, numbers),
        stops=tuple(
            (
                f"Run {number}",
                f"{count(stop.screened)} of {count(past.records)}",
                f"{count(stop.found)} of {count(past.relevant)}",
            )
            for number, stop in enumerate(held.stops, 1)
        ),
        limits=tuple(_limits(held, numbers, nth)),
    )


def _times(n: int) -> str:
    """Say how often."""
    return {1: "once", 2: "twice", 3: "three times"}.get(n, f"{n} times")


def _texts(held: Rehearsal, numbers: Numbers) -> str | None:
    """Say what the order was learnt from."""
    if held.titles_only == held.decided:
        return (
            "Titles only: none of these records holds an abstract. People who screen read "
            "abstracts, and an order learnt from them is usually better."
        )
    if held.titles_only:
        return (
            f"{numbers.count(held.titles_only)} of these records hold no abstract: of them the "
            "title alone was used."
        )
    return None


def _rule(held: Rehearsal, numbers: Numbers) -> str:
    """Say what the stopping rule would have done."""
    count, records = numbers.count, held.past.records
    asked = (
        f"The stopping rule (target {held.target * 100:g}% recall at {held.confidence * 100:g}% "
        "confidence)"
    )
    early = [stop for stop in held.stops if stop.screened < records]
    if not early:
        return (
            f"{asked} would have let nobody stop before the last record: with "
            f"{count(held.past.relevant)} relevant records to learn from, it could never be sure "
            "enough that none was left."
        )
    saved = [records - stop.screened for stop in held.stops]
    kept = sum(stop.reached for stop in held.stops)
    return (
        f"{asked} would have been met before the last record in {count(len(early))} of "
        f"{count(len(held.stops))} runs, and would have saved {count(round(fmean(saved)))} of "
        f"{count(records)} records on average ({count(min(saved))} to {count(max(saved))}). Recall "
        f"was at the target in {count(kept)} of {count(len(held.stops))} runs."
    )


def _limits(held: Rehearsal, numbers: Numbers, nth: int) -> list[str]:
    """Say what to keep in mind."""
    relevant = held.past.relevant
    said = [
        "It is a simulation with the decisions that were made; nothing in this review rests on it. "
        "Recall is of the records that were included: what the screening itself missed, or did not "
        "settle, is not counted.",
        "Only looking back is it known when 95% are found; while people screen, a stopping rule "
        "has to say when enough was read.",
    ]
    if relevant < FEW:
        said.append(
            f"{numbers.count(relevant)} included records are few: one of them is "
            f"{numbers.fixed(100 / relevant, 1)}% of recall, and the figures hang on where the "
            f"one found as number {numbers.count(nth)} happens to stand. They say little about "
            "another review."
        )
    said.append(
        "The runs differ in the two records they begin with; their range is no confidence "
        "interval. In use, the words of the protocol choose what is shown first."
    )
    return said
