"""A running sandbox on loopback, with the desk of one short story behind it, and a browser tab's way of pressing.

Chromium is started once a session: what needs it runs in the session's loop, and each test has windows of its own.
"""

from __future__ import annotations

import html
import json
import re
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from playwright.async_api import Browser, async_playwright, expect

from bot.channels.web import configure
from bot.channels.web.app import WebChannel
from tests.web.desk import StoryDesk

LINES = "application/x-ndjson"

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
IN_A_BROWSER = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed on this machine"),
    pytest.mark.asyncio(loop_scope="session"),
]
expect.set_options(timeout=30_000)  # milliseconds; a busy machine is no fault of the page


@dataclass
class Sandbox:
    client: TestClient[web.Request, web.Application]
    channel: WebChannel
    desk: StoryDesk
    presses: int = 0

    @property
    def origin(self) -> str:
        return str(self.client.make_url("/")).rstrip("/")

    async def page(self, path: str = "/") -> str:
        answer = await self.client.get(path)
        assert answer.status == 200
        return await answer.text()

    async def form(self, person: str, action: str, **inputs: str) -> dict[str, str]:
        """The inputs that the page itself would send."""
        token = re.search(r'data-token="([^"]+)"', await self.page())
        assert token
        carry = json.loads(inputs.pop("carry", "{}"))
        self.presses += 1
        return {
            "token": token[1],
            "person": person,
            "delivery": f"delivery-{self.presses}",
            "message": "",
            "press": json.dumps({"action": action, "carry": carry}),
            **inputs,
        }

    async def post(
        self, form: Mapping[str, str] | bytes, accept: str = LINES, headers: Mapping[str, str] | None = None
    ) -> ClientResponse:
        sent = {"Origin": self.origin, "Accept": accept, "Content-Type": "application/x-www-form-urlencoded"}
        return await self.client.post("/press", data=form, headers={**sent, **(headers or {})})

    async def press(self, person: str, action: str, **inputs: str) -> list[dict[str, str]]:
        """Press as the page's script does; the lines of the answer."""
        answer = await self.post(await self.form(person, action, **inputs))
        assert answer.status == 200
        return [json.loads(line) for line in (await answer.text()).splitlines()]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with opened_sandbox() as sandbox:
        yield sandbox


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def browser(chromium: Browser) -> AsyncIterator[Browser]:
    """Chromium without any window; whatever a test opens is closed, and its cookies forgotten, at its end."""
    yield chromium
    for window in chromium.contexts:
        await window.close()


@asynccontextmanager
async def opened_sandbox(messages: Path | str = "") -> AsyncIterator[Sandbox]:
    """`messages`: the file in the trial's folder."""
    channel = configure({"CONFER_SANDBOX": "1", "CONFER_SANDBOX_MESSAGES": str(messages)})
    assert isinstance(channel, WebChannel)
    desk = StoryDesk(channel=channel)
    app = web.Application()
    channel.mount(app, desk)
    async with TestClient(TestServer(app)) as client:
        yield Sandbox(client, channel, desk)


def words(markup: str) -> str:
    """What a person reads, without the tags."""
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", markup).split()))
