"""Strategies as reviews print them, platform by platform: hits, remarks, limits, odd spacing."""

import pytest

from ranvier.query import meaning, parse, resolved, translate, write
from ranvier.query.parse import parse_line
from ranvier.query.tree import Heading, Limit, LineRef, Logic, Near, Term

PRINTED = {
    "ovid": """Database: Ovid MEDLINE(R) ALL <1946 to March 02, 2021>
Search Strategy:
--------------------------------------------------------------------------------
1     exp *"Wounds and Injuries"/dt, th [Drug Therapy, Therapy] (7000)
2     (myocard$ adj3 infarct$3).ti,ab,kf. (900)
3     (coronavir* or 2019-nCoV).tw,nm,ox,rx,px. (1700)
4     pain.ab. /freq=3 (12)
5     or/1\u20133, 4 (9000)
6     (1or 2)and 5 (1)
7     exp pain/or back\u00a0pain/ (12000)
8     5 and 7 and 2010:2020.(sa_year). (900)
9     limit 8 to (english language and yr="2000 -Current") (800)
10     9 use medall (700)
11     remove duplicates from 10 (600)

***************************""",
    "pubmed": """#4 Search #2 NOT #1 Filters: Clinical Trial; Humans Sort by: Most Recent 12
#3 Search (animals [mh] NOT humans [mh]) AND 2005:2015[dp] 20
#2 Search \u201cheart failure\u201d[tiab] OR "hip pain"[Title:~0] OR asthma/dt[mh:noexp] 400
#1 Search "Diabetes Mellitus, Type 2"[Majr] 90000""",
    "embase": """#1 'multifocal motor neuropathy'/exp/mj 12
#2 (motor NEAR/3 neuropath*):ti,ab,kw 345
#3 'immunoglobulin'/exp/dd_iv,dd_sc OR 'crohn\\'s disease'/de OR 'crohn's disease'/exp 34
#4 #1 OR #2 OR #3 400
#5 #4 AND [english]/lim AND [2000-2020]/py NOT ('animal'/exp NOT 'human'/exp) 3
#6 #5 AND ('article'/it OR 'review'/it) AND [1-1-2010]/sd 2""",
    "cochrane": """ID Search Hits
#1 MeSH descriptor: [Multifocal Motor Neuropathy] explode all trees 12
#2 MeSH descriptor: [Wounds and Injuries] this term only and with qualifier(s): [surgery - SU] 2
#3 (motor NEAR/3 neuropath*):ti,ab,kw (Word variations have been searched) 345
#4 [mh "Immunoglobulins, Intravenous" [mj]] or [mh ^"Plasma Exchange"/AE,MT] 34
#5 {or #1-#3} and #4 3
#6 #5 or (immun* next globulin*) :ti with Publication Year from 2000 to 2010, in Trials 1""",
    "ebsco": """S6\tS4 AND S5\tLimiters - Published Date: 20100101-20201231; English Language
S5\tPT randomized controlled trial
S4\tS1 OR S2 OR S3
S3\tTX exercis* W3 program*
S2\tTI ( diabet* N3 "type 2" ) OR AB ( diabet* N3 "type 2" ) OR XB ( niddm )
S1\t(MH "Diabetes Mellitus, Type 2+/DT/TH") OR (MM "Exercise")""",
    "wos": """# 4\t
1,234
\t#3 AND #2 AND WC=(Nursing) AND PY=(2000-2020) AND DT=(Article)
Indexes=SCI-EXPANDED, SSCI Timespan=All years
# 3\tTOPIC: (heart attack)
Indexes=SCI-EXPANDED, SSCI Timespan=1990-2020
# 2\tTS=("heart failure" NEAR/2 (chronic OR congestive)) OR TI=(behavio$r)
# 1\tTS=infarct*""",
    "scopus": """1 TITLE-ABS-KEY ( heart PRE/2 attack ) OR TITLE ( {immune globulin} )
2 #1 AND PUBYEAR > 2009 AND PUBYEAR < 2021 AND (LIMIT-TO(DOCTYPE,"ar") OR LIMIT-TO(DOCTYPE,"re"))
3 #2 AND NOT INDEXTERMS(animal) AND SUBJAREA ( medi )""",
    "proquest": """S1 MESH.EXACT.EXPLODE("Heart Failure") OR MAINSUBJECT.EXACT("Child Abuse")
S2 TI,AB,IF(heart P/0 fail*) OR noft(child* NEAR/3 abus*)
S3 S1 AND S2 AND PD(20100101-20201231)""",
    "ctgov": """AREA[ConditionSearch]"motor neuropathy" AND EXPAND[Concept] "heart attack"
 AND AREA[Phase]PHASE1 AND AREA[StartDate]RANGE[01/01/2010, MAX]""".replace("\n", ""),
    "lilacs": '(mh:(Asthma OR "Status Asthmaticus") OR tw:(asma OR asthm$)) AND db:("LILACS") '
    'AND la:("es" OR "pt") AND (year_cluster:[2010 TO 2020])',
}


@pytest.mark.parametrize("name", PRINTED)
def test_it_is_read_whole_for_the_right_platform_and_survives_being_written(name):
    found = parse(PRINTED[name])
    assert found.platform == name
    assert not [str(d) for d in found.diagnoses if d.weight == "error"]
    for held in found.lines:
        said, _ = write(held.tree, name)
        again, wrong = parse_line(said, name)
        assert not [d for d in wrong if d.weight == "error"], said
        assert meaning(again) == meaning(held.tree), said


def test_hits_are_taken_off_and_histories_turned_round():
    ovid = parse(PRINTED["ovid"])
    assert [held.line.hits for held in ovid.lines][:3] == [7000, 900, 1700]
    pubmed = parse(PRINTED["pubmed"])
    assert [(held.line.number, held.line.hits) for held in pubmed.lines] == [
        (1, 90000), (2, 400), (3, 20), (4, 12),
    ]  # fmt: skip
    wos = parse(PRINTED["wos"])
    assert [(held.line.number, held.line.hits) for held in wos.lines][-1] == (4, 1234)
    cochrane = parse(PRINTED["cochrane"])
    assert [held.line.hits for held in cochrane.lines] == [12, 2, 345, 34, 3, 1]


def test_numbers_that_are_no_hits_stay():
    found = parse("1. exp Diabetes Mellitus, Type 2/\n2. diabetes type 2.ti.\n3. 1 or 2")
    assert meaning(resolved(found)) == meaning(
        parse("exp Diabetes Mellitus, Type 2/ or diabetes type 2.ti.", "ovid").tree
    )


@pytest.mark.parametrize(
    ("platform", "text", "same"),
    [
        ("ovid", "a.ti. or b.ti. and c.ti.", "a.ti. or (b.ti. and c.ti.)"),
        ("pubmed", "a[ti] OR b[ti] AND c[ti]", "(a.ti. or b.ti.) and c.ti."),
        ("embase", "a:ti OR b:ti AND c:ti", "a.ti. or (b.ti. and c.ti.)"),
        ("cochrane", "a:ti OR b:ti AND c:ti NOT d:ti", "a.ti. or (b.ti. and (c.ti. not d.ti.))"),
        ("ebsco", "TI a OR TI b AND TI c", "a.ti. or (b.ti. and c.ti.)"),
        ("wos", "TI=a OR TI=b AND TI=c", "a.ti. or (b.ti. and c.ti.)"),
        ("scopus", "TITLE(a) AND TITLE(b) OR TITLE(c)", "a.ti. and (b.ti. or c.ti.)"),
        ("scopus", "TITLE(a) AND NOT TITLE(b) AND TITLE(c)", "a.ti. not (b.ti. and c.ti.)"),
        ("ebsco", "AB a or b", "a.ab. or b"),
        ("ovid", "(a adj3 (b or (c adj2 d))).ti.", "a.ti. adj3 (b.ti. or (c adj2 d).ti.)"),
        ("ovid", "(blood adj pressure).ti.", '"blood pressure".ti.'),
        ("cochrane", '"blood" NEXT "pressure":ti', None),
    ],
)
def test_precedence_and_fields_are_the_platform_s_own(platform, text, same):
    found = parse(text, platform)
    assert not [d for d in found.diagnoses if d.weight == "error"]
    if same is not None:
        assert meaning(found.tree) == meaning(parse(same, "ovid").tree)


@pytest.mark.parametrize(
    ("platform", "text", "code", "column"),
    [
        ("ovid", "pain.ti,zq.", "no-such-field", 5),
        ("cochrane", "#1 a:ti\n#2 b:ti\n#3 #1 or ... #2", "dots", 10),
        ("ebsco", "TI a AB a", "no-operator", 9),
        ("ovid", "1. a.ti.\n2. b.ti.\n3. 1 or 5", "no-such-line", 9),
        ("embase", "(a:ti OR b:ti", "unbalanced", 1),
        ("cochrane", '"insulin pump*":ti', "wildcard-in-phrase", 1),
    ],
)
def test_what_is_broken_is_said_with_its_column(platform, text, code, column):
    found = [d for d in parse(text, platform).diagnoses if d.code == code]
    assert found, [str(d) for d in parse(text, platform).diagnoses]
    assert found[0].span.start == column


def test_a_limit_keeps_all_its_parts():
    tree = parse(PRINTED["ovid"]).lines[8].tree
    assert isinstance(tree, Limit)
    assert (tree.kind, tree.low, tree.high) == ("year", 2000, None)
    assert isinstance(tree.child, Limit)
    assert tree.child.kind == "language"
    assert isinstance(tree.child.child, LineRef)
    found = translate(parse(PRINTED["ovid"]), "embase")
    assert dict(found.lines)[9] == "#8 AND [english]/lim AND [2000-3000]/py"


def test_a_limit_behind_a_line_limits_all_of_it():
    tree = parse("#1 a:ti\n#2 b:ti\n#3 #1 or #2 in Trials", "cochrane").lines[2].tree
    assert isinstance(tree, Limit)
    assert isinstance(tree.child, Logic)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("ovid", "tumo?r*.ti."), ("embase", "'tumo$r*':ti"), ("ebsco", "(TI tumo#r*)"),
        ("wos", "TI=(tumo$r*)"), ("cochrane", "(tumor* OR tumo?r*):ti"),
        ("scopus", "TITLE(tumor* OR tumo?r*)"),
    ],
)  # fmt: skip
def test_one_letter_or_none_is_spelled_out_where_there_is_no_sign(target, said):
    found = translate(parse("tumo?r*.ti.", "ovid"), target)
    assert str(found) == said
    assert not found.losses


def test_a_wildcard_pubmed_has_not_is_a_loss():
    assert translate(parse("wom#n.ti.", "ovid"), "pubmed").losses
    assert translate(parse("wheez$2.ti.", "ovid"), "wos").losses


def test_a_long_chain_is_one_node():
    tree = parse(" OR ".join(f"w{i}[ti]" for i in range(3000)), "pubmed").tree
    assert isinstance(tree, Logic)
    assert len(tree.children) == 3000
    assert all(isinstance(child, Term) for child in tree.children)


def test_headings_and_nearness_are_what_they_say():
    lines = {held.line.number: held.tree for held in parse(PRINTED["cochrane"]).lines}
    assert lines[4].children[0].focus
    assert lines[4].children[1].qualifiers == ("ae", "mt")
    assert isinstance(lines[2], Heading)
    assert (lines[2].explode, lines[2].qualifiers) == (False, ("su",))
    assert isinstance(lines[3], Near)
