"""`db upgrade`, `charity import` and `people import`: a file with any fault changes nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from bot.app import now
from storage.sealing import Keyring
from storage.store import Store, Transaction
from tests.bot.conftest import CHARITY, Command

Found = TypeVar("Found")

PEOPLE = """
[[person]]
id = "wren"
name = "Wren Vale"
role = "worker"
telephone = "07700 900201"
accounts = [{channel = "paper", tenant = "t", user = "wren"}]

[[person]]
id = "sol"
name = "Sol Tarn"
role = "trustee"
capabilities = ["may_approve", "on_call_trustee", "safeguarding_lead"]

[[person]]
id = "ash"
name = "Ash Moor"
role = "worker"
capabilities = ["may_approve", "data_protection_lead"]

[[person]]
id = "ivo"
name = "Ivo Penn"
role = "worker"
capabilities = ["may_approve"]
"""

ALONE = "Only Ash Moor can approve AO. While they ask themselves, nobody can.\n"


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], Path]:
    """Write a TOML file, and give its path."""

    def write(text: str) -> Path:
        path = tmp_path / "file.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


Written = Callable[[str], Path]


def reads(environment: dict[str, str], look: Callable[[Transaction], Awaitable[Found]]) -> Found:
    """What stands in the database, read with the store itself; bound to the one charity where there is one."""

    async def read() -> Found:
        store = Store(environment["DATABASE_URL"], Keyring.parse(environment["CONFER_KEYS"]))
        try:
            async with store.read(now()) as tx:
                for organisation in await tx.organisations.all():
                    tx.bind(organisation.id)
                return await look(tx)
        finally:
            await store.close()

    return asyncio.run(read())


def writes(environment: dict[str, str], change: Callable[[Transaction], Awaitable[Found]]) -> Found:
    """The same for what a running process would have changed."""

    async def write() -> Found:
        store = Store(environment["DATABASE_URL"], Keyring.parse(environment["CONFER_KEYS"]))
        try:
            async with store.begin(now()) as tx:
                [organisation] = await tx.organisations.all()
                tx.bind(organisation.id)
                return await change(tx)
        finally:
            await store.close()

    return asyncio.run(write())


async def ledger(tx: Transaction) -> list[str]:
    assert await tx.ledger.faults() == []
    return [json.loads(entry.body)["kind"] for entry in await tx.ledger.entries()]


def test_a_database_is_brought_up_to_date_as_often_as_asked(confer: Command, environment: dict[str, str]) -> None:
    first = confer("db", "upgrade", environment=environment)
    second = confer("db", "upgrade", environment=environment)

    assert (first.code, first.out, first.err) == (0, "The database is up to date.\n", "")
    assert second == first


def test_a_charity_and_its_people_are_set_up_from_two_files(
    confer: Command, environment: dict[str, str], file: Written
) -> None:
    set_up = confer("charity", "import", file(CHARITY), environment=environment)
    listed = confer("people", "import", file(PEOPLE), environment=environment)

    people = reads(environment, lambda tx: tx.people.everybody())
    accounts = reads(environment, lambda tx: tx.people.accounts())
    assert (set_up.code, set_up.out) == (0, "The Invented Harbour is set up.\n")
    assert (listed.code, listed.out) == (0, f"4 people are in the roster.\n{ALONE}")
    assert [(person.handle, person.role, person.active) for person in people] == [
        ("ash", "worker", True),
        ("ivo", "worker", True),
        ("sol", "trustee", True),
        ("wren", "worker", True),
    ]
    assert people[2].capabilities == {"may_approve", "on_call_trustee", "safeguarding_lead"}
    assert [(each.channel, each.tenant, each.user) for each in accounts] == [("paper", "t", "wren")]
    assert reads(environment, ledger) == ["charity added", "person added", "account connected", *["person added"] * 3]


def test_importing_again_changes_what_was_there(confer: Command, environment: dict[str, str], file: Written) -> None:
    confer("charity", "import", file(CHARITY), environment=environment)
    confer("people", "import", file(PEOPLE), environment=environment)

    renamed = CHARITY.replace("The Invented Harbour", "The Invented Lighthouse").replace("960111", "960199")
    said = confer("charity", "import", file(renamed), environment=environment)
    gone = '[[person]]\nid = "wren"\nname = "Wren Hill"\nrole = "worker"\nactive = false\n'
    confer("people", "import", file(gone), environment=environment)

    charity = reads(environment, lambda tx: tx.organisations.current())
    people = reads(environment, lambda tx: tx.people.everybody())
    assert said.out == "The Invented Lighthouse is changed.\n"
    assert charity.settings["numbers"] == {"crisis_team": "01632 960199, day and night"}
    assert [(person.name, person.active) for person in people] == [
        ("Ash Moor", True),
        ("Ivo Penn", True),
        ("Sol Tarn", True),
        ("Wren Hill", False),
    ]
    assert len(reads(environment, lambda tx: tx.people.accounts())) == 1
    assert reads(environment, ledger)[-2:] == ["charity settings changed", "person changed"]


def test_a_charity_file_with_faults_lists_them_all_and_changes_nothing(
    confer: Command, environment: dict[str, str], file: Written
) -> None:
    confer("charity", "import", file(CHARITY), environment=environment)
    before = reads(environment, ledger)
    faulty = CHARITY.replace('"Europe/London"', '"Mars/North"').replace('"IH"', '"I9"').replace('"justus"', "7")

    said = confer("charity", "import", file(faulty), environment=environment)

    assert said.code == 2
    assert said.faults == [
        "- [charity] book: is missing or not a text",
        "- [charity] timezone: 'Mars/North' is not a time zone; for the UK write Europe/London",
        "- [charity] reference_prefix: two to six letters",
    ]
    assert reads(environment, ledger) == before
    assert reads(environment, lambda tx: tx.organisations.current()).settings["book"] == "justus"


def test_a_people_file_with_faults_lists_them_all_and_changes_nobody(
    confer: Command, environment: dict[str, str], file: Written
) -> None:
    confer("charity", "import", file(CHARITY), environment=environment)
    confer("people", "import", file(PEOPLE), environment=environment)
    faulty = PEOPLE.replace("Wren Vale", "Wren Hill").replace('"trustee"', '"captain"').replace("may_approve", "may")

    said = confer("people", "import", file(faulty), environment=environment)

    people = reads(environment, lambda tx: tx.people.everybody())
    assert said.code == 2
    assert said.faults[0] == "- person 2 (sol): role must be worker or trustee"
    assert said.faults[1].startswith("- person 2 (sol): 'may' is not a capability; use ")
    assert [person.name for person in people] == ["Ash Moor", "Ivo Penn", "Sol Tarn", "Wren Vale"]


def test_a_file_takes_no_account_from_anybody_and_says_of_each_whose_it_is(
    confer: Command, environment: dict[str, str], file: Written
) -> None:
    sols = 'role = "trustee"\naccounts = [{channel = "paper", tenant = "t", user = "sol"}]'
    confer("charity", "import", file(CHARITY), environment=environment)
    confer("people", "import", file(PEOPLE.replace('role = "trustee"', sols)), environment=environment)
    before = reads(environment, ledger)
    taken = "accounts = [" + ", ".join(f'{{channel = "paper", tenant = "t", user = "{u}"}}' for u in ("wren", "sol"))
    moved = f'[[person]]\nid = "ivo"\nname = "Ivo Hill"\nrole = "worker"\n{taken}]\n'

    said = confer("people", "import", file(moved), environment=environment)

    accounts = reads(environment, lambda tx: tx.people.accounts())
    people = {person.id: person.handle for person in reads(environment, lambda tx: tx.people.everybody())}
    assert said.code == 2
    assert said.faults == [
        "- ivo: the account paper t wren is Wren Vale's; take it away from them first",
        "- ivo: the account paper t sol is Sol Tarn's; take it away from them first",
    ]
    assert {(people[each.person_id], each.user) for each in accounts} == {("wren", "wren"), ("sol", "sol")}
    assert reads(environment, ledger) == before


def test_the_same_file_once_more_gives_nobody_an_account_anew_nor_opens_one_that_was_closed(
    confer: Command, environment: dict[str, str], file: Written
) -> None:
    async def close(tx: Transaction) -> bool:
        return await tx.people.close("paper", "t", "wren")

    confer("charity", "import", file(CHARITY), environment=environment)
    confer("people", "import", file(PEOPLE), environment=environment)
    writes(environment, close)

    again = confer("people", "import", file(PEOPLE), environment=environment)

    assert (again.code, again.out) == (0, f"4 people are in the roster.\n{ALONE}")
    assert [each.user for each in reads(environment, lambda tx: tx.people.closed())] == ["wren"]
    assert reads(environment, ledger)[-4:] == ["person changed"] * 4


def test_people_come_after_their_charity(confer: Command, environment: dict[str, str], file: Written) -> None:
    said = confer("people", "import", file(PEOPLE), environment=environment)

    assert said.code == 2
    assert said.faults == ["- import the charity first: python -m bot charity import FILE.toml"]


@pytest.mark.parametrize("command", ["charity", "people"])
def test_a_file_that_is_not_there_is_said_in_one_sentence(
    command: str, confer: Command, environment: dict[str, str], tmp_path: Path
) -> None:
    said = confer(command, "import", tmp_path / "nowhere.toml", environment=environment)

    assert said.code == 2
    assert said.faults == [f"{tmp_path / 'nowhere.toml'} cannot be read: No such file or directory"]


@pytest.mark.parametrize("command", ["charity", "people"])
def test_a_file_that_is_not_toml_is_said_in_one_sentence(
    command: str, confer: Command, environment: dict[str, str], file: Written
) -> None:
    said = confer(command, "import", file("[charity\n"), environment=environment)

    assert (said.code, len(said.faults)) == (2, 1)
    assert said.err.startswith("- this is not TOML: ")
