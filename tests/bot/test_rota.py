"""The rota: files in TOML and iCalendar, each fault in one list, and what is shown of it with its holes."""

from __future__ import annotations

import textwrap
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.organisation.calendars import read_calendar
from bot.organisation.shifts import read_shifts
from bot.organisation.tables import CharityError
from bot.team.importing import import_charity, import_people
from bot.team.rota import ON_ROTA, holes, import_rota, show_rota
from storage.records import Shift
from storage.sealing import Keyring
from storage.store import Store
from tests.bot.conftest import CHARITY, Command
from tests.test_contracts import ROOT

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 22, 20, tzinfo=UTC)  # a Sunday
TODAY = date(2026, 11, 22)
PEOPLE = (ROOT / "bot" / "trial" / "people.toml").read_text(encoding="utf-8")

NAMES_NOBODY = "it names nobody on the roster; invite them, or put their id or name in the title"
CALLED = {"ben": "ben", "ben@example.org": "ben", "ben carver": "ben", "chidi": "chidi"}
DUTIES = {"safeguarding lead": "safeguarding_lead", "safeguarding_lead": "safeguarding_lead"}


@pytest.fixture
async def store(environment: dict[str, str]) -> AsyncIterator[Store]:
    """A charity with the five people of the trial."""
    store = Store(environment["DATABASE_URL"], Keyring.parse(environment["CONFER_KEYS"]))
    await import_charity(store, CHARITY, NOW)
    await import_people(store, PEOPLE, NOW)
    yield store
    await store.close()


async def kept(store: Store, now: datetime = NOW) -> list[tuple[str, str, datetime, datetime]]:
    """Duty, who, from, to of every shift from `now` on."""
    async with store.read(now) as tx:
        [organisation] = await tx.organisations.all()
        tx.bind(organisation.id)
        handles = {person.id: person.handle for person in await tx.people.everybody()}
        shifts = await tx.rota.on_call(until=now + timedelta(days=1000))
    return [(shift.duty, handles[shift.person_id], shift.starts, shift.ends) for shift in shifts]


def faults_of(text: str) -> list[str]:
    with pytest.raises(CharityError) as wrong:
        read_shifts(text, LONDON, TODAY)
    return wrong.value.faults


def shift(person: str, start: str, end: str, duty: str = "safeguarding_lead") -> str:
    return f'[[shift]]\nperson = "{person}"\nduty = "{duty}"\nfrom = {start}\nto = {end}\n'


def event(*lines: str, start: str = "20261123T180000", end: str = "20261124T080000") -> str:
    return "\r\n".join(
        (
            "BEGIN:VEVENT",
            f"DTSTART;TZID=Europe/London:{start}",
            f"DTEND;TZID=Europe/London:{end}",
            *lines,
            "END:VEVENT",
        )
    )


def calendar(*events: str) -> str:
    return "\r\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//invented//rota//EN", *events, "END:VCALENDAR", ""))


def read(*events: str, duty: str = "safeguarding_lead") -> list[tuple[tuple[str, ...], str, str]]:
    """Who, from, to of the shifts of a calendar, in London's own hours."""
    rows = read_calendar(calendar(*events), LONDON, NOW, CALLED, DUTIES, duty)
    times = [(row.people, row.starts.astimezone(LONDON), row.ends.astimezone(LONDON)) for row in rows]
    return [(people, f"{start:%d %b %H:%M}", f"{end:%d %b %H:%M}") for people, start, end in times]


def calendar_faults(*events: str, duty: str = "safeguarding_lead") -> list[str]:
    with pytest.raises(CharityError) as wrong:
        read(*events, duty=duty)
    return wrong.value.faults


# TOML


def test_a_shift_without_an_offset_is_in_the_hours_of_the_charity() -> None:
    [row] = read_shifts(shift("ben", "2026-07-01 18:00:00", "2026-07-02 08:00:00"), LONDON, TODAY)

    assert (row.people, row.duty) == (("ben",), "safeguarding_lead")
    assert (row.starts, row.ends) == (datetime(2026, 7, 1, 17, tzinfo=UTC), datetime(2026, 7, 2, 7, tzinfo=UTC))


def test_a_weekly_row_comes_again_at_the_same_hour_in_summer_and_in_winter() -> None:
    weekly = (
        '[[weekly]]\nperson = "ben"\nduty = "safeguarding_lead"\nday = "saturday"\nfrom = 18:00:00\nto = 08:00:00\n'
    )

    rows = read_shifts(f"{weekly}first = 2027-03-20\nweeks = 2\n", LONDON, TODAY)

    assert [row.starts for row in rows] == [
        datetime(2027, 3, 20, 18, tzinfo=UTC),
        datetime(2027, 3, 27, 18, tzinfo=UTC),
    ]
    assert [row.ends for row in rows] == [
        datetime(2027, 3, 21, 8, tzinfo=UTC),
        datetime(2027, 3, 28, 7, tzinfo=UTC),
    ], "the clocks went forward that night"


def test_whole_weeks_that_two_people_take_in_turn() -> None:
    weeks = "".join(
        f'[[weekly]]\nperson = "{who}"\nduty = "safeguarding_lead"\nday = "monday"\nto_day = "monday"\n'
        f'from = "09:00"\nto = "09:00"\nevery = 2\nweeks = 2\nfirst = {first}\n'
        for who, first in (("ben", "2026-11-23"), ("ewan", "2026-11-30"))
    )

    rows = sorted(read_shifts(weeks, LONDON, TODAY), key=lambda row: row.starts)

    assert [(row.people[0], f"{row.starts:%d %b}", f"{row.ends:%d %b}") for row in rows] == [
        ("ben", "23 Nov", "30 Nov"),
        ("ewan", "30 Nov", "07 Dec"),
        ("ben", "07 Dec", "14 Dec"),
        ("ewan", "14 Dec", "21 Dec"),
    ]


def test_a_weekly_row_without_a_first_day_begins_with_the_next_such_day() -> None:
    weekly = (
        '[[weekly]]\nperson = "ben"\nduty = "chair"\nday = "wednesday"\nfrom = 09:00:00\nto = 17:00:00\nweeks = 1\n'
    )

    [row] = read_shifts(weekly, LONDON, TODAY)

    assert (row.starts.date(), row.ends - row.starts) == (date(2026, 11, 25), timedelta(hours=8))


def test_the_example_of_the_guide_is_a_rota() -> None:
    guide = (ROOT / "docs" / "rota.md").read_text(encoding="utf-8")
    example = textwrap.dedent(guide.split("takes a list):\n\n")[1].split("\n\nA duty is")[0])

    rows = read_shifts(example, LONDON, TODAY)

    assert [row.people for row in rows] == [("ben",), *[("chidi", "dora")] * 12]
    assert {(row.ends - row.starts).days for row in rows[1:]} == {7}


def test_every_fault_of_a_file_is_listed() -> None:
    text = (
        shift("ben", '"tonight"', "2026-11-24 08:00:00")
        + "[[shift]]\nperson = 7\nfrom = 2026-11-24 08:00:00\nto = 2026-11-23 08:00:00\nwho = 1\n"
        + '[[weekly]]\nperson = "ben"\nduty = "chair"\nday = "someday"\nfrom = "25:00"\nto = 8\n'
        + 'weeks = 0\nfirst = "x"\n'
    )

    assert faults_of(text) == [
        "shift 1: from must be a day and hour such as 2026-11-23 18:00:00, without quotation marks",
        "shift 2: we do not know 'who'",
        "shift 2: person must be an id of the roster, or a list of them",
        "shift 2: duty is missing or not a text",
        "shift 2: it ends before it begins",
        "weekly row 1: day must be one of monday, tuesday, wednesday, thursday, friday, saturday, sunday",
        'weekly row 1: from must be an hour such as 18:00:00, or "18:00"',
        'weekly row 1: to must be an hour such as 18:00:00, or "18:00"',
        "weekly row 1: weeks must be a number of weeks, 1 to 104",
        "weekly row 1: first must be a day such as 2026-11-23, without quotation marks",
    ]


@pytest.mark.parametrize("text", ["", "[[person]]\n", "shift = 3\n"])
def test_a_file_that_is_no_rota_says_what_one_holds(text: str) -> None:
    assert faults_of(text) == ["a rota file holds [[shift]] and [[weekly]] tables and nothing else"]


# iCalendar


def test_an_event_says_who_by_invitation_and_what_by_its_category() -> None:
    invited = event("SUMMARY:Nights", "CATEGORIES:safeguarding_lead", "ATTENDEE;CN=Ben:mailto:Ben@example.org")

    assert read(invited, duty="") == [(("ben",), "23 Nov 18:00", "24 Nov 08:00")]


def test_an_event_says_who_and_what_in_its_title() -> None:
    assert read(event("SUMMARY:Ben Carver: safeguarding lead"), duty="") == [(("ben",), "23 Nov 18:00", "24 Nov 08:00")]


def test_an_event_that_repeats_is_every_shift_but_those_taken_out_or_moved() -> None:
    weekly = event("UID:1", "SUMMARY:ben", "RRULE:FREQ=WEEKLY;COUNT=4", "EXDATE;TZID=Europe/London:20261130T180000")
    moved = event(
        "UID:1",
        "SUMMARY:chidi",
        "RECURRENCE-ID;TZID=Europe/London:20261207T180000",
        start="20261208T180000",
        end="20261209T080000",
    )

    assert read(weekly, moved) == [
        (("ben",), "23 Nov 18:00", "24 Nov 08:00"),
        (("ben",), "14 Dec 18:00", "15 Dec 08:00"),
        (("chidi",), "08 Dec 18:00", "09 Dec 08:00"),
    ]


def test_what_repeats_for_ever_is_read_a_year_ahead_and_begins_at_the_same_hour_all_year() -> None:
    found = read(event("SUMMARY:ben", "RRULE:FREQ=WEEKLY", start="20200106T180000", end="20200107T080000"))

    assert len(found) == 53
    assert {start[-5:] for _, start, _ in found} == {"18:00"}


def test_what_ends_by_a_moment_in_universal_time_ends_there() -> None:
    until = event("SUMMARY:ben", "RRULE:FREQ=WEEKLY;UNTIL=20261130T180000Z")

    assert [start for _, start, _ in read(until)] == ["23 Nov 18:00", "30 Nov 18:00"]


def test_whole_days_cancelled_events_and_what_is_over() -> None:
    days = "BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261128\r\nDTEND;VALUE=DATE:20261130\r\nSUMMARY:ben\r\nEND:VEVENT"
    cancelled = event("SUMMARY:nobody we know", "STATUS:CANCELLED")
    over = event("SUMMARY:nobody we know", start="20261101T180000", end="20261102T080000")

    assert read(days, cancelled, over) == [(("ben",), "28 Nov 00:00", "30 Nov 00:00")]


def test_every_event_that_cannot_be_understood_is_a_fault() -> None:
    faults = calendar_faults(
        event("SUMMARY:Lewis"),
        event("SUMMARY:x", "ATTENDEE:mailto:lewis@example.org"),
        event("SUMMARY:ben"),
        event("SUMMARY:ben", "RRULE:FREQ=HOURLY"),
        event("SUMMARY:ben", end="2026"),
        event("SUMMARY:ben", "RDATE:20261201T180000"),
        event("SUMMARY:y", "ATTENDEE;PARTSTAT=DECLINED:mailto:ben@example.org"),
        duty="",
    )

    unread = "its times, or how it repeats, cannot be read"
    no_duty = "it names no duty; write one in its title or category, or give --duty"
    assert [fault for fault in faults if not fault.endswith(no_duty)] == [
        f"event 1 (Lewis): {NAMES_NOBODY}",
        "event 2 (x): nobody on the roster is 'lewis@example.org'",
        f"event 4 (ben): {unread}",
        f"event 5 (ben): {unread}",
        f"event 6 (ben): {unread}",
        "event 7 (y): whoever was invited has said no",
    ]
    assert len([fault for fault in faults if fault.endswith(no_duty)]) == 4


@pytest.mark.parametrize("text", ["BEGIN:VCALENDAR\r\n", "BEGIN:VCALENDAR\r\nhello\r\nEND:VCALENDAR\r\n"])
def test_half_a_calendar_is_none(text: str) -> None:
    with pytest.raises(CharityError, match="this is not an iCalendar file"):
        read_calendar(text, LONDON, NOW, CALLED, DUTIES)


# Into the store


async def test_a_rota_is_kept_and_another_takes_its_place_from_now_on(store: Store) -> None:
    first = shift("ben", "2026-11-22 18:00:00", "2026-11-23 08:00:00")
    await import_rota(store, [("a", first)], NOW)

    said = await import_rota(store, [("b", shift("ben", "2026-11-24 18:00:00", "2026-11-25 08:00:00"))], NOW)

    assert said.startswith("The rota has 1 shifts, until 08:00 on Wednesday 25 November.")
    assert [(who, start) for _, who, start, _ in await kept(store)] == [("ben", datetime(2026, 11, 24, 18, tzinfo=UTC))]


async def test_faults_of_every_file_are_listed_at_once_and_nothing_is_written(store: Store) -> None:
    before = shift("ben", "2026-11-24 18:00:00", "2026-11-25 08:00:00")
    await import_rota(store, [("a", before)], NOW)
    was = await kept(store)
    one = (
        shift("lewis", "2026-12-01 18:00:00", "2026-12-02 08:00:00")
        + shift("chidi", "2026-12-03 18:00:00", "2026-12-04 08:00:00")
        + shift("ben", "2026-12-05 18:00:00", "2026-12-06 08:00:00", duty="juggler")
        + shift("ben", "2026-12-07 18:00:00", "2026-12-09 08:00:00")
        + shift("ben", "2026-12-08 18:00:00", "2026-12-08 19:00:00")
        + shift("ben", "2026-12-08 20:00:00", "2026-12-10 08:00:00")
    )
    two = calendar(event("SUMMARY:Lewis, safeguarding lead"))

    with pytest.raises(CharityError) as wrong:
        await import_rota(store, [("one.toml", one), ("two.ics", two)], NOW)

    assert wrong.value.faults == [
        f"two.ics: event 1 (Lewis, safeguarding lead): {NAMES_NOBODY}",
        "shift 1: nobody on the roster has the id 'lewis'",
        "shift 2: Chidi Lowe is not safeguarding lead on the roster",
        f"shift 3: 'juggler' is not a duty; use {', '.join(sorted(ON_ROTA))}",
        "shift 4 and shift 5 overlap: both are safeguarding_lead at 18:00 on 2026-12-08",
        "shift 4 and shift 6 overlap: both are safeguarding_lead at 20:00 on 2026-12-08",
    ]
    assert await kept(store) == was


async def test_two_people_may_share_a_shift_by_standing_in_one_row(store: Store) -> None:
    together = shift("amira", "2026-11-24 18:00:00", "2026-11-25 08:00:00", duty="may_approve").replace(
        '"amira"', '["amira", "ewan"]'
    )

    await import_rota(store, [("a", together)], NOW)

    assert sorted(who for _, who, _, _ in await kept(store)) == ["amira", "ewan"]


async def test_what_is_shown_names_every_hole_and_who_is_reached_in_it(store: Store) -> None:
    await import_rota(
        store,
        [
            (
                "a",
                shift("ben", "2026-11-22 18:00:00", "2026-11-23 08:00:00")
                + shift("ben", "2026-11-23 18:00:00", "2026-11-30 08:00:00"),
            )
        ],
        NOW,
    )

    assert (await show_rota(store, 2, NOW)).splitlines() == [
        "safeguarding lead:",
        "  20:00 on Sunday 22 November to 08:00 on Monday 23 November: Ben Carver",
        "  08:00 on Monday 23 November to 18:00 on Monday 23 November: HOLE; reached by the roster: Ben Carver",
        "  18:00 on Monday 23 November to 08:00 on Monday 30 November: Ben Carver",
        "on-call trustee:",
        "  no shifts; reached by the roster: Chidi Lowe",
    ]


def test_holes_are_what_no_shift_covers() -> None:
    def at(hour: int) -> datetime:
        return NOW + timedelta(hours=hour)

    shifts = [Shift("d", "p", at(-5), at(2)), Shift("d", "q", at(1), at(4)), Shift("d", "p", at(6), at(30))]

    assert holes(shifts, at(0), at(24)) == [(at(4), at(6))]
    assert holes([], at(0), at(24)) == [(at(0), at(24))]


# The command line


def test_the_commands_take_files_and_standard_input(
    confer: Command, environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "charity.toml").write_text(CHARITY, encoding="utf-8")
    (tmp_path / "people.toml").write_text(PEOPLE, encoding="utf-8")
    confer("charity", "import", tmp_path / "charity.toml", environment=environment)
    confer("people", "import", tmp_path / "people.toml", environment=environment)
    nights = event("SUMMARY:Ben Carver", start="20990105T180000", end="20990106T080000")

    taken = confer(
        "rota", "import", "-", "--duty", "safeguarding_lead", stdin=calendar(nights), environment=environment
    )
    shown = confer("rota", "show", "--days", "3", environment=environment)
    refused = confer("rota", "import", tmp_path / "people.toml", environment=environment)
    too_far = confer("rota", "show", "--days", "0", environment=environment)

    assert taken.out.startswith("The rota has 1 shifts, until 08:00 on Tuesday 6 January.")
    assert shown.out.startswith("safeguarding lead:\n  no shifts; reached by the roster: Ben Carver\n")
    assert (refused.code, refused.faults) == (
        2,
        ["- a rota file holds [[shift]] and [[weekly]] tables and nothing else"],
    )
    assert (too_far.code, "give a number of days from 1 to 366" in too_far.err) == (2, True)


# Nobody is guessed


def test_the_part_of_an_address_before_the_at_sign_is_nobody() -> None:
    faults = calendar_faults(event("SUMMARY:x", "ATTENDEE:mailto:ben@elsewhere.example"))

    assert faults == ["event 1 (x): nobody on the roster is 'ben@elsewhere.example'"]


def test_an_invitation_by_the_bare_id_is_that_person() -> None:
    assert [who for who, _, _ in read(event("SUMMARY:x", "ATTENDEE:mailto:BEN"))] == [("ben",)]


async def test_a_name_that_two_people_have_is_a_fault_until_one_of_them_has_left(store: Store) -> None:
    two = (
        PEOPLE
        + """
[[person]]
id = "ben2"
name = "Ben Carver"
role = "worker"
capabilities = ["safeguarding_lead"]
"""
    )
    titled = calendar(event("SUMMARY:Ben Carver safeguarding lead"))
    await import_people(store, two, NOW)

    with pytest.raises(
        CharityError, match="two people have a name of this title; write the id of the one who is meant"
    ):
        await import_rota(store, [("rota.ics", titled)], NOW)
    await import_people(store, two + "active = false\n", NOW)
    await import_rota(store, [("rota.ics", titled)], NOW)

    assert [who for _, who, _, _ in await kept(store)] == ["ben"]


def test_a_weekly_row_in_the_hour_that_spring_skips_is_a_fault_in_words() -> None:
    row = """[[weekly]]
person = "ben"
duty = "safeguarding_lead"
day = "sunday"
from = "01:30"
to = "02:00"
weeks = 3
first = 2027-03-21
"""

    [fault] = faults_of(row)

    assert fault == (
        "weekly row 1: on 2027-03-28 the clocks change, and it ends before it begins; use [[shift]] for that day"
    )


def test_an_event_in_the_hour_that_spring_skips_is_a_fault_in_words() -> None:
    skipped = event("SUMMARY:ben", start="20270328T013000", end="20270328T020000")

    assert calendar_faults(skipped) == ["event 1 (ben): its times, or how it repeats, cannot be read"]
