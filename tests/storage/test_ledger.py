"""The ledger: an unbroken chain that nobody changes through the database, and no change stays unseen."""

from __future__ import annotations

import asyncio
import hashlib
import json
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from storage.links import link
from tests.storage.charity import NOW, SECOND, Charity, behind, rows, unguarded

MARK = "marigold"


async def test_an_entry_says_who_did_what_when_and_on_what(charity: Charity) -> None:
    async with charity.begin(NOW + SECOND) as tx:
        before, _ = await tx.ledger.head()
        tx.note("sent", person=charity.worker.id, consultation=charity.case.id)

    async with charity.read() as tx:
        (entry,) = await tx.ledger.entries(after=before)
    assert (entry.sequence, entry.at) == (before + 1, NOW + SECOND)
    assert json.loads(entry.body) == {"kind": "sent", "person": charity.worker.id, "consultation": charity.case.id}


async def test_a_body_is_always_the_same_bytes(charity: Charity) -> None:
    async with charity.begin() as tx:
        tx.note("sent", b="2", a="1")

    async with charity.read() as tx:
        assert (await tx.ledger.entries())[-1].body == b'{"a":"1","b":"2","kind":"sent"}'


def test_a_hash_is_the_one_the_module_describes() -> None:
    inner = hashlib.sha256(b"{}").digest()

    made = link(bytes(32), "org", 7, 1_000_000, b"{}")

    assert made == hashlib.sha256(b"confer ledger 1\0" + bytes(32) + b"org\x007\x001000000\0" + inner).digest()


async def test_the_head_is_the_last_entry(charity: Charity) -> None:
    async with charity.read() as tx:
        last = (await tx.ledger.entries())[-1]

        assert await tx.ledger.head() == (last.sequence, last.hash.hex())


async def test_an_empty_ledger_has_no_head_and_no_faults(charity: Charity) -> None:
    async with charity.store.read(NOW) as tx:
        tx.bind("nobody-yet")

        assert (await tx.ledger.head(), await tx.ledger.entries(), await tx.ledger.faults()) == ((0, ""), [], [])


async def test_what_the_store_notes_itself_makes_a_chain_without_faults(charity: Charity) -> None:
    async with charity.read() as tx:
        entries, faults = await tx.ledger.entries(), await tx.ledger.faults()

    kinds = [json.loads(entry.body)["kind"] for entry in entries]
    assert kinds == ["charity added"] + ["person added"] * 3 + ["account connected"] * 3
    assert [entry.sequence for entry in entries] == list(range(1, 8))
    assert faults == []


async def test_two_charities_have_a_chain_each(charity: Charity, other: Charity) -> None:
    heads = []
    for each in (charity, other):
        async with each.read() as tx:
            heads.append(await tx.ledger.head())
            assert await tx.ledger.faults() == []

    assert [sequence for sequence, _ in heads] == [7, 7]
    assert heads[0] != heads[1]


async def test_twenty_writers_at_once_leave_no_gap(charity: Charity) -> None:
    async def write(number: int) -> None:
        async with charity.begin() as tx:
            # A write of its own first, so that transactions are under way together before they come to the ledger.
            await tx.deliveries.take("web", "T1", f"press-{number}")
            tx.note("pressed", number=str(number))
            tx.note("shown", number=str(number))

    async with charity.read() as tx:
        before, _ = await tx.ledger.head()

    await asyncio.gather(*(write(number) for number in range(20)))

    async with charity.read() as tx:
        entries, faults = await tx.ledger.entries(after=before), await tx.ledger.faults()
    bodies = [json.loads(entry.body) for entry in entries]
    assert [entry.sequence for entry in entries] == list(range(before + 1, before + 41))
    assert faults == []
    assert {body["number"] for body in bodies} == {str(number) for number in range(20)}
    # What one transaction notes stands together.
    assert all(bodies[at]["number"] == bodies[at + 1]["number"] for at in range(0, 40, 2))


async def test_a_chain_of_several_pages_is_read_to_its_end(charity: Charity) -> None:
    async with charity.begin() as tx:
        for number in range(5_001):
            tx.note("pressed", number=str(number))
    async with charity.read() as tx:
        whole = await tx.ledger.faults()
    await behind(charity.store, *unguarded(charity.store, "UPDATE ledger SET at = at + 1 WHERE sequence = 5007"))

    async with charity.read() as tx:
        first = await tx.ledger.entries()
        rest = await tx.ledger.entries(after=first[-1].sequence)
        faults = await tx.ledger.faults()

    assert (len(first), len(rest)) == (5_000, 8)
    assert whole == []
    assert faults == ["Entry 5,007 was changed: what it says, or its time, was altered after it was written."]


REFUSED = {
    "change": "UPDATE ledger SET at = at + 1 WHERE sequence = 3",
    "removal": "DELETE FROM ledger WHERE sequence = 3",
    "change that touches nothing": "UPDATE ledger SET at = at WHERE sequence = 3",
}
REFUSED_ON = {
    "sqlite": [
        "INSERT OR REPLACE INTO ledger SELECT organisation_id, sequence, at + 1, body, previous, hash FROM ledger",
        "REPLACE INTO ledger SELECT organisation_id, sequence, at + 1, body, previous, hash FROM ledger",
        "UPDATE OR REPLACE ledger SET sequence = 4 WHERE sequence = 3",
    ],
    "postgresql": [
        "TRUNCATE ledger",
        "TRUNCATE organisations CASCADE",
        "INSERT INTO ledger SELECT * FROM ledger ON CONFLICT (organisation_id, sequence) DO UPDATE SET at = 0",
    ],
}


@pytest.mark.parametrize("attempt", REFUSED)
async def test_the_database_refuses(charity: Charity, attempt: str) -> None:
    before = await rows(charity.store, "SELECT * FROM ledger ORDER BY sequence")

    with pytest.raises(DBAPIError, match="append-only"):
        await behind(charity.store, REFUSED[attempt])

    assert await rows(charity.store, "SELECT * FROM ledger ORDER BY sequence") == before


async def test_the_database_refuses_what_only_this_engine_knows(charity: Charity) -> None:
    before = await rows(charity.store, "SELECT * FROM ledger ORDER BY sequence")
    attempts = REFUSED_ON["postgresql" if charity.store.postgresql else "sqlite"]

    for attempt in attempts:
        with pytest.raises(DBAPIError, match="append-only"):
            await behind(charity.store, attempt)

    assert await rows(charity.store, "SELECT * FROM ledger ORDER BY sequence") == before


async def test_what_the_store_writes_into_the_ledger_holds_ids_and_kinds_only(charity: Charity) -> None:
    async with charity.begin() as tx:
        await tx.organisations.change(f"{MARK} House", {"leads": MARK})
        person = await tx.people.put(
            handle=MARK, name=f"{MARK} Smith", role="worker", capabilities=[MARK], telephone=MARK
        )
        await tx.people.connect(person.id, channel=MARK, tenant=MARK, user=MARK, conversation=MARK)

    async with charity.read() as tx:
        bodies = [json.loads(entry.body) for entry in await tx.ledger.entries()]
    assert bodies[-3:] == [
        {"kind": "charity settings changed"},
        {"kind": "person added", "person": person.id},
        {"kind": "account connected", "person": person.id},
    ]
    assert MARK not in str(bodies)


@pytest.mark.parametrize("odd", ["it's", "'); DROP TABLE ledger; --", "\\x00", "$$", "“quoted” ☎ \U0001f4de", "\n;\n"])
async def test_a_note_is_kept_as_it_is_whatever_signs_stand_in_it(charity: Charity, odd: str) -> None:
    async with charity.begin() as tx:
        tx.note("sent", person=odd)

    async with charity.read() as tx:
        assert json.loads((await tx.ledger.entries())[-1].body) == {"kind": "sent", "person": odd}
        assert await tx.ledger.faults() == []


async def test_nobody_holds_the_chain_over_a_trip_of_their_own_on_postgresql(charity: Charity) -> None:
    if not charity.store.postgresql:
        return  # SQLite has one writer at a time anyway
    said: asyncio.Queue[str] = asyncio.Queue()

    def heard(query: Any) -> None:
        said.put_nowait(query.query)

    async with charity.begin() as tx:
        driver = tx.driver
        driver.add_query_logger(heard)
        tx.note("sent", person="somebody")
    first = await asyncio.wait_for(said.get(), 30)
    driver.remove_query_logger(heard)

    assert (first.count("ledger_append"), first.count("COMMIT")) == (1, 1)


async def test_an_entry_is_appended_without_reading_the_chain_on_postgresql(charity: Charity) -> None:
    if not charity.store.postgresql:
        return  # there the head is read by the key itself
    async with charity.begin() as tx:
        tx.note("sent", person="somebody")
        await tx.driver.execute("SET LOCAL enable_seqscan = off")  # however small the chain is
        await tx.driver.execute(tx.closing_words())
        walked = await tx.driver.fetchval("SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'ledger'")

    assert walked == 0


async def test_where_the_ledger_cannot_be_written_nothing_is_and_the_next_press_is(charity: Charity) -> None:
    if not charity.store.postgresql:
        return  # there the entries are rows like any others
    await behind(charity.store, "ALTER FUNCTION ledger_append(text, bigint, bytea[]) RENAME TO ledger_away")

    async def answered() -> None:
        async with charity.begin() as tx:
            await tx.cases.record_answers(charity.case, {"danger": "no"})
            tx.note("answered")

    with pytest.raises(DBAPIError):
        await answered()
    await behind(charity.store, "ALTER FUNCTION ledger_away(text, bigint, bytea[]) RENAME TO ledger_append")
    async with charity.begin() as tx:
        tx.note("sent")

    async with charity.read() as tx:
        assert (await tx.cases.get(charity.case.id)).values == {}
        assert json.loads((await tx.ledger.entries())[-1].body) == {"kind": "sent"}
        assert await tx.ledger.faults() == []
