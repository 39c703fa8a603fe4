"""On the home page: the administrator's way to the team, and what has changed on the list of people of late.

The rule to keep: nobody gets a say, or an account to speak from, without the safeguarding lead reading by whom.
"""

from __future__ import annotations

from datetime import timedelta

from bot.cards import Block, Button, Buttons, Notice, Points
from bot.roster_cards import ACCOUNT, words_of
from bot.turn import Turn
from bot.wording import at
from storage.records import Grant

ADMINISTRATOR = "administrator"

SHOWN_FOR = timedelta(days=7)
"""How long the safeguarding lead reads on the home page who was given a say."""


async def home_blocks(turn: Turn) -> list[Block]:
    """For an administrator the way in; for leads, and for whom it concerns, what has changed of late."""
    blocks: list[Block] = []
    person = turn.person
    if person.can("safeguarding_lead") or person.can(ADMINISTRATOR):
        blocks += await _closed(turn)
    blocks += await _given(turn)
    if person.can(ADMINISTRATOR):
        blocks.append(Buttons((Button("The team", "team"),)))
    return blocks


async def _closed(turn: Turn) -> list[Block]:
    shut = await turn.tx.people.closed()
    if not shut:
        return []
    people = await turn.tx.people.get({account.person_id for account in shut})
    open_now = {account.person_id for account in await turn.tx.people.accounts(list(people))}
    found: list[Block] = []
    for account in sorted(shut, key=lambda each: (each.person_id, each.channel)):
        person = people.get(account.person_id)
        if person is None or not person.active:
            continue
        ring = f" Ring them: {person.telephone}." if person.telephone else ""
        only = "" if person.id in open_now else f" No message of ours reaches them at all.{ring}"
        found.append(
            Notice(
                f"{person.name} cannot be reached on {account.channel.title()}: the account is closed there.{only} "
                "Have they left? An administrator says so under “The team”.",
                "warning",
            )
        )
    return found


async def _given(turn: Turn) -> list[Block]:
    """Nobody gets a say, or an account to speak from, without the safeguarding lead reading by whom."""
    grants = await turn.tx.people.granted(turn.now - SHOWN_FOR)
    if not turn.person.can("safeguarding_lead"):
        grants = [each for each in grants if each.person_id == turn.person.id and each.what == ACCOUNT]
    if not grants:
        return []
    names = {person.id: person.name for person in await turn.tx.people.everybody()}
    lines = [_grant(turn, each, names) for each in grants]
    return [Notice("Changed on the list of people this week. If that is wrong, ring who did it."), Points(tuple(lines))]


def _grant(turn: Turn, grant: Grant, names: dict[str, str]) -> str:
    by = names.get(grant.by_id, "somebody")
    whom = "themselves" if grant.by_id == grant.person_id else names.get(grant.person_id, "somebody")
    return f"{by} gave {whom}: {words_of(grant.what)}, {at(grant.at, turn.charity)}."
