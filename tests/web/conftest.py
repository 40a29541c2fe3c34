"""A server over real reviews, and browsers' worth of clients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

import ranvier
from ranvier.web import Settings, make_app
from ranvier.workflow.record import Saying

ORIGIN = "http://127.0.0.1:8765"
TOKEN = "one-time-token"


@dataclass(frozen=True)
class Served:
    """A server, and clients of it."""

    app: FastAPI
    folder: Path

    def client(self, *, token: str | None = TOKEN) -> TestClient:
        """A client like a browser; it has come in if it had the token."""
        made = TestClient(self.app, base_url=ORIGIN, headers={"origin": ORIGIN})
        if token is not None:
            assert made.get("/", params={"token": token}).status_code == 200
        return made


@pytest.fixture
def reviews(small, tmp_path: Path) -> Path:
    """A folder with one review that has a protocol."""
    folder = tmp_path / "reviews"
    folder.mkdir()
    place = folder / "small"
    with ranvier.new(place, id="small", title="A <i>small</i> review", actor="person:anna") as made:
        made.record([Saying(payload=small.protocol(), actor="person:anna")])
    return folder


@pytest.fixture
def serve(reviews: Path) -> Iterator[Callable[..., Served]]:
    """Make servers over the folder of reviews; they are shut down after the test."""
    running: list[TestClient] = []

    def start(**more: object) -> Served:
        told = {"places": (str(reviews),), "actor": "person:anna", "token": TOKEN} | more
        app = make_app(Settings(**told))
        client = TestClient(app, base_url=ORIGIN)
        client.__enter__()  # runs its lifespan: every review is let go of at the end
        running.append(client)
        return Served(app, reviews)

    yield start
    for client in running:
        client.__exit__(None, None, None)


@pytest.fixture
def client(serve) -> TestClient:
    """The one person of a server without accounts, signed in."""
    return serve().client()
