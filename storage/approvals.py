"""Approval requests and decisions. One request, one decision: whoever is first wins, in the database.

The rule to keep: `settle` is a compare-and-set on "pending" and on the fingerprint of what was proposed.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Text, and_, bindparam, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.direct import Direct
from storage.records import (
    ApprovalRequest,
    Conflict,
    Decision,
    HowAsked,
    NotFound,
    RequestState,
    Verdict,
    from_micros,
    to_micros,
)
from storage.tables import Int64, approval_requests, asked, consultations, decisions, posts
from storage.tables import people as roster
from storage.work import Work

_SETTLE = (
    update(approval_requests)
    .where(
        approval_requests.c.id == bindparam("request_id"),
        approval_requests.c.organisation_id == bindparam("org"),
        approval_requests.c.state == "pending",
        approval_requests.c.fingerprint == bindparam("seen"),
    )
    .values(state=bindparam("verdict_now"), settled_at=bindparam("moment"))
)

_ITS_PEOPLE = (asked.c.request_id == approval_requests.c.id) & (
    asked.c.organisation_id == approval_requests.c.organisation_id
)
_WITH_PEOPLE = (
    select(approval_requests, asked.c.person_id, asked.c.at.label("asked_at"), asked.c.passed_at)
    .outerjoin(asked, _ITS_PEOPLE)
    .where(approval_requests.c.organisation_id == bindparam("org"))
    .order_by(approval_requests.c.opened_at, approval_requests.c.id)
)
_OF = Direct(_WITH_PEOPLE.where(approval_requests.c.consultation_id == bindparam("case_id")))
_GET = Direct(_WITH_PEOPLE.where(approval_requests.c.id == bindparam("request_id")))
_DECISIONS = Direct(
    select(decisions)
    .join(approval_requests, approval_requests.c.id == decisions.c.request_id)
    .where(approval_requests.c.consultation_id == bindparam("case_id"), decisions.c.organisation_id == bindparam("org"))
)


class Approvals:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def ask(
        self,
        consultation_id: str,
        *,
        lane: str,
        outcome: str,
        code: str,
        fingerprint: str,
        people: Collection[str],
        state: RequestState = "pending",
        second_of: str | None = None,
    ) -> ApprovalRequest:
        """Ask these people. `state` "told" is a notice that nobody can veto."""
        id = secrets.token_urlsafe(9)
        await self._work.connection.execute(
            insert(approval_requests).values(
                id=id,
                organisation_id=self._work.organisation_id,
                consultation_id=consultation_id,
                lane=lane,
                outcome=outcome,
                code=code,
                state=state,
                fingerprint=fingerprint,
                second_of=second_of,
                opened_at=to_micros(self._work.now),
            )
        )
        if people:
            first = {"organisation_id": self._work.organisation_id, "request_id": id, "at": to_micros(self._work.now)}
            each = [first | {"person_id": person} for person in sorted(set(people))]
            await self._work.connection.execute(insert(asked).values(how="second" if second_of else "first"), each)
        return ApprovalRequest(
            id,
            consultation_id,
            lane,
            outcome,
            code,
            state,
            fingerprint,
            second_of,
            self._work.now,
            None,
            frozenset(people),
            asked_at=dict.fromkeys(people, self._work.now),
        )

    async def also_ask(self, request: ApprovalRequest, people: Collection[str], how: HowAsked) -> frozenset[str]:
        """Ask these people too, while it is open; gives whom of them nobody had asked before.

        Two who do this at once ask each person once, and never somebody about what is settled.
        """
        how_and_when = (literal(how, Text), literal(to_micros(self._work.now), Int64))
        each = (
            select(approval_requests.c.organisation_id, approval_requests.c.id, roster.c.id, *how_and_when)
            .join(roster, roster.c.organisation_id == approval_requests.c.organisation_id)
            .where(self._its(request.id), approval_requests.c.state.in_(("pending", "told")))
            .where(roster.c.id.in_(sorted(people)))
            .order_by(roster.c.id)
            .with_for_update(of=approval_requests, key_share=True)
        )
        build = postgresql_insert if self._work.postgresql else sqlite_insert
        new = build(asked).from_select(["organisation_id", "request_id", "person_id", "how", "at"], each)
        rows = await self._work.connection.execute(new.on_conflict_do_nothing().returning(asked.c.person_id))
        return frozenset(row.person_id for row in rows)

    async def pass_on(self, request_id: str, person_id: str, why: str) -> None:
        """This person cannot decide it; `why` is a fixed word. Raises Conflict: not asked, passed before, or settled.

        It comes before a decision of the same moment or finds it made; it is never slipped in behind one.
        """
        pending = self._its(request_id) & (approval_requests.c.state == "pending")
        still = select(approval_requests.c.id).where(pending).with_for_update(key_share=True)
        if (await self._work.connection.execute(still)).one_or_none() is None:
            raise Conflict("approval request")
        passed = await self._work.connection.execute(
            update(asked)
            .where(asked.c.request_id == request_id, asked.c.person_id == person_id, asked.c.passed_at.is_(None))
            .values(passed_at=to_micros(self._work.now), passed_why=why)
        )
        if passed.rowcount != 1:
            raise Conflict("approval request")

    async def get(self, id: str) -> ApprovalRequest:
        """Raises NotFound."""
        found = _requests(await _GET.rows(self._work, {"request_id": id, "org": self._work.organisation_id}))
        if not found:
            raise NotFound("approval request")
        return found[0]

    async def hold(self, id: str) -> RequestState | None:
        """Until the end of this transaction nobody else changes the consultation of this request; where it stands now.

        What is read from now on is the newest. On SQLite one transaction writes at a time anyway. None: no request.
        """
        its = approval_requests.c.consultation_id == consultations.c.id
        await self._work.connection.execute(
            select(consultations.c.id)
            .join(approval_requests, its)
            .where(self._its(id))
            .with_for_update(of=consultations, key_share=True)
        )
        state = select(approval_requests.c.state).where(self._its(id))
        row = (await self._work.connection.execute(state)).one_or_none()
        return cast("RequestState", row.state) if row else None

    async def hold_open(self, person_ids: Collection[str], *, own: bool = False) -> list[str]:
        """The ids of the open consultations that these people were asked, or told, about; oldest first.

        With `own` those that are theirs, too. Nobody else changes them until the end of this transaction, as in `hold`.
        """
        whom = sorted(person_ids)
        requests = select(approval_requests.c.consultation_id).join(asked, _ITS_PEOPLE)
        cards = select(posts.c.consultation_id).where(posts.c.kind.in_(("told", "approval")))
        about = consultations.c.id.in_(requests.where(asked.c.person_id.in_(whom)))
        mine = consultations.c.requester_id.in_(whom if own else ())
        rows = await self._work.connection.execute(
            select(consultations.c.id)
            .where(
                consultations.c.organisation_id == self._work.organisation_id,
                consultations.c.state.in_(("asking", "paused", "sent")),
                mine | about | consultations.c.id.in_(cards.where(posts.c.person_id.in_(whom))),
            )
            .order_by(consultations.c.opened_at, consultations.c.id)
            .with_for_update(of=consultations, key_share=True)
        )
        return [row.id for row in rows]

    async def of(self, consultation_id: str) -> list[ApprovalRequest]:
        """Every request of a consultation, oldest first, settled ones too."""
        return _requests(await _OF.rows(self._work, {"case_id": consultation_id, "org": self._work.organisation_id}))

    async def asked_of(self, person_id: str) -> list[tuple[str, RequestState]]:
        """(consultation id, state) of every request this person was asked about, oldest first."""
        rows = await self._work.connection.execute(
            select(approval_requests.c.consultation_id, approval_requests.c.state)
            .join(asked, _ITS_PEOPLE)
            .join(consultations, consultations.c.id == approval_requests.c.consultation_id)
            .where(asked.c.person_id == person_id, approval_requests.c.organisation_id == self._work.organisation_id)
            .order_by(approval_requests.c.opened_at, approval_requests.c.id)
        )
        return [(row.consultation_id, cast("RequestState", row.state)) for row in rows]

    async def settle(
        self, request_id: str, person_id: str, *, verdict: Verdict, fingerprint: str, text_id: str
    ) -> Decision:
        """Decide, if it is still undecided and still the same proposal. Raises Conflict: somebody was first."""
        moment = to_micros(self._work.now)
        settled = await self._work.connection.execute(
            _SETTLE,
            {
                "request_id": request_id,
                "org": self._work.organisation_id,
                "seen": fingerprint,
                "verdict_now": verdict,
                "moment": moment,
            },
        )
        if settled.rowcount != 1:
            raise Conflict("approval request")
        id = secrets.token_urlsafe(9)
        await self._work.connection.execute(
            insert(decisions).values(
                id=id,
                organisation_id=self._work.organisation_id,
                request_id=request_id,
                person_id=person_id,
                verdict=verdict,
                text_id=text_id,
                at=moment,
            )
        )
        return Decision(id, request_id, person_id, verdict, text_id, self._work.now)

    async def withdraw(self, consultation_id: str, *, only: str | None = None) -> int:
        """Take back every request that is still open, or `only` that one; gives how many."""
        withdrawn = await self._work.connection.execute(
            update(approval_requests)
            .where(
                approval_requests.c.consultation_id == consultation_id,
                approval_requests.c.organisation_id == self._work.organisation_id,
                approval_requests.c.state == "pending",
                approval_requests.c.id == only if only else approval_requests.c.id.is_not(None),
            )
            .values(state="withdrawn", settled_at=to_micros(self._work.now))
        )
        return withdrawn.rowcount

    async def decisions(self, consultation_id: str) -> dict[str, Decision]:
        """Request id -> its decision."""
        rows = await _DECISIONS.rows(self._work, {"case_id": consultation_id, "org": self._work.organisation_id})
        return {row.request_id: _decision(row) for row in rows}

    async def decision(self, request_id: str) -> Decision | None:
        """What was decided on one request, if anything."""
        mine = decisions.c.organisation_id == self._work.organisation_id
        which = select(decisions).where(decisions.c.request_id == request_id, mine)
        row = (await self._work.connection.execute(which)).one_or_none()
        return _decision(row) if row else None

    def _its(self, request_id: str) -> ColumnElement[bool]:
        mine = approval_requests.c.organisation_id == self._work.organisation_id
        return and_(approval_requests.c.id == request_id, mine)


def _requests(rows: Iterable[Row[Any]]) -> list[ApprovalRequest]:
    found: dict[str, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(row.id, []).append(row)
    return [_request(each) for each in found.values()]


def _decision(row: Row[Any]) -> Decision:
    moment = from_micros(row.at)
    return Decision(row.id, row.request_id, row.person_id, cast("Verdict", row.verdict), row.text_id, moment)


def _request(rows: list[Row[Any]]) -> ApprovalRequest:
    """A request, from a row for each person who was asked (or one, where nobody was)."""
    row = rows[0]
    people = [each for each in rows if each.person_id]
    return ApprovalRequest(
        id=row.id,
        consultation_id=row.consultation_id,
        lane=row.lane,
        outcome=row.outcome,
        code=row.code,
        state=cast("RequestState", row.state),
        fingerprint=row.fingerprint,
        second_of=row.second_of,
        opened_at=from_micros(row.opened_at),
        settled_at=None if row.settled_at is None else from_micros(row.settled_at),
        asked=frozenset(each.person_id for each in people),
        passed=frozenset(each.person_id for each in people if each.passed_at is not None),
        asked_at={each.person_id: from_micros(each.asked_at or row.opened_at) for each in people},
    )
