"""The records that the classifier of study designs is learnt from and measured on."""

from __future__ import annotations

import gzip
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

__all__ = ["REFERENCE", "Text", "gold", "held_out", "unlabelled"]

ROOT = Path(__file__).parents[2]
REFERENCE = Path(os.environ.get("RANVIER_REFERENCE", ROOT.parent / "shared" / "reference"))


@dataclass(frozen=True, slots=True)
class Text:
    """One record: where it is from, what it says, and its label if it has one."""

    source: str
    id: str
    title: str
    abstract: str
    trial: int | None = None
    types: tuple[str, ...] = ()


def gold() -> dict[str, list[Text]]:
    """Return the labelled records, by source."""
    design = REFERENCE / "screening" / "design"
    pubmed = [
        Text("pubmed2019", row["pmid"], row["title"], row["abstract"], row["randomized_trial"])
        for row in _parquet(design / "pubmed2019_design.parquet")
    ]
    medline = [
        Text(
            "medline_a", row["pmid"], row["title"], row["abstract"], row["pt_rct"],
            tuple(row["publication_types"].split("|")),
        )
        for row in _parquet(design / "medline_pt_a.parquet")
    ]  # fmt: skip
    return {"medline_a": _once(medline), "pubmed2019": _once(pubmed)}


def held_out() -> list[Text]:
    """Return MEDLINE records that no weight, bound or choice was learnt from."""
    known = {text.id for text in gold()["medline_a"]}
    tag = "Randomized Controlled Trial"
    rows = [
        Text("medline_b", r["pmid"], r["title"], r["abstract"], int(tag in r["pt"]), tuple(r["pt"]))
        for r in _lines(REFERENCE / "extraction" / "study_design.jsonl.gz")
    ]
    return [text for text in _once(rows) if text.id not in known]


def unlabelled() -> list[Text]:
    """Return records without a label of their design; none is among the labelled ones.

    ``trial`` is 1 in corpora that hold trials only, and 0 in one of systematic reviews.
    """
    labelled = [text for texts in (*gold().values(), held_out()) for text in texts]
    ids, titles = {t.id for t in labelled}, {_key(t.title) for t in labelled}
    found: list[Text] = []
    for text in map(_tidy, _pool()):
        key = _key(text.title)
        pmid = text.source.startswith(("cohen", "clef", "ebm_nlp", "wallace", "swift"))
        if len(key) > 10 and key not in titles and not (pmid and text.id in ids):
            titles.add(key)
            found.append(text)
    return found


def _pool() -> Iterator[Text]:
    """Yield all records without a label of their design."""
    for file in sorted((REFERENCE / "screening").glob("*.parquet")):
        for row in _parquet(file):
            yield Text(file.stem, row["id"], row["title"], row["abstract"])
    texts = REFERENCE / "extraction"
    for row in _lines(texts / "scifact" / "corpus.jsonl.gz"):
        yield Text("scifact", row["doc_id"], row["title"], " ".join(row["abstract"]))
    for row in _lines(texts / "cochrane_pls" / "reviews_val.jsonl.gz"):
        said = " ".join(f"{part['heading']}: {part['text']}" for part in row["abstract"])
        yield Text("cochrane_pls", row["doi"], row["name"], said, 0)
    for row in _lines(texts / "evidence_inference" / "articles.jsonl.gz"):
        title = re.match(r"TITLE:\s*(.*?)\n", row["text"])
        abstract = re.search(r"ABSTRACT\W*(.*?)(?:\n\n\nBODY|\nBODY|$)", row["text"], re.S)
        if title and abstract:
            yield Text("evidence_inference", row["pmcid"], title[1], abstract[1][:4000], 1)
    for row in _lines(texts / "ebm_nlp_pio.jsonl.gz"):
        first, *rest = (_joined(sentence) for sentence in row["tokens"])
        if re.search(r"\b(?:was|were|have|background|objective|purpose|aims?)\b", first, re.I):
            first, rest = "", [first, *rest]  # it has no title
        yield Text("ebm_nlp", row["pmid"], first or rest[0][:80], " ".join(rest), 1)


def _joined(tokens: Sequence[str]) -> str:
    """Write tokens as text."""
    return re.sub(r" ([.,;:)%])", r"\1", " ".join(tokens).replace("( ", "("))


def _key(title: str) -> str:
    return re.sub(r"[^a-z0-9]", "", title.lower())


def _once(texts: Iterable[Text]) -> list[Text]:
    """Keep the first record of each id."""
    held: dict[str, Text] = {}
    for text in map(_tidy, texts):
        held.setdefault(text.id, text)
    return list(held.values())


def _tidy(text: Text) -> Text:
    """Normalise white space; nothing is an empty text."""
    title, abstract = (" ".join((said or "").split()) for said in (text.title, text.abstract))
    return replace(text, id=str(text.id), title=title, abstract=abstract)


def _parquet(file: Path) -> list[dict[str, object]]:
    found = duckdb.sql(f"select * from read_parquet('{file}')")
    names = found.columns
    return [
        {n: "" if v is None else v for n, v in zip(names, row, strict=True)}
        for row in found.fetchall()
    ]


def _lines(file: Path) -> Iterator[dict]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
