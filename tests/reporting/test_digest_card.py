"""The digest as a trustee with two minutes reads it: the verdict first, at most three jobs, then four numbers."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards import Buttons, Card, Facts, Notice, Points
from bot.organisation.charity import Charity
from bot.reporting.digest_card import SUMMARY, Digest, before_card, full_card, short_card
from bot.reporting.figures import Told, kept
from bot.reporting.words import job_words, lasting
from storage.digests import Written
from storage.records import Person
from tests.policy.shipped import justus
from tests.reporting.invented import NOW, QUIET, told
from tests.reporting.test_figures import ALL_WRONG, WRONG

BOOK = justus()
CHARITY = Charity("c", "The Invented Harbour", BOOK.id, ZoneInfo("Europe/London"), "IH", {}, {})
DORA = Person("p-dora", "c", "dora", "Dora Finch", "trustee", frozenset({"chair"}), True)
WEEK = timedelta(days=7)
EVERYTHING = replace(ALL_WRONG, unreached=(DORA.id,))


def digest(week: Told, *before: Told) -> Digest:
    earlier = tuple((written(each, place), each) for place, each in enumerate(before, 1))
    return Digest(written(week, 0), week, earlier, {DORA.id: DORA}, BOOK, CHARITY)


def written(week: Told, back: int) -> Written:
    until = NOW - back * WEEK
    return Written(f"2026-W{48 - back:02}", until - WEEK, until, until, kept(week))


def words(card: Card) -> str:
    """Every word of it."""
    found = [card.title]
    for block in card.blocks:
        match block:
            case Facts(rows):
                found += [f"{name}: {value}" for name, value in rows]
            case Points(items):
                found += items
            case Buttons(buttons):
                found += [button.label for button in buttons]
            case _:
                found.append(str(getattr(block, "text", "")))
    return "\n".join(found)


def test_the_verdict_is_the_first_thing_that_is_said() -> None:
    safe, look = (short_card(digest(each)) for each in (QUIET, told(unheard=1)))

    assert [card.title for card in (safe, look)] == ["The week: safe", "The week: look at this"]
    first = [card.blocks[0] for card in (safe, look)]
    assert [(each.text.split(".")[0], each.weight) for each in first if isinstance(each, Notice)] == [
        ("Safe", "done"),
        ("Look at this", "warning"),
    ]


def test_at_most_three_jobs_stand_on_it_and_the_others_are_counted() -> None:
    card = short_card(digest(EVERYTHING))

    [jobs] = [block for block in card.blocks if isinstance(block, Points)]
    assert (len(jobs.items), jobs.numbered) == (3, True)
    assert "10 more things to do: see “All the numbers”." in words(card)


def test_behind_the_button_stand_all_of_them() -> None:
    text = words(full_card(digest(EVERYTHING)))

    said = [line for line in text.splitlines() if "Ask " in line]
    assert len(said) == len(WRONG)
    assert "Ask an administrator: we cannot write to Dora Finch." in said


@pytest.mark.parametrize("job", WRONG)
def test_each_job_begins_with_whom_to_ask_and_never_with_a_number(job: str) -> None:
    [points] = [block for block in short_card(digest(WRONG[job])).blocks if isinstance(block, Points)]  # type: ignore[index]

    [line] = points.items
    assert re.match(r"Ask (the safeguarding lead|an administrator|whoever looks after Confer): ", line)


def test_a_quiet_week_is_a_digest_too() -> None:
    assert "A quiet week" in words(short_card(digest(QUIET)))
    assert "A quiet week" not in words(short_card(digest(told(opened=1))))


def test_one_that_stands_for_three_weeks_says_so() -> None:
    assert "This one digest is for 3 weeks" in words(short_card(digest(told(weeks=3))))


def test_a_lock_screen_shows_the_same_words_every_week() -> None:
    cards = [card(digest(each)) for card in (short_card, full_card, before_card) for each in (QUIET, EVERYTHING)]

    assert {card.summary for card in cards} == {SUMMARY}


def test_every_card_opens_with_999() -> None:
    assert {card(digest(QUIET)).danger for card in (short_card, full_card, before_card)} == {BOOK.emergency.line}


def test_the_weeks_before_stand_beside_the_totals() -> None:
    text = words(short_card(digest(told(opened=7), told(opened=2), told(opened=5))))

    assert "Consultations opened: 7 (before: 2 to 5)" in text


def test_the_weeks_before_have_a_line_each_with_their_verdict() -> None:
    text = words(before_card(digest(QUIET, told(opened=2, emergencies=1, unreviewed=1), told(weeks=3))))

    assert "Up to 09:00 on Monday 16 November: Look at this. Opened: 2. Emergencies: 1. Said no: 0." in text
    assert "Up to 09:00 on Monday 9 November (3 weeks): Safe." in text


def test_emergencies_say_how_many_are_not_reviewed() -> None:
    counted = ((0, 0), (1, 0), (3, 0), (3, 2), (1, 1))

    texts = [words(short_card(digest(told(emergencies=opened, reviewed=reviewed)))) for opened, reviewed in counted]

    said = [next(line for line in text.splitlines() if line.startswith("New emergencies: ")) for text in texts]
    assert said == [
        "New emergencies: 0",
        "New emergencies: 1, not reviewed yet",
        "New emergencies: 3, not reviewed yet",
        "New emergencies: 3, 1 of them not reviewed yet",
        "New emergencies: 1, reviewed",
    ]


def test_a_late_emergency_is_said_to_be_late() -> None:
    numbers = (told(unreviewed=1, unreviewed_late=1), told(unreviewed=3, unreviewed_late=1), told(unreviewed=2))

    lines = [job_words("emergencies", each, "") for each in numbers]

    assert [line.removeprefix("Ask the safeguarding lead: ") for line in lines] == [
        "1 emergency is not reviewed yet, and late.",
        "3 emergencies are not reviewed yet; 1 of them late.",
        "2 emergencies are not reviewed yet.",
    ]


def test_a_breakdown_has_the_grounds_titles_and_says_that_small_numbers_are_left_out() -> None:
    lane = next(lane for lane in BOOK.lanes if not lane.immediate)

    text = words(full_card(digest(told(opened=9, grounds={lane.id: 7}))))

    assert f"{lane.title}: 7" in text
    assert "The smallest numbers are left out" in text
    assert "By what goes out: too few to show." in text


SUNDAY = int((NOW - timedelta(days=1)).timestamp())
LONG_AGO = int((NOW - timedelta(days=13)).timestamp())
WHOLE = "Ledger: checked on Sunday 22 November up to entry 1,204: whole."
ANCHOR = "It goes through the anchor of Tuesday 10 November."
NO_ANCHOR = "No anchor is set up, so nobody would see that all of it was written anew."


@pytest.mark.parametrize(
    ("week", "short", "full"),
    [
        ({}, "", ""),
        ({"walked": 1204, "walked_at": SUNDAY}, WHOLE, f"{WHOLE} {NO_ANCHOR}"),
        (
            {"walked": 1204, "walked_at": SUNDAY, "walked_all_at": SUNDAY, "anchored_at": LONG_AGO},
            WHOLE,
            f"{WHOLE} All of it was last checked on Sunday 22 November. {ANCHOR}",
        ),
        (
            {"walked": 1204, "walked_at": LONG_AGO, "unchecked": 1},
            "Ledger: not checked since Tuesday 10 November: 1 entry.",
            f"Ledger: not checked since Tuesday 10 November: 1 entry. {NO_ANCHOR}",
        ),
        ({"unchecked": 42}, "Ledger: never checked yet: 42 entries.", "Ledger: never checked yet: 42 entries."),
        ({"broken": 7, "broken_at": SUNDAY}, "", "Ledger: NOT whole at entry 7, found on Sunday 22 November."),
    ],
)
def test_what_was_done_about_the_ledger_is_said(week: dict[str, int], short: str, full: str) -> None:
    cards = [card(digest(told(**week))) for card in (short_card, full_card)]

    said = [[line for line in words(card).splitlines() if line.startswith("Ledger: ")] for card in cards]
    assert said == [[short] if short else [], [full] if full else []]


def test_the_head_of_the_record_stands_at_the_end_in_full() -> None:
    card = full_card(digest(told(entry=1234, head="ab" * 32)))

    assert words(card).splitlines()[-1] == f"Record of this charity: entry 1,234, {'ab' * 32}"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (20, "less than a minute"),
        (60, "1 minute"),
        (119 * 60, "119 minutes"),
        (3 * 3600, "3 hours"),
        (47 * 3600, "47 hours"),
        (3 * 86400, "3 days"),
    ],
)
def test_a_time_is_one_round_number(seconds: int, said: str) -> None:
    assert lasting(seconds) == said


COUNTS = [name for name, kind in Told.__annotations__.items() if kind == "int"]
NUMBERS = st.fixed_dictionaries(dict.fromkeys(COUNTS, st.integers(0, 9)))


@given(NUMBERS)
def test_whatever_the_numbers_nothing_is_on_it_but_words_and_numbers_of_the_charity(numbers: dict[str, int]) -> None:
    text = words(short_card(digest(told(**numbers)))) + words(full_card(digest(told(**numbers))))

    assert "None" not in text
    assert not re.search(r"\bIH[- ]?\w*\d", text)
    assert len(words(short_card(digest(told(**numbers)))).split()) < 150  # two minutes, on a telephone, in a bus


def test_the_last_four_weeks_are_four_though_twelve_are_in_the_picture() -> None:
    card = before_card(digest(QUIET, *(told(opened=each) for each in range(1, 12))))

    [lines] = [block for block in card.blocks if isinstance(block, Points)]
    assert [re.findall(r"Opened: (\d+)\.", line) for line in lines.items] == [["1"], ["2"], ["3"], ["4"]]


def test_what_stands_beside_the_numbers_is_said_as_a_person_would_say_it() -> None:
    one, three = (words(full_card(digest(QUIET, *[QUIET] * before))) for before in (1, 3))

    assert "Before: the number of the week before." in one
    assert "Before: the lowest and the highest of the last 3 weeks." in three
