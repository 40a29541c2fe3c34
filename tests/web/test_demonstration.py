"""Every page of a demonstration says that its reviewers are simulated."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from ranvier.api import demonstrate_screening
from ranvier.api.demonstration import SIMULATED
from ranvier.web.app import routes_of

STAGES = ("title_abstract", "full_text")


@pytest.fixture
def demonstration(serve, tmp_path) -> TestClient:
    demonstrate_screening(tmp_path / "demo", actor="person:anna")
    return serve(places=(str(tmp_path / "demo"),)).client()


def test_every_page_of_the_review_bears_the_banner(demonstration):
    (key,) = (held.key for held in demonstration.app.state.shelf.reviews())
    (shown, *_) = (
        demonstration.app.state.shelf.opened(key).seat("person:anna").screening.queue(STAGES[0])
    )
    pages: list[str] = []
    for route in routes_of(demonstration.app):
        if route.method != "GET" or not route.path.startswith("/r/{review}"):
            continue
        for stage in STAGES if "{stage}" in route.path else ("",):
            path = route.path.replace("{review}", key).replace("{stage}", stage)
            answer = demonstration.get(path.replace("{item}", shown.item))
            if answer.headers["content-type"].startswith("text/html"):
                assert SIMULATED in answer.text, path
                pages.append(path)
    assert len(pages) > 12, pages
    assert f"/r/{key}/document/page" in pages


def test_a_page_that_is_not_there_and_the_list_of_reviews_say_it_too(demonstration):
    (key,) = (held.key for held in demonstration.app.state.shelf.reviews())
    refused = demonstration.get(f"/r/{key}/screen/full_text/mine", params={"before": "nothing"})
    assert SIMULATED in refused.text
    assert "Simulated demonstration" in demonstration.get("/").text


def test_a_true_review_bears_none(client):
    assert 'class="simulated"' not in client.get("/r/small/").text


def test_conflicts_of_what_is_opened_are_shown_to_who_screens_the_rest(demonstration):
    (key,) = (held.key for held in demonstration.app.state.shelf.reviews())
    shown = demonstration.get(f"/r/{key}/conflicts/title_abstract").text
    assert "Reviewer 1" in shown
    assert "Hidden while you screen here" not in shown
    hidden = demonstration.get(f"/r/{key}/conflicts/full_text").text
    assert "Hidden while you screen here" in hidden
