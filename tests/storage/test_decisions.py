"""Approval requests and decisions: one request, one decision, whoever presses and however many at once."""

from __future__ import annotations

import asyncio
import json
from collections import Counter

import pytest
from sqlalchemy.exc import IntegrityError

from storage.records import ApprovalRequest, Conflict, NotFound, Verdict
from tests.storage.charity import NOW, SECOND, Charity, rows

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
