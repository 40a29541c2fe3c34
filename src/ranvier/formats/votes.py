"""Decisions that screening tools write into their exports."""

from __future__ import annotations

import re

from ranvier.core.record import Vote
from ranvier.formats.columns import named

__all__ = ["asreview_votes", "covidence_votes", "rayyan_votes"]

_RAYYAN = re.compile(r"RAYYAN-(INCLUSION|LABELS|EXCLUSION-REASONS|USER-NOTES)\s*:\s*([^|]*)")
_PAIR = re.compile(r"\"([^\"]+)\"\s*=>\s*\"([^\"]*)\"")
_VERDICTS = {
    "included": "include", "include": "include", "yes": "include", "1": "include",
    "relevant": "include", "true": "include", "excluded": "exclude", "exclude": "exclude",
    "no": "exclude", "0": "exclude", "irrelevant": "exclude", "false": "exclude",
    "maybe": "maybe", "conflict": "maybe", "undecided": "maybe",
}  # fmt: skip


def rayyan_votes(notes: str) -> tuple[Vote, ...]:
    """Read what Rayyan puts into its notes.

    Examples
    --------
    >>> [v] = rayyan_votes('RAYYAN-INCLUSION: {"Ann"=>"Excluded"} | '
    ...                    'RAYYAN-EXCLUSION-REASONS: wrong population,animal | RAYYAN-LABELS: rat')
    >>> v.reviewer, v.verdict, v.reasons, v.labels
    ('Ann', 'exclude', ('wrong population', 'animal'), ('rat',))
    """
    held = {key: text.strip() for key, text in _RAYYAN.findall(notes)}
    if not held:
        return ()
    labels = tuple(x.strip() for x in held.get("LABELS", "").split(",") if x.strip())
    reasons = tuple(x.strip() for x in held.get("EXCLUSION-REASONS", "").split(",") if x.strip())
    note = held.get("USER-NOTES") or None
    votes = tuple(
        Vote(
            reviewer=reviewer,
            verdict=verdict,
            stage="title_abstract",
            reasons=reasons if verdict == "exclude" else (),
            labels=labels,
            note=note,
        )
        for reviewer, word in _PAIR.findall(held.get("INCLUSION", ""))
        if (verdict := _VERDICTS.get(word.lower()))
    )
    if votes or not (labels or reasons):
        return votes
    return (Vote(verdict="exclude" if reasons else "maybe", reasons=reasons, labels=labels),)


def covidence_votes(cells: dict[str, str]) -> tuple[Vote, ...]:
    """Read the decisions of a Covidence table: status, reasons in notes, votes by reviewer.

    Examples
    --------
    >>> covidence_votes({"Notes": "Exclusion reason: Wrong study design; "})[0].reasons
    ('Wrong study design',)
    """
    votes: list[Vote] = []
    labels = tuple(t.strip() for t in re.split(r"[;,]", cells.get("Tags", "")) if t.strip())
    for column, cell in cells.items():
        name = column.casefold()
        verdict = _VERDICTS.get(cell.strip().casefold())
        if verdict and ("vote" in name or "reviewer" in name or "decision" in name):
            reviewer = re.sub(r"(?i)\b(?:vote|decision|reviewer)s?\b[:\s]*", "", column).strip()
            stage = "full_text" if "full" in name else "title_abstract"
            votes.append(
                Vote(verdict=verdict, reviewer=reviewer or None, stage=stage, labels=labels)
            )
    note = " ".join(cells.get(c, "") for c in ("Notes", "Exclusion reason"))
    reasons = tuple(
        r.strip() for r in re.findall(r"Exclusion reason:\s*([^;|\n]+)", note) if r.strip()
    ) or tuple(r for r in (cells.get("Exclusion reason", "").strip(),) if r)
    if reasons:
        votes.append(Vote(verdict="exclude", stage="full_text", reasons=reasons, labels=labels))
    elif labels and not votes:
        votes.append(Vote(verdict="maybe", labels=labels))
    return tuple(votes)


_LABELS = tuple(
    named(c)
    for c in ("asreview_label", "included", "label_included", "label", "final_included",
              "included_label", "abstract_screening", "inclusion", "label_abstract_included")
)  # fmt: skip


def asreview_votes(cells: dict[str, str]) -> tuple[Vote, ...]:
    """Read the label of an ASReview table; -1 or nothing is a record nobody has judged.

    Examples
    --------
    >>> asreview_votes({"asreview_label": "1", "asreview_note": "see text"})[0].verdict
    'include'
    >>> asreview_votes({"included": "-1"})
    ()
    """
    by_name = {named(column): cell.strip() for column, cell in cells.items()}
    note = by_name.get("asreviewnote") or by_name.get("exportednotes1") or None
    labels = tuple(
        column
        for column, cell in cells.items()
        if column.casefold().startswith("asreview_tag") and cell.strip() in ("1", "True", "true")
    )
    for name in _LABELS:
        cell = by_name.get(name, "").removesuffix(".0").casefold()
        if verdict := _VERDICTS.get(cell):
            return (Vote(verdict=verdict, stage="title_abstract", note=note, labels=labels),)
    return ()
