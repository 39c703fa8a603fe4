"""Phone lost: any colleague locks a person out, an administrator lets them in; and what a locked account may do.

The rule to keep: whoever is locked out reads and decides nothing, and can always ring 999 and say that somebody is in
danger; whoever leads is told at once, so that nobody is locked out in silence.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot import consultation
from bot.cards import (
    Aside,
    Block,
    Button,
    Buttons,
    Card,
    Choice,
    Correct,
    Form,
    Heading,
    Nothing,
    Notice,
    Open,
    Pick,
    Reply,
    Say,
    Show,
)
from bot.deciding.enough import nobody_left
from bot.deciding.moving import hold, move_on, watch_own
from bot.emergency import answers_yes, at_once, with_line
from bot.events import Event
from bot.forms import one
from bot.messages import Scene, send
from bot.phone.locked import alarm_card, leads, let_in_by, locked_card, who_lets_in
from bot.telling import refresh
from bot.turn import Refusal, Turn
from bot.wording import at, role_of
from policy.book import Book
from storage.records import Lock, Person
from storage.store import Transaction

LOCKED = "locked"
"""The kind of the message to the leads: whom somebody locked out."""

LET_IN = "let_in"
"""The kind of the message that somebody is let in again."""

YOURS = "locked_out"
"""The kind of the message to whoever was locked out."""

_AT_MOST = 3  # colleagues whom one person may have locked out at a time: a stolen phone must not lock out everybody
_AGAIN = timedelta(minutes=10)  # within this a second alarm of a locked account tells nobody anew


async def shut_out(turn: Turn) -> Reply | None:
    """What a locked account is answered, whatever it pressed; None where it is not locked."""
    if not turn.person.locked:
        return None
    people = await turn.tx.people.everybody()
    turn.event = _with_its_yes(turn.event, turn.book)
    if answers_yes(turn.event, turn.book):
        if not await _alarmed(turn):
            # A consultation of its own: the people on duty are told, and nothing that was there is touched or shown.
            await consultation.new(turn, practice=False)  # whatever card it was: they are taken in earnest
            await watch_own(turn.tx, turn.person, since=turn.now)
            turn.note("danger from a locked account")
        return Show(alarm_card(turn.book, people))
    if at_once(turn.event, turn.book):
        return Nothing()  # the emergency card is on the screen already; nothing may push it away
    return Aside(locked_card(turn.book, people))


async def lost(turn: Turn) -> Reply:
    """The form: whose phone is lost."""
    people = [person for person in await turn.tx.people.everybody() if person.active and not person.locked]
    others = sorted(people, key=lambda person: person.id == turn.person.id)  # oneself last
    if not others:
        raise Refusal("Everybody is locked out already.")
    words = {turn.person.id: f"{turn.person.name}: my own phone"}
    choices = tuple(Choice(p.id, words.get(p.id, f"{p.name}, {role_of(p)}")) for p in others)
    fields = (
        Say("They are locked out at once, on every device. What waits only for them goes on to others."),
        Pick("who", "Whose phone is lost?", choices),
        Say("The leads are told, with your name. An administrator can let them in again, or a lead if there is none."),
    )
    return Open(with_line(Form("Phone lost", fields, "Lock them out now", "lost.confirm"), turn.book))


async def lock_out(turn: Turn) -> Correct | str:
    """The form was sent. What is wrong with it, or a sentence."""
    person = (await turn.tx.people.get([one(turn.event, "who")])).get(one(turn.event, "who"))
    if person is None or not person.active:
        return Correct({"who": "Please choose somebody of the list."})
    mine = [each for each in await turn.tx.locks.open() if each.locked_by == turn.person.id]
    if len(mine) >= _AT_MOST and person.id != turn.person.id:
        return Correct({"who": f"You have locked out {_AT_MOST} colleagues. Ring an administrator to lock out more."})
    await hold(turn.tx, [person], own=True)
    if await turn.tx.locks.lock(person.id, by=turn.person.id) is None:
        return f"{person.name} is locked out already."
    person = (await turn.tx.people.get([person.id]))[person.id]
    await move_on(turn.tx, turn.office.books, person)
    await _redraw_about(turn.tx, person)
    await _redraw(turn.tx, person)
    people = await turn.tx.people.everybody()
    await send(turn.tx, LOCKED, leads(people, but=[turn.person.id]), about=person.id, by=turn.person.id)
    await send(turn.tx, YOURS, [person])
    return f"{person.name} is locked out. Tell them, if you can reach them another way."


async def let_in(turn: Turn) -> str:
    """Somebody is let in again, by whoever may do it now. A sentence. Raises Refusal."""
    person = (await turn.tx.people.get([turn.event.carry.get("p", "")])).get(turn.event.carry.get("p", ""))
    if person is None:
        raise Refusal("They are not on the roster any more.")
    lock, everybody = await _lock_of(turn.tx, person.id), await turn.tx.people.everybody()
    if lock is not None and turn.person.id not in {each.id for each in let_in_by(everybody, lock)}:
        raise Refusal(f"You cannot let them in. {who_lets_in(everybody, lock)}")
    if lock is None and not turn.person.can("administrator"):
        raise Refusal("They are not locked out any more.")
    return await unlock(turn.tx, person, by=turn.person)


async def home_blocks(turn: Turn) -> list[Block]:
    """Who is locked out, for whoever leads; with the way back in for an administrator."""
    if turn.person not in leads([turn.person]):
        return []
    everybody = await turn.tx.people.everybody()
    locks = {lock.person_id: lock for lock in await turn.tx.locks.open()}
    out = [person for person in everybody if person.id in locks and person.active]
    blocks: list[Block] = [Heading("Locked out: phone lost")] if out else []
    for person in out:
        blocks.append(Say(f"{person.name}, {role_of(person)}"))
        if turn.person.id in {each.id for each in let_in_by(everybody, locks[person.id])}:
            blocks.append(_way_in(person))
    return blocks


def _way_in(person: Person) -> Buttons:
    label = f"Let {person.name.split()[0]} in again"
    return Buttons((Button(label, "unlock", {"p": person.id}, hint=f"Let {person.name} in again"),))


async def lock_card(scene: Scene) -> Card | None:
    """For a lead: who is locked out, since when and who said so, and what now nobody can agree to."""
    everybody = await scene.tx.people.everybody()
    people = {each.id: each for each in everybody}
    person, by = people.get(scene.about.get("about", "")), people.get(scene.about.get("by", ""))
    lock = await _lock_of(scene.tx, person.id) if person else None
    if person is None or lock is None:
        return None
    blocks: list[Block] = [
        Notice(
            f"{by.name if by else 'Somebody'} said at {at(lock.at, scene.charity)} that {person.name}'s phone is lost. "
            f"{person.name} is locked out now.",
            "warning",
        ),
        Say("What waited only for them has gone on to others. Reach them another way, and ask if it is true."),
        Say("Do not trust their number until you know. They can still ring 999."),
        Say(f"Check now what was asked, agreed or refused from {person.name}'s account today."),
    ]
    left = [each for each in everybody if not each.locked]
    blocks += [Notice(why, "warning") for why in nobody_left(scene.book, left).values()]
    if scene.person.id in {each.id for each in let_in_by(everybody, lock)}:
        blocks.append(_way_in(person))
    else:
        blocks.append(Say(who_lets_in(everybody, lock)))
    return scene.card("A colleague is locked out", blocks, summary="Confer: please look now. A colleague is locked out")


async def own_card(scene: Scene) -> Card | None:
    """For whoever was locked out."""
    if not scene.person.locked:
        return None
    card = locked_card(scene.book, await scene.tx.people.everybody())
    return scene.card(card.title, card.blocks, summary="Confer: please open this")


async def let_in_card(scene: Scene) -> Card | None:
    """Who is let in again, and by whom; for the leads and for whoever was locked out."""
    people = await scene.tx.people.get([scene.about.get("about", ""), scene.about.get("by", "")])
    person, by = people.get(scene.about.get("about", "")), people.get(scene.about.get("by", ""))
    if person is None or person.locked:
        return None
    who = by.name if by else "Whoever keeps the roster"
    if person.id == scene.person.id:
        said = f"{who} has let you in again. Your cards are back as they were."
        return scene.card("You are in again", [Say(said)])
    return scene.card(f"{person.name} is in again", [Say(f"{who} has let {person.name} in again.")])


async def unlock(tx: Transaction, person: Person, *, by: Person | None) -> str:
    """Let somebody in again; they and the leads are told. `by`: None, at a shell. A sentence."""
    await hold(tx, [person], own=True)
    if not await tx.locks.lift(person.id, by=by.id if by else None):
        return f"{person.name} is not locked out."
    person = (await tx.people.get([person.id]))[person.id]
    await _redraw_about(tx, person)
    await _redraw(tx, person)
    told = leads(await tx.people.everybody(), but=[person.id, by.id if by else ""])
    await send(tx, LET_IN, [*told, person], about=person.id, by=by.id if by else "")
    return f"{person.name} is in again."


async def _redraw(tx: Transaction, person: Person) -> None:
    """Every copy they have, on every account, as it is now that they are out, or in again."""
    posts = [
        post
        for account in await tx.people.accounts([person.id])
        for post in await tx.posts.on(account.channel, account.tenant, account.user)
        if post.message
    ]
    await tx.outbox.hold(posts)
    await tx.outbox.letters(posts)


async def _redraw_about(tx: Transaction, person: Person) -> None:
    """Every copy, whoever has it, of what is theirs or was asked of them: it says whom to ring, and how."""
    for id in await tx.approvals.hold_open([person.id], own=True):
        await refresh(tx, await tx.cases.get(id))


async def _lock_of(tx: Transaction, person_id: str) -> Lock | None:
    return next((each for each in await tx.locks.open() if each.person_id == person_id), None)


def _with_its_yes(event: Event, book: Book) -> Event:
    """“I have rung 999” carries the yes that could not be recorded before it: here it counts as that yes."""
    text, said = book.emergency, event.carry.get("e", "")
    if event.action != "answer" or event.carry.get("q") != text.called or said not in text.values:
        return event
    return replace(event, action="new", carry={"q": text.question, "a": said})


async def _alarmed(turn: Turn) -> bool:
    """Whether the people on duty were told a moment ago of a danger from this very account."""
    text = turn.book.emergency
    open_now = await turn.tx.cases.of(turn.person.id, consultation.OPEN)
    mine = [case for case in open_now if turn.now - case.opened_at < _AGAIN and not case.practice]
    recent = [await turn.tx.cases.get(case.id) for case in mine]
    return any(case.values.get(text.question) in text.values for case in recent)
