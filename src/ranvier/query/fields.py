"""Fields of a record, and what each platform calls them."""

from __future__ import annotations

from collections.abc import Mapping

from ranvier.query.tree import ALL, TIAB, Fields

__all__ = ["ATOMS", "CODES", "OVID_CODES", "fields_of", "known_ovid"]

#: The atoms that fields are made of.
ATOMS: Mapping[str, str] = {
    "ti": "title", "ab": "abstract", "kw": "author keywords", "mh": "words of subject headings",
    "au": "author", "jn": "journal", "pt": "publication type", "fs": "subheading",
    "nm": "substance", "rn": "registry number", "la": "language", "py": "year",
    "ad": "affiliation", "id": "identifier", "ot": "original title", "date": "date of entry",
    "sb": "subset", "co": "conflict or collective name", "all": "all fields",
    "tr": "trade name", "dn": "device", "cn": "country", "pa": "pharmacological action",
}  # fmt: skip

_TEXT: Fields = frozenset({"ti", "ab", "kw", "mh", "nm", "ot"})


def _f(*atoms: str) -> Fields:
    return frozenset(atoms)


#: Ovid's two-letter codes; ``tw`` is title and abstract in MEDLINE.
OVID_CODES: Mapping[str, Fields] = {
    "ti": _f("ti"), "ab": _f("ab"), "tw": TIAB, "kw": _f("kw"), "kf": _f("kw"), "mp": _TEXT,
    "sh": _f("mh"), "hw": _f("mh"), "mh": _f("mh"), "fs": _f("fs"), "fx": _f("fs"),
    "xs": _f("fs"), "px": _f("fs"), "pt": _f("pt"), "au": _f("au"), "jn": _f("jn"),
    "jw": _f("jn"), "ja": _f("jn"), "nm": _f("nm"), "rn": _f("rn"), "la": _f("la"),
    "lg": _f("la"), "yr": _f("py"), "dp": _f("py"), "in": _f("ad"), "ad": _f("ad"),
    "af": ALL, "id": _f("kw"), "ot": _f("ot"), "to": _f("ot"), "ui": _f("id"), "an": _f("id"),
    "do": _f("id"), "rf": _f("all"), "ps": _f("mh"), "px_": _f("fs"), "oa": _f("ab"),
    "de": _f("mh"), "dm": _f("mh"), "ct": _f("mh"), "tn": _f("tr"), "dv": _f("dn"), "mf": _f("tr"),
    "dq": _f("kw"), "bt": _f("ti"), "so": _f("jn"), "cp": _f("cn"), "ed": _f("date"),
    "dt": _f("date"), "dc": _f("date"), "ep": _f("date"), "up": _f("date"), "em": _f("date"),
    "da": _f("date"), "rd": _f("date"), "ez": _f("date"), "gw": _f("mh"), "sa": _f("mh"),
    "mv": _f("ti"), "mx": _f("mh"), "cm": _f("id"), "st": _f("sb"), "sb": _f("sb"), "is": _f("id"),
    "ci": _f("all"), "md": _f("pt"), "tc": _f("kw"), "tm": _f("mh"), "cc": _f("mh"), "ge": _f("mh"),
    "nw": _f("nm"), "go": _f("cn"), "kp": _f("kw"), "lu": _f("date"), "pb": _f("jn"),
    "tx": ALL, "bd": _f("ti"), "pg": _f("id"), "vo": _f("id"), "ip": _f("id"), "be": _f("au"),
    "fa": _f("au"), "ar": _f("au"), "cw": _f("nm"), "ti_": _f("ti"), "su": _f("mh"), "mc": _f("mh"),
    "ax": _f("au"), "ir": _f("au"), "xm": _f("mh"), "xp": _f("mh"), "dh": _f("mh"), "ec": _f("rn"),
    "rx": _f("nm"), "ox": _f("nm"), "os": _f("nm"), "dd": _f("date"), "sy": _f("nm"), "pm":
    _f("id"), "bs": _f("jn"), "cr": _f("date"), "lm": _f("date"), "rs": _f("date"), "vs":
    _f("sb"), "ac": _f("id"), "sx": _f("mh"), "dj": _f("mh"), "gr": _f("id"), "gi": _f("id"),
    "ux": _f("mh"),
    "no": _f("id"), "pu": _f("jn"), "tt": _f("ot"), "hw_": _f("mh"), "sm": _f("mh"), "nj":
    _f("jn"), "jc": _f("id"), "jl": _f("sb"), "pl": _f("cn"), "py": _f("py"), "df": _f("date"),
    "oi": _f("id"), "yp": _f("py"),
}  # fmt: skip

#: Codes in brackets or before words, lower case without spaces -> fields, for all platforms.
CODES: Mapping[str, Fields] = {
    # PubMed
    "tiab": TIAB, "title/abstract": TIAB, "title": _f("ti"), "ti": _f("ti"), "ab": _f("ab"),
    "abstract": _f("ab"), "tw": _TEXT, "textword": _TEXT, "textwords": _TEXT, "text": _TEXT,
    "all": ALL, "allfields": ALL, "all fields": ALL, "pt": _f("pt"), "ptyp": _f("pt"),
    "publicationtype": _f("pt"), "sh": _f("fs"), "subheading": _f("fs"),
    "meshsubheading": _f("fs"), "au": _f("au"), "author": _f("au"), "1au": _f("au"),
    "fau": _f("au"), "lastau": _f("au"), "ta": _f("jn"), "journal": _f("jn"), "jour": _f("jn"),
    "la": _f("la"), "lang": _f("la"), "language": _f("la"), "nm": _f("nm"),
    "substancename": _f("nm"), "supplementaryconcept": _f("nm"), "rn": _f("rn"),
    "ecno": _f("rn"), "rnnumber": _f("rn"), "ec/rnnumber": _f("rn"), "ot": _f("kw"),
    "otherterm": _f("kw"), "ad": _f("ad"), "affiliation": _f("ad"), "pmid": _f("id"),
    "uid": _f("id"), "si": _f("id"), "secondarysourceid": _f("id"), "aid": _f("id"),
    "doi": _f("id"), "dp": _f("py"), "pdat": _f("py"), "publicationdate": _f("py"),
    "date-publication": _f("py"), "dcom": _f("date"), "edat": _f("date"),
    "date-entrez": _f("date"), "crdt": _f("date"), "date-create": _f("date"),
    "date-completion": _f("date"), "mhda": _f("date"), "date-mesh": _f("date"),
    "entrezdate": _f("date"), "lr": _f("date"), "sb": _f("sb"), "subset": _f("sb"),
    "filter": _f("sb"), "tt": _f("ot"), "transliteratedtitle": _f("ot"), "pl": _f("cn"),
    "cn": _f("co"), "corporateauthor": _f("co"), "gr": _f("id"), "vi": _f("id"), "ip": _f("id"),
    "pg": _f("id"), "book": ALL, "pa": _f("pa"), "pharmacologicalaction": _f("pa"),
    "auid": _f("au"), "authoridentifier": _f("au"), "authorfirst": _f("au"), "fir": _f("au"),
    "author-first": _f("au"), "author-last": _f("au"), "authorlast": _f("au"),
    "author-full": _f("au"), "fullauthorname": _f("au"), "firstauthorname": _f("au"),
    "lastauthorname": _f("au"), "investigator": _f("au"), "editor": _f("au"), "ed": _f("au"),
    "author-corporate": _f("co"), "cois": _f("co"), "conflictofinterest": _f("co"),
    "grantnumber": _f("id"), "grantsandfunding": _f("id"), "isbn": _f("id"), "issn": _f("id"),
    "jid": _f("id"), "nlmuniqueid": _f("id"), "lid": _f("id"), "locationid": _f("id"),
    "articleidentifier": _f("id"), "pagination": _f("id"), "volume": _f("id"), "issue": _f("id"),
    "pubn": _f("jn"), "publisher": _f("jn"), "placeofpublication": _f("cn"), "stat": _f("sb"),
    "personalnameassubject": _f("mh"), "modificationdate": _f("date"), "pps": _f("date"),
    "completiondate": _f("date"), "createdate": _f("date"), "entrydate": _f("date"),
    "meshdate": _f("date"), "dep": _f("py"), "ppdat": _f("py"), "epdat": _f("py"),
    "epub": _f("py"), "pubdate": _f("py"), "secondarysourceidentifier": _f("id"),
    "meshsubheadings": _f("fs"), "other": _f("kw"), "keyword": _f("kw"), "keywords": _f("kw"),
    "ps": _f("mh"), "ir": _f("au"), "tiab~": TIAB,
    # Embase.com and Cochrane, after a colon
    "kw": _f("kw"), "de": _f("mh"), "exp": _f("mh"), "lnk": _f("fs"), "it": _f("pt"),
    "py": _f("py"), "tn": _f("tr"), "mn": _f("tr"), "dn": _f("dn"), "df": _f("tr"),
    "jt": _f("jn"), "so": _f("jn"), "ff": _f("ad"), "ca": _f("cn"), "ta_": _f("jn"), "an": _f("id"),
    "ui": _f("id"), "cc": _f("mh"), "mh": _f("mh"), "me": frozenset({"kw", "mh"}),
    "oc": ALL, "ok": ALL,
    "sc": _f("co"), "is": _f("id"), "mf": _f("tr"), "dv": _f("dn"), "dm": _f("dn"),
    "ox": _f("nm"), "cy": _f("cn"), "oa": _f("ab"), "pii": _f("id"), "id": _f("id"),
    "cl": _f("mh"), "nc": _f("id"), "cf": _f("jn"), "lc": _f("cn"), "oi": _f("id"), "yr": _f("py"),
    # EBSCO, before words
    "tx": ALL, "su": _f("mh"), "mw": _f("mh"), "mj": _f("mh"), "af": _f("ad"), "jn": _f("jn"),
    "zt": _f("pt"), "ug": _f("nm"), "ge": _f("mh"), "dt": _f("py"), "em": _f("date"),
    "xb": TIAB, "if": _f("kw"), "diskw": _f("kw"), "subject": _f("mh"), "mesh": _f("mh"),
    "emb": _f("mh"), "su.exact": _f("mh"), "pub": _f("jn"), "alltext": ALL, "idn": _f("kw"),
    # Web of Science, before an equals sign
    "ts": frozenset({"ti", "ab", "kw"}), "ak": _f("kw"), "kp": _f("kw"), "do": _f("id"),
    "oo": _f("ad"), "og": _f("ad"), "wc": _f("mh"), "fpy": _f("py"), "ut": _f("id"),
    # Scopus, before brackets
    "title-abs-key": frozenset({"ti", "ab", "kw", "mh"}), "title-abs": TIAB, "abs": _f("ab"),
    "key": frozenset({"kw", "mh"}), "authkey": _f("kw"), "indexterms": _f("mh"),
    "srctitle": _f("jn"), "doctype": _f("pt"), "pubyear": _f("py"), "auth": _f("au"),
    "affil": _f("ad"), "title-abs-key-auth": frozenset({"ti", "ab", "kw", "mh", "au"}),
    "author-name": _f("au"), "casregnumber": _f("rn"), "chemname": _f("nm"), "tradename": _f("tr"),
    "exactkeyword": _f("kw"), "authlastname": _f("au"), "authfirst": _f("au"),
    "firstauth": _f("au"), "authname": _f("au"), "exactauthname": _f("au"), "au-id": _f("au"),
    "editfirst": _f("au"), "editlast": _f("au"), "editorname": _f("au"), "chem": _f("nm", "rn"),
    "exactsrctitle": _f("jn"), "srctitle-abbr": _f("jn"), "conf": _f("jn"), "confname": _f("jn"),
    "eissn": _f("id"), "coden": _f("id"), "artnum": _f("id"), "eid": _f("id"), "pages": _f("id"),
    "ref": ALL, "reftitle": ALL, "refauth": ALL, "refsrctitle": ALL, "refpubyear": ALL,
    "manufacturer": _f("tr"), "fund-all": ALL, "fund-sponsor": ALL, "fund-acr": ALL,
    "fund-no": ALL, "affilorg": _f("ad"), "affilcity": _f("ad"), "af-id": _f("ad"),
    "pubdatetxt": _f("date"), "website": ALL, "sequence": ALL, "seqbank": ALL,
    # ClinicalTrials.gov, before brackets
    "brieftitle": _f("ti"), "officialtitle": _f("ti"), "briefsummary": _f("ab"),
    "condition": _f("mh"), "conditionsearch": _f("mh"), "interventionname": _f("nm"),
    "interventionsearch": _f("nm"), "nctid": _f("id"), "basicsearch": ALL,
    # HTA database and LILACS
    "mhe": _f("mh"),
}  # fmt: skip


def fields_of(code: str) -> Fields | None:
    """Look up a code as platforms write it; None if there is none of that name.

    Examples
    --------
    >>> sorted(fields_of("Title/Abstract"))
    ['ab', 'ti']
    >>> fields_of("Triage tools") is None
    True
    """
    return CODES.get("".join(code.casefold().split()))


def known_ovid(codes: str) -> Fields | None:
    """Look up Ovid's codes, apart by commas; None if one is unknown.

    Examples
    --------
    >>> sorted(known_ovid("ti, ab"))
    ['ab', 'ti']
    """
    found: set[str] = set()
    for code in codes.split(","):
        fields = OVID_CODES.get(code.strip().casefold())
        if fields is None:
            return None
        found |= fields
    return frozenset(found)
