"""The SAFE procedure as a checklist, and runs of irrelevant records: information, no promise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ranvier.ranking.stopping.history import Shown, tally

__all__ = ["GAP", "Phase", "SafeItem", "safe_checklist"]

#: Screen a random set, Apply active learning, Find more with a different model, Evaluate quality.
Phase = Literal["screen", "apply", "find", "evaluate"]

#: Irrelevant records in a row that the procedure asks for.
GAP = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeItem:
    """One item of the checklist.

    Attributes
    ----------
    phase : Phase
    asks : str
        What the procedure asks for.
    met : bool or None
        ``None`` where the decisions do not tell and nobody has said.
    found : str
        What there is.
    """

    phase: Phase
    asks: str
    met: bool | None
    found: str


def safe_checklist(
    history: Sequence[Shown],
    left: int,
    *,
    key_papers: tuple[int, int] | None = None,
    other_model_gap: int | None = None,
    second_look_gap: int | None = None,
) -> tuple[SafeItem, ...]:
    """Hold the course of screening against the SAFE procedure.

    Parameters
    ----------
    history : sequence of Shown
        In the order shown.
    left : int
        Records not read yet.
    key_papers : tuple of int or None
        How many of the studies known beforehand were found, and how many there are.
    other_model_gap : int or None
        Irrelevant records in a row at the end of reading on with another model.
    second_look_gap : int or None
        Excluded records in a row that a second look left excluded, those first that a model
        thought most likely relevant.

    Returns
    -------
    tuple of SafeItem
        In the order of the procedure.

    References
    ----------
    Boetje J, van de Schoot R (2024). The SAFE procedure: a practical stopping heuristic for active
    learning-based screening in systematic reviews and meta-analyses. Systematic Reviews 13:81.
    doi:10.1186/s13643-024-02502-7

    Examples
    --------
    >>> history = [Shown(True, "random")] + [Shown(False, "random")] * 19 + [Shown(False)] * 60
    >>> [item.met for item in safe_checklist(history, 920, key_papers=(3, 3))]
    [True, True, True, False, False, True, None, None]
    """
    made = tally(history, left)
    first = made.screened if made.random.all() else int(made.random.argmin())
    drawn, hits = first, int(made.relevant[:first].sum())
    expected = hits / drawn * made.records if drawn else None
    twice = None if expected is None else made.screened >= 2 * expected
    return (
        SafeItem(
            phase="screen",
            asks="A random set of at least 1% of the records was screened first.",
            met=drawn >= 0.01 * made.records,
            found=f"{drawn:,} of {made.records:,} records drawn at random first.",
        ),
        SafeItem(
            phase="screen",
            asks="It held at least one relevant record.",
            met=hits > 0,
            found=f"{hits:,} relevant.",
        ),
        SafeItem(
            phase="apply",
            asks="All key papers are marked as relevant.",
            met=None if key_papers is None else key_papers[0] >= key_papers[1],
            found="Not said." if key_papers is None else f"{key_papers[0]} of {key_papers[1]}.",
        ),
        SafeItem(
            phase="apply",
            asks="At least 10% of the records were read.",
            met=made.screened >= 0.1 * made.records,
            found=f"{made.screened:,} of {made.records:,}.",
        ),
        SafeItem(
            phase="apply",
            asks="At least twice as many were read as the random set makes one expect relevant.",
            met=twice if hits else None if not drawn else False,
            found=(
                "No random set."
                if expected is None
                else f"{made.screened:,} read, {expected:,.0f} expected relevant."
            ),
        ),
        SafeItem(
            phase="apply",
            asks=f"The last {GAP} records were irrelevant.",
            met=made.gap >= GAP,
            found=f"{made.gap:,} irrelevant in a row.",
        ),
        SafeItem(
            phase="find",
            asks=f"Another model was used until {GAP} records in a row were irrelevant.",
            met=None if other_model_gap is None else other_model_gap >= GAP,
            found="Not said." if other_model_gap is None else f"{other_model_gap} in a row.",
        ),
        SafeItem(
            phase="evaluate",
            asks=f"Excluded records were looked at again until {GAP} in a row stayed excluded.",
            met=None if second_look_gap is None else second_look_gap >= GAP,
            found="Not said." if second_look_gap is None else f"{second_look_gap} in a row.",
        ),
    )
