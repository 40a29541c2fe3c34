"""The book made by hand, and the document written from it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from ranvier.core.book import Book
from ranvier.reporting import review_document


def _made_by_hand() -> ModuleType:
    """Load the module beside this file: tests are no package."""
    name = "book_by_hand"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="session")
def hand() -> ModuleType:
    return _made_by_hand()


@pytest.fixture(scope="session")
def book(hand: ModuleType) -> Book:
    return hand.book()


@pytest.fixture(scope="session")
def stale_book(hand: ModuleType) -> Book:
    return hand.book(stale=True)


@pytest.fixture(scope="session")
def document(book: Book) -> str:
    return review_document(book)
