"""The village: the real bot on a real database, one process at a time, with people who press what hangs on their wall.

The rule to keep: whatever is random is passed in, so that the same steps do the same things.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Awaitable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Literal

import uvloop

from bot.cards import Aside, Card, Form, Open, Reply, Show
from bot.channels import Sent, Unavailable
from bot.delivery import Delivery
from bot.dispatch import Dispatcher
from bot.events import Event, Who
from bot.organisation.charity import charity_of
from bot.picture import Picture, look
from bot.turn import Office
from policy.book import Book
from storage.sealing import Keyring
from storage.store import Store, Transaction
from tests.postgres import memory
from tests.reliability.machine.wall import Seen, Wall, filled, seen

FRIDAY = datetime(2026, 11, 20, 14, 2, tzinfo=UTC)
LAST = 400
"""So many buttons and forms are remembered as things somebody may still have on a screen."""

_OPENS = ("new", "start", "home", "open", "decide", "agreed")
"""What comes as a sheet of its own."""

ON_BOTH = ("amira", "ben", "iris")
"""Who has an account on either channel: one human, whatever they press on."""

Death = Literal["", "before", "after"]
"""Whether the process dies in the next transaction: before its commit, or after it and before anybody was answered."""


class Died(BaseException):
    """The process is gone. No handler of ours may catch it."""


class Mortal(Store):
    """A store whose process may die at the commit."""

    death: Death = ""

    @asynccontextmanager
    async def begin(self, now: datetime, *, within: float | None = None) -> AsyncIterator[Transaction]:
        async with super().begin(now, within=within) as tx:
            yield tx
            if self.death == "before":
                self.death = ""
                raise Died
        if self.death == "after":
            self.death = ""
            raise Died


class Village:
    """`accounts`: handle -> where somebody speaks from. `place`: the sheet of the last answer. Close it at the end."""

    def __init__(
        self,
        original: Path,
        keys: Keyring,
        books: Mapping[str, Book],
        walls: Mapping[str, Wall] | None = None,
        now: datetime = FRIDAY,
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="confer-village-", dir=memory()))
        self.file = self.folder / "confer.db"
        shutil.copyfile(original, self.file)
        self.books, self.now = books, now
        self.walls = {name: Wall(name, dict(walls[name].hanging) if walls else {}) for name in ("slack", "teams")}
        self.accounts: dict[str, tuple[Who, ...]] = {}
        self.store = Mortal(f"sqlite+aiosqlite:///{self.file}", keys)
        self.runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        self.events: list[Event] = []
        self.past: list[Seen] = []
        self.forms: list[tuple[Who, str, Form]] = []
        self.actors: list[Who] = []
        self.cards: list[tuple[Who, Card]] = []
        self.place = ""
        self._unwritten: list[tuple[Who, str]] = []
        self._deliveries = 10_000 if walls else 0  # no id comes twice: those before are in the database
        self.starts()
        self.run(self._find())

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.get_loop().run_until_complete(work)

    def close(self) -> None:
        self.run(self.store.close())
        self.runner.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def clock(self) -> datetime:
        """No two looks are at one moment."""
        self.now += timedelta(milliseconds=1)
        return self.now

    def starts(self) -> None:
        """A new process on the same database: nothing that the one before knew is left.

        Where it had just answered a press with a new sheet and had not written down where, nobody will ever draw that
        sheet again: it is an old card from now on, which somebody may still press.
        """
        for who, place in self._unwritten:
            if card := self.walls[who.channel].hanging.pop((who.user, place), None):
                self.past = [*self.past, *seen(who, place, card)][-LAST:]
        self._unwritten.clear()
        office = Office(self.store, self.books, self.clock, within=30.0)
        self.dispatcher = Dispatcher(office)
        self.delivery = Delivery(office, list(self.walls.values()), self.dispatcher)

    async def pictures(self, ids: Sequence[str]) -> list[Picture]:
        """What the bot itself makes of these consultations now."""
        async with self.store.read(self.now) as tx:
            [organisation] = await tx.organisations.all()
            tx.bind(organisation.id)
            charity, found = charity_of(organisation), []
            for id in ids:
                case = await tx.cases.get(id)
                found.append(await look(tx, self.books[case.book_id], charity, case))
            return found

    # Pressing

    def offered(self, actions: Sequence[str] = (), but: Sequence[str] = ()) -> list[Seen]:
        """Every button that hangs anywhere now, of these actions, in an order that no random id decides."""
        found: list[Seen] = []
        for handle, accounts in sorted(self.accounts.items()):
            del handle
            for who in accounts:
                sheets = [(m, card) for (user, m), card in self.walls[who.channel].hanging.items() if user == who.user]
                found += [each for message, card in sheets for each in seen(who, message, card)]
        return [
            each for each in found if (not actions or each.button.action in actions) and each.button.action not in but
        ]

    def presses(self, button: Seen, choose: Random, *, prefer: Mapping[str, str] | None = None) -> Reply | None:
        """The button, and the form behind it. None where the process died of it."""
        fields = filled(button.inputs, choose, prefer or {})
        reply = self.sends(button.who, button.button.action, button.button.carry, fields, button.message)
        if isinstance(reply, Open) and reply.form.action:
            self.forms = [*self.forms[-LAST:], (button.who, button.message, reply.form)]
            return self.submits(button.who, button.message, reply.form, choose, prefer=prefer)
        return reply

    def submits(
        self, who: Who, message: str, form: Form, choose: Random, *, prefer: Mapping[str, str] | None = None
    ) -> Reply | None:
        fields = filled(form.fields, choose, prefer or {})
        return self.sends(who, form.action, form.carry, fields, message)

    def sends(
        self,
        who: Who,
        action: str,
        carry: Mapping[str, str],
        fields: Mapping[str, tuple[str, ...]] | None = None,
        message: str = "",
    ) -> Reply | None:
        self._deliveries += 1
        event = Event(
            f"delivery {self._deliveries}",
            who,
            action,
            conversation=who.user,
            carry=carry,
            fields=fields or {},
            message=message,
        )
        self.events = [*self.events[-20:], event]
        return self.delivers(event)

    def delivers(self, event: Event) -> Reply | None:
        """This event, perhaps not for the first time."""
        self.actors.append(event.who)
        reply: Reply | None = self.run(self._handled(event))
        return reply

    async def _handled(self, event: Event) -> Reply | None:
        try:
            reply = await self.dispatcher.handle(event)
        except Unavailable as failed:
            reply = Aside(failed.card)
        except Died:
            self.starts()
            return None
        finally:
            self.store.death = ""
        if isinstance(reply, Show):
            place = event.message or f"answer {event.delivery}"
            if not event.message:
                self._unwritten.append((event.who, place))
            self._hangs(event.who, place, reply.card, stays=self._stays(event))
            await self.dispatcher.sent(event, Sent(event.who.user, place))
        elif isinstance(reply, Aside):
            self.cards.append((event.who, reply.card))
        return reply

    def _stays(self, event: Event) -> bool:
        """Whether the bot knows where this answer stands: not after an old button, or one that never was."""
        if not event.message:
            return event.action in _OPENS
        card = self.walls[event.who.channel].hanging.get((event.who.user, event.message))
        pressed = event.action.removesuffix(".confirm")
        return card is not None and any(b.button.action == pressed for b in seen(event.who, event.message, card))

    def _hangs(self, who: Who, place: str, card: Card, *, stays: bool) -> None:
        self.place = place
        if stays:
            self.walls[who.channel].hanging[who.user, place] = card
        self.cards.append((who, card))
        self.past = [*self.past, *seen(who, place, card)][-LAST:]

    def slips_in_a_yes(self) -> None:
        """Behind the bot's back, as a program with a fault would: the first request that waits is approved."""
        connection = sqlite3.connect(self.file, isolation_level=None)
        [row, *_] = connection.execute("SELECT id FROM approval_requests WHERE state = 'pending'").fetchall()
        connection.execute("UPDATE approval_requests SET state = 'approved' WHERE id = ?", row)
        connection.close()

    # Time, the post, and what an administrator does

    def post(self) -> bool:
        """Whatever is due is sent and rung, as often as it takes; what was on the walls may still be on a screen.

        False where the process died of it: what it had in hand waits for the lease to be over.
        """
        shown = [each for each in self.offered() if each.button.action in ("approve", "decline")]
        self.past = [*self.past, *shown][-LAST:]
        done: bool = self.run(self._post())
        return done

    async def _post(self) -> bool:
        doomed = bool(self.store.death)
        with suppress(Died):
            await self.delivery.drain()
            await self.delivery.drain()  # an answer that was overtaken is due again once it is written down
        self.store.death = ""
        if doomed:
            self.starts()  # a job that dies does so in a task of the loop that sends, and the process with it
        self._unwritten.clear()  # the last thing it does is to write down where its answers stand
        return not doomed

    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    def does(self, work: Awaitable[Any]) -> Any:
        """Something from the command line."""

        async def done() -> Any:
            try:
                return await work
            except Died:
                self.starts()
                return None
            finally:
                self.store.death = ""

        return self.run(done())

    async def _find(self) -> None:
        """Everybody's accounts; some have a second one, on the other channel."""
        async with self.store.begin(self.clock()) as tx:
            [organisation] = await tx.organisations.all()
            tx.bind(organisation.id)
            for person in await tx.people.everybody():
                if person.handle in ON_BOTH:
                    await tx.people.connect(person.id, channel="teams", tenant="T1INVENTED", user=f"29:{person.handle}")
            handles = {person.id: person.handle for person in await tx.people.everybody()}
            for account in await tx.people.accounts():
                who = Who(account.channel, account.tenant, account.user)
                handle = handles[account.person_id]
                self.accounts[handle] = tuple(sorted((*self.accounts.get(handle, ()), who), key=lambda w: w.channel))
