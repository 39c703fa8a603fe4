"""How often a reader gets the digest: every week, the first of each month, or when they ask for it.

The rule to keep: the chair and the leads get every one; and a week in which somebody's safety waits comes to everybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import get_args

from bot.cards import Aside, Button, Card, Choice, Correct, Form, Open, Pick, Reply, Say
from bot.emergency import with_line
from bot.forms import one
from bot.organisation.charity import Charity
from bot.reporting.figures import Told
from bot.reporting.readers import LEADS, may_read
from bot.turn import Refusal, Turn
from storage.digest_choices import DigestChoice, Often
from storage.digests import Written
from storage.records import Person

OFTEN = "digest.often"
"""The action that opens the choice."""

_OFTEN = "often"
_LABELS: dict[Often, str] = {
    "weekly": "Every week",
    "monthly": "Once a month",
    "on_request": "Only when I ask for it",
}
_HELP: dict[Often, str] = {
    "weekly": "",
    "monthly": "The first one of each month. It says which weeks were not sent.",
    "on_request": "It stands on your home page: “The weekly digest”.",
}
_ALWAYS = (
    "You always get it in a week in which an emergency is not reviewed. "
    "The same where a question has no answer, or the record is not whole."
)


def bound(person: Person) -> bool:
    """Whether this person gets every one, whatever they chose once."""
    return bool(person.capabilities & LEADS)


def often(person: Person, chosen: DigestChoice | None) -> Often:
    """What counts for this person now."""
    return "weekly" if chosen is None or bound(person) else chosen.often


def comes(how: Often, written: Written, told: Told, before: Written | None, charity: Charity) -> bool:
    """Whether this digest is sent to somebody who gets them like that. `before`: the digest before it."""
    return how == "weekly" or presses_on(told) or (how == "monthly" and _first_of_month(written, before, charity))


def presses_on(told: Told) -> bool:
    """Whether somebody's safety may wait for a reader, or the record is not whole: this comes to everybody."""
    return bool(told.unreviewed or told.unheard or told.broken)


def why_now(
    chosen: DigestChoice | None,
    person: Person,
    written: Written,
    told: Told,
    before: Sequence[tuple[Written, Told]],
    charity: Charity,
) -> str:
    """Why this one came to somebody who does not get every one, and which did not; "" for everybody else.

    `before`: the digests before it, the newest first.
    """
    how = often(person, chosen)
    if chosen is None or how == "weekly":
        return ""
    earlier = [each for each, _ in before]
    if told.broken:
        return "You do not get every one. This one comes because the record is not whole."
    if how == "on_request" or not _first_of_month(written, next(iter(earlier), None), charity):
        return "You do not get every one. This one comes because an emergency or a question waits."
    unsent: list[str] = []
    for index, (each, numbers) in enumerate(before):
        if each.made_at < chosen.since or _first_of_month(each, next(iter(earlier[index + 1 :]), None), charity):
            break
        if not presses_on(numbers):
            unsent.append(_day(each.until, charity))
    if not unsent:
        return "You get one a month."
    return f"You get one a month. Not sent to you: the weeks up to {', '.join(reversed(unsent))}."


def choice_button(person: Person) -> list[Button]:
    """The way to the choice; nothing for whoever has none."""
    return [] if bound(person) else [Button("How often I get this", OFTEN)]


async def choose(turn: Turn) -> Reply:
    """The form."""
    chosen = (await _chosen(turn)).get(turn.person.id)
    picks = tuple(Choice(each, _LABELS[each], _HELP[each]) for each in get_args(Often))
    fields = (Pick(_OFTEN, "How often?", picks, chosen=often(turn.person, chosen)), Say(_ALWAYS))
    return Open(with_line(Form("The weekly digest", fields, "Choose", f"{OFTEN}.confirm"), turn.book))


async def chosen(turn: Turn) -> Reply:
    """Keep it."""
    await _chosen(turn)
    how = next((each for each in get_args(Often) if each == one(turn.event, _OFTEN)), None)
    if how is None:
        return Correct({_OFTEN: "Please choose one of the list."})
    await turn.tx.digest_choices.choose(turn.person.id, how)
    turn.note("digest chosen", often=how)
    said = {
        "weekly": "You get the digest every week.",
        "monthly": "You get the first digest of each month. The others stand on your home page.",
        "on_request": "You get no digest by itself. Open the newest one on your home page.",
    }[how]
    blocks = [Say(said)] if how == "weekly" else [Say(said), Say(_ALWAYS)]
    return Aside(Card("Your choice is kept", tuple(blocks), danger=turn.book.emergency.line))


async def _chosen(turn: Turn) -> dict[str, DigestChoice]:
    """Raises Refusal."""
    if not may_read(turn.person):
        raise Refusal("Only trustees and leads read the weekly digest.")
    if bound(turn.person):
        raise Refusal("The chair and the leads get the digest every week. That cannot be turned off.")
    return await turn.tx.digest_choices.all()


def _first_of_month(written: Written, before: Written | None, charity: Charity) -> bool:
    return before is None or _month(before.until, charity) != _month(written.until, charity)


def _month(moment: datetime, charity: Charity) -> tuple[int, int]:
    local = moment.astimezone(charity.timezone)
    return local.year, local.month


def _day(moment: datetime, charity: Charity) -> str:
    local = moment.astimezone(charity.timezone)
    return f"{local.day} {local:%B}"
