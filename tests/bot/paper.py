"""A third channel, thrown away after the test: its package is written as text, and people who read and press on paper.

Nothing of the bot knows it. `PACKAGE` is what somebody adds who brings a new product: one folder.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.cards import Block, Button, Buttons, Card, Confirm, Form, Pick, Points, Say, Text, Ticks

TENANT = "trust"

PACKAGE = {
    "__init__.py": '''
"""Paper: cards are sheets in pigeon-holes."""

from __future__ import annotations

from collections.abc import Mapping

from bot.channels import Channel, Faulty
from bot.channels.paper.desk import Paper


def configure(environment: Mapping[str, str]) -> Channel | Faulty | None:
    match environment.get("PAPER"):
        case None:
            return None
        case "yes":
            return Paper()
        case _:
            return Faulty("paper", ("PAPER must be yes, or not set",))
''',
    "desk.py": '''
"""The desk where sheets are filled in."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count

from aiohttp import web

from bot.cards import Aside, Card, Correct, Form, Nothing, Open, Reply, Show
from bot.channels import Desk, Letter, Sent, Unavailable
from bot.events import Event, Who

TENANT = "trust"


class Paper:
    name = "paper"

    def __init__(self) -> None:
        self.holes: dict[str, dict[str, Card]] = {}
        self.asides: dict[str, list[Card]] = {}
        self.forms: dict[str, Form] = {}
        self.errors: dict[str, Mapping[str, str]] = {}
        self._numbers = count(1)

    def mount(self, app: web.Application, desk: Desk) -> None:
        async def open_(request: web.Request) -> web.Response:
            return web.json_response(sorted(self.holes))

        app.router.add_get("/paper", open_)

    async def start(self, desk: Desk) -> None:
        self._desk = desk

    async def stop(self) -> None:
        self.holes.clear()

    async def deliver(self, letter: Letter) -> Sent:
        message = letter.message or f"sheet-{letter.id}"
        self._put(letter.to.user, message, letter.card)
        return Sent(letter.to.user, message)

    async def event(
        self,
        user: str,
        action: str,
        *,
        carry: Mapping[str, str] | None = None,
        fields: Mapping[str, tuple[str, ...]] | None = None,
        text: str = "",
        message: str = "",
    ) -> None:
        event = Event(
            delivery=f"paper-{next(self._numbers)}",
            who=Who(self.name, TENANT, user),
            action=action,
            conversation=user,
            carry=carry or {},
            fields=fields or {},
            text=text,
            message=message,
        )
        place = message or f"answer-{event.delivery}"
        if urgent := self._desk.at_once(event):
            self._put(user, place, urgent)
        try:
            await self._answer(event, await self._desk.handle(event), place)
        except Unavailable as failed:
            self.asides.setdefault(user, []).append(failed.card)

    async def _answer(self, event: Event, reply: Reply, place: str) -> None:
        user = event.who.user
        match reply:
            case Show(card):
                self.forms.pop(user, None)
                self._put(user, place, card)
                await self._desk.sent(event, Sent(user, place))
            case Open(form):
                self.errors.pop(user, None)
                self.forms[user] = form
            case Correct(errors):
                self.errors[user] = errors
            case Aside(card):
                self.asides.setdefault(user, []).append(card)
            case Nothing():
                pass

    def _put(self, user: str, message: str, card: Card) -> None:
        hole = self.holes.setdefault(user, {})
        hole.pop(message, None)
        hole[message] = card
''',
}


def write(folder: Path) -> None:
    """The package, in `folder`/paper."""
    package = folder / "paper"
    package.mkdir(parents=True)
    for name, code in PACKAGE.items():
        (package / name).write_text(code.lstrip(), encoding="utf-8")


@dataclass
class Reader:
    """Somebody at their pigeon-hole. `paper` is the channel, found by `discover` and known here by its name only."""

    paper: Any
    user: str
    filled: dict[str, tuple[str, ...]] = field(default_factory=dict)
    message: str = ""

    @property
    def sheets(self) -> list[tuple[str, Card]]:
        """Every sheet, the one that changed last at the end."""
        return list(self.paper.holes.get(self.user, {}).items())

    @property
    def card(self) -> Card:
        assert self.sheets, f"{self.user} has no sheet"
        return self.sheets[-1][1]

    def sees(self) -> str:
        return words(self.card)

    def labels(self) -> list[str]:
        return [button.label for button in _buttons(self.card)]

    async def starts(self) -> None:
        await self.paper.event(self.user, "start")

    async def types(self, text: str) -> None:
        await self.paper.event(self.user, "typed", text=text)

    async def presses(self, label: str) -> None:
        """The button with this label on the newest sheet that has one."""
        for message, card in reversed(self.sheets):
            for button in _buttons(card):
                if button.label == label:
                    self.message = message
                    filled, self.filled = self.filled, {}
                    await self.paper.event(self.user, button.action, carry=button.carry, fields=filled, message=message)
                    return
        raise AssertionError(f"{self.user} sees no button {label!r}; there are {self.labels()}")

    def ticks(self, *labels: str) -> None:
        """On the newest sheet or the open form."""
        form: Form | None = self.paper.forms.get(self.user)
        found: list[Any] = [*(form.fields if form else ()), *self.card.blocks]
        for label in labels:
            for each in found:
                if isinstance(each, Confirm) and each.label == label:
                    self.filled[each.id] = ("yes",)
                    break
                if isinstance(each, Ticks | Pick) and (value := _value(each, label)):
                    self.filled[each.id] = (*self.filled.get(each.id, ()), value)
                    break
            else:
                raise AssertionError(f"{self.user} sees nothing to tick that says {label!r}")

    def writes(self, label: str, text: str) -> None:
        form: Form = self.paper.forms[self.user]
        [found] = [each for each in form.fields if isinstance(each, Text) and each.label == label]
        self.filled[found.id] = (text,)

    async def submits(self) -> None:
        form: Form = self.paper.forms[self.user]
        filled = dict(self.filled)
        await self.paper.event(self.user, form.action, carry=form.carry, fields=filled, message=self.message)
        if self.user not in self.paper.forms:
            self.filled = {}


def words(card: Card) -> str:
    """The card as somebody reads it."""
    return "\n".join([card.danger, f"# {card.title}", *(line for block in card.blocks for line in _lines(block))])


def _lines(block: Block) -> list[str]:
    match block:
        case Buttons(buttons):
            return ["  ".join(f"[{button.label}]" for button in buttons)]
        case Ticks(choices=choices) | Pick(choices=choices):
            return [f"( ) {choice.label}" for choice in choices]
        case Points(items):
            return list(items)
        case Say(text):
            return [text]
        case _:
            return [str(block)]


def _buttons(card: Card) -> list[Button]:
    return [button for block in card.blocks if isinstance(block, Buttons) for button in block.buttons]


def _value(field: Ticks | Pick, label: str) -> str:
    return next((choice.value for choice in field.choices if choice.label == label), "")
