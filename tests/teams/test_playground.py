"""The real client, as far as it can be had without an account: Microsoft's Agents Playground, in headless Chromium.

Two colleagues sit at a Playground each, as `make try-teams` says how to open it: one asks, the other agrees. It takes
minutes and fetches 15 MB, so it runs by `make playground` alone. Skipped where npm or Chromium is missing, or where npm
cannot fetch the Playground; it is Microsoft's, and no part of ours.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from bot.channels.teams.trial import PLAYGROUND
from tests.bot.processes import Process, running

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NPM, NODE = shutil.which("npm"), shutil.which("node")
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",  # its pages ask for Microsoft's fonts and sounds
]
STARTED_WITHIN = 60.0  # seconds; node reads five megabytes first
PATIENCE = 60_000.0  # milliseconds, for one thing to be seen or to become pressable; a busy machine is no fault of ours
_COMMAND = re.compile(r"^ +M365_AGENTS_PLAYGROUND_CONFIG_PATH=(\S+) npx -y \S+ (.+)$", re.MULTILINE)

pytestmark = [
    pytest.mark.playground,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed on this machine"),
    pytest.mark.skipif(NPM is None or NODE is None, reason="no npm is installed on this machine"),
]


@pytest.fixture(scope="module")
def playground(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Playground's program. Without its install scripts: nothing of it runs before the test asks."""
    folder = tmp_path_factory.mktemp("playground")
    asked = ["install", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    done = subprocess.run([str(NPM), *asked, PLAYGROUND], cwd=folder, capture_output=True, text=True, timeout=110)
    if done.returncode:
        pytest.skip("npm could not fetch the Playground")
    return folder / "node_modules" / "@microsoft" / "m365agentsplayground" / "cli.js"


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        await browser.close()


@dataclass
class Sitting:
    """Somebody at their Playground."""

    page: Page

    async def types(self, text: str) -> None:
        await self.page.locator("[data-lexical-editor]").click()
        await self.page.keyboard.type(text)
        await self.page.keyboard.press("Enter")

    async def card(self, *words: str) -> Locator:
        """The newest card that says all this."""
        cards = self.page.locator(".ac-adaptiveCard")
        for each in words:
            cards = cards.filter(has_text=each)
        await expect(cards.last).to_be_visible()
        return cards.last

    async def presses(self, label: str, on: str) -> None:
        card = await self.card(on)
        # By what stands on it: its name for a screen reader may say more.
        await card.get_by_role("button").filter(has_text=re.compile(f"^{re.escape(label)}$")).click()

    async def ticks(self, option: str, on: str) -> None:
        card = await self.card(on)
        await card.locator("label", has_text=option).first.click()

    async def fills(self, field: str, text: str, on: str) -> None:
        card = await self.card(on)
        await card.get_by_label(field).first.fill(text)


@asynccontextmanager
async def sitting(bot: Process, at: int, playground: Path, browser: Browser, folder: Path) -> AsyncIterator[Sitting]:
    """The Playground as the words of `try` open it: the `at`-th command, on a port of its own and in our browser."""
    config, options = _COMMAND.findall(bot.said())[at]
    options = re.sub(r"-p \d+", f"-p {free_port()}", options)
    log = folder / f"playground-{at}.out"
    own = {
        "TEAMSAPPTESTER_BROWSER": "none",
        "M365_AGENTS_PLAYGROUND_LOGFILE": str(folder / f"playground-{at}.log"),
        "M365_AGENTS_PLAYGROUND_CONFIG_PATH": config,
    }
    plain = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *(str(NODE), str(playground), "start", *options.split()),
            cwd=folder,
            env={**plain, **own},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    page = None
    try:
        port = await _listening(process, log)
        page = await browser.new_page(viewport={"width": 1100, "height": 1400}, reduced_motion="reduce")
        page.set_default_timeout(PATIENCE)
        await page.goto(f"http://localhost:{port}", wait_until="domcontentloaded")
        yield Sitting(page)
    finally:
        if page is not None:
            await page.close()
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _listening(process: asyncio.subprocess.Process, log: Path) -> int:
    deadline = time.monotonic() + STARTED_WITHIN
    while True:
        said = await asyncio.to_thread(log.read_text, errors="replace")
        if port := re.search(r"Listening on (\d+)", said):
            return int(port[1])
        if process.returncode is not None or time.monotonic() > deadline:
            pytest.fail(f"the Playground did not start:\n{said}")
        await asyncio.sleep(0.05)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.mark.timeout(600)
async def test_a_worker_and_an_approver_go_through_a_whole_consultation(
    playground: Path, browser: Browser, tmp_path: Path
) -> None:
    told = ("try", "--port", "0", "--data", str(tmp_path / "try"), "--on", "teams", "--who", "amira", "--who", "ben")
    expect.set_options(timeout=PATIENCE)
    async with (
        running(*told, environment={}) as bot,
        sitting(bot, 0, playground, browser, tmp_path) as amira,
        sitting(bot, 1, playground, browser, tmp_path) as ben,
    ):
        await amira.card("Have you been told something in confidence?")
        await ben.card("Have you been told something in confidence?")

        await amira.types("start")
        await amira.card("Could someone die", "Ring 999. Don't wait for this bot or for approval.")
        await amira.presses("No", on="Could someone die")
        await amira.ticks("A child may be harmed, or was", on="Could any of these be true?")
        await amira.presses("Next", on="Could any of these be true?")
        await amira.presses("Next", on="Is any of this why you are here?")
        await amira.presses("The child told us", on="How do we know?")
        await amira.presses("Next", on="Could any of this be part of it?")
        for group in await (await amira.card("who is safe to tell?")).get_by_role("radiogroup").all():
            await group.locator("label", has_text="Not sure").click()
        await amira.presses("Next", on="who is safe to tell?")

        await amira.presses("Ask for agreement", on="What we suggest")
        await amira.fills("What exactly would you say?", "What the child said this morning.", on="Before it is sent")
        await amira.presses("Send", on="Before it is sent")
        await amira.card("Waiting for a second person")

        await ben.presses("Approve", on="Do you agree?")
        await ben.fills("Why do you agree?", "Clear signs.", on="Your decision")
        await ben.ticks("We talked this over", on="Your decision")
        await ben.presses("Yes, I agree", on="Your decision")
        await ben.card("Already decided: Ben Carver agreed to this")

        await amira.card("What to do now", "Ben Carver agreed at", "Ring children's social care today")
        await amira.presses("Write down what was done", on="How will you tell them?")
        await amira.ticks("Children's social care at the council", on="What was done")
        await amira.ticks("By telephone", on="What was done")
        await amira.ticks("I rang a number that I found myself", on="What was done")
        await amira.fills("What was said or done?", "Rang the duty team, they opened a referral.", on="What was done")
        await amira.presses("Keep this", on="What was done")
        await amira.presses("Finish the record", on="Kept in the record.")
        for answer in ("No. There is nobody to tell", "Yes, they are up to date", "In a month", "I was told"):
            await amira.ticks(answer, on="Finish the record")
        await amira.presses("Keep this", on="Finish the record")
        await amira.presses("Close", on="Kept in the record.")
        await amira.card("Closed. The record is kept.")

        for person in (amira, ben):
            shown = await person.page.locator(".ac-adaptiveCard").all_inner_texts()
            assert not [text for text in shown if "this morning" in text or "referral" in text or "Clear signs" in text]
