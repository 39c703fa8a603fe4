"""Teams itself: what is stored, what is sent to the bot with a signed token, and faults that a test asks for."""

from __future__ import annotations

import asyncio
import copy
import io
import json
import time
import uuid
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import web

from tests.teams.connector.cards import problems
from tests.teams.connector.keys import ISSUER, Key, key
from tests.teams.connector.stored import APP_ID, CARD, TENANT, Conversation, Delivered, Fault, Message

if TYPE_CHECKING:
    from tests.teams.connector.person import Person

Json = dict[str, Any]


class Connector:
    """`async with Connector() as connector`; then `connector.connect(address of the bot)`.

    What can be failed, delayed and counted, by name: "token" (login), "openid" and "keys" (how inbound tokens are
    checked), "create", "send", "update", "delete", "members", "member".
    """

    def __init__(self) -> None:
        self.app_id = APP_ID
        self.secret = "an invented password"
        self.tenant = TENANT
        self.region = "uk"
        self.keys = [key(0)]
        self.signing = self.keys[0]
        self.messages: list[Message] = []
        self.conversations: dict[str, Conversation] = {}
        self.people: dict[str, Person] = {}
        self.tokens: dict[str, float] = {}
        self.calls: list[tuple[str, Json]] = []
        self.sent: list[Json] = []  # what the bot was sent, to be sent again
        self.refused: list[tuple[str, list[str]]] = []
        self.faults: dict[str, list[Fault]] = {}
        self.delays: dict[str, float] = {}  # seconds each call of this name takes
        self.at_once: dict[str, int] = {}  # how many calls of this name are under way
        self.most_at_once: dict[str, int] = {}
        self.deliveries = 1  # how often everything is delivered: the service repeats what it is unsure of
        self.now: Callable[[], float] = time.time
        self.address = ""
        self.bot = ""
        self._ids = count(1)
        self._order = count(1)
        self._changed = asyncio.Event()

    async def __aenter__(self) -> Connector:
        from tests.teams.connector.api import routes

        app = web.Application(client_max_size=2**22)
        routes(self, app)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.address = f"http://{host}:{port}"
        self._client = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30))
        return self

    async def __aexit__(self, *_: object) -> None:
        for faults in self.faults.values():
            for fault in faults:
                if fault.hang:
                    fault.hang.set()
        await self._client.close()
        await self._runner.cleanup()

    # What a test arranges

    @property
    def service_url(self) -> str:
        return f"{self.address}/{self.region}/"

    def environment(self) -> dict[str, str]:
        """The settings under which the bot trusts this login service and speaks to this connector."""
        return {
            "CONFER_LOCAL": "1",
            "MicrosoftAppId": self.app_id,
            "MicrosoftAppPassword": self.secret,
            "MicrosoftAppTenantId": self.tenant,
            "MicrosoftAppType": "SingleTenant",
            "TEAMS_LOGIN_URL": self.address,
            "TEAMS_OPENID_URL": f"{self.address}/v1/.well-known/openidconfiguration",
            "TEAMS_SERVICE_URL": self.service_url,
        }

    def connect(self, bot: str) -> None:
        """Send to the bot at this address ("http://127.0.0.1:…")."""
        self.bot = bot.rstrip("/")

    def person(self, handle: str, name: str = "", **marks: object) -> Person:
        """Made at the first call. `marks`: tenant, userRole ("guest"), installed (False), blocked, deleted (True)."""
        from tests.teams.connector.person import Person

        if handle not in self.people:
            self.people[handle] = Person(self, handle, name or handle, dict(marks))
        return self.people[handle]

    def fails(
        self,
        call: str,
        *,
        status: int = 500,
        code: str = "",
        retry_after: float | str | None = None,
        times: int = 1,
        hang: asyncio.Event | None = None,
        done_first: bool = False,
        only_late: bool = False,
    ) -> None:
        """The next calls of this name fail so; status 0 cuts the connection.

        `done_first`: what was asked is done, and only the answer is lost. `only_late`: it is done once `hang` is set.
        """
        fault = Fault(status, code, retry_after, hang, done_first, only_late)
        self.faults.setdefault(call, []).extend([fault] * times)

    def called(self, call: str) -> list[Json]:
        return [said for name, said in self.calls if name == call]

    def rotates(self, *, keep: bool = False) -> Key:
        """From now on signed with a new key; the old one is published no longer, unless `keep`."""
        self.signing = key(int(self.signing.id.rsplit("-", 1)[1]) + 1)
        self.keys = [*(self.keys if keep else ()), self.signing]
        return self.signing

    def moves(self, region: str = "emea") -> None:
        """The service is reached at another address now; the old one takes nothing."""
        self.region = region

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

    # What everybody here uses

    def id(self, before: str = "") -> str:
        return f"{before}{next(self._ids):08d}"

    def activity_id(self) -> str:
        return str(1_763_863_440_000 + next(self._ids))

    def change(self) -> int:
        self._changed.set()
        return next(self._order)

    def visible(self, user: str) -> list[Message]:
        """What this person ("29:…") can read, the last changed last."""
        mine = {each.id for each in self.conversations.values() if user in each.members}
        return sorted((each for each in self.messages if each.conversation in mine), key=lambda each: each.changed)

    def find(self, conversation: str, id: str) -> Message | None:
        return next((each for each in self.messages if (each.conversation, each.id) == (conversation, id)), None)

    def store(self, conversation: str, activity: Json, user: str) -> Message:
        message = Message(conversation, self.activity_id(), copy.deepcopy(activity), user, self.change())
        self.messages.append(message)
        return message

    def edit(self, message: Message, activity: Json) -> None:
        self._redrawn(message, copy.deepcopy(activity), None)

    def answers(self, message: Message, card: Json) -> None:
        """The answer to a press stands in the place of what was pressed."""
        self._redrawn(message, message.activity, copy.deepcopy(card))

    def _redrawn(self, message: Message, activity: Json, shown: Json | None) -> None:
        """The same card once more changes nothing that anybody sees, nor what they have filled in by then."""
        before = message.card, message.text
        message.activity, message.shown = activity, shown
        if (message.card, message.text) != before:
            message.edits += 1
            message.changed = self.change()
        self.change()

    def faulty(self, call: str, activity: Json) -> bool:
        """Whether Teams would refuse what stands in it; noted, so that no test ends well with such a card."""
        found = [
            fault
            for each in activity.get("attachments") or ()
            if each.get("contentType") == CARD
            for fault in problems(each.get("content"))
        ]
        if found:
            self.refused.append((call, found))
        return bool(found)

    def conversation(self, kind: str, *members: str, tenant: str = "") -> Conversation:
        """The one with exactly these people, made at the first call."""
        for each in self.conversations.values():
            if each.kind == kind and set(each.members) == set(members):
                return each
        start = {"personal": "a:1", "groupChat": "19:group", "channel": "19:channel"}[kind]
        end = "" if kind == "personal" else "@thread.v2"
        made = Conversation(f"{start}{self.id('invented')}{end}", kind, tenant or self.tenant, members)
        self.conversations[made.id] = made
        return made

    # What Teams sends

    def claims(self, **changes: object) -> Json:
        """What an inbound token says; a change to None leaves a claim out."""
        now = int(self.now())
        said: Json = {"iss": ISSUER, "aud": self.app_id, "nbf": now - 300, "exp": now + 3600}
        said |= {"serviceurl": self.service_url, **changes}
        return {name: value for name, value in said.items() if value is not None}

    def token(self, *, key: Key | None = None, **changes: object) -> str:
        """A token as the service would send it, but for these changes of its claims, or signed with another key."""
        return (key or self.signing).signs(self.claims(**changes))

    def arriving(self, activity: Json) -> Json:
        """The activity with all that Teams puts around it."""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(self.now())) + ".1234567Z"
        around = {
            "id": self.activity_id() if activity["type"] == "message" else f"f:{uuid.UUID(int=next(self._ids))}",
            "timestamp": stamp,
            "localTimestamp": stamp.replace("Z", "+00:00"),
            "channelId": "msteams",
            "serviceUrl": self.service_url,
            "recipient": {"id": f"28:{self.app_id}", "name": "Confer"},
            "entities": [{"locale": "en-GB", "country": "GB", "platform": "Web", "type": "clientInfo"}],
            "locale": "en-GB",
            "localTimezone": "Europe/London",
        }
        return {**around, **activity}

    async def send(self, activity: Json, *, token: str | None = None) -> Delivered:
        """To the bot's door, as often as `deliveries` says; the answer is the one to the first."""
        self.sent.append(activity)
        answers = [await self.send_once(activity, token=token) for _ in range(self.deliveries)]
        return answers[0]

    async def send_once(self, activity: object, *, token: str | None = None) -> Delivered:
        """This activity with this token, or with a good one; "" for none."""
        bearer = self.token() if token is None else token
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        return await self.post(json.dumps(activity).encode(), headers)

    async def post(self, body: bytes, headers: dict[str, str]) -> Delivered:
        """Exactly these bytes and headers to the bot's door."""
        async with self._client.post(f"{self.bot}/api/messages", data=io.BytesIO(body), headers=headers) as answer:
            text = await answer.text()
            try:
                read = json.loads(text) if answer.content_type == "application/json" and text else {}
            except ValueError:
                read = {}
            self.change()
            return Delivered(answer.status, read if isinstance(read, dict) else {}, text)
