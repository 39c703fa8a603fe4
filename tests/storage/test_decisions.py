"""Approval requests and decisions: one request, one decision, whoever presses and however many at once."""

from __future__ import annotations

import asyncio
import json
from collections import Counter

import pytest
from sqlalchemy.exc import IntegrityError

from storage.records import ApprovalRequest, Conflict, NotFound, Verdict
from tests.storage.charity import NOW, SECOND, Charity, blocked, rows

ROUNDS = 4
PRESSES = 50


async def decide(
    charity: Charity, request: ApprovalRequest, text_id: str, *, verdict: Verdict = "approved", seen: str = ""
) -> None:
    async with charity.begin(NOW + SECOND) as tx:
        await tx.approvals.settle(
            request.id,
            charity.trustee.id if verdict == "approved" else charity.colleague.id,
            verdict=verdict,
            fingerprint=seen or request.fingerprint,
            text_id=text_id,
        )
        tx.note("decided", request=request.id)


async def test_a_request_comes_back_with_what_is_proposed_and_who_was_asked(charity: Charity) -> None:
    request = await charity.ask()

    async with charity.read() as tx:
        assert await tx.approvals.get(request.id) == request
        assert await tx.approvals.of(charity.case.id) == [request]
        assert await tx.approvals.asked_of(charity.trustee.id) == [(charity.case.id, "pending")]
        assert await tx.approvals.asked_of(charity.worker.id) == []
    assert (request.state, request.settled_at, request.opened_at) == ("pending", None, NOW)
    assert request.asked == {charity.trustee.id, charity.colleague.id}


async def test_it_is_kept_when_each_person_was_asked_and_how(charity: Charity) -> None:
    async with charity.begin() as tx:
        request = await tx.approvals.ask(
            charity.case.id, lane="child", outcome="share", code="A1", fingerprint="f", people=[charity.colleague.id]
        )
    async with charity.begin(NOW + SECOND) as tx:
        newly = await tx.approvals.also_ask(request, [charity.trustee.id, charity.colleague.id], "next")

    async with charity.read() as tx:
        now = await tx.approvals.get(request.id)
        assert await tx.approvals.asked_of(charity.trustee.id) == [(charity.case.id, "pending")]
    hows = await rows(charity.store, "SELECT person_id, how FROM asked")
    assert newly == {charity.trustee.id}
    assert now.asked_at == {charity.colleague.id: NOW, charity.trustee.id: NOW + SECOND}
    assert now.asked == {charity.trustee.id, charity.colleague.id}
    assert {row.person_id: row.how for row in hows} == {charity.colleague.id: "first", charity.trustee.id: "next"}


async def test_more_people_may_be_told_of_a_notice(charity: Charity) -> None:
    async with charity.begin() as tx:
        notice = await tx.approvals.ask(
            charity.case.id, lane="child", outcome="share", code="AN", fingerprint="f", people=[], state="told"
        )

        newly = await tx.approvals.also_ask(notice, [charity.trustee.id], "next")

        assert newly == (await tx.approvals.get(notice.id)).asked == {charity.trustee.id}


async def test_nobody_is_asked_about_what_is_settled(charity: Charity) -> None:
    request, text_id = await charity.ask(), await charity.say("We talked it over.")
    await decide(charity, request, text_id)

    async with charity.begin() as tx:
        newly = await tx.approvals.also_ask(request, [charity.worker.id], "lead")

        assert newly == frozenset()
        assert (await tx.approvals.get(request.id)).asked == request.asked


async def test_two_who_ask_the_same_people_at_once_ask_each_of_them_once(charity: Charity, twin: Charity) -> None:
    async def also_ask(each: Charity, request: ApprovalRequest) -> frozenset[str]:
        async with each.begin() as tx:
            return await tx.approvals.also_ask(request, [charity.worker.id, charity.trustee.id], "next")

    for _ in range(ROUNDS):
        async with charity.begin() as tx:
            request = await tx.approvals.ask(
                charity.case.id, lane="child", outcome="share", code="A1", fingerprint="f", people=[]
            )

        newly = await asyncio.gather(*(also_ask(each, request) for each in (charity, twin) * 3))

        assert Counter(person for each in newly for person in each) == {charity.worker.id: 1, charity.trustee.id: 1}


async def test_whoever_cannot_decide_passes_it_on_and_still_stands_among_the_asked(charity: Charity) -> None:
    request, another = await charity.ask(), await charity.ask()

    async with charity.begin() as tx:
        await tx.approvals.pass_on(request.id, charity.trustee.id, "off duty")

    async with charity.read() as tx:
        passed = await tx.approvals.get(request.id)
        assert (await tx.approvals.get(another.id)).passed == frozenset()
    whys = await rows(charity.store, "SELECT passed_why FROM asked WHERE passed_at IS NOT NULL")
    assert (passed.state, passed.asked) == ("pending", request.asked)
    assert passed.passed == {charity.trustee.id}
    assert [row.passed_why for row in whys] == ["off duty"]


@pytest.mark.parametrize("already", ["never asked", "passed", "approved", "withdrawn"])
async def test_nobody_passes_on_what_is_not_theirs_to_decide_any_more(charity: Charity, already: str) -> None:
    request, text_id = await charity.ask(), await charity.say("We talked it over.")
    who = charity.worker if already == "never asked" else charity.trustee
    async with charity.begin() as tx:
        if already == "passed":
            await tx.approvals.pass_on(request.id, who.id, "off duty")
        elif already == "withdrawn":
            await tx.approvals.withdraw(charity.case.id)
    if already == "approved":
        await decide(charity, request, text_id)
    before = await rows(charity.store, "SELECT * FROM asked ORDER BY person_id")

    with pytest.raises(Conflict):
        async with charity.begin(NOW + SECOND) as tx:
            await tx.approvals.pass_on(request.id, who.id, "too close")

    assert await rows(charity.store, "SELECT * FROM asked ORDER BY person_id") == before


async def test_after_one_has_passed_it_on_another_decides(charity: Charity) -> None:
    request, text_id = await charity.ask(), await charity.say("We talked it over.")
    async with charity.begin() as tx:
        await tx.approvals.pass_on(request.id, charity.trustee.id, "off duty")

    await decide(charity, request, text_id, verdict="declined")

    async with charity.read() as tx:
        assert (await tx.approvals.get(request.id)).state == "declined"


async def test_passing_on_waits_for_a_decision_that_is_being_made_and_then_comes_too_late(
    charity: Charity, twin: Charity
) -> None:
    if not charity.store.postgresql:
        return  # one writer at a time: there nothing is ever in the middle of something else
    request, text_id = await charity.ask(), await charity.say("We talked it over.")

    async def pass_on() -> None:
        async with twin.begin() as tx:
            await tx.approvals.pass_on(request.id, charity.colleague.id, "off duty")

    async with charity.begin() as tx:
        await tx.approvals.settle(
            request.id, charity.trustee.id, verdict="approved", fingerprint=request.fingerprint, text_id=text_id
        )
        passing = asyncio.create_task(pass_on())
        await blocked(charity.store)

    with pytest.raises(Conflict):
        await passing
    async with charity.read() as tx:
        assert (await tx.approvals.get(request.id)).passed == frozenset()


async def test_passing_on_and_deciding_at_once_are_one_before_the_other(charity: Charity, twin: Charity) -> None:
    text_id = await charity.say("We talked it over.")

    async def pass_on(request: ApprovalRequest) -> None:
        async with twin.begin() as tx:
            await tx.approvals.pass_on(request.id, charity.colleague.id, "off duty")

    for _ in range(ROUNDS):
        request = await charity.ask()

        *passing, decided = await asyncio.gather(
            *(pass_on(request) for _ in range(4)), decide(charity, request, text_id), return_exceptions=True
        )

        async with charity.read() as tx:
            now = await tx.approvals.get(request.id)
        assert (decided, now.state) == (None, "approved")
        assert {type(outcome) for outcome in passing} <= {type(None), Conflict}
        assert passing.count(None) == len(now.passed) <= 1


async def test_a_request_may_have_nobody_to_ask(charity: Charity) -> None:
    async with charity.begin() as tx:
        request = await tx.approvals.ask(
            charity.case.id, lane="child", outcome="share", code="A1", fingerprint="f", people=[]
        )

        assert await tx.approvals.get(request.id) == request


async def test_a_request_that_is_not_there_is_not_found(charity: Charity) -> None:
    async with charity.read() as tx:
        with pytest.raises(NotFound):
            await tx.approvals.get("no-such-request")


@pytest.mark.parametrize("verdict", ["approved", "declined"])
async def test_a_decision_settles_its_request_with_person_reason_and_time(charity: Charity, verdict: Verdict) -> None:
    request, text_id = await charity.ask(), await charity.say("We talked it over.")

    await decide(charity, request, text_id, verdict=verdict)

    async with charity.read() as tx:
        settled = await tx.approvals.get(request.id)
        decisions = await tx.approvals.decisions(charity.case.id)
    (decision,) = decisions.values()
    assert (settled.state, settled.settled_at) == (verdict, NOW + SECOND)
    assert list(decisions) == [request.id]
    assert (decision.request_id, decision.verdict, decision.text_id) == (request.id, verdict, text_id)
    assert decision.person_id == (charity.trustee.id if verdict == "approved" else charity.colleague.id)
    assert decision.at == NOW + SECOND


async def test_a_decision_about_something_else_than_is_proposed_is_refused(charity: Charity) -> None:
    request, text_id = await charity.ask(fingerprint="as proposed"), await charity.say("We talked it over.")

    with pytest.raises(Conflict):
        await decide(charity, request, text_id, seen="as it was before")

    async with charity.read() as tx:
        assert (await tx.approvals.get(request.id)).state == "pending"
        assert await tx.approvals.decisions(charity.case.id) == {}


async def test_a_request_that_was_withdrawn_cannot_be_decided(charity: Charity) -> None:
    request, text_id = await charity.ask(), await charity.say("We talked it over.")
    async with charity.begin() as tx:
        withdrawn = await tx.approvals.withdraw(charity.case.id)

    with pytest.raises(Conflict):
        await decide(charity, request, text_id)

    async with charity.read() as tx:
        assert (await tx.approvals.get(request.id)).state == "withdrawn"
    assert withdrawn == 1


async def test_a_request_that_was_decided_cannot_be_withdrawn(charity: Charity) -> None:
    request, text_id = await charity.ask(), await charity.say("We talked it over.")
    await decide(charity, request, text_id)

    async with charity.begin() as tx:
        withdrawn = await tx.approvals.withdraw(charity.case.id)

        assert withdrawn == 0
        assert (await tx.approvals.get(request.id)).state == "approved"


async def test_a_notice_cannot_be_decided_or_withdrawn(charity: Charity) -> None:
    text_id = await charity.say("We talked it over.")
    async with charity.begin() as tx:
        notice = await tx.approvals.ask(
            charity.case.id,
            lane="child",
            outcome="share",
            code="A1",
            fingerprint="f",
            people=[charity.trustee.id],
            state="told",
        )

    with pytest.raises(Conflict):
        await decide(charity, notice, text_id)

    async with charity.begin() as tx:
        assert await tx.approvals.withdraw(charity.case.id) == 0
        assert (await tx.approvals.get(notice.id)).state == "told"


async def test_a_second_opinion_is_a_request_of_its_own(charity: Charity) -> None:
    first, text_id = await charity.ask(), await charity.say("We talked it over.")
    await decide(charity, first, text_id, verdict="declined")
    async with charity.begin(NOW + SECOND) as tx:
        second = await tx.approvals.ask(
            charity.case.id,
            lane="child",
            outcome="share",
            code="A1",
            fingerprint=first.fingerprint,
            people=[charity.trustee.id],
            second_of=first.id,
        )

    await decide(charity, second, text_id)

    async with charity.read() as tx:
        requests = await tx.approvals.of(charity.case.id)
        decisions = await tx.approvals.decisions(charity.case.id)
    assert [(each.id, each.state, each.second_of) for each in requests] == [
        (first.id, "declined", None),
        (second.id, "approved", first.id),
    ]
    assert {id: decision.verdict for id, decision in decisions.items()} == {first.id: "declined", second.id: "approved"}


async def test_the_database_itself_keeps_to_one_decision_a_request(charity: Charity) -> None:
    request, text_id = await charity.ask(), await charity.say("We talked it over.")
    await decide(charity, request, text_id)
    again = charity.store.writer.begin()

    with pytest.raises(IntegrityError):
        async with again as connection:
            await connection.exec_driver_sql(
                "INSERT INTO decisions (id, organisation_id, request_id, person_id, verdict, text_id, at) "
                "SELECT 'another', organisation_id, request_id, person_id, 'declined', text_id, at FROM decisions"
            )

    assert len(await rows(charity.store, "SELECT * FROM decisions")) == 1


async def test_of_fifty_presses_at_once_exactly_one_decides(charity: Charity) -> None:
    text_id = await charity.say("We talked it over.")
    for _ in range(ROUNDS):
        request = await charity.ask()
        verdicts: list[Verdict] = ["approved", "declined"]

        outcomes = await asyncio.gather(
            *(decide(charity, request, text_id, verdict=verdicts[press % 2]) for press in range(PRESSES)),
            return_exceptions=True,
        )

        (winner,) = [press for press, outcome in enumerate(outcomes) if outcome is None]
        assert Counter(type(outcome) for outcome in outcomes) == {type(None): 1, Conflict: PRESSES - 1}
        made = await rows(charity.store, "SELECT verdict FROM decisions WHERE request_id = :id", id=request.id)
        assert [row.verdict for row in made] == [verdicts[winner % 2]]
        async with charity.read() as tx:
            assert (await tx.approvals.get(request.id)).state == verdicts[winner % 2]
            entries = [json.loads(entry.body) for entry in await tx.ledger.entries()]
            assert [each for each in entries if each.get("request") == request.id] == [
                {"kind": "decided", "request": request.id}
            ]
            assert await tx.ledger.faults() == []


async def test_a_withdrawal_and_a_decision_at_once_do_not_both_happen(charity: Charity) -> None:
    text_id = await charity.say("We talked it over.")

    async def withdraw() -> int:
        async with charity.begin() as tx:
            return await tx.approvals.withdraw(charity.case.id)

    for _ in range(ROUNDS):
        request = await charity.ask()

        *decided, withdrawn = await asyncio.gather(
            *(decide(charity, request, text_id) for _ in range(4)), withdraw(), return_exceptions=True
        )

        made = await rows(charity.store, "SELECT * FROM decisions WHERE request_id = :id", id=request.id)
        async with charity.read() as tx:
            state = (await tx.approvals.get(request.id)).state
        assert (state, withdrawn, len(made), decided.count(None)) in [("approved", 0, 1, 1), ("withdrawn", 1, 0, 0)]
