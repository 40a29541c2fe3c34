"""Screening in a real browser before a real server: keys, network, words, scripts, people."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

import ranvier
from ranvier.core.highlight import WordGroup, find_words

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 320, "height": 640}
TA = "title_abstract"

# A machine that is busy with other tests is slow, not wrong.
expect.set_options(timeout=30_000)

Browsing = Callable[..., BrowserContext]


@pytest.fixture
def browsing(browser: Browser) -> Iterator[Browsing]:
    """Makes browsers of people's own, and fails if a page reports an error of its script."""
    opened: list[BrowserContext] = []
    problems: list[str] = []

    def make(served: Any, who: str, **more: Any) -> BrowserContext:
        context = browser.new_context(**({"viewport": DESKTOP} | more))
        context.on("weberror", lambda error: problems.append(str(error.error)))
        context.on("console", lambda said: _note(problems, said))
        served.sign_in(context, who)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()
    assert problems == []


def _note(problems: list[str], said: Any) -> None:
    """Keep what a page says went wrong, but for requests that the test made fail."""
    if said.type == "error" and "Failed to load resource" not in said.text:
        problems.append(said.text)


def screening(context: BrowserContext, served: Any, review: str, stage: str = TA) -> Page:
    page = context.new_page()
    page.goto(served.origin + "/")  # the server looks what reviews there are
    page.goto(f"{served.origin}/r/{review}/screen/{stage}")
    ready(page)
    return page


def ready(page: Page) -> None:
    page.wait_for_selector("html[data-ready]")


def title(page: Page) -> str:
    return page.inner_text("#record-title")


def waiting(page: Page, n: int) -> None:
    expect(page.locator("#connection")).to_have_attribute("data-waiting", str(n))


def saved(page: Page) -> None:
    expect(page.locator("#connection-words")).to_have_text("All decisions saved")


def mine(page: Page, served: Any, review: str) -> dict[str, str]:
    """Titles and verdicts as the server lists one's own decisions."""
    answer = page.request.get(f"{served.origin}/r/{review}/screen/{TA}/mine")
    page = page.context.new_page()
    page.set_content(answer.text())
    rows = page.locator(".decisions li")
    found = {
        rows.nth(i).locator(".what > a").inner_text(): rows.nth(i)
        .locator(".tag")
        .first.inner_text()
        for i in range(rows.count())
    }
    page.close()
    return found


def serious(page: Page) -> list[tuple[str, str]]:
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [
        (one["id"], one["nodes"][0]["html"][:200])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def test_a_key_decides_and_the_next_record_is_there(browsing, served, review_at):
    review = review_at(served)
    page = screening(browsing(served, "anna"), served, review)
    first = title(page)
    page.keyboard.press("i")
    second = title(page)
    assert second != first
    page.keyboard.press("2")
    page.keyboard.press("e")
    page.keyboard.press("u")
    saved(page)
    assert page.inner_text("#progress-words") == "3 of 12"
    assert page.inner_text("#progress-maybe") == "1"
    assert sorted(mine(page, served, review).values()) == ["Exclude", "Include", "Maybe"]
    assert page.evaluate("document.activeElement.id") == "record-title"
    assert page.evaluate("performance.getEntriesByName('ranvier-next-record').length") == 3
    page.goto(f"{served.origin}/r/{review}/screen/{TA}/mine?verdict=exclude")
    assert page.inner_text(".decisions .what p") == "Randomised controlled trial"
    page.goto(f"{served.origin}/r/{review}/screen/{TA}/mine?verdict=maybe")
    page.click(".decisions .what a")
    ready(page)
    assert "Your decision so far" in page.inner_text("#card")
    page.keyboard.press("i")
    assert page.inner_text("#progress-maybe") == "0"
    saved(page)
    assert page.inner_text("#progress-words") == "3 of 12"


def test_undo_brings_the_record_back_as_it_was_decided_also_after_a_reload(
    browsing, served, review_at
):
    review = review_at(served)
    page = screening(browsing(served, "anna"), served, review)
    first = title(page)
    page.fill("#note", "Of rats, I think")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    page.keyboard.press("e")
    saved(page)
    page.reload()
    ready(page)
    page.keyboard.press("z")
    expect(page.locator("#record-title")).to_have_text(first)
    assert page.input_value("#note") == "Of rats, I think"
    assert page.is_checked("input[value=population]")
    assert "Your decision so far" not in page.inner_text("#card")
    assert page.inner_text("#progress-words") == "0 of 12"
    saved(page)
    assert mine(page, served, review) == {}


def test_decisions_made_without_a_network_wait_and_arrive_once(browsing, served, review_at):
    review = review_at(served)
    context = browsing(served, "anna")
    page = screening(context, served, review)
    page.keyboard.press("i")
    saved(page)
    expect(page.locator("#progress-words")).to_have_text("1 of 12")
    context.set_offline(True)
    for key in "eiu":
        page.keyboard.press(key)
    waiting(page, 3)
    expect(page.locator("#connection-words")).to_have_text(
        "No connection: 3 decisions waiting to be sent"
    )
    page.keyboard.press("z")
    waiting(page, 2)
    context.set_offline(False)
    saved(page)
    assert sorted(mine(page, served, review).values()) == ["Exclude", "Include", "Include"]


def test_waiting_decisions_outlive_the_page_and_a_server_that_was_killed(
    browsing, own_server, review_at
):
    """Acknowledged, lost on the way, never sent: each is there exactly once afterwards."""
    review = review_at(own_server)
    own_server.start()
    context = browsing(own_server, "anna")
    page = screening(context, own_server, review)
    decided = [title(page)]
    page.keyboard.press("i")
    saved(page)

    # The server commits the second decision, and its answer is lost.
    def swallow(route: Any) -> None:
        route.fetch()
        route.abort()

    page.route("**/api/v1/**/decisions", swallow, times=1)
    decided.append(title(page))
    page.keyboard.press("e")
    expect(page.locator("#connection")).to_have_attribute("data-mood", "trouble")
    own_server.kill()
    for key in "iu":
        decided.append(title(page))
        page.keyboard.press(key)
    waiting(page, 3)
    page.close()
    own_server.start()
    page = screening(context, own_server, review)
    saved(page)
    own_server.stop()
    with ranvier.open(own_server.folder / review, mode="read") as held:
        anna = own_server.people["anna"].actor
        made = [e for e in held.log() if e.type == "decision.made" and e.actor == anna]
        assert len(made) == len({e.client_id for e in made}) == 4
        said = [json.loads(e.payload)["verdict"] for e in made]
    assert said == ["include", "exclude", "include", "maybe"]
    assert len(set(decided)) == 4
    own_server.start()


def test_two_people_from_the_first_record_to_the_settled_conflict(browsing, served, review_at):
    review = review_at(served, n=4)
    anna, ben, cat = (browsing(served, who) for who in ("anna", "ben", "cat"))
    pages = [screening(one, served, review) for one in (anna, ben)]
    for page, doubted in zip(pages, ("多灶", "多灶 العلاج"), strict=True):
        for _ in range(4):
            if title(page).split()[0][:2] in doubted:
                page.keyboard.press("1")
                page.keyboard.press("e")
            else:
                page.keyboard.press("i")
        saved(page)
        expect(page.locator("#all-done")).to_contain_text("Everything allotted to you is decided")
        page.goto(f"{served.origin}/r/{review}/conflicts/{TA}")
        assert "stays hidden" in page.inner_text("main")
    page = cat.new_page()
    page.goto(f"{served.origin}/r/{review}/conflicts")
    ready(page)
    expect(page.locator(".vote")).to_have_count(2)
    said = page.inner_text(".votes")
    assert "Reviewer 1" in said
    assert "Anna" not in said
    assert "Adults with the neuropathy" in said
    page.keyboard.press("2")
    page.keyboard.press("n")
    page.keyboard.type("it is not randomised: i saw the e-mail")
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    page.wait_for_url("**settled=**")
    assert "Nothing to settle" in page.inner_text("main")
    page.click("text=Undo")
    page.wait_for_url("**item=**")
    ready(page)
    expect(page.locator(".vote")).to_have_count(2)
    page.keyboard.press("i")
    page.wait_for_url("**settled=**")


def test_keys_can_be_chosen_changed_and_switched_off_and_leave_fields_alone(
    browsing, served, review_at
):
    page = screening(browsing(served, "anna"), served, review_at(served))
    first = title(page)
    page.click("#note")
    page.keyboard.type("include e u z")
    assert title(page) == first
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#keys-dialog")).to_be_visible()
    page.keyboard.press("i")
    page.select_option("[name=preset]", "asreview")
    page.click("[data-action=include]")
    page.keyboard.press("y")
    page.keyboard.press("Escape")
    assert title(page) == first
    page.keyboard.press("y")
    expect(page.locator("#record-title")).not_to_have_text(first)
    page.reload()
    ready(page)
    second = title(page)
    page.keyboard.press("?")
    assert page.input_value("[name=preset]") == "asreview"
    page.uncheck("[name=keys-on]")
    page.keyboard.press("Escape")
    page.keyboard.press("y")
    assert title(page) == second
    assert page.locator("kbd[data-key-of]:visible").count() == 0


def test_a_key_held_down_or_with_a_modifier_decides_no_more_than_once(browsing, served, review_at):
    page = screening(browsing(served, "anna"), served, review_at(served))
    page.keyboard.press("Control+i")
    page.keyboard.down("i")
    for _ in range(4):
        page.keyboard.down("i")  # what a keyboard repeats
    page.keyboard.up("i")
    saved(page)
    assert page.inner_text("#progress-words") == "1 of 12"


def test_everything_can_be_done_by_tab_and_enter_alone(browsing, served, review_at):
    context = browsing(served, "anna")
    page = screening(context, served, review_at(served))
    page.keyboard.press("?")
    page.uncheck("[name=keys-on]")
    page.keyboard.press("Escape")
    first = title(page)
    for name in ("Include", "Undo", "Put off", "Maybe", "Exclude"):
        before = title(page)
        _tab_to(page, name)
        page.keyboard.press("Enter")
        expect(page.locator("#record-title")).not_to_have_text(before)
        announced = page.inner_text("#announced")
        assert title(page) in announced
    assert title(page) != first


def _tab_to(page: Page, name: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        said = page.evaluate("document.activeElement.innerText ?? ''")
        if said.startswith(name):
            return
    raise AssertionError(f"{name} cannot be reached by Tab")


def test_titles_keep_four_tags_and_nothing_else_runs(browsing, served, review_at):
    page = screening(browsing(served, "anna"), served, review_at(served, n=1))
    html = page.inner_html("#record-title")
    assert "<i>In vivo</i>" in html
    assert "<sub>2</sub>" in html
    assert page.locator("#card img, #card [onclick]").count() == 0
    assert "<img src=x onerror=alert(1)>" in title(page)
    assert page.inner_text(".abstract h3 >> nth=0").lower() == "background"


def test_scripts_of_both_directions_are_set_as_they_are_read(browsing, served, review_at):
    page = screening(browsing(served, "anna"), served, review_at(served, n=4))
    seen: dict[str, tuple[str, str]] = {}
    for _ in range(4):
        heading = page.locator("#record-title")
        direction = heading.evaluate("e => getComputedStyle(e).direction")
        seen[heading.inner_text()[:2]] = (heading.get_attribute("lang") or "", direction)
        page.keyboard.press("i")
    assert seen == {
        "In": ("en", "ltr"), "多灶": ("zh", "ltr"), "ال": ("ar", "rtl"), "[A": ("en", "ltr"),
    }  # fmt: skip


def test_words_are_marked_by_group_and_are_the_readers_own(browsing, served, review_at):
    page = screening(browsing(served, "anna"), served, review_at(served, n=1))
    page.click("#open-highlights")
    page.click("[data-add]")
    group = page.locator("#groups fieldset").last
    group.locator("[name=label]").fill("Mine <b>")
    group.locator("[name=words]").fill("sixteen adults\nVÍVO\n<img*\n[(")
    page.keyboard.press("Escape")
    marked = page.locator('mark[title="Mine <b>"]')
    assert marked.all_inner_texts() == ["vivo", "<img", "Sixteen adults"]
    assert "Mine <b>" in page.inner_text("#legend")
    page.keyboard.press("h")
    assert page.locator("#card mark").count() == 0
    page.keyboard.press("h")
    page.reload()
    ready(page)
    expect(page.locator('mark[title="Mine <b>"]').first).to_be_visible()


def test_settings_go_elsewhere_as_a_file(browsing, served, review_at, tmp_path):
    review = review_at(served, n=2)
    page = screening(browsing(served, "anna"), served, review)
    page.click("#open-settings")
    page.select_option("#ahead", "25")
    with page.expect_download() as loading:
        page.click("[data-export]")
    file = tmp_path / "settings.json"
    loading.value.save_as(file)
    assert json.loads(file.read_text())["ahead"] == 25
    other = screening(browsing(served, "ben"), served, review)
    other.click("#open-settings")
    other.set_input_files("#settings-file", file)
    expect(other.locator("#settings-dialog [role=status]")).to_have_text("Settings taken over")
    assert other.input_value("#ahead") == "25"
    file.write_text("{}")
    other.set_input_files("#settings-file", file)
    expect(other.locator("#settings-dialog [role=status]")).to_contain_text("no screening settings")


def test_decisions_of_one_person_are_never_sent_by_another(browsing, served, review_at):
    review = review_at(served)
    context = browsing(served, "anna")
    page = screening(context, served, review)
    context.clear_cookies()
    page.keyboard.press("i")
    expect(page.locator("#banner-words")).to_contain_text("You are signed out: 1 decision kept")
    served.sign_in(context, "ben")
    page.keyboard.press("e")
    expect(page.locator("#banner-words")).to_contain_text("Somebody else is signed in here")
    other = screening(context, served, review)
    expect(other.locator("#connection")).to_have_attribute("data-waiting", "0")
    assert mine(other, served, review) == {}
    context.clear_cookies()
    served.sign_in(context, "anna")
    page.reload()
    ready(page)
    saved(page)
    assert sorted(mine(page, served, review).values()) == ["Exclude", "Include"]


def test_a_decision_that_is_refused_is_shown_with_the_reason(browsing, served, review_at):
    page = screening(browsing(served, "anna"), served, review_at(served))
    page.route(
        "**/api/v1/**/decisions",
        lambda route: route.fulfill(
            status=403, json={"message": "it was given to somebody else.", "remedy": "Ask."}
        ),
        times=1,
    )
    page.keyboard.press("i")
    expect(page.locator("#refused")).to_contain_text("it was given to somebody else. Ask.")
    assert page.inner_text("#progress-words") == "0 of 12"
    page.click("#refused button")
    expect(page.locator("#refused")).to_be_hidden()


def test_full_text_asks_for_the_reason_of_an_exclusion(browsing, served, review_at):
    review = review_at(served, n=2, stage="full_text")
    page = screening(browsing(served, "anna"), served, review, "full_text")
    page.keyboard.press("e")
    expect(page.locator("#reason-needed")).to_be_visible()
    page.keyboard.press("Shift+2")
    page.keyboard.press("x")
    saved(page)
    page.goto(f"{served.origin}/r/{review}/screen/full_text/mine")
    assert page.locator(".decisions .tag").all_inner_texts() == ["Not retrieved", "Exclude"]


def test_it_works_without_script(browsing, served, review_at):
    review = review_at(served, n=3)
    context = browsing(served, "anna", java_script_enabled=False)
    page = context.new_page()
    page.goto(served.origin)
    page.goto(f"{served.origin}/r/{review}/screen/{TA}")
    first = title(page)
    page.check("input[value=design]")
    page.fill("#note", "Not randomised")
    page.click("button[value=exclude]")
    second = title(page)
    assert second != first
    page.click("#skip")
    assert title(page) not in (first, second)
    page.goto(f"{served.origin}/r/{review}/screen/{TA}")
    page.click("#undo")
    assert title(page) == first
    page.click("button[value=maybe]")
    page.click("text=Your decisions")
    expect(page.locator(".decisions .tag")).to_have_text(["Maybe"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_no_serious_barrier(browsing, served, review_at, scheme, viewport):
    review = review_at(served, n=4)
    for who, keys in (("anna", "ii"), ("ben", "ee")):
        page = screening(browsing(served, who), served, review)
        for key in keys:
            page.keyboard.press(key)
        saved(page)
    look = {"viewport": viewport, "color_scheme": scheme, "reduced_motion": "reduce"}
    page = screening(browsing(served, "anna", **look), served, review)
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    for name in ("keys", "highlights", "settings"):
        page.click(f"#open-{name}")
        assert serious(page) == []
        page.keyboard.press("Escape")
    page.context.set_offline(True)
    page.keyboard.press("i")
    assert serious(page) == []
    page.context.set_offline(False)
    saved(page)
    page.goto(f"{served.origin}/r/{review}/screen/{TA}/mine")
    assert serious(page) == []
    page = browsing(served, "cat", **look).new_page()
    page.goto(f"{served.origin}/r/{review}/conflicts")
    ready(page)
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_every_button_is_large_enough_for_a_thumb(browsing, served, review_at):
    context = browsing(served, "anna", viewport=PHONE, has_touch=True, is_mobile=True)
    page = screening(context, served, review_at(served, n=2))
    small = page.evaluate(
        """() => [...document.querySelectorAll("main button, main a, main input, main summary")]
            .filter((e) => e.checkVisibility() && !e.closest("label, p"))
            .map((e) => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
            .filter(([, box]) => box.width < 24 || box.height < 24)
            .map(([html]) => html)"""
    )
    assert small == []
    box = page.locator("button[value=include]").bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert box["y"] + box["height"] <= PHONE["height"]
    page.tap("button[value=include]")
    saved(page)
    assert page.inner_text("#progress-words") == "1 of 2"


def test_the_browser_marks_what_the_terminal_marks(browsing, served):
    """One table of cases holds for both matchers; so does what the other one finds."""
    cases = runpy.run_path(str(Path(__file__).parents[1] / "core" / "test_highlight.py"))["CASES"]
    page = browsing(served, "anna").new_page()
    page.goto(served.origin)
    found = page.evaluate(
        """async (cases) => {
            const { pattern, places } = await import("/static/screening/highlight.js");
            return cases.map(([words, text]) =>
                places(text, [pattern(words)]).map((p) => text.slice(p.start, p.end)));
        }""",
        [[words, text] for words, text, _ in cases],
    )
    for (words, text, _), here in zip(cases, found, strict=True):
        there = find_words(text, [WordGroup(label="", style=1, words=tuple(words))])
        assert here == [text[p.start : p.end] for p in there], text


def test_the_row_of_buttons_stays_in_its_column(browsing, served, review_at):
    review = review_at(served, n=2, stage="full_text")
    page = screening(browsing(served, "anna"), served, review, "full_text")
    for width in (320, 360, 840, 900, 1000, 1024, 1200, 1280, 1440, 1920):
        page.set_viewport_size({"width": width, "height": 768})
        over = page.evaluate(
            """() => {
                const row = document.querySelector(".deciding").getBoundingClientRect();
                const buttons = [...document.querySelectorAll(".deciding button")];
                return buttons.filter((b) => b.getBoundingClientRect().right > row.right + 1
                    || b.getBoundingClientRect().height > 64).length;
            }"""
        )
        assert over == 0, width
