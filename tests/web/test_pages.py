"""The path through the pages: a new review, records, duplicates, criteria, screening, results."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient
from tests.storage.conftest import postgres_server, postgres_url
from tests.web.records import TWINS, ris

__all__ = ["postgres_server", "postgres_url"]

POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.xdist_group("postgresql"))


@pytest.fixture(params=["sqlite", POSTGRESQL])
def fresh(request: pytest.FixtureRequest, serve, tmp_path) -> TestClient:
    """Somebody at an empty server, on both engines."""
    if request.param == "sqlite":
        (tmp_path / "empty").mkdir()
        return serve(places=(str(tmp_path / "empty"),)).client()
    return serve(places=(request.getfixturevalue("postgres_url"),)).client()


def drop(client: TestClient, review: str, name: str, data: bytes) -> str:
    """Drop a file; return the page with what it holds."""
    said = client.post(f"/r/{review}/import", files=[("files", (name, data))])
    assert said.status_code == 200
    return said.text


def add(client: TestClient, review: str, page: str, **told: str) -> str:
    """Add the first file that waits on a page; return the page afterwards."""
    address = re.search(rf"/r/{review}/import/\w+/add", page)
    assert address, page
    form = {"source": "MEDLINE", "kind": "database", "day": "2026-01-31"} | told
    return client.post(address[0], data=form).text


def test_the_path_from_nothing_to_a_flow_diagram(fresh):
    made = fresh.post("/new", data={"title": "Zinc for <i>colds</i>"})
    assert made.url.path == "/r/zinc-for-colds/"
    assert "Add the records of a search" in made.text
    review = "zinc-for-colds"

    page = drop(fresh, review, "hits.csv", TWINS)
    assert "3 records" in page
    assert "<i>multifocal</i>" in page
    assert "3 records added" in add(fresh, review, page)
    again = add(fresh, review, drop(fresh, review, "copy.csv", TWINS))
    assert "in the review already" in again

    found = fresh.post(f"/r/{review}/duplicates/find").text
    assert "1 pair in doubt" in found
    assert "<mark>733-741</mark>" in found
    pair = {name: re.search(rf'name="{name}" value="(\w+)"', found)[1] for name in "ab"}
    decided = fresh.post(f"/r/{review}/duplicates", data=pair | {"verdict": "different"}).text
    assert "No pair is in doubt" in decided
    undo = re.search(r'name="client_id" value="([\w-]+)"', decided)
    undone = fresh.post(f"/r/{review}/duplicates/undo", data={"client_id": undo[1]}).text
    assert "1 pair in doubt" in undone
    fresh.post(f"/r/{review}/duplicates", data=pair | {"verdict": "different"})

    criteria = {
        "criteria_title_abstract": "Not randomised\n- Other disease\n",
        "rule_title_abstract": "single",
    }
    agreed = fresh.post(f"/r/{review}/screening/protocol", data=criteria).text
    assert "Other disease" in agreed
    assert "2 records are given to nobody yet" in agreed
    reviewer = re.search(r'name="reviewers" value="([^"]+)"', agreed)[1]
    begun = fresh.post(
        f"/r/{review}/screening/begin", data={"stage": "title_abstract", "reviewers": reviewer}
    )
    assert "Everything is given out" in begun.text
    assert "2 wait for you" in fresh.get(f"/r/{review}/").text

    queue = fresh.get(f"/api/v1/reviews/{review}/queue/title_abstract").json()
    for n, card in enumerate(queue):
        said = {"client_id": f"decision-{n}", "stage": "title_abstract", "item": card["item"]}
        verdict = (
            {"verdict": "include"} if n else {"verdict": "exclude", "reasons": ["not_randomised"]}
        )
        assert (
            fresh.post(f"/api/v1/reviews/{review}/decisions", json=said | verdict).status_code
            == 200
        )
    flow = fresh.get(f"/api/v1/reviews/{review}/flow").json()
    assert (flow["records_screened"], flow["records_excluded"], flow["duplicates"]) == (2, 1, 1)
    assert (
        "Records screened (n&nbsp;=&nbsp;2)".replace("&nbsp;", "\u00a0")
        in fresh.get(f"/r/{review}/flow").text
    )
    progress = fresh.get(f"/r/{review}/progress").text
    assert "Relevant records found in 2 records read" in progress
    assert "All records were read: nothing is missed but by a wrong decision." in progress
    assert "SAFE checklist" in progress
    assert "Sentences for the methods section" in progress
    assert "All 2 records were read; one was relevant." in progress
    ended = fresh.post(f"/r/{review}/screening/end", data={"stage": "title_abstract"})
    assert "says now how reading ended" in ended.text
    assert (
        "All 2 records were read; one was relevant." in fresh.get(f"/r/{review}/document/page").text
    )
    stopping = fresh.get(f"/api/v1/reviews/{review}/stopping/title_abstract").json()
    assert (stopping["judged"]["state"], stopping["judged"]["found"]) == ("all_read", 1)
    history = fresh.get(f"/r/{review}/history").text
    assert "imported records" in history
    exported = fresh.get(f"/r/{review}/export/file", params={"which": "included", "format": "ris"})
    assert exported.content.count(b"ER  -") == 1
    assert "attachment" in exported.headers["content-disposition"]


def test_a_file_that_holds_no_records_says_why(client):
    page = drop(client, "small", "notes.txt", b"Dear colleague, see attached.")
    assert "notice bad" in page
    assert "/add" not in page
    address = re.search(r"/r/small/import/\w+/drop", page)[0]
    assert "notes.txt" not in client.post(address).text


def test_a_page_left_open_does_not_overrule_what_was_decided_about_a_pair(client):
    add(client, "small", drop(client, "small", "hits.csv", TWINS))
    found = client.post("/r/small/duplicates/find").text
    pair = {name: re.search(rf'name="{name}" value="(\w+)"', found)[1] for name in "ab"}
    client.post("/r/small/duplicates", data=pair | {"verdict": "same"})
    turned = {"a": pair["b"], "b": pair["a"]}
    again = client.post("/r/small/duplicates", data=turned | {"verdict": "different"})
    assert "had been decided meanwhile" in again.text
    assert client.get("/api/v1/reviews/small/flow").json()["duplicates"] == 2


def test_an_empty_file_offers_nothing_to_add(client):
    page = drop(client, "small", "empty.ris", b"")
    assert "nothing to add" in page
    assert "/add" not in page


def test_the_name_of_a_file_keeps_its_case(client):
    page = drop(client, "small", "paper.pdf", b"%PDF-1.4 1 0 obj")
    assert ">paper.pdf: this is a PDF" in page


def test_a_record_without_a_title_is_named_as_such(client):
    assert "(no title)" in drop(client, "small", "a.ris", b"TY  - JOUR\nAU  - A\nER  - \n")


def test_both_stages_may_have_a_criterion_in_the_same_words(fresh):
    fresh.post("/new", data={"title": "Zinc"})
    same = {"criteria_title_abstract": "Not randomised", "criteria_full_text": "Not randomised"}
    agreed = fresh.post("/r/zinc/screening/protocol", data=same)
    assert agreed.url.path == "/r/zinc/screening"
    assert agreed.text.count('<li dir="auto">Not randomised</li>') == 2


def test_when_reading_may_end_is_agreed_on_and_shown_with_the_default_as_such(fresh):
    fresh.post("/new", data={"title": "Zinc"})
    form = {"criteria_title_abstract": "Not randomised", "rule_title_abstract": "single"}
    agreed = fresh.post("/r/zinc/screening/protocol", data=form).text
    assert "95% recall at 95% confidence" in agreed
    assert "The default: the protocol does not say." in agreed
    named = form | {"stopping": "hypergeometric", "target": "90", "confidence": "99.5"}
    agreed = fresh.post("/r/zinc/screening/protocol", data=named).text
    assert "Hypergeometric test (buscar): 90% recall at 99.5% confidence." in agreed
    assert "The default" not in agreed
    asked = fresh.get("/r/zinc/screening/protocol").text
    assert 'value="hypergeometric" selected' in asked
    assert 'name="confidence" type="number" min="1" max="99.9" step="0.1" ' in asked
    assert 'value="99.5"' in asked
    refused = fresh.post("/r/zinc/screening/protocol", data=named | {"target": "100"})
    assert refused.status_code == 422
    assert "must lie between 0 and 1" in refused.text
    said = form | {"stopping": "read_all"}
    assert "Never before every record" in fresh.post("/r/zinc/screening/protocol", data=said).text


def test_what_could_not_be_read_is_told_before_anything_is_added(client):
    odd = ris(1, 3).replace(b"PY  - 1982", b"PY  - nineteen")
    page = drop(client, "small", "odd.ris", odd + b"TY  - JOUR\nTI  - cut o")
    assert "could not be read" in page
    assert client.get("/api/v1/reviews/small/imports").json() == []


def test_a_hostile_name_of_a_file_is_text(client):
    page = drop(client, "small", '../../<script>alert("x")</script>.ris', ris(1, 1))
    assert "<script>alert" not in page
    assert "../" not in page


def test_amending_the_protocol_asks_why_and_keeps_what_is_screened_by(client):
    add(client, "small", drop(client, "small", "a.ris", ris(1, 4)))
    form = {"criteria_title_abstract": "Not randomised", "rule_title_abstract": "single"}
    form["criteria_full_text"] = "not randomised"
    assert client.post("/r/small/screening/protocol", data=form).status_code == 200
    begin = {"stage": "title_abstract", "reviewers": "person:anna"}
    assert "has begun" in client.post("/r/small/screening/begin", data=begin).text
    other = form | {"criteria_title_abstract": "Not randomised\nNot adults"}
    refused = client.post("/r/small/screening/protocol", data=other)
    assert refused.status_code == 422
    assert "Say why" in refused.text
    assert client.post("/r/small/screening/protocol", data=other | {"reason": "x"}).is_success
    lost = form | {"criteria_title_abstract": "", "reason": "x"}
    assert (
        "reason by which records are being"
        in client.post("/r/small/screening/protocol", data=lost).text
    )


def test_the_document_may_run_its_own_script_and_no_other(serve):
    import ranvier

    client = serve(places=(str(ranvier.shipped("mmn")),)).client()
    page = client.get("/r/mmn/document/page")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert policy.count("'sha256-") == page.text.count("<script")
    assert "unsafe-inline" not in policy.split("style-src")[0]
    assert page.headers["x-frame-options"] == "SAMEORIGIN"
    assert "Treatments for multifocal motor neuropathy" in page.text
    assert client.post("/r/mmn/import", files=[("files", ("a.ris", ris(1, 1)))]).is_success


def test_a_broken_review_does_not_hide_the_others(serve, reviews):
    (reviews / "broken").mkdir()
    (reviews / "broken" / "review.sqlite").write_bytes(b"this is no database")
    said = serve().client().get("/")
    assert said.status_code == 200
    assert "broken" in said.text
    assert "A <i>small</i> review" in said.text
