"""When enough has been read: what is missed, what a rule promises, and what going on costs."""

from __future__ import annotations

from ranvier.ranking.stopping.history import How, Shown
from ranvier.ranking.stopping.judge import Cost, Judgement, allowed_missed, follow, judge
from ranvier.ranking.stopping.rules import RULES, Rule
from ranvier.ranking.stopping.safe import SafeItem, safe_checklist

__all__ = [
    "RULES",
    "Cost",
    "How",
    "Judgement",
    "Rule",
    "SafeItem",
    "Shown",
    "allowed_missed",
    "follow",
    "judge",
    "safe_checklist",
]
