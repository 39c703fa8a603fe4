"""The people who press on Teams, one keep-alive connection for each: signed as the connector signs.

A person presses again when the answer, which is the new card, is there. The stored message changes after it.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from itertools import count
from typing import Any

from tests.bench.load import Lost
from tests.teams.connector import Connector
from tests.teams.connector.person import Person
from tests.teams.connector.reading import buttons, inputs

Json = dict[str, Any]

SCREENS = 6  # answered before the clocks start, so that there is something to replay
CHOICES = ("within_hours", "no")
_VERSION = re.compile(rb'"v": ?"(\d+)"')  # in a button's data
_CHOICE, _SEEN, _DELIVERY = b"benchchoice", b"benchversion", b"benchdelivery"


class Presser:
    def __init__(self, connector: Connector, person: Person, port: int, *, signed: bool = True) -> None:
        self.person = person
        self.made = 0
        self.answered: list[int] = []
        self._connector = connector
        self._port = port
        self._version = 1
        self._ids = count(1)
        self._signed = f"Authorization: Bearer {connector.token()}\r\n" if signed else ""

    async def opens_a_consultation(self) -> Json:
        """Through Confer, as a person does, six screens in. The card that stands then."""
        await self.person.types("start")
        await self._sees(lambda: "Could someone die" in self.person.sees())
        for _ in range(SCREENS):
            before = self.person.sees()
            for field in inputs(self.person.messages()[-1].card):
                if field["type"] == "Input.ChoiceSet":
                    await self.person.chooses(str(field.get("label") or ""), field["choices"][0]["title"])
            await self.person.presses(self._way_on())
            await self._sees(lambda before=before: self.person.sees() != before)
        return self.person.messages()[-1].card

    async def sits_down(self, card: Json, *, message: str = "") -> None:
        """Connect, with a press on this card ready."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        about = json.dumps(card)
        found = _VERSION.search(about.encode())
        self._version = int(found[1]) if found else 1
        case = re.search(r'"c": "([^"]+)"', about)
        carry = {"c": case[1] if case else "AAAAAAAAAAAA", "v": _SEEN.decode(), "s": "life_now", "q": "life_now"}
        data = {"confer": {"a": "answer", "c": {**carry, "a": _CHOICE.decode()}}}
        pressed = {"type": "Action.Execute", "id": "", "verb": "answer", "data": data}
        around = self.person._around(self.person.conversation)  # noqa: SLF001 - what Teams puts around a press
        activity = {
            "type": "invoke",
            "name": "adaptiveCard/action",
            "value": {"action": pressed, "trigger": "manual"},
            "replyToId": message or (self.person.messages()[-1].id if self.person.messages() else "1"),
            **around,
            "id": _DELIVERY.decode(),
        }
        self._body = json.dumps(self._connector.arriving(activity)).encode()

    async def press(self) -> int:
        """Press once; nanoseconds until the whole answer is read."""
        body = self._body.replace(_SEEN, b"%d" % self._version)
        body = body.replace(_CHOICE, CHOICES[self._version % 2].encode())
        body = body.replace(_DELIVERY, f"f:{self.person.id}-{time.monotonic_ns()}-{next(self._ids)}".encode())
        head = (
            "POST /api/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json; charset=utf-8\r\n"
            f"{self._signed}Content-Length: {len(body)}\r\n\r\n"
        )
        begun = time.monotonic_ns()
        self._writer.write(head.encode() + body)
        said = await self._answer()
        ended = time.monotonic_ns()
        found = _VERSION.search(said)
        if found is None or int(found[1]) != self._version + 1:
            words = " / ".join(re.findall(r'"text": ?"([^"]{1,60})', said.decode(errors="replace"))[:6])
            raise Lost(f"a press on version {self._version} brought {found[1] if found else 'none'!r}: {words}")
        self._version += 1
        self.made += 1
        return ended - begun

    async def keeps_pressing(self, times: int, *, measured: bool) -> None:
        for _ in range(times):
            taken = await self.press()
            if measured:
                self.answered.append(taken)

    async def leaves(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def _answer(self) -> bytes:
        head = await self._reader.readuntil(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
        said = await self._reader.readexactly(length)
        if not head.startswith(b"HTTP/1.1 200"):
            raise Lost(f"a press was answered {head.split(b' ', 2)[1].decode()}: {said[:200]!r}")
        return said

    def _way_on(self) -> str:
        """The first answer that is no emergency."""
        for label, action in buttons(self.person.messages()[-1].card):
            held = (action.get("data") or {}).get("confer") or {}
            if held.get("a") == "answer" and action.get("style") != "destructive":
                return label
        raise Lost("the consultation ran out of questions before the bench could begin")

    async def _sees(self, what: Any) -> None:
        await self._connector.until(what, f"the first cards did not come: {self.person.sees()[:300]}", seconds=45)
