"""Letters: a card sent or updated without anybody's press.

Teams has no idempotency key and lets nobody look for a message, so one whose answer was lost is sent again: a rare
double. The older copy goes on saying what it said. Whoever presses it does what the newer one offers as well, or reads
how it stands by now: every press is held to the state as it is.
"""

from __future__ import annotations

from bot.channels import CannotErase, DeliveryError, Gone, Letter, Placed, Sent
from bot.channels.teams.connector import NotFound
from bot.channels.teams.editing import Editing
from bot.channels.teams.filling import Filling
from bot.channels.teams.mailbox import Mailbox
from bot.channels.teams.members import Members
from bot.channels.teams.posting import Posting
from bot.channels.teams.references import Reference, References


class Letters:
    def __init__(
        self,
        posting: Posting,
        editing: Editing,
        filling: Filling,
        mailbox: Mailbox,
        references: References,
        members: Members,
    ) -> None:
        self._posting = posting
        self._editing = editing
        self._filling = filling
        self._mailbox = mailbox
        self._references = references
        self._members = members

    async def deliver(self, letter: Letter) -> Sent:
        """Raises Closed (nobody reads there), Gone (never again) or DeliveryError (again later)."""
        to = self._references.known(letter.to, letter.conversation)
        if letter.message:
            if to is None:
                raise Gone("nobody knows where this message stands")
            key = (to.tenant, to.conversation, letter.message)
            if self._filling.is_in_the_way_of(key, letter.card):
                raise DeliveryError("somebody is filling in a form there")
            async with self._editing.alone(key):
                await self._posting.update(to, letter.message, letter.card)
            if letter.alone:
                self._mailbox.put(key, letter.card)
            return Sent(letter.conversation, letter.message)
        if to is not None:
            try:
                return await self._new(letter, to)
            except NotFound:
                # The app was taken away and installed again, or the account is closed: that is seen when we begin.
                self._references.forget(letter.to)
        return await self._new(letter, await self._posting.begin(letter.to))

    async def _new(self, letter: Letter, to: Reference) -> Sent:
        """Whoever is a guest could answer nothing, so nobody waits for them. Who cannot be asked about is written to:
        they can decide nothing either, until that is known.
        """
        if await self._members.is_guest(letter.to, to):
            raise Gone("a guest of the organisation")
        sent = await self._posting.send(to, letter.card)
        if letter.alone:
            self._mailbox.put((to.tenant, to.conversation, sent.message), letter.card)
        return sent

    async def erase(self, placed: Placed) -> None:
        """Where nobody may write to them any more, the message stays, and whoever answers for the data has to know."""
        to = self._references.known(placed.to, placed.conversation)
        if to is None:
            raise CannotErase("nobody knows where this message stands")
        key = (to.tenant, to.conversation, placed.message)
        async with self._editing.alone(key):
            self._mailbox.drop(key)
            try:
                await self._posting.delete(to, placed.message)
            except NotFound:
                return  # it is gone already
            except Gone as gone:
                raise CannotErase(str(gone)) from gone
