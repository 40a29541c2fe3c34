"""Names of studies: ``Surname Year``, with a letter where two would be called the same."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable
from itertools import count
from string import ascii_lowercase

from ranvier.core.record import Record, person

__all__ = ["id_for", "labels", "plain_label"]


def plain_label(record: Record) -> str:
    """Call a study by the first author and the year of a report, as Cochrane reviews do.

    A report without authors is called by its registration, else by the first words of its title.

    Examples
    --------
    >>> plain_label(Record(id="r", title="IVIg", authors=("van den Berg LH",), year=1995))
    'Van den Berg 1995'
    >>> plain_label(Record(id="r", title="Zinc", registry_id="NCT00666263", year=2008))
    'NCT00666263'
    """
    first = next(iter(record.authors), "")
    if first:
        name = first if first in record.groups else person(first).family or first
        name = name[:1].upper() + name[1:]
        return f"{name} {record.year}" if record.year else name
    if record.registry_id:
        return record.registry_id
    words = " ".join(record.title.split()[:4]) or record.id
    return f"{words} {record.year}" if record.year else words


def labels(plain: Iterable[str], *, taken: Collection[str]) -> tuple[str, ...]:
    """Give each of several new studies a name of its own.

    Names that stand are left alone, since others may have cited them; of several new ones that
    would be called the same, the first is ``a``.

    Parameters
    ----------
    plain : iterable of str
        What each would be called.
    taken : collection of str
        Names of the studies there are.

    Examples
    --------
    >>> labels(["Hahn 2013", "Petrova 2020"], taken=[])
    ('Hahn 2013', 'Petrova 2020')
    >>> labels(["Hahn 2013", "Hahn 2013"], taken=[])
    ('Hahn 2013a', 'Hahn 2013b')
    >>> labels(["Hahn 2013", "Hahn 2013"], taken=["Hahn 2013"])
    ('Hahn 2013b', 'Hahn 2013c')
    """
    wanted = list(plain)
    held = {name.casefold() for name in taken}
    often = Counter(name.casefold() for name in wanted)
    named: list[str] = []
    for name in wanted:
        said = name
        if often[name.casefold()] > 1 or name.casefold() in held:
            # The one that stands without a letter is as good as the first.
            begin = 1 if name.casefold() in held else 0
            said = next(
                lettered
                for n in count(begin)
                if (lettered := name + _letters(n)).casefold() not in held
            )
            named.append(said)
            held.add(said.casefold())
            continue
        named.append(said)
        held.add(said.casefold())
    return tuple(named)


def _letters(n: int) -> str:
    """Return a, b, ... z, aa, ab ..."""
    more, at = divmod(n, len(ascii_lowercase))
    return (_letters(more - 1) if more else "") + ascii_lowercase[at]


def id_for(label: str, *, taken: Collection[str]) -> str:
    """Return an id that can stand in an address, and that nothing else has or had.

    Examples
    --------
    >>> id_for("Léger 2001", taken=[]), id_for("Léger 2001", taken=["leger-2001"])
    ('leger-2001', 'leger-2001-2')
    """
    bare = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().casefold()
    id = re.sub(r"[^a-z0-9]+", "-", bare).strip("-")[:48] or "study"
    return next(one for n in count(1) if (one := id if n == 1 else f"{id}-{n}") not in taken)
