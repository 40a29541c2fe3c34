"""PubMed through the E-utilities of the NCBI: esearch finds, efetch gives XML.

PubMed gives no more than the first 9,999 hits of a search. A longer one is cut by the day on which
records entered PubMed (EDAT), again and again, until each slice is short enough; a single day that
is still too long is cut by PMID. The hits of a slice stay on NCBI's history server while they are
fetched, and esearch lists all their PMIDs; so a record that efetch leaves out is noticed, and asked
for by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import msgspec

from ranvier.core.search import RecordKind
from ranvier.errors import InputError, SourceError
from ranvier.sources.line import NOBODY, Contact, Incomplete, Line, Refused
from ranvier.workflow.ports import Asked, Page, Place

__all__ = ["PubMed"]

#: PubMed's limit since November 2022 is 10,000, of which the last cannot be reached.
MOST = 9_999

#: Records in a page; smaller ones are tried when NCBI cuts a page off.
SIZES = (500, 100, 20)

#: No record entered PubMed before the first of these days, or will soon after the last.
FIRST, LAST = date(1700, 1, 1), date(2100, 12, 31)

#: PMIDs have eight digits today.
LAST_PMID = 999_999_999

#: How often a slice is begun again when the history server has forgotten it.
RESTARTS = 3

_ALL = "all"
_BY_ID = "by PMID"
_ITEM = re.compile(
    rb"<PubmedArticle(?=[\s>]).*?</PubmedArticle\s*>"
    rb"|<PubmedBookArticle(?=[\s>]).*?</PubmedBookArticle\s*>",
    re.DOTALL,
)
_START = re.compile(rb"<Pubmed(?:Book)?Article(?=[\s>])")
_PMID = re.compile(rb"<PMID(?:\s[^>]*)?>\s*(\d+)\s*</PMID>")
_LOST = re.compile(r"history|query_key|WebEnv|Unable to obtain query", re.IGNORECASE)


class PubMed:
    """PubMed, searched in its own words.

    Parameters
    ----------
    line : Line
        The line to its host.
    contact : Contact
        NCBI asks for an e-mail address; a key allows ten requests a second in place of three.

    Examples
    --------
    >>> pubmed = PubMed(Line(PubMed.address, every=1))
    >>> pubmed.host
    'eutils.ncbi.nlm.nih.gov'
    """

    key = "pubmed"
    name = "PubMed"
    platform = "E-utilities of the NCBI"
    address = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"
    key_variable = "NCBI_API_KEY"
    kind: RecordKind = "database"
    ending = ".xml"

    def __init__(self, line: Line, contact: Contact = NOBODY) -> None:
        self._line = line
        self._contact = contact

    @staticmethod
    def pace(contact: Contact) -> float:
        """Return the seconds between two requests."""
        return 0.1 if contact.api_key else 1 / 3

    def close(self) -> None:
        """Close the connection, if there is one."""
        self._line.close()

    @property
    def host(self) -> str:
        """The one host that is contacted."""
        return self._line.host

    def sent(self, asked: Asked) -> str:
        """Return the query as it is sent."""
        return asked.query

    def limits(self, asked: Asked) -> tuple[str, ...]:
        """Say what narrows the search beside the query."""
        return (f"entered PubMed on {asked.since} or later (EDAT)",) if asked.since else ()

    def says(self, asked: Asked) -> tuple[str, ...]:
        """Say what is sent beside the query, one thing a line, without secrets."""
        told = ["tool: ranvier"]
        told += [f"e-mail: {self._contact.email}"] if self._contact.email else []
        told += ["your NCBI API key"] if self._contact.api_key else []
        return (*self.limits(asked), *told)

    def count(self, asked: Asked) -> int:
        """Ask how many hits there are."""
        return self._searched(asked, self.start(asked).slice, most=0)[1]["count"]

    def start(self, asked: Asked) -> Place:
        """Return where to begin."""
        if asked.since is None:
            return Place(slice=_ALL)
        return Place(slice=_days(date.fromisoformat(asked.since), LAST))

    def page(self, asked: Asked, place: Place) -> Page:
        """Ask for the hits of a slice, or for some records of it."""
        if place.slice == _BY_ID:
            return self._fetched(place, {"id": place.cursor or ""}, ())
        if place.cursor is None:
            return self._slice(asked, place)
        environment, key, total = place.cursor.split()
        for size in SIZES:
            after = place.at + size
            more = replace(place, at=after) if after < int(total) else None
            where = {"WebEnv": environment, "query_key": key, "retstart": str(place.at)}
            try:
                return self._fetched(
                    place, where | {"retmax": str(size)}, (more,) if more is not None else ()
                )
            except SourceError:
                if size == SIZES[-1]:
                    raise
            except Refused as refused:
                if not _LOST.search(refused.text):
                    raise _refusal(refused) from None
                return self._begin_again(place)
        raise AssertionError("unreachable: the last size returns or raises")

    def again(self, missing: Sequence[str]) -> tuple[Place, ...]:
        """Return where records that were listed and not given can be asked for by their PMIDs."""
        return tuple(
            Place(slice=_BY_ID, at=n, cursor=",".join(missing[n : n + 100]))
            for n in range(0, len(missing), 100)
        )

    def items(self, body: bytes) -> Iterator[tuple[str, bytes]]:
        """Part a page into records: the PMID of each, and its bytes."""
        if body[:1] != b"<":
            return
        for found in _ITEM.finditer(body):
            pmid = _PMID.search(found[0])
            if pmid is not None:
                yield pmid[1].decode(), found[0]

    def file(self, items: Iterator[bytes]) -> Iterator[bytes]:
        """Put records together into a file of PubMed XML."""
        yield b'<?xml version="1.0" encoding="UTF-8"?>\n<PubmedArticleSet>\n'
        for item in items:
            yield item + b"\n"
        yield b"</PubmedArticleSet>\n"

    def _slice(self, asked: Asked, place: Place) -> Page:
        """Search a slice; cut it in two if it is too long."""
        body, found = self._searched(asked, place.slice, most=MOST)
        count = found["count"]
        whole = place.slice == self.start(asked).slice
        understood = found.get("querytranslation") if whole else None
        notes = _remarks(found)
        if count > MOST and (asked.most is None or asked.most > MOST):
            return Page(
                body=body,
                counted=count,
                next=tuple(Place(slice=half) for half in reversed(_halves(place.slice))),
                understood=understood,
                notes=notes,
            )
        listed = tuple(found["idlist"])
        wanted = min(count, MOST)
        if asked.most is not None and asked.most < wanted:
            wanted = asked.most
            listed = listed[:wanted]
        cursor = f"{found['webenv']} {found['querykey']} {wanted}"
        return Page(
            body=body,
            counted=count,
            next=(replace(place, cursor=cursor),) if wanted else (),
            listed=listed,
            understood=understood,
            notes=notes,
        )

    def _searched(self, asked: Asked, slice_: str, *, most: int) -> tuple[bytes, dict[str, Any]]:
        """Ask esearch."""
        fields = {"db": "pubmed", "term": asked.query, "retmode": "json", "retmax": str(most)}
        if most:
            fields["usehistory"] = "y"
        if slice_ != _ALL:
            days, _, pmids = slice_.partition(" ")
            first, _, last = days.partition(":")
            fields |= {"datetype": "edat", "mindate": first, "maxdate": last}
            if pmids:
                fields["term"] = f"({asked.query}) AND {pmids}"
        try:
            return self._line.ask(
                "/esearch.fcgi", fields | self._who(), lambda b: (b, _found(b, most)), method="POST"
            )
        except Refused as refused:
            raise _refusal(refused) from None

    def _fetched(self, place: Place, where: dict[str, str], next_: tuple[Place, ...]) -> Page:
        """Ask efetch."""
        fields = {"db": "pubmed", "retmode": "xml"} | where | self._who()
        body = self._line.ask("/efetch.fcgi", fields, _whole, method="POST")
        return Page(body=body, ids=tuple(id for id, _ in self.items(body)), next=next_)

    def _begin_again(self, place: Place) -> Page:
        """Search a slice anew that the history server has forgotten."""
        if place.tries >= RESTARTS:
            raise SourceError(
                f"NCBI's history server has forgotten the search {RESTARTS} times.",
                remedy="Run it again later: what was fetched is kept.",
            )
        return Page(body=b"", next=(Place(slice=place.slice, tries=place.tries + 1),))

    def _who(self) -> dict[str, str]:
        """Say who asks."""
        told = {"tool": "ranvier"}
        if self._contact.email:
            told["email"] = self._contact.email
        if self._contact.api_key:
            told["api_key"] = self._contact.api_key
        return told


def _found(body: bytes, most: int) -> dict[str, Any]:
    """Read what esearch answers; refuse what is cut off."""
    try:
        # NCBI puts raw control signs into its JSON now and then.
        answer = msgspec.json.decode(re.sub(rb"[\x00-\x1f]", b" ", body))
    except msgspec.DecodeError:
        raise Incomplete("no whole JSON") from None
    found = answer.get("esearchresult") if isinstance(answer, dict) else None
    if not isinstance(found, dict) or "count" not in found:
        said = found.get("ERROR") if isinstance(found, dict) else None
        if isinstance(said, str) and "Backend" not in said:
            raise Refused(400, said)
        raise Incomplete(str(said or "no result in it")[:200])
    if "ERROR" in found:
        raise Incomplete(str(found["ERROR"])[:200])
    found["count"] = int(found["count"])
    found.setdefault("idlist", [])
    if len(found["idlist"]) < min(found["count"], most):
        raise Incomplete(f"{len(found['idlist'])} PMIDs of {min(found['count'], most)}")
    return found


def _whole(body: bytes) -> bytes:
    """Return what efetch gave if it is whole."""
    text = body.lstrip()
    end = body.rstrip()[-30:]
    if b"</PubmedArticleSet>" in end:
        if len(_START.findall(body)) != len(_ITEM.findall(body)):
            raise Incomplete("an article is cut off in it")
        return body
    if re.search(rb"<PubmedArticleSet\s*/>", end):
        return body
    if text.startswith(b"<") and b"<PubmedArticleSet" not in body[:2000]:
        error = re.search(rb"<ERROR>(.*?)</ERROR>", body, re.DOTALL)
        if error is not None and _LOST.search(error[1].decode("utf-8", "replace")):
            raise Refused(400, error[1].decode("utf-8", "replace"))
    raise Incomplete("the XML does not end")


def _refusal(refused: Refused) -> InputError | SourceError:
    """Say what NCBI does not take."""
    if refused.status in (401, 403) or "api key" in refused.text.casefold():
        return SourceError(
            f"NCBI does not let us in: {refused.text}.", remedy="Check NCBI_API_KEY, or unset it."
        )
    return InputError(
        f"PubMed does not take this search: {refused.text}.",
        remedy="Try it in PubMed's advanced search, or check it with `ranvier query check`.",
    )


def _remarks(found: dict[str, Any]) -> tuple[str, ...]:
    """List what PubMed says of the words of a search."""
    said = {
        "phrasesnotfound": "PubMed did not find the phrase",
        "fieldsnotfound": "PubMed does not know the field",
        "phrasesignored": "PubMed ignored the word",
        "quotedphrasesnotfound": "PubMed did not find the quoted phrase",
        "outputmessages": "PubMed says",
    }
    lists = {**(found.get("errorlist") or {}), **(found.get("warninglist") or {})}
    return tuple(
        f"{words} {phrase!r}." for name, words in said.items() for phrase in lists.get(name) or ()
    )


def _days(first: date, last: date) -> str:
    """Name a slice by its days."""
    return f"{first:%Y/%m/%d}:{last:%Y/%m/%d}"


def _halves(slice_: str) -> tuple[str, str]:
    """Cut a slice in two.

    Examples
    --------
    >>> _halves("2020/01/01:2020/12/31")
    ('2020/01/01:2020/07/01', '2020/07/02:2020/12/31')
    >>> _halves("2020/01/01:2020/01/01")[0]
    '2020/01/01:2020/01/01 1:500000000[uid]'
    """
    if slice_ == _ALL:
        slice_ = _days(FIRST, LAST)
    days, _, pmids = slice_.partition(" ")
    first, last = (date(*map(int, day.split("/"))) for day in days.split(":"))
    if first < last:
        middle = first + (last - first) // 2
        return _days(first, middle), _days(middle + timedelta(days=1), last)
    low, high = map(int, pmids.removesuffix("[uid]").split(":")) if pmids else (1, LAST_PMID)
    middle = (low + high) // 2
    return f"{days} {low}:{middle}[uid]", f"{days} {middle + 1}:{high}[uid]"
