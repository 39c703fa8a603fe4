"""The trial's time in the sandbox: the button is there where a trial gave the channel its time, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from playwright.async_api import Browser, expect

from bot.cards import Card, Say
from bot.channels import Letter, Timed, Unavailable
from bot.channels.web import configure
from bot.channels.web.app import WebChannel
from storage.sealing import new_key
from tests.bot.processes import running
from tests.web.conftest import IN_A_BROWSER, LINES, Sandbox, words
from tests.web.desk import NOT_RECORDED, StoryDesk, who

DIGEST = Card("The week: safe", (Say("Nothing is left undone."),), summary="Confer: your weekly digest")


@dataclass
class Weeks:
    """A time in which only weeks count. Each brings what `brings` does."""

    sandbox: list[WebChannel] = field(default_factory=list)
    passed: int = 0
    down: bool = False

    async def says(self) -> str:
        return f"week {self.passed}"

    async def a_week(self) -> None:
        if self.down:
            raise Unavailable(NOT_RECORDED)
        self.passed += 1
        for channel in self.sandbox:
            await channel.deliver(Letter(f"digest-{self.passed}", who("tom"), "", "", DIGEST, alone=True))


@asynccontextmanager
async def timed(weeks: Weeks) -> AsyncIterator[Sandbox]:
    channel = configure({"CONFER_SANDBOX": "1"})
    assert isinstance(channel, WebChannel)
    assert isinstance(channel, Timed)
    channel.takes(weeks)
    weeks.sandbox.append(channel)
    desk, app = StoryDesk(channel=channel), web.Application()
    channel.mount(app, desk)
    async with TestClient(TestServer(app)) as client:
        yield Sandbox(client, channel, desk)


async def pressed(
    sandbox: Sandbox, *, token: str = "", accept: str = LINES, origin: str = ""
) -> aiohttp.ClientResponse:
    """The button, as our page or somebody else's sends it."""
    found = re.search(r'data-token="([^"]+)"', await sandbox.page())
    assert found
    return await sandbox.client.post(
        "/week",
        data={"token": token or found[1]},
        headers={"Origin": origin or sandbox.origin, "Accept": accept},
        allow_redirects=False,
    )


async def test_a_week_passes_and_the_page_says_what_hour_it_is_then() -> None:
    async with timed(weeks := Weeks()) as sandbox:
        before = words(await sandbox.page())
        answer = await pressed(sandbox)

        assert (answer.status, await answer.json(), weeks.passed) == (200, {"time": "Here it is week 1"}, 1)
        assert "Here it is week 0 Let a week pass" in before


async def test_what_arrived_meanwhile_stands_on_a_page_that_is_opened_later() -> None:
    async with timed(Weeks()) as sandbox:
        await pressed(sandbox)
        await pressed(sandbox)

        page = words(await sandbox.page("/?person=tom"))
        others = words(await sandbox.page("/?person=ben"))

    assert (page.count("The week: safe"), others.count("The week: safe")) == (2, 0)


async def test_a_browser_without_the_script_is_led_back_to_the_page() -> None:
    async with timed(weeks := Weeks()) as sandbox:
        answer = await pressed(sandbox, accept="text/html")

        assert (answer.status, answer.headers["Location"], weeks.passed) == (303, "/", 1)


@pytest.mark.parametrize(("token", "origin"), [("forged", ""), ("", "http://evil.example")])
async def test_nobody_elses_page_lets_time_pass(token: str, origin: str) -> None:
    async with timed(weeks := Weeks()) as sandbox:
        answer = await pressed(sandbox, token=token, origin=origin)

        assert (answer.status, weeks.passed) == (403, 0)


async def test_a_press_that_names_no_page_at_all_is_nobodys() -> None:
    async with timed(weeks := Weeks()) as sandbox:
        found = re.search(r'data-token="([^"]+)"', await sandbox.page())
        assert found

        answer = await sandbox.client.post("/week", data={"token": found[1]})

        assert (answer.status, weeks.passed) == (403, 0)


async def test_a_week_that_could_not_pass_is_said() -> None:
    async with timed(Weeks(down=True)) as sandbox:
        answer = await pressed(sandbox)

        assert answer.status == 503
        assert (await answer.json())["words"] == (
            "The week stopped on its way: the database does not answer. What had happened by then is kept. "
            "Wait a minute, then press again: the same week goes on from there."
        )


async def test_without_a_trial_there_is_neither_button_nor_route(sandbox: Sandbox) -> None:
    answer = await sandbox.client.post("/week", data={}, headers={"Origin": sandbox.origin})

    assert answer.status == 404
    assert "a week" not in await sandbox.page()


async def test_served_as_a_product_is_it_has_no_time_to_let_pass(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'confer.db'}"
    environment = {"DATABASE_URL": url, "CONFER_KEYS": new_key("test"), "CONFER_SANDBOX": "1", "PORT": "0"}
    async with running("web", environment=environment) as bot, aiohttp.ClientSession() as browser:
        origin = f"http://127.0.0.1:{bot.port}"
        async with browser.post(f"{origin}/week", data={}, headers={"Origin": origin}) as answer:
            status = answer.status

    assert status == 404


@pytest.mark.timeout(240)
async def test_in_the_trial_a_week_passes_its_digest_comes_and_a_new_start_is_no_earlier(tmp_path: Path) -> None:
    arguments = ("try", "--port", "0", "--data", str(tmp_path / "try"))
    async with running(*arguments, environment={}) as bot, aiohttp.ClientSession() as browser:
        origin = f"http://127.0.0.1:{bot.port}"
        async with browser.get(origin) as answer:
            before = await answer.text()
        token = re.search(r'data-token="([^"]+)"', before)
        assert token
        async with browser.post(f"{origin}/week", data={"token": token[1]}, headers={"Origin": origin}) as answer:
            after = await answer.text()
    async with (
        running(*arguments, environment={}) as bot,
        aiohttp.ClientSession() as browser,
        browser.get(f"http://127.0.0.1:{bot.port}/") as answer,
    ):
        again = await answer.text()

    assert before.count("The week: ") == 0
    assert after.count("The week: ") == 5
    assert hour(before) != hour(after) == hour(again)


def hour(page: str) -> str:
    """The day that the page says it is."""
    found = re.search(r"Here it is (\w+ \d+ \w+ \d+)", page)
    assert found
    return found[1]


class TestInABrowser:
    pytestmark = IN_A_BROWSER

    async def test_the_button_lets_a_week_pass_and_everybody_sees_what_came(self, browser: Browser) -> None:
        async with timed(weeks := Weeks()) as sandbox:
            page = await browser.new_page(viewport={"width": 1400, "height": 900}, reduced_motion="reduce")
            page.on("pageerror", lambda error: pytest.fail(str(error)))
            await page.goto(sandbox.origin)

            await page.get_by_role("button", name="Let a week pass").click()

            tom = page.locator("[data-person=tom].person")
            await expect(page.get_by_text("Here it is week 1")).to_be_visible()
            await expect(tom.get_by_role("heading", name="The week: safe")).to_be_visible()
            await expect(page.get_by_role("button", name="Let a week pass")).to_be_enabled()
            assert weeks.passed == 1
