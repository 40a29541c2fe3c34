"""The command line as a user meets it, on a small review and on the shipped one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import CliRunner

import ranvier
from ranvier.cli import cli
from ranvier.core.value import Anchor, Source
from ranvier.workflow.record import Saying

#: What the small review quotes; it lies outside the review.
TEXT = "Five (5) of 10 people improved, and 1 of 10 on placebo."


@dataclass(frozen=True)
class Said:
    """What a command said, and the code it ended with."""

    code: int
    out: str
    err: str


@pytest.fixture
def run():
    """Run a command; a bug flies."""

    def call(*args: object) -> Said:
        done = CliRunner().invoke(cli, [str(arg) for arg in args], prog_name="ranvier")
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Said(done.exit_code, done.stdout, done.stderr)

    return call


@pytest.fixture(scope="session")
def mmn() -> Path:
    return ranvier.shipped("mmn")


@pytest.fixture
def place(small, tmp_path) -> Path:
    """A small review in a folder; its row quotes smith.txt beside it, not in the review."""
    folder = tmp_path / "small"
    (tmp_path / "smith.txt").write_text(TEXT)
    sha256 = hashlib.sha256(TEXT.encode()).hexdigest()
    document = Source(
        id="doc",
        label="Smith 2001, full text",
        kind="document",
        document_sha256=sha256,
        document_name="smith.txt",
    )
    row = small.row()
    quoted = small.found(5, source="doc", anchor=Anchor(source="doc", quote="5"))
    row = replace(row, values=row.values | {"events_1": quoted})
    with ranvier.new(folder, id="small", title="A small review", actor="person:anna") as review:
        payloads = [small.protocol(), small.paper, document, small.study(), row]
        review.record(Saying(payload=p, actor="person:anna", reason="As read") for p in payloads)
    return folder
