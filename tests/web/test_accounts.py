"""Signing in on a server with accounts, as a browser meets it."""

from __future__ import annotations

import re

import pytest

PASSWORD = "correct horse battery"


@pytest.fixture
def team(serve):
    return serve(token=None, accounts=":memory:")


@pytest.fixture
def keeper(team):
    """A client of the first account, which keeps the server."""
    link = team.app.state.doors.accounts.invite("keep", by=None)
    client = team.client(token=None)
    form = {"login": "anna", "name": "Anna <b>A.</b>", "password": PASSWORD}
    assert client.post(f"/join/{link}", data=form).status_code == 200
    return client


def test_a_stranger_is_sent_to_sign_in_and_back(team, keeper):
    stranger = team.client(token=None)
    sent = stranger.get("/accounts", follow_redirects=False)
    assert sent.headers["location"] == "/sign-in?next=/accounts"
    form = {"login": "anna", "password": PASSWORD, "next": "/accounts"}
    done = stranger.post("/sign-in", data=form)
    assert done.url.path == "/accounts"
    assert stranger.get("/api/v1/reviews").status_code in (200, 404)


def test_nobody_is_sent_to_another_site(team, keeper):
    for address in (
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/\n/evil.example",
    ):
        form = {"login": "anna", "password": PASSWORD, "next": address}
        done = team.client(token=None).post("/sign-in", data=form, follow_redirects=False)
        assert done.headers["location"] == "/"


def test_a_wrong_password_says_the_same_as_a_wrong_login_and_then_wait(team, keeper):
    stranger = team.client(token=None)
    texts = {
        stranger.post("/sign-in", data={"login": login, "password": "wrong"}).text.replace(
            login, ""
        )
        for login in ("anna", "nobody")
    }
    assert len(texts) == 1
    for _ in range(5):
        said = stranger.post("/sign-in", data={"login": "anna", "password": "wrong"})
    assert said.status_code == 429


def test_a_token_lets_nobody_in_where_there_are_accounts(team):
    stranger = team.client(token=None)
    stranger.get("/", params={"token": "one-time-token"})
    assert stranger.get("/", follow_redirects=False).status_code == 303


def test_signing_out_ends_the_session_everywhere(team, keeper):
    cookie = dict(keeper.cookies)
    keeper.post("/sign-out")
    copy = team.client(token=None)
    copy.cookies.update(cookie)
    assert copy.get("/account", follow_redirects=False).status_code == 303


def test_the_name_is_text_and_the_account_page_changes_the_password(team, keeper):
    said = keeper.get("/account").text
    assert "Anna &lt;b&gt;A.&lt;/b&gt;" in said
    wrong = keeper.post("/account/password", data={"old": "wrong", "new": PASSWORD + "!"})
    assert wrong.status_code == 422
    assert keeper.post(
        "/account/password", data={"old": PASSWORD, "new": PASSWORD + "!"}
    ).is_success
    assert keeper.get("/account").status_code == 200


def test_only_a_keeper_looks_after_accounts(team, keeper):
    link = re.search(r"/join/([\w-]+)", keeper.post("/accounts/invite", data={"note": "Ben"}).text)
    assert link is not None
    other = team.client(token=None)
    form = {"login": "ben", "name": "Ben", "password": PASSWORD}
    assert other.post(f"/join/{link[1]}", data=form).status_code == 200
    accounts = team.app.state.doors.accounts
    ben = next(a for a in accounts.everybody() if a.login == "ben")
    keeper.post(f"/accounts/{ben.id}/close", data={"closed": "true"})
    assert other.get("/account", follow_redirects=False).status_code == 303
    reset = re.search(r"/join/([\w-]+)", keeper.post(f"/accounts/{ben.id}/reset").text)
    assert reset is not None
    stranger = team.client(token=None)
    assert stranger.post("/accounts/invite", data={}, follow_redirects=False).status_code == 303


def test_a_used_link_says_so(team, keeper):
    link = team.app.state.doors.accounts.invite("keep", by=None)
    form = {"login": "ben", "name": "Ben", "password": PASSWORD}
    assert team.client(token=None).post(f"/join/{link}", data=form).status_code == 200
    again = team.client(token=None).get(f"/join/{link}")
    assert again.status_code == 404
    assert "Each serves once" in again.text


def test_without_accounts_there_is_nothing_to_sign_in_to(client):
    for address in ("/sign-in", "/account", "/accounts", "/join/x"):
        assert client.get(address).status_code == 404
