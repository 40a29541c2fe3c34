"""A real Chromium with the document in it, offline."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from ranvier.reporting import review_document

BY_HAND = Path(__file__).parents[1] / "reporting" / "book_by_hand.py"

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def chromium_path() -> str | None:
    """Find the system's Chromium."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = (shutil.which(name) for name in names)
    return os.environ.get("RANVIER_CHROMIUM") or next(filter(None, found), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium_path()
    if path is None:
        pytest.skip("no Chromium found: install chromium or set RANVIER_CHROMIUM to its path")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Write the document of the book made by hand; return its address."""
    if "book_by_hand" not in sys.modules:
        spec = importlib.util.spec_from_file_location("book_by_hand", BY_HAND)
        assert spec is not None
        assert spec.loader is not None
        sys.modules["book_by_hand"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["book_by_hand"])
    file = tmp_path_factory.mktemp("document") / "index.html"
    file.write_text(review_document(sys.modules["book_by_hand"].book()), encoding="utf-8")
    return file.as_uri()
