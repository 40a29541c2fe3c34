"""`ranvier protocol` from the outside."""

from __future__ import annotations

import pytest

ASKED = """\
[[criteria]]
id = "not-a-trial"
stage = "title_abstract"
text = "No \\"trial\\", naïve or not"

[[screening]]
stage = "title_abstract"
rule = "single"
[screening.stopping]
rule = "hypergeometric"
target = 0.9
confidence = 0.8

[[analyses]]
id = "left alone"
"""


@pytest.fixture
def new(tmp_path, run):
    place = str(tmp_path / "review")
    assert run("new", place, "--id", "t", "--title", "T").code == 0
    return place


def test_what_is_agreed_on_is_shown_in_the_form_it_is_read(new, run, tmp_path):
    assert "no protocol yet" in run("protocol", new).err
    file = tmp_path / "asked.toml"
    file.write_text(ASKED)
    done = run("protocol", new, file)
    assert done.code == 0, done.err
    assert done.out == "the protocol says so now: 1 rules, 1 criteria\n"
    shown = run("protocol", new).out
    assert 'rule = "hypergeometric"\ntarget = 0.9\nconfidence = 0.8' in shown
    again = tmp_path / "again.toml"
    again.write_text(shown)
    assert run("protocol", new, again).code == 0
    assert run("protocol", new).out == shown
    assert run("log", new).out.count("protocol.agreed") == 1


def test_the_default_is_shown_as_what_it_is(new, run, tmp_path):
    file = tmp_path / "asked.toml"
    file.write_text('[[screening]]\nstage = "title_abstract"\nrule = "single"\n')
    run("protocol", new, file)
    assert "# No stopping rule is named; the default is:" in run("protocol", new).out


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("[[screening]", "this is no TOML"),
        ("screening = 3", "screening is no list of tables"),
        ('[[screening]]\nstage = "title_abstract"\nrule = "singel"', "singel"),
        ('[[screening]]\nstage = "title_abstract"\nrole = "x"', "screening 1 has role"),
        (
            '[[screening]]\nstage = "title_abstract"\nrule = "single"\n'
            "[screening.stopping]\nrecall = 0.9",
            "stopping of screening 1 has recall",
        ),
        (
            '[[screening]]\nstage = "title_abstract"\nrule = "single"\n'
            "[screening.stopping]\ntarget = 95.0",
            "it must lie between 0 and 1",
        ),
        ("", "no rule was given"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(new, run, tmp_path, said, told):
    file = tmp_path / "asked.toml"
    file.write_text(said)
    done = run("protocol", new, file)
    assert done.code == 1
    assert told in done.err
    assert run("protocol", new).out == ""
