"""The review document in a real browser: for everyone, on every screen, with and without script."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 780}


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport=DESKTOP)
    opened = context.new_page()
    opened.goto(address)
    yield opened
    context.close()


def serious(page: Page) -> list[tuple[str, str]]:
    """Return what axe-core holds against the page, with the first place each."""
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [
        (one["id"], one["nodes"][0]["html"][:200])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_no_serious_barrier(browser, address, scheme, viewport):
    context = browser.new_context(viewport=viewport, color_scheme=scheme)
    page = context.new_page()
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert serious(page) == []
    context.close()


def test_axe_finds_no_serious_barrier_in_the_panel(page):
    page.click("#plain-language a.claim >> nth=0")
    assert page.is_visible("#panel")
    assert serious(page) == []


def test_the_keyboard_leads_from_the_sentence_down_to_the_quote(page):
    """Sentence, finding, analysis, row, value: the quote as printed, then the source."""
    page.focus("#plain-language a.claim >> nth=0")
    page.keyboard.press("Enter")
    for kind in ("Analysis", "Result row", "Value"):
        _tab_to(page, kind)
        page.keyboard.press("Enter")
        assert page.inner_text("#panel .eyebrow").lower().startswith(kind.lower())
    page.keyboard.press("Escape")
    assert not page.is_visible("#panel")
    assert page.evaluate("document.activeElement.className") == "claim"


def test_the_panel_shows_the_printed_words_and_their_source(page):
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.click("#results a[href='#trace-value:beta-strength:events_1']")
    assert page.inner_text(
        "#panel .detail q >> nth=0"
    ) == "“11 of 16”" or "11 of 16" in page.inner_text("#panel")
    _tab_to(page, "Source")
    page.keyboard.press("Enter")
    assert "Adam 1994, the paper" in page.inner_text("#panel h4")
    page.click("#panel-back")
    assert "11 of 16" in page.inner_text("#panel")


def _tab_to(page: Page, kind: str) -> None:
    """Press Tab until a step of this kind below the present one has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        said = page.evaluate(
            "document.activeElement.closest('.steps:not(.up)')"
            " && document.activeElement.querySelector('.step-kind')?.textContent"
        )
        if said == kind:
            return
    raise AssertionError(f"no step {kind!r} can be reached by Tab")


def test_the_first_tab_offers_to_skip_to_the_review(page):
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"


def test_nothing_is_requested_from_anywhere(browser, address):
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(address)
    page.click("#plain-language a.claim >> nth=0")
    page.wait_for_timeout(200)
    assert asked == [address]
    assert problems == []
    context.close()


@pytest.mark.parametrize("opened", [False, True], ids=["folded", "unfolded"])
def test_a_phone_never_scrolls_sideways(browser, address, opened):
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(address)
    if opened:
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
    page.click("#plain-language a.claim >> nth=0")
    assert page.evaluate("document.getElementById('panel').getBoundingClientRect().width") <= 360
    context.close()


def test_a_phone_shows_the_whole_forest_plot(browser, address):
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(address)
    plots = page.locator("#results svg.forest:visible")
    assert plots.count() >= 1
    for i in range(plots.count()):
        box = plots.nth(i).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]
    context.close()


def test_it_works_without_script(browser, address):
    context = browser.new_context(viewport=DESKTOP, java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert not page.is_visible("#panel")
    page.click("#plain-language a.claim >> nth=0")
    assert page.url.endswith("#trace-finding:f-strength")
    assert page.is_visible("[id='trace-finding:f-strength']")
    page.click("[id='trace-finding:f-strength'] .steps a >> nth=0")
    assert page.url.endswith("#trace-analysis:strength")
    assert page.is_visible("summary >> nth=0")
    context.close()


def test_print_leaves_out_navigation_and_traces_unless_asked(page):
    page.emulate_media(media="print")
    assert not page.is_visible("nav.contents")
    assert not page.is_visible("#traces")
    page.emulate_media(media="screen")
    page.check("#print-traces")
    page.emulate_media(media="print")
    assert page.is_visible("#traces")
