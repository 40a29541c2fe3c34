"""Search filters are the published ones, and stand below a strategy without touching it."""

import json
import os
from pathlib import Path

import pytest

from ranvier.core.record import Record
from ranvier.errors import InputError
from ranvier.query import (
    FILTERS,
    RecordIndex,
    meaning,
    parse,
    recognised,
    resolved,
    run,
    search_filter,
    translate,
)
from ranvier.query.filters import with_filter

REFERENCE = Path(
    os.environ.get(
        "RANVIER_REFERENCE", str(Path(__file__).resolve().parents[3] / "shared" / "reference")
    )
)
FACTS = REFERENCE / "search" / "filters.json"


@pytest.mark.skipif(not FACTS.exists(), reason=f"no {FACTS}; set RANVIER_REFERENCE")
@pytest.mark.parametrize("platform", ["ovid", "pubmed"])
def test_the_lines_are_those_of_the_handbook(platform):
    facts = {held["id"]: held["lines"] for held in json.loads(FACTS.read_text())["filters"]}
    ours = FILTERS["cochrane-rct-2008"].texts[platform].splitlines()
    assert ours == facts[f"hsss_sens_2008_{platform}"]


@pytest.mark.parametrize("platform", ["ovid", "pubmed", "embase", "cochrane", "ebsco"])
def test_a_filter_below_a_strategy_is_strategy_and_filter(platform):
    own = parse("1. pain.ti.\n2. ache.ti.\n3. 1 or 2", "ovid")
    held = search_filter("cochrane-rct-2008")
    both = with_filter(own, held)
    assert [line.line.number for line in both.lines] == list(range(1, 16))
    parts = dict(enumerate(meaning(resolved(both))[1]))
    assert meaning(resolved(own)) in parts.values()
    assert meaning(resolved(held.read("ovid"))) in parts.values()
    assert held.for_platform(platform).lines


def test_a_filter_keeps_trials_and_drops_animals():
    index = RecordIndex.of(
        [
            Record(id="trial", title="pain", abstract="Patients were randomly assigned."),
            Record(id="rats", title="pain", abstract="Randomly assigned.", mesh=("Animals",)),
            Record(id="case", title="pain", abstract="We saw one man."),
        ]
    )
    both = with_filter(parse("pain.ti.", "ovid"), search_filter("cochrane-rct-2008"))
    assert run(both, index).found == {0}


def test_an_unknown_filter_is_refused_with_the_known_ones():
    with pytest.raises(InputError, match="cochrane-rct-2008"):
        search_filter("handbook")


@pytest.mark.parametrize("name", sorted(FILTERS))
@pytest.mark.parametrize("platform", ["ovid", "pubmed"])
def test_a_filter_is_recognised_wherever_it_stands(name, platform):
    held = search_filter(name)
    own = parse("1. pain.ti.\n2. ache.ti.\n3. 1 or 2", "ovid")
    both = with_filter(own if platform == "ovid" else parse("1. pain[ti]", "pubmed"), held)
    ((line, said),) = recognised(both)
    assert said == held.said
    assert line == both.lines[-2].line.number
    one_line = str(translate(parse(str(translate(both, platform)), platform), "ctgov"))
    assert recognised(parse(one_line, "ctgov")) == ()


def test_the_revision_of_2023_is_told_by_its_first_line():
    lines = FILTERS["cochrane-rct-2008"].texts["ovid"].splitlines()
    lines[0] = "exp randomized controlled trial/"
    text = "\n".join(f"{n}. {line}" for n, line in enumerate(lines, 1))
    ((line, said),) = recognised(parse(text, "ovid"))
    assert (line, "2023 revision" in said) == (11, True)
    short = "\n".join(f"{n}. {line}" for n, line in enumerate(lines[:9], 1))
    ((line, said),) = recognised(parse(short, "ovid"))
    assert (line, said.endswith("without its exclusion of animal studies")) == (9, True)


def test_a_filter_with_a_word_more_is_another():
    lines = FILTERS["cochrane-rct-2008"].texts["ovid"].splitlines()
    lines[2] = "(randomized or randomised).ab."
    text = "\n".join(f"{n}. {line}" for n, line in enumerate(lines, 1))
    assert recognised(parse(text, "ovid")) == ()
