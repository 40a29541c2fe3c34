"""Accounts keep the same promises on both engines: links serve once, guessing is slow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import create_engine, text

from ranvier.errors import InputError, NotFoundError, StorageError
from ranvier.storage import open_accounts
from ranvier.workflow.accounts import DAY, IDLE, LINK, TRIES, TRIES_IN_ALL, WINDOW, Accounts

PASSWORD = "correct horse battery"

#: What it costs is not what is tested here.
QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Server:
    """Accounts, their clock, and where they are kept."""

    accounts: Accounts
    clock: Clock
    place: str


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.xdist_group("postgresql"))]
)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    if request.param == "sqlite":
        place = str(tmp_path / "accounts.sqlite")
    else:
        place = request.getfixturevalue("postgres_url")
    clock = Clock()
    made = Accounts(open_accounts(place), clock=clock, hasher=QUICK)
    yield Server(made, clock, place)
    made.close()


def join(server: Server, login: str = "Anna@Example.org"):
    secret = server.accounts.invite("join", by="person:x", review="small", roles=("reviewer",))
    return server.accounts.make(secret, login=login, name="Anna", password=PASSWORD)


def test_an_account_is_made_by_a_link_that_serves_once(server):
    secret = server.accounts.invite("keep", by=None)
    account = server.accounts.make(secret, login="Anna", name=" Anna A. ", password=PASSWORD)
    assert (account.login, account.name, account.keeper) == ("anna", "Anna A.", True)
    assert account.actor.startswith("person:")
    assert "anna" not in account.actor
    with pytest.raises(NotFoundError):
        server.accounts.make(secret, login="ben", name="Ben", password=PASSWORD)
    assert [a.login for a in server.accounts.everybody()] == ["anna"]


def test_a_link_does_not_serve_for_ever_or_when_it_was_withdrawn(server):
    old = server.accounts.invite("join", by="person:x", review="small", roles=("reader",))
    server.clock.now += LINK + 1
    with pytest.raises(NotFoundError):
        server.accounts.invitation(old)
    new = server.accounts.invite("join", by="person:x", review="small", roles=("reader", "owner"))
    waiting = server.accounts.waiting(review="small")
    assert [i.roles for i in waiting] == [("reader", "owner")]
    server.accounts.withdraw(waiting[0].digest)
    with pytest.raises(NotFoundError):
        server.accounts.invitation(new)


def test_two_who_use_one_link_at_once_get_one_account(server):
    book = server.accounts._book
    secret = server.accounts.invite("keep", by=None)
    digest = server.accounts.invitation(secret).digest
    assert book.use_invitation(digest, server.clock.now)
    assert not book.use_invitation(digest, server.clock.now)


def test_a_session_lasts_while_it_is_used_and_ends_when_it_is_told_to(server):
    account = join(server)
    secret = server.accounts.sign_in("anna@example.org", PASSWORD, address="1").secret
    for _ in range(3):
        server.clock.now += IDLE - DAY
        held = server.accounts.of_session(secret)
        assert held is not None
        assert held.id == account.id
    server.clock.now += IDLE + 1
    assert server.accounts.of_session(secret) is None
    again = server.accounts.begin_session(account)
    server.accounts.sign_out(again)
    assert server.accounts.of_session(again) is None


def test_guessing_is_slowed_down_and_survives_a_restart(server):
    join(server)
    for _ in range(TRIES):
        assert server.accounts.sign_in("anna@example.org", "wrong", address="1").wait == 0
    restarted = Accounts(open_accounts(server.place), clock=server.clock)
    blocked = restarted.sign_in("ANNA@example.org", PASSWORD, address="1")
    restarted.close()
    assert blocked.secret is None
    assert 0 < blocked.wait <= WINDOW
    assert server.accounts.sign_in("anna@example.org", PASSWORD, address="2").secret
    server.clock.now += WINDOW + 1
    assert server.accounts.sign_in("anna@example.org", PASSWORD, address="1").secret


def test_guessing_from_many_addresses_is_slowed_down_too(server):
    join(server)
    book = server.accounts._book
    for n in range(TRIES_IN_ALL):
        book.note_failure(("login anna@example.org",), server.clock.now + n)
    assert server.accounts.sign_in("anna@example.org", PASSWORD, address="99").wait > 0


def test_nobody_is_told_whether_a_login_exists(server):
    join(server)
    wrong = server.accounts.sign_in("anna@example.org", "wrong", address="1")
    assert wrong == server.accounts.sign_in("nobody", "wrong", address="2")


def test_a_new_password_ends_every_session(server):
    account = join(server)
    secret = server.accounts.begin_session(account)
    with pytest.raises(InputError, match="another one"):
        server.accounts.change_password(account, old="wrong", new=PASSWORD + "!")
    server.accounts.change_password(account, old=PASSWORD, new=PASSWORD + "!")
    assert server.accounts.of_session(secret) is None
    link = server.accounts.invite("reset", by=None, account=account.id)
    server.accounts.reset(link, password="four random words more")
    assert server.accounts.sign_in("anna@example.org", "four random words more", address="1").secret


@pytest.mark.parametrize("password", ["short", "anna@example.org", "x" * 501])
def test_a_password_that_could_be_guessed_is_refused(server, password):
    secret = server.accounts.invite("keep", by=None)
    with pytest.raises(InputError, match="characters"):
        server.accounts.make(secret, login="anna@example.org", name="A", password=password)
    assert server.accounts.invitation(secret)


def test_the_last_keeper_stays(server):
    secret = server.accounts.invite("keep", by=None)
    keeper = server.accounts.make(secret, login="k", name="K", password=PASSWORD)
    with pytest.raises(InputError, match="only account"):
        server.accounts.close_account(keeper.id, closed=True)
    other = join(server)
    session = server.accounts.begin_session(other)
    server.accounts.close_account(other.id, closed=True)
    assert server.accounts.of_session(session) is None
    assert server.accounts.sign_in("anna@example.org", PASSWORD, address="1").secret is None


def test_no_secret_is_kept(server):
    account = join(server)
    session = server.accounts.begin_session(account)
    link = server.accounts.invite("keep", by=None)
    place = server.place if "://" in server.place else f"sqlite:///{server.place}"
    engine = create_engine(place)
    with engine.connect() as conn:
        held = ""
        for table in ("ranvier_account", "ranvier_session", "ranvier_invitation"):
            held += str(conn.execute(text(f"SELECT * FROM {table}")).all())
    engine.dispose()
    assert "$argon2id$" in held
    assert not [secret for secret in (session, link, PASSWORD) if secret in held]


def test_accounts_of_a_newer_ranvier_are_refused(tmp_path):
    place = tmp_path / "accounts.sqlite"
    open_accounts(str(place)).close()
    engine = create_engine(f"sqlite:///{place}")
    with engine.begin() as conn:
        conn.execute(text("UPDATE ranvier_server SET schema = 99"))
    engine.dispose()
    with pytest.raises(StorageError, match="schema 99"):
        open_accounts(str(place))
    assert place.stat().st_mode & 0o077 == 0
