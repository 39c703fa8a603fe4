"""The whole story in a real browser, against the real bot as `make try` starts it: ask, approve, guidance, record."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from tests.bot.processes import running
from tests.web.conftest import IN_A_BROWSER

pytestmark = IN_A_BROWSER


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, tmp_path: Path) -> AsyncIterator[Page]:
    folder = str(tmp_path / "try")
    async with running("try", "--port", "0", "--data", folder, environment={}) as bot:
        page = await browser.new_page(viewport={"width": 1600, "height": 1000}, reduced_motion="reduce")
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        await page.goto(f"http://localhost:{bot.port}")
        yield page


def person(page: Page, name: str) -> Locator:
    return page.locator(f"[data-person$='{name}'].person")


async def presses(who: Locator, label: str) -> None:
    await who.locator(".cards button:visible", has_text=label).filter(has_text=label).first.click()


@pytest.mark.timeout(120)
async def test_ask_approve_read_the_guidance_and_write_down_what_was_done(page: Page) -> None:
    amira, ben, dora = person(page, "amira"), person(page, "ben"), person(page, "dora")

    await amira.get_by_role("button", name="Start a checklist").click()
    await expect(amira.get_by_role("heading", name="Could someone die")).to_be_visible()
    await expect(amira.locator(".cards .danger").first).to_contain_text("Ring 999")
    await amira.locator(".cards button:text-is('No')").click()
    await amira.get_by_role("checkbox", name="Yes: A child may be harmed, or was").click()
    await presses(amira, "Next")
    await expect(amira.get_by_role("heading", name="Is any of this why you are here?")).to_be_visible()
    await presses(amira, "Next")
    await presses(amira, "The child told us")
    await expect(amira.get_by_role("heading", name="Could any of this be part of it?")).to_be_visible()
    await presses(amira, "Next")
    await expect(amira.get_by_role("heading", name="who is safe to tell?")).to_be_visible()
    for choices in await amira.locator(".cards fieldset:has(input[type=radio])").all():
        await choices.locator("label", has_text="Not sure").click()
    await presses(amira, "Next")

    await expect(amira.get_by_role("heading", name="What we suggest")).to_be_visible()
    await presses(amira, "Ask for agreement")
    form = page.get_by_role("dialog", name="Before it is sent")
    await form.get_by_label("What exactly would you say?").fill("What the child said this morning.")
    await form.get_by_role("button", name="Send").click()
    await expect(amira.get_by_text("Waiting for Ben Carver or Chidi Lowe to agree.")).to_be_visible()

    await presses(ben, "Approve")
    form = page.get_by_role("dialog", name="Your decision")
    await form.get_by_label("Why do you agree?").fill("Clear signs.")
    await form.get_by_text("We talked this over").click()
    await form.get_by_role("button", name="Yes, I agree").click()

    await expect(ben.get_by_text("Already decided: Ben Carver agreed to this")).to_be_visible()
    await expect(amira.get_by_text("Ben Carver agreed at").first).to_be_visible()
    await expect(amira.get_by_text("Ring children's social care today")).to_be_visible()
    await expect(dora.locator(".cards article")).to_have_count(0)

    await presses(amira, "Write down what was done")
    form = page.get_by_role("dialog", name="What was done")
    await form.get_by_text("Children's social care at the council").click()
    await form.get_by_text("By telephone").click()
    await form.get_by_text("I rang a number that I found myself").click()
    await form.get_by_label("What was said or done?").fill("Rang the duty team, they opened a referral.")
    await form.get_by_role("button", name="Keep this").click()
    await presses(amira, "Finish the record")
    form = page.get_by_role("dialog", name="Finish the record")
    for answer in ("No. There is nobody to tell", "Yes, they are up to date", "In a month", "I was told"):
        await form.get_by_text(answer).click()
    await form.get_by_role("button", name="Keep this").click()
    await presses(amira, "Close")
    await expect(amira.get_by_text("Closed. The record is kept.")).to_be_visible()
