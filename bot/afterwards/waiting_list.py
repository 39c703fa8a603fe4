"""What waits for one person, everything in one list: to decide, to confirm, to look at, to answer, to write down.

The rule to keep: a line holds the reference and what kind of thing it is, nothing of the case; and it is worked out
anew at every look, so that nothing is lost with a message.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot import by_phone, looks, together
from bot.afterwards import chasing
from bot.afterwards.look_cards import unwritten_emergency
from bot.cards import Aside, Block, Button, Buttons, Card, Notice, Reply, Say, Show
from bot.consultation import OPEN
from bot.deciding import questions
from bot.follow_through import due_since, missing, to_write
from bot.organisation.charity import Charity
from bot.picture import Picture, look
from bot.putting_off import LATER, may_wait, put_off
from bot.reporting import enquiring
from bot.reporting.without_lead import may_answer
from bot.sight import unanswered_questions, waiting
from bot.telling import new_message
from bot.turn import Refusal, Turn
from bot.wording import until
from policy.book import Book
from storage.records import Consultation, NotFound, Person
from storage.reminders import Snooze
from storage.store import Transaction

RECORD = "checklist"
"""The kind of what its worker has to write down: the message that shows it is their own card."""

_FIRST = ("reminder", looks.UNFINISHED)

_MOST = 15  # a product takes no longer card


@dataclass(frozen=True, slots=True)
class Waits:
    """One thing. `kind`: of the message that shows it.

    due: its time has come. gathered: it asks for itself by the message of the day, and by no other. may_wait: it can be
    put off. put_off: it was, and that still counts.
    """

    kind: str
    words: str
    case: Consultation | None = None
    enquiry: str = ""
    due: bool = True
    gathered: bool = False
    may_wait: bool = False
    put_off: Snooze | None = None

    @property
    def line(self) -> str:
        return f"{self.case.reference}: {self.words}" if self.case else self.words

    @property
    def button(self) -> Button:
        if self.case is None:
            return Button("Read and answer", enquiring.READ, {"q": self.enquiry}, "main")
        return Button("Open", "due.open", {"c": self.case.id, "k": self.kind}, hint=f"Open {self.case.reference}")


async def waits_for(tx: Transaction, books: Mapping[str, Book], charity: Charity, person: Person) -> list[Waits]:
    """Everything, dangers first, then what others wait for.

    What this process has not read the book of is left out, and so is a practice.
    """
    found: list[Waits] = []
    for id, kinds in (await _asked(tx, person)).items():
        picture = await _look(tx, books, charity, id)
        found += list(_of_others(picture, person, kinds)) if picture else []
    for case in await tx.cases.of(person.id, OPEN):
        picture = await _look(tx, books, charity, case.id)
        found += await _own(tx, picture) if picture else []
    if may_answer(person):
        found += [
            Waits(enquiring.KIND, "Somebody asks you about the weekly digest.", enquiry=each.id, gathered=True)
            for each in await tx.enquiries.waiting()
            if each.asked_by != person.id
        ]
    return sorted(found, key=lambda each: each.kind not in _FIRST)


def waiting_card(items: Sequence[Waits], book: Book, charity: Charity, *, notice: str = "") -> Card:
    """The list, each with its button; and the way to put off what can wait."""
    blocks: list[Block] = [Notice(notice)] if notice else []
    for each in items[:_MOST]:
        blocks.append(Say(each.line))
        if each.put_off:
            blocks.append(Say(f"You put it off until {until(each.put_off.until, charity)}.", quiet=True))
        blocks.append(Buttons((each.button,)))
    if len(items) > _MOST:
        blocks.append(Say(f"And {len(items) - _MOST} more: see your home page."))
    if not items:
        blocks.append(Say("Nothing waits for you."))
    if any(each.may_wait and not each.put_off for each in items):
        blocks.append(Buttons((Button("Put something off", LATER),)))
    return Card(
        "What waits for you", tuple(blocks), danger=book.emergency.line, summary="Confer: what waits for you today"
    )


async def mine(turn: Turn) -> Reply:
    """Beside a message that must stay where it is, as the weekly digest."""
    return Aside(waiting_card(await _of(turn), turn.book, turn.charity))


async def open_(turn: Turn) -> Reply:
    """What was pressed comes as a new message below; the list stays. Raises Refusal."""
    items = await _of(turn)
    id, kind = turn.event.carry.get("c", ""), turn.event.carry.get("k", "")
    pressed = next((each for each in items if each.case and each.case.id == id and each.kind == kind), None)
    who = turn.event.who
    accounts = await turn.tx.people.accounts([turn.person.id])
    here = next((a for a in accounts if (a.channel, a.tenant, a.user) == (who.channel, who.tenant, who.user)), None)
    if pressed is None or pressed.case is None or here is None:
        raise Refusal("This does not wait for you any more. Open the home page to see what does.")
    posts = await new_message(turn.tx, pressed.case, kind, here)
    await turn.tx.posts.hide(posts[-1].id, hidden=False)
    await turn.tx.outbox.letters(posts)
    notice = f"{pressed.case.reference} is in a new message."
    return Show(waiting_card(items, turn.book, turn.charity, notice=notice))


def _of_others(picture: Picture, person: Person, kinds: set[str]) -> Iterator[Waits]:
    """What somebody else waits for, of this consultation."""
    case = picture.case
    if "approval" in kinds and waiting(picture, person):
        yield Waits("approval", "Somebody waits for your answer.", case)
    if by_phone.CONFIRM in kinds and by_phone.to_confirm(picture, person):
        yield Waits(by_phone.CONFIRM, "Did you agree to this by phone?", case)
    if together.KIND in kinds and together.asks(picture, person):
        yield Waits(together.KIND, "Say that you were there.", case)
    if looks.KIND in kinds and looks.open_looks(picture, person):
        yield Waits(looks.KIND, "Please look at this once more.", case)


async def _own(tx: Transaction, picture: Picture) -> list[Waits]:
    """What its worker has to do in it."""
    case = picture.case
    found: list[Waits] = []
    if unanswered_questions(picture):
        found.append(Waits(questions.ASKED, "Somebody asks you something before they decide.", case))
    if unwritten_emergency(picture):
        found.append(Waits("reminder", "Write down what was done in the emergency.", case))
    elif looks.half_way(picture):
        found.append(Waits(looks.UNFINISHED, "A danger was ticked. Please go on to the end.", case))
    elif case.state != "sent":
        found.append(Waits(RECORD, "Your checklist is not finished.", case, due=False))
    alone = all(each.need == "two" for each in missing(picture))  # also where nothing is missing
    only_emergency = to_write(picture) and all(verdict.lane.immediate for verdict in to_write(picture))
    if case.state != "sent" or due_since(picture) is None or only_emergency or (alone and missing(picture)):
        return found
    chase = await tx.follow_ups.chased(case.id)
    times = chase.times if chase else 1
    snooze = await put_off(tx, picture, times)
    words = Waits(
        RECORD,
        chasing.line(picture),
        case,
        due=times > 0 or bool(chase and chase.run_at <= tx.now),
        gathered=not chasing.at_once(picture, times - 1),
        may_wait=may_wait(picture, times),
        put_off=snooze,
    )
    return [*found, words]


async def _asked(tx: Transaction, person: Person) -> dict[str, set[str]]:
    """Consultation id -> the kinds of message this person was sent about it, or is asked for all the same."""
    found: dict[str, set[str]] = {}
    for id, state in await tx.approvals.asked_of(person.id):
        if state == "pending":
            found.setdefault(id, set()).add("approval")
    for id in await tx.looks.shown_to(person.id, looks.KIND):
        found.setdefault(id, set()).add(looks.KIND)
    for account in await tx.people.accounts([person.id]):
        for post in await tx.posts.on(account.channel, account.tenant, account.user):
            if post.kind in (by_phone.CONFIRM, together.KIND):
                found.setdefault(post.consultation_id, set()).add(post.kind)
    return found


async def _of(turn: Turn) -> list[Waits]:
    return await waits_for(turn.tx, turn.office.books, turn.charity, turn.person)


async def _look(tx: Transaction, books: Mapping[str, Book], charity: Charity, id: str) -> Picture | None:
    try:
        case = await tx.cases.get(id)
    except NotFound:
        return None
    book = None if case.practice else books.get(case.book_id)
    return await look(tx, book, charity, case) if book else None
