"""The case reference: made by us, or the charity's own; never a name, and never the shape of an identifier.

The rule to keep: two consultations may be on one reference of the charity, and no answer says whether there is another.
So every one of them gets a mark of its own behind it, such as HP-118 (4K), also where it is the only one.
"""

from __future__ import annotations

import re
import secrets

from bot.cards import Correct, Form, Open, Reply, Say, Show, Text
from bot.consultation import case_card
from bot.emergency import with_line
from bot.forms import one, typed
from bot.keeping.clocks import hold
from bot.leads.beside import look_for_another
from bot.practice import PREFIX
from bot.turn import Refusal, Turn
from storage.cases import plain_reference
from storage.records import Consultation

_OWN = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9/_.\- ]{1,33}[A-Za-z0-9]")
"""Letters, digits and simple marks, at least one digit: a file number has one, a name has none."""

_NAME = re.compile(r"[A-Za-z]{2,}[ .\-_][A-Za-z]{3,}")
"""Two words beside each other: the digit behind "john smith 1" makes it no reference."""

_FIELD = Text("reference", "Your own case reference", "Such as HP-2026-118. Never a name or a birth date.", 35)

_DIGITS, _LETTERS = "234679", "CDFHJKMNPRTVWX"  # no two that look alike, and never two letters: those are initials


async def name(turn: Turn) -> Reply:
    """The form that takes the reference under which the charity keeps this case."""
    case = await _case(turn)
    said = f"It is {case.reference} now. If you have your own number for this case, write it here."
    fields = (Say(f"{said} We put a mark behind it, so that no two checklists are mixed up."), _FIELD)
    return Open(with_line(Form("Case reference", fields, "Use this", "name.confirm", {"c": case.id}), turn.book))


async def name_confirmed(turn: Turn) -> Reply:
    """Keep it, once it looks like a reference and not like a person."""
    case = await _case(turn)
    texts = typed(turn, [_FIELD])
    reference = " ".join(one(turn.event, _FIELD.id).split())  # as a request to see what is held is kept, too
    if isinstance(texts, Correct) and not reference:
        return texts
    if reference.upper().startswith(PREFIX):
        return Correct({_FIELD.id: f"{PREFIX} is for practices alone. Use another reference. We did not keep it."})
    if isinstance(texts, Correct) or not _OWN.fullmatch(reference) or _NAME.search(reference):
        said = "Use letters and digits, with at least one digit. Never a name. We did not keep it."
        return Correct({_FIELD.id: said})
    if reference.lower() != plain_reference(case.reference).lower():
        await turn.tx.cases.name(case.id, await _marked(turn, reference))
        case = await turn.step(await turn.tx.cases.get(case.id))
        turn.note("reference given", case)
        if any(each.answered_at is None for each in await turn.tx.access.on_reference(case.reference)):
            await hold(turn.tx, await turn.picture(case), ["subject_access"])
        await look_for_another(turn, case)
    return Show(case_card(await turn.picture(case), notice="The case has your reference now."))


async def _case(turn: Turn) -> Consultation:
    """Their own; not a practice, which nobody may take for a client's case. Raises Refusal."""
    case = await turn.mine(fresh=False)
    if case.practice:
        raise Refusal("A practice keeps its own reference.")
    return case


async def _marked(turn: Turn, reference: str) -> str:
    """With a mark that no other consultation on it has."""
    for _ in range(20):
        marked = f"{reference} ({secrets.choice(_DIGITS)}{secrets.choice(_LETTERS)})"
        if not await turn.tx.cases.reference_taken(marked):
            return marked
    raise Refusal("We could not keep this reference. Please try again.")
