"""What is written down after the decision, how a fact is known, and the timer that asks for what is missing."""

from __future__ import annotations

from sqlalchemy import delete

from storage.keeping import Chase
from storage.records import Disclosure
from storage.tables import jobs
from tests.storage.charity import NOW, SECOND, Charity


async def test_what_was_done_is_kept_with_every_field_and_a_correction_beside_it(charity: Charity) -> None:
    case, worker, text_id = charity.case, charity.worker, await charity.say("It was the police.")
    async with charity.begin() as tx:
        first = await tx.cases.disclose(
            case.id,
            worker.id,
            lane="child",
            recipient="council",
            text_id=text_id,
            shared_at=NOW - SECOND,
            verified="known",
            way="phone",
            items=["refer.role", "refer.facts"],
        )
    async with charity.begin(NOW + SECOND) as tx:
        second = await tx.cases.disclose(
            case.id, worker.id, lane="child", recipient="police", text_id=text_id, corrects=first
        )

    async with charity.read() as tx:
        kept = await tx.cases.disclosures(case.id)

    said = ("refer.role", "refer.facts")
    assert kept == [
        Disclosure(first, "child", worker.id, "council", text_id, NOW, NOW - SECOND, "known", "phone", said, None),
        Disclosure(second, "child", worker.id, "police", text_id, NOW + SECOND, None, "", "", (), first),
    ]


async def test_what_was_done_afterwards_is_added_and_never_replaced(charity: Charity) -> None:
    case, worker, text_id = charity.case, charity.worker, await charity.say("They were calm.")
    async with charity.begin() as tx:
        await tx.follow_ups.add(case.id, worker.id, lane="", kind="review", answer="2026-12-04")
        await tx.follow_ups.add(case.id, worker.id, lane="", kind="told", answer="after", text_id=text_id)
    async with charity.begin(NOW + SECOND) as tx:
        await tx.follow_ups.add(case.id, worker.id, lane="", kind="review", answer="2027-01-04")

    async with charity.read() as tx:
        kept = await tx.follow_ups.of(case.id)

    assert sorted((each.kind, each.answer, each.text_id) for each in kept[:2]) == [
        ("review", "2026-12-04", None),
        ("told", "after", text_id),
    ]
    assert (kept[2].answer, kept[2].at, kept[2].person_id) == ("2027-01-04", NOW + SECOND, worker.id)


async def test_how_a_fact_is_known_is_the_last_word_on_it(charity: Charity) -> None:
    case, worker = charity.case, charity.worker
    async with charity.begin() as tx:
        await tx.bases.put(case.id, worker.id, {})
        await tx.bases.put(case.id, worker.id, {"danger": "seen", "needs": "told"})
    async with charity.begin(NOW + SECOND) as tx:
        await tx.bases.put(case.id, worker.id, {"danger": "view"})

    async with charity.read() as tx:
        assert await tx.bases.of(case.id) == {"danger": "view", "needs": "told"}


async def test_a_sent_consultation_without_its_timer_is_found(charity: Charity) -> None:
    case = charity.case
    async with charity.begin() as tx:
        await tx.cases.advance(case, state="sent")
        before = await tx.follow_ups.fallen(), await tx.follow_ups.chased(case.id)
        await tx.follow_ups.chase(case.id, NOW + SECOND, 2)
        promised = await tx.follow_ups.fallen(), await tx.follow_ups.chased(case.id)
    async with charity.begin() as tx:
        await tx.connection.execute(delete(jobs))
        lost = await tx.follow_ups.fallen(), await tx.follow_ups.chased(case.id)

    assert before == lost == ([case.id], None)
    assert promised == ([], Chase(2, NOW, NOW + SECOND))


async def test_what_is_closed_is_asked_for_no_more(charity: Charity) -> None:
    async with charity.begin() as tx:
        await tx.follow_ups.chase(charity.case.id, NOW + SECOND, 0)

        await tx.follow_ups.rest(charity.case.id)

        assert await tx.follow_ups.chased(charity.case.id) is None
        assert await tx.follow_ups.fallen() == []
