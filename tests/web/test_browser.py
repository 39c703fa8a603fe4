"""The sandbox in a real browser: one press, two screens, the keyboard, a phone's width."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from urllib.parse import parse_qs

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from bot.cards import Card, Image, Notice
from bot.reporting.chart import Bar, Chart
from tests.web.conftest import IN_A_BROWSER, Sandbox, opened_sandbox
from tests.web.samples import APPROVAL, QUESTION

pytestmark = IN_A_BROWSER


@pytest_asyncio.fixture(loop_scope="session")
async def sandbox() -> AsyncIterator[Sandbox]:
    """In the loop of the browser that looks at it."""
    async with opened_sandbox() as sandbox:
        yield sandbox


async def opened(browser: Browser, sandbox: Sandbox, width: int) -> Page:
    page = await browser.new_page(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    await page.goto(sandbox.origin)
    return page


async def test_ask_approve_and_watch_the_other_screen_change(browser: Browser, sandbox: Sandbox) -> None:
    page = await opened(browser, sandbox, 1400)
    amina, tom = page.locator("[data-person=amina].person"), page.locator("[data-person=tom].person")

    await amina.get_by_role("button", name="Start the checklist").click()
    await expect(amina.get_by_role("heading", name="Could someone die")).to_be_focused()
    await amina.get_by_role("button", name="No", exact=True).dblclick()
    await expect(amina.get_by_role("heading", name="What is it about?")).to_be_focused()
    await amina.get_by_role("checkbox", name="Yes: An adult may face").click()
    await amina.get_by_role("button", name="Continue").click()
    await expect(amina.get_by_role("heading", name="Sent to Tom Okafor")).to_be_focused()

    await expect(tom.get_by_text("Updated just now", exact=True)).to_be_visible()
    await tom.get_by_role("button", name="Approve").click()
    dialog = page.get_by_role("dialog", name="Approve")
    await expect(dialog.get_by_role("link", name="999")).to_be_visible()
    await dialog.get_by_label("Your reason").fill("ok")
    await dialog.get_by_label("By phone").check()
    await dialog.get_by_label("We talked it over").check()
    await dialog.get_by_role("button", name="Approve").click()
    await expect(dialog.get_by_label("Your reason")).to_be_focused()
    await expect(dialog.get_by_text("say it in a few more words")).to_be_visible()
    await dialog.get_by_label("Your reason").fill("talked over, the child first")
    await dialog.get_by_role("button", name="Approve").click()

    await expect(tom.get_by_role("heading", name="You approved")).to_be_focused()
    await expect(amina.get_by_role("heading", name="What to do now")).to_be_visible()
    await expect(amina.get_by_text("Updated just now", exact=True)).to_be_visible()
    assert [event.action for event in sandbox.desk.events] == [
        "start",
        "answer",
        "ticked",
        "approve",
        "approve.sent",
        "approve.sent",
    ]


async def test_what_an_answer_says_above_its_card_is_still_there_once_the_page_is_up_to_date(
    browser: Browser, sandbox: Sandbox
) -> None:
    sandbox.desk.says = (Notice("Kept in the record.", "done"),)
    page = await opened(browser, sandbox, 1400)
    amina = page.locator("[data-person=amina].person")
    await amina.get_by_role("button", name="Start the checklist").click()
    await expect(amina.get_by_role("heading", name="Could someone die")).to_be_focused()

    async with page.expect_response(f"{sandbox.origin}/people/amina") as asked:
        await amina.get_by_role("button", name="No", exact=True).click()
    await (await asked.value).finished()

    await expect(amina.get_by_role("heading", name="What is it about?")).to_be_focused()
    await expect(amina.locator(".cards").get_by_text("Kept in the record.")).to_be_visible()


async def test_yes_and_not_sure_exclude_each_other_from_the_keyboard(browser: Browser, sandbox: Sandbox) -> None:
    page = await opened(browser, sandbox, 1400)
    amina = page.locator("[data-person=amina].person")
    await amina.get_by_role("button", name="Start the checklist").press("Enter")
    await amina.get_by_role("button", name="No", exact=True).press("Enter")
    yes = amina.get_by_role("checkbox", name="Yes: An adult may face abuse, neglect or violence")
    unsure = amina.get_by_role("checkbox", name="Not sure: An adult may face abuse, neglect or violence")

    await yes.press("Space")
    await unsure.press("Space")
    await unsure.press("Enter")

    await expect(unsure).to_be_checked()
    await expect(yes).not_to_be_checked()
    await expect(page.locator("#banner")).to_be_hidden()
    assert len(sandbox.desk.events) == 2


async def test_the_emergency_card_stays_though_nothing_could_be_recorded(browser: Browser, sandbox: Sandbox) -> None:
    page = await opened(browser, sandbox, 1400)
    amina = page.locator("[data-person=amina].person")
    sandbox.desk.down = True

    box = amina.get_by_label("Message to Confer")
    await box.fill("he has taken an overdose")
    await box.press("Enter")

    await expect(amina.get_by_role("heading", name="Are you safe?")).to_be_visible()
    await expect(amina.get_by_role("heading", name="This could not be recorded")).to_be_visible()
    await expect(box).to_have_value("")


async def test_the_emergency_card_outlives_a_database_that_comes_back_without_the_answer(
    browser: Browser, sandbox: Sandbox
) -> None:
    sandbox.desk.shown = {"amina": {"m1": QUESTION}}
    page = await opened(browser, sandbox, 1400)
    amina = page.locator("[data-person=amina].person")
    sandbox.desk.down = True
    await amina.get_by_role("button", name="Yes", exact=True).click()
    await expect(amina.get_by_role("heading", name="This could not be recorded")).to_be_visible()

    sandbox.desk.down = False
    sandbox.desk.shown["amina"]["m2"] = APPROVAL
    await sandbox.channel.stop()  # the page's stream breaks, and it asks how things stand
    await expect(amina.get_by_role("heading", name="Open checks: 2")).to_be_visible()

    await expect(amina.get_by_role("heading", name="Are you safe?")).to_be_visible()


async def test_on_a_phone_one_person_stands_alone_and_news_of_the_others_is_counted(
    browser: Browser, sandbox: Sandbox
) -> None:
    page = await opened(browser, sandbox, 390)
    tab = page.get_by_role("navigation", name="People").get_by_role("link", name="Tom")
    await expect(page.locator(".person:visible")).to_have_count(1)

    await sandbox.desk.letter("ask-tom", "tom", APPROVAL)
    await expect(tab).to_contain_text("1 new")
    await tab.press("Enter")

    await expect(page.get_by_role("heading", name="Tom Okafor")).to_be_visible()
    await expect(page.locator(".person:visible")).to_have_count(1)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_a_card_that_is_sent_again_as_it_stands_is_no_news(browser: Browser, sandbox: Sandbox) -> None:
    page = await opened(browser, sandbox, 390)
    tab = page.get_by_role("navigation", name="People").get_by_role("link", name="Tom")
    await sandbox.desk.letter("ask-tom", "tom", APPROVAL)
    await expect(tab).to_contain_text("1 new")

    await sandbox.desk.letter("ask-tom", "tom", APPROVAL)
    await sandbox.desk.letter("other", "tom", QUESTION)

    await expect(page.locator('[data-message="web-other"]')).to_have_count(1)
    assert "2 new" in await tab.inner_text()


async def test_what_came_while_the_stream_was_broken_is_counted_as_news(browser: Browser, sandbox: Sandbox) -> None:
    page = await opened(browser, sandbox, 390)
    tab = page.get_by_role("navigation", name="People").get_by_role("link", name="Tom")

    sandbox.desk.shown = {"tom": {"m2": APPROVAL}}
    await sandbox.channel.stop()

    await expect(tab).to_contain_text("1 new")


async def test_a_picture_is_seen_on_a_phone_and_has_its_words(browser: Browser, sandbox: Sandbox) -> None:
    drawing = Chart((Bar(0, 1, 1, 2, 1), Bar(1, 2, 2, 9, 0)), (date(2026, 11, 23),) * 12)
    image = Image("Twelve weeks", "23 Nov: 4.", drawing, "A triangle: emergencies.", drawing.png())
    sandbox.desk.shown = {"amina": {"m1": Card("The week: safe", (image,))}}
    page = await opened(browser, sandbox, 360)

    shown = page.get_by_role("img", name="23 Nov: 4.")

    await expect(shown).to_be_visible()
    assert await shown.evaluate("image => [image.complete, image.naturalWidth]") == [True, 540]
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360


async def test_a_page_whose_stream_broke_catches_up_by_itself(browser: Browser, sandbox: Sandbox) -> None:
    page = await opened(browser, sandbox, 1400)
    tom = page.locator("[data-person=tom].person")
    await expect(tom.get_by_role("heading", name="Nothing waits for you")).to_be_visible()

    sandbox.desk.shown = {"tom": {"m2": APPROVAL}}
    await sandbox.channel.stop()

    await expect(tom.get_by_role("heading", name="Your decision is asked for")).to_be_visible()


async def test_a_press_that_did_not_arrive_is_the_same_press_when_pressed_again(
    browser: Browser, sandbox: Sandbox
) -> None:
    page = await opened(browser, sandbox, 1400)
    start = page.locator("[data-person=amina].person").get_by_role("button", name="Start the checklist")
    deliveries: list[str] = []

    async def lose_the_answer(route: Route) -> None:
        deliveries.append(parse_qs(route.request.post_data or "")["delivery"][0])
        await route.fetch()
        await route.abort()

    await page.route("**/press", lose_the_answer)
    await start.click()
    await expect(page.get_by_role("status")).to_contain_text("Press again.")
    await start.click()
    await expect(start.locator("xpath=ancestor::form")).not_to_have_attribute("aria-busy", "true")

    assert len(deliveries) == 2
    assert len(set(deliveries)) == 1
    assert [event.action for event in sandbox.desk.events] == ["start"]


async def test_without_a_script_a_press_still_works(browser: Browser, sandbox: Sandbox) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(sandbox.origin)

    await page.get_by_role("button", name="Start the checklist").first.click()

    await expect(page.get_by_role("heading", name="Could someone die or be badly hurt right now?")).to_be_visible()
