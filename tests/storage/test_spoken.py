"""Agreement by telephone: it is the one decision of its request, and its maker says once whether it was so."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Literal

import pytest
from sqlalchemy.exc import DBAPIError

from storage.records import ApprovalRequest, Conflict, Person, Spoken
from tests.storage.charity import NOW, SECOND, Charity, behind, rows

NOON = NOW + timedelta(hours=26)


async def record(
    charity: Charity, request: ApprovalRequest, text_id: str, *, who: Person | None = None, seen: str = ""
) -> None:
    """The worker writes down that the trustee agreed."""
    async with charity.begin() as tx:
        await tx.spoken.record(
            request.id,
            (who or charity.trustee).id,
            recorded_by=charity.worker.id,
            said_at=NOW - SECOND,
            confirm_by=NOON,
            fingerprint=seen or request.fingerprint,
            text_id=text_id,
        )


async def answer(charity: Charity, request: ApprovalRequest, said: Literal["yes", "no"]) -> None:
    async with charity.begin(NOW + SECOND) as tx:
        await tx.spoken.answer(request.id, said)


async def test_what_was_agreed_by_telephone_is_a_decision_at_once(charity: Charity) -> None:
    request, text_id = await charity.ask(), await charity.say("She said yes.")

    await record(charity, request, text_id)

    async with charity.read() as tx:
        decided = await tx.approvals.get(request.id)
        decision = (await tx.approvals.decisions(charity.case.id))[request.id]
        said = await tx.spoken.of(charity.case.id)
    assert (decided.state, decided.settled_at) == ("approved", NOW)
    assert (decision.person_id, decision.verdict, decision.text_id) == (charity.trustee.id, "approved", text_id)
    assert said == {request.id: Spoken(request.id, charity.worker.id, NOW - SECOND, NOON, "", None)}


async def test_what_was_decided_by_a_press_was_not_said_by_telephone(charity: Charity) -> None:
    request, text_id = await charity.ask(), await charity.say("We talked it over.")
    async with charity.begin() as tx:
        await tx.approvals.settle(
            request.id, charity.trustee.id, verdict="approved", fingerprint=request.fingerprint, text_id=text_id
        )

    async with charity.read() as tx:
        assert await tx.spoken.of(charity.case.id) == {}
    with pytest.raises(Conflict):
        await answer(charity, request, "yes")


async def test_nobody_writes_down_an_agreement_of_their_own(charity: Charity) -> None:
    request, text_id = await charity.ask(), await charity.say("I say yes.")

    with pytest.raises(ValueError, match="somebody else"):
        await record(charity, request, text_id, who=charity.worker)

    async with charity.read() as tx:
        assert (await tx.approvals.get(request.id)).state == "pending"


async def test_agreement_to_something_else_than_is_proposed_is_refused(charity: Charity) -> None:
    request, text_id = await charity.ask(fingerprint="as proposed"), await charity.say("She said yes.")

    with pytest.raises(Conflict):
        await record(charity, request, text_id, seen="as it was before")

    async with charity.read() as tx:
        assert ((await tx.approvals.get(request.id)).state, await tx.spoken.of(charity.case.id)) == ("pending", {})


@pytest.mark.parametrize("said", ["yes", "no"])
async def test_whoever_agreed_says_so_or_not_and_the_decision_stays_in_the_record(
    charity: Charity, said: Literal["yes", "no"]
) -> None:
    request, text_id = await charity.ask(), await charity.say("She said yes.")
    await record(charity, request, text_id)

    await answer(charity, request, said)

    async with charity.read() as tx:
        spoken = (await tx.spoken.of(charity.case.id))[request.id]
        assert list(await tx.approvals.decisions(charity.case.id)) == [request.id]
    assert (spoken.answer, spoken.answered_at) == (said, NOW + SECOND)


async def test_an_answer_is_given_once(charity: Charity) -> None:
    request, text_id = await charity.ask(), await charity.say("She said yes.")
    await record(charity, request, text_id)
    await answer(charity, request, "no")

    with pytest.raises(Conflict):
        await answer(charity, request, "yes")

    async with charity.read() as tx:
        assert (await tx.spoken.of(charity.case.id))[request.id].answer == "no"


async def test_of_two_answers_at_once_one_is_taken(charity: Charity, twin: Charity) -> None:
    text_id = await charity.say("She said yes.")
    for _ in range(4):
        request = await charity.ask()
        await record(charity, request, text_id)

        outcomes = await asyncio.gather(
            *(answer(charity, request, "yes") for _ in range(5)),
            *(answer(twin, request, "no") for _ in range(5)),
            return_exceptions=True,
        )

        assert Counter(type(outcome) for outcome in outcomes) == {type(None): 1, Conflict: 9}
        async with charity.read() as tx:
            kept = (await tx.spoken.of(charity.case.id))[request.id].answer
        assert kept == ("yes" if None in outcomes[:5] else "no")


async def test_of_what_is_said_and_what_is_pressed_at_once_one_decides(charity: Charity, twin: Charity) -> None:
    text_id = await charity.say("We talked it over.")

    async def press(request: ApprovalRequest) -> None:
        async with twin.begin() as tx:
            await tx.approvals.settle(
                request.id, charity.colleague.id, verdict="declined", fingerprint=request.fingerprint, text_id=text_id
            )

    for _ in range(8):
        request = await charity.ask()

        outcomes = await asyncio.gather(
            *(record(charity, request, text_id) for _ in range(5)),
            *(press(request) for _ in range(5)),
            return_exceptions=True,
        )

        by_telephone = None in outcomes[:5]
        assert Counter(type(outcome) for outcome in outcomes) == {type(None): 1, Conflict: 9}
        made = await rows(charity.store, "SELECT verdict FROM decisions WHERE request_id = :id", id=request.id)
        said = await rows(charity.store, "SELECT 1 FROM spoken WHERE request_id = :id", id=request.id)
        assert [row.verdict for row in made] == ["approved" if by_telephone else "declined"]
        assert len(said) == int(by_telephone)


async def test_the_database_itself_knows_no_answer_but_yes_and_no(charity: Charity) -> None:
    request, text_id = await charity.ask(), await charity.say("She said yes.")
    await record(charity, request, text_id)

    with pytest.raises(DBAPIError):
        await behind(charity.store, "UPDATE spoken SET answer = 'perhaps'")
