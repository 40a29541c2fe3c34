"""Every page of the application in a real browser: whole, reachable by all, and nobody else's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.web.records import TWINS, ris

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 320, "height": 640}

#: Pages of a review, by the end of their address.
PAGES = (
    "", "import", "duplicates", "team", "screening", "screening/protocol", "progress", "agreement",
    "studies", "flow", "document", "history", "export",
)  # fmt: skip

PASSWORD = "four random words more"


@contextmanager
def browsing(
    browser: Browser, served: Any, who: str | None, **more: Any
) -> Iterator[BrowserContext]:
    """A browser of somebody's own; fails if a script fails or another host is asked."""
    context = browser.new_context(**({"viewport": DESKTOP} | more))
    problems: list[str] = []
    asked: list[str] = []
    context.on("weberror", lambda error: problems.append(str(error.error)))
    context.on("console", lambda said: _note(problems, said))
    context.on("request", lambda request: asked.append(request.url))
    if who is not None:
        served.sign_in(context, who)
    yield context
    context.close()
    assert problems == []
    assert not [url for url in asked if not url.startswith((served.origin, "data:"))]


def _note(problems: list[str], said: Any) -> None:
    """Keep what a page says went wrong, but for an address that is not there."""
    if said.type == "error" and "404" not in said.text:
        problems.append(said.text)


def serious(page: Page) -> list[tuple[str, str]]:
    """What axe-core holds against a page, with the first place each."""
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [
        (one["id"], one["nodes"][0]["html"][:200])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_barrier_on_any_page(browser, served, review_at, scheme):
    name = review_at(served)
    with browsing(browser, served, "anna", color_scheme=scheme) as context:
        page = context.new_page()
        page.goto(served.origin + "/")
        assert serious(page) == []
        for end in (*(f"/r/{name}/{end}" for end in PAGES), "/account", "/r/nowhere/"):
            page.goto(served.origin + end)
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            assert (end, serious(page)) == (end, [])
    with browsing(browser, served, None, color_scheme=scheme) as context:
        page = context.new_page()
        page.goto(served.origin + "/sign-in")
        assert serious(page) == []


def test_every_page_fits_a_phone_and_its_menu_works(browser, served, review_at):
    name = review_at(served)
    with browsing(browser, served, "anna", viewport=PHONE) as context:
        page = context.new_page()
        page.goto(served.origin + "/")
        for end in PAGES:
            page.goto(f"{served.origin}/r/{name}/{end}")
            width = page.evaluate("document.documentElement.scrollWidth")
            assert (end, width) == (end, 320)
        page.click("nav .menu summary")
        page.click("nav >> text=PRISMA flow")
        assert page.url.endswith("/flow")


def test_colours_are_chosen_and_kept(browser, served, review_at):
    name = review_at(served)
    with browsing(browser, served, "anna", color_scheme="light") as context:
        page = context.new_page()
        page.goto(f"{served.origin}/r/{name}/team")
        page.click("button[value=dark]")
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        assert page.url.endswith(f"/r/{name}/team")
        dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.goto(served.origin + "/")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
        assert dark == "rgb(17, 20, 22)"


def test_the_skip_link_leads_past_the_navigation(browser, served, review_at):
    name = review_at(served)
    with browsing(browser, served, "anna") as context:
        page = context.new_page()
        page.goto(f"{served.origin}/r/{name}/history")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


def _path(page: Page, served: Any, *, script: bool) -> str:
    """Go from nothing to criteria; return the address of the review."""
    page.goto(served.origin + "/")
    page.click("text=New review")
    page.fill("#title", f"Zinc {'with' if script else 'without'} script")
    page.click("text=Make the review")
    base = page.url.rstrip("/")
    page.click("text=Go on")
    for name, data in (("twins.csv", TWINS), ("zinc.ris", ris(1, 6))):
        page.set_input_files("#files", {"name": name, "mimeType": "text/plain", "buffer": data})
        if not script:
            page.click("text=Look at the files")
        expect(page.locator("main")).to_contain_text("records", timeout=30_000)
        page.fill("input[name=day]", "2026-01-31")
        page.click("main button.primary:has-text('Add ')")
        expect(page.locator(".upload .said")).to_contain_text("records added", timeout=30_000)
        page.click(".upload header button")
    page.goto(base + "/duplicates")
    page.click("button:has-text('Find duplicates')")
    expect(page.locator("main")).to_contain_text("1 pair in doubt", timeout=30_000)
    if script:
        page.keyboard.press("d")
    else:
        page.click("button[value=different]")
    expect(page.locator("main")).to_contain_text("No pair is in doubt", timeout=30_000)
    page.goto(base + "/screening/protocol")
    page.fill("#criteria-title_abstract", "Not randomised")
    if not script:
        page.select_option("#rule-title_abstract", "single")
    page.click("main button.primary")
    expect(page.locator("main")).to_contain_text("8 records are given to nobody yet")
    return base


def test_from_a_dropped_file_to_two_people_who_screen(browser, served):
    with browsing(browser, served, "anna") as context:
        page = context.new_page()
        base = _path(page, served, script=True)
        page.goto(base + "/team")
        page.fill("#note", "Dora")
        page.click("text=Make a link")
        link = page.input_value("#link")
        with browsing(browser, served, None) as other:
            dora = other.new_page()
            dora.goto(link)
            dora.fill("#name", "Dora 山田")
            dora.fill("#login", "dora@example.org")
            dora.fill("#password", PASSWORD)
            dora.click("text=Make my account")
            expect(dora.locator("h1")).to_contain_text("Zinc with script")
            page.goto(base + "/screening")
            page.click("text=Begin screening")
            expect(page.locator("main")).to_contain_text("Everything is given out")
            for somebody in (page, dora):
                somebody.goto(base + "/")
                expect(somebody.locator(".next")).to_contain_text("8 wait for you")
                somebody.click("text=Go on")
                assert re.search(r"/screen/title_abstract$", somebody.url)


def test_the_same_path_works_without_script(browser, served):
    with browsing(browser, served, "anna", java_script_enabled=False) as context:
        page = context.new_page()
        base = _path(page, served, script=False)
        page.goto(base + "/screening")
        page.click("text=Begin screening")
        expect(page.locator("main")).to_contain_text("Everything is given out")


def test_a_file_is_dropped_onto_the_page(browser, served, review_at):
    name = review_at(served)
    with browsing(browser, served, "anna") as context:
        page = context.new_page()
        page.goto(f"{served.origin}/r/{name}/import")
        page.evaluate(
            """text => {
                const data = new DataTransfer();
                data.items.add(new File([text], "dropped.ris"));
                document.querySelector("[data-drop]").dispatchEvent(
                    new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
            }""",
            ris(20, 23).decode(),
        )
        expect(page.locator(".upload h2")).to_have_text("dropped.ris", timeout=30_000)
        expect(page.locator(".upload .big")).to_have_text("4 records")


def test_the_review_document_runs_in_its_frame(browser, served, review_at):
    name = review_at(served)
    with browsing(browser, served, "anna") as context:
        page = context.new_page()
        page.goto(f"{served.origin}/r/{name}/document")
        frame = page.frame_locator("iframe.document")
        expect(frame.locator("h1")).to_contain_text("small", timeout=30_000)
