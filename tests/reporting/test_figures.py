"""Figures and tables of one analysis, one flow, one multiverse."""

from __future__ import annotations

import re
from dataclasses import replace

from ranvier.reporting import forest_plot, review_document
from ranvier.reporting.curve import blocks, is_published
from ranvier.reporting.document import _page
from ranvier.reporting.flow_diagram import flow_lines
from ranvier.reporting.forest_of_analysis import favoured
from ranvier.reporting.results import results


def test_good_events_favour_the_treatment_to_the_right(book):
    comparison = book.review.comparisons["placebo"]
    outcomes = book.review.outcomes
    assert favoured(comparison, outcomes["strength"])[1] == "Favours immunoglobulin"
    assert favoured(comparison, outcomes["harm"])[0] == "Favours immunoglobulin"


def test_a_study_without_events_is_listed_but_has_no_square(book):
    drawn = forest_plot(book, "strength")
    assert "Gamma 2013" in drawn
    assert drawn.count("Not estimable") == 1
    squares = re.findall(r'<rect class="f-accent"|<rect [^>]*class="f-accent"', drawn)
    assert len(squares) == 2


def test_an_interval_beyond_the_axis_ends_in_an_arrow(book):
    heads = re.findall(r'<polygon points="([^"]*)" class="f-ink"', forest_plot(book, "strength"))
    assert heads


def test_a_file_of_its_own_has_its_colours_and_no_links(book):
    drawn = forest_plot(book, "strength")
    assert drawn.startswith("<svg")
    assert 'xmlns="http://www.w3.org/2000/svg"' in drawn
    assert 'fill="#ffffff"' in drawn
    assert "Heterogeneity: " in drawn
    assert "<a " not in drawn


def test_every_design_has_its_columns(book):
    assert re.search(r">Only</text>.*>placebo</text>", forest_plot(book, "harm"))
    assert "Before" in forest_plot(book, "score")


def test_the_flow_lists_reasons_below_their_sum(book):
    lines = flow_lines(book.flow, {"ta-other": "Another disease"})
    names = [line.field for line in lines]
    assert names[names.index("records_excluded") + 1] == "records_excluded/ta-other"


def test_a_flow_whose_arithmetic_fails_says_so(book):
    wrong = replace(book, flow=replace(book.flow, warnings=("2 reports belong to no study.",)))
    assert "2 reports belong to no study." in review_document(wrong)


def test_a_curve_parts_ratios_from_differences_and_sorts_them(book):
    (made,) = book.multiverses
    ratios, differences = blocks(made)
    assert (ratios.ratio, differences.ratio) == (True, False)
    points = [u.effect.estimate for u in ratios.universes]
    assert points == sorted(points)
    assert sum(len(block.universes) for block in (ratios, differences)) == 6


def test_the_published_analysis_is_marked_by_sign_and_word(book, document):
    (made,) = book.multiverses
    assert sum(is_published(u, book.analyses) for u in made.universes) == 1
    assert document.count('class="flag">published<') == 1
    assert "◆ published" in document


def test_no_analysis_is_left_out(book):
    page = _page(book, "en")
    shown = [
        view.analysis.spec.id
        for comparison in results(page)
        for outcome in comparison.outcomes
        for view in (*outcome.shown, *outcome.folded)
    ]
    assert sorted(shown) == sorted(book.analyses)


def test_every_correlation_is_shown(document):
    assert re.search(r'<th scope="row">0\.3</th>', document)
    assert re.search(r'<th scope="row">0\.7</th>', document)


def test_numbers_of_ours_stand_beside_the_printed_ones(document):
    assert "disagrees, as expected" in document
    assert "42.27" in document
