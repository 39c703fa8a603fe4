"""A person on Teams: reads the cards stored for them, and presses, ticks, types and fills in as Teams tells the bot.

A person can only press what they see: an unknown label fails with the labels that are there.
"""

from __future__ import annotations

import copy
import uuid
from typing import TYPE_CHECKING, Any

from tests.teams.connector.cards import problems
from tests.teams.connector.reading import beginning, buttons, inputs, label_of, option, seen, ways_back
from tests.teams.connector.stored import Conversation, Delivered, Message, object_id

if TYPE_CHECKING:
    from tests.teams.connector.server import Connector

Json = dict[str, Any]
POINTS_ON = ("Open your card", "This went on in a newer message.")
"""What a message says that is not the one to look at: its button, or all that is left of it."""

PATIENCE = 30.0  # seconds a person looks for what they want to press or fill in; a busy machine is no fault of the code
SHOWN_WITHIN = 3.0  # seconds a person waits for the screen to change before pressing on all the same
UNREACHABLE = "Unable to reach app. Please try again."


class Person:
    """`object_id` is their id in the directory, `id` the one Teams uses in conversations. `old`: a Teams that does not
    know Action.Execute. `toasts`: what Teams itself said below a card, last one last.
    """

    def __init__(self, connector: Connector, handle: str, name: str, marks: dict[str, object]) -> None:
        self.workspace = self.connector = connector
        self.name = name
        self.marks = marks
        self.object_id = object_id(handle)
        self.id = f"29:1{uuid.UUID(self.object_id).hex}"
        self.old = False
        self.toasts: list[str] = []
        self._state: dict[tuple[str, int], dict[str, str]] = {}
        self._acted_at = 0

    def __repr__(self) -> str:
        return self.name

    @property
    def conversation(self) -> Conversation:
        """Theirs with the bot."""
        return self.connector.conversation("personal", self.id, tenant=self.tenant)

    @property
    def tenant(self) -> str:
        return str(self.marks.get("tenant", self.connector.tenant))

    def account(self) -> Json:
        """As the connector's members list shows them."""
        return {
            "id": self.id,
            "name": self.name,
            "objectId": self.object_id,
            "aadObjectId": self.object_id,
            "tenantId": self.tenant,
            "userRole": self.marks.get("userRole", "user"),
        }

    # What they see

    def sees(self) -> str:
        """The card that changed last, as text, and what Teams itself says below it."""
        said = self.messages()
        if not said:
            return "\n".join(self.toasts)
        return "\n".join([self._read(said[-1], self._filled(said[-1])), *self.toasts])

    def sees_everything(self) -> str:
        """Every message they can read, oldest change first."""
        return "\n\n".join(self._read(each, {}) for each in self.connector.visible(self.id))

    def labels(self) -> list[str]:
        """The buttons on what they look at."""
        message = self._pressable()
        return [label for label, _ in buttons(message.card)] if message else []

    async def waits_for(self, text: str, seconds: float = PATIENCE) -> None:
        """Until they see these words; fails with what they see instead."""
        try:
            await self.connector.until(lambda: text in self.sees(), seconds=seconds)
        except AssertionError:
            raise AssertionError(f"{self} does not see {text!r}, but:\n{self.sees()}") from None

    def messages(self) -> list[Message]:
        """What the bot wrote that this person can read, last changed last.

        Before them what only points on to another card, or went on in one: whoever has read it looks at that card.
        """
        written = [each for each in self.connector.visible(self.id) if each.user.startswith("28:")]
        return sorted(written, key=lambda each: not any(words in str(each.card) for words in POINTS_ON))

    def starts_teams_again(self) -> None:
        """What only the answer to a press put there is gone: what is stored is seen."""
        for each in self.messages():
            if each.shown is not None:
                each.shown, each.changed = None, self.connector.change()
        self.toasts.clear()

    # What they do

    async def types(self, text: str, *, kind: str = "personal", **activity: object) -> Delivered:
        """A message to the bot; `kind` is "groupChat" or "channel" for one typed where others read it."""
        where = self.conversation if kind == "personal" else self._shared(kind)
        self._act()
        said = text if kind == "personal" else f"<at>Confer</at> {text}"
        message: Json = {"type": "message", "text": said, "textFormat": "plain", **self._around(where)}
        message["attachments"] = [{"contentType": "text/html", "content": f"<div><div>{said}</div></div>"}]
        message = self.connector.arriving({**message, **activity})
        self.connector.store(where.id, message, self.id)
        return await self.connector.send(message)

    async def commands(self, command: str = "", text: str = "", *, channel: str = "") -> Delivered:
        """Teams has no commands of its own: the words are typed, as its menu of commands does it."""
        said = f"{command.removeprefix('/')} {text}".strip()
        return await self.types(said, kind=channel or "personal")

    async def opens_home(self) -> Delivered:
        return await self.types("home")

    def goes_to_messages(self) -> None:
        """They are there: Teams shows no home page of the bot's."""

    async def installs(self, action: str = "add") -> Delivered:
        """The app, in personal scope; Teams also says that the bot was added to the conversation."""
        around = self._around(self.conversation)
        added = {"membersAdded": [{"id": f"28:{self.connector.app_id}"}]}
        await self.connector.send(self.connector.arriving({"type": "conversationUpdate", **added, **around}))
        self.marks["installed"] = action.startswith("add")
        return await self.connector.send(
            self.connector.arriving({"type": "installationUpdate", "action": action, **around})
        )

    async def presses(self, label: str, *, on: Message | None = None, patience: float = PATIENCE) -> Delivered:
        """The button with this label on what they look at, or on a message they kept (a card of yesterday)."""
        if on is None:
            await self._waits_for_a_change(min(patience, SHOWN_WITHIN))
            try:
                await self.connector.until(lambda: label in self.labels(), seconds=patience)
            except AssertionError:
                raise AssertionError(f"{self} sees no button {label!r}; there are {self.labels()}") from None
        message = on or self._pressable()
        assert message is not None
        for shown, action in buttons(message.card):
            if shown == label:
                return await self._presses(message, action)
        raise AssertionError(f"{self} sees no button {label!r} on that message")

    async def ticks(self, label: str) -> None:
        """The box with these words: ticked, or unticked."""

        def wanted(field: Json) -> bool:
            if field["type"] == "Input.Toggle":
                return bool(field["title"] == label)
            return bool(field.get("isMultiSelect") and option(field, label))

        message, field = await self._finds(wanted, label)
        held = self._filled(message)
        if field["type"] == "Input.Toggle":
            on, off = field.get("valueOn", "true"), field.get("valueOff", "false")
            held[field["id"]] = off if held[field["id"]] == on else on
        else:
            self._takes(held, field, label)

    async def chooses(self, named: str, *labels: str) -> None:
        """From the list whose label begins so."""
        for label in labels:
            message, field = await self._finds(
                lambda field, label=label: label_of(field).startswith(named) and option(field, label) is not None,
                f"{label} under {named}",
            )
            self._takes(self._filled(message), field, label)

    async def fills(self, named: str, text: str) -> None:
        """Types into the field with this label."""
        message, field = await self._finds(
            lambda field: (
                field["type"] == "Input.Text"
                and named in (label_of(field), label_of(field).removesuffix(" (optional)"))
            ),
            named,
        )
        most = field.get("maxLength", 10_000)
        assert len(text) <= most, f"Teams takes at most {most} characters there"
        self._filled(message)[field["id"]] = text

    async def submits(self) -> Delivered:
        """The form that stands in the card. Teams itself asks for what is required and empty, and so does this."""
        message, action = self._form()
        return await self._presses(message, action)

    def submission(self) -> Json:
        """What Teams sends when the form is submitted as it is filled in now."""
        return self._pressed(*self._form())

    async def leaves(self) -> Delivered:
        """The form, or whatever stands in the card's place, without sending what was filled in."""
        message = self._pressable()
        assert message is not None, f"{self} sees no form"
        return await self.presses(ways_back(message.card)[0])

    # How

    def _read(self, message: Message, state: dict[str, str]) -> str:
        return seen(message.card, state) if message.card else message.text

    def _pressable(self) -> Message | None:
        return next((each for each in reversed(self.messages()) if any(buttons(each.card))), None)

    def _form(self) -> tuple[Message, Json]:
        """What they look at and its button that sends the form: the only one beside the way back."""
        message = self._pressable()
        assert message is not None, f"{self} sees no form"
        back = ways_back(message.card)
        sends = [action for label, action in buttons(message.card) if label not in back]
        assert len(sends) == 1, f"{self} sees no form to send, but:\n{self.sees()}"
        return message, sends[0]

    def _filled(self, message: Message) -> dict[str, str]:
        key = (message.id, message.edits)
        if key not in self._state:
            self._state[key] = beginning(message.card)
        return self._state[key]

    def _takes(self, held: dict[str, str], field: Json, label: str) -> None:
        chosen = option(field, label)
        assert chosen is not None
        before = [each for each in held.get(field["id"], "").split(",") if each]
        if not field.get("isMultiSelect"):
            held[field["id"]] = chosen["value"]
        elif chosen["value"] in before:
            held[field["id"]] = ",".join(each for each in before if each != chosen["value"])
        else:
            held[field["id"]] = ",".join([*before, chosen["value"]])

    async def _finds(self, wanted: Any, named: str) -> tuple[Message, Json]:
        def found() -> tuple[Message, Json] | None:
            message = self._pressable()
            return next(((message, each) for each in inputs(message.card) if wanted(each)), None) if message else None

        try:
            await self.connector.until(found, seconds=PATIENCE)
        except AssertionError:
            raise AssertionError(f"{self} sees no {named!r}, but:\n{self.sees()}") from None
        at = found()
        assert at is not None
        return at

    async def _presses(self, message: Message, action: Json) -> Delivered:
        activity = self._pressed(message, action)
        self._act()
        answer = await self.connector.send(activity)
        if activity["type"] == "invoke":
            self._answered(message, answer)
        return answer

    def _pressed(self, message: Message, action: Json) -> Json:
        """https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model#adaptivecardaction"""
        older = self.old or action["type"] == "Action.Submit"
        if older and action["type"] == "Action.Execute":
            action = action["fallback"]
        data = copy.deepcopy(action.get("data") or {})
        if action.get("associatedInputs") != "none":
            held = self._filled(message)
            for field in inputs(message.card):
                value = held.get(field["id"], "")
                off = field["type"] == "Input.Toggle" and value == field.get("valueOff", "false")
                empty = not value or off
                assert not (field.get("isRequired") and empty), f"Teams asks {self} for {label_of(field)!r}"
            data |= held
        around = {"replyToId": message.id, **self._around(self.connector.conversations[message.conversation])}
        if older:
            return self.connector.arriving({"type": "message", "value": data, **around})
        pressed = {"type": "Action.Execute", "id": action.get("id", ""), "verb": action["verb"], "data": data}
        asked = {"action": pressed, "trigger": "manual"}
        return self.connector.arriving({"type": "invoke", "name": "adaptiveCard/action", "value": asked, **around})

    def _answered(self, message: Message, answer: Delivered) -> None:
        """https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model#response-format"""
        body = answer.body
        if answer.status != 200 or not body:
            self._told(UNREACHABLE)
        elif body.get("type") == "application/vnd.microsoft.card.adaptive":
            if found := problems(body.get("value")):
                self.connector.refused.append(("answer", found))
                self._told(UNREACHABLE)
                return
            stands = self.connector.find(message.conversation, message.id)
            if stands is not None:
                self.connector.answers(stands, body["value"])
        elif body.get("type") == "application/vnd.microsoft.activity.message":
            self._told(str(body.get("value") or ""))
        else:
            self._told(str((body.get("value") or {}).get("message") or UNREACHABLE))

    def _told(self, words: str) -> None:
        if words:
            self.toasts.append(words)
        self.connector.change()

    def _around(self, where: Conversation) -> Json:
        said: Json = {"tenant": {"id": self.tenant}}
        if where.kind == "channel":
            said |= {"team": {"id": where.id}, "channel": {"id": where.id}}
        conversation: Json = {"id": where.id, "conversationType": where.kind, "tenantId": self.tenant}
        if where.kind != "personal":
            conversation["isGroup"] = True
        sender: Json = {"id": self.id, "name": self.name, "aadObjectId": self.object_id}
        return {"from": sender, "conversation": conversation, "channelData": said}

    def _shared(self, kind: str) -> Conversation:
        """One in which everybody here is."""
        return self.connector.conversation(kind, *(each.id for each in self.connector.people.values()))

    def _act(self) -> None:
        self.toasts.clear()
        self._acted_at = self._last_change()

    def _last_change(self) -> int:
        return max((each.changed for each in self.messages()), default=0)

    async def _waits_for_a_change(self, patience: float) -> None:
        """Nobody presses the next thing before the last press has shown."""
        try:
            await self.connector.until(lambda: self._last_change() > self._acted_at or self.toasts, seconds=patience)
        except AssertionError:
            return
