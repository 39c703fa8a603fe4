"""The team, for an administrator: who is on the roster, what they may, where they are reached, when they are on call.

The rule to keep: nothing in here knows of a consultation, no reference and no count; each change is the one that the
command line makes, and the safeguarding lead reads who gave whom a say.
"""

from __future__ import annotations

import re

from bot.cards import Block, Button, Buttons, Card, Choice, Correct, Notice, Open, Pick, Points, Reply, Say, Show
from bot.emergency import with_line
from bot.forms import one
from bot.organisation.tables import CharityError
from bot.phone import factors
from bot.roster_cards import ANOTHER, tell_changed, words_of
from bot.team import team_forms as forms
from bot.team.away import back_of
from bot.team.linking import accounts_of, link, unlink
from bot.team.membership import alike, as_wanted, change, may_stand_in, send_away
from bot.team.rota import add_shift
from bot.team.team_news import ADMINISTRATOR
from bot.turn import Refusal, Turn
from bot.wording import DUTIES, until
from storage.records import Absence, Address, Person

MOST = 100  # people in the list to choose from: no product takes more
_CHUNK = 15  # people in one list, so that a product's longest paragraph is not reached


# The list


async def team(turn: Turn) -> Reply:
    """Everybody, and what can be changed."""
    _checked(turn)
    return Show(await team_card(turn))


async def factor_reset(turn: Turn) -> Reply:
    """A lost second factor and PIN are taken away; their owner and the safeguarding lead are told."""
    said = await factors.reset_chosen(turn)
    return said if isinstance(said, Correct) else Show(await team_card(turn, said))


async def team_card(turn: Turn, said: str = "") -> Card:
    people = await turn.tx.people.everybody()
    absent = await turn.tx.rota.absent()
    accounts = await turn.tx.people.accounts()
    here = [person for person in people if person.active]
    gone = [person for person in people if not person.active]
    lines = [_line(turn, person, absent.get(person.id), accounts) for person in here]
    blocks: list[Block] = [Notice(said, "done")] if said else []
    blocks += [Points(tuple(lines[start : start + _CHUNK])) for start in range(0, len(lines), _CHUNK)]
    if gone:
        blocks.append(Say(f"Have left: {', '.join(person.name for person in gone)}.", quiet=True))
    choices = tuple(Choice(p.id, p.name if p.active else f"{p.name} (has left)") for p in (*here, *gone)[:MOST])
    blocks.append(Pick("who", "Whom is it about?", choices))
    if len(people) > MOST:
        blocks.append(Say("The list to choose from ends at 100. The others: python -m bot people set.", quiet=True))
    ways = (("Change", "team.change"), ("Away or back", "team.away"), ("On call", "team.shift"))
    buttons = [Button(label, action) for label, action in ways]
    buttons.append(Button("Take away a lost PIN", "factor.reset", hint="Take away their second factor and PIN"))
    blocks.append(Buttons((*buttons, Button("Accounts", "team.accounts"), Button("Add a colleague", "team.add"))))
    blocks.append(Say("You see nobody's consultations here. Every change is in the record.", quiet=True))
    return Card("The team", tuple(blocks), danger=turn.book.emergency.line)


def _line(turn: Turn, person: Person, absence: Absence | None, accounts: list[Address]) -> str:
    said = [person.role, *(words_of(each) for each in forms.IN_ORDER if person.can(each))]
    places = dict.fromkeys(_place(account) for account in accounts if account.person_id == person.id)
    said.append(f"on {' and '.join(places)}" if places else "no account")
    if person.locked:
        said.append("locked out: phone lost")
    if absence is not None:
        said.append(f"away until {until(absence.until, turn.charity)}")
    return f"{person.name}: {', '.join(said)}"


def _place(account: Address) -> str:
    return account.channel.title()


# Somebody new, somebody changed


async def add(turn: Turn) -> Reply:
    _checked(turn)
    return Open(with_line(forms.adding(await _places(turn)), turn.book))


async def add_confirmed(turn: Turn) -> Reply:
    """On the roster from now on."""
    await _alone(turn)
    said, people = forms.values(turn.event), await turn.tx.people.everybody()
    twins = alike(said["name"], said["telephone"], people)
    if twins and one(turn.event, "another") != "yes":
        ask = f"Is this {twins[0].name}, who is on the list? Then link the account instead, under “Accounts”."
        return Correct({"name": f"{ask} If it is another human, tick the box that says so."})
    handle = await _new_handle(turn, one(turn.event, "name"))
    account = _account(turn, await _places(turn))
    if isinstance(account, Correct):
        return account
    nobody = Person("", turn.charity.id, handle, "", "worker", frozenset(), True)
    added = await _put(turn, nobody, {**said, "active": "yes"}, account)
    if twins and isinstance(added, Show):
        new = next(each for each in await turn.tx.people.everybody() if each.handle == handle)
        await tell_changed(turn.tx, new, [ANOTHER], by=turn.person.id)
    return added


async def change_one(turn: Turn) -> Reply:
    person = await _chosen(turn)
    return person if isinstance(person, Correct) else Open(with_line(forms.changing(person), turn.book))


async def change_confirmed(turn: Turn) -> Reply:
    """As the form says; or nothing is changed, and why."""
    await _alone(turn)
    person = await _carried(turn)
    if turn.event.carry.get("was") != forms.was(person):
        raise Refusal(
            f"{person.name} was changed by somebody else meanwhile. Nothing was changed. Open the form again."
        )
    return await _put(turn, person, forms.values(turn.event), None)


async def _put(turn: Turn, person: Person, values: dict[str, str], account: tuple[str, str, str] | None) -> Reply:
    try:
        wanted = as_wanted(person, values)
    except CharityError as wrong:
        return Correct({"name": " ".join(wrong.faults)})
    try:
        [done] = await change(turn.tx, turn.office.books, [wanted], by=turn.person.id)
        if account is not None:
            await link(turn.tx, turn.office.books, done.person, account, by=turn.person.id)
    except CharityError as wrong:
        raise Refusal(_nothing(wrong)) from wrong
    if not any(p.active and not p.locked and p.can(ADMINISTRATOR) for p in await turn.tx.people.everybody()):
        raise Refusal("Nobody would be left who can change this list here. Make somebody else administrator first.")
    if done.left:
        said = f"{done.person.name} has left. If anything of theirs was open, the lead has it now."
        return Show(await team_card(turn, said))
    return Show(await team_card(turn, f"{done.person.name} is {'changed' if person.id else 'on the list'}."))


async def _new_handle(turn: Turn, name: str) -> str:
    """An id of the roster that nobody has: the name in small letters."""
    taken = {person.handle for person in await turn.tx.people.everybody()}
    base = ".".join(re.findall(r"[a-z0-9]+", name.lower()))[:36] or "colleague"
    return next(
        each for number in range(1, len(taken) + 3) if (each := f"{base}{number if number > 1 else ''}") not in taken
    )


# Away, back, on call


async def away(turn: Turn) -> Reply:
    person = await _chosen(turn)
    if isinstance(person, Correct):
        return person
    absence = (await turn.tx.rota.absent()).get(person.id)
    others = may_stand_in(person, await turn.tx.people.everybody())
    return Open(with_line(forms.going(turn, person, others, is_away=absence is not None), turn.book))


async def away_confirmed(turn: Turn) -> Reply:
    """Away, or back, as the form says."""
    person = await _carried(turn)
    if one(turn.event, "until") == forms.BACK:
        was = await turn.tx.rota.back(person.id, by=turn.person.id)
        await tell_changed(turn.tx, person, ["back"] if was else [], by=turn.person.id)
        return Show(await team_card(turn, f"{person.name} is back." if was else f"{person.name} was not away."))
    back = back_of(turn)
    if isinstance(back, Correct):
        return back
    id = one(turn.event, "stand_in")
    if id and id not in {each.id for each in may_stand_in(person, await turn.tx.people.everybody())}:
        raise Refusal("They cannot stand in any more. Open the form again.")
    await send_away(turn.tx, turn.office.books, person, until=back, stand_in=id or None, by=turn.person.id)
    await tell_changed(turn.tx, person, ["away"], by=turn.person.id)
    return Show(await team_card(turn, f"{person.name} is away until {until(back, turn.charity)}."))


async def shift(turn: Turn) -> Reply:
    person = await _chosen(turn)
    if isinstance(person, Correct):
        return person
    if not forms.duties_of(person):
        raise Refusal(f"{person.name} has no duty to be on call for. Give them one first, under “Change”.")
    return Open(with_line(forms.on_call(turn, person), turn.book))


async def shift_confirmed(turn: Turn) -> Reply:
    """One more shift of the rota; what stands there stays."""
    person = await _carried(turn)
    span = forms.span(turn)
    if isinstance(span, Correct):
        return span
    duty, (starts, ends) = one(turn.event, "duty"), span
    try:
        await add_shift(turn.tx, person, duty, starts, ends, by=turn.person.id)
    except CharityError as wrong:
        return Correct({"day": " ".join(wrong.faults)})
    said = f"{person.name} is on call as {DUTIES[duty]} from {until(starts, turn.charity)}."
    return Show(await team_card(turn, said))


# Accounts


async def accounts(turn: Turn) -> Reply:
    person = await _chosen(turn)
    if isinstance(person, Correct):
        return person
    return Open(with_line(forms.accounts(person, await accounts_of(turn.tx, person), await _places(turn)), turn.book))


async def accounts_confirmed(turn: Turn) -> Reply:
    """One account more, or one less; never both at once of somebody who has a say."""
    await _alone(turn)
    person = await _carried(turn)
    account = _account(turn, await _places(turn))
    if isinstance(account, Correct):
        return account
    theirs = {" ".join((a.channel, a.tenant, a.user)): a for a in await accounts_of(turn.tx, person)}
    gone = theirs.get(one(turn.event, "take"))
    if account is None and gone is None:
        return Correct({"user": "Write the id of the new account, or choose one to take away."})
    if account is not None and gone is not None and person.capabilities:
        return Correct({"take": f"First add the new one. Take this one away when {person.name} has used the new one."})
    try:
        if account is not None:
            await link(turn.tx, turn.office.books, person, account, by=turn.person.id)
        if gone is not None:
            await unlink(turn.tx, turn.office.books, person, gone, by=turn.person.id)
    except CharityError as wrong:
        raise Refusal(_nothing(wrong)) from wrong
    return Show(await team_card(turn, f"The accounts of {person.name} are changed."))


async def _places(turn: Turn) -> tuple[tuple[str, str], ...]:
    """Where people are reached: each (channel, tenant) that somebody here has an account in."""
    known = [*await turn.tx.people.accounts(), *await turn.tx.people.closed()]
    return tuple(sorted({(account.channel, account.tenant) for account in known}))


def _account(turn: Turn, places: tuple[tuple[str, str], ...]) -> tuple[str, str, str] | Correct | None:
    """The account of the form; None where nothing was written."""
    user, where = one(turn.event, "user").strip(), one(turn.event, "where")
    place = next((each for each in places if " ".join(each) == where), None)
    if not user:
        return None
    if place is None:
        return Correct({"where": "Please choose where this account is."})
    return *place, user


# What all have in common


def _checked(turn: Turn) -> None:
    if not turn.person.can(ADMINISTRATOR):
        raise Refusal("Only an administrator can change the list of people.")


async def _alone(turn: Turn) -> None:
    """Nobody else changes the list until this is done; whoever does it may still do so now that it is their turn."""
    await turn.tx.people.hold_roster()
    now = (await turn.tx.people.get([turn.person.id])).get(turn.person.id)
    if now is None or not now.active or now.locked or not now.can(ADMINISTRATOR):
        raise Refusal("Only an administrator can change the list of people.")


async def _chosen(turn: Turn) -> Person | Correct:
    """Whom the list says."""
    _checked(turn)
    person = (await turn.tx.people.get([one(turn.event, "who")])).get(one(turn.event, "who"))
    return person or Correct({"who": "First choose somebody of the list. Then press again."})


async def _carried(turn: Turn) -> Person:
    """Whom the form is about."""
    _checked(turn)
    person = (await turn.tx.people.get([turn.event.carry.get("p", "")])).get(turn.event.carry.get("p", ""))
    if person is None:
        raise Refusal("They are not on the list. Open the list again.")
    return person


def _nothing(wrong: CharityError) -> str:
    return f"Nothing was changed: {' '.join(wrong.faults)}"
