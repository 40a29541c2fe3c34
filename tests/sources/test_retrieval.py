"""Every connector gives every record exactly once, whatever happens on the way."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import date

import pytest

from ranvier.errors import BusyError, InputError, SourceError
from ranvier.sources import ClinicalTrials, Crossref, EuropePmc, FolderSpool, OpenAlex, PubMed
from ranvier.workflow.ports import Asked
from ranvier.workflow.retrieve import fetch

CONNECTORS = [PubMed, EuropePmc, OpenAlex, Crossref, ClinicalTrials]
every_connector = pytest.mark.parametrize("connector", CONNECTORS, ids=lambda c: c.key)

ASKED = Asked(query="nerves AND muscles")


def number(id: str) -> int:
    """The number of a record in the corpus, from whatever its source calls it."""
    return int("".join(c for c in id.rpartition("/")[2].rpartition(".")[2] if c.isdigit()))


def spool_of(folder, source, asked=ASKED) -> FolderSpool:
    return FolderSpool(folder, source=source.key, host=source.host, asked=asked)


def fetched(source, folder, asked=ASKED):
    """Fetch all; return how it went and the records that the pages hold."""
    spool = spool_of(folder, source, asked)
    state, _ = fetch(source, spool, asked)
    items = [id for body in spool.bodies() for id, _ in source.items(body)]
    spool.close()
    return state, items


@every_connector
def test_25000_hits_come_once_each_through_trouble_of_every_kind(
    connector, connect, database, tmp_path
):
    kinds = ["429", "500", "truncate", "cut", "503", "empty", "diagnostic", "429 2"]
    database.trouble = dict(zip(range(2, 60, 5), kinds * 2, strict=False))
    source = connect(connector)
    state, items = fetched(source, tmp_path)
    assert sorted(map(number, state.wanted())) == list(range(1, 25_001))
    assert Counter(items).most_common(1)[0][1] == 1
    assert state.counts[-1] == 25_000
    assert not state.said()
    assert not state.missing()
    assert {path for path, _ in database.asked} <= {
        "/esearch.fcgi", "/efetch.fcgi", "/search", "/searchPOST", "/works", "/studies"
    }  # fmt: skip


@every_connector
def test_records_added_while_one_reads_are_there_once_and_the_change_is_said(
    connector, connect, database, tmp_path
):
    database.corpus = type(database.corpus)(3_000)
    database.before = lambda number: database.corpus.grow(7) if number == 4 else None
    state, items = fetched(connect(connector), tmp_path)
    got = Counter(map(number, items))
    assert got.most_common(1)[0][1] == 1
    assert set(range(1, 3_001)) <= got.keys()
    assert len(got) >= state.counts[-1]
    if state.counts[0] != state.counts[-1]:
        assert "counted 3000 hits at first and 3007 in the end" in state.said()[0]


@pytest.mark.parametrize("connector", CONNECTORS[1:], ids=lambda c: c.key)
def test_what_was_counted_and_not_given_is_asked_for_again_and_said(
    connector, connect, database, tmp_path
):
    database.corpus = type(database.corpus)(1_500)
    database.withheld = {3, 700, 1_401}
    first = {"n": 0}

    def before(number: int) -> None:  # the second walk finds one of them
        first["n"] += database.asked[-1][1].get("cursor", database.asked[-1][1].get(
            "cursorMark", database.asked[-1][1].get("pageToken", "*"))) == "*"  # fmt: skip
        if first["n"] == 2:
            database.withheld.discard(700)

    database.before = before
    state, _ = fetched(connect(connector), tmp_path)
    assert len(state.wanted()) == 1_498
    assert any("1500 hits and gave 1498" in said for said in state.said())


def test_pubmed_asks_by_pmid_for_what_it_listed_and_did_not_give(connect, database, tmp_path):
    database.corpus = type(database.corpus)(1_200)
    database.withheld = {10, 11, 600, 601}
    state, _ = fetched(connect(PubMed), tmp_path)
    assert state.missing() == ["601", "11"]
    assert len(state.wanted()) == 1_198
    assert any("1200 hits and gave 1198" in said for said in state.said())


def test_pubmed_is_cut_by_days_and_a_day_by_pmids(connect, database, tmp_path):
    same = date(1966, 1, 1)
    database.corpus = type(database.corpus)(
        25_000, days=lambda n: same if n <= 21_000 else date(2000 + n % 20, 3, 1)
    )
    state, items = fetched(connect(PubMed), tmp_path)
    assert sorted(map(int, items)) == list(range(1, 25_001))
    parts = list(state.slices.values())
    assert sum(part.counted for part in parts) == sum(part.received for part in parts) == 25_000
    assert max(part.counted for part in parts) <= 9_999
    assert any(part.name.startswith("1966/01/01:1966/01/01 ") for part in parts)


def test_pubmed_goes_on_when_its_history_server_forgets(connect, database, tmp_path):
    database.corpus = type(database.corpus)(2_200)
    database.before = lambda number: database.history.clear() if number == 4 else None
    state, items = fetched(connect(PubMed), tmp_path)
    assert len(state.wanted()) == 2_200
    assert not state.missing()
    assert Counter(items).most_common(1)[0][1] == 2  # what came twice counts once


@pytest.mark.parametrize("connector", CONNECTORS[1:], ids=lambda c: c.key)
def test_a_forgotten_cursor_begins_again_and_doubles_nothing(
    connector, connect, database, tmp_path
):
    database.corpus = type(database.corpus)(1_600)
    database.before = lambda number: database.history.clear() if number == 3 else None
    state, _ = fetched(connect(connector), tmp_path)
    assert len(state.wanted()) == 1_600
    assert state.slices["all"].received == 1_600


def test_a_source_that_forgets_for_ever_is_given_up(connect, database, tmp_path):
    database.before = lambda _number: database.history.clear()
    with pytest.raises(SourceError, match="forgotten the search 3 times"):
        fetched(connect(PubMed), tmp_path, dataclasses.replace(ASKED, most=900))


def test_pages_that_ncbi_always_cuts_off_are_asked_for_in_smaller_ones(connect, database, tmp_path):
    database.corpus = type(database.corpus)(700)
    database.largest = 150
    state, items = fetched(connect(PubMed, attempts=2), tmp_path)
    assert len(items) == len(state.wanted()) == 700


@every_connector
def test_as_many_as_wanted_and_no_more(connector, connect, database, tmp_path):
    asked = Asked(query="nerves", most=1_234)
    state, _ = fetched(connect(connector), tmp_path, asked)
    assert len(state.wanted()) == 1_234
    assert len(database.asked) < 20


@every_connector
def test_a_slow_answer_is_given_up_and_asked_for_again(connector, connect, database, tmp_path):
    database.corpus = type(database.corpus)(300)
    database.trouble, database.slow = {1: "slow"}, 1.5
    said: list[str] = []
    source = connect(connector, timeout=0.4, remark=said.append)
    state, _ = fetched(source, tmp_path)
    assert len(state.wanted()) == 300
    assert "did not answer in time" in said[0]


@every_connector
def test_a_source_that_stays_down_says_so_and_what_was_fetched_is_kept(
    connector, connect, database, tmp_path
):
    database.corpus = type(database.corpus)(2_000)
    database.trouble = dict.fromkeys(range(3, 100), "500")
    with pytest.raises(SourceError, match=r"answered 500, after 3 attempts.*goes on from there"):
        fetched(connect(connector, attempts=3), tmp_path)
    before = len(database.asked)
    database.trouble = {}
    source = connect(connector)
    spool = spool_of(tmp_path, source)
    state, resumed = fetch(source, spool, ASKED)
    spool.close()
    assert len(state.wanted()) == 2_000
    assert connector is PubMed or resumed > 0
    assert resumed >= 500 or connector in (OpenAlex, ClinicalTrials)
    again = [fields for _, fields in database.asked[before:]]
    assert not [f for f in again if f.get("cursor") == "*" or f.get("cursorMark") == "*"]


def test_a_second_process_does_not_fetch_the_same_search(connect, tmp_path):
    source = connect(PubMed)
    held = spool_of(tmp_path, source)
    with pytest.raises(BusyError, match="another process"):
        spool_of(tmp_path, source)
    held.close()
    spool_of(tmp_path, source).clear()
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_page_is_fetched_again_with_all_after_it(connect, database, tmp_path):
    database.corpus = type(database.corpus)(2_000)
    source = connect(EuropePmc)
    fetched(source, tmp_path)
    page = sorted(tmp_path.glob("*/*.page"))[1]
    page.write_bytes(page.read_bytes()[:-10])
    spool = spool_of(tmp_path, source)
    assert len(list(spool.kept())) == 1
    state, resumed = fetch(source, spool, ASKED)
    assert (resumed, len(state.wanted())) == (500, 2_000)
    spool.close()


def test_what_pubmed_does_not_find_is_passed_on(connect, database, tmp_path):
    database.corpus = type(database.corpus)(50)
    state, _ = fetched(connect(PubMed), tmp_path, Asked(query="gibberish"))
    assert state.said() == ("PubMed did not find the phrase 'gibberish'.",)
    assert state.understood == '"gibberish"[All Fields]'


def test_a_search_without_hits_is_a_result(connect, tmp_path):
    state, items = fetched(connect(PubMed), tmp_path, Asked(query="nothing"))
    assert (state.wanted(), items, state.counts) == ([], [], [0])


def test_a_search_the_source_does_not_take_is_the_callers_to_mend(connect, database, tmp_path):
    database.trouble = {1: "400"}
    with pytest.raises(InputError, match="does not take this search"):
        fetched(connect(EuropePmc), tmp_path)
