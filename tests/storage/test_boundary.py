"""The boundary between organisations: what is bound to one never sees nor changes what belongs to another.

Every public method of the store's nouns stands in one of three tables below. A new method fails the first test until
it is put into one of them.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any, get_type_hints

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from storage.keeping import DigestLink, Handout
from storage.records import Address, ApprovalRequest, Conflict, Consultation, Job, NotFound, Post, Shift
from storage.store import Store, Transaction
from storage.tables import metadata
from storage.walks import Walked
from tests.storage.charity import NOW, SECOND, Charity, behind, unguarded

WALKED = Walked(walked_at=NOW)

Use = Callable[[Transaction, "Filled"], Awaitable[Any]]


class Filled:
    """A charity that has one of everything, for somebody else to reach for."""

    def __init__(
        self,
        charity: Charity,
        request: ApprovalRequest,
        text_id: str,
        post: Post,
        agreed: ApprovalRequest,
        night_test: str,
        ended: Consultation,
        access: str,
        handout: str,
        digest_link: str,
    ) -> None:
        self.night_test, self.ended, self.access, self.handout = night_test, ended, access, handout
        self.digest_link = digest_link
        self.enquiry = ""
        self.charity, self.case, self.worker = charity, charity.case, charity.worker
        self.agreed = agreed  # by telephone, and not confirmed yet
        self.request, self.text_id, self.post = request, text_id, post
        self.address = charity.account(charity.worker)

    @classmethod
    async def fill(cls, charity: Charity) -> Filled:
        request, text_id = await charity.ask(), await charity.say("They asked us to.")
        case, worker = charity.case, charity.worker
        async with charity.begin() as tx:
            await tx.cases.record_answers(case, {"danger": "no"})
            await tx.cases.bar(case.id, [charity.colleague.id])
            await tx.cases.depart(case.id, worker.id, lane="child", proposed="wait", chosen="tell", text_id=text_id)
            await tx.cases.disclose(case.id, worker.id, lane="child", recipient="police", text_id=text_id)
            await tx.approvals.settle(
                request.id, charity.trustee.id, verdict="approved", fingerprint=request.fingerprint, text_id=text_id
            )
            post = await tx.posts.ensure(case.id, "checklist", charity.account(worker))
            await tx.outbox.letter(post, held=True)
            far = await tx.posts.ensure(case.id, "approval", charity.account(charity.trustee))
            id, token = await tx.outbox.letter(far, held=True)
            await tx.outbox.bury(Job(id, charity.id, "letter", "", "", {}, 1, token))
            await tx.outbox.put("timer", "reminder", {"case": case.id})
            id, token = await tx.outbox.put("timer", "given up", {"case": case.id}, held=True)
            await tx.outbox.bury(Job(id, charity.id, "timer", "", "", {}, 1, token))
            await tx.rota.away(worker.id, until=NOW + SECOND, stand_in=charity.colleague.id, by=worker.id)
            await tx.rota.replace([Shift("approve", charity.trustee.id, NOW, NOW + SECOND)], since=NOW)
            given = await tx.handovers.record(case, charity.colleague.id, by=None, why="leaves")
            await tx.handovers.record(given, worker.id, by=None, why="leaves")
            await tx.people.connect(charity.trustee.id, channel="web", tenant=charity.id, user="shut")
            await tx.people.connect(charity.colleague.id, channel="web", tenant=charity.id, user="shut")
            await tx.people.close("web", charity.id, "shut")
            await tx.people.grant(worker.id, ["may_approve"], by=charity.trustee.id)
            await tx.confirmations.confirm(case.id, "crime", worker.id, "there")
            await tx.follow_ups.add(case.id, worker.id, lane="child", kind="told", answer="yes", text_id=text_id)
            await tx.holds.put(case.id, "police", worker.id)
            ended = await _ended(tx, charity, "ENDED", destroy_at=NOW)
            await tx.retention.destroy([(await _ended(tx, charity, "GONE", destroy_at=NOW)).id])
            stopped = await tx.cases.open(worker.id, reference="STOPPED", book_id="justus", book_version="1")
            await tx.cases.advance(stopped, state="withdrawn")
            stands = await tx.posts.ensure(ended.id, "told", charity.account(charity.colleague))
            await tx.posts.place(stands.id, "there", "1")
            await tx.bases.put(case.id, worker.id, {"danger": "seen"})
            await tx.follow_ups.chase(case.id, NOW + SECOND, 1)
            warned = await tx.posts.ensure(case.id, "draft_ends", charity.account(worker))
            await tx.posts.place(warned.id, "there", "2")
            await tx.cases.open(worker.id, reference="PLAYED", book_id="justus", book_version="1", practice=True)
            gone_out = await tx.cases.open(worker.id, reference="SENT", book_id="justus", book_version="1")
            await tx.cases.advance(gone_out, state="sent")
            await tx.factors.keep(worker.id, "totp", "an invented secret", proven=True)
            await tx.locks.lock(charity.colleague.id, by=worker.id)
            test = await tx.night_tests.add(worker.id)
            await tx.looks.promise(case.id, "emergency", due_at=NOW + SECOND, first_at=NOW + SECOND)
            await tx.outbox.cancel(f"look:{case.id}:emergency")
            await tx.digests.write("2026-W47", since=NOW, until=NOW, figures={"opened": 1})
            await tx.digests.arm("2026-W48", NOW + SECOND)
            await tx.walks.put(WALKED, before=Walked())
            await tx.digest_choices.choose(charity.trustee.id, "monthly")
            await tx.rota_tests.ask("2026-11", [worker.id])
            enquiry = await tx.enquiries.ask(charity.trustee.id, "2026-W47", "Who is told at night?")
            await tx.reminders.put_off(case.id, worker.id, why="busy", until=NOW + 9 * SECOND)
            await tx.reminders.promise(worker.id, NOW.date(), NOW + SECOND)
        agreed, open_one = await charity.ask(), await charity.ask()
        async with charity.begin() as tx:
            await tx.ladders.climb(agreed.id, 1, "asked", NOW + SECOND)
            await tx.spoken.record(
                agreed.id,
                charity.trustee.id,
                recorded_by=worker.id,
                said_at=NOW,
                confirm_by=NOW + SECOND,
                fingerprint=agreed.fingerprint,
                text_id=text_id,
            )
            access = await tx.access.open("THEIRS", received_at=NOW, due_at=NOW, opened_by=None)
            paper = Handout(charity.case.id, worker.id, "note", "pdf")
            handout = await tx.handouts.offer(paper, until=NOW + SECOND)
            link = DigestLink("2026-W47", worker.id, "pdf")
            digest_link = await tx.digest_links.offer(link, until=NOW + SECOND)
        it = cls(charity, open_one, text_id, post, agreed, test.id, ended, access.id, handout, digest_link)
        it.enquiry = enquiry
        return it


async def _ended(tx: Transaction, charity: Charity, reference: str, *, destroy_at: datetime | None) -> Consultation:
    case = await tx.cases.open(charity.worker.id, reference=reference, book_id="justus", book_version="1")
    await tx.cases.advance(case, state="closed")
    await tx.retention.start(case.id, "adult", closed_at=NOW, destroy_at=destroy_at)
    return case


# What only looks, and what it says to an organisation that has nothing: NotFound, this value, or its own things.
OWN = object()
READS: dict[str, tuple[Use, Any]] = {
    "access.get": (lambda tx, it: tx.access.get(it.access), NotFound),
    "access.lines_about": (lambda tx, it: tx.access.lines_about([it.case.id]), []),
    "access.on_reference": (lambda tx, it: tx.access.on_reference("THEIRS"), []),
    "access.waiting": (lambda tx, it: tx.access.waiting(), []),
    "approvals.asked_of": (lambda tx, it: tx.approvals.asked_of(it.charity.trustee.id), []),
    "approvals.decision": (lambda tx, it: tx.approvals.decision(it.agreed.id), None),
    "approvals.decisions": (lambda tx, it: tx.approvals.decisions(it.case.id), {}),
    "approvals.get": (lambda tx, it: tx.approvals.get(it.request.id), NotFound),
    "approvals.of": (lambda tx, it: tx.approvals.of(it.case.id), []),
    "cases.barred": (lambda tx, it: tx.cases.barred(it.case.id), frozenset()),
    "cases.data_key": (lambda tx, it: tx.cases.data_key(it.case.id), NotFound),
    "cases.departures": (lambda tx, it: tx.cases.departures(it.case.id), []),
    "cases.disclosures": (lambda tx, it: tx.cases.disclosures(it.case.id), []),
    "cases.get": (lambda tx, it: tx.cases.get(it.case.id), NotFound),
    "cases.in_state": (lambda tx, it: tx.cases.in_state(["asking", "sent"]), OWN),
    "cases.on_reference": (lambda tx, it: tx.cases.on_reference("THEIRS"), []),
    "cases.of": (lambda tx, it: tx.cases.of(it.worker.id, ["asking"]), []),
    "cases.reference_taken": (lambda tx, it: tx.cases.reference_taken("THEIRS"), False),
    "bases.of": (lambda tx, it: tx.bases.of(it.case.id), {}),
    "confirmations.of": (lambda tx, it: tx.confirmations.of(it.case.id), []),
    "digest_links.of": (lambda tx, it: tx.digest_links.of(it.digest_link), NotFound),
    "enquiries.get": (lambda tx, it: tx.enquiries.get(it.enquiry), NotFound),
    "enquiries.open": (lambda tx, it: tx.enquiries.open(it.enquiry), NotFound),
    "enquiries.waiting": (lambda tx, it: tx.enquiries.waiting(), []),
    "reminders.put_offs": (lambda tx, it: tx.reminders.put_offs([it.case.id]), {}),
    "digest_choices.all": (lambda tx, it: tx.digest_choices.all(), {}),
    "rota_tests.of": (lambda tx, it: tx.rota_tests.of("2026-11"), []),
    "rota_tests.sent": (lambda tx, it: tx.rota_tests.sent(NOW - SECOND, NOW + SECOND), []),
    "walks.get": (lambda tx, it: tx.walks.get(), Walked()),
    "digests.armed": (lambda tx, it: tx.digests.armed("2026-W48"), None),
    "digests.before": (lambda tx, it: tx.digests.before("2026-W48", 4), []),
    "digests.ended": (lambda tx, it: tx.digests.ended(NOW, NOW + SECOND), []),
    "digests.last": (lambda tx, it: tx.digests.last(), None),
    "digests.of": (lambda tx, it: tx.digests.of("2026-W47"), None),
    "figures.touched": (lambda tx, it: tx.figures.touched(NOW, NOW + SECOND), OWN),
    "figures.of": (lambda tx, it: tx.figures.of(NOW, NOW + SECOND), OWN),
    "follow_ups.chased": (lambda tx, it: tx.follow_ups.chased(it.case.id), None),
    "follow_ups.fallen": (lambda tx, it: tx.follow_ups.fallen(), []),
    "follow_ups.of": (lambda tx, it: tx.follow_ups.of(it.case.id), []),
    "factors.of": (lambda tx, it: tx.factors.of(it.worker.id, "totp"), None),
    "factors.proven": (lambda tx, it: tx.factors.proven("totp"), frozenset()),
    "factors.secret": (lambda tx, it: tx.factors.secret(it.worker.id, "totp"), NotFound),
    "holds.held": (lambda tx, it: tx.holds.held([it.case.id]), frozenset()),
    "holds.of": (lambda tx, it: tx.holds.of(it.case.id), []),
    "holds.standing": (lambda tx, it: tx.holds.standing(it.case.id), []),
    "handouts.of": (lambda tx, it: tx.handouts.of(it.handout), NotFound),
    "handovers.of": (lambda tx, it: tx.handovers.of(it.case.id), []),
    "ladders.fallen": (lambda tx, it: tx.ladders.fallen(), OWN),
    "ladders.of": (lambda tx, it: tx.ladders.of(it.case.id), {}),
    "ledger.began": (lambda tx, it: tx.ledger.began(), OWN),
    "ledger.entries": (lambda tx, it: tx.ledger.entries(), OWN),
    "ledger.faults": (lambda tx, it: tx.ledger.faults(), []),
    "ledger.hash_of": (lambda tx, it: tx.ledger.hash_of(9), ""),
    "ledger.head": (lambda tx, it: tx.ledger.head(), OWN),
    "locks.open": (lambda tx, it: tx.locks.open(), []),
    "looks.fallen": (lambda tx, it: tx.looks.fallen(), []),
    "looks.of": (lambda tx, it: tx.looks.of(it.case.id), []),
    "looks.shown_to": (lambda tx, it: tx.looks.shown_to(it.worker.id, "checklist"), []),
    "looks.without_reminder": (lambda tx, it: tx.looks.without_reminder("emergency record:"), []),
    "night_tests.newest": (lambda tx, it: tx.night_tests.newest(), {}),
    "organisations.current": (lambda tx, it: tx.organisations.current(), OWN),
    "outbox.given_up": (lambda tx, it: tx.outbox.given_up(), []),
    "outbox.late": (lambda tx, it: tx.outbox.late(it.case.id, before=NOW), []),
    "outbox.undelivered": (lambda tx, it: tx.outbox.undelivered(it.case.id), []),
    "people.accounts": (lambda tx, it: tx.people.accounts([it.worker.id]), []),
    "people.closed": (lambda tx, it: tx.people.closed(), []),
    "people.granted": (lambda tx, it: tx.people.granted(NOW), []),
    "people.one_human": (lambda tx, it: tx.people.one_human(), {}),
    "people.everybody": (lambda tx, it: tx.people.everybody(), OWN),
    "people.get": (lambda tx, it: tx.people.get([it.worker.id]), {}),
    "posts.at": (lambda tx, it: tx.posts.at(it.post.channel, it.post.tenant, it.post.user, "2"), None),
    "posts.get": (lambda tx, it: tx.posts.get(it.post.id), NotFound),
    "posts.of": (lambda tx, it: tx.posts.of(it.case.id), []),
    "posts.on": (lambda tx, it: tx.posts.on(it.post.channel, it.post.tenant, it.post.user), []),
    "retention.due": (lambda tx, it: tx.retention.due(NOW + SECOND), OWN),
    "retention.clocks": (lambda tx, it: tx.retention.clocks(), OWN),
    "retention.destroyed_since": (lambda tx, it: tx.retention.destroyed_since(NOW), OWN),
    "retention.messages": (lambda tx, it: tx.retention.messages(NOW + SECOND), OWN),
    "retention.needed": (lambda tx, it: tx.retention.needed(it.post.id), False),
    "retention.of": (lambda tx, it: tx.retention.of(it.case.id), None),
    "retention.practices": (lambda tx, it: tx.retention.practices(opened_by=NOW + SECOND), OWN),
    "retention.promised": (lambda tx, it: tx.retention.promised(it.case.id, "draft_ends"), []),
    "retention.ringing": (lambda tx, it: tx.retention.ringing("reminder"), False),
    "retention.unclocked": (lambda tx, it: tx.retention.unclocked(), OWN),
    "retention.unsent": (lambda tx, it: tx.retention.unsent(unchanged_since=NOW + SECOND), OWN),
    "rota.absent": (lambda tx, it: tx.rota.absent(), {}),
    "rota.on_call": (lambda tx, it: tx.rota.on_call(), []),
    "spoken.of": (lambda tx, it: tx.spoken.of(it.case.id), {}),
    "texts.of": (lambda tx, it: tx.texts.of(it.case.id), []),
    "texts.open": (lambda tx, it: tx.texts.open(it.text_id), NotFound),
}

WRITES: dict[str, Use] = {
    "access.answer": lambda tx, it: tx.access.answer(it.access),
    "access.open": lambda tx, it: tx.access.open("MINE", received_at=NOW, due_at=NOW, opened_by=it.worker.id),
    "approvals.also_ask": lambda tx, it: tx.approvals.also_ask(it.request, [it.worker.id], "next"),
    "approvals.ask": lambda tx, it: tx.approvals.ask(
        it.case.id, lane="crime", outcome="share", code="A1", fingerprint="f", people=[it.worker.id]
    ),
    "approvals.hold": lambda tx, it: tx.approvals.hold(it.request.id),
    "approvals.hold_open": lambda tx, it: tx.approvals.hold_open([it.charity.trustee.id]),
    "approvals.pass_on": lambda tx, it: tx.approvals.pass_on(it.request.id, it.charity.trustee.id, "off duty"),
    "approvals.settle": lambda tx, it: tx.approvals.settle(
        it.request.id, it.worker.id, verdict="declined", fingerprint=it.request.fingerprint, text_id=it.text_id
    ),
    "approvals.withdraw": lambda tx, it: tx.approvals.withdraw(it.case.id),
    "cases.advance": lambda tx, it: tx.cases.advance(it.case, state="closed"),
    "cases.bar": lambda tx, it: tx.cases.bar(it.case.id, [it.worker.id]),
    "cases.depart": lambda tx, it: tx.cases.depart(
        it.case.id, it.worker.id, lane="crime", proposed="tell", chosen="wait", text_id=it.text_id
    ),
    "cases.disclose": lambda tx, it: tx.cases.disclose(
        it.case.id, it.worker.id, lane="crime", recipient="nobody", text_id=it.text_id
    ),
    "cases.forget": lambda tx, it: tx.cases.forget(it.case, ["danger"]),
    "cases.name": lambda tx, it: tx.cases.name(it.case.id, "RENAMED"),
    "cases.open": lambda tx, it: tx.cases.open(it.worker.id, reference="MINE", book_id="justus", book_version="1"),
    "cases.record_answers": lambda tx, it: tx.cases.record_answers(it.case, {"danger": "yes", "child": "yes"}),
    "confirmations.confirm": lambda tx, it: tx.confirmations.confirm(it.case.id, "crime", it.worker.id, "there"),
    "factors.change": lambda tx, it: tx.factors.change(it.worker.id, "totp", "another"),
    "bases.put": lambda tx, it: tx.bases.put(it.case.id, it.worker.id, {"danger": "told", "other": "told"}),
    "digest_links.offer": lambda tx, it: tx.digest_links.offer(
        DigestLink("2026-W47", it.worker.id, "pdf"), until=NOW + SECOND
    ),
    "digest_links.take": lambda tx, it: tx.digest_links.take(it.digest_link),
    "digest_choices.choose": lambda tx, it: tx.digest_choices.choose(it.charity.trustee.id, "weekly"),
    "enquiries.answer": lambda tx, it: tx.enquiries.answer(it.enquiry, it.worker.id, "Not ours to say."),
    "enquiries.ask": lambda tx, it: tx.enquiries.ask(it.worker.id, "2026-W47", "Not ours to ask."),
    "enquiries.destroy": lambda tx, it: tx.enquiries.destroy(answered_before=NOW + SECOND),
    "reminders.promise": lambda tx, it: tx.reminders.promise(it.worker.id, NOW.date(), NOW + 2 * SECOND),
    "reminders.put_off": lambda tx, it: tx.reminders.put_off(it.case.id, it.worker.id, why="off", until=NOW + SECOND),
    "rota_tests.ask": lambda tx, it: tx.rota_tests.ask("2026-12", [it.charity.trustee.id]),
    "rota_tests.press": lambda tx, it: tx.rota_tests.press("2026-11", it.worker.id),
    "walks.arm": lambda tx, it: tx.walks.arm(),
    "walks.goes_on": lambda tx, it: tx.walks.goes_on(NOW + 2 * SECOND),
    "walks.put": lambda tx, it: tx.walks.put(replace(WALKED, walked_at=NOW + SECOND), before=WALKED),
    "digests.arm": lambda tx, it: tx.digests.arm("2026-W48", NOW + 2 * SECOND),
    "digests.write": lambda tx, it: tx.digests.write("2026-W49", since=NOW, until=NOW, figures={}),
    "follow_ups.chase": lambda tx, it: tx.follow_ups.chase(it.case.id, NOW, 2),
    "follow_ups.rest": lambda tx, it: tx.follow_ups.rest(it.case.id),
    "follow_ups.add": lambda tx, it: tx.follow_ups.add(it.case.id, it.worker.id, lane="", kind="notes", answer="yes"),
    "factors.drop": lambda tx, it: tx.factors.drop(it.worker.id, "totp"),
    "factors.keep": lambda tx, it: tx.factors.keep(it.worker.id, "totp", "another", proven=True),
    "factors.right": lambda tx, it: tx.factors.right(it.worker.id, "totp", "1"),
    "factors.wrong": lambda tx, it: tx.factors.wrong(it.worker.id, "totp", limit=1, closed_for=SECOND),
    "handouts.offer": lambda tx, it: tx.handouts.offer(
        Handout(it.case.id, it.worker.id, "note", "pdf"), until=NOW + SECOND
    ),
    "handouts.take": lambda tx, it: tx.handouts.take(it.handout),
    "handovers.record": lambda tx, it: tx.handovers.record(it.case, it.worker.id, by=None, why="leaves"),
    "holds.lift": lambda tx, it: tx.holds.lift(it.case.id, "police", None),
    "holds.put": lambda tx, it: tx.holds.put(it.case.id, "court", None),
    "ladders.climb": lambda tx, it: tx.ladders.climb(it.request.id, 1, "asked", NOW + SECOND),
    "ledger.append": lambda tx, it: tx.ledger.append([("decided", {"case": "none"})]),
    "locks.lift": lambda tx, it: tx.locks.lift(it.charity.colleague.id, by=None),
    "locks.lock": lambda tx, it: tx.locks.lock(it.worker.id, by=it.worker.id),
    "looks.again": lambda tx, it: tx.looks.again(it.case.id, "emergency", NOW),
    "looks.done": lambda tx, it: tx.looks.done(it.case.id, "emergency", it.worker.id),
    "looks.drop": lambda tx, it: tx.looks.drop(it.case.id, "emergency"),
    "looks.hold": lambda tx, it: tx.looks.hold(it.case.id),
    "looks.promise": lambda tx, it: tx.looks.promise(
        it.case.id, "emergency", due_at=NOW + 2 * SECOND, first_at=NOW + SECOND
    ),
    "night_tests.add": lambda tx, it: tx.night_tests.add(it.worker.id),
    "night_tests.seen": lambda tx, it: tx.night_tests.seen(it.night_test, it.worker.id),
    "organisations.change": lambda tx, it: tx.organisations.change("Renamed", {}),
    "outbox.cancel": lambda tx, it: tx.outbox.cancel("reminder"),
    "outbox.hold": lambda tx, it: tx.outbox.hold([it.post]),
    "outbox.letter": lambda tx, it: tx.outbox.letter(it.post),
    "outbox.letters": lambda tx, it: tx.outbox.letters([it.post]),
    "outbox.promise": lambda tx, it: tx.outbox.promise("timer", "reminder", {"case": "none"}, run_at=NOW),
    "outbox.put": lambda tx, it: tx.outbox.put("timer", "reminder", {"case": "none"}),
    "outbox.revive_timers": lambda tx, it: tx.outbox.revive_timers(),
    "outbox.put_all": lambda tx, it: tx.outbox.put_all("timer", [("reminder", {"case": "none"}, "")]),
    "outbox.refresh": lambda tx, it: tx.outbox.refresh(
        it.case.id, pressed=(it.post.channel, it.post.tenant, it.post.user), kind="checklist", message=""
    ),
    "people.hold": lambda tx, it: tx.people.hold([it.worker.id], to_change=True),
    "people.hold_roster": lambda tx, it: tx.people.hold_roster(),
    "people.close": lambda tx, it: tx.people.close(it.address.channel, it.address.tenant, it.address.user),
    "people.reopen": lambda tx, it: tx.people.reopen("web", it.charity.id, "shut"),
    "people.apart": lambda tx, it: tx.people.apart(
        it.charity.colleague.id, channel="web", tenant=it.charity.id, user="shut", by="command line"
    ),
    "people.disconnect": lambda tx, it: tx.people.disconnect(it.address),
    "people.grant": lambda tx, it: tx.people.grant(it.worker.id, ["chair"], by=it.worker.id),
    "people.put": lambda tx, it: tx.people.put(handle="worker", name="Renamed", role="trustee", capabilities=()),
    "posts.ensure": lambda tx, it: tx.posts.ensure(
        it.case.id, "checklist", Address(it.charity.trustee.id, it.post.channel, it.post.tenant, it.post.user, "")
    ),
    "posts.hide": lambda tx, it: tx.posts.hide(it.post.id, True),
    "posts.displaced_by": lambda tx, it: tx.posts.displaced_by(replace(it.post, id="another"), it.post.message),
    "posts.place": lambda tx, it: tx.posts.place(it.post.id, "elsewhere", "1"),
    "posts.retire": lambda tx, it: tx.posts.retire(it.post),
    "cases.endangered": lambda tx, it: tx.cases.endangered(it.case.id),
    "retention.destroy": lambda tx, it: tx.retention.destroy([it.ended.id]),
    "retention.erased": lambda tx, it: tx.retention.erased(it.post.id),
    "retention.start": lambda tx, it: tx.retention.start(it.case.id, "adult", closed_at=NOW, destroy_at=NOW),
    "retention.stop": lambda tx, it: tx.retention.stop(it.ended.id),
    "rota.add": lambda tx, it: tx.rota.add(Shift("approve", it.worker.id, NOW, NOW + SECOND), by=it.worker.id),
    "rota.away": lambda tx, it: tx.rota.away(it.worker.id, until=NOW + 2 * SECOND, stand_in=None, by="command line"),
    "rota.back": lambda tx, it: tx.rota.back(it.worker.id, by=it.worker.id),
    "rota.replace": lambda tx, it: tx.rota.replace([], since=NOW),
    "spoken.answer": lambda tx, it: tx.spoken.answer(it.agreed.id, "no"),
    "spoken.record": lambda tx, it: tx.spoken.record(
        it.request.id,
        it.charity.trustee.id,
        recorded_by=it.worker.id,
        said_at=NOW,
        confirm_by=NOW,
        fingerprint=it.request.fingerprint,
        text_id=it.text_id,
    ),
    "steps.take": lambda tx, it: tx.steps.take(
        it.case,
        {"danger": "yes"},
        "closed",
        pressed=(it.post.channel, it.post.tenant, it.post.user),
        kind="checklist",
        message="",
    ),
    "texts.keep": lambda tx, it: tx.texts.keep(it.case.id, it.worker.id, "reason", "Not ours to say."),
}

ACROSS = {
    "arrivals.of": "finds the organisation by what a channel has verified, and binds to it",
    "deliveries.take": "a channel's own id, taken before anybody knows whose it is; a row of one's own",
    "digest_links.whose": "finds the organisation by a token that nobody can guess, and binds to it",
    "drafts.begin": "gives nothing: it only asks ahead what other nouns then ask, of the organisation it is bound to",
    "handouts.whose": "finds the organisation by a token that nobody can guess, and binds to it",
    "organisations.add": "makes the organisation it binds to",
    "organisations.all": "a process serves all of them",
    "organisations.check_keys": "at the start, over all of them",
    "outbox.answered": "by the token of an answer",
    "outbox.again": "by the token of a claim",
    "outbox.bury": "by the token of a claim",
    "outbox.claim": "moves everybody's letters; the sender binds to the organisation of each",
    "outbox.counts": "numbers only, for the health page",
    "outbox.done": "by the token of a claim",
    "outbox.next_due": "a time only",
    "outbox.pause": "by the lane of a claimed letter",
    "outbox.promised": "wakes whoever sends; reads and writes nothing of anybody's",
    "people.by_account": "finds the organisation by what a channel has verified, and binds to it",
    "people.connect": "an account belongs to one person anywhere, and leaves whoever had it",
    "walks.broken": "a number only, for the health page",
}


@pytest.fixture
async def theirs(other: Charity) -> Filled:
    filled = await Filled.fill(other)
    # A marked reference, and a fault in their ledger from its beginning on, so that there is something to see.
    async with other.begin() as tx:
        await tx.cases.name(other.case.id, "THEIRS")
    forge = "UPDATE ledger SET at = at + 1 WHERE sequence <= 2 AND organisation_id = :id"
    await behind(other.store, *unguarded(other.store, forge), id=other.id)
    return filled


def methods() -> set[str]:
    """`noun.method` of everything public that a transaction offers."""
    found = set()
    for noun, offered in vars(Transaction).items():
        if isinstance(offered, cached_property):
            kind = get_type_hints(offered.func)["return"]
            found |= {
                f"{noun}.{name}"
                for name, method in vars(kind).items()
                if inspect.iscoroutinefunction(method) and not name.startswith("_")
            }
    return found


async def kept(store: Store, organisation_id: str) -> dict[str, list[Any]]:
    """Every row that is an organisation's, in every table."""
    async with store.reader.connect() as connection:
        return {
            name: sorted((await connection.execute(select(table).where(owner == organisation_id))).all(), key=repr)
            for name, table in metadata.tables.items()
            for owner in [table.c.id if name == "organisations" else table.c.organisation_id]
        }


async def seen(charity: Charity, theirs: Filled) -> dict[str, Any]:
    """What every read says to this charity about those things."""
    found: dict[str, Any] = {}
    for name, (look, _) in READS.items():
        async with charity.read() as tx:
            try:
                found[name] = await look(tx, theirs)
            except NotFound:
                found[name] = NotFound
    return found


def test_every_method_of_the_store_has_its_place_in_these_tables() -> None:
    placed = [*READS, *WRITES, *ACROSS]

    assert sorted(placed) == sorted(methods())


def test_every_table_belongs_to_an_organisation() -> None:
    assert [name for name, table in metadata.tables.items() if "organisation_id" not in table.c] == ["organisations"]


async def test_no_read_shows_anything_of_another_organisation(charity: Charity, theirs: Filled) -> None:
    ours, own = await seen(charity, theirs), await seen(theirs.charity, theirs)

    ids = [theirs.charity.id, theirs.case.id, theirs.worker.id, theirs.request.id, theirs.text_id, theirs.post.id]
    expected = {name: nothing for name, (_, nothing) in READS.items() if nothing is not OWN}
    assert {name: ours[name] for name in expected} == expected
    assert [name for name, found in ours.items() if any(id in repr(found) for id in ids)] == []
    # There was something to see, and whoever may see it does.
    assert [name for name, found in own.items() if not found or found is NotFound] == []
    assert [name for name, found in ours.items() if found == own[name]] == []


async def test_no_write_changes_anything_of_another_organisation(charity: Charity, theirs: Filled) -> None:
    rows, sight = await kept(charity.store, theirs.charity.id), await seen(theirs.charity, theirs)
    changed = []

    for name, write in WRITES.items():
        with suppress(NotFound, Conflict, IntegrityError):
            async with charity.begin() as tx:
                await write(tx, theirs)
        if (await kept(charity.store, theirs.charity.id), await seen(theirs.charity, theirs)) != (rows, sight):
            changed.append(name)

    assert changed == []


async def test_no_write_leaves_a_row_that_points_into_another_organisation(charity: Charity, theirs: Filled) -> None:
    """A step or a name of ours beside a request of theirs would stand in their way, though they never see it."""
    for name in ("approvals.also_ask", "approvals.pass_on", "ladders.climb", "spoken.answer", "spoken.record"):
        with suppress(Conflict):
            async with charity.begin() as tx:
                await WRITES[name](tx, theirs)

    left = await kept(charity.store, charity.id)
    assert [name for name in ("asked", "rungs", "spoken", "decisions", "jobs") if left[name]] == []


async def test_nobody_of_another_organisation_is_asked(charity: Charity, other: Charity) -> None:
    request = await charity.ask()

    async with charity.begin() as tx:
        newly = await tx.approvals.also_ask(request, [other.trustee.id], "next")

    async with charity.read() as tx:
        assert (newly, (await tx.approvals.get(request.id)).asked) == (frozenset(), request.asked)


async def test_nothing_works_before_it_is_known_whose_it_is(charity: Charity, store: Store) -> None:
    filled = await Filled.fill(charity)
    worked = []
    for name, use in {**{name: look for name, (look, _) in READS.items()}, **WRITES}.items():
        try:
            async with store.begin(NOW) as tx:
                await use(tx, filled)
        except RuntimeError:
            continue
        worked.append(name)

    assert worked == []


async def test_a_ledger_entry_of_nobody_is_refused(store: Store) -> None:
    with pytest.raises(RuntimeError, match="no organisation"):
        async with store.begin(NOW) as tx:
            tx.note("decided")


async def test_a_transaction_serves_one_organisation(charity: Charity, other: Charity, store: Store) -> None:
    async with store.read(NOW) as tx:
        tx.bind(charity.id)
        tx.bind(charity.id)

        with pytest.raises(RuntimeError, match="one organisation"):
            tx.bind(other.id)

        assert tx.organisation_id == charity.id


async def test_an_account_of_another_organisation_is_not_let_into_a_bound_transaction(
    charity: Charity, other: Charity
) -> None:
    async with charity.read() as tx:
        with pytest.raises(RuntimeError, match="one organisation"):
            await tx.people.by_account("web", other.id, "worker")


async def test_a_claimed_letter_says_whose_it_is(charity: Charity, theirs: Filled, store: Store) -> None:
    async with store.begin(NOW) as tx:
        jobs = await tx.outbox.claim(limit=10)

    assert {job.organisation_id for job in jobs} == {theirs.charity.id}


async def test_the_same_key_is_another_letter_in_another_organisation(charity: Charity, other: Charity) -> None:
    for each in (charity, other):
        async with each.begin() as tx:
            await tx.outbox.put("timer", "digest:2026-W47", {"case": each.case.id})

    async with charity.store.begin(NOW) as tx:
        jobs = await tx.outbox.claim(limit=10)

    assert {(job.organisation_id, job.payload["case"]) for job in jobs} == {
        (charity.id, charity.case.id),
        (other.id, other.case.id),
    }
