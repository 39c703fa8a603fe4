"""The figures of a period and of what is open, and that counting them costs what the period costs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from storage import people
from storage.counts import ALL, TOUCHED
from storage.figures import Begun, Counted, Shared, Way
from storage.records import ApprovalRequest, Consultation, Job, LookKind, Verdict, to_micros
from storage.tables import metadata
from tests.storage.charity import NOW, Charity
from tests.storage.plans import explained, through

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SINCE = NOW + DAY
UNTIL = SINCE + 7 * DAY
INSIDE = SINCE + 3 * DAY


async def count(charity: Charity, *, now: datetime = UNTIL, spared: Sequence[str] = ()) -> Counted:
    async with charity.read(now) as tx:
        return await tx.figures.of(SINCE, UNTIL, spared=spared)


async def opened(charity: Charity, now: datetime, reference: str) -> Consultation:
    async with charity.begin(now) as tx:
        return await tx.cases.open(charity.worker.id, reference=reference, book_id="justus", book_version="1")


async def sent(charity: Charity, now: datetime, reference: str = "SENT") -> Consultation:
    case = await opened(charity, now, reference)
    async with charity.begin(now) as tx:
        await tx.cases.advance(case, state="sent")
        return await tx.cases.get(case.id)


async def asked(
    charity: Charity, case: Consultation, now: datetime, *, lane: str = "child", second_of: str | None = None
) -> ApprovalRequest:
    async with charity.begin(now) as tx:
        return await tx.approvals.ask(
            case.id,
            lane=lane,
            outcome=f"{lane}_share",
            code="A1",
            fingerprint="f",
            people=[charity.trustee.id],
            second_of=second_of,
        )


async def decided(charity: Charity, request: ApprovalRequest, now: datetime, verdict: Verdict) -> None:
    async with charity.begin(now) as tx:
        text_id = await tx.texts.keep(request.consultation_id, charity.trustee.id, "reason", "Invented.")
        await tx.approvals.settle(
            request.id, charity.trustee.id, verdict=verdict, fingerprint=request.fingerprint, text_id=text_id
        )


async def wrote(
    charity: Charity, case: Consultation, now: datetime, recipient: str, *, lane: str = "child", **more: Any
) -> str:
    async with charity.begin(now) as tx:
        text_id = await tx.texts.keep(case.id, charity.worker.id, "done", "Invented.")
        return await tx.cases.disclose(
            case.id, charity.worker.id, lane=lane, recipient=recipient, text_id=text_id, **more
        )


async def look(charity: Charity, now: datetime, kind: LookKind, *, due: datetime) -> None:
    async with charity.begin(now) as tx:
        await tx.looks.promise(charity.case.id, kind, due_at=due, first_at=due)


async def test_a_charity_in_which_nothing_happened_has_noughts_and_no_times(charity: Charity) -> None:
    found = await count(charity)

    assert (found.opened, found.shared, found.took, found.waiting_since, found.held_since) == ((), (), (), None, None)
    numbers = [getattr(found, name) for name, kind in Counted.__annotations__.items() if kind == "int"]
    assert len(numbers) > 15
    assert set(numbers) == {0}


async def test_a_consultation_is_of_the_period_from_its_first_moment_and_not_of_its_last(charity: Charity) -> None:
    for at, reference in ((SINCE - timedelta(microseconds=1), "A"), (SINCE, "B"), (UNTIL, "C")):
        await opened(charity, at, reference)

    found = await count(charity)

    assert found.opened == (Begun("justus", "asking", frozenset()),)


async def test_of_a_lane_the_last_proposal_or_choice_counts_and_what_was_only_done_has_no_outcome(
    charity: Charity,
) -> None:
    case = await sent(charity, INSIDE)
    await asked(charity, case, INSIDE)
    async with charity.begin(INSIDE) as tx:
        text_id = await tx.texts.keep(case.id, charity.worker.id, "departure", "Invented.")
    async with charity.begin(INSIDE + HOUR) as tx:
        await tx.cases.depart(
            case.id, charity.worker.id, lane="child", proposed="child_share", chosen="child_tell", text_id=text_id
        )
    await wrote(charity, case, INSIDE + 2 * HOUR, "police", lane="child")
    await wrote(charity, case, INSIDE + 2 * HOUR, "police", lane="crime")
    taken_back = await asked(charity, case, INSIDE, lane="adult")
    async with charity.begin(INSIDE) as tx:
        await tx.approvals.withdraw(case.id, only=taken_back.id)

    [found] = (await count(charity)).opened

    assert found == Begun("justus", "sent", frozenset({Way("child", "child_tell"), Way("crime", "")}))


async def test_shared_is_what_stands_of_what_was_written_in_the_period(charity: Charity) -> None:
    one, two, three = [await sent(charity, NOW, reference) for reference in "ABC"]
    wrong = await wrote(charity, one, INSIDE, "council")
    await wrote(charity, one, INSIDE + HOUR, "police", corrects=wrong)
    await wrote(charity, two, INSIDE, "nobody")
    await wrote(charity, two, UNTIL, "police")
    async with charity.begin(INSIDE) as tx:
        await tx.follow_ups.add(three.id, charity.worker.id, lane="", kind="not_shared", answer="wish")

    found = await count(charity)

    assert sorted(found.shared, key=repr) == sorted(
        [
            Shared("justus", frozenset({"police"})),
            Shared("justus", frozenset({"nobody"})),
            Shared("justus", frozenset()),
        ],
        key=repr,
    )


async def test_answers_count_when_they_are_given_with_the_time_from_the_asking(charity: Charity) -> None:
    early, late, after = [await asked(charity, charity.case, SINCE - HOUR, lane=lane) for lane in ("a", "b", "c")]
    await decided(charity, early, SINCE + HOUR, "approved")
    await decided(charity, late, INSIDE, "declined")
    await decided(charity, after, UNTIL, "approved")

    found = await count(charity)

    assert (found.approved, found.declined) == (1, 1)
    assert sorted(found.took) == [2 * HOUR, INSIDE - SINCE + HOUR]


async def test_second_opinions_and_questions_count_when_they_are_asked(charity: Charity) -> None:
    first = await asked(charity, charity.case, INSIDE)
    await asked(charity, charity.case, INSIDE, second_of=first.id)
    await asked(charity, charity.case, NOW, second_of=first.id)
    for at, kind in ((INSIDE, "question"), (INSIDE, "reply"), (NOW, "question")):
        async with charity.begin(at) as tx:
            await tx.texts.keep(charity.case.id, charity.trustee.id, kind, "Invented?", about=first.id)

    found = await count(charity)

    assert (found.second_opinions, found.asked_back) == (1, 1)


async def test_an_emergency_counts_when_it_is_called_for_and_until_it_is_reviewed_it_is_there(charity: Charity) -> None:
    await look(charity, INSIDE, "emergency", due=UNTIL + DAY)
    waits = await count(charity)
    late = await count(charity, now=UNTIL + 2 * DAY)
    async with charity.begin(UNTIL + 3 * DAY) as tx:
        await tx.looks.done(charity.case.id, "emergency", charity.trustee.id)
    done = await count(charity, now=UNTIL + 4 * DAY)

    said = [(each.emergencies, each.reviewed, each.unreviewed, each.unreviewed_late) for each in (waits, late, done)]
    assert said == [(1, 0, 1, 0), (1, 0, 1, 1), (1, 1, 0, 0)]


async def test_an_emergency_of_before_that_nobody_reviewed_is_still_there_and_not_counted_again(
    charity: Charity,
) -> None:
    await look(charity, NOW, "emergency", due=NOW + DAY)

    found = await count(charity)

    assert (found.emergencies, found.unreviewed, found.unreviewed_late, found.looks_late) == (0, 1, 1, 0)


async def test_an_emergency_that_begins_anew_counts_anew(charity: Charity) -> None:
    await look(charity, NOW, "emergency", due=NOW + DAY)
    async with charity.begin(NOW + HOUR) as tx:
        await tx.looks.done(charity.case.id, "emergency", charity.trustee.id)
    await look(charity, INSIDE, "emergency", due=INSIDE + DAY)

    found = await count(charity)

    assert (found.emergencies, found.reviewed) == (1, 0)


async def test_other_looks_count_once_they_are_past_their_time(charity: Charity) -> None:
    await look(charity, NOW, "declined", due=UNTIL - HOUR)
    await look(charity, NOW, "spoken", due=UNTIL + HOUR)

    assert (await count(charity)).looks_late == 1


async def test_what_waits_for_an_answer_is_counted_with_the_oldest_and_whether_the_leads_were_called(
    charity: Charity,
) -> None:
    old = await asked(charity, charity.case, NOW, lane="a")
    newer = await asked(charity, charity.case, INSIDE, lane="b")
    answered = await asked(charity, charity.case, NOW - DAY, lane="c")
    await decided(charity, answered, NOW, "approved")
    async with charity.begin(NOW + HOUR) as tx:
        await tx.ladders.climb(newer.id, 1, "next", NOW + DAY)
        await tx.ladders.climb(old.id, 1, "next", NOW + DAY)
        await tx.ladders.climb(old.id, 2, "leads", NOW + DAY)

    found = await count(charity)

    assert (found.waiting, found.waiting_since, found.unheard) == (2, NOW, 1)


async def test_what_was_agreed_to_is_not_done_until_something_is_written_of_that_lane(charity: Charity) -> None:
    case = await sent(charity, INSIDE)
    await decided(charity, await asked(charity, case, INSIDE), INSIDE, "approved")
    fresh = await count(charity, now=INSIDE + HOUR)
    slow = await count(charity, now=INSIDE + 2 * DAY)
    await wrote(charity, case, INSIDE, "police", lane="crime")
    elsewhere = await count(charity, now=INSIDE + HOUR)
    await wrote(charity, case, INSIDE, "police", lane="child")
    done = await count(charity, now=INSIDE + HOUR)

    said = [(each.not_done, each.not_done_slow, each.unfinished) for each in (fresh, slow, elsewhere, done)]
    assert said == [(1, 0, 0), (1, 1, 0), (1, 0, 0), (0, 0, 1)]


async def test_a_record_is_unfinished_while_nobody_waits_and_it_is_not_closed(charity: Charity) -> None:
    case = await sent(charity, INSIDE, "A")
    waits = await sent(charity, INSIDE, "B")
    await asked(charity, waits, INSIDE)
    before = await count(charity, now=INSIDE + HOUR)
    stale = await count(charity, now=INSIDE + 8 * DAY)
    async with charity.begin(INSIDE + HOUR) as tx:
        await tx.cases.advance(case, state="closed")
    after = await count(charity, now=INSIDE + HOUR)

    said = [(each.unfinished, each.unfinished_stale) for each in (before, stale, after)]
    assert said == [(1, 0), (1, 1), (0, 0)]


async def test_a_letter_that_was_given_up_is_of_one_period_and_a_timer_stays_until_it_is_taken_up_again(
    charity: Charity,
) -> None:
    for at, kind in ((INSIDE, "letter"), (NOW - DAY, "letter"), (NOW - DAY, "timer")):
        async with charity.begin(at) as tx:
            key = f"{kind} {at}"
            id, token = await tx.outbox.put(kind, key, {}, held=True)
            await tx.outbox.bury(Job(id, charity.id, kind, key, "", {}, 1, token))

    found = await count(charity)

    assert (found.undelivered, found.failed) == (1, 1)


async def test_holds_count_once_a_consultation_and_from_the_oldest(charity: Charity) -> None:
    async with charity.begin(NOW) as tx:
        await tx.holds.put(charity.case.id, "police", None)
    async with charity.begin(INSIDE) as tx:
        await tx.holds.put(charity.case.id, "court", None)

    found = await count(charity)

    assert (found.held, found.held_since) == (1, NOW)


async def test_what_was_destroyed_in_the_period_and_what_ends_within_a_month_is_counted(charity: Charity) -> None:
    ends = [UNTIL + 29 * DAY, UNTIL + 31 * DAY, INSIDE]
    cases = [await sent(charity, NOW, f"E{number}") for number in range(3)]
    for case, end in zip(cases, ends, strict=True):
        async with charity.begin(NOW) as tx:
            await tx.cases.advance(case, state="closed")
            await tx.retention.start(case.id, "adult", closed_at=NOW, destroy_at=end)
    async with charity.begin(INSIDE) as tx:
        await tx.retention.destroy([cases[2].id])

    found = await count(charity)

    assert (found.destroyed, found.to_destroy) == (1, 1)


async def test_nothing_of_another_charity_is_counted(charity: Charity, other: Charity) -> None:
    case = await sent(other, INSIDE)
    await asked(other, case, INSIDE)
    await wrote(other, case, INSIDE, "police")
    await look(other, INSIDE, "emergency", due=INSIDE)

    theirs, ours = await count(other), await count(charity)

    assert (theirs.waiting, theirs.emergencies, len(theirs.opened), len(theirs.shared)) == (1, 1, 1, 1)
    assert (ours.waiting, ours.emergencies, ours.opened, ours.shared) == (0, 0, (), ())


async def test_what_was_agreed_to_long_ago_is_slow_though_the_case_was_handed_over_since(charity: Charity) -> None:
    case = await sent(charity, NOW)
    await decided(charity, await asked(charity, case, NOW), NOW + HOUR, "approved")
    async with charity.begin(UNTIL - HOUR) as tx:
        await tx.cases.advance(await tx.cases.get(case.id))

    found = await count(charity)

    assert (found.not_done, found.not_done_slow) == (1, 1)


async def test_an_emergency_that_is_spared_counts_until_it_is_reviewed(charity: Charity) -> None:
    await look(charity, INSIDE, "emergency", due=UNTIL + DAY)

    before = await count(charity, spared=[charity.case.id])
    async with charity.begin(INSIDE) as tx:
        await tx.looks.done(charity.case.id, "emergency", charity.trustee.id)
    after, told = await count(charity, spared=[charity.case.id]), await count(charity)

    assert (before.emergencies, before.unreviewed) == (1, 1)
    assert (after.emergencies, after.reviewed) == (0, 0)
    assert (told.emergencies, told.reviewed) == (1, 1)


async def test_what_is_spared_is_counted_only_once_it_is_late(charity: Charity) -> None:
    case = await sent(charity, INSIDE)
    request = await asked(charity, case, INSIDE)
    await wrote(charity, case, INSIDE, "police", lane="crime")
    async with charity.begin(INSIDE) as tx:
        await tx.holds.put(case.id, "court", None)
    late = await sent(charity, NOW, "LATE")
    await decided(charity, await asked(charity, late, NOW), NOW, "approved")

    spared = await count(charity, spared=[case.id, late.id])
    told = await count(charity)

    assert (spared.opened, spared.shared, spared.waiting, spared.waiting_since, spared.held) == ((), (), 0, None, 0)
    assert (len(told.opened), len(told.shared), told.waiting, told.held) == (1, 1, 1, 1)
    assert (spared.not_done, spared.not_done_slow) == (told.not_done, told.not_done_slow) == (1, 1)
    async with charity.begin(INSIDE) as tx:
        await tx.ladders.climb(request.id, 2, "leads", INSIDE + DAY)
    called = await count(charity, spared=[case.id])
    assert (called.waiting, called.unheard, called.waiting_since) == (1, 1, INSIDE)


async def test_whatever_is_counted_is_among_what_may_be_asked_for_who_must_not_know(charity: Charity) -> None:
    before = await sent(charity, NOW, "BEFORE")
    request = await asked(charity, before, NOW)
    closed = await sent(charity, NOW, "CLOSED")
    async with charity.begin(NOW) as tx:
        await tx.cases.advance(closed, state="closed")
        await tx.cases.bar(before.id, [charity.trustee.id])
        await tx.cases.record_answers(await tx.cases.get(before.id), {"life_now": "no"})
    fresh = await opened(charity, INSIDE, "FRESH")

    async with charity.read(UNTIL) as tx:
        found = {each.case.id: each for each in await tx.figures.touched(SINCE, UNTIL)}

    assert {before.id, fresh.id} <= set(found)
    assert closed.id not in found
    assert found[before.id].barred == {charity.trustee.id}
    assert [answer.value for answer in found[before.id].case.answers.values()] == ["no"]
    assert request.consultation_id == before.id


async def test_every_question_is_answered_by_an_index(charity: Charity) -> None:
    """Never by going through a table: with a million rows in it, that is what would cost."""
    walked: list[str] = []

    async with charity.read(UNTIL) as tx:
        if charity.store.postgresql:  # with so few rows it would not look at an index of its own accord
            await tx.connection.execute(text("SET LOCAL enable_seqscan = off"))
        given = {name: to_micros(UNTIL) for name in ("since", "until", "now", "slow", "stale", "month")}
        async with explained(tx, walked):
            for statement in (ALL.numbers, ALL.answers, ALL.opened, ALL.shared, TOUCHED, people.OPEN):
                await tx.connection.execute(statement, given | {"org": charity.id})
            await tx.figures.of(SINCE, UNTIL, spared=["one", "another"])

    assert len(walked) > 20
    assert through(walked) == []
    assert {name for name in INDEXES if any(name in line for line in walked)} == INDEXES


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
async def test_who_must_not_know_of_a_case_is_asked_of_that_case_and_of_no_other(charity: Charity) -> None:
    """SQLite keeps no statistics, took an index of the organisation's, and read each of a million consultations."""
    async with charity.begin(INSIDE) as tx:
        for number in range(50):
            await tx.cases.open(charity.worker.id, reference=f"CASE-{number}", book_id="justus", book_version="1")
    walked: list[str] = []

    async with charity.read(UNTIL) as tx, explained(tx, walked):
        touched = await tx.figures.touched(SINCE, UNTIL)

    ways = [line for line in walked if "consultations" in line]
    assert (len(touched), len(ways)) == (50, 1)
    assert "(id=?)" in ways[0]


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
async def test_few_are_expected_to_end_in_a_month_where_most_have_ended_long_ago(charity: Charity) -> None:
    """PostgreSQL expected a quarter of a million, and went through them all with three of its processes."""
    many = (
        "INSERT INTO consultations (id, organisation_id, requester_id, reference, state, version, book_id,"
        " book_version, opened_at, changed_at, destroy_at, destroyed_at)"
        " SELECT 'many' || i, :org, :who, '', 'closed', 1, 'justus', '1', 1, 1, :now + (i - 15000) * 36000000000,"
        " CASE WHEN i <= 15000 THEN 1 END FROM generate_series(1, 20000) AS i"
    )
    moment = {name: to_micros(UNTIL) for name in ("since", "until", "now", "slow", "stale")}
    given = moment | {"month": to_micros(UNTIL + 30 * DAY), "org": charity.id}
    walked: list[str] = []

    async with charity.begin(UNTIL) as tx:
        await tx.connection.execute(text(many), {"org": charity.id, "who": charity.worker.id, "now": to_micros(UNTIL)})
        await tx.connection.execute(text("ANALYZE consultations"))
        async with explained(tx, walked):
            [row] = await tx.connection.execute(ALL.numbers, given)

    assert row.to_destroy == 71
    [way] = [line for line in walked if "ix_consultations_to_destroy" in line]
    assert int(way.partition("rows=")[2].split()[0]) < 100


def test_the_condition_of_each_index_stands_in_the_question_word_for_word() -> None:
    """A plan that PostgreSQL keeps for any parameter cannot rely on one."""
    asked = " ".join(str(each) for each in (ALL.numbers, ALL.answers, ALL.opened, ALL.shared, TOUCHED))

    conditions = [
        f"+{table.name}.{each[1:]}" if each.startswith("+") else f"{table.name}.{each}"
        for table in metadata.tables.values()
        for index in table.indexes
        if index.name in INDEXES and (where := index.dialect_options["postgresql"]["where"]) is not None
        for each in str(where).split(" AND ")
    ]

    assert len(conditions) > 8
    assert [condition for condition in conditions if condition not in asked] == []


INDEXES = {
    "ix_approval_requests_second",
    "ix_approval_requests_pending",
    "ix_approval_requests_settled",
    "ix_consultations_destroyed",
    "ix_consultations_opened",
    "ix_consultations_practice",
    "ix_consultations_sent",
    "ix_consultations_to_destroy",
    "ix_disclosures_at",
    "ix_follow_ups_not_shared",
    "ix_holds_standing",
    "ix_jobs_dead",
    "ix_looks_open",
    "ix_looks_opened",
    "ix_texts_question",
}
