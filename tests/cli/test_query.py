"""Search strategies and exports, from the command line, on the shipped review."""

import json

import pytest

import ranvier
from ranvier.formats import open_records

#: What each record must still hold after it went out and came back.
KEPT = ("title", "abstract", "authors", "year", "journal", "doi", "pmid", "volume", "pages")


def test_a_strategy_of_the_log_runs_and_explains_on_the_shipped_review(run, mmn):
    done = run("query", "run", mmn, "--search", "example-strategy", "--json")
    assert done.code == 0
    found = json.loads(done.out)
    assert found["records"] == 190
    last = found["lines"][-1]["found"]
    assert 0 < last < 190
    with ranvier.open(str(mmn), mode="read") as review:
        titles = {r.id: (r.title or "").casefold() for r in review.state.records.values()}
    named = {i for i, title in titles.items() if "multifocal motor neuropathy" in title}
    assert named <= set(found["found"])
    missed = next(i for i in titles if i not in found["found"])
    said = run("query", "explain", mmn, missed, "--search", "example-strategy")
    assert said.code == 0
    assert "does not find this record" in said.out


def test_a_filter_is_printed_and_added(run, mmn, tmp_path):
    assert "cochrane-rct-2008" in run("query", "filter").out
    printed = run("query", "filter", "cochrane-rct-2008", "--to", "pubmed")
    assert "randomized controlled trial [pt]" in printed.out
    assert "2023" in printed.err
    file = tmp_path / "mmn.txt"
    file.write_text('"multifocal motor neuropathy"[tiab]')
    whole = json.loads(run("query", "run", mmn, file, "--json").out)
    fewer = json.loads(
        run("query", "run", mmn, file, "--add-filter", "cochrane-rct-2008", "--json").out
    )
    assert 0 < len(fewer["found"]) < len(whole["found"])
    assert set(fewer["found"]) <= set(whole["found"])


def test_a_search_without_a_strategy_is_refused(run, mmn):
    done = run("query", "run", mmn, "--search", "assembled-list")
    assert done.code == 1
    assert "example-strategy" in done.err
    assert run("query", "run", mmn).code == 2


@pytest.mark.parametrize("ending", ["ris", "nbib", "bib", "json", "xml", "csv", "xlsx"])
def test_the_shipped_records_go_out_and_come_back_whole(run, mmn, tmp_path, ending):
    out = tmp_path / f"records.{ending}"
    done = run("export", mmn, out)
    assert done.code == 0
    with ranvier.open(str(mmn), mode="read") as review:
        records = list(review.state.records.values())
    back = list(open_records(out))
    assert len(back) == len(records) == 190
    for before, after in zip(records, back, strict=True):
        assert [getattr(after, name) for name in KEPT] == [getattr(before, name) for name in KEPT]
        assert set(after.registry_ids) == set(before.registry_ids)
