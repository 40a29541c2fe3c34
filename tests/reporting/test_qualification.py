"""The qualification report names what ran, and every case, as Markdown and as HTML."""

from __future__ import annotations

import re

import pytest

from ranvier.reporting.qualification import CaseFile, Qualification, qualification_report
from ranvier.stats.qualify import CaseOutcome

RUN = Qualification(
    at="2030-01-02 03:04 UTC",
    versions={"ranvier": "1.2.3", "platform": "Linux"},
    files=[CaseFile(name="peto.json", sha256="ab" * 32, cases=3, generator="R 4.2.2")],
    outcomes=[
        CaseOutcome(
            id="peto/a|b", family="peto", status="passed", worst=12.5, median=14, numbers=9
        ),
        CaseOutcome(
            id="peto/c", family="peto", status="passed", worst=1, numbers=9, remark="higher"
        ),
        CaseOutcome(id="peto/<d>", family="peto", status="failed", worst=2, numbers=9, why="k: 3"),
    ],
)


@pytest.mark.parametrize("form", ["md", "html"])
def test_a_report_has_what_ran_and_every_case(form):
    text = qualification_report(RUN, form=form)
    assert "3 cases: 2 passed (1 with a remark), 1 failed, 0 unsupported." in text
    for said in ("2030-01-02 03:04 UTC", "1.2.3", "Linux", "ab" * 32, "R 4.2.2", "12.5", "higher"):
        assert said in text
    assert "k: 3" in text


def test_a_cell_of_markdown_stays_a_cell():
    rows = [line for line in qualification_report(RUN).splitlines() if line.startswith("| peto/")]
    assert len(rows) == 3
    assert rows[0].startswith("| peto/a\\|b |")


def test_html_is_escaped_and_stands_alone():
    page = qualification_report(RUN, form="html")
    assert "peto/&lt;d&gt;" in page
    assert not re.search(r"""(src|href)=["']?(https?:|/)""", page)
    assert page.count("<h1") == 1
