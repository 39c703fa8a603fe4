"""The workspace itself: what is stored, what is sent to the bot, and faults that a test asks for."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import io
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from tests.slack.workspace.blocks import problems

if TYPE_CHECKING:
    from tests.slack.workspace.person import Person

Json = dict[str, Any]

TEAM, APP, BOT_USER, BOT = "T0INVENTED", "A0INVENTED", "U0BOT", "B0BOT"


@dataclass
class Message:
    """`only_for`: seen by one person only. `changed` orders what people see last."""

    channel: str
    ts: str
    text: str
    blocks: list[Json]
    user: str = BOT_USER
    metadata: Json | None = None
    only_for: str = ""
    changed: int = 0
    edits: int = 0


@dataclass
class View:
    id: str
    user: str
    view: Json
    hash: str
    changed: int
    errors: dict[str, str] = field(default_factory=dict)


@dataclass
class Upload:
    """A file of ours. `refusals`: how often a message with it is still refused, because Slack looks through it."""

    length: int
    refusals: int
    body: bytes = b""
    complete: bool = False


@dataclass(frozen=True, slots=True)
class Delivered:
    """What the bot answered. `body` is {} where it only acknowledged."""

    status: int
    body: Json


@dataclass
class Fault:
    status: int = 200
    error: str = ""
    retry_after: float | None = None
    hang: asyncio.Event | None = None  # answers, after it has done what was asked, only when this is set
    done_first: bool = False
    only_late: bool = False


class Workspace:
    """`async with Workspace() as workspace`; then `workspace.connect(address of the bot)` for HTTP mode."""

    def __init__(self) -> None:
        self.token = "xoxb-invented"
        self.app_token = "xapp-invented"
        self.signing_secret = "an invented signing secret"
        self.team = TEAM
        self.channels = ("C0GENERAL", "G0GROUP")  # everybody here can read these
        self.messages: list[Message] = []
        self.modals: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self.people: dict[str, Person] = {}
        self.groups: dict[str, list[str]] = {}  # the id of a user group -> who is in it
        self.scopes = {"usergroups:read", "files:write"}  # of those that somebody may not have given
        self.files: dict[str, Upload] = {}
        self.looks_through = 0  # how often a message with a new file is refused
        self.calls: list[tuple[str, Json]] = []
        self.sent: list[tuple[str, Json]] = []  # what the bot was sent, to be sent again
        self.refused: list[tuple[str, list[str]]] = []
        self.faults: dict[str, list[Fault]] = {}
        self.now: Callable[[], float] = time.time
        self.address = ""
        self.bot = ""
        self.sockets: list[web.WebSocketResponse] = []
        self.tickets: set[str] = set()
        self.triggers: dict[str, tuple[str, float]] = {}
        self.answers_by: dict[str, tuple[str, str, str]] = {}
        self._acks: dict[str, asyncio.Future[Json]] = {}
        self._ids = count(1)
        self._order = count(1)
        self._changed = asyncio.Event()

    async def __aenter__(self) -> Workspace:
        from tests.slack.workspace.api import routes

        app = web.Application()
        routes(self, app)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.address = f"http://{host}:{port}"
        self._client = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30))
        return self

    async def __aexit__(self, *_: object) -> None:
        for faults in self.faults.values():
            for fault in faults:
                if fault.hang:
                    fault.hang.set()
        await self.drop_sockets()
        await self._client.close()
        await self._runner.cleanup()

    # What a test arranges

    def environment(self, *, http: bool = True, socket: bool = False) -> dict[str, str]:
        """The settings under which the bot speaks to this workspace."""
        settings = {"SLACK_BOT_TOKEN": self.token, "SLACK_API_URL": f"{self.address}/api/"}
        if http:
            settings["SLACK_SIGNING_SECRET"] = self.signing_secret
        if socket:
            settings["SLACK_APP_TOKEN"] = self.app_token
        return settings

    def connect(self, bot: str) -> None:
        """Send to the bot at this address ("http://127.0.0.1:…"); without it, down the socket."""
        self.bot = bot.rstrip("/")

    def person(self, user: str, name: str = "", **marks: object) -> Person:
        """The person, made at the first call. `marks` go into users.info: is_restricted, deleted, team_id…"""
        from tests.slack.workspace.person import Person

        if user not in self.people:
            self.people[user] = Person(self, user, name or user, dict(marks))
        return self.people[user]

    def fails(
        self,
        method: str,
        *,
        status: int = 200,
        error: str = "",
        retry_after: float | None = None,
        times: int = 1,
        hang: asyncio.Event | None = None,
        done_first: bool = False,
        only_late: bool = False,
    ) -> None:
        """The next calls of a method (or "response_url", or "socket") fail so.

        `done_first`: what was asked is done, and only the answer is lost. `only_late`: it is done once `hang` is set.
        """
        fault = Fault(status, error, retry_after, hang, done_first, only_late)
        self.faults.setdefault(method, []).extend([fault] * times)

    def called(self, method: str) -> list[Json]:
        return [said for name, said in self.calls if name == method]

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

    async def drop_sockets(self) -> None:
        for socket in list(self.sockets):
            await socket.close()

    # What everybody here uses

    def id(self, letter: str) -> str:
        return f"{letter}{next(self._ids):08d}"

    def ts(self) -> str:
        return f"{int(self.now())}.{next(self._ids):06d}"

    def change(self) -> int:
        self._changed.set()
        return next(self._order)

    def trigger(self, user: str) -> str:
        trigger = f"{next(self._ids)}.{TEAM}.{user}"
        self.triggers[trigger] = (user, time.monotonic())
        return trigger

    def response_url(self, user: str, channel: str, ts: str = "") -> str:
        key = self.id("R")
        self.answers_by[key] = (user, channel, ts)
        return f"{self.address}/respond/{key}"

    def visible(self, user: str) -> list[Message]:
        """What this person can read, the last changed last."""
        own = f"D{user[1:]}"
        mine = [each for each in self.messages if each.only_for in ("", user)]
        mine = [
            each for each in mine if each.channel == own or each.only_for == user or not each.channel.startswith("D")
        ]
        return sorted(mine, key=lambda each: each.changed)

    def find(self, channel: str, ts: str) -> Message | None:
        return next((each for each in self.messages if (each.channel, each.ts) == (channel, ts)), None)

    def store(self, channel: str, said: Json, only_for: str = "", user: str = BOT_USER) -> Message:
        message = Message(channel, self.ts(), said.get("text", ""), self.numbered(said.get("blocks") or []), user)
        message.metadata, message.only_for, message.changed = said.get("metadata"), only_for, self.change()
        self.messages.append(message)
        return message

    def edit(self, message: Message, said: Json) -> None:
        message.text = said.get("text", message.text)
        if "blocks" in said:
            message.blocks = self.numbered(said["blocks"])
        message.edits += 1
        message.changed = self.change()

    def numbered(self, blocks: list[Json]) -> list[Json]:
        """Slack gives an id to every block that has none."""
        return [{"block_id": self.id("b"), **block} for block in blocks]

    def looked_through(self, blocks: object) -> bool:
        """Whether every file in these blocks may be shown by now. One that is not there at all never may."""
        for block in blocks if isinstance(blocks, list) else ():
            if "slack_file" in block:
                upload = self.files.get(block["slack_file"].get("id", ""))
                if upload is None or not upload.complete:
                    self.refused.append(("slack_file", ["no such file"]))
                    return False
                if upload.refusals > 0:
                    upload.refusals -= 1
                    return False
        return True

    def faulty(self, method: str, blocks: object, most: int = 50) -> bool:
        found = problems(blocks, most) if blocks is not None else []
        if found:
            self.refused.append((method, found))
        return bool(found)

    # What Slack sends

    async def send(self, kind: str, payload: Json, headers: Json | None = None) -> Delivered:
        """`kind`: events_api, interactive or slash_commands; down the socket where no address is connected."""
        self.sent.append((kind, payload))
        if not self.bot:
            return await self._send_by_socket(kind, payload)
        form = {"payload": json.dumps(payload)} if kind == "interactive" else payload
        if kind == "events_api":
            body, content = json.dumps(payload), "application/json"
        else:
            body, content = urlencode(form), "application/x-www-form-urlencoded"
        return await self.post(
            body.encode(), {"Content-Type": content, **self.signature(body.encode()), **(headers or {})}
        )

    async def post(self, body: bytes, headers: dict[str, str]) -> Delivered:
        """Exactly these bytes and headers to the bot's door."""
        async with self._client.post(f"{self.bot}/slack/events", data=io.BytesIO(body), headers=headers) as answer:
            text = await answer.text()
            is_json = answer.content_type == "application/json" and text
            return Delivered(answer.status, json.loads(text) if is_json else {})

    def signature(self, body: bytes, at: float | None = None) -> dict[str, str]:
        stamp = str(int(self.now() if at is None else at))
        digest = hmac.new(self.signing_secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256)
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest.hexdigest()}"}

    async def _send_by_socket(self, kind: str, payload: Json) -> Delivered:
        await self.until(lambda: self.sockets, "the bot has no socket open")
        envelope = self.id("env")
        ack = self._acks[envelope] = asyncio.get_running_loop().create_future()
        said = {"type": kind, "envelope_id": envelope, "payload": payload, "accepts_response_payload": True}
        await self.sockets[-1].send_json(said)
        try:
            return Delivered(200, await asyncio.wait_for(ack, 30))
        except TimeoutError:
            return Delivered(0, {})
        finally:
            del self._acks[envelope]

    def acknowledged(self, said: Json) -> None:
        ack = self._acks.get(said.get("envelope_id", ""))
        if ack is not None and not ack.done():
            ack.set_result(said.get("payload") or {})
