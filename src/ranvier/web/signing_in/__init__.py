"""Who asks: a token on one's own machine, accounts on a server for a team."""

from ranvier.web.signing_in.visitor import Visitor, visitor_of

__all__ = ["Visitor", "visitor_of"]
