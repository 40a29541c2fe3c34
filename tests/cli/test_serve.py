"""`ranvier serve` as a process: it prints an address, ends in order, loses nothing if killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx
import pytest

import ranvier
from ranvier.bootstrap import keep_accounts


@contextmanager
def serving(*args: object) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server on a free port, and the address it printed."""
    call = "from ranvier.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", call, "serve", *map(str, args), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().strip()
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(30)
        process.stdout.close()


@contextmanager
def browser(address: str) -> Iterator[httpx.Client]:
    """Somebody who opened the address that was printed."""
    parts = urlsplit(address)
    origin = f"{parts.scheme}://{parts.netloc}"
    with httpx.Client(base_url=origin, headers={"origin": origin}, timeout=60) as client:
        client.get(address, follow_redirects=True).raise_for_status()
        yield client


@pytest.fixture
def state(tmp_path, monkeypatch):
    """The user's state is a folder of the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


def test_what_a_page_confirmed_outlives_a_kill_and_the_server_ends_in_order(place, state):
    # `place` is a small review in a folder, with a protocol.
    with serving(place, "--actor", "anna") as (process, address), browser(address) as anna:
        upload = {"file": ("a.csv", b"id,title\nz1,Zinc lozenges\n")}
        key = anna.get("/api/v1/reviews").json()[0]["review"]
        added = anna.post(f"/api/v1/reviews/{key}/imports", files=upload)
        assert added.json()["new"] == 1
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    with serving(place, "--actor", "anna") as (process, address), browser(address) as anna:
        imports = anna.get(f"/api/v1/reviews/{key}/imports").json()
        assert [one["records"] for one in imports] == [1]
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) in (0, -signal.SIGTERM)
    with ranvier.open(place) as review:  # it has been let go of
        review.verify()
    assert (state / "ranvier" / "sessions.sqlite").stat().st_mode & 0o077 == 0


def test_it_does_not_start_where_strangers_could_come_in(place, run):
    refused = run("serve", place, "--host", "0.0.0.0", "--port", "0")
    assert refused.code == 1
    assert "Add --accounts" in refused.err


def test_a_port_that_is_taken_is_said(place, run, state):
    with serving(place) as (_, address):
        port = urlsplit(address).port
        taken = run("serve", place, "--port", port)
    assert taken.code == 1
    assert "choose another --port" in taken.err


def test_a_link_for_a_keeper_or_a_new_password_is_printed(tmp_path, run):
    place = tmp_path / "accounts.sqlite"
    assert "there is no file" in run("account", place).err
    accounts = keep_accounts(str(place))
    made = run("account", place, "--address", "https://reviews.example.org/")
    secret = made.out.strip().removeprefix("https://reviews.example.org/join/")
    accounts.make(secret, login="anna", name="Anna", password="correct horse battery")
    reset = run("account", place, "--reset", "Anna")
    assert accounts.invitation(reset.out.strip().rpartition("/")[2]).purpose == "reset"
    assert "nobody signs in as" in run("account", place, "--reset", "ben").err
    accounts.close()
    assert os.stat(place).st_mode & 0o077 == 0
