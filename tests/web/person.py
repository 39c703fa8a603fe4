"""A person at the sandbox: reads the page as its script shows it, and presses, ticks and fills in as that sends it.

A person can only press what they see: an unknown label fails with the labels that are there.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from tests.web.reading import (
    Node,
    Option,
    State,
    beginning,
    buttons,
    left_empty,
    options,
    parsed,
    seen,
    writings,
)

if TYPE_CHECKING:
    from tests.web.tab import Tab

Json = dict[str, Any]
POINTS_ON = ("Open your card", "This went on in a newer message.", "This is settled by now. Look at your card.")
"""What a message says that is not the one to look at: its button, or all that is left of it."""

OPTIONAL = " (optional)"
PATIENCE = 30.0  # seconds a person looks for what they want to press or fill in; a busy machine is no fault of the code
SHOWN_WITHIN = 3.0  # seconds a person waits for the screen to change before pressing on all the same


@dataclass(frozen=True, slots=True)
class Delivered:
    status: int
    body: Json


@dataclass
class Shown:
    """A card, an aside, a form or the home panel. `errors`: what the script has put beside the fields."""

    html: str
    mark: str = ""
    message: str = ""
    changed: int = 0
    edits: int = 0
    errors: list[str] = field(default_factory=list)
    state: State | None = None
    held: bool = False  # an emergency card, which stays until something else is said in its place

    @property
    def screen(self) -> Node:
        return parsed(self.html)

    @property
    def blocks(self) -> list[str]:
        """What stands on it, line by line, named as the other products name it."""
        return seen(self.screen, self.filled).splitlines()

    @property
    def text(self) -> str:
        """There is no lock screen here."""
        return ""

    @property
    def only_for(self) -> str:
        """Nothing is whispered here."""
        return ""

    @property
    def filled(self) -> State:
        if self.state is None:
            self.state = beginning(self.screen)
        return self.state


class Person:
    def __init__(self, tab: Tab, user: str) -> None:
        self.workspace = self.tab = tab
        self.id = self.name = user
        self.cards: dict[str, Shown] = {}
        self.aside: Shown | None = None
        self.dialog: Shown | None = None
        self.home: Shown | None = None
        self.warned = ""
        self._at: Literal["messages", "home"] = "messages"
        self._acted_at = 0

    def __repr__(self) -> str:
        return self.name

    # What they see

    def sees(self) -> str:
        """What they look at now, as text: the form, the home panel, or what changed last."""
        shown = self.surface()
        if shown is None:
            return self.warned
        said = seen(shown.screen, shown.filled)
        return "\n".join(each for each in (said, *(f"! {error}" for error in shown.errors), self.warned) if each)

    def sees_everything(self) -> str:
        """Every card, oldest change first."""
        return "\n\n".join(seen(each.screen, {}) for each in sorted(self._written(), key=lambda each: each.changed))

    def labels(self) -> list[str]:
        shown = self._pressable()
        return [label for label, _ in buttons(shown.screen)] if shown else []

    async def waits_for(self, text: str, seconds: float = PATIENCE) -> None:
        """Until they see these words; fails with what they see instead."""
        try:
            await self.tab.until(lambda: text in self.sees(), seconds=seconds)
        except AssertionError:
            raise AssertionError(f"{self} does not see {text!r}, but:\n{self.sees()}") from None

    def messages(self) -> list[Shown]:
        """The cards, last changed last; before them what only points on to another card, or went on in one."""
        shown = sorted(self._written(), key=lambda each: each.changed)
        return sorted(shown, key=lambda each: not any(words in each.html for words in POINTS_ON))

    def goes_to_messages(self) -> None:
        self._at = "messages"

    def surface(self) -> Shown | None:
        if self.dialog is not None:
            return self.dialog
        if self._at == "home":
            return self.home
        shown = self.messages()
        return shown[-1] if shown else None

    # What they do

    async def types(self, text: str, **_: object) -> Delivered:
        self._at = "messages"
        return await self._sends({"message": "", "press": json.dumps({"action": "typed", "carry": {}}), "text": text})

    async def commands(self, command: str = "", text: str = "", **_: object) -> Delivered:
        """The sandbox has no commands: the words are typed."""
        return await self.types(f"{command.removeprefix('/')} {text}".strip())

    async def opens_home(self) -> None:
        """It stands above everything; what it says is asked for again after each press."""
        await self.tab.refreshes(self)
        self._at = "home"

    async def presses(self, label: str, *, on: Shown | None = None, patience: float = PATIENCE) -> Delivered:
        """The button with this label on what they look at, or on a card they kept (of yesterday)."""
        if on is None:
            await self._waits_for_a_change(min(patience, SHOWN_WITHIN))
            try:
                await self.tab.until(lambda: label in self.labels(), seconds=patience)
            except AssertionError:
                raise AssertionError(f"{self} sees no button {label!r}; there are {self.labels()}") from None
        shown = on or self._pressable()
        assert shown is not None
        for said, button in buttons(shown.screen):
            if said == label:
                return await self._presses(shown, button)
        raise AssertionError(f"{self} sees no button {label!r} there")

    async def ticks(self, label: str) -> None:
        """The box with these words: ticked, or unticked. Ticked as "not sure" before, it no longer is."""
        shown, option = await self._finds(
            lambda each: each.several and not each.unsure and each.is_called(label), label
        )
        self._takes(shown, option)

    async def chooses(self, named: str, *labels: str) -> None:
        """From the list whose label begins so; "Not sure about" are the boxes that say so."""
        for label in labels:
            shown, option = await self._finds(
                lambda each, label=label: (
                    each.is_called(label) and (each.unsure if named == "Not sure about" else each.of.startswith(named))
                ),
                f"{label} under {named}",
            )
            self._takes(shown, option)

    async def fills(self, named: str, text: str) -> None:
        def found() -> tuple[Shown, Node] | None:
            shown = self._pressable()
            if shown is None:
                return None
            fields = [each for label, each in writings(shown.screen) if named in (label, label.removesuffix(OPTIONAL))]
            return (shown, fields[0]) if fields else None

        try:
            await self.tab.until(found, seconds=PATIENCE)
        except AssertionError:
            raise AssertionError(f"{self} sees no {named!r}, but:\n{self.sees()}") from None
        at = found()
        assert at is not None
        shown, node = at
        most = int(node.attributes["maxlength"])
        assert len(text) <= most, f"the browser takes at most {most} characters there"
        shown.filled[node.attributes["name"]] = [text]

    async def submits(self) -> Delivered:
        """The open form. The browser itself asks for what is required and empty, and so does this."""
        assert self.dialog is not None, f"{self} has no form to submit"
        sends = buttons(self.dialog.screen)
        assert len(sends) == 1, f"{self} can only read this"
        empty = left_empty(self.dialog.screen, self.dialog.filled)
        assert not empty, f"the browser asks {self} to fill in {empty}"
        return await self._presses(self.dialog, sends[0][1])

    def submission(self) -> Json:
        """What is sent when the open form is submitted as it is filled in now."""
        assert self.dialog is not None, f"{self} has no form to submit"
        return self._inputs(self.dialog, buttons(self.dialog.screen)[0][1])

    def closes(self) -> None:
        self.dialog = None
        self.tab.change()

    # How the page's script shows it

    def takes(self, line: Json, *, in_dialog: bool = False, of_aside: bool = False) -> None:
        if in_dialog and line["kind"] != "correct":
            self.dialog = None
        match line["kind"]:
            case "show" | "urgent":
                if of_aside:
                    self.aside = None
                self.places(line, line["message"], mine=True)
            case "aside":
                self.aside = Shown(line["html"], changed=self.tab.change())
            case "open":
                self.dialog = Shown(line["html"], changed=self.tab.change())
            case "correct":
                shown = self.surface()
                assert shown is not None
                shown.errors = [f"Please change: {words}" for words in line["errors"].values()]
                shown.changed = self.tab.change()
            case _:
                self.tab.change()

    def places(self, line: Json, message: str, *, quiet: bool = False, mine: bool = False) -> None:
        """`quiet`: nothing happened to it just now, so it does not come before the eyes. `mine`: they pressed there."""
        before = self.cards.get(message)
        if before is not None and not mine and (before.mark == line["mark"] or (before.held and quiet)):
            return
        changed, edits = self.tab.change(), before.edits + 1 if before else 0
        if before is not None and quiet:
            changed = before.changed
        self.cards[message] = Shown(
            line["html"], line["mark"], message, changed, edits, held=line.get("kind") == "urgent"
        )

    # How

    def _written(self) -> list[Shown]:
        return [*self.cards.values(), *([self.aside] if self.aside else [])]

    def _pressable(self) -> Shown | None:
        if self.dialog is not None or self._at == "home":
            return self.surface()
        return next((each for each in reversed(self.messages()) if buttons(each.screen)), None)

    async def _presses(self, shown: Shown, button: Node) -> Delivered:
        return await self._sends(self._inputs(shown, button), shown)

    def _inputs(self, shown: Shown, button: Node) -> Json:
        return {**shown.filled, button.attributes["name"]: button.attributes["value"]}

    async def _sends(self, inputs: Json, shown: Shown | None = None) -> Delivered:
        self.warned = ""
        self._acted_at = self._last_change()
        sent = {**inputs, "token": self.tab.token, "person": self.id, "delivery": uuid.uuid4().hex}
        in_dialog, of_aside = shown is self.dialog is not None, shown is self.aside is not None
        status, lines = await self.tab.send(sent)
        for line in lines:
            self.takes(line, in_dialog=in_dialog, of_aside=of_aside)
        if status != 200:
            self.warned = "That did not work."
            self.tab.change()
        else:
            await self.tab.refreshes(self, but=[line["message"] for line in lines if line["kind"] == "show"])
        return Delivered(status, {"lines": lines})

    def _takes(self, shown: Shown, option: Option) -> None:
        state = shown.filled
        held = state.setdefault(option.name, [])
        if not option.several:
            state[option.name] = [option.value]
        elif option.value in held:
            held.remove(option.value)
        else:
            held.append(option.value)
            other = option.name.removesuffix(".unsure") if option.unsure else f"{option.name}.unsure"
            if option.value in state.get(other, ()):
                state[other].remove(option.value)

    async def _finds(self, wanted: Any, named: str) -> tuple[Shown, Option]:
        def found() -> tuple[Shown, Option] | None:
            shown = self._pressable()
            return next(((shown, each) for each in options(shown.screen) if wanted(each)), None) if shown else None

        try:
            await self.tab.until(found, seconds=PATIENCE)
        except AssertionError:
            raise AssertionError(f"{self} sees no {named!r}, but:\n{self.sees()}") from None
        at = found()
        assert at is not None
        return at

    def _last_change(self) -> int:
        return max((each.changed for each in (*self._written(), self.dialog, self.home) if each), default=0)

    async def _waits_for_a_change(self, patience: float) -> None:
        """Nobody presses the next thing before the last press has shown."""
        try:
            await self.tab.until(lambda: self._last_change() > self._acted_at or self.warned, seconds=patience)
        except AssertionError:
            return
