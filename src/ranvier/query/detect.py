"""Which platform a strategy was written for, by its signs."""

from __future__ import annotations

import re

from ranvier.query.platforms import PlatformName

__all__ = ["detect"]

#: A sign of a platform, and how much one such sign says.
_SIGNS: tuple[tuple[PlatformName, str, float], ...] = (
    ("ovid", r"\.(?:ti|ab|tw|mp|sh|pt|fs|kw|hw|ti,ab|ab,ti|af|kf|nm|au|rn)[.,\s)]", 1),
    ("ovid", r"[\w)*?$\"]\.[a-z]{2}(?:,[a-z]{2})*\.(?=[\s)]|$)", 0.9),
    ("ovid", r"\bexp \*?[\"A-Za-z]", 1),
    ("ovid", r"\badj\d*\b", 1),
    ("ovid", r"\b(?:or|and)/\d|\d/(?:or|and)\b", 2),
    ("ovid", r"[A-Za-z)]/(?=\s|$|\))(?!exp|de|mj)", 0.7),
    ("ovid", r"^\s*limit \d+ to", 2),
    ("ovid", r"\w\$", 0.2),
    ("ovid", r"^\s*(?:\d+\.?\s+)?\d+ (?:and|or|not) \d", 0.8),
    ("pubmed", r"\[(?:tiab|tw|ti|ab|mh|mesh|majr|pt|sh|ptyp|nm|sb|all fields|mesh terms|title"
     r"|title/abstract|pdat|dp|text ?word|mesh ?: ?no ?exp|publication type|la)\b[^\]]*\]", 1.2),
    ("embase", r"'[^']+'/(?:exp|de|mj)|/(?:exp|de)\b(?:/mj)?", 2),
    ("embase", r":(?:ti|ab|kw|ti,ab|ab,ti|ti,ab,kw|de|lnk|it)\b", 0.6),
    ("embase", r"'[^']+':[a-z]{2}\b|'[^']+'/[a-z]{2}\b", 1.5),
    ("embase", r"\]/lim\b|\]/py\b", 3),
    ("cochrane", r"mesh descriptor", 3),
    ("cochrane", r"\[mh [\"^\w]", 3),
    ("cochrane", r":ti,ab,kw\b", 2),
    ("cochrane", r"\bnext\b(?!/)", 1.5),
    ("cochrane", r"\bnear\b(?!/)", 0.5),
    ("cochrane", r"\bin (?:Trials|Cochrane (?:Reviews|Protocols|Groups))\b", 2),
    ("cochrane", r"[\"\w)]:(?:pt|au|so|an|kw|ti|ab)\b", 0.3),
    ("cochrane", r"\{(?:and|or) #\d|#\d+-#\d+", 2),
    ("cochrane", r"(?-i:[A-Z*]:(?:ME|TI|AB|KW)\b)", 2),
    ("ebsco", r"\((?:MH|MM|DE) |\b(?:MH|MM) \"", 2),
    ("ebsco", r"\b(?:DE|MH|MM|MJ) \"", 1),
    ("ebsco", r"\b(?:TI|AB|SU|KW|XB|ZT|SO|EM|TX|MW|PT|AU) (?=[\w(\"*])", 1),
    ("ebsco", r"\b[NW]\d{1,2}\b", 0.8),
    ("ebsco", r"\bS\d+\b", 0.8),
    ("wos", r"\b(?:TS|TI|AB|AK|AU|SO|KP|ALL|WC|FPY|DT|PY)\s*=", 2),
    ("wos", r"\b(?:TOPIC|TITLE|DOCUMENT TYPES|LANGUAGE): ?\(|Indexes ?[=:]|Timespan ?[=:]", 2),
    ("scopus", r"\b(?:TITLE-ABS-KEY|TITLE-ABS|INDEXTERMS|TITLE|KEY|ABS|AUTHKEY|DOCTYPE|ALL"
     r"|TITLE-ABS-KEY-AUTH|AUTHLASTNAME|SRCTITLE|REFTITLE|LIMIT-TO|AFFIL|PMID|DOI)\s*\(", 2),
    ("scopus", r"\bAND NOT\b", 0.5),
    ("scopus", r"\bW/\d+|\bPRE/\d+|PUBYEAR", 1.5),
    ("proquest", r"\b(?:MESH|EMB|MJMESH|MJEMB|MAINSUBJECT|SUBJECT|SU)\.EXACT\b", 4),
    ("proquest", r"\b(?:noft|TI\s*,\s*AB(?:\s*,\s*\w\w)*|AB\s*,\s*TI(?:\s*,\s*\w\w)*)\s*\(", 3),
    ("proquest", r"\b(?:ti|ab|su|TI|AB|SU)\(", 0.6),
    ("ctgov", r"\bAREA\[", 3),
    ("lilacs", r"\b(?:mh|tw|ti|ab|pt):[\"(\w]", 1.5),
    ("hta", r"\[(?:mhe|abs|title)\]", 1.1),
)  # fmt: skip


def detect(text: str) -> PlatformName:
    """Guess the platform; PubMed where there is no sign of any.

    Examples
    --------
    >>> detect("'motor neuropathy'/exp AND ivig:ti,ab")
    'embase'
    >>> detect("(MH Pain+) OR TI pain*")
    'ebsco'
    """
    score: dict[PlatformName, float] = {}
    sample = text[:200_000]
    for name, sign, weight in _SIGNS:
        flags = re.MULTILINE if name in ("ebsco", "wos", "scopus") else re.MULTILINE | re.I
        found = len(re.findall(sign, sample, flags))
        if found:
            score[name] = score.get(name, 0) + weight * found
    return max(score, key=lambda name: score[name]) if score else "pubmed"
