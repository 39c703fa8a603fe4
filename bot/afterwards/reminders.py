"""What comes due: one table of timers, each settled in one transaction with its effects and follow-up letters.

After an emergency the worker is asked for what was done: after an hour, at the end of the day (18:00 while that is
ahead, else 21:00), then each day at 09:00, weekends too. From the second time on whoever leads is told to ring.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.afterwards import daily
from bot.afterwards.chasing import KIND as FOLLOW_UP
from bot.afterwards.chasing import follow_up_due
from bot.afterwards.look_cards import NOT_WRITTEN, unwritten_emergency
from bot.afterwards.looking import REMINDER, look_due
from bot.books import book_of
from bot.cards import Button, Buttons, Card, Say
from bot.deciding.climbing import climb, morning
from bot.deciding.unreached import not_reached_in_time
from bot.keeping.destroying import DESTROY, destroy_due
from bot.keeping.sweeping import KEEP, keep
from bot.leads.beside import tell_of_both
from bot.leads.unheld import KIND, unheld
from bot.looks import evening, next_morning
from bot.organisation.charity import charity_of
from bot.picture import Picture, look
from bot.questioning import carry
from bot.record import access_due
from bot.reporting import enquiring, without_lead
from bot.reporting.timers import DIGEST, Write, draft
from bot.spoken import not_confirmed_in_time
from bot.team import night, rota_test
from bot.team.closed_accounts import account_closed
from bot.telling import LATER, later, tell
from bot.wording import whom_to_ring
from policy.book import Book
from storage.enquiries import UNREAD
from storage.records import NotFound
from storage.store import Transaction

Timer = Callable[[Transaction, Mapping[str, Book], Mapping[str, str]], Awaitable[None]]

Draft = Callable[[Transaction, Mapping[str, Book], Mapping[str, str]], Awaitable[Write]]
"""A timer that reads much before it writes anything: it reads from a snapshot, and what it gives back writes."""


async def emergency_record(tx: Transaction, books: Mapping[str, Book], payload: Mapping[str, str]) -> None:
    """After an emergency: ask the worker, gently, to write down what was done, until they have or somebody has looked.

    Raises NotHere.
    """
    try:
        case = await tx.cases.get(payload["case"])
    except NotFound:
        return
    charity = charity_of(await tx.organisations.current())
    picture = await look(tx, book_of(books, case), charity, case)
    if case.practice or not unwritten_emergency(picture):
        return
    worker = picture.person(case.requester_id)
    if worker is not None and worker.active:
        await tell(tx, case, "reminder", [worker], urgent=False)
        tx.note("reminded", consultation=case.id)
    late = payload.get("late") == "yes"
    if late:
        await tell(tx, case, NOT_WRITTEN, picture.around.on_duty(), urgent=False)
        tx.note("not written down: leads told", consultation=case.id)
    following = next_morning(tx.now, charity) if late else evening(tx.now, charity)
    again = {"timer": "emergency_record", "case": case.id, "late": "yes"}
    await tx.outbox.put("timer", f"{REMINDER}{case.id}", again, run_at=following)


async def every_morning(tx: Transaction, books: Mapping[str, Book], payload: Mapping[str, str]) -> None:
    """What a day brings to the records, the requests to see them whose date comes near, and questions that wait."""
    await keep(tx, books, payload)
    charity = charity_of(await tx.organisations.current())
    await access_due.remind(tx, charity)
    await enquiring.remind_leads(tx, charity)


TIMERS: Mapping[str, Timer] = {
    "account_closed": account_closed,
    daily.KIND: daily.daily,
    night.KIND: night.ring,
    rota_test.KIND: rota_test.ring,
    rota_test.MISSED: rota_test.look,
    "emergency_record": emergency_record,
    FOLLOW_UP: follow_up_due,
    DESTROY: destroy_due,
    KEEP: every_morning,
    UNREAD: without_lead.look,
    without_lead.KIND: without_lead.tell,
    "ladder": climb,
    "morning": morning,
    "beside": tell_of_both,
    "look": look_due,
    "not_reached": not_reached_in_time,
    "spoken": not_confirmed_in_time,
    KIND: unheld,
    LATER: later,
}

DRAFTS: Mapping[str, Draft] = {DIGEST: draft}


def reminder_card(picture: Picture) -> Card:
    """Gentle: it comes after the worst hour of somebody's week."""
    danger = picture.book.emergency.line
    if not unwritten_emergency(picture):
        immediate = {lane.id for lane in picture.book.lanes if lane.immediate}
        written = any(done.lane in immediate for done in picture.disclosures)
        words = "Thank you. It is written down." if written else "Nothing is needed here any more."
        return Card(f"Case {picture.case.reference}", (Say(words),), danger=danger)
    return Card(
        "How are you? And one thing",
        (
            Say(f"{_shown(picture)} When you can, write down what was done."),
            Say("When did you ring? Which service? What is their reference? What was said?"),
            Buttons((Button("Write it down", "record", carry(picture, **_about(picture)), "main"),)),
            Say(f"Case {picture.case.reference}. {_talk(picture)} This was hard.", quiet=True),
        ),
        danger=danger,
    )


def _about(picture: Picture) -> dict[str, str]:
    """Straight to the form of the emergency, whatever else is open."""
    lane = next((verdict.lane.id for verdict in picture.lanes if verdict.lane.immediate), "")
    return {"l": lane} if lane else {}


def _shown(picture: Picture) -> str:
    """Whoever took it over never saw the card."""
    return "A 999 card was shown in this case." if picture.handovers else "You saw the 999 card."


def _talk(picture: Picture) -> str:
    """Somebody to talk to: only the one lead, by name, while nobody may be tipped off."""
    return whom_to_ring(picture.around) if picture.around.silenced else "Talk to someone you trust."
