"""The case reference: made by us, or the charity's own; never a name, and never the shape of an identifier."""

from __future__ import annotations

import re

from bot.cards import Correct, Form, Open, Reply, Say, Show, Text
from bot.consultation import case_card
from bot.emergency import with_line
from bot.forms import one, typed
from bot.turn import Turn

_OWN = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9/_.\- ]{1,38}[A-Za-z0-9]")
"""Letters, digits and simple marks, at least one digit: a file number has one, a name has none."""

_NAME = re.compile(r"[A-Za-z]{2,}[ .\-_][A-Za-z]{3,}")
"""Two words beside each other: the digit behind "john smith 1" makes it no reference."""

_FIELD = Text("reference", "Your own case reference", "Such as HP-2026-118. Never a name or a birth date.", 40)


async def name(turn: Turn) -> Reply:
    """The form that takes the reference under which the charity keeps this case."""
    case = await turn.mine(fresh=False)
    fields = (Say(f"We gave it {case.reference}. If you have your own number for this case, write it here."), _FIELD)
    return Open(with_line(Form("Case reference", fields, "Use this", "name.confirm", {"c": case.id}), turn.book))


async def name_confirmed(turn: Turn) -> Reply:
    """Keep it, once it looks like a reference and not like a person."""
    case = await turn.mine(fresh=False)
    texts = typed(turn, [_FIELD])
    reference = one(turn.event, _FIELD.id).strip()
    if isinstance(texts, Correct) and not reference:
        return texts
    if isinstance(texts, Correct) or not _OWN.fullmatch(reference) or _NAME.search(reference):
        said = "Use letters and digits, with at least one digit. Never a name. We did not keep it."
        return Correct({_FIELD.id: said})
    if reference != case.reference and await turn.tx.cases.reference_taken(reference):
        return Correct({_FIELD.id: "Another consultation has this reference already. Add a number, such as -2."})
    await turn.tx.cases.name(case.id, reference)
    case = await turn.step(await turn.tx.cases.get(case.id))
    turn.note("reference given", case)
    return Show(case_card(await turn.picture(case), notice="The case has your reference now."))
