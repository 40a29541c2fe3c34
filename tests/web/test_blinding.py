"""No route gives a blinded reviewer anything that depends on what a colleague decided.

Two servers are started over two reviews that differ in nothing but the decisions of one reviewer.
Another reviewer, blinded, asks every page and sends every form of both, and every answer, status,
headers and body, must be the same bytes. The routes are those the application has: one that is
added later, and not sorted in here, fails the first test.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from starlette.testclient import TestClient
from tests.api.test_blinding import ANNA, BEN, DAN, DRAWN, LATER, RECORDS, STAGES, TA, hidden, made
from tests.api.test_blinding import told as told_in_the_open
from tests.web.conftest import ORIGIN, TOKEN

from ranvier.bootstrap import create_store
from ranvier.web import Settings, make_app
from ranvier.web.app import routes_of
from ranvier.workflow.screen.ordering import Ordering

R, A = "/r/{review}", "/api/v1/reviews/{review}"
IDS = [f"0192f0c4-7c1a-7000-8000-{n:012x}" for n in range(100)]
ITEMS = (*RECORDS, *LATER)
REVIEW = "small"
FILE: dict[str, Any] = {"files": {"file": ("q.csv", b"id,title\nq1,Q", "text/csv")}}

#: What differs between any two answers, and names nothing: moments and ids made at random.
VARIES = (
    (re.compile(rb"20\d\d-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?Z?"), b"<now>"),
    (re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"), b"<id>"),
)

#: What is asked of a route that shows something, beside the address itself.
ASKED: dict[str, list[dict[str, Any]]] = {
    f"{R}/screen/{{stage}}": [{"item": item} for item in ITEMS] + [{"after": ["r1", "r2"]}],
    f"{R}/screen/{{stage}}/mine": [{"verdict": "exclude"}, {"before": "anna-1"}],
    f"{R}/conflicts/{{stage}}": [{"item": item} for item in ITEMS],
    f"{R}/duplicates": [{"skip": 1}],
    f"{R}/history": [{"after": "5"}],
    f"{R}/export/file": [
        {"format": form, "which": which, "stage": stage}
        for form in ("ris", "csv")
        for which in ("all", "included", "excluded", "waiting", "conflict")
        for stage in STAGES
    ],
    f"{A}/queue/{{stage}}": [{"n": 50}],
    f"{A}/items/{{stage}}": [{"item": item} for item in ITEMS],
    f"{A}/decisions": [{"stage": stage, "limit": 5} for stage in STAGES],
    f"{A}/conflicts/{{stage}}": [{"after": "r1"}],
    f"{A}/log": [{"limit": 500}],
    f"{A}/export": [
        {"format": "csv", "which": which}
        for which in ("all", "included", "excluded", "waiting", "conflict")
    ],
}

#: What is sent to a route that changes something.
SENT: dict[str, list[dict[str, Any]]] = {
    "/theme": [{"data": {"theme": "dark"}}],
    f"{A}/decisions": [
        {"json": {"client_id": i, "stage": stage, "item": item, "verdict": "include"}}
        for i, (stage, item) in zip(IDS, itertools.product(STAGES, ITEMS), strict=False)
    ],
    f"{A}/decisions/undo": [
        {"json": {"client_id": IDS[60 + n], "of": of, "stage": TA}}
        for n, of in enumerate(("anna-0", "ben-0", IDS[0], "nothing!"))
    ],
    f"{A}/conflicts": [
        {"json": {"client_id": f"resolve-{item}", "stage": TA, "item": item, "verdict": "exclude"}}
        for item in ITEMS
    ],
    f"{A}/duplicates": [{"json": {"a": "r4", "b": "r5", "same": True, "client_id": IDS[99]}}],
    f"{A}/duplicates/find": [{}],
    f"{A}/imports": [FILE | {"data": {"source": "Q", "kind": "other"}}],
    f"{R}/screen/{{stage}}": [
        {"data": {"item": item, "client_id": IDS[70 + n], "verdict": "maybe"}}
        for n, item in enumerate(ITEMS)
    ],
    f"{R}/screen/{{stage}}/undo": [{}, {}],
    f"{R}/screen/{{stage}}/cards": [{"json": {"after": ["r1"]}}],
    f"{R}/conflicts/{{stage}}": [
        {"data": {"item": item, "client_id": f"settle-{item}", "verdict": "exclude", "how": how}}
        for item in ITEMS
        for how in ("third", "discussion")
    ],
    f"{R}/conflicts/{{stage}}/undo": [{"data": {"client_id": "ben-0"}}],
    f"{R}/duplicates": [{"data": {"a": "r2", "b": "r3", "verdict": "same"}}],
    f"{R}/duplicates/undo": [{"data": {"client_id": "ben-0"}}],
    f"{R}/duplicates/find": [{}],
    f"{R}/studies/gather": [
        {"data": {"act": act, "items": items, "study": "title-r7"}}
        for act in ("one", "each", "add")
        for items in (["r1"], ["r7"], ["r2", "r3"], [])
    ],
    f"{R}/studies/move": [
        {"data": {"item": item, "to": to}} for item in ("r1", "r7") for to in ("new:", "out:", "x")
    ],
    f"{R}/studies/describe": [{"data": {"study": "title-r7", "label": "Seven", "role": "ongoing"}}],
    f"{R}/studies/undo": [{"data": {"client_id": "ben-0"}}],
    f"{R}/import": [{"files": {"files": FILE["files"]["file"]}}],
    f"{R}/screening/end": [{"data": {"stage": stage}} for stage in STAGES],
    f"{R}/screening/protocol": [{"data": {"criteria_title_abstract": "Not people"}}],
    f"{R}/team/roles": [{"data": {"actor": BEN, "roles": ["reader"]}}],
    f"{R}/screening/begin": [{"data": {"stage": s, "reviewers": [ANNA]}} for s in STAGES],
    f"{A}/allotments": [{"json": {"stage": stage}} for stage in STAGES],
}

_LIFTS = "lifts the blinding, which is what it is for"
_AT_RANDOM = "asks for an upload or a link whose name is random; holds no decision"
_NO_ACCOUNTS = "there are no accounts here; knows no review"

#: Not asked, each for its reason.
LEFT_OUT: dict[tuple[str, str], str] = {
    ("POST", f"{R}/screening/open"): _LIFTS,
    ("POST", f"{A}/allotments/{{allotment}}/open"): _LIFTS,
    ("POST", f"{R}/team/let-go"): "who takes over reads what was left undecided, and so learns it",
    ("POST", "/new"): "another review",
    ("POST", "/sign-out"): "ends the session",
    ("POST", f"{R}/import/{{upload}}/add"): _AT_RANDOM,
    ("POST", f"{R}/import/{{upload}}/drop"): _AT_RANDOM,
    ("POST", f"{R}/team/invite"): _AT_RANDOM,
    ("POST", f"{R}/team/withdraw"): _AT_RANDOM,
    ("POST", "/account/password"): _NO_ACCOUNTS,
    ("POST", "/accounts/invite"): _NO_ACCOUNTS,
    ("POST", "/accounts/{id}/close"): _NO_ACCOUNTS,
    ("POST", "/accounts/{id}/reset"): _NO_ACCOUNTS,
    ("GET", "/join/{secret}"): _NO_ACCOUNTS,
    ("POST", "/join/{secret}"): _NO_ACCOUNTS,
    ("POST", "/sign-in"): _NO_ACCOUNTS,
}


def served(place: Path) -> Any:
    """An application over one review, as the reviewer who is blinded uses it."""
    return make_app(Settings(places=(str(place),), actor=ANNA, token=TOKEN))


def test_every_route_is_sorted_in_here(reviews):
    routes = {(r.method, r.path) for r in routes_of(served(reviews))}
    sent = {("POST", path) for path in SENT}
    unsorted = {r for r in routes - sent - LEFT_OUT.keys() if r[0] != "GET"}
    assert not unsorted
    assert sent | LEFT_OUT.keys() | {("GET", path) for path in ASKED} <= routes


class Reviewer:
    """Anna at one of the two servers."""

    def __init__(self, place: Path, room: ExitStack) -> None:
        app = served(place)
        self.client = room.enter_context(
            TestClient(app, base_url=ORIGIN, headers={"origin": ORIGIN}, follow_redirects=False)
        )
        assert self.client.get("/", params={"token": TOKEN}).status_code in (200, 303)
        (held,) = app.state.shelf.reviews()
        self.key = held.key
        opened = app.state.shelf.opened(self.key)
        opened.seat(ANNA)
        # Queues are put in order when we say so: two threads are not equally far at one moment.
        self.ordering = opened._ordering = Ordering(opened._desk, "asked")

    def ask(self, method: str, path: str, more: dict[str, Any]) -> bytes:
        """Ask, and give the whole answer as bytes."""
        self.ordering.settle()
        answer = self.client.request(method, path.replace("{review}", self.key), **more)
        assert answer.status_code < 500, f"{method} {path}: {answer.text}"
        head = sorted(
            (k, v) for k, v in answer.headers.items() if k not in ("set-cookie", "content-length")
        )
        text = f"{answer.status_code} {head}\n".encode() + answer.content
        for varies, name in VARIES:
            text = varies.sub(name, text)
        return text


def asked(method: str, path: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every way in which a route is asked."""
    ways = [{}, *({"params": p} for p in ASKED.get(path, []))] if method == "GET" else SENT[path]
    for stage in STAGES if "{stage}" in path else (None,):
        for more in ways:
            yield method, path.replace("{stage}", stage or ""), more


def test_the_two_servers_do_differ_for_who_may_see_it(tmp_path):
    """What is held against each other below could differ."""
    quiet: list[Any] = [[] for _ in range(5)]
    loud: list[Any] = [[], [("vote", TA, "r1", "include")], [], [], []]
    pages: list[bytes] = []
    with ExitStack() as room:
        for name, secret in (("quiet", quiet), ("loud", loud)):
            place = tell(tmp_path / name / "review", quiet, secret, (ANNA, BEN))
            reviewer = Reviewer(place, room)
            sent = {"data": {"allotment": "m"}}
            opened = reviewer.ask("POST", f"{R}/screening/open", sent)
            assert opened.startswith(b"303")
            pages.append(reviewer.ask("GET", f"{A}/log", {"params": {"limit": 500}}))
    assert pages[0] != pages[1]


def _where(first: bytes, second: bytes) -> tuple[bytes, bytes]:
    """The part of two answers at which they begin to differ."""
    pairs = enumerate(itertools.zip_longest(first, second))
    at = max(0, next((n for n, (a, b) in pairs if a != b), 0) - 60)
    return first[at : at + 120], second[at : at + 120]


def tell(place: Path, shared: Any, secret: Any, readers: tuple[str, ...]) -> Path:
    """Make a review in a folder."""
    store = create_store(place, review_id=REVIEW)
    made(shared, secret, readers, store)
    store.close()
    return place


@settings(max_examples=4, deadline=None, phases=DRAWN)
@given(told_in_the_open, hidden, hidden, st.sampled_from([(ANNA, BEN), (ANNA, BEN, DAN)]))
def test_a_blinded_reviewer_gets_identical_bytes_from_every_route(shared, one, other, readers):
    shared = [[act for act in turn if not {"r6", "r7"} & set(act)] for turn in shared]
    with TemporaryDirectory() as folder, ExitStack() as room:
        pair = [
            Reviewer(tell(Path(folder) / name / "review", shared, secret, readers), room)
            for name, secret in (("one", one), ("other", other))
        ]
        routes = [(r.method, r.path) for r in routes_of(pair[0].client.app)]
        shows = [r for r in routes if r[0] == "GET" and r not in LEFT_OUT]
        for method, path in (*shows, *(("POST", path) for path in SENT), *shows):
            for way in asked(method, path):
                first, second = (reviewer.ask(*way) for reviewer in pair)
                if first != second:
                    pytest.fail(f"{way}: {_where(first, second)}")
