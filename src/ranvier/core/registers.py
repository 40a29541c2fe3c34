"""Trial registers: how the numbers of each look in running text.

`REGISTERS` is data: one row for each register, with the words that must occur before its pattern
is tried at all, because most records name no trial.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["REGISTERS", "find_registry_ids"]


@dataclass(frozen=True, slots=True)
class Register:
    """A register of trials: how its numbers look, and how it writes them itself."""

    name: str
    words: tuple[str, ...]
    pattern: re.Pattern[str]
    written: str


def _register(name: str, words: str, pattern: str, written: str) -> Register:
    return Register(name, tuple(words.split()), re.compile(pattern), written)


#: Patterns see text in capitals; `written` is filled with the groups that matched.
REGISTERS: tuple[Register, ...] = (
    _register(
        "ClinicalTrials.gov", "NCT", r"NCT(?<![A-Z0-9]NCT)[\s:#-]{0,3}(\d{8})(?!\d)", "NCT{}"
    ),
    _register("ISRCTN", "ISRCTN", r"ISRCTN[\s:#-]{0,3}(\d{8})(?!\d)", "ISRCTN{}"),
    _register(
        "EudraCT",
        "-",
        r"(?<![\d-])(?:EUCTR)?((?:19|20)\d\d-\d{6}-\d\d)(?!-\d\d-\d\d)(?!\d)",
        "{}",
    ),
    _register("CTIS", "-", r"(?<![\d-])(20\d\d-5\d{5}-\d\d-\d\d)(?!\d)", "{}"),
    _register(
        "ChiCTR", "CHICTR", r"CHICTR[\s:]{0,2}((?:-?[A-Z]{2,5}-|-)?\d{8,10})(?!\d)", "ChiCTR{}"
    ),
    _register("ANZCTR", "ACTRN", r"ACTRN[\s:-]{0,2}(\d{14})(?!\d)", "ACTRN{}"),
    _register("UMIN", "UMIN", r"UMIN(?<![A-Z0-9]UMIN)[\s:-]{0,2}(\d{9})(?!\d)", "UMIN{}"),
    _register("UMIN", "UMIN", r"\b(?:JPRN-)?C0{0,3}(\d{9})(?=[^\d]*UMIN)", "UMIN{}"),
    _register("jRCT", "JRCT", r"JRCT[\s:-]{0,2}([S]?\d{9,10})(?!\d)", "jRCT{}"),
    _register("JapicCTI", "JAPICCTI", r"JAPICCTI[\s:-]{0,2}(\d{6})(?!\d)", "JapicCTI-{}"),
    _register("DRKS", "DRKS", r"DRKS(?<![A-Z0-9]DRKS)[\s:-]{0,2}(\d{8})(?!\d)", "DRKS{}"),
    _register("PACTR", "PACTR", r"PACTR(?<![A-Z0-9]PACTR)[\s:-]{0,2}(\d{15,16})(?!\d)", "PACTR{}"),
    _register(
        "CTRI",
        "CTRI",
        r"CTRI(?<![A-Z0-9]CTRI)[\s:/-]{0,2}(\d{4})[/-](\d{2,3})[/-](\d{6})(?!\d)",
        "CTRI/{}/{}/{}",
    ),
    _register("NTR", "NTR", r"NTR(?<![A-Z0-9]NTR)[\s:-]{0,2}(\d{1,5})(?!\d)", "NTR{}"),
    _register("LTR", "NL-OMON", r"NL-OMON(?<![A-Z0-9]NL-OMON)(\d{4,6})(?!\d)", "NL-OMON{}"),
    _register("TCTR", "TCTR", r"TCTR(?<![A-Z0-9]TCTR)[\s:-]{0,2}(\d{11})(?!\d)", "TCTR{}"),
    _register(
        "IRCT",
        "IRCT",
        r"IRCT(?<![A-Z0-9]IRCT)[\s:-]{0,2}(\d{8,16}N\d{1,3}|\d{12,18}N\d{1,3})(?!\d)",
        "IRCT{}",
    ),
    _register("CRIS", "KCT", r"KCT(?<![A-Z0-9]KCT)[\s:-]{0,2}(\d{7})(?!\d)", "KCT{}"),
    _register("ReBEC", "RBR", r"RBR(?<![A-Z0-9]RBR)-?\s?([0-9B-DF-HJ-NP-TV-Z]{6,8})\b", "RBR-{}"),
    _register("REPEC", "PER-", r"PER-(?<![A-Z0-9]PER-)(\d{3}-\d{2})(?!\d)", "PER-{}"),
    _register(
        "SLCTR",
        "SLCTR",
        r"SLCTR(?<![A-Z0-9]SLCTR)[\s:/-]{0,2}(\d{4})[/-](\d{3})(?!\d)",
        "SLCTR/{}/{}",
    ),
    _register("LBCTR", "LBCTR", r"LBCTR(?<![A-Z0-9]LBCTR)[\s:-]{0,2}(\d{10})(?!\d)", "LBCTR{}"),
    _register("RPCEC", "RPCEC", r"RPCEC(?<![A-Z0-9]RPCEC)[\s:-]{0,2}(\d{8})(?!\d)", "RPCEC{}"),
    _register(
        "ITMCTR", "ITMCTR", r"ITMCTR(?<![A-Z0-9]ITMCTR)[\s:-]{0,2}(\d{10})(?!\d)", "ITMCTR{}"
    ),
    _register(
        "HKUCTR", "HKUCTR", r"HKUCTR(?<![A-Z0-9]HKUCTR)[\s:-]{0,2}(\d{1,5})(?!\d)", "HKUCTR-{}"
    ),
)

#: EudraCT and CTIS numbers have no letters of their own: this is what their middles look like.
_DASHED = re.compile(rb"-\d{6}-\d\d")

#: One of these stands in every number of every other register, and most records have none. Text is
#: looked through without what can be in none of them, which is four times faster than as it stands.
_LETTERS = re.compile(b"NCT|CTR|RCT|CTN|UMIN|DRKS|NTR|NL-OM|KCT|RBR|PER-[0-9]|RPCEC|APICC")
_IN_NONE = bytes(range(ord("a"), ord("z") + 1)) + b".,;:()[]'\"&=?/_"


def find_registry_ids(text: str) -> tuple[str, ...]:
    """Find trial registrations in text, each once, as their registers write them.

    Examples
    --------
    >>> find_registry_ids("ClinicalTrials.gov NCT 00666263; EudraCT number 2009-012265-11")
    ('NCT00666263', '2009-012265-11')
    """
    whole = text.encode("utf-8", "replace")
    rest = whole.translate(None, _IN_NONE)
    dashed = _DASHED.search(rest) is not None and _DASHED.search(whole) is not None
    if not (
        dashed
        or _LETTERS.search(rest) is not None
        # The same in small letters, as addresses have them.
        or b"nct0" in whole or b"isrctn" in whole or b"chictr" in whole or b"apicC" in whole
    ):  # fmt: skip
        return ()
    capitals = text.upper()
    found: dict[int, str] = {}
    for register in REGISTERS:
        for word in register.words:
            if word not in capitals:
                continue
            if word == "-" and not dashed:
                continue
            for match in register.pattern.finditer(capitals):
                found.setdefault(match.start(), register.written.format(*match.groups()))
            break
    return tuple(dict.fromkeys(found[at] for at in sorted(found))) if found else ()
