"""What each platform's own documentation allows, read, written back, and translated."""

import pytest

from ranvier.query import meaning, parse, resolved, translate, write
from ranvier.query.parse import parse_line

#: One search a line, in the words of the platform; all of it must be read, and survive writing.
DOCUMENTED = {
    "ovid": """
exp *Diabetes Mellitus, Type 2/dt, th [Drug Therapy, Therapy]
(heart or cardiac).ti,ab,kf. adj3 failure.ti,ab,kf.
(heart adj3 (failure or insufficien$)).mp. [mp=title, abstract, original title]
randomi?ed.ab,ti.
wom#n.tw. or p?ediatric$2.tw.
asthma.ab. /freq=2
(asthma or wheez*).ab. /freq=2
("quality of life" or qol or sf-36 or "sf36").ti,ab.
((single or doubl* or trebl* or tripl*) adj (blind*3 or mask*3)).tw.
exp "quality of life"/ or "Activities of Daily Living"/
Meta-Analysis as Topic/ or meta analysis.pt. or (systematic adj (review* or overview?)).tw.
depress*.ti. not (animal/ not (human/ and animal/))
2019-ncov.mp. or sars-cov-2.rx,px,ox,ux. or covid19.os.
(review or letter or comment or editorial).pt. or case report/
(adolescen* or teen$1 or youth?).ti,ab,hw,kw.
statin.dq. or simvastatin.tn. or stent.dv.
smith j?.au. and jama.jn. and 2020.yr.
dexamethasone/ae, po, to or *prednisone/
(pain adj5 (score$ or scale$)).ti,ab. and (randomized controlled trial or letter).pt.
(2019* or 2020*).dt,ez,da. and stroke*.tw.
""",
    "pubmed": """
"heart failure"[Mesh] OR "heart failure"[tiab:~2] OR cardiac failure[Title/Abstract]
("Obesity"[Mesh:NoExp] OR obes*[tw]) AND ("2010/01/01"[Date - Publication] : "3000"[pdat])
asthma/therapy[MeSH Terms] AND humans[MeSH Terms] AND english[Language]
"Asthma/drug therapy"[Mesh] OR "asthma/dt"[mh:noexp]
(randomized[tiab] OR placebo[tiab] OR drug therapy[sh]) NOT (animals[mh] NOT humans[mh])
smith j[1au] AND 2020[dp] AND "N Engl J Med"[ta]
aspirin[nm] OR 50-78-2[rn] OR nsaid*[tw]
cancer[ti] AND systematic[sb] AND free full text[sb]
("covid 19"[All Fields] OR "covid 19"[MeSH Terms]) AND ((y_10[Filter]) AND (review[Filter]))
colo*r[tiab] OR "breast feed*"[tiab] OR organi*ation*[tiab]
"rationale"[ti:~0] AND NCT01234567[si] AND 10.1000/xyz[aid]
("pain"[Majr] AND "child"[Mesh]) AND smith[Author - First]
aspirin[Pharmacological Action] OR "world health organization"[Author - Corporate]
""",
    "embase": """
'heart failure'/exp OR 'heart failure'/mj OR (cardiac NEAR/3 (failure OR insufficien*)):ti,ab,kw
'diabetes mellitus'/exp/dm_dt AND 'metformin'/exp/dd_ae,dd_do
'crossover procedure':de OR random*:de,ab,ti OR ((doubl* NEXT/1 blind*):de,ab,ti)
asthma:ti,ab AND ('conference abstract'/it OR 'conference review'/it OR [conference abstract]/lim)
'aspirin':tn,rn OR sulf$nyl*:ti OR wom?n:ab
('alzheimer disease'/exp OR alzheimer*:ti,ab) AND [embase]/lim AND [2015-2021]/py
(pain NEAR/5 (score* OR scale*)):ti,ab AND [01-01-2020]/sd NOT [01-01-2021]/sd
'smith j':au AND 'the lancet'/jt AND 'germany':ca
('animal'/exp NOT 'human'/exp) OR 'animal experiment'/de
'crohn\\'s disease'/exp OR 'parkinson disease':ti
""",
    "cochrane": """
[mh "heart failure"] or [mh ^"cardiac output, low"/DT] or [mh asthma[mj]]
MeSH descriptor: [Diabetes Mellitus] this term only and with qualifier(s): [drug therapy - DT]
(heart NEAR/3 fail*):ti,ab OR "cardiac failure":ti,ab OR (cardiac NEXT insufficien*):ti,ab
(nsaid or "anti inflammatory"):ti,ab,kw and randomised:pt
asthma near child* or (wheez* next infan*)
"randomised controlled trial":pt or NCT*:au or 12345:an
pain:ti,ab from 2010 to 2015, in Cochrane Reviews (Reviews and Protocols) and Trials
""",
    "ebsco": """
(MH "Heart Failure+") OR (MM "Asthma/DT") OR TI (heart N3 failure) OR AB (heart N3 failure)
DE "Major Depression" OR DE "Anxiety" OR KW depress*
TI ( (quality W1 life) OR qol ) AND PT randomized controlled trial AND LA English
TX (wom?n OR p#ediatric OR colo#r) AND SU pain
(TI "pressure ulcer*") OR ((AB "pressure ulcer*") AND ZT "journal article")
XB (heart failure) AND MW "drug therapy" AND DT 2010-2020
AU smith AND SO "journal of nursing" AND EM 202001-
""",
    "wos": """
TS=(heart NEAR/3 failure) AND TI=(random* OR trial*) AND PY=(2010-2020)
TS=("breast cancer" OR tumo$r OR wom?n) NOT SO=(nature) AND DT=(Article OR Review) AND LA=(English)
TOPIC: (asthma* OR wheez*) AND TITLE: (child*) Timespan: All years. Indexes: SCI-EXPANDED, SSCI
(TS=(asthma)) AND LANGUAGE: (English) AND DOCUMENT TYPES: (Article)
AB=(pain SAME clinic*) OR AK=migraine OR KP=(headache)
ALL=("deep learning") AND WC=("Computer Science, Artificial Intelligence") AND FPY=(2015-2020)
(((TS=(asthma*)) OR TI=(wheez*)) NOT (DT==("REVIEW")))
""",
    "scopus": """
TITLE-ABS-KEY(heart W/3 fail*) AND PUBYEAR > 2009 AND (LIMIT-TO(DOCTYPE, "ar"))
TITLE-ABS-KEY ( "breast cancer" OR {heart-attack} ) AND NOT INDEXTERMS ( animal )
( TITLE ( random* ) OR ABS ( placebo PRE/2 control* ) ) AND AUTHLASTNAME(smith) AND SRCTITLE(lancet)
ALL(asthma) OR KEY(wheez*) OR AUTHKEY(lung) AND AFFILCOUNTRY(germany) AND PUBDATETXT(may 2020)
TITLE-ABS-KEY(behavi*r OR wom?n) AND SUBJAREA(MEDI) AND DOCTYPE(ar) AND PUBYEAR IS 2020
TITLE-ABS-KEY-AUTH(smith) OR REFTITLE(asthma) OR DOI(10.1000/182) OR PMID(12345678)
""",
    "ctgov": """
AREA[ConditionSearch](asthma OR wheezing) AND AREA[StudyType]Interventional
heart failure AND AREA[Phase](PHASE2 OR PHASE3) AND AREA[StartDate]RANGE[2010-01-01,MAX]
EXPAND[Concept]"asthma" AND SEARCH[Location](AREA[LocationCountry]Germany)
AREA[InterventionName]aspirin NOT AREA[OverallStatus](WITHDRAWN OR TERMINATED)
COVER[FullMatch]"breast cancer" AND AREA[MinimumAge]RANGE[18 years, MAX]
""",
}
SEARCHES = [
    (platform, text)
    for platform, texts in DOCUMENTED.items()
    for text in texts.strip().splitlines()
]


def test_there_are_more_than_seventy():
    assert len(SEARCHES) > 70


@pytest.mark.parametrize(("platform", "text"), SEARCHES)
def test_documented_syntax_is_read_and_survives_writing(platform, text):
    found = parse(text)
    assert found.platform == platform
    assert [str(d) for d in found.diagnoses if d.weight == "error"] == []
    said, _ = write(found.tree, platform)
    again, diagnoses = parse_line(said, platform)
    assert [str(d) for d in diagnoses if d.weight == "error"] == []
    assert meaning(again) == meaning(found.tree)


#: What means the same on two platforms.
SAME = [
    ("pubmed", "asthma/drug therapy[mesh]", "ovid", "exp asthma/dt"),
    ("pubmed", '"heart failure"[tiab:~2]', "ovid", "(heart adj3 failure).ti,ab."),
    ("ebsco", 'MH "Asthma+/DT/TH"', "ovid", "exp Asthma/dt,th"),
    ("ebsco", "TI heart N2 failure", "embase", "(heart NEAR/3 failure):ti"),
    ("ebsco", "TI quality W0 life", "cochrane", "(quality next life):ti"),
    ("wos", "TI=(tumo$r)", "ovid", "tumo?r.ti."),
    ("wos", "TI=(wom?n)", "ovid", "wom#n.ti."),
    ("wos", "TITLE: (asthma)", "wos", "TI=(asthma)"),
    ("scopus", "TITLE(heart W/2 failure)", "ovid", "(heart adj3 failure).ti."),
    ("scopus", "TITLE(a) OR TITLE(b) AND TITLE(c)", "ovid", "(a or b).ti. and c.ti."),
    ("cochrane", '[mh ^"Heart Failure"/DT]', "ovid", "Heart Failure/dt"),
    ("embase", "'heart failure'/exp/mj", "ovid", "exp *heart failure/"),
    ("pubmed", "asthma[majr:noexp]", "ovid", "*asthma/"),
    ("pubmed", "pain[ti] OR ache[ti] AND low[ti]", "ovid", "(pain or ache).ti. and low.ti."),
]


@pytest.mark.parametrize(("one", "text", "other", "same"), SAME)
def test_the_same_is_read_as_the_same(one, text, other, same):
    assert meaning(parse(text, one).tree) == meaning(parse(same, other).tree)


#: From Ovid to another platform: what is written, and what is said to be lost.
TRANSLATED = [
    # NLM Tech Bull 2024 May-Jun;(458):e5: a wildcard inside a word, after four letters at least.
    ("randomi?ed.tw.", "pubmed", "randomi*ed[tiab]", ["'randomi?ed' became '*'"]),
    ("tumo?r*.ti.", "pubmed", "tumo*r*[ti]", ["became '*'"]),
    ("child?.ti.", "pubmed", "child*[ti]", ["became '*'"]),
    (
        "h?emoglobin.ti.",
        "pubmed",
        "hemoglobin[ti] OR haemoglobin[ti] OR hoemoglobin[ti]",
        ["spelled out"],
    ),
    (
        "wom#n.ti.",
        "pubmed",
        "woman[ti] OR women[ti] OR womin[ti] OR womon[ti] OR womun[ti] OR womyn[ti]",
        ["spelled out"],
    ),
    ("organi#ation.ti.", "ctgov", "AREA[BriefTitle]organisation OR "
     "AREA[BriefTitle]organization OR AREA[BriefTitle]organication", ["spelled out"]),
    ("randomi?ed.ti.", "wos", "TI=(randomi$ed)", []),
    ("randomi?ed.ti.", "scopus", "TITLE(randomied OR randomi?ed)", []),
    ("((heart or cardiac) adj3 failure).tw.", "pubmed",
     '"heart failure"[tiab:~2] OR "cardiac failure"[tiab:~2]', []),
    ("(heart adj3 fail*).tw.", "pubmed", "heart[tiab] AND fail*[tiab]", ["became AND"]),
    ("(heart adj (failure or attack*)).tw.", "pubmed",
     '"heart failure"[tiab] OR "heart attack*"[tiab]', []),
    ("(heart adj failure).ti.", "wos", 'TI=("heart failure")', []),
    ("*Heart Failure/dt,th", "pubmed",
     '"Heart Failure/dt"[Majr:NoExp] OR "Heart Failure/th"[Majr:NoExp]', []),
    ("Heart Failure/dt,th", "ebsco", '(MH "Heart Failure/DT/TH")', []),
    ("exp Immunoglobulins, Intravenous/", "wos", 'TS=("Intravenous Immunoglobulins")',
     ["no thesaurus"]),
    ("asthma.ti. and english.la.", "cochrane", "asthma:ti", ["the limit 'english'"]),
    ("asthma.ti. and english.la.", "wos", "TI=(asthma) AND LA=(english)", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "target", "expected", "lost"), TRANSLATED)
def test_translations_say_what_can_be_said_and_what_is_lost(text, target, expected, lost):
    found = translate(parse(text, "ovid"), target)
    said = str(found)
    bare = said[1:-1] if said.startswith("(") and "MH" not in said else said
    assert bare == expected
    assert len(found.losses) == len(lost)
    for loss, part in zip(found.losses, lost, strict=True):
        assert part in loss.said


def test_limits_that_cannot_be_said_leave_nothing_behind():
    """No empty brackets, and no word that the limit was not."""
    found = parse("asthma:ti AND [2010-2020]/py AND [english]/lim", "embase")
    there = translate(found, "cochrane")
    assert str(there) == "asthma:ti"
    assert len(there.losses) == 2
    assert all(loss.effect == "more" for loss in there.losses)


def test_a_register_without_a_history_gets_one_search():
    found = parse("1. asthma.ti.\n2. wheezing.ti.\n3. or/1-2\n4. 3 not child.ti.", "ovid")
    there = translate(found, "ctgov")
    assert [text for _, text in there.lines] == [
        "(AREA[BriefTitle]asthma OR AREA[BriefTitle]wheezing) NOT AREA[BriefTitle]child"
    ]
    assert meaning(resolved(parse(str(there), "ctgov"))) == meaning(resolved(found))


@pytest.mark.parametrize(
    ("platform", "text", "column", "code"),
    [
        ("scopus", "TITLE(pain) AND NOSUCH(ache)", 17, "no-such-field"),
        ("embase", "pain:ti AND ache:zz", 17, "no-such-field"),
        ("cochrane", '"pain":ti,zz', 7, "no-such-field"),
        ("pubmed", "pain[tiab] AND ache[nosuch]", 20, "no-such-field"),
        ("ovid", "pain.ti. and ache.zz.", 18, "no-such-field"),
        ("wos", "TITLE: (pain) AND NOSUCH: (ache)", 19, "no-such-field"),
        ("ebsco", "TI pain AND (AB ache", 13, "unbalanced"),
        ("ctgov", "AREA[BriefTitle]pain OR", 22, "nothing-after"),
        ("cochrane", "(wheez* next/2 infan*)", 9, "no-distance"),
    ],
)
def test_what_no_platform_documents_is_diagnosed_with_its_place(platform, text, column, code):
    errors = [d for d in parse(text, platform).diagnoses if d.weight == "error"]
    assert (errors[0].code, errors[0].span.start) == (code, column)
    assert errors[0].remedy


def test_what_not_takes_away_stays_if_its_limit_cannot_be_said():
    """A line that lost its limit finds more: taken away from anything, it would take too much."""
    text = "1. asthma.ti.\n2. limit 1 to (conference abstract)\n3. 1 not 2"
    there = translate(parse(text, "ovid"), "embase")
    assert [line for _, line in there.lines] == ["asthma:ti", "#1", "#1"]
    assert "what NOT takes away" in there.losses[-1].said
    assert there.losses[-1].effect == "more"
    here = translate(parse(text, "ovid"), "ovid")
    assert [line for _, line in here.lines][2] == "1 NOT 2"


def test_limits_in_brackets_leave_no_empty_brackets():
    text = (
        "asthma:ti AND ([cochrane review]/lim OR [systematic review]/lim) NOT ([a]/lim NOT [b]/lim)"
    )
    there = translate(parse(text, "embase"), "ovid")
    assert str(there) == "asthma.ti."
    assert {loss.effect for loss in there.losses} == {"more"}


def test_a_copy_of_a_line_is_no_limit():
    text = "1. asthma.ti.\n2. remove duplicates from 1\n3. wheezing.ti. not 2"
    assert str(translate(parse(text, "ovid"), "embase")).endswith("#3 wheezing:ti NOT #2")
