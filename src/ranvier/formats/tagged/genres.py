"""What kind of publication a record describes: the words of each format, in those of CSL."""

from __future__ import annotations

import re

__all__ = ["CSL_TO_RIS", "REFER", "RIS", "WOS", "genre_of_types"]

#: TY of RIS -> CSL.
RIS: dict[str, str] = {
    "ABST": "article-journal", "ADVS": "motion_picture", "AGGR": "dataset", "ANCIENT": "document",
    "ART": "graphic", "BILL": "bill", "BLOG": "post-weblog", "BOOK": "book", "CASE": "legal_case",
    "CHAP": "chapter", "CHART": "graphic", "CLSWK": "book", "COMP": "software",
    "CONF": "paper-conference", "CPAPER": "paper-conference", "CTLG": "book", "DATA": "dataset",
    "DBASE": "dataset", "DICT": "entry-dictionary", "EBOOK": "book", "ECHAP": "chapter",
    "EDBOOK": "book", "EJOUR": "article-journal", "ELEC": "webpage", "ENCYC": "entry-encyclopedia",
    "EQUA": "document", "FIGURE": "figure", "GEN": "document", "GENERIC": "document",
    "GOVDOC": "report", "GRANT": "document", "GRNT": "document", "HEAR": "hearing",
    "ICOMM": "personal_communication", "INPR": "article-journal", "INTV": "interview",
    "JFULL": "article-journal", "JOUR": "article-journal", "LEGAL": "legislation",
    "MANSCPT": "manuscript", "MAP": "map", "MGZN": "article-magazine", "MPCT": "motion_picture",
    "MULTI": "motion_picture", "MUSIC": "musical_score", "NEWS": "article-newspaper",
    "PAMP": "pamphlet", "PAT": "patent", "PCOMM": "personal_communication", "PREPRINT": "article",
    "RPRT": "report", "SER": "book", "SLIDE": "speech", "SOUND": "song", "STAND": "standard",
    "STAT": "legislation", "STD": "standard", "THES": "thesis", "UNBILL": "bill", "UNBILl": "bill",
    "UNPB": "manuscript", "UNPD": "manuscript", "VIDEO": "motion_picture", "WEB": "webpage",
    "UNKNOWN": "document", "OTHER": "document",
}  # fmt: skip

#: CSL -> TY of RIS, as we write it.
CSL_TO_RIS: dict[str, str] = {
    "article": "PREPRINT", "article-journal": "JOUR", "article-magazine": "MGZN",
    "article-newspaper": "NEWS", "bill": "BILL", "book": "BOOK", "chapter": "CHAP",
    "dataset": "DATA", "entry-dictionary": "DICT", "entry-encyclopedia": "ENCYC",
    "figure": "FIGURE", "graphic": "ART", "hearing": "HEAR", "interview": "INTV",
    "legal_case": "CASE", "legislation": "STAT", "manuscript": "MANSCPT", "map": "MAP",
    "motion_picture": "MPCT", "musical_score": "MUSIC", "pamphlet": "PAMP",
    "paper-conference": "CPAPER", "patent": "PAT", "personal_communication": "PCOMM",
    "post-weblog": "BLOG", "report": "RPRT", "software": "COMP", "song": "SOUND",
    "speech": "SLIDE", "standard": "STAND", "thesis": "THES", "webpage": "ELEC",
}  # fmt: skip

#: Reference types of EndNote and refer, in small letters -> CSL.
REFER: dict[str, str] = {
    "journal article": "article-journal", "electronic article": "article-journal",
    "journal": "article-journal", "magazine article": "article-magazine",
    "newspaper article": "article-newspaper", "book": "book", "edited book": "book",
    "electronic book": "book", "classical work": "book", "serial": "book", "catalog": "book",
    "book section": "chapter", "book, section": "chapter", "book chapter": "chapter",
    "electronic book section": "chapter", "conference": "paper-conference",
    "conference proceedings": "paper-conference", "conference paper": "paper-conference",
    "conference proceeding": "paper-conference", "thesis": "thesis",
    "dissertation/thesis": "thesis", "dissertation/thesis, unpublished": "thesis",
    "dissertation": "thesis", "report": "report", "government document": "report",
    "government report": "report", "web page": "webpage", "online multimedia": "webpage",
    "blog": "post-weblog", "patent": "patent", "dataset": "dataset", "online database": "dataset",
    "aggregated database": "dataset", "computer program": "software",
    "computer software": "software", "map": "map", "artwork": "graphic",
    "chart or table": "graphic",
    "figure": "figure", "film or broadcast": "motion_picture",
    "audiovisual material": "motion_picture", "motion picture": "motion_picture",
    "video/ dvd": "motion_picture", "sound recording": "song", "music": "musical_score",
    "music score": "musical_score", "dictionary": "entry-dictionary",
    "encyclopedia": "entry-encyclopedia", "manuscript": "manuscript",
    "unpublished work": "manuscript", "unpublished material": "manuscript",
    "personal communication": "personal_communication", "interview": "interview",
    "pamphlet": "pamphlet", "standard": "standard", "statute": "legislation",
    "laws/statutes": "legislation", "legal rule or regulation": "legislation",
    "bill": "bill", "bills/resolutions": "bill", "unenacted bill/resolution": "bill",
    "case": "legal_case", "case/court decisions": "legal_case", "hearing": "hearing",
    "generic": "document", "grant": "document", "ancient text": "document",
    "equation": "document", "preprint": "article", "abstract": "article-journal",
}  # fmt: skip

#: PT of Web of Science -> CSL.
WOS: dict[str, str] = {
    "J": "article-journal", "B": "book", "S": "chapter", "C": "paper-conference", "P": "patent",
    "D": "dataset", "JOURNAL": "article-journal", "BOOK": "book", "BOOK IN SERIES": "chapter",
    "CONFERENCE": "paper-conference", "PATENT": "patent", "R": "report", "T": "thesis",
}  # fmt: skip

#: Publication types, tried in order: the more special before the more common.
_TYPES: tuple[tuple[str, str], ...] = (
    (r"patent", "patent"),
    (r"book chapter|book section|chapter", "chapter"),
    (r"dissertation|thesis|theses|academic dissertation", "thesis"),
    (r"preprint", "article"),
    (r"trial registry record|registry", "registration"),
    (r"dataset|data set", "dataset"),
    (r"^journal|journal:? article|peer.?reviewed journal|^article|^review|clinical trial|editorial"
     r"|letter|comment|erratum", "article-journal"),
    (r"conference paper|proceedings? paper|meeting paper|conference abstract|meeting abstract"
     r"|conference proceeding|speeches/meeting papers|congress", "paper-conference"),
    (r"^reports?\b|technical report|government document", "report"),
    (r"^books?$|^edited book|^monograph|^guides", "book"),
    (r"newspaper", "article-newspaper"),
    (r"magazine", "article-magazine"),
    (r"web ?page|website", "webpage"),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), genre) for pattern, genre in _TYPES)


def genre_of_types(types: tuple[str, ...] | list[str]) -> str | None:
    """Tell from publication types what a record describes.

    Examples
    --------
    >>> genre_of_types(["Clinical Trial", "Journal Article"]), genre_of_types(["Patent"])
    ('article-journal', 'patent')
    """
    for pattern, genre in _COMPILED:
        if any(pattern.search(type_) for type_ in types):
            return genre
    return None
