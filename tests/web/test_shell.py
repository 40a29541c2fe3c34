"""The frame of every page: who is let in, what headers say, what a page is made of."""

from __future__ import annotations

import pytest

from ranvier.errors import InputError
from ranvier.web import Settings, routes_of


def test_the_token_serves_once_and_leaves_the_address(serve):
    served = serve()
    client = served.client(token=None)
    first = client.get("/", params={"token": "one-time-token"}, follow_redirects=False)
    assert first.status_code == 303
    assert first.headers["location"] == "/"
    cookie = first.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert client.get("/").status_code == 200
    other = served.client(token=None)
    assert other.get("/", params={"token": "one-time-token"}).status_code == 401


def test_a_stranger_is_shown_nothing(serve):
    stranger = serve().client(token=None)
    for address in ("/", "/r/small/"):
        said = stranger.get(address)
        assert said.status_code == 401
        assert "small" not in said.text


def test_another_name_for_the_server_is_refused(client):
    assert client.get("/", headers={"host": "evil.example"}).status_code == 421


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}],
)
def test_a_form_of_another_site_does_nothing(client, headers):
    said = client.post("/theme", data={"theme": "dark"}, headers=headers)
    assert said.status_code == 403
    assert "theme" not in client.cookies


def test_every_answer_bears_the_headers_that_protect_it(client):
    for address in ("/", "/r/small/", "/nowhere", "/static/app.css", "/api/v1/openapi.json"):
        headers = client.get(address).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"


def test_a_title_keeps_its_italics_and_nothing_else(client):
    assert "A <i>small</i> review" in client.get("/").text


def test_what_is_too_large_is_refused(serve):
    client = serve(largest_upload=100).client()
    said = client.post("/theme", data={"theme": "dark", "more": "x" * 200})
    assert said.status_code == 413


@pytest.mark.parametrize(
    "settings",
    [
        {"host": "0.0.0.0"},
        {"host": "192.168.1.2"},
        {"host": "0.0.0.0", "accounts": "server.sqlite"},
        {"addresses": ("reviews.example.org",)},
    ],
)
def test_a_server_that_strangers_could_reach_does_not_start(settings):
    with pytest.raises(InputError):
        Settings(places=("reviews",), **settings)


def test_the_routes_can_be_listed(serve):
    listed = routes_of(serve().app)
    assert ("GET", "/r/{review}/") in {(r.method, r.path) for r in listed}
    assert not [r for r in listed if r.path.startswith("/static")]


def test_what_does_not_fit_is_said_in_words(client):
    page = client.get("/r/small/export/file", params={"which": "everything"})
    assert page.status_code == 422
    assert page.headers["content-type"].startswith("text/html")
    assert "which: input should be" in page.text
    told = client.get("/api/v1/reviews/small/queue/nowhere")
    assert told.status_code == 422
    assert told.json()["error"] == "InputError"
    assert told.json()["remedy"]
