"""Approval requests and decisions. One request, one decision: whoever is first wins, in the database.

The rule to keep: `settle` is a compare-and-set on "pending" and on the fingerprint of what was proposed.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from typing import Any, cast

from sqlalchemy import Row, bindparam, insert, select, update

from storage.records import (
    ApprovalRequest,
    Conflict,
    Decision,
    NotFound,
    RequestState,
    Verdict,
    from_micros,
    to_micros,
)
from storage.tables import approval_requests, asked, consultations, decisions
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
            await self._work.connection.execute(
                insert(asked),
                [
                    {"organisation_id": self._work.organisation_id, "request_id": id, "person_id": person}
                    for person in sorted(people)
                ],
            )
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
        )

    async def get(self, id: str) -> ApprovalRequest:
        """Raises NotFound."""
        found = await self._list(approval_requests.c.id == id)
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
            .where(approval_requests.c.id == id, approval_requests.c.organisation_id == self._work.organisation_id)
            .with_for_update(of=consultations, key_share=True)
        )
        mine = (approval_requests.c.id == id) & (approval_requests.c.organisation_id == self._work.organisation_id)
        row = (await self._work.connection.execute(select(approval_requests.c.state).where(mine))).one_or_none()
        return cast("RequestState", row.state) if row else None

    async def of(self, consultation_id: str) -> list[ApprovalRequest]:
        """Every request of a consultation, oldest first, settled ones too."""
        return await self._list(approval_requests.c.consultation_id == consultation_id)

    async def asked_of(self, person_id: str) -> list[tuple[str, RequestState]]:
        """(consultation id, state) of every request this person was asked about, oldest first."""
        rows = await self._work.connection.execute(
            select(approval_requests.c.consultation_id, approval_requests.c.state)
            .join(asked, asked.c.request_id == approval_requests.c.id)
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
        rows = await self._work.connection.execute(
            select(decisions)
            .join(approval_requests, approval_requests.c.id == decisions.c.request_id)
            .where(
                approval_requests.c.consultation_id == consultation_id,
                decisions.c.organisation_id == self._work.organisation_id,
            )
        )
        return {
            row.request_id: Decision(
                row.id, row.request_id, row.person_id, cast("Verdict", row.verdict), row.text_id, from_micros(row.at)
            )
            for row in rows
        }

    async def _list(self, which: Any) -> list[ApprovalRequest]:
        rows = (
            await self._work.connection.execute(
                select(approval_requests, asked.c.person_id)
                .outerjoin(asked, asked.c.request_id == approval_requests.c.id)
                .where(which, approval_requests.c.organisation_id == self._work.organisation_id)
                .order_by(approval_requests.c.opened_at, approval_requests.c.id)
            )
        ).all()
        people: dict[str, set[str]] = {}
        first: dict[str, Row[Any]] = {}
        for row in rows:
            first.setdefault(row.id, row)
            people.setdefault(row.id, set())
            if row.person_id:
                people[row.id].add(row.person_id)
        return [_request(row, frozenset(people[id])) for id, row in first.items()]


def _request(row: Row[Any], people: frozenset[str]) -> ApprovalRequest:
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
        asked=people,
    )
