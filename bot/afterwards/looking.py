"""Taking a second look: a lead reads what was decided, says what they found, or asks the worker to look again.

The rule to keep: who may look is worked out from the roster on every press, and the database takes one look, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast, get_args

from bot.afterwards.look_cards import AGAIN, AGREE, FOUND, MISTAKE, REOPEN, by_mistake, look_card, look_form, to_read
from bot.books import book_of
from bot.cards import Block, Button, Buttons, Correct, Heading, Open, Reply, Show
from bot.deciding.requests import bring_up_to_date
from bot.forms import one, typed
from bot.keeping.clocks import reopened
from bot.leads.beside import look_for_another
from bot.leads.handing import with_a_holder
from bot.looks import (
    KIND,
    NO_LEAD,
    UNFINISHED,
    half_way,
    may_look,
    missed,
    needed,
    next_morning,
    open_looks,
    readers,
)
from bot.organisation.charity import charity_of
from bot.picture import Picture, look
from bot.telling import refresh, tell
from bot.together import KIND as THERE
from bot.together import LEAD, to_tell
from bot.turn import Refusal, Turn
from policy.book import Book
from storage.records import CaseState, Conflict, Consultation, Look, LookKind, NotFound
from storage.store import Transaction

REMINDER = "emergency record:"
"""How the key of the timer begins that asks for what was done in an emergency."""


async def open_look(turn: Turn) -> Reply:
    """The form: what was decided and done, in the lanes this look is about, and the answer."""
    picture, kind = await _due(turn)
    words = []
    for text in to_read(picture, kind):
        words.append((text, await turn.tx.texts.open(text.id)))
        turn.note("read", picture.case, text=text.id)
    return Open(look_form(picture, kind, words))


async def looked(turn: Turn) -> Reply:
    """Keep what they found. "Look again" opens the case once more, and the next look is due tomorrow."""
    picture, kind = await _due(turn)
    case = picture.case
    if turn.event.carry.get("v") != str(case.version):
        raise Refusal("This has changed since you opened it. Open it again and read it as it is now.")
    texts = typed(turn, [FOUND])
    answer = one(turn.event, "answer")
    errors = dict(texts.errors) if isinstance(texts, Correct) else {}
    if answer not in (AGREE, REOPEN) and not (answer == MISTAKE and by_mistake(picture, kind)):
        errors["answer"] = "Please choose one of the list."
    if errors or isinstance(texts, Correct):
        return Correct(errors)
    if answer == REOPEN:
        case = await _reopened(turn, picture)  # first, as everybody takes hold of the consultation before its looks
    text_id = await turn.tx.texts.keep(case.id, turn.person.id, "look", texts["found"], about=kind)
    await turn.tx.looks.done(case.id, kind, turn.person.id, text_id)
    said = {AGREE: "second look", MISTAKE: "second look: by mistake"}.get(answer, "asked to look again")
    turn.note(said, case, look=kind, text=text_id)
    if answer == REOPEN:
        # It comes back, whatever the worker does with it: somebody reads once more what it came to.
        first = next_morning(turn.now, picture.charity)
        due = max(first, next(each.due_at for each in picture.looks if each.kind == kind))
        await turn.tx.looks.promise(case.id, kind, due_at=due, first_at=first)
        if worker := picture.person(case.requester_id):
            await turn.tell(case, AGAIN, [worker], urgent=False)
    await turn.refresh(case)
    return Show(look_card(await turn.picture(case), turn.person))


async def home_blocks(turn: Turn) -> list[Block]:
    """What this person has still to look at; references only."""
    found: list[Button] = []
    for id in await turn.tx.looks.shown_to(turn.person.id, KIND):
        case = await turn.tx.cases.get(id)
        book = turn.office.books.get(case.book_id)
        if book is None:
            continue
        picture = await look(turn.tx, book, turn.charity, case)
        found += [
            Button(f"Look at {case.reference}", "look", {"c": case.id, "k": each.kind}, "main")
            for each in open_looks(picture, turn.person)
        ]
    return [Heading("Second looks"), Buttons(tuple(found[:10]))] if found else []


async def look_due(tx: Transaction, books: Mapping[str, Book], payload: Mapping[str, str]) -> None:
    """A look is due, or will be: its people are asked, and once more each working morning until it is done.

    Raises NotHere.
    """
    kind = cast("LookKind", payload["kind"])
    try:
        case = await tx.cases.get(payload["case"])
    except NotFound:
        return
    picture = await look(tx, book_of(books, case), charity_of(await tx.organisations.current()), case)
    due = next((each for each in picture.looks if each.kind == kind and each.done_at is None), None)
    if due is None:
        return
    if kind not in needed(picture):
        await tx.looks.drop(case.id, kind)
        tx.note("second look not needed", consultation=case.id, look=kind)
        await refresh(tx, case)
        return
    if kind == "together":
        await tell(tx, case, THERE, to_tell(picture), urgent=False)
    await _ask(tx, picture, due)
    await tx.looks.again(
        case.id, kind, due.due_at if due.due_at > tx.now else picture.charity.waking.next_morning(tx.now)
    )


async def _ask(tx: Transaction, picture: Picture, due: Look) -> None:
    """Its readers, and others beside them once it was missed twice; where there is nobody at all the worker is told."""
    case, kind = picture.case, due.kind
    worker = picture.person(case.requester_id)
    if kind == "not_shared" and half_way(picture) and tx.now < due.due_at and worker is not None and worker.active:
        # First the worker: they may only have been called away. At noon it goes to a lead.
        await tell(tx, case, UNFINISHED, [worker], urgent=False)
        tx.note("reminded", consultation=case.id)
        return
    people = list(dict.fromkeys([*readers(picture, kind), *missed(picture, due, tx.now)]))
    if people:
        await tell(tx, case, LEAD if kind == "together" else KIND, people, urgent=False)
        tx.note("second look asked for", consultation=case.id, look=kind)
        return
    tx.note("nobody to ask", consultation=case.id, look=kind)
    told = {post.person_id for post in await tx.posts.of(case.id) if post.kind == NO_LEAD and not post.erased}
    if worker is not None and worker.active and worker.id not in told:
        await tell(tx, case, NO_LEAD, [worker], urgent=False)


async def _due(turn: Turn) -> tuple[Picture, LookKind]:
    """The look that was pressed, once everything that must be true of this person was checked. Raises Refusal."""
    kind = turn.event.carry.get("k", "")
    await turn.tx.looks.hold(turn.event.carry.get("c", ""))
    try:
        case = await turn.tx.cases.get(turn.event.carry.get("c", ""))
    except NotFound as gone:
        raise Refusal("We cannot find this consultation. Open the home page to see what waits for you.") from gone
    picture = await turn.picture(case)
    if why_not := picture.around.why_not(turn.person):
        raise Refusal(why_not)
    if kind not in get_args(LookKind) or not may_look(picture, cast("LookKind", kind), turn.person):
        raise Refusal("You have not been asked to look at this one, so it stays closed to you.")
    known = next((each for each in picture.looks if each.kind == kind), None)
    if known is None or known.done_at is not None:
        raise Refusal("Somebody has looked at this already. Nothing is needed from you.")
    return picture, known.kind


async def _reopened(turn: Turn, picture: Picture) -> Consultation:
    """Open to the worker again, as far as that takes nothing away from somebody who is being protected.

    What was stopped, put aside or never went anywhere goes back to its answers; what was closed, or has a request that
    stands, is open as it was sent: there the worker takes it back, or goes further.
    """
    live = any(request.state in ("pending", "approved", "told") for request in picture.requests)
    state: CaseState = "sent" if picture.case.state == "closed" or (picture.case.state == "sent" and live) else "asking"
    try:
        case = await turn.step(picture.case, state=state)
    except Conflict as late:
        raise Refusal("The worker has changed this a moment ago. Open it again and read it as it is now.") from late
    await reopened(turn, case)  # also of what was stopped: its clock may run
    case = await with_a_holder(turn, case)  # whoever asked it may have left since, or be locked out
    if state == "sent" and picture.case.state == "closed":
        await bring_up_to_date(turn, case)  # what today's law asks anew is asked
        await look_for_another(turn, case)
    return case
