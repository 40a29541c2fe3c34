"""A server that speaks the protocols, and connectors that talk to it without waiting."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ranvier.sources import ClinicalTrials, Contact, Crossref, EuropePmc, Line, OpenAlex, PubMed

CONNECTORS = (PubMed, EuropePmc, OpenAlex, Crossref, ClinicalTrials)


@pytest.fixture(scope="session")
def protocols() -> ModuleType:
    """The server's module."""
    spec = importlib.util.spec_from_file_location(
        "ranvier_tests_server", Path(__file__).with_name("server.py")
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def database(protocols) -> Iterator[Any]:
    """A database of 25,000 records, served; make it smaller before you ask it."""
    held = protocols.Database(protocols.Corpus(25_000))
    server = protocols.serve(held)
    yield held
    server.shutdown()
    server.server_close()


@pytest.fixture
def connect(database) -> Iterator[Callable[..., Any]]:
    """Connect to the database; waits are noted, not waited."""

    made: list[Line] = []

    def to(connector: type, **told: Any) -> Any:
        waited: list[float] = []
        line = Line(
            database.url,
            every=0.0,
            contact=told.get("email"),
            timeout=told.pop("timeout", 20.0),
            attempts=told.pop("attempts", 8),
            remark=told.pop("remark", None),
            sleep=waited.append,
        )
        made.append(line)
        source = connector(line, Contact(**told))
        source.waited = waited
        return source

    yield to
    for line in made:
        line.close()
