"""Letters: a card sent or edited without anybody's press. The same letter is not seen twice, as far as Slack allows.

Slack has no idempotency key, so each new message carries its letter's id as metadata, and is looked for before a
second try: after an unknown result, and for a while after a start, when an earlier process may have sent it.
What is posted to somebody whose account is closed is taken by Slack all the same, so that is asked afterwards.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from bot.channels import CannotErase, Closed, DeliveryError, Gone, Letter, Placed, Sent
from bot.channels.slack.members import Members
from bot.channels.slack.pictures import Pictures
from bot.channels.slack.screens import Screens
from bot.channels.slack.wire import Uncertain, Wire

EVENT_TYPE = "confer_letter"
RECALL = 900.0  # seconds after a start in which every new message is first looked for
LOOK_BACK = 50  # messages; a person's conversation with the bot is quiet
MOST = 10_000

# https://docs.slack.dev/reference/methods/chat.delete, "Errors": a workspace may keep every message for its exports.
KEPT = frozenset({"cant_delete_message", "compliance_exports_prevent_deletion"})


class Letters:
    def __init__(
        self,
        wire: Wire,
        screens: Screens,
        members: Members,
        pictures: Pictures,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wire = wire
        self._screens = screens
        self._members = members
        self._pictures = pictures
        self._now = now
        self._started = now()
        self._unsure: dict[str, None] = {}
        self._conversations: dict[tuple[str, str], str] = {}

    async def deliver(self, letter: Letter) -> Sent:
        """Raises Closed (nobody reads there), Gone (never again) or DeliveryError (again later)."""
        if letter.message:
            return await self._edit(letter)
        try:
            sent = await self._new(letter)
        except Gone as gone:
            if await self._members.is_closed(letter.to):
                raise Closed(str(gone)) from gone
            raise
        if await self._members.is_closed(letter.to):
            raise Closed("deleted")
        return sent

    async def _new(self, letter: Letter) -> Sent:
        conversation = letter.conversation or await self._conversation(letter)
        if letter.id in self._unsure or self._now() - self._started < RECALL:
            found = await self._found(letter, conversation)
            if found is not None:
                self._unsure.pop(letter.id, None)
                return found
        files = self._pictures.shown(letter.card, letter.to.tenant)
        try:
            answer = await self._wire.card(
                "chat.postMessage",
                letter.card,
                letter.to.tenant,
                files,
                channel=conversation,
                metadata={"event_type": EVENT_TYPE, "event_payload": {"id": letter.id}},
            )
        except Uncertain:
            self._remember(letter.id)
            raise
        self._unsure.pop(letter.id, None)
        sent = Sent(str(answer.get("channel") or conversation), str(answer["ts"]))
        self._pictures.add(letter.card, letter.to.tenant, sent, files)
        return sent

    async def _edit(self, letter: Letter) -> Sent:
        key = (letter.to.tenant, letter.conversation, letter.message)
        async with self._screens.alone(key):
            await self._wire.card(
                "chat.update", letter.card, letter.to.tenant, channel=letter.conversation, ts=letter.message
            )
        return Sent(letter.conversation, letter.message)

    async def erase(self, placed: Placed) -> None:
        """A bot may delete its own messages, and nobody else's. Raises CannotErase, DeliveryError."""
        async with self._screens.alone((placed.to.tenant, placed.conversation, placed.message)):
            try:
                await self._wire.call("chat.delete", placed.to.tenant, channel=placed.conversation, ts=placed.message)
            except Gone as gone:
                if str(gone) != "message_not_found":
                    raise CannotErase(str(gone)) from gone
            except DeliveryError as error:
                if str(error) in KEPT:
                    raise CannotErase(str(error)) from error
                raise

    async def _conversation(self, letter: Letter) -> str:
        """The person's own conversation with the bot."""
        who = (letter.to.tenant, letter.to.user)
        if who not in self._conversations:
            answer = await self._wire.call("conversations.open", letter.to.tenant, users=letter.to.user)
            self._conversations[who] = str(answer["channel"]["id"])
        return self._conversations[who]

    async def _found(self, letter: Letter, conversation: str) -> Sent | None:
        answer = await self._wire.call(
            "conversations.history",
            letter.to.tenant,
            channel=conversation,
            limit=LOOK_BACK,
            include_all_metadata="true",
        )
        for message in answer.get("messages") or ():
            metadata = message.get("metadata") or {}
            payload = metadata.get("event_payload") or {}
            if metadata.get("event_type") == EVENT_TYPE and payload.get("id") == letter.id:
                return Sent(conversation, str(message["ts"]))
        return None

    def _remember(self, id: str) -> None:
        if len(self._unsure) >= MOST:
            raise DeliveryError("too many letters with an unknown result")
        self._unsure[id] = None
