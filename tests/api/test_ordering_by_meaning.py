"""What texts mean takes part in the order of queues, once all of a stage are read."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from tests.conftest import Small
from tests.workflow.conftest import MemoryStore

from ranvier.api.seat import Seat
from ranvier.core.protocol import ScreeningRule
from ranvier.embedding import embed, sentence
from ranvier.embedding.model import SETTING
from ranvier.ranking import Ranker, Text
from ranvier.ranking.shelf import EXACT
from ranvier.workflow.record import Saying, record
from ranvier.workflow.screen import meaning as meaning_module
from ranvier.workflow.screen import ordering as ordering_module
from ranvier.workflow.screen.desk import Desk
from ranvier.workflow.screen.ordering import Ordering

TA = "title_abstract"
CHAIR, ANNA, BEN = "person:chair", "person:anna", "person:ben"

#: The first two of each pair are decided; the last shares no word with them, and means the like.
KIDNEYS = ("Kidney failure in adults", "Chronic kidney failure", "Renal insufficiency")
BONES = ("Broken hip of old people", "Hip broken by falls", "Femoral fracture")


def desk_of() -> Desk:
    store = MemoryStore()
    rule = ScreeningRule(stage=TA, rule="two_independent", order="own")
    protocol = Small().protocol(screening=(rule,))
    record(store, [Saying(payload=said, actor=CHAIR) for said in (Small.opened, protocol)])
    desk = Desk(store)
    chair = Seat(desk, CHAIR)
    for person in (ANNA, BEN):
        chair.team.put_member(person, ["reviewer"])
    bring(desk, "id,title", *(f"k{i},{t}" for i, t in enumerate(KIDNEYS)),
          *(f"b{i},{t}" for i, t in enumerate(BONES)))  # fmt: skip
    return desk


def bring(desk: Desk, *lines: str) -> None:
    chair = Seat(desk, CHAIR)
    name = f"{len(desk.layout.review.imports)}.csv"
    chair.records.import_("\n".join(lines).encode(), name, source=name, kind="database")
    chair.screening.begin(TA, reviewers=(ANNA, BEN))


def decide(desk: Desk, who: str, relevant: str = "k") -> None:
    for item in ("k0", "k1", "b0", "b1"):
        Seat(desk, who).screening.decide(TA, item, "include" if item[0] == relevant else "exclude")


def queue(desk: Desk, ordering: Ordering, who: str = ANNA) -> list[str]:
    seat = Seat(desk, who, ordering=ordering)
    seat.screening.queue(TA, n=1)
    ordering.settle()
    return [card.item for card in seat.screening.queue(TA, n=1_000)]


def rows_kept(folder: Path) -> int:
    return sum(len(np.load(part)["rows"]) for part in folder.rglob("*.npz"))


@pytest.mark.parametrize("relevant", ["k", "b"])
def test_the_order_is_the_rankers_with_what_all_texts_mean(model, tmp_path, relevant):
    desk = desk_of()
    bring(desk, "id,title", "k3,Nephrology", "b3,Orthopaedics", "k4,Haemodialysis", "b4,Femur")
    decide(desk, ANNA, relevant)
    found = queue(desk, Ordering(desk, "asked", vectors=tmp_path / "desk"))
    assert Seat(desk, ANNA).screening.stages()[0].by_meaning
    texts = [Text(i, desk.shelf.record(i).title) for i in desk.layout.readers[TA]]
    said = embed([sentence(t.title, "") for t in texts], model, folder=tmp_path, threads=1)
    told = {item: item[0] == relevant for item in ("k0", "k1", "b0", "b1")}
    plain = Ranker.of(texts, query=ordering_module._words_of(desk.layout.review.protocol))
    order = plain.meaning(said.rows).order(told)
    assert found == list(order.ids)
    assert not np.array_equal(np.sort(order.scores), np.sort(plain.order(told).scores))


def test_without_a_folder_no_model_is_asked(model, tmp_path):
    desk = desk_of()
    decide(desk, ANNA)
    assert len(queue(desk, Ordering(desk, "asked"))) == 2
    assert not Seat(desk, ANNA).screening.stages()[0].by_meaning
    assert list(tmp_path.iterdir()) == []


def test_the_order_tells_nothing_of_the_other(model, tmp_path):
    quiet, busy = desk_of(), desk_of()
    decide(busy, BEN, "b")
    orders = [Ordering(desk, "asked", vectors=tmp_path) for desk in (quiet, busy)]
    queue(busy, orders[1], BEN)
    for desk in (quiet, busy):
        decide(desk, ANNA, "k")
    assert queue(quiet, orders[0]) == queue(busy, orders[1])


def test_an_update_reads_what_is_new(model, tmp_path):
    desk = desk_of()
    decide(desk, ANNA)
    ordering = Ordering(desk, "asked", vectors=tmp_path)
    queue(desk, ordering)
    assert rows_kept(tmp_path) == 6
    bring(desk, "id,title", "n0,Haemodialysis and nephrology", "n1,Knee surgery")
    assert set(queue(desk, ordering)) == {"k2", "b2", "n0", "n1"}
    assert rows_kept(tmp_path) == 8
    assert desk.line(TA, ANNA).by_meaning


def test_everybodys_queue_is_ordered_again_once_texts_are_read(model, tmp_path):
    desk = desk_of()
    for who in (ANNA, BEN):
        decide(desk, who)
    ordering = Ordering(desk, "asked", vectors=tmp_path)
    for who in (ANNA, BEN):
        Seat(desk, who, ordering=ordering).screening.queue(TA, n=1)
    ordering.settle()
    assert desk.line(TA, ANNA).by_meaning
    assert desk.line(TA, BEN).by_meaning


def test_more_records_than_are_ordered_by_meaning_are_not_read(model, tmp_path, monkeypatch):
    desk = desk_of()
    decide(desk, ANNA)
    monkeypatch.setattr(ordering_module, "MOST_READ", 5)
    queue(desk, Ordering(desk, "asked", vectors=tmp_path))
    assert rows_kept(tmp_path) == 0


def test_so_many_are_read_as_an_order_by_meaning_is_made_of():
    assert meaning_module.MOST_READ == EXACT


def wait_for(said: object, seconds: float = 300) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if said():  # pyright: ignore[reportCallIssue]
            return True
        threading.Event().wait(0.05)
    return False


def test_in_the_background_the_first_order_waits_for_no_text(model, tmp_path, monkeypatch):
    desk = desk_of()
    decide(desk, ANNA)
    with meaning_module._TURN:  # reading cannot begin
        ordering = Ordering(desk, vectors=tmp_path)
        seat = Seat(desk, ANNA, ordering=ordering)
        seat.screening.queue(TA, n=1)
        assert wait_for(lambda: desk.line(TA, ANNA).ordered)
        assert not seat.screening.stages()[0].by_meaning
    try:
        assert wait_for(lambda: desk.line(TA, ANNA).by_meaning)
        assert len(seat.screening.queue(TA, n=9)) == 2
    finally:
        ordering.close()
    names = {t.name for t in threading.enumerate()}
    assert not names & {"ranvier-ordering", "ranvier-reading"}


def test_a_review_that_is_closed_ends_the_reading(model, tmp_path):
    desk = desk_of()
    decide(desk, ANNA)
    ordering = Ordering(desk, vectors=tmp_path)
    with meaning_module._TURN:
        Seat(desk, ANNA, ordering=ordering).screening.queue(TA, n=1)
        assert wait_for(lambda: ordering._reading)
        ordering.close()
    assert wait_for(lambda: not [t for t in threading.enumerate() if t.name == "ranvier-reading"])
    assert rows_kept(tmp_path) == 0


def test_a_model_that_cannot_be_run_leaves_an_order_by_words(model, tmp_path, monkeypatch, caplog):
    (tmp_path / "broken.onnx").write_bytes(b"no model")
    monkeypatch.setenv(SETTING, str(tmp_path / "broken.onnx"))
    desk = desk_of()
    decide(desk, ANNA)
    ordering = Ordering(desk, vectors=tmp_path / "vectors")
    with caplog.at_level(logging.WARNING):
        try:
            Seat(desk, ANNA, ordering=ordering).screening.queue(TA, n=1)
            assert wait_for(lambda: "without sentence embeddings" in caplog.text)
        finally:
            ordering.close()
    assert "broken.onnx" in caplog.text
    assert desk.line(TA, ANNA).ordered
    assert not desk.line(TA, ANNA).by_meaning


def test_loading_the_ordering_loads_no_model():
    code = (
        "import sys, ranvier.workflow.screen.ordering; "
        "print([m for m in ('onnxruntime', 'tokenizers', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
