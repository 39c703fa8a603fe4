"""Taking people from a group of a product, such as a Slack user group: who is new, who is there, who is in it no more.

The rule to keep: without a yes nothing is changed, and nobody ever leaves by it unless that is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.channels import Channel, DeliveryError, Grouped, Member
from bot.organisation.tables import CharityError, fits
from bot.roster_cards import ANOTHER, tell_changed
from bot.team.importing import bound, said_of
from bot.team.membership import COMMAND_LINE, Wanted, accounts_known, alike, change
from policy.book import Book
from storage.records import Address, Person, Role
from storage.store import Store, Transaction

_REFUSED = {"guest": "a guest of the workspace", "bot": "a bot", "closed": "a closed account"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command was given: new people get `role`; only people of that role can be `leavers`.

    `another`: the ids, in the product, of members who are no entry of the roster though one has the same name.
    """

    group: str
    role: Role = "worker"
    leavers: bool = False
    yes: bool = False
    another: frozenset[str] = frozenset()


@dataclass
class _Plan:
    new: list[Wanted] = field(default_factory=list)
    twins: set[str] = field(default_factory=set)  # the handles of new ones who look like somebody, and are not
    known: list[Person] = field(default_factory=list)
    returned: list[Person] = field(default_factory=list)  # in the group, and on the roster as having left
    gone: list[Person] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


async def members_of(channels: Sequence[Channel], name: str, group: str) -> list[Member]:
    """Everybody in the group. Raises CharityError where the channel cannot say."""
    channel = next((each for each in channels if each.name == name and isinstance(each, Grouped)), None)
    if channel is None or not isinstance(channel, Grouped):
        raise CharityError([f"{name} is not set up here, so its groups cannot be read"])
    try:
        return await channel.group(group)
    except DeliveryError as wrong:
        hint = ": the app needs the scope usergroups:read; add it and install the app again"
        raise CharityError([f"{name} says {wrong}{hint if str(wrong) == 'missing_scope' else ''}"]) from wrong


async def take(
    store: Store, books: Mapping[str, Book], members: Collection[Member], asked: Asked, now: datetime
) -> str:
    """What would be changed, or with `yes` was. Raises CharityError, and changes nothing then."""
    if not members:
        # A group that somebody emptied by mistake must not send everybody away.
        raise CharityError([f"nobody is in the group {asked.group}"])
    if not asked.yes:
        async with store.read(now) as tx:
            await bound(tx)
            plan = await _planned(tx, members, asked)
        lines = _lines(plan, asked, done=False)
        return "\n".join([*lines, "Nothing was changed. To do it, add: --yes"])
    async with store.begin(now) as tx:
        await bound(tx)
        await tx.people.hold_roster()
        plan = await _planned(tx, members, asked)
        leavers = plan.gone if asked.leavers else []
        rows = [*plan.new, *(Wanted(p.handle, p.name, p.role, p.capabilities, False, p.telephone) for p in leavers)]
        changed = await change(tx, books, rows, by=COMMAND_LINE)
        for each in changed:
            if each.person.handle in plan.twins:
                await tell_changed(tx, each.person, [ANOTHER], by=COMMAND_LINE)
    return "\n".join([*_lines(plan, asked, done=True), *said_of(changed)])


async def _planned(tx: Transaction, members: Collection[Member], asked: Asked) -> _Plan:
    people = {person.id: person for person in await tx.people.everybody()}
    accounts = await accounts_known(tx)
    owner = {(each.channel, each.tenant, each.user): people[each.person_id] for each in accounts}
    plan, taken = _Plan(), {person.handle for person in people.values()}
    for member in members:
        who = (member.who.channel, member.who.tenant, member.who.user)
        name = member.name.strip()
        if why := _REFUSED.get(member.kind):
            plan.refused.append(f"{name}: {why}")
        elif person := owner.get(who):
            (plan.known if person.active else plan.returned).append(person)
        elif not name or not fits(name):
            plan.refused.append(f"{member.who.user}: a name is at most 200 characters, on one line")
        elif (twins := _alike(name, people.values(), plan)) and member.who.user not in asked.another:
            plan.refused.append(
                f"{name}: is this the same person as {twins[0]}? Then link the account instead: people link … "
                f"--user {member.who.user}. If it is another human, add: --another-person {member.who.user}"
            )
        else:
            handle = _handle(name, taken)
            taken.add(handle)
            plan.twins |= {handle} if twins else set()
            plan.new.append(Wanted(handle, name, asked.role, frozenset(), accounts=(who,)))
    plan.gone = _gone(members, list(people.values()), accounts, asked.role)
    return plan


def _alike(name: str, people: Iterable[Person], plan: _Plan) -> list[str]:
    """Who has this name, on the roster or of those who are new with them: their ids there."""
    new = [Person(row.handle, "", row.handle, row.name, row.role, row.capabilities, True) for row in plan.new]
    return [person.handle for person in alike(name, "", [*people, *new])]


def _gone(members: Collection[Member], people: list[Person], accounts: list[Address], role: Role) -> list[Person]:
    """People of that role who have an account where the group is, and whose account is not in it (or is closed)."""
    places = {(member.who.channel, member.who.tenant) for member in members}
    inside = {member.who.user for member in members if member.kind != "closed"}
    there: dict[str, set[str]] = {}
    for each in accounts:
        if (each.channel, each.tenant) in places:
            there.setdefault(each.person_id, set()).add(each.user)
    return [p for p in people if p.active and p.role == role and p.id in there and not there[p.id] & inside]


def _handle(name: str, taken: Collection[str]) -> str:
    base = ".".join(re.findall(r"[a-z0-9]+", name.lower()))[:36] or "colleague"
    return next(each for each in [base, *(f"{base}{n}" for n in range(2, len(taken) + 3))] if each not in taken)


def _lines(plan: _Plan, asked: Asked, *, done: bool) -> list[str]:
    added, left = ("is new", "has left") if done else ("would be new", "would leave")
    lines = [f"+ {row.name} ({row.handle}) {added}, as {row.role}; may ask, and not yet agree" for row in plan.new]
    lines += [f"= {person.name} is on the roster, and stays as they are" for person in plan.known]
    lines += [
        f"! {person.name} is on the roster as having left, and stays so; to change it: "
        f"people set {person.handle} --active yes"
        for person in plan.returned
    ]
    lines += [f"! not taken: {why}" for why in plan.refused]
    for person in plan.gone:
        stays = f"is not in the group, and stays; with --leavers they {'leave' if done else 'would leave'}"
        lines.append(f"- {person.name} {left if asked.leavers else stays}")
    return lines
