"""Handing over: a worker gives a consultation to another by name, a lead takes one over, a leaver's go to the lead.

The rule to keep: whoever held it once never decides on it; whoever decided on it never holds it; both are told.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bot.cards import (
    Block,
    Button,
    Buttons,
    Card,
    Choice,
    Correct,
    Field,
    Form,
    Notice,
    Number,
    Numbers,
    Open,
    Pick,
    Reply,
    Say,
    Show,
)
from bot.consultation import OPEN, case_card
from bot.deciding.moving import go_on, instead_of, watch
from bot.deciding.requests import bring_up_to_date
from bot.emergency import with_line
from bot.forms import one
from bot.leads.beside import may_see
from bot.organisation.charity import charity_of
from bot.picture import Picture, look
from bot.questioning import carry
from bot.telling import tell
from bot.turn import MovedOn, Refusal, Turn
from bot.wording import at, names, role_of, whom_to_ring
from policy.book import Book
from storage.records import Consultation, Handover, NotFound, Person, WhyHanded
from storage.store import Transaction

KIND = "handed"
"""The kind of the message to whoever holds it now, and to whoever did before."""

LEADS = ("safeguarding_lead", "data_protection_lead")
"""Who may take a consultation over."""

_WHYS: tuple[tuple[WhyHanded, str, str], ...] = (
    ("off_shift", "I am going off shift", "They are going off shift."),
    ("leaves", "I am leaving the charity", "They are leaving the charity."),
)
_DECIDED = "You have decided on this one. Somebody else has to take it over."


# The worker gives it to a colleague


async def hand_over(turn: Turn) -> Reply:
    """The form: to whom, and why."""
    picture = await turn.picture(await turn.mine())
    people = may_hold(picture)
    if not people:
        ring = whom_to_ring(picture.around)
        first = "" if picture.around.silenced else "Talk to a colleague first. "
        raise Refusal(f"Nobody else can take this over by a message now. {first}{ring}")
    choices = tuple(Choice(p.id, ", ".join(part for part in (p.name, role_of(p), p.telephone) if part)) for p in people)
    fields: tuple[Field, ...] = (
        Say("Ring them first. From then on the next steps are theirs, and you cannot decide on it."),
        Pick("to", "Who takes it over?", choices, hint="They read everything that you wrote in it."),
        Pick("why", "Why?", tuple(Choice(why, label) for why, label, _ in _WHYS)),
    )
    form = Form("Hand over", fields, "Hand it over", "hand_over.confirm", carry(picture))
    return Open(with_line(form, turn.book))


async def hand_over_confirmed(turn: Turn) -> Reply:
    """It is theirs from now on; what they were asked to decide in it goes to somebody else."""
    picture = await turn.picture(await turn.mine())
    person = next((person for person in may_hold(picture) if person.id == one(turn.event, "to")), None)
    why = next((each for each, _, _ in _WHYS if each == one(turn.event, "why")), None)
    if person is None:
        return Correct({"to": "They cannot take it over any more. Choose somebody of the list."})
    if why is None:
        return Correct({"why": "Please choose one of the list."})
    case = await turn.step(picture.case)
    case = await _given(turn, case, person, why, tell_them=[person])
    return Show(handed_card(await turn.picture(case), turn.person))


def may_hold(picture: Picture) -> list[Person]:
    """The workers who can take it over: here, reached by a message, not out of the circle, without a decision on it.

    While the case is silenced only those who know of it already.
    """
    around = picture.around
    return [
        person
        for person in around.everybody
        if person.role == "worker"
        and not why_not_theirs(picture, person)
        and not _would_be_new(picture, person)
        and person.id not in picture.unreached
        and person.id not in around.absent
    ]


def why_not_theirs(picture: Picture, person: Person) -> str:
    """Why this person cannot hold it, in words for them; "" when they can."""
    if not person.active or person.locked or picture.around.is_out(person):
        return "Nothing is needed from you here."
    if person.id == picture.case.requester_id:
        return "This is yours already."
    if any(decision.person_id == person.id for decision in picture.decisions.values()):
        return _DECIDED
    return ""


def _would_be_new(picture: Picture, person: Person) -> bool:
    """Whether nothing may be said of it to this person, who does not know of it: the case is silenced."""
    around = picture.around
    if not around.silenced or person.id in around.knowing | around.former:
        return False
    return person not in around.on_duty()


# A lead takes it over


def may_not_take_over(picture: Picture, person: Person) -> str:
    """Why this person cannot take it over, in words; "" when they can. Asked again on every press."""
    if not any(person.can(duty) for duty in LEADS):
        return "Only a safeguarding or data-protection lead can take a consultation over."
    if picture.case.state not in OPEN:
        return "This consultation is not open any more."
    if _would_be_new(picture, person) or not (person.id in picture.around.former or may_see(picture, person)):
        return "Nothing is needed from you here."
    return why_not_theirs(picture, person)


async def take_over(turn: Turn) -> Reply:
    """The form that says what it means."""
    picture = await _to_take(turn)
    holder = picture.person(picture.case.requester_id)
    said = f"{picture.name(picture.case.requester_id)} is told. " if holder and holder.active else ""
    fields: list[Field] = [Say(f"{said}From then on the next steps are yours. You cannot decide on it yourself.")]
    if any(turn.person.id in request.asked and request.state == "pending" for request in picture.requests):
        fields.append(Notice(f"You were asked to decide this. {_who_instead(picture, turn.person)}", "warning"))
    elif picture.around.silenced and (others := instead_of(picture, turn.person)):
        fields.append(Notice(f"If you take it over, we also have to tell {names(others, 'and')}.", "warning"))
    if holder and holder.locked:
        fields.append(Notice(f"{holder.name}'s phone is lost. Do not trust their number.", "warning"))
    elif holder and holder.active and holder.telephone:
        fields.append(Numbers((Number(holder.name, holder.telephone, "Ring them first"),)))
    form = Form("Take this over", tuple(fields), "Take it over", "take_over.confirm", carry(picture))
    return Open(with_line(form, turn.book))


def _who_instead(picture: Picture, person: Person) -> str:
    """Who is asked to decide it once this person holds it. While the case is silenced that is somebody new."""
    others = instead_of(picture, person)
    if not others:
        return "If you take it over, you cannot decide it any more."
    said = f"If you take it over, {names(others, 'and')} {'are' if len(others) > 1 else 'is'} asked instead"
    return f"{said}, and so learns of it." if picture.around.silenced else f"{said}."


async def take_over_confirmed(turn: Turn) -> Reply:
    """It is the lead's from now on; whoever held it reads so."""
    picture = await _to_take(turn)
    if turn.event.carry.get("v") != str(picture.case.version):
        raise MovedOn
    held_by = picture.person(picture.case.requester_id)
    case = await turn.step(picture.case)
    case = await _given(turn, case, turn.person, "taken_over", tell_them=[held_by] if held_by else [])
    await turn.show_here(case, "checklist")
    return Show(case_card(await turn.picture(case), notice="This is yours now. The next steps are on this card."))


async def _to_take(turn: Turn) -> Picture:
    case = turn.about
    if case is None:
        try:
            case = await turn.tx.cases.get(turn.event.carry.get("c", ""))
        except NotFound as gone:
            raise Refusal("We cannot find this consultation. Open the home page.") from gone
    picture = await turn.picture(case)
    if why_not := may_not_take_over(picture, turn.person):
        raise Refusal(why_not)
    return picture


async def _given(
    turn: Turn, case: Consultation, to: Person, why: WhyHanded, *, tell_them: Collection[Person]
) -> Consultation:
    now = (await turn.tx.people.hold([to.id])).get(to.id)
    reached = bool(await turn.tx.people.accounts([to.id]))
    if now is None or not reached or why_not_theirs(await turn.picture(case), now):
        raise Refusal("They cannot take it over any more. Open the form again.")
    case = await give(turn.tx, await turn.picture(case), to, by=turn.person.id, why=why, tell_them=tell_them)
    if case.state == "sent":
        await bring_up_to_date(turn, case)
    return case


async def with_a_holder(turn: Turn, case: Consultation) -> Consultation:
    """Once it was opened again: if its holder has left or is locked out, it is now held by whoever opens it.

    Where they decided on it, by its lead. The caller has taken it one version on. Raises Refusal: nobody can hold it.
    """
    picture = await turn.picture(case)
    before = picture.person(case.requester_id)
    if before and before.active and not before.locked:
        return case
    if why_not_theirs(picture, turn.person):
        to = await _lead(turn.tx, picture)
    else:
        to = (await turn.tx.people.hold([turn.person.id])).get(turn.person.id)
    if to is None or not to.active or to.locked:
        raise Refusal("Whoever held this is not here, and nobody else can hold it now. Begin a new checklist for it.")
    here = before is not None and before.active
    why: WhyHanded = "taken_over" if here else "leaves"
    tell_them = [to] if to.id != turn.person.id else [before] if before else []
    return await give(turn.tx, picture, to, by=turn.person.id, why=why, tell_them=tell_them)


# Whoever leaves


async def from_leaver(
    tx: Transaction, books: Mapping[str, Book], gone: Person, *, by: str | None
) -> tuple[list[Person], int]:
    """What somebody who has left had open goes to the lead: who has it now, one for each; how many nobody could take.

    The caller holds the consultations and the person.
    """
    charity = charity_of(await tx.organisations.current())
    takers: list[Person] = []
    cases = [case for case in await tx.cases.of(gone.id, OPEN) if not case.practice]  # nobody goes on with a practice
    for bare in cases:
        book = books.get(bare.book_id)
        if book is None:
            await watch(tx, bare.id)  # another process has read it
            continue
        picture = await look(tx, book, charity, await tx.cases.get(bare.id))
        # While it is silenced a lead who holds it brings somebody new in to decide it: they choose that themselves.
        taker = None if picture.around.silenced else await _lead(tx, picture)
        if taker is None:
            tx.note("nobody to hand it to", consultation=bare.id)
            await watch(tx, bare.id)
            continue
        case, _ = await tx.steps.take(picture.case, {}, None, pressed=("", "", ""), kind="", message="")
        await give(tx, await look(tx, book, charity, case), taker, by=by, why="leaves", tell_them=[taker])
        takers.append(taker)
    return takers, len(cases) - len(takers)


async def _lead(tx: Transaction, picture: Picture) -> Person | None:
    """The lead of this case or whoever stands for them, whom a message reaches and who has not decided on it."""
    around = picture.around
    ways = [around.by_default(around.reached(around.duty[0])), around.on_duty(), around.bound()]
    if not around.silenced:
        ways += [around.by_default(around.reached(each)) for each in ("chair", "vice_chair")]
    able = [person for people in ways for person in people if not why_not_theirs(picture, person)]
    able.sort(key=lambda person: person.id in picture.unreached)
    for person in able:
        if (now := (await tx.people.hold([person.id])).get(person.id)) and now.active and not now.locked:
            return now
    return None


# What both have in common


async def give(
    tx: Transaction, picture: Picture, to: Person, *, by: str | None, why: WhyHanded, tell_them: Collection[Person]
) -> Consultation:
    """It is theirs: nobody is asked about their own any more, and whoever held it reads who does now.

    The caller holds the consultation, has taken it one version on, and has checked `why_not_theirs`.
    """
    case = await tx.handovers.record(picture.case, to.id, by=by, why=why)
    for request in picture.requests:
        if request.state == "pending" and to.id in request.asked - request.passed:
            await tx.approvals.pass_on(request.id, to.id, "own")
            tx.note("passed on", consultation=case.id, request=request.id, person=to.id)
    await go_on(tx, await look(tx, picture.book, picture.charity, case), to)
    await tell(tx, case, KIND, [person for person in tell_them if person.active], urgent=False)
    return case


def knows(picture: Picture, person: Person) -> bool:
    """Whether they hold it or once did, and may still know of it."""
    around = picture.around
    mine = person.id == picture.case.requester_id or person.id in around.former
    return mine and person.active and not around.is_out(person)


def handed_card(picture: Picture, person: Person) -> Card:
    """Who holds it now and whom to talk to: nothing of the case itself."""
    danger, reference = picture.book.emergency.line, f"Case {picture.case.reference}"
    if not picture.handovers or not knows(picture, person) or picture.case.state not in OPEN:
        return Card(reference, (Say("Nothing is needed from you here."),), danger=danger)
    if person.id == picture.case.requester_id:
        last = picture.handovers[-1]
        said = f"{_who(picture, last)} At {at(last.at, picture.charity)}."
        before = picture.person(last.from_id)
        ring = [before] if before and before.active and before.telephone else []
        button = Button("Open it", "open", {"c": picture.case.id}, "main", hint=f"Open {picture.case.reference}")
        return Card(
            "This is yours now",
            (Notice(said), *_to_ring(ring, "Talk to them now"), Buttons((button,)), Say(f"{reference}.", quiet=True)),
            danger=danger,
            summary="Confer: a colleague hands something over to you",
        )
    left = next(each for each in reversed(picture.handovers) if each.from_id == person.id)
    holder = picture.person(picture.case.requester_id)
    took = "has taken this over from you" if left.why == "taken_over" else "has this from you"
    blocks: tuple[Block, ...] = (
        Notice(f"{picture.name(left.to_id)} {took}, since {at(left.at, picture.charity)}."),
        Say("The next steps are theirs. If you learn something new, ring whoever holds it."),
        *_to_ring([holder] if holder and holder.active and holder.telephone else [], "Holds it now"),
    )
    return Card(reference, blocks, danger=danger, summary="Confer: a colleague has taken something over")


def _who(picture: Picture, last: Handover) -> str:
    """Who handed it to whoever holds it now, and why."""
    who = picture.name(last.from_id)
    if last.why == "taken_over" and last.by_id != last.to_id:
        return f"{who} cannot go on with this now, so it is yours."
    if last.why == "taken_over":
        return f"You have taken this over from {who}."
    if last.by_id != last.from_id:
        return f"{who} has left the charity, so this is yours now."
    why = next(words for each, _, words in _WHYS if each == last.why)
    return f"{who} has handed this over to you. {why}"


def _to_ring(people: Collection[Person], note: str) -> list[Numbers]:
    return [Numbers(tuple(Number(person.name, person.telephone, note) for person in people))] if people else []
