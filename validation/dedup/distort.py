"""Distort the records of labelled sets as vendors do, and count what deduplication still finds.

Run ``python validation/dedup/distort.py [--share 0.1] [--times 5] [--show] [FILES...]``; FILES are
the labelled sets of ``RANVIER_REFERENCE/dedup`` unless given. One record of each publication is
kept; of some a copy is written as another source might write it, with the named distortion and two
more drawn at random. All are deduplicated as any review: so the truth is known without labels.

Printed for each distortion: copies, merged rightly, of the others those asked about (as in a
review: at most `ask_most` of the records) and those that were never compared. Then, of other
reports made from the works (a second part, an erratum, a companion on other patients ...), those
wrongly merged with them; then, set by set, works lost among the copies.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ranvier.core.record import Record
from ranvier.dedup import Index, deduplicate, update
from ranvier.dedup.labelled import Labelled, read_labelled

ROOT = Path(__file__).parents[2]
MORE = 2
OUTCOMES = ("merged", "asked", "kept apart", "not compared")
_SMALL = frozenset(("of", "the", "and", "in", "for", "on", "de", "der", "und", "&"))
_BRITISH = {
    "emia": "aemia", "tumor": "tumour", "ization": "isation", "color": "colour",
    "pediatric": "paediatric", "behavior": "behaviour", "center": "centre",
}  # fmt: skip
_SECTIONS = ("Original article: ", "Research Paper - ", "Invited article. ")
_TAILS = (" [Article in German]", " [French]", " [45 refs]", " [see comment]", " (Review)")


def plain(text: str) -> str:
    """Lose the diacritics, and what is no ASCII."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def abbreviated(journal: str, draw: random.Random) -> str:
    """Abbreviate a journal as ISO 4 does, near enough, with or without points."""
    words = [w for w in re.split(r"[\s/-]+", journal) if w.lower() not in _SMALL]
    if len(words) < 2:
        return journal
    point = draw.choice(("", "."))
    short = [w if len(w) < 6 else w[: draw.choice((3, 4, 5))] + point for w in words]
    return " ".join(short)


def initialled(name: str, draw: random.Random) -> str:
    """Write an author as surname and initials, the way of another platform."""
    family, comma, given = name.partition(",")
    if not comma:
        return name.upper() if draw.random() < 0.2 else name.replace(".", "")
    letters = [w[0] for w in re.split(r"[\s.-]+", given) if w]
    said = draw.choice(("{f} {i}", "{f}, {p}", "{i} {f}", "{f}, {i}"))
    return said.format(f=family, i="".join(letters), p=" ".join(f"{x}." for x in letters)).strip()


def cut(title: str) -> str:
    """Leave the subtitle out."""
    head = re.split(r":\s| - |\? ", title, maxsplit=1)[0]
    return head if len(head) >= 15 else title


def mistyped(title: str, draw: random.Random) -> str:
    """Make two slips within words: letters swapped, or one left out."""
    letters = list(title)
    for _ in range(2):
        inner = [k for k in range(1, len(letters) - 2) if "".join(letters[k - 1 : k + 3]).isalpha()]
        if len(inner) > 10:
            k = draw.choice(inner)
            if draw.random() < 0.5:
                letters[k], letters[k + 1] = letters[k + 1], letters[k]
            else:
                del letters[k]
    return "".join(letters)


def spelt(title: str) -> str:
    """Spell as in Britain."""
    for ours, theirs in _BRITISH.items():
        title = re.sub(rf"\b(\w*){ours}", rf"\g<1>{theirs}", title)
    return title


def repaged(pages: str, draw: random.Random) -> str:
    """Write pages another way."""
    found = re.match(r"^([A-Za-z]*)(\d+)\s*-+\s*[A-Za-z]*(\d+)$", pages)
    if not found:
        return f"p. {pages}"
    letter, first, last = found.groups()
    if len(first) == len(last):
        short = last[next((k for k in range(len(last)) if first[k] != last[k]), len(last) - 1) :]
    else:
        short = last
    forms = (f"{letter}{first}-{short}", f"{letter}{first}", f"pp. {letter}{first}–{letter}{last}",
             f"{letter}{first}--{letter}{last}")  # fmt: skip
    return draw.choice(forms)


Distortion = Callable[[Record, random.Random], Record]

#: In this order: a subtitle is cut before brackets are put around what is left.
DISTORTIONS: dict[str, Distortion] = {
    "journal abbreviated": lambda r, d: replace(
        r, journal=abbreviated(r.journal, d) if r.journal else None
    ),
    "journal missing": lambda r, d: replace(r, journal=None),
    "DOI missing": lambda r, d: replace(r, doi=None),
    "abstract missing": lambda r, d: replace(r, abstract=None),
    "pages written otherwise": lambda r, d: replace(
        r, pages=repaged(r.pages, d) if r.pages else None
    ),
    "pages missing": lambda r, d: replace(r, pages=None),
    "volume and issue missing": lambda r, d: replace(r, volume=None, issue=None),
    "issue missing": lambda r, d: replace(r, issue=None),
    "online first": lambda r, d: replace(
        r, year=r.year - 1 if r.year else None, volume=None, issue=None, pages=None
    ),
    "authors as initials": lambda r, d: replace(
        r, authors=tuple(initialled(a, d) for a in r.authors)
    ),
    "first three authors": lambda r, d: replace(r, authors=r.authors[:3]),
    "first author only": lambda r, d: replace(r, authors=r.authors[:1]),
    "no authors": lambda r, d: replace(r, authors=()),
    "subtitle cut": lambda r, d: replace(r, title=cut(r.title)),
    "British spelling": lambda r, d: replace(r, title=spelt(r.title)),
    "diacritics lost": lambda r, d: replace(
        r, title=plain(r.title), authors=tuple(map(plain, r.authors))
    ),
    "slips in the title": lambda r, d: replace(r, title=mistyped(r.title, d)),
    "title translated otherwise": lambda r, d: replace(
        r, title=f"[{' '.join(word[::-1] for word in r.title.split())}]"
    ),
    "title in capitals": lambda r, d: replace(r, title=r.title.upper()),
    "section before the title": lambda r, d: replace(r, title=d.choice(_SECTIONS) + r.title),
    "title in brackets": lambda r, d: replace(r, title=f"[{r.title.rstrip('.')}]"),
    "title with a tail": lambda r, d: replace(r, title=r.title.rstrip(".") + d.choice(_TAILS)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A record written as another source might write it."""

    record: Record
    of: str
    distortion: str


#: Never drawn in addition: with it, little is left to go by.
_HARDEST = frozenset(("title translated otherwise", "no authors"))


def distorted(works: list[Record], share: float, draw: random.Random) -> list[Copied]:
    """Copy some of the works, each distortion as often as any other, with more at random."""
    left = draw.sample(works, int(len(works) * share))
    names = list(DISTORTIONS)
    turn: list[str] = []
    copies: list[Copied] = []
    for work in left:
        turn = turn or draw.sample(names, len(names))
        name = turn.pop()
        more = draw.sample([n for n in names if n != name and n not in _HARDEST], MORE)
        record = replace(work, id=f"copy-{work.id}")
        told = False
        for each in names:
            if each == name or each in more:
                bent = DISTORTIONS[each](record, draw)
                told = told or (each == name and bent != record)
                record = bent
        if told:
            copies.append(Copied(record=record, of=work.id, distortion=name))
    return copies


#: Another report, however alike: none of these may be merged with what it was made from.
TRAPS: dict[str, Distortion] = {
    "second part": lambda r, d: elsewhere(r, d, title=r.title.rstrip(".") + ". Part 2"),
    "next year's edition": lambda r, d: elsewhere(
        r, d, year=(r.year or 2000) + 1, volume=raised(r.volume)
    ),
    "erratum": lambda r, d: elsewhere(r, d, title=f"Erratum: {r.title}"),
    "reply": lambda r, d: elsewhere(r, d, title=f"{r.title.rstrip('.')}: authors' reply"),
    "companion": lambda r, d: elsewhere(r, d, title=swapped(r.title, d)),
    "conference abstract": lambda r, d: elsewhere(
        r, d, year=(r.year or 2000) - 1, type="conference abstract", volume=None, issue=None
    ),
}


def elsewhere(record: Record, draw: random.Random, **changes: object) -> Record:
    """Write another report of the same authors, on other pages."""
    first = draw.randrange(3000, 6000)
    pages = draw.choice((f"{first}", f"{first}-{first + 7}"))
    return replace(
        record, **{"doi": None, "pmid": None, "abstract": None, "pages": pages} | changes
    )


def raised(number: str | None) -> str:
    """Count a volume on."""
    found = re.match(r"\d+", number or "")
    return str(int(found[0]) + 1) if found else "2"


def swapped(title: str, draw: random.Random) -> str:
    """Put another population, organ or drug for a word of a title."""
    words = title.split()
    long = [k for k, word in enumerate(words) if len(word) > 5]
    if long:
        words[draw.choice(long)] = draw.choice(("children", "women", "outpatients", "placebo"))
    return " ".join(words)


def trapped(works: list[Record], share: float, draw: random.Random) -> list[Copied]:
    """Make other reports out of some of the works; of those that were printed, a later edition."""
    names = list(TRAPS)
    return [
        Copied(record=replace(TRAPS[name](work, draw), id=f"trap-{work.id}"), of=work.id,
               distortion=name)
        for work in draw.sample(works, int(len(works) * share))
        for name in [draw.choice(names)]
        if name != "next year's edition" or work.volume
    ]  # fmt: skip


@dataclass(slots=True)
class Outcome:
    """What became of the copies: (distortion, outcome) -> how many, and what else came of it."""

    counts: Counter[tuple[str, str]]
    records: int
    works_lost: int
    asked_records: int


def outcome_of(labelled: Labelled, share: float, seed: int, *, shown: bool) -> Outcome:
    """Deduplicate one record of each publication together with the copies."""
    draw = random.Random(f"{seed} {labelled.name}")
    first: dict[str, Record] = {}
    for record, work in zip(labelled.records, labelled.truth, strict=True):
        if record.title:
            first.setdefault(work, record)
    works = list(first.values())
    copies, traps = distorted(works, share, draw), trapped(works, share, draw)
    index = Index()
    found = update(index, since=index.add([*works, *(c.record for c in copies)]))
    compared = set(map(tuple, index.pairs().tolist()))
    home = {id: cluster[0] for cluster in found.clusters for id in cluster}
    asked = {frozenset((home.get(q.a, q.a), home.get(q.b, q.b))) for q in found.questions}
    counts: Counter[tuple[str, str]] = Counter()
    for copy in copies:
        pair = (copy.of, copy.record.id)
        homes = frozenset(home.get(id, id) for id in pair)
        if len(homes) == 1:
            outcome = "merged"
        elif homes in asked:
            outcome = "asked"
        elif tuple(sorted(map(index.position, pair))) in compared:
            outcome = "kept apart"
        else:
            outcome = "not compared"
        counts[copy.distortion, outcome] += 1
        if shown and outcome != "merged":
            print(f"{outcome}: {copy.distortion}\n  {copy.record}")
    caught = deduplicate([*works, *(t.record for t in traps)]).clusters
    home = {id: cluster[0] for cluster in caught for id in cluster}
    for trap in traps:
        held = home.get(trap.of, trap.of) == home.get(trap.record.id, trap.record.id)
        counts[trap.distortion, "merged" if held else "kept apart"] += 1
        if shown and held:
            print(f"wrongly merged: {trap.distortion}\n  {trap.record}")
    return Outcome(
        counts,
        records=len(index),
        works_lost=sum(len({i.removeprefix("copy-") for i in c}) - 1 for c in found.clusters),
        asked_records=len({id for q in found.questions for id in (q.a, q.b)}),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--share", type=float, default=0.1, help="of the works that are copied")
    parser.add_argument("--times", type=int, default=5, help="how often, each time others")
    parser.add_argument("--show", action="store_true", help="print each copy that was not merged")
    given = parser.parse_args()
    reference = Path(os.environ.get("RANVIER_REFERENCE", ROOT.parent / "shared" / "reference"))
    files = given.files or sorted((reference / "dedup").glob("*.csv*"))
    whole: Counter[tuple[str, str]] = Counter()
    sets = Table("set", "records", "copies", *OUTCOMES, "works lost", "records asked", box=None)
    for file in files:
        labelled = read_labelled(file.name, file.read_bytes())
        found = [
            outcome_of(labelled, given.share, seed, shown=given.show) for seed in range(given.times)
        ]
        by = Counter[str]()
        for each in found:
            whole += each.counts
            for (name, outcome), n in each.counts.items():
                by[outcome] += n if name in DISTORTIONS else 0
        told = (sum(f.records for f in found), by.total(), *(by[o] for o in OUTCOMES),
                sum(f.works_lost for f in found), sum(f.asked_records for f in found))  # fmt: skip
        sets.add_row(labelled.name, *map(str, told))
    caught = Table("other report", "made", "merged (wrongly)", box=None)
    for name in TRAPS:
        wrong, right = (whole[name, o] for o in ("merged", "kept apart"))
        caught.add_row(name, str(wrong + right), str(wrong))
    kinds = Table("distortion", "copies", *OUTCOMES, box=None)
    for name in DISTORTIONS:
        row = [whole[name, o] for o in OUTCOMES]
        kinds.add_row(name, str(sum(row)), *map(str, row))
    totals = [sum(whole[name, outcome] for name in DISTORTIONS) for outcome in OUTCOMES]
    kinds.add_row("all", str(sum(totals)), *map(str, totals))
    Console(width=140).print(kinds)
    Console(width=140).print(caught)
    Console(width=140).print(sets)


if __name__ == "__main__":
    main()
