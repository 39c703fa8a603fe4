"""A browser tab with everybody of the sandbox in it: the stream of changed cards, and what is sent."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Collection
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import aiohttp

if TYPE_CHECKING:
    from tests.web.person import Person

Json = dict[str, Any]

LINES = "application/x-ndjson"


class Tab:
    """`async with Tab() as tab`; then `tab.connect(address of the bot)`."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}
        self.bot = ""
        self.token = ""  # "" until the page is there
        self._loaded = False
        self._stream: asyncio.Task[None] | None = None
        self._order = count(1)
        self._changed = asyncio.Event()

    async def __aenter__(self) -> Tab:
        self._client = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None, sock_connect=30))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._closes()
        await self._client.close()

    def connect(self, bot: str, *people: str) -> None:
        """The page of the bot at this address, which may be another one than before."""
        self.bot, self.token = bot.rstrip("/"), ""
        for each in people:
            self.person(each)
        before, self._stream = self._stream, asyncio.create_task(self._listens())
        if before is not None:
            before.cancel()

    def person(self, user: str) -> Person:
        from tests.web.person import Person

        if user not in self.people:
            self.people[user] = Person(self, user)
        return self.people[user]

    def change(self) -> int:
        self._changed.set()
        return next(self._order)

    async def until(self, condition: Callable[[], object], why: str = "", seconds: float = 30.0) -> None:
        """Wait for something to become true, looking whenever anything here changes."""
        deadline = time.monotonic() + seconds
        while not condition():
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(why or "it did not happen")
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), min(left, 0.05))
            except TimeoutError:
                continue

    async def send(self, inputs: Json) -> tuple[int, list[Json]]:
        """A press as the page's script sends it; the status, and the lines of the answer."""
        await self.until(lambda: self.token, "the page is not there")
        headers = {"Origin": self.bot, "Accept": LINES, "Content-Type": "application/x-www-form-urlencoded"}
        form = urlencode({**inputs, "token": self.token}, doseq=True)
        async with self._client.post(f"{self.bot}/press", data=form, headers=headers) as answer:
            if answer.status != 200:
                return answer.status, []
            return 200, [json.loads(line) for line in (await answer.text()).splitlines()]

    async def refreshes(self, person: Person, but: Collection[str] = ()) -> None:
        """What the script asks for after each press: this person's page as it stands now.

        `but`: the message that the press itself was just answered with, where the answer may say more than the card.
        """
        async with self._client.get(f"{self.bot}/people/{person.id}", headers={"Accept": LINES}) as answer:
            if answer.status != 200:
                return
            now = await answer.json()
        from tests.web.person import Shown

        home = now["home"]
        if person.home is None or person.home.mark != home["mark"]:
            person.home = Shown(home["html"], home["mark"], changed=self.change())
        for line in now["cards"]:
            if line["message"] not in but:
                person.places(line, line["message"], quiet=True)

    async def _listens(self) -> None:
        query = urlencode([("person", user) for user in self.people])
        kind = ""
        try:
            async with self._client.get(f"{self.bot}/events?{query}") as stream:
                async for line in stream.content:
                    said = line.decode().rstrip("\n")
                    if said.startswith("event: "):
                        kind = said.removeprefix("event: ")
                    elif said.startswith("data: "):
                        await self._hears(kind, json.loads(said.removeprefix("data: ")))
        except aiohttp.ClientError:
            return  # the sandbox was ended

    async def _hears(self, kind: str, said: Json) -> None:
        if kind == "hello":
            if self._loaded:
                for person in self.people.values():
                    person.cards.clear()  # the page is loaded anew
                    person.aside = person.dialog = None
                    await self.refreshes(person)
            self._loaded, self.token = True, said["token"]
            self.change()
        elif kind == "card" and said["person"] in self.people:
            if said["kind"] == "gone":
                self.people[said["person"]].cards.pop(said["message"], None)
                self.change()
            else:
                self.people[said["person"]].places(said, said["message"])

    async def _closes(self) -> None:
        if self._stream is not None:
            self._stream.cancel()
            await asyncio.gather(self._stream, return_exceptions=True)
