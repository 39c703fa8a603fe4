"""The invented people of the trial, as far as they press by themselves: they read cards and fill in forms.

The rule to keep: they do nothing that a person could not: every press goes to the real desk, from a card of theirs.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from random import Random

from bot.afterwards.look_cards import AGREE
from bot.cards import Block, Button, Buttons, Card, Confirm, Field, Form, Open, Pick, Reply, Show, Text, Ticks
from bot.channels import Desk, Sent
from bot.events import Event, Who
from bot.follow_words import LATER, NOBODY
from bot.looks import KIND as LOOK
from bot.together import KIND as THERE
from storage.records import Post

WORDS = "Invented by the trial. Nothing here is real."
MOST = 40
"""Screens of one checklist: a book that asks more is left where it stands."""

Standing = Callable[[str], Awaitable[Sequence[Post]]]
"""Where the cards of a consultation stand, whosever they are."""

Tested = Callable[[], Awaitable[Sequence[tuple[Who, str]]]]
"""Whom a test of the rota asked within its day and who has not pressed yet, each with its month."""

_ON: Mapping[str, str] = {"approve": "approval", "decline": "approval", "look": LOOK, "there.yes": THERE}
"""What colleagues press, and the kind of card it stands on."""


class Resident:
    """Somebody with an account."""

    def __init__(self, desk: Desk, standing: Standing, who: Who) -> None:
        self._desk = desk
        self._standing = standing
        self.who = who

    async def begins(self, answers: Mapping[str, str], *, most: int = MOST) -> str:
        """A new checklist, up to so many screens; the id of the consultation, "" where there is none."""
        reply, message = await self._does("new", {}, {})
        case = _case(reply)
        for _ in range(most):
            if not isinstance(reply, Show) or (step := _answered(reply.card, answers)) is None:
                break
            button, fields = step
            reply, message = await self._does(button.action, button.carry, fields, message)
        return case

    async def writes_down(self, case: str, chance: Random) -> bool:
        """What was done, in a lane that has nothing yet if there is one."""
        return await self.presses("record", case, chance=chance)

    async def finishes(self, case: str, chance: Random) -> None:
        """The end of the record, and the consultation closed."""
        await self.presses("finish", case, chance=chance)
        await self.presses("close", case, chance=chance)

    async def presses(self, action: str, case: str, *, chance: Random | None = None, **carried: str) -> bool:
        """The first button of this action on a card of this consultation, and the form behind it; whether it took."""
        posts = [each for each in await self._standing(case) if _of(each, self.who)]
        posts.sort(key=lambda post: post.kind != "checklist")
        for post in posts:
            if await self.presses_on(post, action, {"c": case, **carried}, chance):
                return True
        return False

    async def presses_on(self, post: Post, action: str, carried: Mapping[str, str], chance: Random | None) -> bool:
        """The same, on this one card of theirs."""
        card = await self._desk.card(self.who, post.message)
        for button in _buttons(card.blocks if card else ()):
            if button.action == action and carried.items() <= button.carry.items():
                return await self._presses(button, post.message, chance)
        return False

    async def answers_test(self, month: str) -> None:
        """The one button of the monthly test: its message stands in the chat alone, where nobody can look it up."""
        await self._does("rota.seen", {"m": month}, {})

    async def _presses(self, button: Button, message: str, chance: Random | None) -> bool:
        reply, message = await self._does(button.action, button.carry, {}, message)
        if isinstance(reply, Show) and "l" not in button.carry:  # which of several lanes
            lanes = [each for each in _buttons(reply.card.blocks) if each.action == button.action and "l" in each.carry]
            if lanes:
                reply, message = await self._does(button.action, lanes[0].carry, {}, message)
        if isinstance(reply, Open):
            reply = await self._submits(reply.form, message, chance)
        return isinstance(reply, Show)

    async def _submits(self, form: Form, message: str, chance: Random | None) -> Reply:
        fields = {id: values for field in form.fields for id, values in _filled(field, chance)}
        reply, _ = await self._does(form.action, form.carry, fields, message)
        return reply

    async def _does(
        self, action: str, carry: Mapping[str, str], fields: Mapping[str, tuple[str, ...]], message: str = ""
    ) -> tuple[Reply, str]:
        """The answer, and the message where it stands."""
        delivery = secrets.token_urlsafe(12)
        event = Event(
            delivery, self.who, action, conversation=self.who.user, carry=carry, fields=fields, message=message
        )
        place = message or f"{self.who.channel}-{delivery}"
        reply = await self._desk.handle(event)
        if isinstance(reply, Show):
            await self._desk.sent(event, Sent(self.who.user, place))
        return reply, place


class Residents:
    """Everybody who has an account on this channel."""

    def __init__(self, desk: Desk, standing: Standing, tested: Tested, who: Sequence[Who]) -> None:
        self._all = [Resident(desk, standing, each) for each in who]
        self._standing = standing
        self._tested = tested

    def one(self, chance: Random) -> Resident:
        return chance.choice(self._all)

    async def somebody(self, chance: Random, action: str, case: str) -> bool:
        """The first of those who were asked, in an order of chance, presses this button."""
        posts = [each for each in await self._standing(case) if each.kind == _ON[action]]
        for each in chance.sample(self._all, len(self._all)):
            for post in posts:
                if _of(post, each.who) and await each.presses_on(post, action, {"c": case}, chance):
                    return True
        return False

    async def tested(self) -> list[tuple[Resident, str]]:
        """Who has a test of the rota to answer, with its month."""
        asked = dict(await self._tested())
        return [(each, asked[each.who]) for each in self._all if each.who in asked]


def _of(post: Post, who: Who) -> bool:
    return bool(post.message) and (post.channel, post.tenant, post.user) == (who.channel, who.tenant, who.user)


def _case(reply: Reply) -> str:
    blocks = reply.card.blocks if isinstance(reply, Show) else ()
    return next((button.carry["c"] for button in _buttons(blocks) if button.carry.get("c")), "")


def _buttons(blocks: Iterable[Block]) -> Iterator[Button]:
    for block in blocks:
        if isinstance(block, Buttons):
            yield from block.buttons


def _answered(card: Card, answers: Mapping[str, str]) -> tuple[Button, Mapping[str, tuple[str, ...]]] | None:
    """The press that answers the screen on this card; None where it asks nothing."""
    fields: dict[str, tuple[str, ...]] = {}
    for block in card.blocks:
        match block:
            case Ticks(id=id, choices=choices):
                fields[id] = tuple(each.value for each in choices if answers.get(each.value) == "yes")
                fields[f"{id}.unsure"] = tuple(each.value for each in choices if answers.get(each.value) == "unsure")
            case Pick(id=id, choices=choices):
                known = [each.value for each in choices if each.value == answers.get(id)]
                fields[id] = (known[0] if known else choices[-1].value,)
            case _:
                pass
    offered = [button for button in _buttons(card.blocks) if button.action == "answer"]
    if fields:
        return next(((button, fields) for button in offered if "q" not in button.carry), None)
    asked = [button for button in offered if button.carry.get("a") == answers.get(button.carry.get("q", ""))]
    return next(((button, {}) for button in (*asked, *offered[-1:])), None)


def _filled(field: Field, chance: Random | None) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What is put into one field of a form."""
    match field:
        case Text(id=id, value=value, required=required):
            words = "now" if id.startswith("told_at.") else WORDS if required or "why" in id else ""
            if value or words:
                yield id, (value or words,)
        case Confirm(id=id):
            yield id, ("yes",)
        case Pick(id=id, choices=choices, chosen=chosen):
            good = [each.value for each in choices if each.value not in (LATER, NOBODY)] or [choices[0].value]
            if AGREE in good:
                good = [AGREE]
            yield id, (chosen or (chance.choice(good) if chance else good[0]),)
        case Ticks(id=id, choices=choices, required=required):
            if required and choices:
                yield id, (choices[-1].value,)  # "not on this list" stands last
        case _:
            return
