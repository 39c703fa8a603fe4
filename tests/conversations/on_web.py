"""Somebody of the charity at the sandbox, in one browser tab with everybody else."""

from __future__ import annotations

import copy
import json
import re
from html import escape
from typing import Any, cast

from bot.channels.web.inputs import press
from tests.conversations.resident import Kept, Resident
from tests.slack.workspace import Person as SlackAccount
from tests.web.person import Person, Shown
from tests.web.reading import buttons

Json = dict[str, Any]


class WebResident(Resident):
    """The verbs are those of Slack's. What looks closer at the product itself is for the tests of that product."""

    def __init__(self, account: Person) -> None:
        # All that a transcript asks of an account is what both kinds can do.
        super().__init__(cast(SlackAccount, account))
        self.person = account

    async def changes(self, title: str) -> None:
        """On "Your answers", the Change that belongs to this screen: for a screen reader each is named."""
        card = self.card()
        named = f"Change: {title}"
        mine = [each for label, each in buttons(card.screen) if each.attributes.get("aria-label") == named]
        assert len(mine) == 1, f"{self} sees no Change for {title!r}"
        await self.person.presses("Change", on=self._with(card, mine[0].attributes["value"], "Change"))

    async def closes(self) -> None:
        if self.person.dialog is not None:
            self.person.closes()

    # What a forger would do: the page's token is right, and what the button or form carries is not

    def forges(self, action: str, *, at: Shown | None = None, **carry: str) -> Shown:
        return self._with(at or self.card(), press(action, carry), "Press")

    def open_form(self) -> Kept:
        return copy.deepcopy(self.person.dialog)

    def leaves_empty(self) -> None:
        form = self.person.dialog
        assert form is not None
        form.html = form.html.replace(" required", "")

    def carried(self) -> dict[str, str]:
        assert self.person.dialog is not None
        carry: dict[str, str] = json.loads(buttons(self.person.dialog.screen)[0][1].attributes["value"])["carry"]
        return carry

    def rewrites(self, **carry: str) -> None:
        form = self.person.dialog
        assert form is not None
        held = json.loads(buttons(form.screen)[0][1].attributes["value"])
        changed = press(held["action"], {**held["carry"], **carry})
        form.html = re.sub(
            r'name="press" value="[^"]*"', lambda _: f'name="press" value="{escape(changed)}"', form.html
        )

    def takes_the_form_of(self, other: Resident) -> None:
        self.person.dialog = other.open_form()
        self.person.tab.change()

    def _with(self, card: Shown, value: str, label: str) -> Shown:
        """The card with this button alone."""
        button = f'<button name="press" value="{escape(value)}">{label}</button>'
        hidden = f'<input type="hidden" name="message" value="{card.message}">'
        return Shown(f"<form>{hidden}<div>{button}</div></form>", message=card.message)

    def drawn(self) -> str:
        return repr([*self.person.messages(), *vars(self.person).values()])  # an aside stands beside the messages

    def _looks(self) -> tuple[object, ...]:
        shown = self.person.messages()[-1]
        return shown.message, shown.mark, shown.changed, self.person.dialog is None

    def _open(self) -> list[Any]:
        return []
