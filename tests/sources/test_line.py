"""The line to one host: no other is contacted, and nobody is pressed."""

from __future__ import annotations

import socket
import time

import pytest

from ranvier.errors import InputError, SourceError
from ranvier.sources import ClinicalTrials, Contact, Crossref, EuropePmc, Line, OpenAlex, PubMed
from ranvier.sources.line import Refused
from ranvier.workflow.ports import Asked

CONNECTORS = [PubMed, EuropePmc, OpenAlex, Crossref, ClinicalTrials]
every_connector = pytest.mark.parametrize("connector", CONNECTORS, ids=lambda c: c.key)
HOSTS = {
    "pubmed": "eutils.ncbi.nlm.nih.gov",
    "europepmc": "www.ebi.ac.uk",
    "openalex": "api.openalex.org",
    "crossref": "api.crossref.org",
    "clinicaltrials": "clinicaltrials.gov",
}


@every_connector
def test_a_connector_opens_no_line_before_it_is_asked(connector, monkeypatch):
    def refuse(*_args: object, **_more: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    source = connector(Line(connector.address, every=1), Contact(email="a@example.org"))
    asked = Asked(query="nerves", since="2026-01-31")
    assert source.host == HOSTS[connector.key]
    assert source.sent(asked)
    assert source.limits(asked)
    assert any("a@example.org" in line for line in source.says(asked))


@every_connector
def test_another_host_is_refused_also_when_the_host_itself_sends_us_there(
    connector, connect, database
):
    database.trouble = {1: "redirect https://elsewhere.example/login"}
    with pytest.raises(SourceError, match=r"elsewhere\.example, another host. Nothing was sent"):
        connect(connector).count(Asked(query="nerves"))
    assert len(database.asked) == 1


def test_a_line_does_not_even_try_another_host(database):
    line = Line(database.url, every=0.0)
    line._address = "https://elsewhere.example"
    line._opened()
    line._address = database.url
    with pytest.raises(SourceError, match=r"may not contact 127\.0\.0\.1"):
        line.ask("/esearch.fcgi", {}, bytes)
    assert database.asked == []
    line.close()


def test_a_host_may_send_us_to_another_path_of_its_own(connect, database):
    database.corpus = type(database.corpus)(10)
    database.trouble = {1: f"redirect {database.url}/search?query=x&resultType=core&synonym=false"
                           "&pageSize=1&cursorMark=*"}  # fmt: skip
    assert connect(EuropePmc).count(Asked(query="x")) == 10


@pytest.mark.parametrize("address", ["http://example.org", "ftp://example.org/x", "example.org"])
def test_an_address_that_is_not_safe_is_refused(address):
    with pytest.raises(InputError, match="no address that can be asked safely"):
        Line(address, every=0)


def test_requests_are_spaced(database):
    database.corpus = type(database.corpus)(10)
    line = Line(database.url, every=0.05)
    began = time.monotonic()
    for _ in range(5):
        line.ask("/studies", {"pageSize": "1"}, bytes)
    assert time.monotonic() - began >= 4 * 0.05
    line.close()


@pytest.mark.parametrize(
    ("connector", "key", "seconds"),
    [(PubMed, None, 1 / 3), (PubMed, "k", 0.1), (ClinicalTrials, None, 1.25)],
)
def test_ncbi_gets_three_requests_a_second_and_ten_with_a_key(connector, key, seconds):
    assert connector.pace(Contact(api_key=key)) == pytest.approx(seconds)


def test_we_wait_as_long_as_we_are_told_to(connect, database):
    database.corpus = type(database.corpus)(10)
    database.trouble = {1: "429 37", 2: "503", 3: "500"}
    source = connect(EuropePmc)
    assert source.count(Asked(query="x")) == 10
    waited = [seconds for seconds in source.waited if seconds > 0.1]
    assert waited[0] == 37
    assert 1.4 < waited[1] < 2.6 < waited[2] < 5.1


def test_who_asks_us_to_come_back_tomorrow_is_taken_at_their_word(connect, database):
    database.trouble = {1: "429 86400"}
    with pytest.raises(SourceError, match="come back in 1440 minutes"):
        connect(OpenAlex).count(Asked(query="x"))
    assert len(database.asked) == 1


def test_a_key_is_sent_and_never_shown(connect, database):
    database.trouble = dict.fromkeys(range(1, 20), "500")
    said: list[str] = []
    source = connect(PubMed, api_key="s3cret", email="a@example.org", remark=said.append)
    with pytest.raises(SourceError) as failed:
        source.count(Asked(query="x"))
    assert all(fields["api_key"] == "s3cret" for _, fields in database.asked)
    shown = [str(failed.value), *said, *source.says(Asked(query="x")), repr(source._contact)]
    assert not [text for text in shown if "s3cret" in text]
    assert all("a@example.org" in fields["user-agent"] for _, fields in database.asked)


def test_a_host_that_cannot_be_reached_is_named(connect, database):
    source = PubMed(Line("http://127.0.0.1:9", every=0, attempts=2, sleep=lambda _: None))
    with pytest.raises(SourceError, match="could not be reached, after 2 attempts"):
        source.count(Asked(query="x"))
    source.close()


def test_a_refusal_is_told_in_the_hosts_words(database):
    database.trouble = {1: "404"}
    line = Line(database.url, every=0)
    with pytest.raises(Refused, match="rate limit exceeded"):
        line.ask("/search", {}, bytes)
    line.close()
