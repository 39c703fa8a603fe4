"""Everything known about one consultation at one moment, replayed from its answers; the cards are drawn from it.

The rule to keep: nothing in here is stored. Ask for a new picture after every change.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Literal

from bot.charity import Charity
from bot.departing import departed
from bot.roster import Circle, circle
from policy.book import SENDING, Approval, Book, Stage
from policy.grounds import grounds
from policy.walk import Asking, Decided, Verdict, walk
from storage.records import (
    ApprovalRequest,
    Consultation,
    Decision,
    Departure,
    Disclosure,
    Person,
    SealedText,
)
from storage.store import Transaction

Standing = Literal["free", "told", "unasked", "pending", "approved", "declined"]
"""Where a lane's approval stands. free: none is needed. told: people are told and nobody may stop it."""


@dataclass(frozen=True, slots=True)
class Picture:
    book: Book
    charity: Charity
    case: Consultation
    walked: Asking | Decided
    requests: tuple[ApprovalRequest, ...] = ()
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    departures: tuple[Departure, ...] = ()
    disclosures: tuple[Disclosure, ...] = ()
    texts: tuple[SealedText, ...] = ()
    circle: Circle | None = None
    unreached: frozenset[str] = frozenset()  # the people our letters did not reach, and never will

    @property
    def lanes(self) -> tuple[Verdict, ...]:
        return self.walked.lanes

    @property
    def around(self) -> Circle:
        """The people around it; RuntimeError on a picture drawn without them."""
        if self.circle is None:
            raise RuntimeError("this picture was drawn without the people")
        return self.circle

    def name(self, person_id: str) -> str:
        """A colleague's name, never a client's."""
        return next((person.name for person in self.around.everybody if person.id == person_id), "a former colleague")

    def person(self, person_id: str) -> Person | None:
        return next((person for person in self.around.everybody if person.id == person_id), None)

    def request(self, verdict: Verdict) -> ApprovalRequest | None:
        """The newest request that is about exactly this proposal."""
        mine = fingerprint(self.book, self.case, verdict)
        return next((r for r in reversed(self.requests) if r.lane == verdict.lane.id and r.fingerprint == mine), None)

    def standing(self, verdict: Verdict) -> Standing:
        """Where this lane's approval stands. A first yes stands, also beside an earlier no (second opinion)."""
        approval = verdict.approval
        if approval is None or approval.moment == "none":
            return "free"
        request = self.request(verdict)
        if not approval.veto:
            return "told" if request else "unasked"
        if request is None or request.state == "withdrawn":
            return "unasked"
        if request.state == "approved" and len(self.agreed(verdict)) < self._needed(approval):
            return "unasked"  # one more is needed, or whoever agreed turned out to be somebody it may be about
        return request.state

    def agreed(self, verdict: Verdict) -> set[str]:
        """The ids of the people who agreed to exactly this proposal and may (still) decide it."""
        mine = fingerprint(self.book, self.case, verdict)
        decided = [self.decisions[r.id] for r in self.requests if r.fingerprint == mine and r.state == "approved"]
        out = {person.id for person in self.around.everybody if self.around.is_out(person)}
        return {decision.person_id for decision in decided} - out

    def _needed(self, approval: Approval) -> int:
        """How many must agree. Where only workers count (4.4), a trustee who asks is not the first of two."""
        requester = self.person(self.case.requester_id)
        first_counts = requester is None or not approval.roles or requester.role in approval.roles
        return approval.count if first_counts or approval.capabilities else approval.count + 1

    @property
    def checks_open(self) -> bool:
        """Whether how it goes is still to be answered."""
        return isinstance(self.walked, Asking) and self.walked.screen.stage == "send"

    def may_go(self, verdict: Verdict) -> bool:
        """Whether the worker may tell the recipients of this lane now. Protection does not wait for the last checks."""
        if verdict.blocks or self.standing(verdict) not in ("free", "told", "approved"):
            return False
        return verdict.lane.protective or verdict.outcome.sends not in SENDING or not self.checks_open

    @property
    def in_emergency(self) -> bool:
        """Whether the worker said that somebody is, or may be, in danger now."""
        return self.case.values.get(self.book.emergency.question) in self.book.emergency.values

    @property
    def rung(self) -> bool:
        """Whether the worker said that they have rung."""
        called = self.case.values.get(self.book.emergency.called)
        return called is not None and self.book.stop_until.get(self.book.emergency.called) != called

    def emergency(self) -> Verdict | None:
        """The open immediate lane whose call is still to be made, if there is one."""
        return next((v for v in self.lanes if v.lane.immediate and self.in_emergency and not self.rung), None)


async def look(
    tx: Transaction, book: Book, charity: Charity, case: Consultation, *, everything: bool = True
) -> Picture:
    """The picture of this consultation now. Without `everything`, an undecided one is drawn from its answers alone."""
    asking = replay(book, charity, case)
    light = Picture(book, charity, case, asking)
    if not everything and isinstance(asking, Asking) and case.state == "asking" and not light.in_emergency:
        return light
    departures = await tx.cases.departures(case.id)
    chosen = {departure.lane: departure.chosen for departure in departures}
    book_now = departed(book, tuple(sorted(chosen.items()))) if chosen else book
    walked = replay(book_now, charity, case)
    requests = await tx.approvals.of(case.id)
    lost = set(await tx.outbox.undelivered(case.id))
    return Picture(
        book=book_now,
        charity=charity,
        case=case,
        walked=walked,
        requests=tuple(requests),
        decisions=await tx.approvals.decisions(case.id) if requests else {},
        departures=tuple(departures),
        disclosures=tuple(await tx.cases.disclosures(case.id)),
        texts=tuple(await tx.texts.of(case.id)),
        circle=circle(
            book_now,
            walked.facts,
            await tx.people.everybody(),
            case.requester_id,
            await tx.cases.barred(case.id),
        ),
        unreached=frozenset(post.person_id for post in await tx.posts.of(case.id) if post.id in lost)
        if lost
        else frozenset(),
    )


def replay(book: Book, charity: Charity, case: Consultation) -> Asking | Decided:
    """Walk the answers: the decision while asking, and how things go once it was sent."""
    flags = tuple((flag.id, charity.flags[flag.id]) for flag in book.flags if flag.id in charity.flags)
    values = tuple(sorted((id, answer.value) for id, answer in case.answers.items()))
    return _replayed(
        book, values, flags, case.opened_at.date(), "send" if case.state in ("sent", "closed") else "decide"
    )


@lru_cache(maxsize=4096)
def _replayed(
    book: Book,
    values: tuple[tuple[str, str], ...],
    flags: tuple[tuple[str, str], ...],
    today: date,
    stage: Stage,
) -> Asking | Decided:
    """Remembered, because what a press is checked against is what the press before it came to."""
    known = {question.id: {option.value for option in question.options} for question in book.questions}
    dated = {question.id for question in book.questions if question.bands}
    # A newer book may have dropped an answer: then its question is simply asked again.
    answers = {id: value for id, value in values if id in dated or value in known.get(id, ())}
    return walk(book, answers, flags=dict(flags), today=today, stage=stage)


def fingerprint(book: Book, case: Consultation, verdict: Verdict) -> str:
    """SHA-256 over exactly what is proposed: rules, lane, outcome, code, recipients and the answers they rest on.

    Answers no rule of this lane rests on are left out: another lane, or the way it goes, is not this decision (I31).
    """
    ground = set(grounds(book, verdict.lane.id))
    proposal = {
        "book": [book.id, book.version],
        "case": case.id,
        "lane": verdict.lane.id,
        "outcome": verdict.outcome.id,
        "code": verdict.approval.code if verdict.approval else "",
        "recipients": list(verdict.recipients),
        "facts": {id: value for id, value in case.values.items() if id in ground},
    }
    return hashlib.sha256(json.dumps(proposal, sort_keys=True).encode()).hexdigest()
