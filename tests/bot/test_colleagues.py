"""`people list`, `away`, `back` and `set`; and a roster or book that leaves an approval nobody can give is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.app import now
from bot.books import read_books
from bot.deciding.enough import left_alone, nobody_left
from bot.organisation.charity import read_people
from bot.settings import SHIPPED_BOOKS
from policy.book import Book
from storage.records import Absence, Person
from storage.sealing import Keyring
from storage.store import Store
from tests.bot.conftest import CHARITY, Command, Said
from tests.test_contracts import ROOT

TRIAL = ROOT / "bot" / "trial"
PEOPLE = (TRIAL / "people.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def books() -> Mapping[str, Book]:
    return read_books([SHIPPED_BOOKS])


@pytest.fixture
def people(confer: Command, environment: dict[str, str], tmp_path: Path) -> Command:
    """`people("list")` on a charity with the five people of the trial; "import" takes the text of a file."""

    def run(*arguments: object) -> Said:
        if arguments[0] == "import":
            (tmp_path / "people.toml").write_text(str(arguments[1]), encoding="utf-8")
            arguments = ("import", tmp_path / "people.toml")
        return confer("people", *arguments, environment=environment)

    (tmp_path / "charity.toml").write_text(CHARITY, encoding="utf-8")
    assert confer("charity", "import", tmp_path / "charity.toml", environment=environment).code == 0
    assert run("import", PEOPLE).code == 0
    return run


def roster(environment: dict[str, str]) -> tuple[dict[str, Person], dict[str, Absence]]:
    """Everybody by their id of the file, and who is away."""

    async def read() -> tuple[dict[str, Person], dict[str, Absence]]:
        store = Store(environment["DATABASE_URL"], Keyring.parse(environment["CONFER_KEYS"]))
        try:
            async with store.read(now()) as tx:
                [organisation] = await tx.organisations.all()
                tx.bind(organisation.id)
                known = {person.handle: person for person in await tx.people.everybody()}
                absent = await tx.rota.absent()
                return known, {handle: absent[p.id] for handle, p in known.items() if p.id in absent}
        finally:
            await store.close()

    return asyncio.run(read())


def of_the_file(text: str) -> list[Person]:
    rows = read_people(text)
    return [
        Person(
            row.handle,
            "o",
            row.handle,
            row.name,
            "trustee" if row.role == "trustee" else "worker",
            frozenset(row.capabilities),
            row.active,
        )
        for row in rows
    ]


def without(capability: str, text: str = PEOPLE) -> str:
    return text.replace(f'"{capability}", ', "").replace(f', "{capability}"', "")


# Away and back


def test_away_until_a_day_means_until_that_morning_with_a_stand_in_or_without(
    people: Command, environment: dict[str, str]
) -> None:
    said = people("away", "ben", "--until", "2099-01-05", "--stand-in", "chidi")
    listed = people("list")

    _, absent = roster(environment)
    assert said.out == (
        "Ben Carver is away until 08:00 on Monday 5 January. Chidi Lowe stands in. "
        "Not as safeguarding lead: for that the others are reached.\n"
    )
    assert absent["ben"].until.isoformat() == "2099-01-05T08:00:00+00:00"
    assert "ben; Ben Carver; worker; may_approve safeguarding_lead; 07700 900102; away until" in listed.out


def test_somebody_who_is_back_is_not_away_any_more(people: Command, environment: dict[str, str]) -> None:
    people("away", "ben", "--until", "2099-01-05")

    said = people("back", "ben")
    again = people("back", "ben")

    assert (said.out, again.out) == ("Ben Carver is back.\n", "Ben Carver was not away.\n")
    assert roster(environment)[1] == {}


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("lewis", "--until", "2099-01-05"), "nobody on the roster has the id 'lewis'; see: python -m bot people list"),
        (("ben", "--until", "2020-01-05"), "2020-01-05 is over: --until is the day on which they are back"),
        (
            ("ben", "--until", "2099-01-05", "--stand-in", "ben"),
            "Ben Carver cannot stand in for Ben Carver: they have no duty in common",
        ),
    ],
)
def test_an_absence_that_cannot_be_is_refused_in_words(
    arguments: tuple[str, ...], fault: str, people: Command, environment: dict[str, str]
) -> None:
    said = people("away", *arguments)

    assert (said.code, said.faults) == (2, [f"- {fault}"])
    assert roster(environment)[1] == {}


# Changes of one person


def test_one_person_is_changed_and_everything_else_of_them_stays(people: Command, environment: dict[str, str]) -> None:
    said = people("set", "amira", "--telephone", "07700 900199", "--capabilities", "may_approve,vice_chair")

    amira = roster(environment)[0]["amira"]
    assert said.out == "Amira Osei is changed.\n"
    assert (amira.name, amira.role, amira.active, amira.telephone) == ("Amira Osei", "worker", True, "07700 900199")
    assert amira.capabilities == {"may_approve", "vice_chair"}


def test_a_change_with_faults_says_all_of_them_and_changes_nothing(
    people: Command, environment: dict[str, str]
) -> None:
    before = roster(environment)[0]

    said = people("set", "amira", "--name", " ", "--telephone", "0" * 201, "--capabilities", "juggler")

    assert said.code == 2
    assert [fault[:28] for fault in said.faults] == [
        "- telephone: at most 200 cha",
        "- name: nobody is without on",
        "- 'juggler' is not a capabil",
    ]
    assert roster(environment)[0] == before


# Nobody could approve it


@pytest.mark.parametrize(("book", "file"), [("justus", "people.toml"), ("kettle", "kettle-people.toml")])
def test_the_people_of_the_trial_are_enough_for_their_book(book: str, file: str, books: Mapping[str, Book]) -> None:
    people = of_the_file((TRIAL / file).read_text(encoding="utf-8"))

    assert nobody_left(books[book], people) == {}


def test_two_workers_are_needed_where_one_of_them_asks(books: Mapping[str, Book]) -> None:
    people = of_the_file(PEOPLE)
    for name in ("amira", "ben"):
        people = [person for person in people if person.handle != name]

    assert list(nobody_left(books["justus"], people)) == ["A2"]
    assert "it takes 2 who can give it, and only Ewan Marsh can." in nobody_left(books["justus"], people)["A2"]


def test_a_duty_that_one_person_holds_alone_is_enough_and_said(books: Mapping[str, Book]) -> None:
    people = of_the_file(PEOPLE)

    assert left_alone(books["justus"], people) == [
        "Only Ewan Marsh can approve AO. While they ask themselves, nobody can."
    ]
    assert list(nobody_left(books["justus"], [p for p in people if p.handle != "ewan"])) == ["AO"]


def test_a_file_that_leaves_an_approval_nobody_can_give_is_refused_whole(
    people: Command, environment: dict[str, str]
) -> None:
    before = roster(environment)[0]

    said = people("import", without("data_protection_lead").replace("Amira Osei", "Amira Hill"))

    assert (said.code, len(said.faults)) == (2, 1)
    assert said.faults[0].startswith("- nobody could get AO (The data-protection lead decides with the solicitor): ")
    assert said.faults[0].endswith("First make a data-protection lead an approver (may_approve).")
    assert roster(environment)[0] == before


def test_somebody_without_whom_an_approval_cannot_be_given_cannot_leave_before_another_is_there(
    people: Command, environment: dict[str, str]
) -> None:
    refused = people("set", "ewan", "--active", "no")
    people("set", "amira", "--capabilities", "may_approve,data_protection_lead")
    left = people("set", "ewan", "--active", "no")

    assert (refused.code, refused.faults[0][:22]) == (2, "- nobody could get AO ")
    assert (left.code, left.out) == (0, "Ewan Marsh has left. If anything of theirs was open, the lead has it now.\n")
    assert not roster(environment)[0]["ewan"].active


def test_a_change_of_book_is_refused_while_nobody_could_give_one_of_its_approvals(
    confer: Command, environment: dict[str, str], people: Command, tmp_path: Path
) -> None:
    kettle = (TRIAL / "kettle-charity.toml").read_text(encoding="utf-8")
    (tmp_path / "charity.toml").write_text(kettle, encoding="utf-8")
    confer("charity", "import", tmp_path / "charity.toml", environment=environment)
    people("set", "ewan", "--active", "no")
    (tmp_path / "charity.toml").write_text(CHARITY, encoding="utf-8")

    refused = confer("charity", "import", tmp_path / "charity.toml", environment=environment)
    people("set", "amira", "--capabilities", "may_approve,data_protection_lead")
    taken = confer("charity", "import", tmp_path / "charity.toml", environment=environment)

    assert (refused.code, refused.faults[0][:22]) == (2, "- nobody could get AO ")
    assert taken.out == "The Invented Harbour is changed.\n"
