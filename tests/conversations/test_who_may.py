"""Who may do and read what: every role against every action there is, before it is sent, while it waits, once closed.

The table below is the whole of it. An action that is not in it fails, and so does a row that no action has.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import pytest

from bot.actions import ACTIONS
from bot.books import book_of
from bot.cards import Reply
from bot.events import Event, Who
from bot.organisation.charity import charity_of
from bot.record.reading import PAPERS, Paper, visible
from bot.reporting.figures import kept
from bot.turn import MovedOn, Refusal, Turn
from storage.records import Conflict, Consultation, NotFound
from tests.conversations import stories
from tests.conversations.around import keeps_out
from tests.conversations.town import ONE_ENGINE, Town
from tests.reporting.invented import QUIET

WEEK = "2026-W47"  # whose digest is there
COUNCIL = "Children's social care at the council"

ROLES: Mapping[str, str] = {
    "W": "amira",  # the worker whose consultation it is
    "A": "femi",  # asked to agree; later, the one who agreed
    "S": "ben",  # safeguarding lead
    "D": "ewan",  # data-protection lead
    "M": "hana",  # administrator, and nothing else
    "C": "joan",  # a colleague whom nobody asked
    "K": "iris",  # a safeguarding lead, too, whom the worker keeps out of it: it may be about her
}

WHO_MAY = """
start                  W A S D M C K   W A S D M C K   W A S D M C K
home                   W A S D M C K   W A S D M C K   W A S D M C K
typed                  W A S D M C K   W A S D M C K   W A S D M C K
away                   W A S D M C K   W A S D M C K   W A S D M C K
away.confirm           W A S D M C K   W A S D M C K   W A S D M C K
away.end               W A S D M C K   W A S D M C K   W A S D M C K
on_call                W A S D M C K   W A S D M C K   W A S D M C K
team                   . . . . M . .   . . . . M . .   . . . . M . .
team.add               . . . . M . .   . . . . M . .   . . . . M . .
team.add.confirm       . . . . M . .   . . . . M . .   . . . . M . .
team.change            . . . . M . .   . . . . M . .   . . . . M . .
team.change.confirm    . . . . . . .   . . . . . . .   . . . . . . .
team.away              . . . . M . .   . . . . M . .   . . . . M . .
team.away.confirm      . . . . . . .   . . . . . . .   . . . . . . .
team.shift             . . . . M . .   . . . . M . .   . . . . M . .
team.shift.confirm     . . . . . . .   . . . . . . .   . . . . . . .
factor.reset           . . . . M . .   . . . . M . .   . . . . M . .
team.accounts          . . . . M . .   . . . . M . .   . . . . M . .
team.accounts.confirm  . . . . . . .   . . . . . . .   . . . . . . .
lost                   W A S D M C K   W A S D M C K   W A S D M C K
lost.confirm           W A S D M C K   W A S D M C K   W A S D M C K
unlock                 . . . . . . .   . . . . . . .   . . . . . . .
pin                    W A S D M C K   W A S D M C K   W A S D M C K
pin.given              W A S D M C K   W A S D M C K   W A S D M C K
pin.confirm            W A S D M C K   W A S D M C K   W A S D M C K
factor                 W A S D M C K   W A S D M C K   W A S D M C K
factor.confirm         W A S D M C K   W A S D M C K   W A S D M C K
factor.remove          W A S D M C K   W A S D M C K   W A S D M C K
night                  W A S D M C K   W A S D M C K   W A S D M C K
night.confirm          W A S D . C K   W A S D . C K   W A S D . C K
night.seen             . . . . . . .   . . . . . . .   . . . . . . .
night.list             . . S D M . K   . . S D M . K   . . S D M . K
rota.seen              . . . . . . .   . . . . . . .   . . . . . . .
hide                   . . . . . . .   . . . . . . .   . . . . . . .
unhide                 . . . . . . .   . . . . . . .   . . . . . . .
new                    W A S D M C K   W A S D M C K   W A S D M C K
practise               W A S D M C K   W A S D M C K   W A S D M C K
open                   W . . . . . .   W . . . . . .   W . . . . . .
answer                 W . . . . . .   W . . . . . .   . . . . . . .
ask                    W . . . . . .   W . . . . . .   W . . . . . .
review                 W . . . . . .   W . . . . . .   W . . . . . .
name                   W . . . . . .   W . . . . . .   W . . . . . .
name.confirm           W . . . . . .   W . . . . . .   W . . . . . .
pause                  W . . . . . .   . . . . . . .   . . . . . . .
stop                   W . . . . . .   . . . . . . .   . . . . . . .
send                   W . . . . . .   . . . . . . .   . . . . . . .
send.confirm           W . . . . . .   . . . . . . .   . . . . . . .
withdraw               . . . . . . .   W . . . . . .   . . . . . . .
second                 . . . . . . .   . . . . . . .   . . . . . . .
digest.all             . . S D . . K   . . S D . . K   . . S D . . K
digest.less            . . S D . . K   . . S D . . K   . . S D . . K
digest.before          . . S D . . K   . . S D . . K   . . S D . . K
digest.file            . . S D . . K   . . S D . . K   . . S D . . K
digest.mine            W A S D M C K   W A S D M C K   W A S D M C K
digest.latest          . . S D . . K   . . S D . . K   . . S D . . K
digest.often           . . . . . . .   . . . . . . .   . . . . . . .
digest.often.confirm   . . . . . . .   . . . . . . .   . . . . . . .
enquiry                . . S D . . K   . . S D . . K   . . S D . . K
enquiry.confirm        . . S D . . K   . . S D . . K   . . S D . . K
enquiry.read           . . . . . . .   . . . . . . .   . . . . . . .
enquiry.answer.confirm . . . . . . .   . . . . . . .   . . . . . . .
enquiry.answered       . . . . . . .   . . . . . . .   . . . . . . .
due.open               . . . . . . .   . . . . . . .   . . . . . . .
due.later              . . . . . . .   . . . . . . .   . . . . . . .
due.later.confirm      . . . . . . .   . . . . . . .   . . . . . . .
board                  . . S D . . K   . . S D . . K   . . S D . . K
board.open             . . . . . . .   . . S D . . .   . . S D . . .
board.closed           . . S D . . K   . . S D . . K   . . S D . . K
reopen                 . . . . . . .   . . . . . . .   . . S D . . .
reopen.confirm         . . . . . . .   . . . . . . .   . . S D . . .
board.soon             . . S D . . K   . . S D . . K   . . S D . . K
hold                   . . . . . . .   . . S D . . .   . . S D . . .
hold.confirm           . . . . . . .   . . S D . . .   . . S D . . .
release                . . . . . . .   . . . . . . .   . . . . . . .
release.confirm        . . . . . . .   . . . . . . .   . . . . . . .
beside                 W . S D . . .   W . S D . . .   W . S D . . .
depart                 W . . . . . .   W . . . . . .   W . . . . . .
depart.confirm         W . . . . . .   W . . . . . .   W . . . . . .
bar                    W . . . . . .   W . . . . . .   W . . . . . .
bar.confirm            W . . . . . .   W . . . . . .   W . . . . . .
decide                 . . . . . . .   . A . . . . .   . A . . . . .
agreed                 . . . . . . .   . . . . . . .   . . . . . . .
approve                . . . . . . .   . A . . . . .   . . . . . . .
approve.confirm        . . . . . . .   . A . . . . .   . A . . . . .
decline                . . . . . . .   . A . . . . .   . . . . . . .
decline.confirm        . . . . . . .   . A . . . . .   . . . . . . .
question               . . . . . . .   . A . . . . .   . . . . . . .
question.confirm       . . . . . . .   . A . . . . .   . . . . . . .
question.read          . . . . . . .   . . . . . . .   . . . . . . .
reply                  . . . . . . .   . . . . . . .   . . . . . . .
reply.confirm          . . . . . . .   . . . . . . .   . . . . . . .
pass                   . . . . . . .   . A . . . . .   . . . . . . .
pass.confirm           . . . . . . .   . A . . . . .   . . . . . . .
spoken                 . . . . . . .   W . . . . . .   . . . . . . .
spoken.confirm         . . . . . . .   W . . . . . .   . . . . . . .
spoken.yes             . . . . . . .   . . . . . . .   . . . . . . .
spoken.no              . . . . . . .   . . . . . . .   . . . . . . .
look                   . . . . . . .   . . . . . . .   . . . . . . .
look.confirm           . . . . . . .   . . . . . . .   . . . . . . .
there.yes              . . . . . . .   . . . . . . .   . . . . . . .
there.other            . . . . . . .   . . . . . . .   . . . . . . .
there.other.confirm    . . . . . . .   . . . . . . .   . . . . . . .
there.excuse           . . . . . . .   . . . . . . .   . . . . . . .
there.excuse.confirm   . . . . . . .   . . . . . . .   . . . . . . .
record                 . . . . . . .   W . . . . . .   . . . . . . .
record.confirm         . . . . . . .   W . . . . . .   . . . . . . .
correct                . . . . . . .   . . . . . . .   . . . . . . .
finish                 . . . . . . .   . . . . . . .   . . . . . . .
letter                 . . . . . . .   . . . . . . .   W . . . . . .
finish.confirm         . . . . . . .   . . . . . . .   . . . . . . .
more                   W . . . . . .   W . . . . . .   W . . . . . .
hand_over              W . . . . . .   W . . . . . .   W . . . . . .
hand_over.confirm      W . . . . . .   W . . . . . .   W . . . . . .
take_over              . . S D . . .   . . S D . . .   . . . . . . .
take_over.confirm      . . S D . . .   . . S D . . .   . . . . . . .
read                   . . . . . . .   W A . . . . .   W . . . . . .
note                   W . . . . . .   W . S D . . .   W . S D . . .
paper                  W . . D . . .   W . S D . . .   W . S D . . .
paper.confirm          W . . D . . .   W . S D . . .   W . S D . . .
close                  . . . . . . .   . . . . . . .   . . . . . . .
paper:note             W . . . . . .   W . S D . . .   W . S D . . .
paper:record           . . . . . . .   . . S D . . .   . . S D . . .
paper:access           . . . D . . .   . . . D . . .   . . . D . . .
paper:sheet            . . . D . . .   . . . D . . .   . . . D . . .
"""
"""For each action three groups of seven, for `STATES`: a letter of `ROLES` for who may, a dot for who may not."""


@dataclass(frozen=True)
class Case:
    """A consultation, and what a button of this consultation carries, whoever presses it."""

    case: Consultation
    carry: Mapping[str, str]


@pytest.mark.timeout(400)
async def test_every_role_may_do_what_the_table_says_and_nothing_else(town: Town) -> None:
    may = _table()
    found: dict[str, dict[str, str]] = {}
    for state, comes_about in STATES.items():
        await comes_about(town)
        case = await _case(town)
        for action in ACTIONS:
            found.setdefault(action, {})[state] = await _who_may(town, case, action)
        for paper in PAPERS:
            found.setdefault(f"paper:{paper}", {})[state] = await _who_may_have(town, case, paper)
    assert set(found) == set(may), "an action without a row, or a row without an action"
    assert _drawn(found) == _drawn(may)


@ONE_ENGINE
async def test_nobody_outside_the_roster_and_nobody_who_left_gets_past_the_door(town: Town) -> None:
    await answers(town)
    about = await _case(town)

    for action in ACTIONS:
        for user in ("U0GRACE", "U0NOBODY"):
            who = Who("slack", "T0INVENTED", user)
            reply = await town.hears(Event("", who, action, carry=about.carry))

            assert_silent(about, reply, action, user)
    assert await town.case() == about.case


def _drawn(found: Mapping[str, Mapping[str, str]]) -> str:
    """As it stands above, so that a difference reads as a line."""
    return "\n".join(f"{a:22} " + "   ".join(" ".join(f[state]) for state in STATES) for a, f in sorted(found.items()))


def _table() -> dict[str, dict[str, str]]:
    """Action -> state -> a letter for each role that may, a dot for each that may not."""
    rows = [line.split() for line in WHO_MAY.strip().splitlines()]
    each = len(ROLES)
    starts = {state: 1 + each * at for at, state in enumerate(STATES)}
    return {row[0]: {state: "".join(row[at : at + each]) for state, at in starts.items()} for row in rows}


async def answers(town: Town) -> None:
    """Everything is answered; Iris, who would hear of it by her duty, is kept out."""
    await town.changes("hana", capabilities=["administrator"])
    await town.changes("ewan", capabilities=["may_approve", "data_protection_lead"])
    await town.changes("iris", capabilities=["may_approve", "safeguarding_lead"])
    async with town.changing() as tx:
        await tx.digests.write(WEEK, since=tx.now, until=tx.now, figures=kept(QUIET))
    amira = town.person("amira")
    await amira.begins()
    await amira.answers(stories.A_CHILD)
    await keeps_out(amira, "Iris Vale, trustee, safeguarding lead")


async def sends(town: Town) -> None:
    """Femi is asked to agree."""
    amira, femi = town.people("amira", "femi")
    await amira.asks_for_agreement("What we saw.", of="Femi Adair")
    await town.delivers()
    await femi.sees("[Approve]")


async def closes(town: Town) -> None:
    """Femi agrees, the council is told, the record is finished."""
    amira, femi = town.people("amira", "femi")
    await femi.agrees()
    await femi.sees("Already decided")
    await town.delivers()
    await amira.sees("# What to do now")
    await amira.writes_down(COUNCIL)
    await amira.sees("Kept in the record.")
    await amira.finishes()
    await amira.sees("Kept in the record.")
    await amira.presses("Close")
    await amira.sees("Closed. The record is kept.")
    await town.delivers()


STATES: Mapping[str, Callable[[Town], Awaitable[None]]] = {"answered": answers, "waits": sends, "closed": closes}
"""What state it is in -> how it comes into it from the one before."""


async def _case(town: Town) -> Case:
    case = await town.case()
    async with town.reading() as tx:
        requests, texts = await tx.approvals.of(case.id), await tx.texts.of(case.id)
        done = await tx.cases.disclosures(case.id)
    carry = {"c": case.id, "v": str(case.version), "l": "child", "k": "emergency", "q": "life_now", "a": "no"}
    carry |= {"w": WEEK, "as": "pdf"}
    for request in requests:
        carry |= {"r": request.id, "f": request.fingerprint}
    for text in texts[:1]:
        carry["t"] = text.id
    for one in done[:1]:
        carry["d"] = one.id
    return Case(case, carry)


async def _who_may(town: Town, about: Case, action: str) -> str:
    """A letter for each role that may. Nothing that is pressed in here lasts: all meet the same consultation."""
    async with town.changing() as tx:
        people = {each.handle: each for each in await tx.people.everybody()}
        case = await tx.cases.get(about.case.id)
        charity, book = charity_of(await tx.organisations.current()), book_of(town.books, case)
        said = ""
        for role, handle in ROLES.items():
            event = Event("", Who("slack", "T0INVENTED", f"U0{handle.upper()}"), action, carry=about.carry)
            turn = Turn(tx, event, people[handle], charity, book, town.process.office, case)
            step = await tx.connection.begin_nested()
            reply = await _pressed(turn)
            await step.rollback()
            said += "." if isinstance(reply, Exception) else role
            if role in "MCK":
                assert_silent(about, reply, action, role)
        tx._notes.clear()  # noqa: SLF001 - nor does the ledger keep any of it
        return said


async def _who_may_have(town: Town, about: Case, paper: Paper) -> str:
    """The same for the papers that the command line writes, found by the case reference."""
    async with town.reading() as tx:
        people = {each.handle: each for each in await tx.people.everybody()}
        charity, said = charity_of(await tx.organisations.current()), ""
        for role, handle in ROLES.items():
            mine, _ = await visible(tx, town.books, charity, about.case.reference, people[handle], paper)
            said += role if mine else "."
        return said


async def _pressed(turn: Turn) -> Reply | Exception:
    """What the handler answers, or why it does not."""
    try:
        return await ACTIONS[turn.event.action](turn)
    except (Refusal, MovedOn, Conflict, NotFound) as refused:
        return refused


def assert_silent(about: Case, reply: Reply | Exception, action: str, role: str) -> None:
    """Nothing of the consultation stands in what somebody reads who must not know that it is there."""
    said = f"{reply!r} {reply}"
    assert about.case.reference not in said, (action, role)
    assert "child" not in said.lower(), (action, role)
