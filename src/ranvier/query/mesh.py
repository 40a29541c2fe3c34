"""MeSH: narrower headings from a descriptor file that the user points at, and subheadings."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ranvier.errors import InputError

__all__ = ["QUALIFIER_NAMES", "MeshTree", "qualifier", "read_mesh"]

#: MeSH subheadings: two letters -> name (NLM).
QUALIFIER_NAMES: Mapping[str, str] = {
    "ab": "abnormalities", "ad": "administration & dosage", "ae": "adverse effects",
    "ag": "agonists", "aa": "analogs & derivatives", "an": "analysis",
    "ah": "anatomy & histology", "ai": "antagonists & inhibitors", "bi": "biosynthesis",
    "bs": "blood supply", "bl": "blood", "cf": "cerebrospinal fluid",
    "cs": "chemical synthesis", "ci": "chemically induced", "ch": "chemistry",
    "cl": "classification", "co": "complications", "cn": "congenital", "cy": "cytology",
    "df": "deficiency", "di": "diagnosis", "dg": "diagnostic imaging", "dh": "diet therapy",
    "de": "drug effects", "dt": "drug therapy", "ec": "economics", "ed": "education",
    "em": "embryology", "en": "enzymology", "ep": "epidemiology", "es": "ethics",
    "eh": "ethnology", "et": "etiology", "ge": "genetics", "gd": "growth & development",
    "hi": "history", "im": "immunology", "in": "injuries", "ir": "innervation",
    "is": "instrumentation", "ip": "isolation & purification", "lj": "legislation & jurisprudence",
    "me": "metabolism", "mt": "methods", "mi": "microbiology", "mo": "mortality",
    "nu": "nursing", "og": "organization & administration", "ps": "parasitology",
    "py": "pathogenicity", "pa": "pathology", "pk": "pharmacokinetics", "pd": "pharmacology",
    "pp": "physiopathology", "ph": "physiology", "po": "poisoning", "pc": "prevention & control",
    "px": "psychology", "re": "radiation effects", "rt": "radiotherapy", "rh": "rehabilitation",
    "sc": "secondary", "st": "standards", "sn": "statistics & numerical data",
    "sd": "supply & distribution", "su": "surgery", "tu": "therapeutic use", "th": "therapy",
    "to": "toxicity", "tm": "transmission", "tr": "transplantation", "td": "trends",
    "ul": "ultrastructure", "ur": "urine", "ut": "utilization", "ve": "veterinary",
    "vi": "virology",
}  # fmt: skip

_LETTERS = {name: letters for letters, name in QUALIFIER_NAMES.items()}


def qualifier(said: str) -> str:
    """Return the two letters of a subheading, however it is written; what is none stays.

    Examples
    --------
    >>> qualifier("Drug Therapy"), qualifier("adverse effects"), qualifier("DT")
    ('dt', 'ae', 'dt')
    >>> qualifier("administration and dosage")
    'ad'
    """
    plain = " ".join(said.casefold().split())
    return _LETTERS.get(plain) or _LETTERS.get(plain.replace(" and ", " & "), plain)


@dataclass(frozen=True, slots=True)
class MeshTree:
    """Headings and their places in the tree.

    Attributes
    ----------
    places : Mapping of str to tuple of str
        Heading, lower case, to its tree numbers.
    preferred : Mapping of str to str
        Entry term, lower case, to its heading, lower case.
    """

    places: Mapping[str, tuple[str, ...]]
    preferred: Mapping[str, str] = field(default_factory=dict)
    _sorted: list[tuple[str, str]] = field(default_factory=list, repr=False)

    @classmethod
    def of(cls, headings: Iterable[tuple[str, Iterable[str], Iterable[str]]]) -> MeshTree:
        """Build it from (heading, tree numbers, entry terms)."""
        places: dict[str, tuple[str, ...]] = {}
        preferred: dict[str, str] = {}
        for name, numbers, entries in headings:
            key = name.casefold()
            places[key] = tuple(numbers)
            preferred.update((entry.casefold(), key) for entry in entries)
        ordered = sorted((number, key) for key, held in places.items() for number in held)
        return cls(places, preferred, ordered)

    def heading(self, name: str) -> str | None:
        """Find the heading of a name or entry term, lower case; None if MeSH does not know it."""
        key = name.casefold()
        return key if key in self.places else self.preferred.get(key)

    def exploded(self, name: str) -> frozenset[str]:
        """Return a heading and all narrower ones, lower case; itself alone if it is not known.

        Examples
        --------
        >>> tree = MeshTree.of([("Pain", ["C1"], []), ("Back Pain", ["C1.2"], ["Backache"])])
        >>> sorted(tree.exploded("pain"))
        ['back pain', 'pain']
        """
        from bisect import bisect_left

        key = self.heading(name) or name.casefold()
        found = {key}
        for number in self.places.get(key, ()):
            below = f"{number}."
            i = bisect_left(self._sorted, (below, ""))
            while i < len(self._sorted) and self._sorted[i][0].startswith(below):
                found.add(self._sorted[i][1])
                i += 1
        return frozenset(found)


def read_mesh(path: str | Path) -> MeshTree:
    """Read NLM's descriptor file: XML (``desc2026.xml``) or ASCII (``d2026.bin``).

    Raises
    ------
    InputError
        If the file is neither.
    """
    file = Path(path)
    if not file.is_file():
        raise InputError(
            f"there is no file {file}.", remedy="Download desc….xml or d….bin of MeSH from NLM."
        )
    with file.open("rb") as opened:
        start = opened.read(2000)
    found = list(_xml(file) if start.lstrip().startswith(b"<") else _ascii(file))
    if not found:
        raise InputError(
            "this holds no headings of MeSH.",
            file=str(file),
            remedy="Point at desc….xml or d….bin, as NLM distributes them.",
        )
    return MeshTree.of(found)


def _xml(file: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    """Read descriptor records one at a time."""
    try:
        for _, record in ET.iterparse(file):
            if record.tag != "DescriptorRecord":
                continue
            name = record.findtext("DescriptorName/String") or ""
            numbers = [n.text or "" for n in record.iterfind("TreeNumberList/TreeNumber")]
            terms = [t.text or "" for t in record.iterfind(".//Term/String")]
            yield name, numbers, [t for t in terms if t != name]
            record.clear()
    except ET.ParseError as error:
        raise InputError(
            f"this XML is broken: {error}.", file=str(file), remedy="Download it again."
        ) from error


def _ascii(file: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    """Read ``MH = ``, ``MN = ``, ``ENTRY = `` lines."""
    name, numbers, entries = "", list[str](), list[str]()
    with file.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            match = re.match(r"(\*NEWRECORD|MH|MN|ENTRY|PRINT ENTRY)(?: = (.*))?", line.strip())
            if match is None:
                continue
            if match[1] == "*NEWRECORD":
                if name:
                    yield name, numbers, entries
                name, numbers, entries = "", [], []
            elif match[1] == "MH":
                name = match[2] or ""
            elif match[1] == "MN":
                numbers.append(match[2] or "")
            else:
                entries.append((match[2] or "").split("|")[0])
    if name:
        yield name, numbers, entries
