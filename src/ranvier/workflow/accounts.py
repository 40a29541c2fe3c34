"""Accounts of a server: invitations, signing in, sessions, and passwords.

An account is no part of any review: a review knows only the actor. Secrets (of a session, of an
invitation) are kept as hashes, so that who reads the database cannot use them. Nothing is sent by
e-mail: whoever invites hands on the link.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, Protocol

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ranvier.errors import InputError, NotFoundError

__all__ = [
    "Account",
    "AccountBook",
    "Accounts",
    "Invitation",
    "Purpose",
    "Session",
    "SignIn",
]

#: What a link lets its holder do, once.
Purpose = Literal["join", "keep", "reset"]

DAY = 24 * 3600.0
#: How long a session lasts, and how long without a visit.
SESSION, IDLE = 30 * DAY, 7 * DAY
#: How long a link serves.
LINK = 14 * DAY
#: Failed attempts that are let pass in a quarter of an hour: for one account from one address, and
#: for one account from anywhere or one address at any account.
WINDOW, TRIES, TRIES_IN_ALL = 900.0, 5, 30
#: Passwords: long enough that guessing is hopeless, short enough that hashing is cheap.
SHORTEST, LONGEST = 10, 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who may sign in.

    Attributes
    ----------
    id : str
    actor : str
        Who acts in the logs of reviews; tells nothing of the person.
    login : str
        E-mail address or other name to sign in with, in lower case.
    name : str
        As colleagues know them.
    password : str
        Hashed by Argon2id, with salt and parameters.
    keeper : bool
        Whether they keep the server: make reviews, invite others, close accounts.
    closed : bool
    """

    id: str
    actor: str
    login: str
    name: str
    password: str
    keeper: bool
    made: float
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser that has signed in; known by the hash of its secret."""

    digest: str
    account: str
    made: float
    seen: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A link that serves once; known by the hash of its secret.

    Attributes
    ----------
    purpose : {"join", "keep", "reset"}
        To join a review, to keep the server, or to set a new password.
    review : str or None
        Key of the review to join.
    roles : tuple of str
        Roles there.
    by : str or None
        Actor who invites; ``None`` for the server itself.
    account : str or None
        Whose password is set anew.
    note : str
        Whom the inviter had in mind.
    used : float or None
    """

    digest: str
    purpose: Purpose
    review: str | None
    roles: tuple[str, ...]
    by: str | None
    account: str | None
    note: str
    made: float
    used: float | None = None

    def open(self, now: float) -> bool:
        """Whether it still serves."""
        return self.used is None and now < self.made + LINK


class AccountBook(Protocol):
    """Where accounts are kept; `storage` gives it."""

    def accounts(self) -> list[Account]:
        """Return all accounts, the oldest first."""
        ...

    def account(self, *, id: str | None = None, login: str | None = None) -> Account | None:
        """Return one account."""
        ...

    def put_account(self, account: Account) -> None:
        """Add or change an account.

        Raises
        ------
        InputError
            If another account has its login.
        """
        ...

    def put_session(self, session: Session) -> None:
        """Add a session, or note when it was seen."""
        ...

    def session(self, digest: str) -> Session | None:
        """Return a session."""
        ...

    def end_sessions(self, *, digest: str | None = None, account: str | None = None) -> None:
        """End one session, or all of an account."""
        ...

    def put_invitation(self, invitation: Invitation) -> None:
        """Add an invitation."""
        ...

    def invitations(self, *, review: str | None = None) -> list[Invitation]:
        """Return the invitations, of one review or all, the newest first."""
        ...

    def invitation(self, digest: str) -> Invitation | None:
        """Return an invitation."""
        ...

    def use_invitation(self, digest: str, now: float) -> bool:
        """Mark an invitation as used; false if somebody else was first."""
        ...

    def withdraw_invitation(self, digest: str) -> None:
        """Remove an invitation."""
        ...

    def note_failure(self, keys: tuple[str, ...], now: float) -> None:
        """Count a failed attempt under each of these keys, and forget old ones."""
        ...

    def failures(self, key: str, since: float) -> list[float]:
        """Return when attempts under a key failed, the oldest first."""
        ...

    def forget_failures(self, key: str) -> None:
        """Forget the failed attempts under a key."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """What came of an attempt to sign in.

    Attributes
    ----------
    secret : str or None
        Of the new session, for the cookie; ``None`` if it failed.
    wait : float
        Seconds until another attempt is let through; 0 if at once.
    """

    secret: str | None = None
    wait: float = 0.0


class Accounts:
    """Signs people in and out, and invites them.

    Parameters
    ----------
    book : AccountBook
    clock : callable
        Returns the time in seconds.
    hasher : PasswordHasher or None
        With the parameters that argon2-cffi recommends if None.
    """

    def __init__(
        self,
        book: AccountBook,
        *,
        clock: Callable[[], float],
        hasher: PasswordHasher | None = None,
    ) -> None:
        self._book = book
        self._clock = clock
        self._hasher = hasher or PasswordHasher()

    @cached_property
    def _nobody(self) -> str:
        """Checked when there is no such account, so that both take the same time."""
        return self._hasher.hash(secrets.token_hex())

    def any(self) -> bool:
        """Whether there is an account yet."""
        return bool(self._book.accounts())

    def everybody(self) -> list[Account]:
        """Return all accounts."""
        return self._book.accounts()

    def invite(
        self,
        purpose: Purpose,
        *,
        by: str | None,
        review: str | None = None,
        roles: tuple[str, ...] = (),
        account: str | None = None,
        note: str = "",
    ) -> str:
        """Make a link that serves once, and return its secret."""
        secret = secrets.token_urlsafe(24)
        self._book.put_invitation(
            Invitation(
                digest=_digest(secret),
                purpose=purpose,
                review=review,
                roles=roles,
                by=by,
                account=account,
                note=note.strip(),
                made=self._clock(),
            )
        )
        return secret

    def invitation(self, secret: str) -> Invitation:
        """Return the invitation of a link.

        Raises
        ------
        NotFoundError
            If there is none, or it served already, or is too old.
        """
        found = self._book.invitation(_digest(secret))
        if found is None or not found.open(self._clock()):
            raise NotFoundError(
                "this link does not serve (any more).",
                remedy="Each serves once, for 14 days; ask whoever sent it for another.",
            )
        return found

    def waiting(self, *, review: str | None = None) -> list[Invitation]:
        """Return the invitations that nobody has taken up yet."""
        now = self._clock()
        return [i for i in self._book.invitations(review=review) if i.open(now)]

    def withdraw(self, digest: str) -> None:
        """Make an invitation serve no longer."""
        self._book.withdraw_invitation(digest)

    def take_up(self, secret: str) -> Invitation:
        """Use up a link; only one who comes with it succeeds.

        Raises
        ------
        NotFoundError
            If it serves no more.
        """
        found = self.invitation(secret)
        if not self._book.use_invitation(found.digest, self._clock()):
            return self.invitation(secret)  # somebody else was first: says so
        return found

    def make(self, secret: str, *, login: str, name: str, password: str) -> Account:
        """Make an account for who holds a link, which is used up.

        Raises
        ------
        InputError
            If the login is taken or something is missing.
        NotFoundError
            If the link serves no more.
        """
        login, name = login.strip().lower(), name.strip()
        invitation = self.invitation(secret)
        if not login or not name:
            raise InputError("name and login are both needed.", remedy="Fill in both.")
        self._check_password(password, login)
        if self._book.account(login=login) is not None:
            raise InputError(
                "there is an account with this login already.",
                remedy="Sign in with it, then open the link again; or choose another login.",
            )
        account = Account(
            id=secrets.token_hex(8),
            actor=f"person:{_letters(10)}",
            login=login,
            name=name,
            password=self._hasher.hash(password),
            keeper=invitation.purpose == "keep",
            made=self._clock(),
        )
        self.take_up(secret)
        self._book.put_account(account)
        return account

    def accept(self, secret: str, account: Account) -> Account:
        """Take up a link as somebody who has an account already."""
        invitation = self.take_up(secret)
        if invitation.purpose == "keep" and not account.keeper:
            account = replace(account, keeper=True)
            self._book.put_account(account)
        return account

    def seat_alone(self, actor: str) -> Account:
        """Return the account of the one person on their own machine, who has no password."""
        name = actor.partition(":")[2] or actor
        account = Account(
            id="alone", actor=actor, login="", name=name, password="", keeper=True, made=0.0
        )
        self._book.put_account(account)
        return account

    def reset(self, secret: str, *, password: str) -> Account:
        """Set a new password by a link made for that; every session of the account ends."""
        invitation = self.invitation(secret)
        account = self._book.account(id=invitation.account or "")
        if invitation.purpose != "reset" or account is None:
            raise NotFoundError("this link sets no password.", remedy="Ask for another.")
        self._check_password(password, account.login)
        self.take_up(secret)
        return self._put_password(account, password)

    def change_password(self, account: Account, *, old: str, new: str) -> Account:
        """Change a password; every session of the account ends.

        Raises
        ------
        InputError
            If the old one is wrong, or the new one too short.
        """
        if not self._fits(account.password, old):
            raise InputError("the present password is another one.", remedy="Try again.")
        self._check_password(new, account.login)
        return self._put_password(account, new)

    def sign_in(self, login: str, password: str, *, address: str) -> SignIn:
        """Check a password and begin a session.

        Parameters
        ----------
        address : str
            Where the attempt comes from: failed ones are counted by account and by address.
        """
        login, now = login.strip().lower()[:LONGEST], self._clock()
        limits = {
            f"both {login} {address}": TRIES,
            f"login {login}": TRIES_IN_ALL,
            f"address {address}": TRIES_IN_ALL,
        }
        wait = max(self._wait(key, most, now) for key, most in limits.items())
        if wait > 0:
            return SignIn(wait=wait)
        account = self._book.account(login=login)
        hashed = self._nobody if account is None else account.password
        good = self._fits(hashed, password[:LONGEST])
        if account is None or not good or account.closed:
            self._book.note_failure(tuple(limits), now)
            return SignIn()
        self._book.forget_failures(f"both {login} {address}")
        if self._hasher.check_needs_rehash(account.password):
            self._book.put_account(replace(account, password=self._hasher.hash(password)))
        return SignIn(secret=self.begin_session(account))

    def begin_session(self, account: Account) -> str:
        """Begin a session and return its secret."""
        secret, now = secrets.token_urlsafe(32), self._clock()
        self._book.put_session(
            Session(digest=_digest(secret), account=account.id, made=now, seen=now)
        )
        return secret

    def of_session(self, secret: str) -> Account | None:
        """Return whose session a secret is; ``None`` if it is none, or over."""
        now = self._clock()
        session = self._book.session(_digest(secret))
        if session is None or now > min(session.made + SESSION, session.seen + IDLE):
            return None
        account = self._book.account(id=session.account)
        if account is None or account.closed:
            return None
        if now > session.seen + 600:
            self._book.put_session(replace(session, seen=now))
        return account

    def sign_out(self, secret: str) -> None:
        """End a session."""
        self._book.end_sessions(digest=_digest(secret))

    def close_account(self, id: str, *, closed: bool) -> Account:
        """Close an account, or open it again; its sessions end."""
        account = self._book.account(id=id)
        if account is None:
            raise NotFoundError("there is no such account.", remedy="The list has them all.")
        keepers = [a for a in self._book.accounts() if a.keeper and not a.closed]
        if closed and account.keeper and len(keepers) < 2:
            raise InputError(
                "this is the only account that keeps the server.",
                remedy="Invite somebody else to keep it first.",
            )
        changed = replace(account, closed=closed)
        self._book.put_account(changed)
        self._book.end_sessions(account=id)
        return changed

    def close(self) -> None:
        """Let go of the database."""
        self._book.close()

    def _put_password(self, account: Account, password: str) -> Account:
        changed = replace(account, password=self._hasher.hash(password))
        self._book.put_account(changed)
        self._book.end_sessions(account=account.id)
        return changed

    def _fits(self, hashed: str, password: str) -> bool:
        """Say whether a password is the one that was hashed."""
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    def _wait(self, key: str, most: int, now: float) -> float:
        """Return how long attempts under a key must wait."""
        failed = self._book.failures(key, now - WINDOW)
        return failed[-most] + WINDOW - now if len(failed) >= most else 0.0

    def _check_password(self, password: str, login: str) -> None:
        """Refuse a password that could be guessed."""
        if not SHORTEST <= len(password) <= LONGEST or password.lower() == login:
            raise InputError(
                f"a password has {SHORTEST} to {LONGEST} characters and is not the login.",
                remedy="Take four or five words at random.",
            )


def _digest(secret: str) -> str:
    """Hash a secret of ours: random, so that it needs no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _letters(n: int) -> str:
    """Make a random id of letters and digits that cannot be mistaken for each other."""
    return "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(n))
