"""Everything known about one consultation at one moment, replayed from its answers; the cards are drawn from it.

The rule to keep: nothing in here is stored. Ask for a new picture after every change.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal

from bot.departing import departed, further
from bot.organisation.charity import Charity
from bot.roster import Circle, allowed, circle, on_shift
from policy.book import SENDING, Approval, Book, Clock, Stage
from policy.grounds import checked_by, grounds, guarded
from policy.walk import Asking, Decided, Verdict, walk
from storage.keeping import Basis, FollowUp
from storage.records import (
    ApprovalRequest,
    Confirmation,
    Consultation,
    Decision,
    Departure,
    Disclosure,
    Handover,
    Look,
    Person,
    Rung,
    SealedText,
    Spoken,
)
from storage.store import Transaction

REACHED_WITHIN = timedelta(minutes=3)
"""Whoever is written to about something urgent and has nothing by then counts as not reached."""

GIVEN_WITHIN = timedelta(days=3)
"""So long the safeguarding lead reads who was given an account, and by whom, before it may answer whoever gave it."""

URGENT: frozenset[Clock] = frozenset({"now", "today", "by_return_date"})
"""What is written to people at once, by day and by night. A paper has its own date, which may be tomorrow morning."""

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
    unreached: frozenset[str] = frozenset()  # the people no letter of ours reaches: one came back, or no account
    cut_off: frozenset[str] = frozenset()  # of them, those who have no open account at all
    late: frozenset[str] = frozenset()  # of them, those whom an urgent letter should have reached by now
    lost: frozenset[str] = frozenset()  # of them, those to whom a letter came back
    rungs: Mapping[str, Sequence[Rung]] = field(default_factory=dict)  # request id -> the steps of its ladder so far
    spoken: Mapping[str, Spoken] = field(default_factory=dict)  # request id -> what was agreed by telephone
    heard: frozenset[str] = frozenset()  # who was told that a yes by phone was denied, or not confirmed
    looks: tuple[Look, ...] = ()  # what somebody else has to look at, or has looked at
    confirmations: tuple[Confirmation, ...] = ()  # what two workers say in their own accounts
    handovers: tuple[Handover, ...] = ()  # how it changed hands, oldest first
    follow_ups: tuple[FollowUp, ...] = ()  # what was done after the decision, oldest first
    bases: Mapping[str, Basis] = field(default_factory=dict)  # question id -> how the worker knows it
    enrolled: frozenset[str] = frozenset()  # who has a second factor; read only where the charity demands one
    today: date | None = None  # in the charity's own zone, for what must be checked again
    now: datetime | None = None  # the moment it was drawn at, for what would happen if it were sent now
    head: tuple[int, str] = (0, "")  # the ledger's last entry then: number and hash

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

    def words(self, verdict: Verdict) -> SealedText | None:
        """What the worker wrote they would say in this lane; the newest of it counts."""
        about = ("", verdict.lane.id)
        return next((t for t in reversed(self.texts) if t.kind == "reason" and t.about in about), None)

    def fingerprint(self, verdict: Verdict) -> str:
        """SHA-256 over exactly what is proposed: rules, lane, outcome, code, recipients, words, and their grounds.

        Answers no rule of this lane rests on are left out: another lane, or how it goes, is not this decision (I31).
        """
        ground = set(grounds(self.book, verdict.lane.id))
        words = self.words(verdict)
        proposal = {
            "book": [self.book.id, self.case.book_version],
            "case": self.case.id,
            "lane": verdict.lane.id,
            "outcome": [verdict.outcome.id, verdict.outcome.plain, verdict.outcome.sends],
            "code": verdict.approval.code if verdict.approval else "",
            "recipients": list(verdict.recipients),
            "words": words.id if words else "",
            "facts": {id: value for id, value in self.case.values.items() if id in ground},
        }
        return hashlib.sha256(json.dumps(proposal, sort_keys=True).encode()).hexdigest()

    def about(self, verdict: Verdict) -> list[ApprovalRequest]:
        """Every request that is about exactly this proposal, oldest first."""
        mine = self.fingerprint(verdict)
        return [r for r in self.requests if r.lane == verdict.lane.id and r.fingerprint == mine]

    def request(self, verdict: Verdict) -> ApprovalRequest | None:
        """The newest of them."""
        return next(reversed(self.about(verdict)), None)

    def left(self, request: ApprovalRequest) -> list[Person]:
        """Who was asked or told, less anybody who must not know any more."""
        why_not = self.around.why_untold if request.state == "told" else self.around.why_not
        return [p for p in self.around.everybody if p.id in request.asked and not why_not(p)]

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
        if request.state == "declined" and len(self.noes(verdict)) < (2 if verdict.lane.protective else 1):
            return "unasked"  # a no never stops protecting somebody without a second one, nor where it does not stand
        if request.state == "declined" and verdict.lane.protective and self.still_to_say(verdict):
            return "unasked"  # nor while one of those who were asked together has still to answer
        return request.state

    def still_to_say(self, verdict: Verdict) -> list[Person]:
        """Who was asked about exactly this the last time, may decide it, and has neither answered nor passed it on."""
        request, approval = self.request(verdict), verdict.approval
        if request is None or approval is None:
            return []
        said = self.agreed(verdict) | {no.person_id for no in self.noes(verdict)} | self.passed(verdict)
        said = {id for each in said for id in self.around.human(each)}
        return [person for person in self.left(request) if person.id not in said and allowed(approval, person)]

    def agreed(self, verdict: Verdict) -> set[str]:
        """The ids of the people who agreed to exactly this proposal and may (still) decide it."""
        return {decision.person_id for decision in self._said(verdict, "approved")}

    def noes(self, verdict: Verdict) -> list[Decision]:
        """Who said no to exactly this proposal and may (still) decide it, first one first."""
        return self._said(verdict, "declined")

    def _said(self, verdict: Verdict, what: str) -> list[Decision]:
        """Each human counts once, whatever entries of the roster they have."""
        found: list[Decision] = []
        for request in self.about(verdict):
            decision = self.decided(request)
            heard = {each.person_id for each in found}
            if decision and decision.verdict == what and not self.around.human(decision.person_id) & heard:
                found.append(decision)
        return found

    def passed(self, verdict: Verdict) -> set[str]:
        """The ids of those who were asked about exactly this proposal and said that they cannot decide it."""
        return {id for request in self.about(verdict) for id in request.passed}

    def decided(self, request: ApprovalRequest) -> Decision | None:
        """The decision on this request while it stands: not that of somebody it turned out that it may be about."""
        decision = self.decisions.get(request.id)
        person = self.person(decision.person_id) if decision else None
        if request.id in self.spoken and self.spoken[request.id].answer == "no":
            return None  # it was written down by somebody else, and they say that they never agreed
        if decision is None or person is None:
            return decision
        if self.case.requester_id in self.around.human(person.id):
            return None  # it became theirs: nobody agrees with themselves
        # Who is asked only by name was asked by default before that was known.
        too_early = person.role in self.around.careful and decision.at < self.guarded_at
        return None if too_early or self.around.is_out(person) else decision

    @property
    def guarded_at(self) -> datetime:
        """When it was last said whom the worry is about, or may be."""
        said = [answer.at for id, answer in self.case.answers.items() if id in guarded(self.book)]
        return max(said, default=self.case.opened_at)

    def _needed(self, approval: Approval) -> int:
        """How many must agree. Where only workers count (4.4), a trustee who asks is not the first of two."""
        requester = self.person(self.case.requester_id)
        first_counts = requester is None or not approval.roles or requester.role in approval.roles
        return approval.count if first_counts or approval.capabilities else approval.count + 1

    @property
    def checks_open(self) -> bool:
        """Whether an answer that could still change the decision, or stop how it goes, is to be given."""
        if isinstance(self.walked, Decided):
            return False
        return self.walked.screen.stage == "decide" or not checked_by(self.book).isdisjoint(self.walked.unknown)

    def may_go(self, verdict: Verdict) -> bool:
        """Whether the worker may tell the recipients of this lane now.

        Protection does not wait for the last answers and checks; whatever else would leave the charity does.
        """
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

    def waits_until(self, moment: datetime) -> datetime | None:
        """Of a practice: when what was to be sent at this moment goes out, while that is ahead. It wakes nobody."""
        waking = self.charity.waking.waking(moment) if self.case.practice else None
        return waking if waking and self.now and waking > self.now else None

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
    # A choice stands while it goes further than the table; where the table has caught up, the table counts.
    options = {(way.lane.id, way.outcome.id) for way in (further(book, asking) if departures else ())}
    chosen = {d.lane: d.chosen for d in departures if (d.lane, d.chosen) in options}
    book_now = departed(book, tuple(sorted(chosen.items()))) if chosen else book
    walked = replay(book_now, charity, case)
    requests = await tx.approvals.of(case.id)
    handovers = await tx.handovers.of(case.id)
    around = await people_around(tx, book_now, charity, case, handovers)
    lost = set(await tx.outbox.undelivered(case.id))
    unreached = {post.person_id for post in await tx.posts.of(case.id) if post.id in lost} if lost else set()
    spoken = await tx.spoken.of(case.id) if requests else {}
    denied = any(each.answer == "no" for each in spoken.values())
    copies = await tx.posts.of(case.id) if denied else ()
    heard = frozenset(post.person_id for post in copies if post.kind == "unconfirmed")
    late = _urgent(walked, requests, await tx.outbox.late(case.id, before=tx.now - REACHED_WITHIN))
    reachable = {account.person_id for account in await tx.people.accounts()}
    return Picture(
        book=book_now,
        charity=charity,
        case=case,
        walked=walked,
        requests=tuple(requests),
        decisions=await tx.approvals.decisions(case.id) if requests else {},
        spoken=spoken,
        heard=heard,
        departures=tuple(departures),
        disclosures=tuple(await tx.cases.disclosures(case.id)),
        texts=tuple(await tx.texts.of(case.id)),
        circle=around,
        unreached=frozenset(unreached | late | {p.id for p in around.everybody if p.id not in reachable}),
        cut_off=frozenset(person.id for person in around.everybody if person.id not in reachable),
        late=frozenset(late),
        lost=frozenset(unreached),
        rungs=await tx.ladders.of(case.id) if any(each.state == "pending" for each in requests) else {},
        looks=tuple(await tx.looks.of(case.id)),
        confirmations=tuple(await tx.confirmations.of(case.id)) if requests else (),
        handovers=tuple(handovers),
        follow_ups=tuple(await tx.follow_ups.of(case.id)),
        bases=await tx.bases.of(case.id),
        enrolled=await tx.factors.proven("totp") if charity.step_up else frozenset(),
        today=tx.now.astimezone(charity.timezone).date(),
        now=tx.now,
        head=await tx.ledger.head(),
    )


def _urgent(walked: Asking | Decided, requests: Iterable[ApprovalRequest], late: Iterable[tuple[str, str]]) -> set[str]:
    """Of (person id, kind) of letters, the people who are told, or asked about what is for now or today."""
    lanes = {verdict.lane.id for verdict in walked.lanes if verdict.clock in URGENT}
    asked = {id for each in requests if each.state == "pending" and each.lane in lanes for id in each.asked}
    return {id for id, kind in late if kind == "told" or (kind == "approval" and id in asked)}


async def people_around(
    tx: Transaction, book: Book, charity: Charity, case: Consultation, handovers: Sequence[Handover] | None = None
) -> Circle:
    """Only the people around a consultation, and which of them are here. `handovers`: where they were read already."""
    handed = await tx.handovers.of(case.id) if handovers is None else handovers
    facts, barred = replay(book, charity, case).facts, await tx.cases.barred(case.id)
    around = circle(
        book,
        facts,
        # No card sends anybody to a phone that may be in the wrong hands.
        [replace(each, telephone="") if each.locked else each for each in await tx.people.everybody()],
        case.requester_id,
        barred,
        absent=await tx.rota.absent(),
        on_call=on_shift(await tx.rota.on_call()),
        former={each.from_id for each in handed},
        same=await tx.people.one_human(),
        given=await _given(tx, case, {case.requester_id, *(each.from_id for each in handed)}),
    )
    if not around.silenced:
        return around
    knowing = {post.person_id for post in await tx.posts.of(case.id) if post.kind in ("told", "approval")}
    knowing.update(id for request in await tx.approvals.of(case.id) for id in request.asked)
    return replace(around, knowing=frozenset(knowing))


async def _given(tx: Transaction, case: Consultation, holders: set[str]) -> set[str]:
    """Whom an administrator who holds it, or did, gave an account to speak from, since three days before it began."""
    grants = await tx.people.granted(case.opened_at - GIVEN_WITHIN)
    return {each.person_id for each in grants if each.by_id in holders and each.what == "account"}


def replay(book: Book, charity: Charity, case: Consultation) -> Asking | Decided:
    """Walk the answers: the decision while asking, and how things go once it was sent.

    The law is that of the day of its last change, so that a closed case stays as it was decided.
    """
    known = charity.flags_on(case.changed_at.astimezone(charity.timezone).date())
    flags = tuple((flag.id, known[flag.id]) for flag in book.flags if flag.id in known)
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
