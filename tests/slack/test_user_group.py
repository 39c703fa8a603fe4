"""`people import --from-slack-group`: what it would do, what it does, and whom it leaves alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.books import read_books
from bot.channels import DeliveryError
from bot.channels.slack import configure
from bot.channels.slack.app import SlackChannel
from bot.organisation.tables import CharityError
from bot.settings import SHIPPED_BOOKS
from bot.team.colleagues import linked, unlinked
from bot.team.grouping import Asked, members_of, take
from bot.team.importing import import_charity, import_people
from policy.book import Book
from storage.migrating import migrate
from storage.records import Person
from storage.sealing import Keyring, new_key
from storage.store import Store
from tests.conversations.town import NIGHT
from tests.slack.workspace import Workspace
from tests.test_contracts import ROOT

GROUP = "S0WORKERS"
CHARITY = (ROOT / "bot" / "trial" / "charity.toml").read_text(encoding="utf-8")
PEOPLE = (ROOT / "tests" / "conversations" / "people.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def books() -> dict[str, Book]:
    return dict(read_books([SHIPPED_BOOKS]))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'confer.db'}"
    await migrate(url)
    store = Store(url, Keyring.parse(new_key("test")))
    await import_charity(store, CHARITY, NIGHT)
    await import_people(store, PEOPLE, NIGHT)
    yield store
    await store.close()


@pytest.fixture
def town_people(workspace: Workspace) -> Workspace:
    """A group of one who is known, two who are new, a guest, a bot, a closed account and one who has left."""
    workspace.person("U0AMIRA", "Amira O.")
    workspace.person("U0ZOE", "Zoe Hart")
    workspace.person("U0ZED", "Zoe Hart")
    workspace.person("U0GUEST", "Guy Est", is_restricted=True)
    workspace.person("U0ROBOT", "Robo", is_bot=True)
    workspace.person("U0SHUT", "Shu Tt", deleted=True)
    workspace.person("U0GRACE", "Grace Pell")
    workspace.groups[GROUP] = ["U0AMIRA", "U0ZOE", "U0ZED", "U0GUEST", "U0ROBOT", "U0SHUT", "U0GRACE"]
    return workspace


def slack(workspace: Workspace) -> SlackChannel:
    channel = configure(workspace.environment())
    assert isinstance(channel, SlackChannel)
    return channel


async def brings(workspace: Workspace, store: Store, books: dict[str, Book], asked: Asked) -> str:
    members = await members_of([slack(workspace)], "slack", asked.group)
    return await take(store, books, members, asked, NIGHT)


async def roster(store: Store) -> dict[str, Person]:
    async with store.read(NIGHT) as tx:
        [charity] = await tx.organisations.all()
        tx.bind(charity.id)
        return {person.handle: person for person in await tx.people.everybody()}


async def test_without_a_yes_it_says_what_would_be_and_changes_nothing(
    town_people: Workspace, store: Store, books: dict[str, Book]
) -> None:
    before = await roster(store)

    said = await brings(town_people, store, books, Asked(GROUP))

    assert "+ Zoe Hart (zoe.hart) would be new, as worker; may ask, and not yet agree" in said
    assert "! not taken: Zoe Hart: is this the same person as zoe.hart? Then link the account instead" in said
    assert "= Amira Osei is on the roster, and stays as they are" in said
    assert "! Grace Pell is on the roster as having left, and stays so" in said
    assert "- Femi Adair is not in the group, and stays" in said
    assert said.endswith("Nothing was changed. To do it, add: --yes")
    assert await roster(store) == before


async def test_with_a_yes_the_new_ones_are_there_and_nobody_else_is_changed(
    town_people: Workspace, store: Store, books: dict[str, Book]
) -> None:
    before = await roster(store)

    await brings(town_people, store, books, Asked(GROUP, yes=True, another=frozenset({"U0ZED"})))
    again = await brings(town_people, store, books, Asked(GROUP, yes=True))

    now = await roster(store)
    assert set(now) - set(before) == {"zoe.hart", "zoe.hart2"}
    assert {handle: now[handle] for handle in before} == before
    assert (now["zoe.hart"].role, now["zoe.hart"].capabilities) == ("worker", frozenset())
    assert "+" not in again
    async with store.read(NIGHT) as tx:
        person = await tx.people.by_account("slack", town_people.team, "U0ZOE")
    assert person == now["zoe.hart"]


async def test_nobody_becomes_a_second_person_by_being_in_a_group_from_another_account(
    town_people: Workspace, store: Store, books: dict[str, Book]
) -> None:
    town_people.person("U0TWIN", "Amira Osei")
    town_people.groups[GROUP] = ["U0TWIN"]

    refused = await brings(town_people, store, books, Asked(GROUP, yes=True))
    before = await roster(store)
    taken = await brings(town_people, store, books, Asked(GROUP, yes=True, another=frozenset({"U0TWIN"})))

    assert "! not taken: Amira Osei: is this the same person as amira? Then link the account instead" in refused
    assert "amira.osei" not in before
    assert "+ Amira Osei (amira.osei) is new" in taken


async def test_a_guest_a_bot_and_a_closed_account_are_never_taken(
    town_people: Workspace, store: Store, books: dict[str, Book]
) -> None:
    said = await brings(town_people, store, books, Asked(GROUP, yes=True))

    for why in ("Guy Est: a guest of the workspace", "Robo: a bot", "Shu Tt: a closed account"):
        assert f"! not taken: {why}" in said
    assert not {"guy.est", "robo", "shu.tt"} & set(await roster(store))


async def test_leavers_leave_only_when_it_is_asked_for_and_never_of_another_role(
    town_people: Workspace, store: Store, books: dict[str, Book]
) -> None:
    town_people.groups[GROUP] += ["U0BEN", "U0EWAN", "U0FEMI", "U0JOAN"]
    for user in ("U0BEN", "U0EWAN", "U0FEMI", "U0JOAN"):
        town_people.person(user, user)

    await brings(town_people, store, books, Asked(GROUP, yes=True))
    kept = await roster(store)
    said = await brings(town_people, store, books, Asked(GROUP, leavers=True, yes=True))
    now = await roster(store)

    assert kept["hana"].active
    assert "- Hana Reed has left" in said
    assert not now["hana"].active
    assert [handle for handle in ("amira", "ben", "chidi", "dora", "iris") if now[handle].active] == [
        "amira",
        "ben",
        "chidi",
        "dora",
        "iris",
    ]


async def test_leavers_that_would_leave_an_approval_nobody_could_give_are_refused_and_nothing_is_changed(
    town_people: Workspace, store: Store, books: dict[str, Book]
) -> None:
    before = await roster(store)

    with pytest.raises(CharityError) as wrong:
        await brings(town_people, store, books, Asked(GROUP, leavers=True, yes=True))

    assert any("nobody could get AO" in fault for fault in wrong.value.faults)
    assert await roster(store) == before


async def test_an_empty_group_sends_nobody_away(workspace: Workspace, store: Store, books: dict[str, Book]) -> None:
    workspace.groups[GROUP] = []

    with pytest.raises(CharityError, match="nobody is in the group"):
        await brings(workspace, store, books, Asked(GROUP, leavers=True, yes=True))


@pytest.mark.parametrize(
    ("group", "scopes", "why"),
    [("S0NONE", {"usergroups:read"}, "slack says no_such_subteam"), (GROUP, set[str](), "add it and install the app")],
)
async def test_what_slack_refuses_is_said_in_words(
    group: str, scopes: set[str], why: str, town_people: Workspace, store: Store, books: dict[str, Book]
) -> None:
    town_people.scopes = scopes

    with pytest.raises(CharityError, match=why):
        await brings(town_people, store, books, Asked(group))


async def test_where_slack_asks_for_patience_the_command_waits_and_goes_on(
    town_people: Workspace, store: Store, books: dict[str, Book]
) -> None:
    town_people.fails("users.info", status=429, retry_after=0, times=2)

    said = await asyncio.wait_for(brings(town_people, store, books, Asked(GROUP)), 20)

    assert "+ Zoe Hart" in said


async def test_a_charity_without_slack_is_told_so() -> None:
    with pytest.raises(CharityError, match="slack is not set up here"):
        await members_of([], "slack", GROUP)


async def test_a_failure_of_slack_is_not_hidden(workspace: Workspace) -> None:
    workspace.fails("usergroups.users.list", status=500)

    with pytest.raises(DeliveryError):
        await slack(workspace).group(GROUP)


async def test_somebody_new_with_an_account_that_another_had_counts_as_one_human_with_them(
    town_people: Workspace, store: Store, books: dict[str, Book]
) -> None:
    account = ("slack", town_people.team, "U0ZOE")
    await linked(store, books, "femi", account, NIGHT)
    await unlinked(store, books, "femi", account, NIGHT)
    town_people.groups[GROUP] = ["U0ZOE"]

    said = await brings(town_people, store, books, Asked(GROUP, yes=True))
    again = await brings(town_people, store, books, Asked(GROUP, yes=True))

    assert "Zoe Hart: they count as one human with Femi Adair: neither decides what the other asked." in said
    assert "one human" not in again
