"""Titles as others wrote them: escaped, but for italics, bold, subscript and superscript."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from markupsafe import Markup, escape

__all__ = ["doi_link", "pubmed_link", "register_link", "safe_title", "safe_url"]

_TAG = re.compile(r"<(/?)(i|b|sub|sup)\s*>", re.IGNORECASE)

#: Register prefixes and where their entries stand.
_REGISTERS = (
    ("NCT", "https://clinicaltrials.gov/study/{}"),
    ("ISRCTN", "https://www.isrctn.com/{}"),
    ("ACTRN", "https://www.anzctr.org.au/{}.aspx"),
    ("JRCT", "https://jrct.mhlw.go.jp/latest-detail/{}"),
)


def safe_title(title: str) -> Markup:
    """Escape a title; balanced ``i``, ``b``, ``sub`` and ``sup`` survive, without attributes.

    Examples
    --------
    >>> safe_title("<i>In vivo</i> <script>x</script>")
    Markup('<i>In vivo</i> &lt;script&gt;x&lt;/script&gt;')
    >>> safe_title("CO<sub>2")
    Markup('CO<sub>2</sub>')
    """
    out: list[str] = []
    opened: list[str] = []
    at = 0
    for match in _TAG.finditer(title):
        out.append(str(escape(title[at : match.start()])))
        at = match.end()
        tag = match.group(2).lower()
        if not match.group(1):
            opened.append(tag)
            out.append(f"<{tag}>")
        elif opened and opened[-1] == tag:
            opened.pop()
            out.append(f"</{tag}>")
    out.append(str(escape(title[at:])))
    out += [f"</{tag}>" for tag in reversed(opened)]
    return Markup("".join(out))


def safe_url(text: str | None) -> str | None:
    """Return `text` as an address a reader may follow (http or https only), or ``None``."""
    if not text:
        return None
    said = text.strip()
    if re.match(r"10\.\d{4,9}/\S+$", said):
        return doi_link(said)
    if re.match(r"(?:www\.)?[\w-]+(?:\.[\w-]+)+/\S+$", said) and "://" not in said:
        said = f"https://{said}"
    try:
        parts = urlsplit(said)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc or re.search(r"\s", said):
        return None
    return said


def doi_link(doi: str) -> str:
    """Return the address of a DOI."""
    return "https://doi.org/" + quote(doi.strip(), safe="/:().;")


def pubmed_link(pmid: str) -> str:
    """Return the address of a PubMed record."""
    return f"https://pubmed.ncbi.nlm.nih.gov/{quote(pmid.strip(), safe='')}/"


def register_link(id: str) -> str | None:
    """Return the address of a trial registration, ``None`` for registers we do not know."""
    said = id.strip()
    for prefix, address in _REGISTERS:
        if said.upper().startswith(prefix) and said.isalnum():
            return address.format(quote(said, safe=""))
    return None
