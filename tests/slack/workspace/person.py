"""A person: reads what is stored for them, and presses, ticks, types and submits as Slack would tell the bot.

A person can only press what they see: an unknown label fails with the labels that are there.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from tests.slack.workspace.blocks import choices
from tests.slack.workspace.reading import Input, beginning, buttons, inputs, option_words, seen, words

if TYPE_CHECKING:
    from tests.slack.workspace.server import Delivered, Message, View, Workspace

Json = dict[str, Any]
POINTS_ON = ("Open your card", "This went on in a newer message.")
"""What a message says that is not the one to look at: its button, or all that is left of it."""

PATIENCE = 30.0  # seconds a person looks for what they want to press or fill in; a busy machine is no fault of the code
SHOWN_WITHIN = 3.0  # seconds a person waits for the screen to change before pressing on all the same


@dataclass(frozen=True, slots=True)
class Surface:
    """What the person looks at: a message, a modal or the home page."""

    blocks: list[Json]
    key: str
    message: Message | None = None
    view: View | None = None


class Person:
    def __init__(self, workspace: Workspace, user: str, name: str, marks: dict[str, object]) -> None:
        self.workspace = workspace
        self.id = user
        self.name = name
        self.marks = marks
        self.channel = f"D{user[1:]}"
        self._at: Literal["messages", "home"] = "messages"
        self._state: dict[str, Json] = {}
        self._acted_at = 0

    def __repr__(self) -> str:
        return self.name

    # What they see

    def sees(self) -> str:
        """What they look at now, as text: the modal, the home page, or the message that changed last."""
        surface = self._surface()
        if surface is None:
            return ""
        errors = surface.view.errors if surface.view else {}
        text = seen(surface.blocks, self._filled(surface), errors)
        if surface.view and surface.view.view["type"] == "modal":
            return f"# {words(surface.view.view['title'])}\n{text}"
        return text or (surface.message.text if surface.message else "")

    def sees_everything(self) -> str:
        """Every message they can read, oldest change first."""
        return "\n\n".join(
            seen(each.blocks, {}) if each.blocks else each.text for each in self.workspace.visible(self.id)
        )

    def labels(self) -> list[str]:
        """The buttons on what they look at."""
        surface = self._surface(pressable=True)
        return [label for label, _, _ in buttons(surface.blocks)] if surface else []

    async def waits_for(self, text: str, seconds: float = PATIENCE) -> None:
        """Until they see these words; fails with what they see instead."""
        try:
            await self.workspace.until(lambda: text in self.sees(), seconds=seconds)
        except AssertionError:
            raise AssertionError(f"{self} does not see {text!r}, but:\n{self.sees()}") from None

    def messages(self) -> list[Message]:
        """What the bot wrote that this person can read, last changed last.

        Before them what only points on to another card, or went on in one: whoever has read it looks at that card.
        """
        written = [each for each in self.workspace.visible(self.id) if each.user != self.id]
        return sorted(written, key=lambda each: not any(words in str(each.blocks) for words in POINTS_ON))

    def goes_to_messages(self) -> None:
        self._at = "messages"

    # What they do

    async def types(self, text: str, *, channel: str = "", kind: str = "im", **event: object) -> Delivered:
        """A message to the bot; `channel` and `kind` ("channel", "mpim") for one typed somewhere else."""
        channel = channel or self.channel
        self._at = "messages"
        self._act()
        ts = self.workspace.store(channel, {"text": text}, user=self.id).ts
        said = {"type": "message", "user": self.id, "text": text, "ts": ts, "channel": channel, "channel_type": kind}
        return await self.happens({**said, "event_ts": ts, "team": self.workspace.team, **event})

    async def happens(self, event: Json, *, retry: int = 0, event_id: str = "", **outer: object) -> Delivered:
        """An event of the Events API. The same `event_id` with `retry` is Slack sending it again."""
        from tests.slack.workspace.server import APP, BOT_USER

        payload = {
            "type": "event_callback",
            "team_id": self.workspace.team,
            "api_app_id": APP,
            "event": event,
            "event_id": event_id or self.workspace.id("Ev"),
            "event_time": int(time.time()),
            "authorizations": [{"team_id": self.workspace.team, "user_id": BOT_USER, "is_bot": True}],
            "is_ext_shared_channel": False,
            **outer,
        }
        again = {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_error"} if retry else None
        return await self.workspace.send("events_api", payload, again)

    async def commands(self, command: str, text: str = "", *, channel: str = "") -> Delivered:
        """A slash command. The answer in the HTTP body is shown to this person only."""
        from tests.slack.workspace.server import APP

        channel = channel or self.channel
        self._at = "messages"
        self._act()
        payload = {
            "command": command,
            "text": text,
            "team_id": self.workspace.team,
            "team_domain": "invented",
            "channel_id": channel,
            "channel_name": "directmessage" if channel.startswith("D") else "general",
            "user_id": self.id,
            "user_name": self.name,
            "api_app_id": APP,
            "is_enterprise_install": "false",
            "response_url": self.workspace.response_url(self.id, channel),
            "trigger_id": self.workspace.trigger(self.id),
        }
        answer = await self.workspace.send("slash_commands", payload)
        fits = answer.status == 200 and answer.body and not self.workspace.faulty("command", answer.body.get("blocks"))
        if fits:
            hidden = answer.body.get("response_type", "ephemeral") == "ephemeral"
            self.workspace.store(channel, answer.body, only_for=self.id if hidden else "")
        return answer

    async def shortcut(self, callback_id: str = "disclose") -> Delivered:
        self._act()
        payload = {
            "type": "shortcut",
            "callback_id": callback_id,
            "action_ts": self.workspace.ts(),
            "trigger_id": self.workspace.trigger(self.id),
            **self._signature(),
        }
        return await self.workspace.send("interactive", payload)

    async def opens_home(self) -> Delivered:
        self._at = "home"
        self._act()
        event = {"type": "app_home_opened", "user": self.id, "channel": self.channel, "tab": "home"}
        return await self.happens({**event, "event_ts": self.workspace.ts()})

    async def presses(self, label: str, *, on: Message | None = None, patience: float = PATIENCE) -> Delivered:
        """The button with this label on what they look at, or on a message they kept (a card of yesterday)."""
        if on is None:
            await self._waits_for_a_change(min(patience, SHOWN_WITHIN))
            try:
                await self.workspace.until(lambda: label in self.labels(), seconds=patience)
            except AssertionError:
                raise AssertionError(f"{self} sees no button {label!r}; there are {self.labels()}") from None
        surface = self._surface(pressable=True) if on is None else Surface(on.blocks, f"{on.ts}:{on.edits}", on)
        assert surface is not None
        for shown, element, block in buttons(surface.blocks):
            if shown == label:
                self._act()
                return await self.workspace.send("interactive", self._pressed(surface, element, block))
        raise AssertionError(f"{self} sees no button {label!r} on that message")

    async def ticks(self, label: str) -> None:
        """The box with this label: ticked, or unticked."""
        surface, field, option = await self._finds_option(label, {"checkboxes"})
        held = self._filled(surface)[field.block_id][field.element["action_id"]]
        if option in held["selected_options"]:
            held["selected_options"].remove(option)
        else:
            held["selected_options"].append(option)

    async def chooses(self, field: str, *labels: str) -> None:
        """From the list with this label (radio buttons, a menu, or a menu that takes several)."""
        kinds = {"radio_buttons", "static_select", "multi_static_select", "checkboxes"}
        for label in labels:
            surface, found, option = await self._finds_option(label, kinds, field)
            held = self._filled(surface)[found.block_id][found.element["action_id"]]
            if "selected_options" in held:
                held["selected_options"].append(option)
            else:
                held["selected_option"] = option

    async def fills(self, field: str, text: str) -> None:
        """Types into the field with this label."""
        surface = await self._waits_for_input(lambda each: each.label == field and _is_text(each), field)
        found = next(each for each in inputs(surface.blocks) if each.label == field and _is_text(each))
        most = found.element.get("max_length", 3000)
        assert len(text) <= most, f"Slack takes at most {most} characters there"
        self._filled(surface)[found.block_id][found.element["action_id"]]["value"] = text

    async def submits(self) -> Delivered:
        """The open modal. Slack itself refuses a required field that is empty, and so does this."""
        payload = self.submission()
        view = self.workspace.modals[self.id][-1]
        self._act()
        answer = await self.workspace.send("interactive", payload)
        self._answered(view, answer)
        return answer

    def submission(self) -> Json:
        """What Slack sends when the open modal is submitted as it is filled in now."""
        surface = self._surface()
        view = surface.view if surface else None
        assert surface is not None, f"{self} sees nothing"
        assert view is not None, f"{self} has no form to submit"
        assert view.view.get("submit"), f"{self} can only read this"
        state = self._filled(surface)
        empty = [each.label for each in inputs(surface.blocks) if not each.optional and not _has(state, each)]
        assert not empty, f"Slack asks {self} to fill in {empty}"
        return {
            "type": "view_submission",
            "view": self._told(view, state),
            "trigger_id": self.workspace.trigger(self.id),
            "response_urls": [],
            **self._signature(),
        }

    def closes(self) -> None:
        """The modal, without submitting it."""
        self.workspace.modals[self.id].pop()
        self.workspace.change()

    # How

    def _surface(self, pressable: bool = False) -> Surface | None:
        stack = self.workspace.modals.get(self.id)
        if stack:
            return Surface(stack[-1].view["blocks"], f"{stack[-1].id}:{stack[-1].hash}", view=stack[-1])
        home = self.workspace.homes.get(self.id)
        if self._at == "home":
            return Surface(home.view["blocks"], f"{home.id}:{home.hash}", view=home) if home else None
        for each in reversed(self.messages()):
            if not pressable or any(buttons(each.blocks)):
                return Surface(each.blocks, f"{each.ts}:{each.edits}", message=each)
        return None

    def _filled(self, surface: Surface) -> Json:
        if surface.key not in self._state:
            self._state[surface.key] = beginning(surface.blocks)
        return self._state[surface.key]

    def _act(self) -> None:
        self._acted_at = self._last_change()

    def _last_change(self) -> int:
        shown = [each.changed for each in self.messages()]
        shown += [each.changed for each in self.workspace.modals.get(self.id, ())]
        if self.id in self.workspace.homes:
            shown.append(self.workspace.homes[self.id].changed)
        return max(shown, default=0)

    async def _waits_for_a_change(self, patience: float) -> None:
        """Nobody presses the next thing before the last press has shown."""
        try:
            await self.workspace.until(lambda: self._last_change() > self._acted_at, seconds=patience)
        except AssertionError:
            return

    async def _waits_for_input(self, wanted: Any, named: str) -> Surface:
        def found() -> bool:
            surface = self._surface_with_inputs()
            return surface is not None and any(wanted(each) for each in inputs(surface.blocks))

        try:
            await self.workspace.until(found, seconds=PATIENCE)
        except AssertionError:
            raise AssertionError(f"{self} sees no {named!r}, but:\n{self.sees()}") from None
        surface = self._surface_with_inputs()
        assert surface is not None
        return surface

    def _surface_with_inputs(self) -> Surface | None:
        surface = self._surface()
        return surface if surface is None or surface.view else self._surface(pressable=True)

    async def _finds_option(self, label: str, kinds: set[str], field: str = "") -> tuple[Surface, Input, Json]:
        def wanted(each: Input) -> bool:
            return (
                each.element["type"] in kinds
                and each.label.startswith(field)
                and any(_is_called(option, label) for option in choices(each.element))
            )

        surface = await self._waits_for_input(wanted, label)
        found = next(each for each in inputs(surface.blocks) if wanted(each))
        return surface, found, next(each for each in choices(found.element) if _is_called(each, label))

    def _signature(self) -> Json:
        from tests.slack.workspace.server import APP

        home = str(self.marks.get("team_id", self.workspace.team))
        return {
            "team": {"id": self.workspace.team, "domain": "invented"},
            "user": {"id": self.id, "username": self.name, "team_id": home},
            "api_app_id": APP,
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _pressed(self, surface: Surface, element: Json, block: Json) -> Json:
        state = {"values": self._filled(surface)}
        pressed = {**element, "block_id": block["block_id"], "action_ts": self.workspace.ts()}
        payload: Json = {"type": "block_actions", "actions": [pressed], "trigger_id": self.workspace.trigger(self.id)}
        if surface.view is not None:
            container = {"type": "view", "view_id": surface.view.id}
            view = self._told(surface.view, state["values"])
            return {**payload, "container": container, "view": view, **self._signature()}
        message = surface.message
        assert message is not None
        container = {"type": "message", "message_ts": message.ts, "channel_id": message.channel}
        name = "directmessage" if message.channel.startswith("D") else "general"
        payload |= {
            "container": {**container, "is_ephemeral": bool(message.only_for)},
            "channel": {"id": message.channel, "name": name},
            "response_url": self.workspace.response_url(self.id, message.channel, message.ts),
            "state": state,
        }
        if not message.only_for:
            payload["message"] = {"ts": message.ts, "text": message.text, "blocks": message.blocks}
        return {**payload, **self._signature()}

    def _told(self, view: View, state: Json) -> Json:
        return {
            **view.view,
            "id": view.id,
            "hash": view.hash,
            "team_id": self.workspace.team,
            "state": {"values": state},
        }

    def _answered(self, view: View, answer: Delivered) -> None:
        """https://docs.slack.dev/surfaces/modals#updating_views"""
        from tests.slack.workspace.blocks import view_problems

        stack = self.workspace.modals[self.id]
        if answer.status != 200:
            view.errors = {"": "We had some trouble connecting. Try again?"}
        elif not answer.body:
            stack.pop()
        elif answer.body["response_action"] == "clear":
            stack.clear()
        elif answer.body["response_action"] == "errors":
            can = {each.block_id for each in inputs(view.view["blocks"])}
            assert set(answer.body["errors"]) <= can, "an error for a block that takes none"
            view.errors = dict(answer.body["errors"])
        else:
            found = view_problems(answer.body["view"])
            if found:
                self.workspace.refused.append(("view_submission", found))
            fresh = {**answer.body["view"], "blocks": self.workspace.numbered(answer.body["view"]["blocks"])}
            if answer.body["response_action"] == "push":
                assert len(stack) < 3, "Slack shows at most three views on top of one another"
                stack.append(
                    replace(view, id=self.workspace.id("V"), view=fresh, hash=self.workspace.id("h"), errors={})
                )
                stack[-1].changed = self.workspace.change()
                return
            view.view, view.hash, view.errors = fresh, self.workspace.id("h"), {}
        view.changed = self.workspace.change()


def _is_text(each: Input) -> bool:
    return bool(each.element["type"] == "plain_text_input")


def _has(state: Json, each: Input) -> bool:
    held = state[each.block_id][each.element["action_id"]]
    return bool(held.get("selected_options") or held.get("selected_option") or held.get("value"))


def _is_called(option: Json, label: str) -> bool:
    """By its label alone, or with what stands under it: a long label goes on there."""
    return label in (words(option["text"]), option_words(option))
