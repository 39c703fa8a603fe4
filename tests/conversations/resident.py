"""Somebody of the charity, as a transcript speaks of them: presses, ticks, fills in, answers, and sees."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bot.channels.slack.origin import Origin, wrapped
from tests.slack.workspace import Person as Account
from tests.slack.workspace.server import Message, View

TALKED = "We talked this over, by phone or face to face"
NOT_RECORDED = "Not recorded yet"
CHECKED = "I have checked: no name, birth date, address or number of a person"


@dataclass(frozen=True, slots=True)
class Ticked:
    """Boxes, and what is chosen under "Not sure about…"."""

    yes: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()


Answer = str | Ticked | Mapping[str, str]
"""To one screen: a button by its label; boxes and "Next"; or lists by the beginning of their label, and "Next"."""

NONE = Ticked()

Kept = Any
"""A card or a form as a product has it: a transcript only keeps it and gives it back."""


class Answered(Protocol):
    """What the bot answered a request with, whatever product sent it."""

    @property
    def status(self) -> int: ...

    @property
    def body(self) -> dict[str, Any]: ...


class Resident:
    """On Slack. Whoever is on another product has the same verbs: see `sides`."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def __repr__(self) -> str:
        return self.account.name

    @property
    def user(self) -> str:
        """Their id in the product, as the roster has it."""
        return self.account.id

    # What they do

    async def commands(self, text: str = "", *, channel: str = "") -> Answered:
        return await self.account.commands("/disclose", text, channel=channel)

    async def types(self, text: str, **event: Any) -> Answered:
        return await self.account.types(text, **event)

    async def opens_home(self) -> None:
        await self.account.opens_home()
        await self.sees("# Confer")

    def goes_to_messages(self) -> None:
        self.account.goes_to_messages()

    async def begins(self) -> None:
        """A new checklist, up to its first question."""
        await self.commands()
        await self.sees("# Could someone die or be badly hurt right now, or within hours?")

    async def answers(self, answers: Mapping[str, Answer], *, until: str = "") -> None:
        """Screen after screen, each looked up by its title, up to the first that is not among them (or is `until`)."""
        await self.account.workspace.until(lambda: self.title() in answers, f"{self} is asked something else")
        while (title := self.title()) in answers and title != until:
            await self.fills_in(answers[title])

    async def fills_in(self, answer: Answer) -> None:
        """One screen, and waits for what follows."""
        before = self._looks()
        await self._answers_one(answer)
        await self.account.workspace.until(lambda: self._looks() != before, f"nothing followed {answer!r}")

    async def _answers_one(self, answer: Answer) -> None:
        match answer:
            case str():
                await self.presses(answer)
                return
            case Ticked(yes, unsure):
                for label in yes:
                    await self.ticks(label)
                if unsure:
                    await self.chooses("Not sure about", *unsure)
            case _:
                shown = self.screen()
                for field, label in answer.items():
                    if field in shown:
                        await self.chooses(field, label)
        await self.presses("Next")

    async def asks_for_agreement(self, what: str = "We are worried and ask for advice.", *, of: str = "") -> None:
        """From the proposal to the sent card. `of`: the name of a colleague."""
        await self.presses("Ask for agreement")
        await self.sees("# Before it is sent")
        if of:
            await self.ticks(of)
        if "What exactly would you say?" in self.screen():
            await self.fills("What exactly would you say?", what)
        await self.submits()
        await self.sees("Write down what was done")

    async def sends(self, story: Mapping[str, Answer], *, of: str = "") -> None:
        """From the command to the card that waits. `of`: the name of a colleague."""
        await self.begins()
        await self.answers(story)
        await self.asks_for_agreement(of=of)

    async def agrees(self, reason: str = "The risk is clear.", *, label: str = "Approve") -> None:
        """The form behind Approve, filled in and submitted."""
        await self._decides(label, "Why do you agree?", reason)

    async def says_no(
        self, reason: str = "There is another way.", *, talked: bool = True, label: str = "Decline"
    ) -> None:
        """The form behind Decline, filled in and submitted."""
        await self._decides(label, "Why not?", reason)

    async def _decides(self, label: str, field: str, reason: str) -> None:
        await self.presses(label)
        await self.sees("# Your decision")
        await self.fills(field, reason)
        await self.ticks(TALKED)
        await self.submits()

    async def writes_down(
        self, whom: str, what: str = "Only what was said.", *, on: Kept = None, **fields: str
    ) -> None:
        """The form of what was done, filled in and submitted. `fields`: `when`, `given`, `role`."""
        await self.presses("Write down what was done", on=on)
        await self.sees("# What was done")
        await self.chooses("Who was told?", whom)
        if "How did you tell them?" in self.screen() and whom != "Nobody outside was told":
            await self.chooses("How did you tell them?", "By telephone")
            await self.chooses("How did you make sure who it was?", "I rang a number that I found myself")
        labels = {"when": "When?", "given": "Which reference did they give?", "role": "What is their role?"}
        for field, text in fields.items():
            await self.fills(labels[field], text)
        await self.fills("What was said or done?", what)
        await self.submits()

    async def finishes(self, told: str = "Yes, afterwards", *, on: Kept = None, **chosen: str) -> None:
        """The form at the end, whatever it asks, filled in and submitted. `chosen` as in `fills_in_the_end`."""
        await self.presses("Finish the record", on=on)
        await self.fills_in_the_end(told, **chosen)

    async def fills_in_the_end(self, told: str = "Yes, afterwards", **chosen: str) -> None:
        """`chosen`: `notes`, `review`, `reason`, `basis`, `why`, `when`."""
        await self.sees("When do you look at this again?")
        screen = self.screen()
        offered = [line.strip()[4:] for line in screen.splitlines() if re.match(r" *\( \) ", line)]
        asked = (line.strip().removesuffix(":").partition("Was the person told?") for line in screen.splitlines())
        for about in [about for before, here, about in asked if here and not before]:
            await self.chooses(f"Was the person told?{about}", told)
            if told.startswith("Yes"):
                await self.fills(f"If yes, when?{about}", chosen.get("when", "now"))
            if "why" in chosen:
                await self.fills(f"If not, why? If yes, how they took it{about}", chosen["why"])
        if "Why was nothing shared?" in screen:
            await self.chooses("Why was nothing shared?", chosen.get("reason", "Nothing here needs anybody outside"))
            if "why" in chosen:
                await self.fills("Why? In one line", chosen["why"])
        if "case notes up to date?" in screen:
            await self.chooses(
                "Are the client's case notes up to date?", chosen.get("notes", "Yes, they are up to date")
            )
        review = chosen.get("review", "In a month")
        await self.chooses("When do you look at this again?", next(e for e in offered if e.startswith(f"{review}: ")))
        for line in screen.splitlines():
            if line.strip().startswith("How do you know? ") and line.strip().endswith(":"):
                await self.chooses(line.strip().removesuffix(":"), chosen.get("basis", "I was told"))
        await self.submits()

    async def presses(self, label: str, *, on: Kept = None) -> Answered:
        return await self.account.presses(label, on=on)

    async def changes(self, title: str) -> None:
        """On "Your answers", the Change that belongs to this screen: for a screen reader each is named."""
        card = self.card()
        named = f"Change: {title}"[:75]
        card.blocks = [
            {**block, "elements": [button]}
            for block in card.blocks
            if block["type"] == "actions"
            for button in block["elements"]
            if button.get("accessibility_label", "").rstrip("…") in (named, named[:74])
        ]
        await self.presses("Change", on=card)

    async def ticks(self, label: str) -> None:
        """The box whose words are these; for a colleague the name is enough."""
        await self.account.ticks(self._in_full(label))

    async def chooses(self, field: str, *labels: str) -> None:
        await self.account.chooses(field, *(self._in_full(label) for label in labels))

    def _in_full(self, label: str) -> str:
        offered = [line.strip()[4:] for line in self.screen().splitlines() if re.match(r" *\([ x]\) ", line)]
        if label in offered:
            return label
        return next((each for each in offered if each.startswith(f"{label}, ") and label.istitle()), label)

    async def fills(self, field: str, text: str) -> None:
        await self.account.fills(field, text)

    async def submits(self) -> Answered:
        return await self.account.submits()

    async def closes(self) -> None:
        if self._open():
            self.account.closes()

    def submission(self) -> dict[str, Any]:
        """The open form as Slack would send it, for a test that sends many at once."""
        return self.account.submission()

    # What they see

    async def sees(self, *words: str) -> None:
        """Waits for each of these; fails with the screen as it is."""
        for each in words:
            await self.account.waits_for(each)

    async def reads(self, *words: str) -> None:
        """The same, in any message or form they can read, also one that scrolled up."""
        for each in words:
            await self.account.workspace.until(
                lambda each=each: each in self.all() + self.screen(),  # type: ignore[misc]
                f"{self} nowhere reads {each!r}",
            )

    def screen(self) -> str:
        return self.account.sees()

    def drawn(self) -> str:
        """All of their screens as the product got it: addresses stand there that a screen shows as words."""
        return repr([*self.account.messages(), *self._open()])

    def title(self) -> str:
        return next((line[2:] for line in self.screen().splitlines() if line.startswith("# ")), "")

    def all(self) -> str:
        """Every message they can read."""
        return self.account.sees_everything()

    def got_nothing(self) -> bool:
        return not self.account.messages()

    def card(self) -> Kept:
        """The message that changed last, as it is now: it can be pressed later, when it is out of date."""
        return copy.deepcopy(self.account.messages()[-1])

    def _looks(self) -> tuple[object, ...]:
        shown = self.account.messages()[-1]
        return shown.ts, shown.edits, len(self._open())

    # What a forger would do: Slack's signature is right, and what the button or form carries is not

    def forges(self, action: str, *, at: Kept | None = None, **carry: str) -> Kept:
        """A card whose one button, "Press", does this. It stands where `at` does, else in the newest message."""
        button = {
            "type": "button",
            "text": {"type": "plain_text", "text": "Press"},
            "action_id": "forged",
            "value": wrapped(action, carry),
        }
        place = at or self.account.messages()[-1]
        return Message(place.channel, place.ts, "", [{"type": "actions", "block_id": "forged", "elements": [button]}])

    def open_form(self) -> Kept:
        return self._open()[-1]

    def leaves_empty(self) -> None:
        """The open form may be sent as it is: as if the product itself had asked for nothing in it."""
        for block in self.open_form().view["blocks"]:
            if block["type"] == "input":
                block["optional"] = True

    def carried(self) -> dict[str, str]:
        """What the open form carries."""
        return dict(Origin.read(self.open_form().view["private_metadata"]).carry)

    def rewrites(self, **carry: str) -> None:
        """The open form carries something else."""
        view = self.open_form().view
        origin = Origin.read(view["private_metadata"])
        changed = Origin(origin.action, {**origin.carry, **carry}, origin.conversation, origin.message)
        view["private_metadata"] = changed.written()

    def takes_the_form_of(self, other: Resident) -> None:
        """Somebody else's open form, as if it were opened here."""
        theirs = other.open_form()
        workspace = self.account.workspace
        mine = View(
            workspace.id("V"), self.account.id, copy.deepcopy(theirs.view), workspace.id("h"), workspace.change()
        )
        self._open().append(mine)

    def _open(self) -> list[View]:
        return self.account.workspace.modals.setdefault(self.account.id, [])
