"""A review document says what ranking would have done to the work, from its own records."""

from __future__ import annotations

import csv
import dataclasses
import re
from pathlib import Path

import pytest

import ranvier
from ranvier.api import simulate
from ranvier.core.flow import item_states
from ranvier.core.protocol import ScreeningRule
from ranvier.core.review import Review
from ranvier.reporting.numbers import Numbers
from ranvier.reporting.rehearsal import rehearsal_view
from ranvier.workflow.rehearse import SEEDS, rehearse

ME = "person:me"
TA, FT = "title_abstract", "full_text"


@pytest.fixture(scope="module")
def mmn(tmp_path_factory: pytest.TempPathFactory) -> Review:
    place = tmp_path_factory.mktemp("mmn") / "review"
    with ranvier.restore(ranvier.shipped("mmn"), place) as review:
        return review.state


def test_it_is_the_simulation_of_the_same_records(mmn, tmp_path):
    """`ranvier simulate` on a table of the records finds the same, rank by rank."""
    held = rehearse(mmn)
    states = item_states(mmn, FT)
    table = tmp_path / "mmn.csv"
    with table.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "title", "abstract", "label_included"])
        for id in sorted(mmn.records):
            record = mmn.records[id]
            rows.writerow([id, record.title, record.abstract, int(states.get(id) == "included")])
    old = simulate(table, seeds=SEEDS)
    assert held.past.runs == tuple(tuple(run.ranks.tolist()) for run in old.found.runs)
    assert held.wss95 == old.found.mean.wss95
    assert (held.decided, held.relevant) == (old.found.records, old.found.relevant)
    assert held.titles_only == held.decided == len(mmn.records)
    assert held.relevant == sum(state == "included" for state in states.values())


def test_the_page_says_titles_only_and_how_few_there_are(mmn, tmp_path):
    with ranvier.restore(ranvier.shipped("mmn"), tmp_path / "review") as review:
        page = review.build(tmp_path / "page").read_text("utf-8")
    part = page[page.index('<h3 id="rehearsal">') : page.index('<section id="studies"')]
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", part))
    view = rehearsal_view(rehearse(mmn), Numbers("en"))
    for text in (view.based_on, view.texts, view.found, view.rule, *view.limits):
        assert text in said
    assert "Titles only" in said
    assert "included records are few" in said
    assert all(cell in part for row in view.stops for cell in row)
    assert 'role="img"' in part
    assert "<table" in part


def test_words_follow_what_was_found(mmn):
    held, numbers = rehearse(mmn), Numbers("en")
    records, relevant = held.past.records, held.past.relevant
    late = tuple(dataclasses.replace(stop, screened=records, found=relevant) for stop in held.stops)
    never = rehearsal_view(dataclasses.replace(held, stops=late), numbers)
    assert "would have let nobody stop" in never.rule
    missed = tuple(dataclasses.replace(stop, screened=50, reached=False) for stop in held.stops)
    short = rehearsal_view(dataclasses.replace(held, stops=missed), numbers)
    assert "Recall was at the target in 0 of 3 runs" in short.rule
    some = rehearsal_view(dataclasses.replace(held, titles_only=7, left_out=5), numbers)
    assert "7 of these records hold no abstract" in some.texts
    assert "5 that are not settled" in some.based_on
    assert rehearsal_view(dataclasses.replace(held, titles_only=0), numbers).texts is None


def screened(place: Path, verdicts: dict[str, str]) -> Review:
    """A review whose titles were decided on."""
    with ranvier.new(place, id="r", title="Zinc", actor=ME) as review:
        seat = review.seat(ME)
        rows = [f"r{n},{'zinc' if n % 3 == 0 else 'soil'} trial number {n}" for n in range(12)]
        table = "\n".join(["id,title", *rows]).encode()
        seat.records.import_(table, "a.csv", source="A", kind="database")
        rules = [ScreeningRule(stage=TA, rule="single")]
        seat.screening.put_protocol(criteria=(), rules=rules)
        seat.screening.begin(TA)
        for item, verdict in verdicts.items():
            seat.screening.decide(TA, item, verdict)
        return seat.review()


def test_only_settled_records_take_part(tmp_path):
    told = {f"r{n}": "include" if n % 3 == 0 else "exclude" for n in range(9)} | {"r9": "maybe"}
    held = rehearse(screened(tmp_path / "a", told))
    assert (held.decided, held.relevant, held.left_out) == (9, 3, 3)
    assert held.past.records == 7
    assert all(len(run) == 2 for run in held.past.runs)


def test_a_review_with_nothing_to_learn_from_shows_no_simulation(tmp_path):
    none = screened(tmp_path / "a", {"r0": "include", "r1": "exclude", "r2": "exclude"})
    assert rehearse(none) is None
    assert rehearse(screened(tmp_path / "b", {})) is None
