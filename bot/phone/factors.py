"""The second factor: set up in the bot, asked for where the charity demands it at approval, and recovered by codes.

The rule to keep: it stands before a yes only: never before a no, a notice lane or an emergency. The secret is shown in
a form, to its owner, until the first right code, and never again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp

from bot.cards import Aside, Card, Correct, Field, Form, Notice, Open, Points, Quote, Reply, Say, Text
from bot.emergency import with_line
from bot.forms import one
from bot.messages import send
from bot.organisation.step_up import demanded, unprepared
from bot.phone.codes import closed, is_closed, wrong
from bot.phone.factor_cards import HAS_ONE, HOW, RESET
from bot.picture import Picture
from bot.roster import Circle
from bot.turn import Refusal, Turn
from bot.wording import at
from storage.records import ApprovalRequest, Person
from storage.store import Transaction

FIELD = "code"
_RECOVERY = 8
_SHOWN_FOR = timedelta(minutes=15)  # a secret that nobody proved is read on a screen: after this it is a new one
_ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"  # nothing that reads like another, and no vowels: no words by chance
_LONG = 10  # of 27 letters: 47 random bits each


@dataclass(frozen=True, slots=True)
class _Secret:
    """`totp` as RFC 6238 with SHA-1, six digits and steps of 30 seconds, as every app has it.

    `recovery`: the codes themselves until the factor is proven, then the hashes of those that are left.
    """

    totp: str
    recovery: tuple[str, ...]

    def written(self) -> str:
        return json.dumps({"totp": self.totp, "recovery": list(self.recovery)})

    @classmethod
    def read(cls, text: str) -> _Secret:
        kept = json.loads(text)
        return cls(kept["totp"], tuple(kept["recovery"]))


# At approval


async def field(turn: Turn, picture: Picture, request: ApprovalRequest) -> tuple[Field, ...]:
    """What the form of a yes asks for. Raises Refusal where this person has none, or it is closed."""
    if not demanded(picture.book, picture.charity.step_up, request):
        return ()
    factor = await turn.tx.factors.of(turn.person.id, "totp")
    if factor is None or factor.proven_at is None:
        raise Refusal(f"To agree to this you need a second factor, and you have none yet. {HOW}")
    if is_closed(turn, factor):
        said = await closed(turn, factor, picture.around)
        raise Refusal(f"Too many wrong codes. {said} You can say no without a code.")
    label = "Your second factor: the six digits"
    return (Text(FIELD, label, "Six digits from your app, no spaces. Or one of your recovery codes.", 40),)


async def check(turn: Turn, picture: Picture, request: ApprovalRequest) -> Correct | None:
    """Whether the code of this form is right; None where it is, or none is demanded. A wrong one is counted.

    To be asked last, when nothing else is wrong with the form: a code counts once. Raises Refusal.
    """
    if not await field(turn, picture, request):
        return None
    factor = await turn.tx.factors.of(turn.person.id, "totp", hold=True)
    if factor is None:
        raise Refusal(f"Your second factor was taken away a moment ago. {HOW}")
    if is_closed(turn, factor):  # by somebody who guessed at this very moment
        return Correct({FIELD: f"Too many wrong codes. {await closed(turn, factor, picture.around)}"})
    if said := await _try(turn, factor.used, picture.around):
        return Correct({FIELD: said})
    turn.note("second factor given", picture.case, request=request.id)
    return None


# On the home page


async def second_factor(turn: Turn) -> Reply:
    """The form: set one up, or look at the one there is."""
    factor = await turn.tx.factors.of(turn.person.id, "totp")
    if factor is not None and factor.proven_at is not None:
        if is_closed(turn, factor):
            said = f"Too many wrong codes. {await closed(turn, factor)}"
            return Aside(Card("Please wait", (Say(said),), danger=turn.book.emergency.line))
        left = len((await _secret(turn)).recovery)
        fields: tuple[Field, ...] = (
            Say(f"You have one since {at(factor.since, turn.charity)}. You have {left} recovery codes left."),
            Say("A new phone? Take this one away with a code, then set up a new one."),
            Text(FIELD, "The six digits, or a recovery code", "Six digits from your app, no spaces.", 40),
            Say("No code at all? Ring an administrator: under “The team” they can take it away for you.", quiet=True),
        )
        return Open(with_line(Form("Your second factor", fields, "Take it away", "factor.remove"), turn.book))
    if factor is None or turn.now - factor.since > _SHOWN_FOR:
        fresh = _Secret(pyotp.random_base32(), tuple(_new_code() for _ in range(_RECOVERY)))
        await turn.tx.factors.keep(turn.person.id, "totp", fresh.written(), proven=False)
    secret = await _secret(turn)
    link = pyotp.TOTP(secret.totp).provisioning_uri(name=turn.person.handle, issuer_name="Confer")
    fields = (
        Say("1. Get an authenticator app on a phone. Your work computer may have one too."),
        Say("2. In the app choose “enter a setup key”, and type this. Chat shows no square to scan:"),
        Quote(_grouped(secret.totp)),
        Say("Or open this link on the phone that has the app:", quiet=True),
        Quote(link),
        Say("3. Write these recovery codes on paper. Each works once, if the phone is gone. They are not shown again:"),
        Points(tuple(_grouped(code, 5) for code in secret.recovery)),
        Text(FIELD, "4. The six digits the app shows now", "Six digits, no spaces.", 12),
    )
    return Open(with_line(Form("Your second factor", fields, "Check and save", "factor.confirm"), turn.book))


async def proven(turn: Turn) -> Correct | str:
    """The first code was typed: from now on it counts. What is wrong with it, or a sentence."""
    factor = await turn.tx.factors.of(turn.person.id, "totp", hold=True)
    if factor is None or factor.proven_at is not None:
        return "Nothing was changed. Open “Your second factor” again to see how it stands."
    secret = await _secret(turn)
    step = _step(secret.totp, _typed(turn), turn.now - turn.office.ahead())
    if step is None:
        said = "That is not what the app should show now. Is the clock of the phone right? Wait for the next digits."
        return Correct({FIELD: said})
    hashed = tuple(_hashed(turn.person.id, code) for code in secret.recovery)
    await turn.tx.factors.change(turn.person.id, "totp", _Secret(secret.totp, hashed).written())
    await turn.tx.factors.right(turn.person.id, "totp", str(step))
    turn.note("factor set")
    await send(turn.tx, HAS_ONE, await _leads(turn.tx, turn.person), about=turn.person.id)
    return "Your second factor is set up. Keep the recovery codes on paper, away from the phone."


async def remove(turn: Turn) -> Correct | str:
    """Its owner takes it away, with a code. What is wrong with it, or a sentence."""
    factor = await turn.tx.factors.of(turn.person.id, "totp", hold=True)
    if factor is None or factor.proven_at is None:
        return "You have no second factor."
    if is_closed(turn, factor):
        return Correct({FIELD: f"Too many wrong codes. {await closed(turn, factor)}"})
    if said := await _try(turn, factor.used):
        return Correct({FIELD: said})
    await turn.tx.factors.drop(turn.person.id, "totp")
    turn.note("factor removed")
    return "Your second factor is gone. Press “Your second factor” to set up a new one."


# By an administrator


async def reset(tx: Transaction, person: Person, *, by: Person | None) -> str:
    """An administrator takes away somebody's second factor and PIN; the lead and they are told. `by`: None, at a shell.

    A sentence.
    """
    gone = [kind for kind in ("totp", "pin") if await tx.factors.drop(person.id, "pin" if kind == "pin" else "totp")]
    if not gone:
        return f"{person.name} has no second factor and no PIN."
    tx.note("factor reset", person=person.id, by=by.id if by else "command line", what=" ".join(gone))
    told = [*await _leads(tx, person, but=by), person]
    await send(tx, RESET, told, about=person.id, by=by.id if by else "")
    return f"{person.name} has no second factor and no PIN any more. They can set up new ones on their home page."


async def reset_chosen(turn: Turn) -> Correct | str:
    """In the team card: of whoever was chosen there, and never an administrator's own. Raises Refusal."""
    if not turn.person.can("administrator"):
        raise Refusal("Only an administrator can take away somebody's second factor or PIN.")
    person = (await turn.tx.people.get([one(turn.event, "who")])).get(one(turn.event, "who"))
    if person is None:
        return Correct({"who": "First choose somebody of the list. Then press again."})
    if person.id == turn.person.id:
        raise Refusal("Another administrator has to take away your own, or whoever runs the bot.")
    if person.locked:
        raise Refusal(f"{person.name} is locked out. Let them in first, when you know who has the phone.")
    return await reset(turn.tx, person, by=turn.person)


# What leads read


async def warnings(turn: Turn) -> list[Notice]:
    """For whoever leads, on the home page: what nobody could agree to, for want of a second factor."""
    duties = {"safeguarding_lead", "data_protection_lead", "administrator"}
    if not turn.charity.step_up or not turn.person.capabilities & duties:
        return []
    people, enrolled = await turn.tx.people.everybody(), await turn.tx.factors.proven("totp")
    return [Notice(said, "warning") for said in unprepared(turn.book, turn.charity.step_up, people, enrolled)]


async def _leads(tx: Transaction, person: Person, *, but: Person | None = None) -> list[Person]:
    """Who hears of it besides this person; never only the one who did it."""
    out = {person.id, but.id if but else ""}
    people = [each for each in await tx.people.everybody() if each.active and not each.locked and each.id not in out]
    return [each for each in people if each.can("safeguarding_lead")] or [p for p in people if p.can("on_call_trustee")]


async def _secret(turn: Turn) -> _Secret:
    return _Secret.read(await turn.tx.factors.secret(turn.person.id, "totp"))


async def _try(turn: Turn, used: str, around: Circle | None = None) -> str:
    """Take the code of this form, once; "" where it is right, else what to say."""
    secret, code = await _secret(turn), _typed(turn)
    step = _step(secret.totp, code, turn.now - turn.office.ahead())
    if step is not None and step > int(used or 0):
        await turn.tx.factors.right(turn.person.id, "totp", str(step))
        return ""
    if step is not None:
        return "You used these six digits already. Wait until the app shows the next ones."
    hashed = _hashed(turn.person.id, code)
    left = tuple(each for each in secret.recovery if not hmac.compare_digest(each, hashed))
    if len(left) == len(secret.recovery):
        return await wrong(turn, "totp", "the right code", around)
    await turn.tx.factors.change(turn.person.id, "totp", _Secret(secret.totp, left).written())
    await turn.tx.factors.right(turn.person.id, "totp", used)
    turn.note("recovery code used", left=str(len(left)))
    return ""


def _step(secret: str, code: str, now: datetime) -> int | None:
    """The time step, one earlier or later at most, whose six digits these are (RFC 6238, 5.2)."""
    totp = pyotp.TOTP(secret)
    here = totp.timecode(now)
    found = (step for step in (here, here - 1, here + 1) if hmac.compare_digest(totp.generate_otp(step), code))
    return next(found, None)


def _typed(turn: Turn) -> str:
    """Without the gaps and dashes that people type, in capitals; what no code can be is no code."""
    text = "".join(sign for sign in one(turn.event, FIELD).upper() if sign not in " -\u00a0")
    return text if text.isascii() else ""


def _new_code() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LONG))


def _hashed(person_id: str, code: str) -> str:
    """They are random and sealed: a fast hash is enough (OWASP: slow ones are for what people choose)."""
    return hashlib.sha256(f"{person_id}\0{code}".encode()).hexdigest()


def _grouped(text: str, size: int = 4) -> str:
    return " ".join(text[start : start + size] for start in range(0, len(text), size))
