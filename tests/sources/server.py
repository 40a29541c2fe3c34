"""A server that speaks the protocols of five databases, with their limits and their bad days.

The answers have the shape of real ones; what they say is made up here. Trouble is planned by the
number of the request: ``server.trouble[7] = "truncate"``.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

#: PubMed's limit.
REACHABLE = 9_999


@dataclass
class Corpus:
    """Records by number, each with the day it was added."""

    size: int
    days: Callable[[int], date] = lambda n: date(1990, 1, 1) + timedelta(days=n)

    def __post_init__(self) -> None:
        self.added = {n: self.days(n) for n in range(1, self.size + 1)}

    def grow(self, more: int) -> None:
        """Add records, as databases do while one reads them."""
        for n in range(self.size + 1, self.size + more + 1):
            self.added[n] = self.days(n)
        self.size += more


@dataclass
class Database:
    """What the server holds, what goes wrong, and what was asked."""

    corpus: Corpus
    trouble: dict[int, str] = field(default_factory=dict)
    before: Callable[[int], None] = lambda _number: None
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    history: dict[str, list[int]] = field(default_factory=dict)
    withheld: set[int] = field(default_factory=set)
    largest: int | None = None
    slow: float = 5.0
    lock: threading.Lock = field(default_factory=threading.Lock)
    url: str = ""
    elsewhere: str = "https://elsewhere.example/"


def serve(database: Database) -> ThreadingHTTPServer:
    """Begin to serve in a thread of its own; `shutdown` and `server_close` end it."""

    class Handler(_Handler):
        held = database

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    database.url = f"http://127.0.0.1:{server.server_address[1]}"
    return server


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    held: Database

    def log_message(self, *_args: object) -> None:
        pass

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self._answer(parts.path, dict(parse_qsl(parts.query)))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        self._answer(urlsplit(self.path).path, dict(parse_qsl(body)))

    def _answer(self, path: str, fields: dict[str, str]) -> None:
        held = self.held
        with held.lock:
            number = len(held.asked) + 1
            held.asked.append((path, fields | {"user-agent": self.headers["user-agent"]}))
        held.before(number)
        trouble = held.trouble.get(number, "")
        status, body = 200, b""
        headers: dict[str, str] = {}
        if trouble.isdigit() or trouble.startswith("429"):
            status, _, wait = trouble.partition(" ")
            status, body = int(status), b'{"error":"API rate limit exceeded","count":"4"}'
            if wait:
                headers["retry-after"] = wait
        elif trouble.startswith("redirect"):
            status, headers["location"] = 302, trouble.split()[1]
        else:
            status, body = _ROUTES[path](held, fields)
        if trouble == "slow":
            time.sleep(held.slow)
        if trouble == "truncate":  # whole by its length, cut by its sense
            body = body[: len(body) * 2 // 3]
        if trouble == "diagnostic":
            body = b"<html><body>WWW Error 500 Diagnostic</body></html>"
        if trouble == "empty":
            body = b""
        try:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            if trouble == "cut":  # the connection breaks in the middle
                self.wfile.write(body[: len(body) // 2])
                self.close_connection = True
                return
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True


# PubMed


def _esearch(held: Database, fields: dict[str, str]) -> tuple[int, bytes]:
    found = list(held.corpus.added)
    if "mindate" in fields:
        assert fields["datetype"] == "edat"
        low, high = (_day(fields[name]) for name in ("mindate", "maxdate"))
        found = [n for n in found if low <= held.corpus.added[n] <= high]
    term = fields["term"]
    if term.endswith("[uid]"):
        low_id, high_id = map(int, term.rpartition(" ")[2].removesuffix("[uid]").split(":"))
        found = [n for n in found if low_id <= n <= high_id]
    if "nothing" in term:
        found = []
    found.reverse()  # newest first
    if int(fields.get("retstart", 0)) > REACHABLE - 1:
        return 200, _json({"esearchresult": {"ERROR": "Search Backend failed: retstart"}})
    result: dict[str, object] = {
        "count": str(len(found)),
        "retmax": fields["retmax"],
        "retstart": "0",
        "idlist": [str(n) for n in found[: min(int(fields["retmax"]), REACHABLE)]],
        "querytranslation": f'"{term}"[All Fields]',
    }
    if "gibberish" in term:
        result["errorlist"] = {"phrasesnotfound": ["gibberish"], "fieldsnotfound": []}
    if fields.get("usehistory") == "y":
        with held.lock:
            name = f"MCID_{len(held.history):06x}"
            held.history[name] = found
        result |= {"querykey": "1", "webenv": name}
    return 200, _json({"header": {"type": "esearch", "version": "0.3"}, "esearchresult": result})


def _efetch(held: Database, fields: dict[str, str]) -> tuple[int, bytes]:
    if "id" in fields:
        wanted = [int(n) for n in fields["id"].split(",")]
        held.withheld -= {n for n in wanted if n % 2 == 0}  # half of them come when asked by name
    else:
        if fields["WebEnv"] not in held.history:
            return 400, _error("Unable to obtain query #1")
        start, most = int(fields["retstart"]), int(fields["retmax"])
        if start >= REACHABLE:
            return 400, _error("'retstart' cannot be larger than 9998.")
        wanted = held.history[fields["WebEnv"]][start : min(start + most, REACHABLE)]
    articles = [article(n, held.corpus.added[n]) for n in wanted if n not in held.withheld]
    text = (
        '<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st '
        'January 2025//EN" "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n'
        f"<PubmedArticleSet>{''.join(articles)}</PubmedArticleSet>"
    ).encode()
    if held.largest is not None and len(wanted) > held.largest:
        text = text[: len(text) // 2]  # NCBI cuts what is too long for it
    return 200, text


def article(n: int, day: date) -> str:
    """An article as efetch writes one."""
    return (
        f'<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">{n}</PMID>'
        '<DateRevised><Year>2025</Year><Month>01</Month><Day>02</Day></DateRevised><Article '
        'PubModel="Print"><Journal><ISSN IssnType="Print">0000-0000</ISSN><JournalIssue '
        f'CitedMedium="Print"><Volume>{n % 90 + 1}</Volume><PubDate><Year>{day.year}</Year>'
        "</PubDate></JournalIssue><Title>Journal of made-up trials</Title></Journal>"
        f"<ArticleTitle>Made-up trial number {n} of nerves &amp; muscles</ArticleTitle><Abstract>"
        f'<AbstractText Label="RESULTS">Arm {n} did as well as arm {n + 1}.</AbstractText>'
        '</Abstract><AuthorList CompleteYN="Y"><Author ValidYN="Y"><LastName>Made</LastName>'
        '<ForeName>Anna Up</ForeName><Initials>AU</Initials></Author></AuthorList></Article>'
        '<CommentsCorrectionsList><CommentsCorrections RefType="CommentIn"><RefSource>J Made Up'
        '</RefSource><PMID Version="1">999999</PMID></CommentsCorrections>'
        '</CommentsCorrectionsList></MedlineCitation><PubmedData><ArticleIdList><ArticleId '
        f'IdType="pubmed">{n}</ArticleId><ArticleId IdType="doi">10.5555/made.{n}</ArticleId>'
        "</ArticleIdList></PubmedData></PubmedArticle>\n"
    )  # fmt: skip


def _error(said: str) -> bytes:
    return (
        f'<?xml version="1.0"?>\n<eFetchResult>\n\t<ERROR>{said}</ERROR>\n</eFetchResult>'.encode()
    )


def _day(text: str) -> date:
    return date(*map(int, text.split("/")))


# The others: a cursor is the number of records before it, and may be forgotten


def _page(held: Database, cursor: str | None, size: int) -> tuple[list[int], int] | None:
    start = 0
    if cursor not in (None, "*"):
        with held.lock:
            if cursor not in held.history:
                return None
            start = held.history[cursor][0]
    numbers = list(held.corpus.added)[start : start + size]
    return [n for n in numbers if n not in held.withheld], start + size


def _cursor(held: Database, after: int) -> str:
    name = f"AoE{after}=="
    with held.lock:
        held.history[name] = [after]
    return name


def _europepmc(held: Database, fields: dict[str, str]) -> tuple[int, bytes]:
    assert fields["resultType"] == "core"
    assert fields["synonym"] == "false"
    found = _page(held, fields["cursorMark"], int(fields["pageSize"]))
    if found is None:
        return 400, _json({"errCode": 400, "errMsg": "Invalid cursorMark"})
    numbers, after = found
    reply: dict[str, object] = {
        "version": "6.9",
        "hitCount": held.corpus.size,
        "request": {"queryString": fields["query"], "resultType": "core"},
        "resultList": {"result": [epmc(n) for n in numbers]},
    }
    if numbers:
        reply["nextCursorMark"] = _cursor(held, after)
    return 200, json.dumps(reply, indent=1).encode()


def epmc(n: int) -> dict[str, object]:
    """A result as Europe PMC writes one."""
    return {
        "id": str(n), "source": "MED", "pmid": str(n), "doi": f"10.5555/made.{n}",
        "title": f"Made-up trial number {n} of nerves.", "authorString": "Made AU, Up BC.",
        "authorList": {"author": [
            {"fullName": "Made AU", "firstName": "Anna Up", "lastName": "Made", "initials": "AU"},
            {"collectiveName": "Made-up Study Group"}]},
        "journalInfo": {
            "issue": "2", "volume": "7", "yearOfPublication": 2013, "printPublicationDate":
            "2013-02-01", "journal": {"title": "Journal of made-up trials",
                                      "medlineAbbreviation": "J Made Up", "issn": "0000-0000"}},
        "pubYear": "2013", "pageInfo": "1-9", "abstractText": f"Arm {n} did well.",
        "language": "eng", "pubTypeList": {"pubType": ["Randomized Controlled Trial"]},
        "keywordList": {"keyword": ["nerves"]}, "firstPublicationDate": "2013-02-01",
        "meshHeadingList": {"meshHeading": [
            {"majorTopic_YN": "Y", "descriptorName": "Polyneuropathies", "meshQualifierList": {
                "meshQualifier": [{"abbreviation": "DT", "qualifierName": "drug therapy",
                                   "majorTopic_YN": "N"}]}}]},
    }  # fmt: skip


def _openalex(held: Database, fields: dict[str, str]) -> tuple[int, bytes]:
    assert fields["filter"].startswith("title_and_abstract.search:")
    found = _page(held, fields["cursor"], int(fields["per-page"]))
    if found is None:
        return 400, _json({"error": "Invalid cursor", "message": "Cursor is not valid"})
    numbers, after = found
    last = after >= held.corpus.size
    return 200, _json({
        "meta": {"count": held.corpus.size, "db_response_time_ms": 12, "page": None,
                 "per_page": int(fields["per-page"]),
                 "next_cursor": None if last else _cursor(held, after)},
        "results": [work(n) for n in numbers],
        "group_by": [],
    })  # fmt: skip


def work(n: int) -> dict[str, object]:
    """A work as OpenAlex writes one."""
    return {
        "id": f"https://openalex.org/W{n}", "doi": f"https://doi.org/10.5555/made.{n}",
        "title": f"Made-up trial number {n} of nerves", "publication_year": 2013,
        "publication_date": "2013-02-01", "type": "article", "is_retracted": n % 1000 == 0,
        "ids": {"openalex": f"https://openalex.org/W{n}",
                "pmid": f"https://pubmed.ncbi.nlm.nih.gov/{n}"},
        "authorships": [{"author": {"display_name": "Anna Made"}}],
        "abstract_inverted_index": {"Arm": [0], str(n): [1], "did": [2], "well.": [3]},
    }  # fmt: skip


def _crossref(held: Database, fields: dict[str, str]) -> tuple[int, bytes]:
    assert "query.bibliographic" in fields
    found = _page(held, fields["cursor"], int(fields["rows"]))
    if found is None:
        return 400, _json({"status": "error", "message": [{"message": "Invalid cursor"}]})
    numbers, after = found
    return 200, _json({
        "status": "ok", "message-type": "work-list", "message-version": "1.0.0",
        "message": {"facets": {}, "next-cursor": _cursor(held, after),
                    "total-results": held.corpus.size, "items": [registered(n) for n in numbers],
                    "items-per-page": int(fields["rows"])},
    })  # fmt: skip


def registered(n: int) -> dict[str, object]:
    """A work as Crossref writes one; every seventh was retracted, every eleventh retracts."""
    made: dict[str, object] = {
        "DOI": f"10.5555/MADE.{n}", "type": "journal-article", "publisher": "Made Up",
        "title": [f"Made-up trial number {n} of nerves"], "issued": {"date-parts": [[2013, 2]]},
        "author": [{"given": "Anna", "family": "Made", "sequence": "first"}],
        "container-title": ["Journal of made-up trials"],
    }  # fmt: skip
    notice = {"updated": {"date-parts": [[2020, 1, 1]]}, "DOI": "10.5555/notice", "type":
              "retraction", "source": "retraction-watch", "label": "Retraction"}  # fmt: skip
    if n % 7 == 0:
        made["updated-by"] = [notice]
    if n % 11 == 0:
        made["update-to"] = [notice | {"DOI": "10.5555/made.1"}]
    return made


def _studies(held: Database, fields: dict[str, str]) -> tuple[int, bytes]:
    assert int(fields["pageSize"]) <= 1000
    found = _page(held, fields.get("pageToken"), int(fields["pageSize"]))
    if found is None:
        return 400, b"Page token is not valid"
    numbers, after = found
    reply: dict[str, object] = {"studies": [study(n) for n in numbers]}
    if "pageToken" not in fields and fields.get("countTotal") == "true":
        reply["totalCount"] = held.corpus.size
    if after < held.corpus.size:
        reply["nextPageToken"] = _cursor(held, after)
    return 200, _json(reply)


def study(n: int) -> dict[str, object]:
    """A study as version 2 of the API of ClinicalTrials.gov writes one."""
    return {
        "protocolSection": {
            "identificationModule": {
                "nctId": f"NCT{n:08d}", "briefTitle": f"Made-up trial {n}",
                "officialTitle": f"A made-up trial of nerves, number {n}"},
            "statusModule": {"overallStatus": "COMPLETED", "studyFirstSubmitDate": "2013-02-01"},
            "conditionsModule": {"conditions": ["Multifocal Motor Neuropathy"]},
            "designModule": {"studyType": "INTERVENTIONAL", "phases": ["PHASE3"]},
        },
        "hasResults": False,
    }  # fmt: skip


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


_ROUTES: dict[str, Callable[[Database, dict[str, str]], tuple[int, bytes]]] = {
    "/esearch.fcgi": _esearch,
    "/efetch.fcgi": _efetch,
    "/search": _europepmc,
    "/searchPOST": _europepmc,
    "/works": lambda held, fields: (
        _openalex(held, fields) if "filter" in fields and "cursor" in fields
        and "per-page" in fields else _crossref(held, fields)
    ),
    "/studies": _studies,
}  # fmt: skip
