"""Proving quotes against documents that lie outside the review."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from ranvier.core.facts import Withdrawn
from ranvier.core.value import Anchor, Source
from ranvier.workflow.load import load
from ranvier.workflow.prove import prove_quotes
from ranvier.workflow.record import Saying, record

TEXT = b"Five (5) of 10 improved, 1 of 10 on placebo."


@pytest.fixture
def quoting(small, store):
    """A review whose row quotes two figures of a document that it does not hold."""
    sha256 = hashlib.sha256(TEXT).hexdigest()
    document = Source(id="doc", label="Paper", kind="document", document_sha256=sha256)
    row = small.row("r2")
    anchored = {
        "events_1": small.found(5, source="doc", anchor=Anchor(source="doc", quote="5")),
        "events_2": small.found(2, source="doc", anchor=Anchor(source="doc", quote="2")),
    }
    payloads = [document, replace(row, values=row.values | anchored)]
    record(store, [Saying(payload=p, actor="person:anna") for p in payloads])
    return store


def proved(store, documents) -> list[bool | None]:
    return [quote.proved for quote in prove_quotes(load(store), documents)]


def test_a_quote_is_proved_by_a_document_of_the_right_hash_whatever_its_name(quoting):
    assert proved(quoting, {"renamed.txt": TEXT}) == [True, False]


def test_a_document_that_is_not_at_hand_proves_nothing(quoting):
    assert proved(quoting, {}) == [None, None]
    assert proved(quoting, {"doc": TEXT + b" "}) == [None, None]


def test_a_withdrawn_row_owes_no_proof(quoting):
    said = Saying(payload=Withdrawn(kind="row", id="r2"), actor="person:anna")
    record(quoting, [said])
    assert proved(quoting, {"doc": TEXT}) == []
