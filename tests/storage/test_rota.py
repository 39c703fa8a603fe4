"""Who is away and who is on call: what was said last counts, history stays, and what is planned is not lost."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from storage.records import Absence, Person, Shift
from tests.storage.charity import NOW, SECOND, Charity, rows

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


async def away(
    charity: Charity, *, until: datetime, since: datetime | None = None, stand_in: Person | None = None
) -> None:
    """The trustee is away."""
    async with charity.begin() as tx:
        instead = stand_in.id if stand_in else None
        await tx.rota.away(charity.trustee.id, until=until, since=since, stand_in=instead, by="command line")


async def absent(charity: Charity, now: datetime) -> Absence | None:
    async with charity.read(now) as tx:
        return (await tx.rota.absent()).get(charity.trustee.id)


async def replace(charity: Charity, shifts: Sequence[Shift], since: datetime = NOW) -> None:
    async with charity.begin() as tx:
        await tx.rota.replace(shifts, since=since)


async def on_call(charity: Charity, now: datetime, *, until: datetime | None = None) -> list[Shift]:
    async with charity.read(now) as tx:
        return await tx.rota.on_call(until=until)


async def test_somebody_is_away_from_now_until_then_with_who_stands_in(charity: Charity) -> None:
    await away(charity, until=NOW + DAY, stand_in=charity.colleague)

    seen = [await absent(charity, moment) for moment in (NOW - SECOND, NOW, NOW + DAY - SECOND, NOW + DAY)]

    it = Absence(charity.trustee.id, NOW, NOW + DAY, charity.colleague.id)
    assert seen == [None, it, it, None]


async def test_a_holiday_is_written_down_before_it_begins(charity: Charity) -> None:
    await away(charity, since=NOW + DAY, until=NOW + 2 * DAY)

    assert await absent(charity, NOW) is None
    assert await absent(charity, NOW + DAY) == Absence(charity.trustee.id, NOW + DAY, NOW + 2 * DAY, None)


async def test_nobody_is_away_for_no_time(charity: Charity) -> None:
    with pytest.raises(ValueError, match="after it begins"):
        await away(charity, until=NOW)

    assert await rows(charity.store, "SELECT * FROM absences") == []


async def test_what_is_said_last_of_the_same_days_counts(charity: Charity) -> None:
    await away(charity, until=NOW + 10 * DAY, stand_in=charity.colleague)
    await away(charity, since=NOW + 2 * DAY, until=NOW + 12 * DAY)

    await away(charity, since=NOW + DAY, until=NOW + 3 * DAY, stand_in=charity.worker)

    seen = [await absent(charity, NOW + days * DAY) for days in (0, 1, 2, 3)]
    stand_ins = [each and each.stand_in_id for each in seen]
    assert stand_ins == [charity.colleague.id, charity.worker.id, charity.worker.id, None]


async def test_whoever_is_back_is_back_and_the_absence_stays_in_the_history(charity: Charity) -> None:
    await away(charity, until=NOW + DAY)

    async with charity.begin(NOW + HOUR) as tx:
        back = [await tx.rota.back(charity.trustee.id, by=charity.trustee.id) for _ in range(2)]

    assert back == [True, False]
    assert await absent(charity, NOW + HOUR) is None
    assert await absent(charity, NOW + HOUR - SECOND) == Absence(charity.trustee.id, NOW, NOW + HOUR, None)


async def test_whoever_is_back_keeps_the_holiday_they_have_planned(charity: Charity) -> None:
    await away(charity, until=NOW + DAY)
    await away(charity, since=NOW + 30 * DAY, until=NOW + 31 * DAY)

    async with charity.begin(NOW + HOUR) as tx:
        await tx.rota.back(charity.trustee.id, by=charity.trustee.id)

    assert await absent(charity, NOW + 30 * DAY) is not None


async def test_a_second_holiday_leaves_the_first_alone(charity: Charity) -> None:
    await away(charity, since=NOW + 30 * DAY, until=NOW + 31 * DAY)

    await away(charity, since=NOW + 10 * DAY, until=NOW + 11 * DAY)

    seen = [await absent(charity, NOW + days * DAY) is not None for days in (0, 10, 11, 30, 31)]
    assert seen == [False, True, False, True, False]


async def test_one_person_being_back_brings_nobody_else_back(charity: Charity) -> None:
    await away(charity, until=NOW + DAY)

    async with charity.begin() as tx:
        await tx.rota.away(charity.colleague.id, until=NOW + DAY, stand_in=None, by="command line")
        await tx.rota.back(charity.colleague.id, by=charity.colleague.id)

    assert await absent(charity, NOW) is not None


async def test_coming_and_going_stand_in_the_ledger(charity: Charity) -> None:
    async with charity.begin() as tx:
        await tx.rota.away(charity.trustee.id, until=NOW + DAY, stand_in=None, by="command line")
        await tx.rota.away(charity.trustee.id, until=NOW + 2 * DAY, stand_in=charity.colleague.id, by="command line")
        await tx.rota.back(charity.trustee.id, by=charity.trustee.id)
        await tx.rota.replace([], since=NOW)

    async with charity.read() as tx:
        entries = [json.loads(entry.body) for entry in (await tx.ledger.entries())[-4:]]
    assert entries == [
        {"kind": "away", "person": charity.trustee.id, "by": "command line"},
        {"kind": "away", "person": charity.trustee.id, "stand_in": charity.colleague.id, "by": "command line"},
        {"kind": "back", "person": charity.trustee.id, "by": charity.trustee.id},
        {"kind": "rota changed"},
    ]


async def test_whoever_is_on_call_is_so_from_the_beginning_of_their_shift_until_its_end(charity: Charity) -> None:
    shift = Shift("approve", charity.trustee.id, NOW + HOUR, NOW + 2 * HOUR)
    await replace(charity, [shift])

    seen = [await on_call(charity, moment) for moment in (NOW, NOW + HOUR, NOW + 2 * HOUR - SECOND, NOW + 2 * HOUR)]

    assert seen == [[], [shift], [shift], []]


async def test_shifts_to_come_are_seen_ahead_and_earliest_first(charity: Charity) -> None:
    late = Shift("approve", charity.trustee.id, NOW + 5 * HOUR, NOW + 6 * HOUR)
    soon = Shift("approve", charity.colleague.id, NOW + HOUR, NOW + 2 * HOUR)
    running = Shift("lead", charity.worker.id, NOW, NOW + 9 * HOUR)
    await replace(charity, [late, soon, running])

    assert await on_call(charity, NOW, until=NOW + 4 * HOUR) == [running, soon]
    assert await on_call(charity, NOW, until=NOW + 5 * HOUR) == [running, soon, late]


async def test_a_new_rota_takes_the_place_of_the_old_one_from_then_on(charity: Charity) -> None:
    old = Shift("approve", charity.trustee.id, NOW, NOW + 4 * HOUR)
    later = Shift("approve", charity.trustee.id, NOW + 10 * HOUR, NOW + 11 * HOUR)
    await replace(charity, [old, later])
    new = Shift("approve", charity.colleague.id, NOW + HOUR, NOW + 4 * HOUR)

    await replace(charity, [new], since=NOW + HOUR)

    assert await on_call(charity, NOW) == [Shift("approve", charity.trustee.id, NOW, NOW + HOUR)]
    assert await on_call(charity, NOW + HOUR, until=NOW + 20 * HOUR) == [new]


async def test_the_same_rota_read_in_again_changes_neither_the_past_nor_who_is_on_call(charity: Charity) -> None:
    past = Shift("approve", charity.colleague.id, NOW - HOUR, NOW)
    running = Shift("approve", charity.trustee.id, NOW, NOW + 4 * HOUR)
    await replace(charity, [past, running], since=NOW - HOUR)

    await replace(charity, [past, running], since=NOW + HOUR)

    kept = await rows(charity.store, "SELECT person_id, ends - starts AS length FROM shifts ORDER BY starts")
    hour = HOUR // timedelta(microseconds=1)
    assert [tuple(row) for row in kept] == [
        (charity.colleague.id, hour),
        (charity.trustee.id, hour),
        (charity.trustee.id, 3 * hour),
    ]
    assert [shift.person_id for shift in await on_call(charity, NOW + HOUR)] == [charity.trustee.id]


async def test_a_rota_with_a_shift_that_ends_before_it_begins_is_refused_as_a_whole(charity: Charity) -> None:
    good = Shift("approve", charity.trustee.id, NOW, NOW + HOUR)
    await replace(charity, [good])

    with pytest.raises(ValueError, match="after it begins"):
        await replace(charity, [Shift("approve", charity.colleague.id, NOW + HOUR, NOW)])

    assert await on_call(charity, NOW) == [good]


async def test_of_two_rotas_read_in_at_once_one_counts(charity: Charity, twin: Charity) -> None:
    for _ in range(4):
        await asyncio.gather(
            *(
                replace(each, [Shift("approve", person.id, NOW, NOW + HOUR)])
                for each, person in ((charity, charity.trustee), (twin, charity.colleague)) * 3
            )
        )

        assert len(await on_call(charity, NOW)) == 1
