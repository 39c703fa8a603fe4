"""A running sandbox on loopback, with the desk of one short story behind it, and a browser tab's way of pressing."""

from __future__ import annotations

import html
import json
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.web import configure
from bot.channels.web.app import WebChannel
from tests.web.desk import StoryDesk

LINES = "application/x-ndjson"


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
    channel = configure({"CONFER_SANDBOX": "1"})
    assert isinstance(channel, WebChannel)
    desk = StoryDesk(channel=channel)
    app = web.Application()
    channel.mount(app, desk)
    async with TestClient(TestServer(app)) as client:
        yield Sandbox(client, channel, desk)


def words(markup: str) -> str:
    """What a person reads, without the tags."""
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", markup).split()))
