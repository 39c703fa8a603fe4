"""The charity's and the people's files: every fault at once; and what a charity lacks before it may be relied on."""

from __future__ import annotations

import random
from zoneinfo import ZoneInfo

import pytest

from bot.organisation.charity import Charity, CharityError, charity_of, read_charity, read_people
from policy.book import Contact
from policy.reading import read
from policy.screening import screen
from storage.records import Organisation, Person
from tests.bot.conftest import CHARITY
from tests.policy.small import SMALL, small_book

LONG = "x" * 201

NO_SUCH_TABLE = (
    "[secrets] is not a table we know; "
    "use areas, charity, checked, digest, flags, hours, numbers, pin, retention, rules, step_up, waits"
)


def charity_faults(text: str) -> list[str]:
    with pytest.raises(CharityError) as caught:
        read_charity(text)
    return caught.value.faults


def people_faults(text: str) -> list[str]:
    with pytest.raises(CharityError) as caught:
        read_people(text)
    return caught.value.faults


def invented(**settings: object) -> Charity:
    return charity_of(Organisation("org", "The Invented Trust", {"book": "small", **settings}))


def somebody(*capabilities: str, active: bool = True) -> Person:
    return Person("p", "org", "p", "Pat", "worker", frozenset(capabilities), active)


# The charity's file


def test_a_good_file_gives_the_name_and_the_settings() -> None:
    name, settings = read_charity(CHARITY)

    charity = charity_of(Organisation("org", name, settings))

    assert (charity.name, charity.book, charity.reference_prefix) == ("The Invented Harbour", "justus", "IH")
    assert charity.timezone == ZoneInfo("Europe/London")
    assert charity.numbers == {"crisis_team": "01632 960111, day and night"}


def test_an_empty_file_lacks_everything() -> None:
    assert charity_faults("") == [
        f"[charity] {key}: is missing or not a text"
        for key in ("book", "name", "nation", "reference_prefix", "timezone")
    ]


def test_every_fault_of_a_charity_is_told_together() -> None:
    text = f"""
    [charity]
    name = "{LONG}"
    book = ""
    timezone = "London"
    reference_prefix = "A1"
    nation = 5
    colour = "blue"

    [numbers]
    crisis = 999
    gp = " "

    [areas.north]
    council = "{LONG}"

    [flags]
    duty = true

    [secrets]
    """

    assert charity_faults(text) == [
        NO_SUCH_TABLE,
        "[charity] colour: we do not know this setting",
        "[charity] book: is missing or not a text",
        "[charity] name: must be a text of at most 200 characters, on one line",
        "[charity] nation: is missing or not a text",
        "[charity] timezone: 'London' is not a time zone; for the UK write Europe/London",
        "[charity] reference_prefix: two to six letters",
        "[numbers] crisis: must be a text of at most 200 characters, on one line",
        "[numbers] gp: must be a text of at most 200 characters, on one line",
        "[areas.north] council: must be a text of at most 200 characters, on one line",
        "[flags] duty: must be a text of at most 200 characters, on one line",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("charity = 1", "[charity] must be a table"),
        ("[charity", "this is not TOML: "),
        ("numbers = 1", "[numbers] must be a table"),
        ("areas = 1", "[areas] must hold one table an area, such as [areas.northtown]"),
        ("[areas]\nnorth = 1", "[areas.north] must be a table"),
    ],
)
def test_tables_of_the_wrong_kind_are_faults(text: str, fault: str) -> None:
    assert any(found.startswith(fault) for found in charity_faults(text))


@pytest.mark.parametrize("name", ["two\\nlines", "nothing\\u0000more", "a\\u202Eb"])
def test_a_name_that_no_screen_or_database_can_hold_is_a_fault(name: str) -> None:
    found = charity_faults(CHARITY.replace("The Invented Harbour", name))

    assert found == ["[charity] name: must be a text of at most 200 characters, on one line"]


@pytest.mark.parametrize("prefix", ["A", "ABCDEFG", "A-B", "ÄB", "12", " AB"])
def test_a_reference_begins_with_two_to_six_plain_letters(prefix: str) -> None:
    assert charity_faults(CHARITY.replace('"IH"', f'"{prefix}"')) == ["[charity] reference_prefix: two to six letters"]


@pytest.mark.parametrize("prefix", ["IH", "AB", "NHS", "QQ", "HARBOR", "ab"])
def test_a_reference_never_looks_like_somebodys_identifier(prefix: str) -> None:
    numbers = random.Random(5)
    references = [
        f"{prefix}-{year}-{numbers.randrange(10**digits):0{digits}d}"
        for year in (2026, 2031)
        for digits in (4, 5, 6)
        for _ in range(50)
    ]

    found = {text: screen(text) for text in references}

    assert {text: held for text, held in found.items() if held.sure or held.likely or held.emergency} == {}


# The people's file


PERSON = '[[person]]\nid = "wren"\nname = "Wren Vale"\nrole = "worker"\n'


def test_people_are_read_with_what_they_may_do_and_where_they_are() -> None:
    accounts = 'accounts = [{channel = "paper", tenant = "t", user = "u"}]\n'
    [wren] = read_people(f'{PERSON}capabilities = ["may_approve"]\nactive = false\n{accounts}')

    assert (wren.handle, wren.name, wren.role, wren.active, wren.telephone) == (
        "wren",
        "Wren Vale",
        "worker",
        False,
        "",
    )
    assert (wren.capabilities, wren.accounts) == (("may_approve",), (("paper", "t", "u"),))


@pytest.mark.parametrize("text", ["", "person = []", 'person = "wren"', f"{PERSON}\n[charity]"])
def test_a_people_file_holds_people_and_nothing_else(text: str) -> None:
    assert people_faults(text) == ["a people file holds [[person]] tables and nothing else"]


def test_a_row_that_is_no_table_is_a_fault() -> None:
    assert people_faults("person = [1]") == ["person 1 (not a table): must be a table"]


def test_every_fault_of_everybody_is_told_together() -> None:
    text = f"""
    {PERSON}
    {PERSON}
    [[person]]
    name = 5
    role = "captain"
    capabilities = ["fly", "may_approve"]
    active = "yes"
    shoe_size = "9"
    accounts = [{{channel = "paper", user = "u"}}]

    [[person]]
    id = "sol"
    name = "{LONG}"
    role = "trustee"
    capabilities = "may_approve"
    accounts = "paper"
    """

    found = people_faults(text)

    assert [fault for fault in found if "capability" not in fault] == [
        "person 3 (no id): we do not know 'shoe_size'",
        "person 3 (no id): id is missing or not a text",
        "person 3 (no id): name is missing or not a text",
        "person 3 (no id): role must be worker or trustee",
        "person 3 (no id): active must be true or false, and telephone a text",
        "person 3 (no id): each account needs channel, tenant and user",
        "person 4 (sol): name must be a text of at most 200 characters, on one line",
        "person 4 (sol): capabilities must be a list of texts",
        "person 4 (sol): each account needs channel, tenant and user",
        "the id 'wren' stands twice",
    ]
    assert (
        sum(fault.startswith("person 3 (no id): 'fly' is not a capability; use administrator, ") for fault in found)
        == 1
    )


def test_an_account_belongs_to_one_person() -> None:
    accounts = 'accounts = [{channel = "paper", tenant = "t", user = "u"}]\n'

    found = people_faults(f"{PERSON}{accounts}{PERSON.replace('wren', 'sol')}{accounts}")

    assert found == ["the account paper t u stands twice"]


# Numbers by area


TOWN = Contact("town", "Town hall", "our own list", setting="town_number")


def test_the_numbers_of_areas_come_before_the_charitys_own_and_the_books() -> None:
    areas = {"north": {"town_number": "01632 960001"}, "south": {"town_number": "01632 960002"}, "west": {}}
    charity = invented(numbers={"town_number": "01632 960000"}, areas=areas)

    assert charity.numbers_of(TOWN) == [("north", "01632 960001"), ("south", "01632 960002")]


def test_without_areas_the_charitys_own_number_is_shown() -> None:
    assert invented(numbers={"town_number": "01632 960000"}).numbers_of(TOWN) == [("", "01632 960000")]


def test_without_any_the_books_own_way_is_shown() -> None:
    assert invented().numbers_of(TOWN) == [("", "our own list")]


def test_a_number_everybody_shares_is_the_books() -> None:
    fixed = Contact("emg", "Emergency", "999")

    assert invented(numbers={"": "01632 960000"}).numbers_of(fixed) == [("", "999")]


# What is missing


LEADS = [somebody("safeguarding_lead"), somebody("on_call_trustee")]


def test_with_the_leads_and_the_numbers_nothing_is_missing() -> None:
    assert invented().missing(small_book(), LEADS) == []


def test_without_its_book_a_charity_cannot_begin() -> None:
    assert invented().missing(None, LEADS) == ["the book 'small' was not found"]


def test_a_lead_who_left_is_no_lead() -> None:
    lacking = invented().missing(
        small_book(), [somebody("safeguarding_lead"), somebody("on_call_trustee", active=False)]
    )

    assert lacking == ["a person who is on call trustee"]


def test_a_critical_number_that_only_the_charity_knows_is_missed() -> None:
    book = read(SMALL.replace('setting = "town_number"', 'setting = "town_number"\ncritical = true'))

    assert invented().missing(book, LEADS) == ["the number for: Town hall"]
    assert invented(areas={"north": {"town_number": "01632 960001"}}).missing(book, LEADS) == []


def test_a_flag_the_book_cannot_read_is_said_instead_of_failing_on_a_press() -> None:
    lacking = invented(flags={"duty": "Yes"}).missing(small_book(), LEADS)

    assert lacking == ["the flag duty: it must be yes or no, not 'Yes'"]
