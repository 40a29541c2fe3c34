"""Chains of one operator, put together in time linear in their length."""

from __future__ import annotations

from dataclasses import dataclass, field

from ranvier.query.tree import Logic, Node, Operator

__all__ = ["Chain"]


@dataclass(slots=True)
class Chain:
    """Things under one operator so far; a chain of a thousand ORs is one node, made once."""

    operator: Operator = "and"
    held: list[Node] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether nothing was read yet."""
        return not self.held

    def clear(self) -> None:
        """Forget everything."""
        self.held = []

    def first(self, node: Node | None) -> None:
        """Begin with a node."""
        if node is not None:
            self.held = [node]

    def add(self, operator: Operator, right: Node) -> None:
        """Join a node."""
        if not self.held or (
            operator == self.operator and operator != "not" and len(self.held) > 1
        ):
            self.held.append(right)
            return
        left = self.node()
        assert left is not None
        flat = isinstance(left, Logic) and left.operator == operator and operator != "not"
        self.held = [*left.children, right] if isinstance(left, Logic) and flat else [left, right]
        self.operator = operator

    def node(self) -> Node | None:
        """Everything so far, as one node."""
        if len(self.held) < 2:
            return self.held[0] if self.held else None
        span = self.held[0].span.to(self.held[-1].span)
        return Logic(operator=self.operator, children=tuple(self.held), span=span)
