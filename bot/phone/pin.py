"""The PIN: six digits of a person's own before a case opens or a decision is made, where one is set or demanded.

The rule to keep: it never stands before the emergency question, the emergency card or 999. It is asked, answered and
remembered in the database, because two processes share a person.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from bot.cards import Aside, Card, Correct, Field, Form, Open, Reply, Say, Text
from bot.emergency import answers_yes, with_line
from bot.events import Event
from bot.forms import one
from bot.phone.codes import closed, is_closed, wrong
from bot.picture import Picture, replay
from bot.turn import Turn
from policy.walk import walk
from storage.records import Factor, from_micros, to_micros

GIVEN, SET = "pin.given", "pin.confirm"
_SHOWS = {"open", "decide", "agreed", "board.open", "beside", "look", "review", "read", "question", "question.read"}
_SHOWS |= {"board", "board.closed", "unhide", "letter", "note", "paper", "due.open", "enquiry.read", "enquiry.answered"}
_ABOUT = {"team.change", "team.away", "team.shift", "team.accounts", "factor.reset"}  # somebody chosen on the card
_TEAM = {"team", "team.add", "unlock", "factor", *_ABOUT}
_DOES = {"approve", "decline", "pass", "spoken.yes", "spoken.no", "there.yes", "reopen", "take_over", "hand_over"}
_DOES |= {"spoken", "reply", "second", "withdraw", "close", "correct", "finish"}
_WRITES = {"send", "record", "depart", "bar"}  # what is done about a danger, and written down of it, waits for no PIN
_OPENS = frozenset({*_SHOWS, *_DOES, *_TEAM, *_WRITES})  # each carries all it needs: it can be done after
_DECIDES = frozenset({"approve.confirm", "decline.confirm"})
_WRITING = timedelta(minutes=30)  # the PIN was asked as the form was opened; this long somebody may write in it
_THEN, _WHO = "then", "then.who"
_DIGITS = 6
# RFC 7914; six digits are few, whatever the hash: what keeps them is that it is sealed, counted and limited.
_SLOW = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}


async def first(turn: Turn) -> Reply | None:
    """What is asked before this press; None where nothing is, or the PIN was right and `turn.event` goes on."""
    event = turn.event
    if event.action in (GIVEN, SET) and _THEN in event.carry:
        answer = await (check(turn) if event.action == GIVEN else set_pin(turn))
        if isinstance(answer, Correct):
            return answer
        goes_on = _after(event)
        turn.event = goes_on if _is_asked_before(replace(turn, event=goes_on)) else replace(event, action="home")
        return None
    answers = event.action == "answer"
    if event.action not in _DECIDES and not answers and not _is_asked_before(turn):
        return None
    if answers and event.carry.get("q") != turn.book.emergency.question:
        return None
    factor = await turn.tx.factors.of(turn.person.id, "pin")
    if factor is None and not turn.charity.pin.demanded:
        return None
    if answers and not _is_asked_before(turn):  # last of all: it walks the book, and few have a PIN
        return None
    if factor is not None and is_closed(turn, factor):
        said = f"Too many wrong PINs. {await closed(turn, factor)}"
        return Correct({"reason": said}) if event.action in _DECIDES else Aside(_shut(turn, said))
    if event.action in _DECIDES:
        late = factor is None or not _lasts(turn, factor, turn.charity.pin.lasts + _WRITING)
        said = "Your PIN is needed again. Close this form and press the button once more."
        return Correct({"reason": said}) if late else None
    if factor is not None and _lasts(turn, factor, turn.charity.pin.lasts):
        return None
    carry = {**event.carry, _THEN: event.action}
    if event.action in _ABOUT:
        carry[_WHO] = one(event, "who")
    return Open(_ask(turn, carry) if factor is not None else _set_form(turn, has_one=False, carry=carry))


def _after(event: Event) -> Event:
    """What was pressed before the PIN, with whoever was chosen on that card; the card again where nobody was."""
    carry = {key: value for key, value in event.carry.items() if key not in (_THEN, _WHO)}
    action, who = event.carry[_THEN], event.carry.get(_WHO, "")
    if action in _ABOUT and not who:
        return replace(event, action="team", carry=carry, fields={})
    return replace(event, action=action, carry=carry, fields={"who": (who,)} if action in _ABOUT else {})


async def pin(turn: Turn) -> Reply:
    """The form of the home page: set a PIN, change it, or go without."""
    factor = await turn.tx.factors.of(turn.person.id, "pin")
    if factor is not None and is_closed(turn, factor):
        return Aside(_shut(turn, f"Too many wrong PINs. {await closed(turn, factor)}"))
    return Open(_set_form(turn, has_one=factor is not None, carry={}))


async def set_pin(turn: Turn) -> Correct | str:
    """The form was sent. What is wrong with it, or a sentence."""
    has_one = await turn.tx.factors.of(turn.person.id, "pin") is not None
    new, again = _digits(turn, "new"), _digits(turn, "again")
    if has_one and isinstance(refused := await check(turn), Correct):
        return refused
    if not new and not again and has_one and not turn.charity.pin.demanded:
        await turn.tx.factors.drop(turn.person.id, "pin")
        turn.note("pin removed")
        return "Your PIN is gone. Nobody asks for it any more."
    if not _is_pin(new):
        return Correct({"new": "Six digits, please: not all the same, and not in order such as 123456."})
    if new != again:
        return Correct({"again": "The two are not the same. Type the same six digits twice."})
    await turn.tx.factors.keep(turn.person.id, "pin", _hashed(new), proven=True)
    await turn.tx.factors.right(turn.person.id, "pin", str(to_micros(turn.now)))
    turn.note("pin set")
    minutes = int(turn.charity.pin.lasts.total_seconds() // 60)
    return f"Your PIN is set. We ask for it before a case opens or is decided, at most every {minutes} minutes."


async def check(turn: Turn) -> Correct | None:
    """Whether the PIN of this form is right; what is wrong with it is counted."""
    factor = await turn.tx.factors.of(turn.person.id, "pin", hold=True)
    if factor is None:
        return None  # somebody has reset it in the meantime
    if is_closed(turn, factor):
        return Correct({"pin": f"Too many wrong PINs. {await closed(turn, factor)}"})
    if not _fits(_digits(turn, "pin"), await turn.tx.factors.secret(turn.person.id, "pin")):
        return Correct({"pin": await wrong(turn, "pin", "your PIN")})
    await turn.tx.factors.right(turn.person.id, "pin", str(to_micros(turn.now)))
    return None


def _is_asked_before(turn: Turn) -> bool:
    """Whether this press opens a consultation, goes on from its first question, or begins a decision."""
    event, text = turn.event, turn.book.emergency
    if answers_yes(event, turn.book):
        return False
    if event.action != "answer":
        return event.action in _OPENS and not _shows_999(turn) and not (event.action in _WRITES and _in_danger(turn))
    if event.carry.get("q") != text.question:
        return False
    # An answer that opens an emergency's lane, such as "within hours", goes on at once.
    values = {option.value for option in turn.book.question(text.question).options}
    answer = event.carry.get("a", "")
    return answer in values and not _opens_its_lane(turn, answer)


def _opens_its_lane(turn: Turn, answer: str) -> bool:
    walked = walk(turn.book, {turn.book.emergency.question: answer})
    return any(verdict.lane.immediate for verdict in walked.lanes)


def _in_danger(turn: Turn) -> bool:
    """Whether somebody may be in danger, now or within hours, in this person's own pressed consultation."""
    case, text = turn.about, turn.book.emergency
    answer = case.values.get(text.question, "") if case is not None and case.requester_id == turn.person.id else ""
    return bool(answer) and (answer in text.values or _opens_its_lane(turn, answer))


def _shows_999(turn: Turn) -> bool:
    """Whether what would open is the emergency card, which shows nothing of a case."""
    case = turn.about
    if turn.event.action != "open" or case is None or case.requester_id != turn.person.id:
        return False
    return Picture(turn.book, turn.charity, case, replay(turn.book, turn.charity, case)).emergency() is not None


def _lasts(turn: Turn, factor: Factor, lasts: timedelta) -> bool:
    return bool(factor.used) and turn.now - from_micros(int(factor.used)) < lasts


def _ask(turn: Turn, carry: Mapping[str, str]) -> Form:
    fields: tuple[Field, ...] = (
        Say("Somebody in danger now? Ring 999 first. No PIN is needed for that."),
        Text("pin", "Your PIN", "Six digits, no spaces.", 12),
        Say(
            "Forgotten? Ring an administrator: under “The team” they can take it away for you.",
            quiet=True,
        ),
    )
    return with_line(Form("Your PIN", fields, "Go on", GIVEN, carry), turn.book)


def _set_form(turn: Turn, *, has_one: bool, carry: Mapping[str, str]) -> Form:
    fields: list[Field] = []
    if turn.charity.pin.demanded and not has_one:
        fields.append(Say("Your charity asks everybody for a PIN. Choose one now. No PIN is needed for 999."))
    else:
        fields.append(Say("With a PIN nobody who picks up your phone can open a case or decide. 999 needs no PIN."))
    if has_one:
        fields.append(Text("pin", "Your PIN now", "Six digits, no spaces.", 12))
    may_go = has_one and not turn.charity.pin.demanded
    hint = "Six digits, no spaces. Leave both empty to go without a PIN." if may_go else "Six digits, no spaces."
    fields.append(Text("new", "A new PIN", hint, 12, required=not may_go))
    fields.append(Text("again", "The same once more", "", 12, required=not may_go))
    return with_line(Form("Your PIN", tuple(fields), "Save", SET, carry), turn.book)


def _shut(turn: Turn, said: str) -> Card:
    return Card("Please wait", (Say(said), Say("999 needs no PIN.")), danger=turn.book.emergency.line)


def _is_pin(text: str) -> bool:
    """Six digits that are not the first ones anybody tries."""
    if not (len(text) == _DIGITS and text.isascii() and text.isdigit()):
        return False
    steps = {int(b) - int(a) for a, b in pairwise(text)}
    return steps not in ({0}, {1}, {-1})


def _digits(turn: Turn, field: str) -> str:
    """As typed, without the gaps that people leave between digits."""
    return "".join(one(turn.event, field).split())


def _hashed(digits: str) -> str:
    salt = secrets.token_bytes(16)
    return json.dumps({"salt": salt.hex(), "hash": hashlib.scrypt(digits.encode(), salt=salt, **_SLOW).hex()})


def _fits(digits: str, kept: str) -> bool:
    known = json.loads(kept)
    mine = hashlib.scrypt(digits.encode(), salt=bytes.fromhex(known["salt"]), **_SLOW)
    return hmac.compare_digest(mine.hex(), known["hash"])
