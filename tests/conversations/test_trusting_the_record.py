"""What holds the record together while people work: heads on cards, a role that only adds, keys that are missing."""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from policy.book import Book
from storage.anchors import Anchor
from storage.chains import chain_in
from storage.grants import CannotRestrict, may_change_ledger, restrict
from storage.sealing import Keyring, new_key
from storage.verifying import verified
from tests.conversations import stories
from tests.conversations.around import YES_NOW
from tests.conversations.resident import TALKED, Resident
from tests.conversations.sides import opened
from tests.conversations.test_asking_back import answers, asks
from tests.conversations.test_second_look import message
from tests.conversations.test_step_up import PIN, sets_a_pin
from tests.conversations.town import ONE_ENGINE, Clock, Town
from tests.databases import execute

ON_POSTGRESQL = pytest.mark.parametrize("charity_url", ["postgresql"], indirect=True)
HEAD = re.compile(r"Ledger (\d+)-([0-9a-f]{16})\.")
COUNCIL = "Children's social care at the council"
LOCKED = "The bot does not have the key to what was written here."


# The head of the ledger


def head_on(person: Resident) -> tuple[int, str]:
    found = HEAD.search(person.screen())
    assert found is not None, person.screen()
    return int(found[1]), found[2]


async def test_a_card_of_a_decision_shows_where_the_ledger_stood_and_the_chain_passes_through_it(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.sees("# Do you agree?")
    asked = head_on(femi)
    await femi.agrees()
    await femi.sees("Already decided")
    await town.delivers()
    decided = head_on(femi)
    await amira.reads("You can go on now")
    worker = [(int(number), digest) for number, digest in HEAD.findall(amira.all())]

    async with town.reading() as tx:
        heads = (asked, decided, *worker)
        anchors = [Anchor(tx.organisation_id, number, digest, town.clock.now) for number, digest in heads]
        found = await verified(chain_in(tx), tx.organisation_id, anchors)

    assert (found.fault, found.passed) == (None, 3)
    assert asked[0] < decided[0] <= found.entries
    assert asked[0] < worker[0][0] <= found.entries


@ONE_ENGINE
async def test_whoever_is_put_out_learns_nothing_from_the_head_of_the_ledger(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.sees("# Do you agree?")
    async with town.changing() as tx:
        await tx.cases.bar((await town.case()).id, [await town.id_of("femi")])

    await femi.presses("Approve")

    await femi.reads("Nothing is needed from you here.")
    await town.delivers()
    assert HEAD.search(femi.all()) is None


@ONE_ENGINE
async def test_a_record_that_is_not_what_it_was_stands_on_the_home_page_of_those_who_lead(town: Town) -> None:
    amira, ben, ewan = town.people("amira", "ben", "ewan")
    async with town.reading() as tx:
        town.process.office.alarms.say("ledger", "The record is older than it was.", tx.organisation_id)
        town.process.office.alarms.say("ledger", "Another charity's.", "another")

    for person in (amira, ben, ewan):
        await person.opens_home()

    for lead in (ben, ewan):
        await lead.sees("The record is older than it was. Please tell whoever looks after Confer today.")
        assert "Another charity's." not in lead.screen()
    assert "The record is older" not in amira.screen()


# A role that only reads and adds


@asynccontextmanager
async def a_role(url: str) -> AsyncIterator[tuple[str, str]]:
    """A role of the server, and the address of the same database as that role."""
    name, password = f"confer_bot_{secrets.token_hex(6)}", secrets.token_hex(12)
    server = make_url(url)
    await execute(server, f"CREATE ROLE {name} LOGIN PASSWORD '{password}'")
    as_role = server.update_query_dict({"user": name}) if "user" in server.query else server.set(username=name)
    try:
        yield name, as_role.set(password=password).render_as_string(hide_password=False)
    finally:
        await execute(server, f"DROP OWNED BY {name}", f"DROP ROLE {name}")


@ON_POSTGRESQL
async def test_the_bot_runs_a_whole_consultation_as_a_role_that_only_reads_and_adds_to_the_ledger(
    charity_url: str, books: Mapping[str, Book]
) -> None:
    keys = Keyring.parse(new_key("town"))
    async with a_role(charity_url) as (name, as_role), opened(["slack"]) as sides:
        await restrict(charity_url, name)
        await restrict(charity_url, name)  # again, as after a new version
        async with Town(sides, as_role, keys, books, Clock()) as town:
            amira, femi = town.people("amira", "femi")
            await sets_a_pin(femi)
            await amira.sends(stories.A_CHILD, of="Femi Adair")
            await town.delivers()
            await asks(femi)
            await femi.sees("You asked Amira Osei something")
            await town.delivers()
            await amira.reads("# Somebody asks you something")
            await answers(town, amira)
            await femi.reads("# You have an answer")
            await femi.presses("Approve", on=message(femi, "Do you agree?"))
            await femi.sees("# Your decision")
            await femi.fills("Why do you agree?", "The risk is clear.")
            await femi.ticks(TALKED)
            await femi.submits()
            await femi.reads("Already decided")
            await town.delivers()
            await amira.reads("# What to do now")
            await amira.writes_down(COUNCIL, on=message(amira, "Write down what was done"))
            await amira.reads("Kept in the record.")
            await amira.finishes(on=message(amira, "Finish the record"))
            await amira.reads("[A letter for them]")
            await amira.presses("Close", on=message(amira, "A letter for them"))
            await amira.reads("Closed. The record is kept.")

            kinds = await town.ledger_kinds()
            async with town.reading() as tx:
                changes = await may_change_ledger(tx)
            refused = [await refused_as(as_role, each) for each in ATTEMPTS]
            faults = await town.ledger_faults()

    assert {"consultation opened", "sent", "asked", "approved", "written down", "closed"} <= set(kinds)
    assert (changes, faults) == (False, [])
    assert refused == ["InsufficientPrivilegeError"] * len(ATTEMPTS)


ATTEMPTS = (
    "UPDATE ledger SET at = at",
    "DELETE FROM ledger",
    "TRUNCATE ledger",
    "ALTER TABLE ledger DISABLE TRIGGER ledger_no_change",
    "DROP TABLE ledger",
    "DROP FUNCTION ledger_append(text, bigint, bytea[])",
    "UPDATE alembic_version SET version_num = version_num",
    "CREATE TABLE another (id int)",
)


async def refused_as(url: str, statement: str) -> str:
    """The kind of the refusal, "" where it was done."""
    connection = await asyncpg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        await connection.execute(statement)
    except asyncpg.PostgresError as refused:
        return type(refused).__name__
    finally:
        await connection.close()
    return ""


@ON_POSTGRESQL
@pytest.mark.parametrize(
    "given", ["ALTER ROLE {role} SUPERUSER", "ALTER ROLE {role} CREATEROLE", "GRANT {us} TO {role}"]
)
async def test_a_role_that_could_give_itself_more_is_not_taken(charity_url: str, given: str) -> None:
    async with a_role(charity_url) as (name, _):
        [us] = await fetched(charity_url, "SELECT quote_ident(current_user)")
        await execute(make_url(charity_url), given.format(role=name, us=us))

        with pytest.raises(CannotRestrict, match=f"the role '{name}'"):
            await restrict(charity_url, name)


@ON_POSTGRESQL
async def test_only_the_owner_of_the_tables_can_restrict_a_role_that_is_there(charity_url: str) -> None:
    async with a_role(charity_url) as (name, as_role):
        with pytest.raises(CannotRestrict, match="the owner of the tables"):
            await restrict(as_role, name)
        with pytest.raises(CannotRestrict, match="there is no role 'nobody_there'"):
            await restrict(charity_url, "nobody_there")


@ONE_ENGINE
async def test_sqlite_has_no_roles_and_that_is_said(charity_url: str) -> None:
    with pytest.raises(CannotRestrict, match="SQLite has no roles"):
        await restrict(charity_url, "bot")


async def fetched(url: str, query: str) -> list[str]:
    connection = await asyncpg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        return [str(each[0]) for each in await connection.fetch(query)]
    finally:
        await connection.close()


# Keys that do not fit


async def loses_its_key(town: Town) -> Keyring:
    """The process starts again with another key alone."""
    right, town.keys = town.keys, Keyring.parse(new_key("another"))
    await town.restarts()
    return right


async def test_a_press_that_needs_a_missing_key_changes_nothing_and_says_what_is_safe_and_what_to_do(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.sees("# Do you agree?")
    right, before = await loses_its_key(town), await town.state()

    await femi.presses("Approve")
    await femi.sees("# Your decision")
    await femi.fills("Why do you agree?", "The risk is clear.")
    await femi.ticks(TALKED)
    await femi.submits()

    await femi.reads(LOCKED, "It is safe, and it can be opened again.", "Nothing was recorded from your press.", "999")
    assert await town.state() == before
    assert "needs what cannot be opened: the key 'town' that this was sealed under is not in CONFER_KEYS" in caplog.text
    await femi.closes()
    town.keys = right
    await town.restarts()
    await femi.agrees()
    await femi.reads("Already decided")


@ONE_ENGINE
async def test_a_reading_of_several_texts_shows_all_of_them_or_none(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await asks(femi, "Was anybody else in the room?")
    await femi.sees("You asked Amira Osei something")
    await town.delivers()
    await answers(town, amira, "Nobody at all.")
    await femi.reads("# You have an answer")
    async with town.changing() as tx:
        [last] = [each.id for each in await tx.texts.of((await town.case()).id) if each.kind == "reply"]
        first = next(each.id for each in await tx.texts.of((await town.case()).id) if each.kind == "question")
        await tx.connection.exec_driver_sql(
            f"UPDATE texts SET sealed = (SELECT t.sealed FROM texts t WHERE t.id = '{first}') WHERE id = '{last}'"  # noqa: S608
        )

    await femi.presses("Read the answer")

    await femi.reads("What was written here does not open. It may have been changed.")
    assert "in the room" not in femi.screen() + femi.all()


@ONE_ENGINE
async def test_without_the_keys_somebody_in_danger_gets_the_card_and_a_record_of_it(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await loses_its_key(town)

    await amira.commands()
    await amira.reads("[Start a new one]")
    await amira.presses("Start a new one")
    await amira.sees("[Yes, now]")
    await amira.presses(YES_NOW)

    await amira.sees("# Ring 999 now", "[I have rung 999]")
    await town.delivers()
    await ben.reads("# Please ring your colleague")
    assert len(await town.cases()) == 2


@ONE_ENGINE
async def test_a_pin_that_cannot_be_opened_lets_nobody_in(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await sets_a_pin(femi)
    town.clock.passes(minutes=11)
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await loses_its_key(town)
    await femi.opens_home()
    await femi.presses(f"Decide {(await town.case()).reference}")
    await femi.sees("# Your PIN")
    await femi.fills("Your PIN", PIN)

    await femi.submits()

    await femi.reads(LOCKED)
    assert "# Do you agree?" not in femi.screen()
    assert "Who would hear" not in femi.screen()
