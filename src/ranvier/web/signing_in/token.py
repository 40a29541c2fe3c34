"""One person on their own machine: a token in the address, exchanged once for a cookie."""

from __future__ import annotations

import hashlib
import secrets
import threading

from ranvier.web.signing_in.visitor import Visitor

__all__ = ["TokenDoor"]


class TokenDoor:
    """Lets in whoever brings the token that was printed when the server started.

    Parameters
    ----------
    token : str
        Serves once.
    actor : str
        Who acts.
    """

    def __init__(self, token: str, *, actor: str) -> None:
        self._token = _digest(token)
        self._spent = False
        self._turn = threading.Lock()
        self._sessions: set[bytes] = set()
        name = actor.partition(":")[2] or actor
        self._visitor = Visitor(actor=actor, name=name, account=None, keeper=True, session="local")

    def exchange(self, token: str) -> str | None:
        """Return the secret of a new session for the token; ``None`` if it is wrong or spent."""
        with self._turn:
            if self._spent or not secrets.compare_digest(_digest(token), self._token):
                return None
            self._spent = True
            secret = secrets.token_urlsafe(32)
            self._sessions.add(_digest(secret))
            return secret

    def visitor(self, secret: str) -> Visitor | None:
        """Return whose session it is."""
        return self._visitor if _digest(secret) in self._sessions else None


def _digest(secret: str) -> bytes:
    """Hash a secret: what is kept cannot be used to sign in."""
    return hashlib.sha256(secret.encode()).digest()
