"""Two browsers, two people, one review: from the file that is imported to the conflict settled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PASSWORD = "correct horse battery"
TITLES = [f"Zinc for the common cold, part {n}" for n in "abcdef"]
RIS = "\n".join(
    f"TY  - JOUR\nTI  - {title}\nAB  - Adults took zinc or placebo.\nPY  - 20{n:02}\nER  - \n"
    for n, title in enumerate(TITLES)
).encode()

expect.set_options(timeout=30_000)


@pytest.fixture
def contexts(browser: Browser) -> Iterator[list[BrowserContext]]:
    opened = [browser.new_context() for _ in range(2)]
    yield opened
    for context in opened:
        context.close()


def screen_all(page: Page, excluded: set[str]) -> None:
    """Decide every record by keys; what is excluded has a reason and a note."""
    page.wait_for_selector("html[data-ready]")
    for _ in TITLES:
        if page.inner_text("#record-title") in excluded:
            page.keyboard.press("1")
            page.keyboard.press("n")
            page.keyboard.type("no randomisation in the abstract")
            page.keyboard.press("Escape")
            page.keyboard.press("e")
        else:
            page.keyboard.press("i")
    expect(page.locator("#all-done")).to_contain_text("Everything allotted to you is decided")
    expect(page.locator("#connection-words")).to_have_text("All decisions saved")


def test_from_an_imported_file_to_the_settled_conflict(contexts, served: Any):
    anna, ben = contexts
    served.sign_in(anna, "anna")
    owner = anna.new_page()

    # Anna makes the review, imports, says the criteria, and invites somebody.
    owner.goto(served.origin)
    owner.click("text=New review")
    owner.fill("#title", "Zinc for the common cold")
    owner.click("text=Make the review")
    base = owner.url.rstrip("/")
    owner.goto(f"{base}/import")
    owner.set_input_files("#files", {"name": "zinc.ris", "mimeType": "text/plain", "buffer": RIS})
    owner.fill("input[name=day]", "2026-01-31")
    owner.click("main button.primary:has-text('Add 6')")
    expect(owner.locator(".upload .said")).to_contain_text("records added")
    owner.goto(f"{base}/screening/protocol")
    owner.fill("#criteria-title_abstract", "Not randomised\nNot in people")
    owner.click("main button.primary")
    owner.goto(f"{base}/team")
    owner.fill("#note", "Ben")
    owner.click("text=Make a link")
    reader = ben.new_page()
    reader.goto(owner.input_value("#link"))
    for field, value in (("name", "Ben"), ("login", "ben.whole"), ("password", PASSWORD)):
        reader.fill(f"#{field}", value)
    reader.click("text=Make my account")
    expect(reader.locator("h1")).to_contain_text("Zinc for the common cold")
    owner.goto(f"{base}/screening")
    owner.click("text=Begin screening")
    expect(owner.locator("main")).to_contain_text("Everything is given out")

    # Both screen; they disagree on the third record, and neither can tell.
    excluded = {"anna": set(TITLES[:3]), "ben": set(TITLES[:2])}
    for page, name in ((owner, "anna"), (reader, "ben")):
        page.goto(f"{base}/screen/title_abstract")
        screen_all(page, excluded[name])
        page.goto(f"{base}/conflicts")
        expect(page.locator("main")).to_contain_text("Hidden while you screen here")

    # Anna lifts the blinding; they talk, and what they agree on is recorded.
    owner.goto(f"{base}/screening")
    owner.click("summary:has-text('Open')")
    owner.click("text=Lift the blinding")
    owner.goto(f"{base}/conflicts/title_abstract")
    owner.wait_for_selector("html[data-ready]")
    assert owner.inner_text("#record-title") == TITLES[2]
    votes = owner.inner_text(".votes")
    assert "You" in votes
    assert "Ben" in votes
    assert "no randomisation in the abstract" in votes
    reader.goto(f"{base}/conflicts/title_abstract")
    expect(reader.locator(".vote")).to_have_count(2)
    owner.check("input[name=how][value=discussion]")
    owner.keyboard.press("i")
    owner.wait_for_url("**settled=**")
    expect(owner.locator("main")).to_contain_text("Nothing to settle")
    reader.reload()
    expect(reader.locator("main")).to_contain_text("Nothing to settle")

    # The flow counts what was settled: two excluded, four go on.
    owner.goto(f"{base}/screening")
    expect(owner.locator("main")).to_contain_text("4 records are given to nobody yet")
