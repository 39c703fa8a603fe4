"""Messages about the list of people: who was changed, how and by whom, and whose account is closed.

The rule to keep: nobody gets or loses a say in silence, and of each change somebody reads who neither made it nor gains
by it; nobody is waited for who reads nothing any more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from bot import messages
from bot.cards import Block, Card, Notice, Number, Numbers, Say
from bot.messages import Scene
from bot.wording import DUTIES
from storage.records import Person
from storage.store import Transaction

GIVEN = "roster_given"
"""The kind of the message that says who gave whom what."""

CLOSED = "account_closed"
"""The kind of the message that says whose account is closed."""

ACCOUNT = "account"
"""What somebody was given who can now speak from one more account."""

_NAMES = {**DUTIES, "administrator": "administrator", "worker": "the role of a worker", "trustee": "trustee"}

ANOTHER = "another"
"""Whoever put them on the list said that they are no other entry of it, though it looks so."""

_SAID = {
    "name": "{by} changed a name on the list of people. It is now: {whom}.",
    "telephone": "{by} changed the telephone number of {whom}. It is now: {telephone}.",
    "away": "{by} wrote down that {whom} is away.",
    "back": "{by} wrote down that {whom} is back.",
    "left": "{by} wrote down that {whom} has left.",
    "here": "{by} put {whom} on the list again.",
    ANOTHER: "{by} put {whom} on the list. Somebody there has the same name or number. Ask: are they two people?",
}


def words_of(what: str) -> str:
    """A capability, a role or an account in plain words."""
    return "one more account" if what == ACCOUNT else _NAMES.get(what, what.replace("_", " "))


async def tell_changed(
    tx: Transaction, person: Person, what: Collection[str], *, by: str, before: Iterable[Person] = ()
) -> None:
    """Whose entry it is reads of it, on every account they have up to now; so does a third person, who is not `by`.

    That is the safeguarding lead, as the list is and as it was `before`; else the chair, the vice-chair, the on-call
    trustee, any trustee, anybody. `what`: what they were given, with "-" before it what was taken away, or a `_SAID`.
    """
    if not what:
        return
    now = await tx.people.everybody()
    reached = {account.person_id for account in await tx.people.accounts()}
    able = [p for p in now if p.active and not p.locked and p.id in reached and p.id not in (by, person.id)]
    about = {"whom": person.id, "by": by, "what": " ".join(sorted(what))}
    witnesses = _witnesses(able, {p.id for p in (*before, *now) if p.active and p.can("safeguarding_lead")})
    if not witnesses:
        tx.note("nobody to tell", person=person.id, by=by)
    await messages.send(tx, GIVEN, witnesses, **about)
    if person.id != by:
        # What follows may cut them off, or the account that this stands on: they read it all the same.
        await messages.send(tx, GIVEN, [person], **about, parting="yes")


def _witnesses(able: Collection[Person], leads: Collection[str]) -> list[Person]:
    ways = (
        [person for person in able if person.id in leads],
        *([person for person in able if person.can(duty)] for duty in ("chair", "vice_chair", "on_call_trustee")),
        [person for person in able if person.role == "trustee"],
        list(able),
    )
    return next((people for people in ways if people), [])


async def given_card(scene: Scene) -> Card | None:
    people = await scene.tx.people.get({scene.about["whom"], scene.about["by"]})
    by, whom = people.get(scene.about["by"]), people.get(scene.about["whom"])
    if whom is None:
        return None
    what, who = scene.about["what"].split(), by.name if by else "Somebody at the command line"
    to = "themselves" if by and by.id == whom.id else "you" if whom.id == scene.person.id else whom.name
    gained = ", ".join(words_of(each) for each in what if each not in _SAID and not each.startswith("-"))
    lost = ", ".join(words_of(each[1:]) for each in what if each.startswith("-"))
    said = [f"{who}, who keeps the list of people, gave {to}: {gained}."] if gained else []
    said += [f"{who}, who keeps the list of people, took away from {to}: {lost}."] if lost else []
    named = {"by": who, "whom": whom.name, "telephone": whom.telephone or "none"}
    said += [words.format(**named) for each, words in _SAID.items() if each in what]
    blocks: list[Block] = [
        *(Notice(each) for each in said),
        Say("If you did not expect this, ring them now. If it is wrong, ask another administrator to undo it."),
    ]
    if by is not None and by.telephone:
        blocks.append(Numbers((Number(by.name, by.telephone, "Did this"),)))
    return scene.card("The list of people has changed", blocks)


async def tell_closed(tx: Transaction, person: Person, channel: str) -> None:
    """Administrators and safeguarding leads read that this person reads nothing there any more."""
    people = [each for each in await tx.people.everybody() if each.active and each.id != person.id]
    told = [each for each in people if each.can("administrator") or each.can("safeguarding_lead")]
    await messages.send(tx, CLOSED, told, whom=person.id, where=channel)


async def closed_card(scene: Scene) -> Card | None:
    shut = [a for a in await scene.tx.people.closed() if a.person_id == scene.about["whom"]]
    person = (await scene.tx.people.get([scene.about["whom"]])).get(scene.about["whom"])
    if person is None or not person.active or not any(a.channel == scene.about["where"] for a in shut):
        return None
    elsewhere = bool(await scene.tx.people.accounts([person.id]))
    where = scene.about["where"].title()
    blocks: list[Block] = [Notice(f"{person.name} cannot be reached on {where}: the account is closed.", "warning")]
    if elsewhere:
        blocks.append(Say("They are reached on their other account."))
    else:
        blocks.append(Say("No message of ours reaches them. What waited only for them has gone on to others."))
        rows = (Number(person.name, person.telephone or "no number here", "Ring them"),)
        blocks.append(Numbers(rows))
    blocks.append(Say("They stay on the list. If they have left, an administrator says so under “The team”."))
    return scene.card("Somebody cannot be reached", blocks)
