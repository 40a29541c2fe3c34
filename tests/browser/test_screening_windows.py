"""Waiting decisions when the browser is an unusual one: two windows, and no database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

TA = "title_abstract"
DECISIONS = "**/api/v1/**/decisions"
expect.set_options(timeout=30_000)


@pytest.fixture
def context(browser: Browser, served: Any) -> Iterator[BrowserContext]:
    opened = browser.new_context()
    served.sign_in(opened, "anna")
    yield opened
    opened.close()


def window(context: BrowserContext, served: Any, review: str) -> Page:
    page = context.new_page()
    page.goto(served.origin + "/")
    page.goto(f"{served.origin}/r/{review}/screen/{TA}")
    page.wait_for_selector("html[data-ready]")
    return page


def unavailable(route: Any) -> None:
    route.fulfill(status=503)


def waiting(page: Page, n: int) -> None:
    expect(page.locator("#connection")).to_have_attribute("data-waiting", str(n))


def decided(page: Page, served: Any, review: str) -> int:
    page.goto(f"{served.origin}/r/{review}/screen/{TA}/mine")
    return page.locator(".decisions li").count()


def test_what_one_window_took_back_no_other_sends(context, served, review_at):
    review = review_at(served)
    first = window(context, served, review)
    context.route(DECISIONS, unavailable)
    first.keyboard.press("i")
    first.keyboard.press("e")
    waiting(first, 2)
    expect(first.locator("#connection")).to_have_attribute("data-mood", "trouble")
    second = window(context, served, review)
    waiting(second, 2)
    first.keyboard.press("z")
    waiting(first, 1)
    context.unroute(DECISIONS)
    second.click("#retry")
    waiting(second, 0)
    expect(second.locator("#connection-words")).to_have_text("All decisions saved")
    assert decided(second, served, review) == 1


def test_a_record_decided_in_one_window_is_not_shown_again_in_the_other(context, served, review_at):
    review = review_at(served, n=3)
    first, second = (window(context, served, review) for _ in range(2))
    titles = set()
    for page in (first, second, first):
        titles.add(page.inner_text("#record-title"))
        page.keyboard.press("i")
        expect(page.locator("#connection-words")).to_have_text("All decisions saved")
        page.wait_for_timeout(100)
    assert decided(first, served, review) == len(titles)


def test_a_browser_without_a_database_keeps_decisions_elsewhere(context, served, review_at):
    review = review_at(served)
    context.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")
    page = window(context, served, review)
    context.route(DECISIONS, unavailable)
    page.keyboard.press("i")
    page.keyboard.press("e")
    waiting(page, 2)
    page.reload()
    page.wait_for_selector("html[data-ready]")
    waiting(page, 2)
    context.unroute(DECISIONS)
    page.click("#retry")
    expect(page.locator("#connection-words")).to_have_text("All decisions saved")
    assert decided(page, served, review) == 2


def test_a_browser_that_keeps_nothing_says_so(context, served, review_at):
    context.add_init_script(
        """Object.defineProperty(window, 'indexedDB', { value: undefined });
        Object.defineProperty(window, 'localStorage', { get() { throw new Error("no") } });"""
    )
    page = window(context, served, review_at(served))
    expect(page.locator("#banner-words")).to_contain_text("leave the page open")
    page.keyboard.press("i")
    expect(page.locator("#connection-words")).to_have_text("All decisions saved")
