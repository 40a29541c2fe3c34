"""Which record to screen next, learnt from what was decided so far, and how well that works."""

from ranvier.ranking.ranker import Basis, Order, Ranker, Text

__all__ = ["Basis", "Order", "Ranker", "Text"]
