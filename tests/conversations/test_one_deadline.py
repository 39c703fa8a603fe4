"""One deadline an event: what the channel spent, the recording and the second look share the seconds Slack waits."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import count
from typing import Any

import pytest

from bot.cards import Notice, Show
from bot.channels import Unavailable
from bot.dispatch import Dispatcher
from bot.events import Event
from bot.turn import Office
from storage.store import GaveWay, Store, StoreUnavailable, Transaction
from tests.conversations import stories
from tests.conversations.town import ONE_ENGINE, Town

WITHIN = 2.5


class Noting(Store):
    """Keeps how many seconds each transaction was given."""

    given: list[float | None]

    def begin(self, now: datetime, *, within: float | None = None) -> Any:
        self.given.append(within)
        return super().begin(now, within=within)

    def read(self, now: datetime, *, within: float | None = None) -> Any:
        self.given.append(within)
        return super().read(now, within=within)


class GivesWay(Store):
    """Ends so many transactions, after all their work, in favour of another one, as PostgreSQL does."""

    times = 0

    @asynccontextmanager
    async def begin(self, now: datetime, *, within: float | None = None) -> AsyncIterator[Transaction]:
        async with super().begin(now, within=within) as tx:
            yield tx
            if self.times:
                self.times -= 1
                raise GaveWay


class CutOff(Store):
    """Commits, and is cut off before it hears so: whoever waits for the answer cannot know."""

    @asynccontextmanager
    async def begin(self, now: datetime, *, within: float | None = None) -> AsyncIterator[Transaction]:
        async with super().begin(now, within=within) as tx:
            yield tx
        raise StoreUnavailable


@pytest.fixture
async def store(town: Town) -> AsyncIterator[Noting]:
    store = Noting(town.url, town.keys)
    store.given = []
    yield store
    await store.close()


def desk(town: Town, store: Store, *, step: float) -> Dispatcher:
    """A dispatcher on whose watch `step` seconds pass between one look and the next."""
    ticks = count(1000.0, step)
    return Dispatcher(Office(store, town.books, town.clock, within=WITHIN, ticks=lambda: next(ticks)))


async def pressed(town: Town, *, version: str, spent: float, answer: str = "no") -> Event:
    carry = {"c": (await town.case()).id, "v": version, "s": "life_now", "q": "life_now", "a": answer}
    return Event("d1", town.who(town.person("amira")), "answer", carry=carry, spent=spent)


@ONE_ENGINE
async def test_what_the_channel_spent_is_taken_from_what_the_database_has(town: Town, store: Noting) -> None:
    await town.person("amira").begins()

    await desk(town, store, step=0).handle(await pressed(town, version="1", spent=1.0))

    assert store.given == [pytest.approx(WITHIN - 1.0)]


@ONE_ENGINE
async def test_the_second_look_has_only_what_the_first_one_left(town: Town, store: Noting) -> None:
    await town.person("amira").begins()

    await desk(town, store, step=0.4).handle(await pressed(town, version="0", spent=1.0))

    assert store.given == [pytest.approx(WITHIN - 1.0 - 0.4), pytest.approx(WITHIN - 1.0 - 0.8)]


@ONE_ENGINE
async def test_whoever_gave_way_to_another_transaction_begins_again_once_while_there_is_time(town: Town) -> None:
    await town.person("amira").begins()
    store = GivesWay(town.url, town.keys)
    store.times = 1

    reply = await desk(town, store, step=0.4).handle(await pressed(town, version="1", spent=1.0))
    await store.close()

    assert isinstance(reply, Show)
    assert (await town.case()).values == {"life_now": "no"}


@ONE_ENGINE
@pytest.mark.parametrize(("times", "spent"), [(2, 1.0), (1, 2.4)])
async def test_whoever_gave_way_twice_or_has_no_time_left_reads_that_nothing_was_recorded(
    times: int, spent: float, town: Town
) -> None:
    await town.person("amira").begins()
    store = GivesWay(town.url, town.keys)
    store.times = times

    with pytest.raises(Unavailable):
        await desk(town, store, step=0.1).handle(await pressed(town, version="1", spent=spent))
    await store.close()

    assert (await town.case()).values == {}


@ONE_ENGINE
async def test_where_no_time_is_left_it_is_said_at_once_that_nothing_was_recorded(town: Town, store: Noting) -> None:
    await town.person("amira").begins()
    await town.settles()
    press = await pressed(town, version="1", spent=WITHIN)

    async with town.process.office.store.begin(town.clock()):  # somebody else is writing, and goes on to
        with pytest.raises(Unavailable):
            await desk(town, store, step=0).handle(press)

    assert store.given == [pytest.approx(0.1)]


@ONE_ENGINE
async def test_danger_is_recorded_however_long_it_took_to_show_the_card(town: Town, store: Noting) -> None:
    await town.person("amira").begins()

    await desk(town, store, step=0.4).handle(await pressed(town, version="1", spent=2.4, answer="yes"))

    assert store.given == [WITHIN]
    assert (await town.case()).values == {"life_now": "yes"}


async def decides(town: Town, store: Store, handle: str, what: str) -> list[str]:
    """What they read who submit the form of the only request: the sentences at the top of their card."""
    case = await town.case()
    async with town.reading() as tx:
        (request,) = await tx.approvals.of(case.id)
    carry = {"c": case.id, "r": request.id, "f": request.fingerprint}
    fields = {"reason": ("So I see it.",), "talked": ("yes",)}
    reply = await desk(town, store, step=0).handle(
        Event(secrets.token_hex(4), town.who(town.person(handle)), f"{what}.confirm", carry=carry, fields=fields)
    )
    assert isinstance(reply, Show)
    return [block.text for block in reply.card.blocks if isinstance(block, Notice)]


@ONE_ENGINE
async def test_whoever_decided_without_hearing_so_and_presses_again_reads_that_they_decided(
    town: Town, store: Noting
) -> None:
    town.people("amira", "ben", "chidi")
    await town.person("amira").sends(stories.A_CHILD)
    cut_off = CutOff(town.url, town.keys)

    with pytest.raises(Unavailable):
        await decides(town, cut_off, "ben", "approve")
    await cut_off.close()

    assert await decides(town, store, "ben", "approve") == [
        "Already decided: Ben Carver agreed to this at 02:14 on 20 November."
    ]
    otherwise, _ = await decides(town, store, "ben", "decline")
    assert otherwise.startswith("You have agreed to this already. Your press changed nothing.")
    late, _ = await decides(town, store, "chidi", "approve")
    assert late == "Somebody has decided this already. Your press changed nothing."
    assert (await town.ledger_kinds()).count("approved") == 1
