"""Files of records for the tests of the pages."""

from __future__ import annotations

__all__ = ["TWINS", "ris"]


def ris(first: int, last: int, *, start: str = "Zinc for the common cold, part") -> bytes:
    """Records that are no duplicates of each other, numbered from `first` to `last`."""
    return b"".join(
        (
            f"TY  - JOUR\nTI  - {start} {n} {['alpha', 'beta', 'gamma', 'delta'][n % 4]}\n"
            f"AU  - Author{n}, A.\nPY  - {1980 + n % 40}\nJO  - Journal {n % 7}\nVL  - {n}\n"
            f"SP  - {100 * n}\nDO  - 10.1000/{start[:4].lower()}{n}\n"
            f"AB  - Abstract {n}.\nER  - \n\n"
        ).encode()
        for n in range(first, last + 1)
    )


#: One pair that is surely one report, and a third record about which a person is asked.
TWINS = b"""id,title,authors,year,journal,volume,pages
m1,"IVIg in <i>multifocal</i> motor neuropathy: a trial","Leger, JM; B, C",2001,Brain,124,145-153
e1,"IVIG in <i>multifocal</i> motor neuropathy: a trial.","Leger JM; B C",2001,Brain,124,145-53
x1,"IVIg in <i>multifocal</i> motor neuropathy: a trial","Leger, JM; B, C",2001,Brain,124,733-741
"""
