"""The people who press: a process of its own, with one keep-alive connection for each person.

A person presses again when the answer and the new card are both there, as somebody who reads the card would. Two
clocks run for each press: until its 200 is read, and until the card that shows it arrived at Slack.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path

import aiohttp

from tests.bench.slack import ACTION, Json, Press, buttons, card, command, signed, unwrapped

PATIENCE = 45.0  # seconds; a card that is not there by then is lost
SCREENS = 6  # answered before the clocks start, so that there is something to replay
AFTERWARDS = 0.2  # seconds for what a server still does about the last presses, such as settling its outbox


class Lost(Exception):
    """A press was not answered, or not shown, or not as it should be: there is nothing to measure."""


@dataclass(frozen=True, slots=True)
class Order:
    """`ours`: consultations are opened through Confer first. `warmup` and `presses` are for each person."""

    ours: bool
    port: int
    slack: str
    pid: int
    people: tuple[str, ...]
    warmup: int
    presses: int


@dataclass(frozen=True, slots=True)
class Measured:
    """Times in nanoseconds, one for each measured press; `made` counts every press, measured or not.

    seconds: from the first press until the last card. cpu: seconds of the server's process; 0 where it cannot be read.
    """

    answered: list[int]
    shown: list[int]
    seconds: float
    cpu: float
    made: int


class Watch:
    """What the stub tells: which version of the card in a conversation arrived when."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[int, asyncio.Future[int]]] = {}

    def expect(self, channel: str, version: int) -> asyncio.Future[int]:
        """When a card of at least this version arrived. Asked for before the press, so that none is missed."""
        arrived: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting[channel] = version, arrived
        return arrived

    async def listen(self, session: aiohttp.ClientSession, slack: str, ready: asyncio.Event) -> None:
        async with session.get(f"{slack}/watch", timeout=aiohttp.ClientTimeout(total=None)) as stream:
            async for line in stream.content:
                news = json.loads(line)
                match news.get("method"):
                    case None:
                        ready.set()
                    case "chat.update" | "chat.postMessage":
                        self._arrived(news["channel"], news["version"], news["at"])
                    case method:
                        raise Lost(f"the server called {method} ({news.get('said', '')!r}) instead of showing a card")
        raise Lost("the stub went away")

    def _arrived(self, channel: str, version: int, at: int) -> None:
        wanted, arrived = self._waiting.get(channel, (0, None))
        if arrived is not None and version >= wanted and not arrived.done():
            arrived.set_result(at)


class Person:
    def __init__(self, user: str, order: Order, watch: Watch, session: aiohttp.ClientSession) -> None:
        self.user = user
        self.channel = f"D{user[1:]}"
        self.made = 0
        self.answered: list[int] = []
        self.shown: list[int] = []
        self._order = order
        self._watch = watch
        self._session = session
        self._version = 1
        self._ids = count(1)

    async def sit_down(self) -> None:
        """Connect, and have a card to press on."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._order.port)
        if not self._order.ours:
            ts = f"{int(time.time())}.{int(self.user[-3:]):06d}"
            carry = {"c": "AAAAAAAAAAAA", "s": "life_now", "q": "life_now"}
            self._press = Press.on(self.user, (self.channel, ts), card(1), carry, urls=self._order.slack)
            return
        arrived = self._watch.expect(self.channel, 1)
        await self._post(command(self.user, self.channel, self._trigger(), self._order.slack))
        await self._patiently(arrived, "the first card")
        for _ in range(SCREENS):
            shown = await self._card()
            self._press = self._first_way_on(shown)
            await self.press()
        shown = await self._card()
        carry = next(carry for action, carry in map(unwrapped, buttons(shown["blocks"])) if action == ACTION)
        carry = {"c": carry["c"], "s": "life_now", "q": "life_now"}
        self._press = Press.on(
            self.user,
            (self.channel, shown["ts"]),
            shown["blocks"],
            carry,
            ("within_hours", "no"),
            urls=self._order.slack,
        )

    async def press(self) -> tuple[int, int]:
        """Press once. Nanoseconds until the answer, and until the card."""
        arrived = self._watch.expect(self.channel, self._version + 1)
        body = self._press.at(self._version, self._trigger(), time.time())
        begun = time.monotonic_ns()
        await self._post(body)
        answered = time.monotonic_ns()
        shown = await self._patiently(arrived, f"card {self._version + 1}")
        self._version += 1
        self.made += 1
        return answered - begun, shown - begun

    async def keep_pressing(self, times: int, *, measured: bool) -> int:
        """When the last card was there, in nanoseconds."""
        for _ in range(times):
            answered, shown = await self.press()
            if measured:
                self.answered.append(answered)
                self.shown.append(shown)
        return time.monotonic_ns()

    def _first_way_on(self, shown: Json) -> Press:
        """The first answer that is no emergency, with the first box of every list ticked."""
        state: Json = {}
        for block in shown["blocks"]:
            for element in [*block.get("elements", ()), block.get("element") or {}, block.get("accessory") or {}]:
                if options := element.get("options"):
                    some = {"selected_options": options[:1]} if element["type"] == "checkboxes" else {}
                    state[block.get("block_id", element["action_id"])] = {
                        element["action_id"]: {"type": element["type"], **(some or {"selected_option": options[0]})}
                    }
        ways = [button for button in buttons(shown["blocks"]) if unwrapped(button)[0] == ACTION]
        ways = [button for button in ways if button.get("style") != "danger"]
        if not ways:
            raise Lost("the consultation ran out of questions before the bench could begin")
        _, carry = unwrapped(ways[0])
        choices = (carry["a"],) if "a" in carry else ()
        place = self.channel, shown["ts"]
        return Press.on(self.user, place, shown["blocks"], carry, choices, state, self._order.slack)

    async def _card(self) -> Json:
        async with self._session.get(f"{self._order.slack}/cards/{self.channel}") as answer:
            found: Json = await answer.json()
        return found

    async def _post(self, body: bytes) -> None:
        self._writer.write(signed(body, time.time()))
        head = await self._reader.readuntil(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), None)
        if length is None:
            raise Lost("the server's answer has no length")
        said = await self._reader.readexactly(length)
        if not head.startswith(b"HTTP/1.1 200"):
            raise Lost(f"a press was answered {head.split(b' ', 2)[1].decode()}: {said[:200].decode(errors='replace')}")

    async def _patiently(self, arrived: asyncio.Future[int], what: str) -> int:
        try:
            return await asyncio.wait_for(arrived, PATIENCE)
        except TimeoutError:
            raise Lost(f"{what} did not arrive within {PATIENCE:.0f} seconds: the press was lost") from None

    def _trigger(self) -> str:
        return f"{time.monotonic_ns()}.{next(self._ids)}.{self.user}"


async def measure(order: Order) -> Measured:
    """Raises Lost."""
    async with aiohttp.ClientSession() as session:
        watch, ready = Watch(), asyncio.Event()
        listening = asyncio.create_task(watch.listen(session, order.slack, ready))
        pressing = asyncio.create_task(_pressing(order, watch, session, ready))
        try:
            await asyncio.wait({listening, pressing}, return_when=asyncio.FIRST_COMPLETED)
            if listening.done():
                listening.result()
            return await pressing
        finally:
            for task in (listening, pressing):
                task.cancel()
            await asyncio.gather(listening, pressing, return_exceptions=True)


async def _pressing(order: Order, watch: Watch, session: aiohttp.ClientSession, ready: asyncio.Event) -> Measured:
    await ready.wait()
    people = [Person(user, order, watch, session) for user in order.people]
    for person in people:
        await person.sit_down()
    await _all(people, order.warmup, measured=False)
    cpu, begun = _cpu(order.pid), time.monotonic_ns()
    ended = await _all(people, order.presses, measured=True)
    await asyncio.sleep(AFTERWARDS)
    return Measured(
        answered=[each for person in people for each in person.answered],
        shown=[each for person in people for each in person.shown],
        seconds=(ended - begun) / 1e9,
        cpu=_cpu(order.pid) - cpu,
        made=sum(person.made for person in people),
    )


async def _all(people: Sequence[Person], times: int, *, measured: bool) -> int:
    return max(await asyncio.gather(*(person.keep_pressing(times, measured=measured) for person in people)))


def _cpu(pid: int) -> float:
    """Seconds of processor time that this process has used, in all its threads; proc_pid_stat(5)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    """An Order as JSON on standard input; what was Measured as JSON on standard output."""
    said = json.load(sys.stdin)
    try:
        measured = asyncio.run(measure(Order(**{**said, "people": tuple(said["people"])})))
    except (Lost, OSError, asyncio.IncompleteReadError) as trouble:
        print(f"{type(trouble).__name__}: {trouble}", file=sys.stderr)
        return 1
    json.dump(asdict(measured), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
