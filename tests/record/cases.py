"""Consultations out of the books' own examples, in a database, for what is written of them afterwards.

The rule to keep: the answers are those of the example, and what is written down comes through the bot's own storage.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.picture import Picture, look
from bot.settings import SHIPPED_BOOKS
from bot.team.importing import bound, import_charity, import_people
from policy.book import Book
from policy.examples import complete
from storage.migrating import migrate
from storage.records import Consultation
from storage.sealing import Keyring, new_key
from storage.store import Store, Transaction
from tests.conversations.sides import ROSTER

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
_CHARITY = SHIPPED_BOOKS.parent.parent / "bot" / "trial" / "charity.toml"


@dataclass
class Desk:
    """A worker with consultations; every look at the clock is a second later."""

    store: Store
    books: Mapping[str, Book]
    now: datetime = NOW

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Transaction]:
        self.now += timedelta(seconds=1)
        async with self.store.begin(self.now) as tx:
            await bound(tx)
            yield tx

    async def asked(self, book: str, facts: Mapping[str, str], reference: str = "HP-118 (4K)") -> Consultation:
        """Every question that these facts ask, answered, and sent."""
        answers = complete(self.books[book], facts).answers
        async with self.begin() as tx:
            amira = await self.person(tx, "amira")
            case = await tx.cases.open(amira, reference=reference, book_id=book, book_version=self.books[book].version)
            case = await tx.cases.record_answers(case, answers)
            await tx.cases.advance(case, state="sent")
        return await self.again(case)

    async def told(self, case: Consultation, lane: str, recipient: str, words: str, corrects: str | None = None) -> str:
        """What was done, written down; gives its id."""
        async with self.begin() as tx:
            amira = await self.person(tx, "amira")
            text = await tx.texts.keep(case.id, amira, "done", words, about=lane)
            id = await tx.cases.disclose(
                case.id,
                amira,
                lane=lane,
                recipient=recipient,
                text_id=text,
                shared_at=self.now,
                verified="published",
                way="phone",
                items=[],
                corrects=corrects,
            )
            tx.note("written down", person=amira, consultation=case.id, text=text, disclosure=id)
        return id

    async def finished(self, case: Consultation, answer: str = "after", lane: str = "child") -> None:
        """Whether the person was told of this part."""
        async with self.begin() as tx:
            amira = await self.person(tx, "amira")
            await tx.follow_ups.add(case.id, amira, lane=lane, kind="told", answer=answer)

    async def answers(self, case: Consultation, **values: str) -> Consultation:
        """Answered otherwise, later."""
        case = await self.again(case)
        async with self.begin() as tx:
            case = await tx.cases.record_answers(case, values)
            await tx.cases.advance(case)
        return await self.again(case)

    async def again(self, case: Consultation) -> Consultation:
        async with self.begin() as tx:
            return await tx.cases.get(case.id)

    async def picture(self, tx: Transaction, case: Consultation) -> Picture:
        charity = await bound(tx)
        return await look(tx, self.books[case.book_id], charity, await tx.cases.get(case.id))

    @staticmethod
    async def person(tx: Transaction, handle: str) -> str:
        return next(each.id for each in await tx.people.everybody() if each.handle == handle)


@asynccontextmanager
async def desk(folder: Path, books: Mapping[str, Book]) -> AsyncIterator[Desk]:
    """In a database of its own, with the invented charity and its people."""
    url = f"sqlite+aiosqlite:///{folder / 'confer.db'}"
    await migrate(url)
    store = Store(url, Keyring.parse(new_key("record")))
    try:
        await import_charity(store, _CHARITY.read_text(encoding="utf-8"), NOW)
        await import_people(store, ROSTER.read_text(encoding="utf-8"), NOW)
        yield Desk(store, books)
    finally:
        await store.close()
