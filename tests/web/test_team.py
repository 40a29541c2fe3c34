"""A team on a server with accounts: invited by links, each in their role, strangers kept out."""

from __future__ import annotations

import re

import pytest
from tests.web.records import ris
from tests.web.test_pages import add, drop

PASSWORD = "correct horse battery"


@pytest.fixture
def team(serve, tmp_path):
    """A server with accounts and one review of Anna's."""
    (tmp_path / "team").mkdir()
    served = serve(places=(str(tmp_path / "team"),), token=None, accounts=":memory:")
    link = served.app.state.doors.accounts.invite("keep", by=None)
    anna = served.client(token=None)
    anna.post(f"/join/{link}", data={"login": "anna@x.org", "name": "Anna", "password": PASSWORD})
    assert anna.post("/new", data={"title": "Zinc"}).url.path == "/r/zinc/"
    return served, anna


def invited(team, name: str, *roles: str):
    """Somebody whom Anna invites, signed in."""
    served, anna = team
    page = anna.post("/r/zinc/team/invite", data={"roles": list(roles), "note": name}).text
    link = re.search(r'value="[^"]+/join/([\w-]+)"', page)
    assert link, page
    client = served.client(token=None)
    form = {"login": f"{name}@x.org", "name": name.title(), "password": PASSWORD}
    assert client.post(f"/join/{link[1]}", data=form).url.path == "/r/zinc/"
    return client


def test_whom_one_invites_joins_in_the_role_that_was_chosen(team):
    ben = invited(team, "ben", "reviewer")
    page = ben.get("/r/zinc/team").text
    assert "Ben" in page
    assert "anna@x.org" not in page
    assert "Make a link" not in page
    assert ben.post("/r/zinc/team/invite", data={"roles": ["owner"]}).status_code == 403
    assert ben.get("/new").status_code == 404
    owner = team[1].get("/r/zinc/team").text
    assert "ben@x.org" in owner
    members = team[1].get("/api/v1/reviews/zinc/team").json()
    assert [m["member"]["roles"] for m in members] == [
        ["owner", "reviewer", "adjudicator"],
        ["reviewer"],
    ]
    # The log knows a random id, not the name.
    assert "ben" not in str(members[1]["member"])


def test_a_stranger_to_a_review_is_told_the_same_as_where_there_is_none(team):
    invited(team, "ben", "reviewer")
    served, anna = team
    anna.post("/new", data={"title": "Secret"})
    ben = served.client(token=None)
    ben.post("/sign-in", data={"login": "ben@x.org", "password": PASSWORD})
    assert "Secret" not in ben.get("/").text
    there, nowhere = ben.get("/r/secret/"), ben.get("/r/nowhere/")
    assert there.status_code == nowhere.status_code == 404
    assert there.text.replace("secret", "nowhere") == nowhere.text


def test_a_reader_reads_and_does_nothing_else(team):
    eva = invited(team, "eva", "reader")
    for page in ("", "import", "duplicates", "team", "screening", "progress", "flow", "history"):
        assert eva.get(f"/r/zinc/{page}").status_code == 200
    for page, form in {
        "screening/begin": {"stage": "title_abstract", "reviewers": "x"},
        "screening/protocol": {"criteria_title_abstract": "x"},
        "screening/open": {"allotment": "x"},
        "screening/end": {"stage": "title_abstract"},
        "duplicates/find": {},
        "duplicates": {"a": "x", "b": "y", "verdict": "same"},
        "team/let-go": {"actor": "x", "votes": "keep"},
        "team/roles": {"actor": "x", "roles": "owner"},
    }.items():
        assert eva.post(f"/r/zinc/{page}", data=form).status_code == 403, page
    assert eva.post("/r/zinc/import", files=[("files", ("a.ris", ris(1, 1)))]).status_code == 403


def test_who_has_an_account_joins_another_review_with_it(team):
    ben = invited(team, "ben", "reviewer")
    _, anna = team
    anna.post("/new", data={"title": "Copper"})
    page = anna.post("/r/copper/team/invite", data={"roles": ["reader"]}).text
    link = re.search(r'value="[^"]+/join/([\w-]+)"', page)[1]
    assert "Copper" in ben.get(f"/join/{link}").text
    assert ben.post(f"/join/{link}").url.path == "/r/copper/"


def test_a_withdrawn_link_and_one_of_an_owner_who_left_let_nobody_in(team):
    served, anna = team
    eva = invited(team, "eva", "owner")
    link = re.search(
        r'/join/([\w-]+)"', eva.post("/r/zinc/team/invite", data={"roles": ["reader"]}).text
    )[1]
    other = anna.post("/r/zinc/team/invite", data={"roles": ["reader"], "note": "Gus"}).text
    digests = re.findall(r'name="digest" value="(\w+)"', other)
    assert len(digests) == 2
    gus = re.search(r'value="[^"]+/join/([\w-]+)"', other)[1]
    anna.post("/r/zinc/team/withdraw", data={"digest": digests[0]})
    stranger = served.client(token=None)
    assert stranger.get(f"/join/{gus}").status_code == 404
    actor = anna.get("/api/v1/reviews/zinc/team").json()[1]["member"]["actor"]
    anna.post("/r/zinc/team/let-go", data={"actor": actor, "votes": "keep"})
    assert eva.get("/r/zinc/").status_code == 404
    assert stranger.get(f"/join/{link}").status_code == 404


def test_who_goes_is_replaced_and_nothing_is_lost(team):
    ben = invited(team, "ben", "reviewer")
    invited(team, "eva", "reviewer")
    _, anna = team
    add(anna, "zinc", drop(anna, "zinc", "a.ris", ris(1, 10)))
    anna.post("/r/zinc/screening/protocol", data={"rule_title_abstract": "two_independent"})
    members = anna.get("/api/v1/reviews/zinc/team").json()
    who = {m["name"]: m["member"]["actor"] for m in members}
    begin = {"stage": "title_abstract", "reviewers": [who["Anna"], who["Ben"]]}
    assert "blinded" in anna.post("/r/zinc/screening/begin", data=begin).text
    card = ben.get("/api/v1/reviews/zinc/queue/title_abstract").json()[0]
    said = {
        "client_id": "decision-1",
        "stage": "title_abstract",
        "item": card["item"],
        "verdict": "include",
    }
    assert ben.post("/api/v1/reviews/zinc/decisions", json=said).status_code == 200
    gone = anna.post("/r/zinc/team/let-go", data={"actor": who["Ben"], "votes": "keep"})
    assert "left; votes count" in gone.text
    assert "In place of somebody who left" in anna.get("/r/zinc/screening").text


def test_opening_lifts_the_blinding(team):
    invited(team, "ben", "reviewer")
    _, anna = team
    add(anna, "zinc", drop(anna, "zinc", "a.ris", ris(1, 3)))
    anna.post("/r/zinc/screening/protocol", data={"rule_title_abstract": "two_independent"})
    members = anna.get("/api/v1/reviews/zinc/team").json()
    begin = {"stage": "title_abstract", "reviewers": [m["member"]["actor"] for m in members]}
    anna.post("/r/zinc/screening/begin", data=begin)
    assert "are blinded" in anna.get("/r/zinc/progress").text
    page = anna.get("/r/zinc/screening").text
    assert "no longer independent" in page
    allotment = re.search(r'name="allotment" value="([\w-]+)"', page)[1]
    opened = anna.post("/r/zinc/screening/open", data={"allotment": allotment}).text
    assert "no longer independent" not in opened
    for path in ("screening", "history", "agreement"):
        shown = re.sub(r'"[^"]*"', "", anna.get(f"/r/zinc/{path}").text)
        assert allotment not in shown, path
        assert not [m for m in members if m["member"]["actor"] in shown], path
    lifted = re.sub(r"<[^>]+>", " ", anna.get("/r/zinc/history").text)
    assert re.search(r"lifted the blinding\s+Screening\s", lifted)


def test_who_opens_a_review_that_was_made_at_the_command_line_has_a_name(serve, reviews):
    served = serve(token=None, accounts=":memory:")
    link = served.app.state.doors.accounts.invite("keep", by=None)
    olga = served.client(token=None)
    olga.post(f"/join/{link}", data={"login": "olga", "name": "Olga", "password": PASSWORD})
    account = olga.get("/account").text
    assert "Olga" in account
    members = olga.get("/api/v1/reviews/small/team").json()
    actor = members[0]["member"]["actor"].partition(":")[2]
    for path in ("", "team", "screening"):
        assert actor not in re.sub(r'"[^"]*"', "", olga.get(f"/r/small/{path}").text)
    page = olga.post("/r/small/team/invite", data={"roles": ["reader"]}).text
    secret = re.search(r'value="[^"]+/join/([\w-]+)"', page)[1]
    ben = served.client(token=None)
    ben.post(f"/join/{secret}", data={"login": "ben", "name": "Ben", "password": PASSWORD})
    assert "Olga" in ben.get("/r/small/team").text


def test_the_set_up_offers_the_pilot_first_and_the_rest_when_it_is_opened(team):
    _, anna = team
    invited(team, "ben", "reviewer")
    add(anna, "zinc", drop(anna, "zinc", "a.ris", ris(1, 9)))
    anna.post("/r/zinc/duplicates/find")
    anna.post(
        "/r/zinc/screening/protocol",
        data={"criteria_title_abstract": "Animals", "pilot_title_abstract": "3"},
    )
    page = anna.get("/r/zinc/screening").text
    assert "Begin the pilot" in page
    assert 'value="main"' not in page
    members = [m["member"]["actor"] for m in anna.get("/api/v1/reviews/zinc/team").json()]
    form = {"stage": "title_abstract", "reviewers": members}
    assert anna.post("/r/zinc/screening/begin", data=form | {"kind": "main"}).status_code == 422
    page = anna.post("/r/zinc/screening/begin", data=form | {"kind": "pilot"}).text
    assert "The pilot round comes first" in page
    assert "/screening/begin" not in page
    pilot = re.search(r'name="allotment" value="([^"]+)"', page)[1]
    page = anna.post("/r/zinc/screening/open", data={"allotment": pilot}).text
    assert "Begin screening" in page
    assert "/screening/begin" in page


def test_roles_are_changed_of_members_only(team):
    _, anna = team
    form = {"actor": "person:nobody", "roles": ["owner"]}
    refused = anna.post("/r/zinc/team/roles", data=form)
    assert refused.status_code == 404
    assert "not in the team" in refused.text
    assert len(anna.get("/api/v1/reviews/zinc/team").json()) == 1
