"""From full texts that were included to a flow with studies, in a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.api.test_studies import STAGES, ZINC, include
from tests.browser.test_pages import PHONE, browsing, serious

import ranvier
from ranvier.core.protocol import Criterion, ScreeningRule

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

OWNER = "anna"


@pytest.fixture
def gathering(served: Any) -> str:
    """A review of Anna's whose five reports are included on the full text."""
    name = f"studies{len(list(served.folder.iterdir()))}"
    actor = served.people[OWNER].actor
    with ranvier.new(served.folder / name, id=name, title="Zinc", actor=actor) as opened:
        seat = opened.seat(actor)
        seat.records.import_("".join(ZINC).encode(), "z.ris", source="PubMed", kind="database")
        seat.records.deduplicate()
        for doubt in seat.records.doubts().open:
            seat.records.match(doubt.question.a, doubt.question.b, same=False)
        rules = [ScreeningRule(stage=stage, rule="single") for stage in STAGES]
        criteria = [Criterion(id="design", stage="full_text", text="Not randomised")]
        seat.screening.put_protocol(criteria=criteria, rules=rules)
        seat.team.put_member(actor, ["owner", "reviewer"])
        include(seat)
    return name


def flow_of(page: Page, base: str) -> dict[str, str]:
    """The counts of the flow, as its page shows them."""
    page.goto(f"{base}/flow")
    rows = page.locator("main table tbody tr").all()
    return {row.locator("th").inner_text(): row.locator("td").inner_text() for row in rows}


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_from_included_full_texts_to_a_flow_with_studies(browser, served, gathering, script):
    base = f"{served.origin}/r/{gathering}"
    with browsing(browser, served, OWNER, java_script_enabled=script) as context:
        page = context.new_page()
        page.goto(f"{base}/")
        expect(page.locator(".next")).to_contain_text("Gather reports into studies")
        before = flow_of(page, base)
        assert before["Studies included"] == "0"
        assert before["Included reports not yet gathered into studies"] == "5"
        expect(page.locator("main")).to_contain_text("5 included reports belong to no study")

        # The suggestion says why, and is taken.
        page.goto(f"{base}/studies")
        suggested = page.locator(".suggestion")
        expect(suggested).to_have_count(1)
        expect(suggested).to_contain_text("Both name NCT01234567.")
        assert suggested.locator("input[name=label]").input_value() == "Petrova 2015"
        if script:
            page.keyboard.press("s")
        else:
            suggested.get_by_role("button", name="One study").click()
        expect(page.locator("#study-petrova-2015")).to_contain_text("2 reports")

        # The rest become studies of their own, and two of them one.
        page.get_by_role("button", name="Make a study of each of these 3").click()
        expect(page.locator(".study")).to_have_count(4)
        moving = page.locator("#study-smith-2011b")
        moving.locator("summary", has_text="Move").click()
        moving.locator("select[name=to]").select_option("smith-2011a")
        moving.get_by_role("button", name="Move").click()
        expect(page.locator(".study")).to_have_count(3)
        describing = page.locator("#study-smith-2011a")
        describing.locator("summary", has_text="Describe").click()
        describing.locator("input[name=label]").fill("Smith 2011")
        describing.get_by_role("button", name="Keep").click()
        expect(page.locator("#study-smith-2011a h3")).to_have_text("Smith 2011")
        if script:
            page.keyboard.press("u")
        else:
            page.get_by_role("button", name="Undo the last").click()
        expect(page.locator("#study-smith-2011a h3")).to_have_text("Smith 2011a")

        after = flow_of(page, base)
        assert after["Studies included"] == "3"
        assert after["Reports of included studies"] == "5"
        assert after["Included reports not yet gathered into studies"] == "0"
        expect(page.locator(".notice.warn")).to_have_count(0)
        page.goto(f"{base}/history")
        expect(page.locator(".history")).to_contain_text("Petrova 2015: 2 reports")

        # A decision that changes is never silently followed.
        page.goto(f"{base}/studies")
        report = page.locator("#study-petrova-2015 input[name=item]").first.input_value()
        page.goto(f"{base}/screen/full_text?item={report}")
        if script:
            page.wait_for_selector("html[data-ready]")
            page.keyboard.press("1")
            page.keyboard.press("e")
            expect(page.locator("#connection-words")).to_have_text("All decisions saved")
        else:
            page.locator("input[name=reasons]").first.check()
            page.locator("button[name=verdict][value=exclude]").click()
        page.goto(f"{base}/studies")
        expect(page.locator(".notice.warn")).to_contain_text("no longer, included")
        assert flow_of(page, base)["Reports of included studies"] == "4"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_barrier_and_a_phone_shows_it_whole(
    browser, served, gathering, scheme
):
    base = f"{served.origin}/r/{gathering}"
    with browsing(browser, served, OWNER, color_scheme=scheme, viewport=PHONE) as context:
        page = context.new_page()
        for acts in (0, 1):
            page.goto(f"{base}/studies")
            if acts:
                page.get_by_role("button", name="Make a study of each of these 3").click()
                expect(page.locator(".study")).to_have_count(3)
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            assert serious(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
