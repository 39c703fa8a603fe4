"""The timer after an emergency: who is still reminded an hour later, and who is not any more."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from bot.afterwards.reminders import TIMERS
from bot.books import NotHere
from policy.book import Book
from storage.records import CaseState, Consultation
from storage.sealing import Keyring, new_key
from storage.store import Store, Transaction
from tests.policy.small import small_book

NIGHT = datetime(2026, 11, 20, 2, 14, tzinfo=UTC)


@dataclass
class Desk:
    """A worker with a consultation in which somebody was in danger."""

    store: Store
    organisation: str
    case: Consultation

    async def rings(self, books: Mapping[str, Book] | None = None, **payload: str) -> list[str]:
        """The timer comes due; the ledger's words for what it did."""
        book = small_book()
        async with self.store.begin(NIGHT) as tx:
            tx.bind(self.organisation)
            known = {book.id: book} if books is None else books
            await TIMERS["emergency_record"](tx, known, {"case": self.case.id, **payload})
            before = len(await tx.ledger.entries())
        async with self.store.read(NIGHT) as tx:
            tx.bind(self.organisation)
            found = [entry.body.decode() for entry in (await tx.ledger.entries())[before:]]
            posts = [post.kind for post in await tx.posts.of(self.case.id)]
        assert ("reminder" in posts) == bool(found)
        return found

    async def changes(self, *, state: CaseState | None = None, **answers: str) -> None:
        async with self.store.begin(NIGHT) as tx:
            tx.bind(self.organisation)
            case = await tx.cases.get(self.case.id)
            await tx.cases.advance(await tx.cases.record_answers(case, answers), state=state)


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    store = Store(database_url, Keyring.parse(new_key("test")))
    async with store.begin(NIGHT) as tx:
        organisation = await tx.organisations.add("The Invented Trust", {"book": "small"})
        worker = await tx.people.put(handle="w", name="Wren", role="worker", capabilities=[])
        await tx.people.connect(worker.id, channel="paper", tenant="t", user="w")
        case = await _opened(tx, worker.id)
    yield Desk(store, organisation.id, case)
    await store.close()


async def _opened(tx: Transaction, person_id: str) -> Consultation:
    case = await tx.cases.open(person_id, reference="IT-2026-0001", book_id="small", book_version="1")
    return await tx.cases.record_answers(case, {"life": "yes", "called": "yes"})


async def test_the_worker_is_asked_to_write_down_what_was_done(desk: Desk) -> None:
    [line] = await desk.rings()

    assert '"kind":"reminded"' in line
    assert desk.case.id in line


async def test_whoever_pressed_by_mistake_is_not_reminded(desk: Desk) -> None:
    await desk.changes(life="no")

    assert await desk.rings() == []


@pytest.mark.parametrize("state", ["paused", "withdrawn", "closed"])
async def test_an_emergency_is_asked_about_also_when_its_checklist_has_ended(state: CaseState, desk: Desk) -> None:
    await desk.changes(state=state)

    assert len(await desk.rings()) == 1


async def test_from_the_second_time_on_it_is_asked_once_more_in_a_new_message(desk: Desk) -> None:
    first, second = await desk.rings(), await desk.rings(late="yes")

    assert ["reminded" in line for line in first] == [True]
    assert [line.split('"kind":"')[1].split('"')[0] for line in second] == [
        "reminded",
        "not written down: leads told",
    ]


async def test_a_consultation_that_is_gone_needs_no_reminder(desk: Desk) -> None:
    assert await desk.rings(case="nowhere") == []


@pytest.mark.parametrize("timer", ["emergency_record", "look", "not_reached"])
async def test_a_timer_whose_book_is_not_here_is_not_taken_for_done(timer: str, desk: Desk) -> None:
    async with desk.store.read(NIGHT) as tx:
        tx.bind(desk.organisation)
        with pytest.raises(NotHere):
            await TIMERS[timer](tx, {}, {"case": desk.case.id, "kind": "emergency"})
