"""A real Chromium: with the review document in it, offline, and before a server that runs."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

import ranvier
from ranvier.bootstrap import keep_accounts
from ranvier.core.protocol import Criterion, ScreeningRule
from ranvier.reporting import review_document
from ranvier.workflow.accounts import Account
from ranvier.workflow.record import Saying

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


PASSWORD = "correct horse battery"


@dataclass
class Served:
    """A server that runs as its own process, and people who have accounts there."""

    folder: Path
    port: int
    people: dict[str, Account]
    process: subprocess.Popen[str] = field(init=False)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it says that it listens."""
        call = "from ranvier.cli import main; main()"
        told = ["serve", str(self.folder), "--accounts", "--port", str(self.port)]
        self.process = subprocess.Popen(
            [sys.executable, "-c", call, *told], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline().strip() == self.origin

    def kill(self) -> None:
        """End it as a power failure would."""
        self.process.kill()
        self._ended()

    def stop(self) -> None:
        """End it in order."""
        self.process.terminate()
        self._ended()

    def _ended(self) -> None:
        self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def sign_in(self, context: BrowserContext, who: str) -> None:
        """Give a browser the session of somebody."""
        accounts = keep_accounts(str(self.folder / "accounts.sqlite"))
        secret = accounts.begin_session(self.people[who])
        accounts.close()
        context.add_cookies([{"name": f"ranvier-{self.port}", "value": secret, "url": self.origin}])

    def open(self, context: BrowserContext, path: str) -> Page:
        """Open a page, and wait for its script if it runs one."""
        page = context.new_page()
        page.goto(self.origin + path)
        return page


#: Two people screen, a third settles.
ROLES: dict[str, tuple[str, ...]] = {
    "anna": ("owner", "reviewer"),
    "ben": ("reviewer",),
    "cat": ("adjudicator",),
}

CRITERIA = (
    Criterion(id="population", stage="title_abstract", text="Adults with the neuropathy"),
    Criterion(id="design", stage="title_abstract", text="Randomised controlled trial"),
    Criterion(id="population-full", stage="full_text", text="Adults with the neuropathy"),
    Criterion(id="design-full", stage="full_text", text="Randomised controlled trial"),
)

RULES = (
    ScreeningRule(stage="title_abstract", rule="two_independent"),
    ScreeningRule(stage="full_text", rule="two_independent"),
)

ABSTRACT = (
    "BACKGROUND: The drug may help in the neuropathy.\n"
    "METHODS: Sixteen adults were randomly allocated to the drug or placebo <b onclick=x>.\n"
    "RESULTS: Strength improved in 11 of 16."
)

#: Title, abstract, language: markup, an attack, scripts of both directions, and plain ones.
RECORDS = (
    ("<i>In vivo</i> H<sub>2</sub>O <img src=x onerror=alert(1)> trial", ABSTRACT, "eng"),
    ("多灶性运动神经病的免疫球蛋白治疗", "目的:评价免疫球蛋白的疗效。", "chi"),
    ("العلاج بالغلوبولين المناعي (IVIg)", "الطرق: وُزِّع 24 مريضًا على مجموعتين.", "ara"),
    ("[A treatment of neuropathies.]", "", "ger"),
    *((f"Neuropathy trial {n}", ABSTRACT, "eng") for n in range(5, 41)),
)


def ris(records: tuple[tuple[str, str, str], ...]) -> bytes:
    """Write records as a database exports them."""
    lines: list[str] = []
    for n, (title, abstract, language) in enumerate(records):
        lines += ["TY  - JOUR", f"TI  - {title}", "AU  - Smith, Anna", "PY  - 2001"]
        lines += [f"AB  - {abstract}"] if abstract else []
        lines += [f"LA  - {language}", f"DO  - 10.1000/{n}", "ER  - ", ""]
    return "\n".join(lines).encode()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server for all tests; each makes reviews of its own."""
    made = _new_server(tmp_path_factory.mktemp("served"))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Served]:
    """A server that a test may kill; it is not started yet."""
    made = _new_server(tmp_path)
    yield made
    made.stop()


def _new_server(folder: Path) -> Served:
    accounts = keep_accounts(str(folder / "accounts.sqlite"))
    people = {
        name: accounts.make(
            accounts.invite("keep" if name == "anna" else "join", by=None),
            login=name,
            name=name.title(),
            password=PASSWORD,
        )
        for name in ROLES
    }
    accounts.close()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return Served(folder, port, people)


@pytest.fixture
def review_at(small: Any) -> Callable[..., str]:
    """Make a review with a team, in which screening has begun; return its name on the server."""

    def make(served: Served, *, n: int = 12, stage: str = "title_abstract") -> str:
        name = f"review{len(list(served.folder.iterdir()))}"
        anna = served.people["anna"].actor
        protocol = small.protocol(criteria=CRITERIA, screening=RULES)
        with ranvier.new(
            served.folder / name, id=name, title="A <i>small</i> review", actor=anna
        ) as r:
            r.record([Saying(payload=protocol, actor=anna)])
            seat = r.seat(anna)
            seat.records.import_(ris(RECORDS[:n]), "medline.ris", source="MEDLINE", kind="database")
            for who, account in served.people.items():
                seat.team.put_member(account.actor, list(ROLES[who]), name=account.name)
            readers = [served.people[who].actor for who in ("anna", "ben")]
            given = seat.screening.begin("title_abstract", reviewers=readers)
            if stage == "full_text":
                for reader in map(r.seat, readers):
                    for card in reader.screening.queue("title_abstract", n=n):
                        reader.screening.decide("title_abstract", card.item, "include")
                seat.screening.open(given.id)
                seat.screening.begin("full_text", reviewers=readers)
        return name

    return make
