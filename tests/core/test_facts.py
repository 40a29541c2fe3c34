"""The vocabulary: what is written is canonical, and what is read fits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ranvier.core.facts import FACTS, Undone, Withdrawn, decode, encode, fact_of
from ranvier.core.rules import values_of
from ranvier.core.value import Value
from ranvier.errors import InputError


def test_a_payload_is_written_canonically(small):
    assert encode(Withdrawn(id="r1", kind="row")) == '{"id":"r1","kind":"row"}'
    assert encode(small.found(5.0)).startswith('{"anchor":null')
    assert '"value":5}' in encode(replace(small.found(5.0), unit="é"))
    assert '"unit":"é"' in encode(replace(small.found(5.0), unit="é"))


def test_every_payload_comes_back_as_it_was(small):
    for payload in [*small.start(), Withdrawn(kind="row", id="r1"), Undone(client_id="c")]:
        type_ = fact_of(payload).type
        assert decode(type_, encode(payload)) == payload
        assert encode(decode(type_, encode(payload))) == encode(payload)


def test_every_fact_is_known_by_its_payload():
    assert len(FACTS) == len({fact.payload for fact in FACTS.values()})
    assert len({fact.kind for fact in FACTS.values()}) == len(FACTS)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_what_json_cannot_hold_is_refused(number, small):
    with pytest.raises(InputError):
        encode(Value(value=number, provenance="recalled"))


@pytest.mark.parametrize(
    ("type_", "payload", "words"),
    [
        ("row.deleted", "{}", "unknown event type 'row.deleted'"),
        ("thing.withdrawn", '{"kind":"row"}', "id"),
        ("thing.withdrawn", '{"kind":"row","id":7}', "id"),
        ("thing.withdrawn", "[]", "thing.withdrawn"),
        ("thing.withdrawn", '{"kind":', "thing.withdrawn"),
    ],
)
def test_a_payload_that_does_not_fit_is_refused(type_, payload, words):
    with pytest.raises(InputError, match=words):
        decode(type_, payload)


def test_every_value_inside_a_payload_is_found_with_its_path(small):
    paths = [path for path, _ in values_of(small.row())]
    assert paths == ["values.events_1", "values.n_1", "values.events_2", "values.n_2"]
    study = small.study(facts={"n": small.found(3)})
    assert [path for path, _ in values_of(study)] == ["facts.n"]
