"""`ranvier search` as a user meets it, against a server that speaks the protocols."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path

import pytest

import ranvier
from ranvier.core.record import is_retracted
from ranvier.query import search_filter


def _server():
    path = Path(__file__).parents[1] / "sources" / "server.py"
    spec = importlib.util.spec_from_file_location("ranvier_tests_server_cli", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def database():
    protocols = _server()
    held = protocols.Database(protocols.Corpus(230))
    server = protocols.serve(held)
    yield held
    server.shutdown()
    server.server_close()


@pytest.fixture
def empty(tmp_path):
    place = tmp_path / "empty"
    ranvier.new(place, id="e", title="An empty review", actor="person:anna").close()
    return place


@pytest.mark.parametrize(
    "source", ["pubmed", "europepmc", "openalex", "crossref", "clinicaltrials"]
)
def test_a_search_becomes_a_run_and_records_and_says_what_changed(run, empty, database, source):
    args = ("search", "run", empty, "--source", source, "--server", database.url)
    done = run(*args, "--query", "nerves AND muscles")
    assert done.code == 0, done.err
    assert "to 127.0.0.1" in done.err
    assert "and nowhere else:\n  nerves AND muscles" in done.err
    assert "has 230 hits" in done.err
    assert "230 hits, 230 fetched, 0 known from earlier runs, 230 new (230 in the" in done.out
    assert "Next: merge the records" in done.err
    with ranvier.open(empty, mode="read") as review:
        state = review.state
        (search,) = state.searches.values()
        assert search.strategy == "nerves AND muscles"
        assert search.kind == ("register" if source == "clinicaltrials" else "database")
        records = list(state.records.values())
        assert len(records) == 230
        assert all("ade-up trial" in r.title for r in records)
        assert all(r.year for r in records)
        held = {
            "pubmed": lambda r: r.pmid and r.doi,
            "europepmc": lambda r: (
                r.pmid and r.doi and r.mesh == ("*Polyneuropathies/drug therapy",)
            ),
            "openalex": lambda r: r.pmid and r.doi and r.abstract,
            "crossref": lambda r: r.doi,
            "clinicaltrials": lambda r: r.registry_ids and r.registry_ids[0].startswith("NCT"),
        }[source]
        assert all(map(held, records))
        if source == "crossref":
            assert sum(map(is_retracted, records)) == 230 // 7
            assert (
                sum(n.relation == "RetractionOf" for r in records for n in r.notices) == 230 // 11
            )
    again = run(*args, "--query", "nerves AND muscles")
    assert again.out == "nothing new: this search is in the review (230 records)\n"
    database.corpus.grow(5)
    more = run(*args, "--query", "nerves AND muscles")
    assert "235 hits, 235 fetched, 230 known from earlier runs, 5 new (235 in" in more.out
    assert not list((empty / "spool").iterdir())


def test_a_dry_run_and_a_count_change_nothing(run, empty, database):
    args = ("search", "run", empty, "--source", "pubmed", "--server", database.url, "--query", "x")
    assert "nothing was sent" in run(*args, "--dry-run").err
    assert database.asked == []
    assert run(*args, "--count").out == "230\n"
    with ranvier.open(empty, mode="read") as review:
        assert not review.state.searches


def test_what_pubmed_would_refuse_is_said_before_it_is_sent(run, empty, database, tmp_path):
    strategy = tmp_path / "lines.txt"
    strategy.write_text("#1 nerve*[tiab] (12)\n#2 muscle*[tiab]\n#3 #1 AND #2\n")
    args = ("search", "run", empty, "--source", "pubmed", "--server", database.url)
    done = run(*args, "--query", strategy, "--dry-run")
    assert "  (nerve*[tiab]) AND (muscle*[tiab])\n" in done.err
    doubtful = run(*args, "--query", "(nerve*[tiab] AND x", "--dry-run")
    assert "error:" in doubtful.err
    assert "column" in doubtful.err
    missing = run(*args, "--query", "medline.txt")
    assert missing.code == 1
    assert "there is no file medline.txt" in missing.err
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("#1 a[ti]\n#2 #1 AND #7\n")
    assert "line 7, which is not above it" in run(*args, "--query", wrong).err


def test_what_was_fetched_before_a_failure_is_gone_on_with(run, empty, database, monkeypatch):
    monkeypatch.setattr("ranvier.sources.line.ATTEMPTS", 1)
    args = (
        "search",
        "run",
        empty,
        "--source",
        "openalex",
        "--server",
        database.url,
        "--query",
        "x",
    )
    database.trouble = {4: "401"}
    down = run(*args)
    assert down.code == 1
    assert "does not let us in" in down.err
    assert list((empty / "spool").glob("*/*.page"))
    database.trouble = {}
    up = run(*args, "--json")
    assert json.loads(up.out)["new"] == 230
    assert json.loads(up.out)["resumed"] == 200


def test_more_hits_than_anybody_means_are_not_fetched(run, empty, database, monkeypatch):
    monkeypatch.setattr("ranvier.cli.search.MANY", 200)
    args = (
        "search",
        "run",
        empty,
        "--source",
        "crossref",
        "--server",
        database.url,
        "--query",
        "x",
    )
    refused = run(*args)
    assert refused.code == 1
    assert "nothing was fetched" in refused.err
    first = run(*args, "--max", 50)
    assert "230 hits, 50 fetched, 0 known from earlier runs, 50 new" in first.out
    report = run("search", "report", empty).out
    assert "the first 50 of 230 hits" in report


def test_the_report_says_what_the_log_knows_and_that_it_does_not_know_the_rest(
    run, empty, database, tmp_path
):
    args = ("search", "run", empty, "--source", "pubmed", "--server", database.url)
    run(*args, "--query", "<b>nerves</b> AND [gibberish]", "--since", "1990-01-02")
    report = run("search", "report", empty).out
    numbers = re.findall(r"^## (\d+)\. ", report, re.M)
    assert numbers == [str(n) for n in range(1, 17)]
    assert "- PubMed, through E-utilities of the NCBI at 127.0.0.1." in report
    assert "```text\n<b>nerves</b> AND [gibberish]\n```" in report
    assert "entered PubMed on 1990-01-02 or later (EDAT)" in report
    assert "did not find the phrase 'gibberish'" in report
    assert "## 14. Peer review\n\n*Not in the log.*" in report
    assert "## 16. Deduplication\n\n*The log holds no deduplication.*" in report
    page = tmp_path / "search.html"
    run("search", "report", empty, "--to", page)
    text = page.read_text()
    assert "<b>nerves</b>" not in text
    assert "&lt;b&gt;nerves&lt;/b&gt;" in text


def test_the_report_of_the_shipped_review_holds_all_its_searches(run, mmn):
    report = run("search", "report", mmn).out
    with ranvier.open(mmn, mode="read") as review:
        for search in review.state.searches.values():
            assert search.date in report
            assert search.source.replace("_", r"\_") in report
    assert "The log does not say on which platform these were searched" in report


def test_the_report_names_the_published_filter_of_a_strategy(run, empty, database, tmp_path):
    strategy = tmp_path / "mmn.txt"
    lines = search_filter("cochrane-rct-2008").texts["pubmed"].splitlines()
    numbered = [f"#{n} {line}" for n, line in enumerate([*lines, "neuropathy[ti] AND #11"], 1)]
    strategy.write_text("\n".join(numbered))
    args = ("search", "run", empty, "--source", "pubmed", "--server", database.url)
    assert run(*args, "--query", strategy).code == 0
    said = run("search", "report", empty).out
    assert "recognised: Cochrane Highly Sensitive Search Strategy" in said
    assert "(2008 revision), at line 11." in said
