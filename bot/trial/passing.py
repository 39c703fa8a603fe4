"""Letting a week pass in the trial: the clock goes on from one thing that is due to the next, each at its own moment.

The rule to keep: the clock is only moved while nothing is due and nothing is under way, so that whatever comes due in
between runs in its order, as if somebody had waited.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count

from bot.cards import Card, Say
from bot.channels import Unavailable
from bot.delivery import Delivery
from bot.dispatch import Dispatcher
from bot.events import Who
from bot.organisation.charity import Charity, charity_of
from bot.reporting.weeks import week_of
from bot.reviving import revive
from bot.team import rota_test
from bot.trial.clock import TrialClock
from bot.trial.residents import Residents
from bot.trial.weeks import Story, stories
from bot.turn import Office
from policy.book import Book
from storage.records import Post, from_micros
from storage.store import StoreUnavailable

log = logging.getLogger(__name__)

_WEEK = timedelta(days=7)
_LOOKS = 24  # hours; every hour, as in earnest, would be most of the work, and finds only what has failed

Stories = Callable[[Residents, Book, str], list[tuple[timedelta, Story]]]
"""What happens in a week of this name, each with the time from its beginning."""


class Passing:
    """The office's clock is the `clock` that is moved. `channel`: where the invented people press."""

    def __init__(
        self,
        office: Office,
        delivery: Delivery,
        dispatcher: Dispatcher,
        clock: TrialClock,
        channel: str,
        *,
        stories: Stories = stories,
    ) -> None:
        self._office = office
        self._delivery = delivery
        self._dispatcher = dispatcher
        self._clock = clock
        self._channel = channel
        self._stories = stories
        self._coming: list[tuple[datetime, int, Story]] = []  # what goes on, of earlier weeks too
        self._number = count()
        self._one_week = asyncio.Lock()
        self._ends: datetime | None = None  # of a week that was cut off

    async def says(self) -> str:
        """What the clock on the charity's wall shows. Raises Unavailable."""
        try:
            charity, _ = await self._charity()
        except StoreUnavailable:
            raise Unavailable(self._stopped()) from None
        local = self._clock().astimezone(charity.timezone)
        return f"{local:%A} {local.day} {local:%B %Y, %H:%M}"

    async def a_week(self) -> None:
        """Seven days of the charity's calendar later. Asked for while one is passing, nothing more passes.

        One that was cut off goes on to its end first. Raises Unavailable.
        """
        if self._one_week.locked():
            return
        async with self._one_week:
            try:
                await self._a_week()
            except StoreUnavailable as trouble:
                log.warning("a week stopped on its way: %s", type(trouble).__name__)
                raise Unavailable(self._stopped()) from None

    async def _a_week(self) -> None:
        ends = self._ends
        if ends is None:
            charity, people = await self._charity()
            begins = self._clock()
            ends = (begins.astimezone(charity.timezone) + _WEEK).astimezone(UTC)
            book = self._office.books[charity.book]
            residents = Residents(self._dispatcher, self._standing, self._tested, people)
            for after, story in self._stories(residents, book, week_of(begins, charity.timezone)):
                self._comes(begins + after, story)
            self._ends = ends
        # By hand: each press wakes the loop, and its rounds were half of what a week costs.
        async with self._delivery.by_hand() as drained:
            while (moment := await self._next(ends)) < ends:
                await self._at(moment, drained)
            await self._at(ends, drained)
        self._ends = None

    def _stopped(self) -> Card:
        """The sandbox says it in a sentence of its own; the line above everything stands on every card."""
        said = Say("The week stopped on its way. What had happened by then is kept.")
        return Card("Not available", (said,), danger=next(iter(self._office.books.values())).emergency.line)

    async def _next(self, ends: datetime) -> datetime:
        """The next moment at which anything happens: something is due, somebody presses, or `revive` looks."""
        now = self._clock()
        async with self._office.store.read(now) as tx:
            due = await tx.outbox.next_due(after=now)
        moments = [ends, _next_look(now)]
        moments += [self._coming[0][0]] if self._coming else []
        moments += [] if due is None else [from_micros(due)]
        return min(moments)

    async def _at(self, moment: datetime, drained: Callable[[], Awaitable[None]]) -> None:
        await drained()
        self._clock.on_to(moment)
        if moment.hour % _LOOKS == 0 and moment == _hour(moment):
            await revive(self._office.store, self._clock())
        await drained()
        while self._coming and self._coming[0][0] <= moment:
            _, _, story = heapq.heappop(self._coming)
            await self._goes_on(story)

    async def _goes_on(self, story: Story) -> None:
        """A story that cannot go on ends: it is only there so that there is something to see."""
        with suppress(StopAsyncIteration):
            try:
                pause = await anext(story)
            except Unavailable as trouble:
                log.warning("an invented person could not press: %s", trouble)
                return
            self._comes(self._clock() + pause, story)

    def _comes(self, moment: datetime, story: Story) -> None:
        heapq.heappush(self._coming, (moment, next(self._number), story))

    async def _standing(self, case: str) -> list[Post]:
        async with self._office.store.read(self._clock()) as tx:
            [organisation] = await tx.organisations.all()
            tx.bind(organisation.id)
            return await tx.posts.of(case)

    async def _tested(self) -> list[tuple[Who, str]]:
        now = self._clock()
        async with self._office.store.read(now) as tx:
            [organisation] = await tx.organisations.all()
            tx.bind(organisation.id)
            asked = await tx.rota_tests.sent(now - rota_test.WITHIN, now)
            months = {each.person_id: each.month for each in asked if each.pressed_at is None}
            accounts = await tx.people.accounts(list(months))
        here = [each for each in accounts if each.channel == self._channel]
        return [(Who(each.channel, each.tenant, each.user), months[each.person_id]) for each in here]

    async def _charity(self) -> tuple[Charity, list[Who]]:
        """The one charity of the trial, and its people's accounts."""
        accounts = await self._dispatcher.accounts(self._channel)
        async with self._office.store.read(self._clock()) as tx:
            [organisation] = await tx.organisations.all()
        return charity_of(organisation), [account.who for account in accounts]


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _next_look(now: datetime) -> datetime:
    return _hour(now) + timedelta(hours=_LOOKS - now.hour % _LOOKS)
