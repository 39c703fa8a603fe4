"""Law that has moved, and numbers that may have: each with the day of its check, and no "the law requires" too many."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from itertools import product

import pytest

from policy.book import Book, LawNote
from policy.currency import check_line, due, is_due, law_text
from policy.examples import complete
from policy.reading import BookError, read
from policy.walk import walk
from tests.policy.shipped import justus
from tests.policy.small import SMALL

CHECKED = date(2026, 11, 22)
REQUIRES = re.compile(
    r"\blaw (requires|demands|obliges|says (you|we) must|makes (you|us)|gives you until)"
    r"|legally required|required by law|a legal duty",
    re.IGNORECASE,
)
CRITICAL = {
    "emg", "emg-silent", "emg-text", "emg-relay", "pol", "la-child", "la-adult", "lado", "nhs111", "ath",
    "safeguarding_lead", "data_protection_lead", "chair", "vice_chair", "on_call_trustee",
}  # fmt: skip
OTHERS = {
    "nhs-text", "sam", "nspcc", "childline", "prevent", "ico", "nbfh", "cs", "ms", "nda", "mal", "galop", "rf", "dbs",
    "cc", "wb", "protect", "fmu", "karma", "marac", "opg", "prison", "probation", "crisis", "gp", "sv", "sarc",
    "witness", "legal", "debrief",
}  # fmt: skip
BY_AREA = {"la-child", "la-adult", "lado", "marac", "crisis", "sarc"}


# Law notes


@pytest.mark.parametrize("id", [f"L{number}" for number in range(1, 35)])
def test_a_row_of_the_currency_table_is_a_law_note(id: str) -> None:
    note = justus().law[id]

    assert note.text
    assert note.source
    assert note.since
    assert note.clauses


def test_every_law_note_that_a_worker_may_need_is_shown_somewhere() -> None:
    book = justus()
    shown = {id for lane in book.lanes for id in lane.law} | {id for item in book.outcomes.values() for id in item.law}

    assert set(book.law) - shown == set()


def test_where_the_policy_is_not_safe_to_follow_the_note_says_what_it_says() -> None:
    unsafe = [note for note in justus().law.values() if note.safe in ("no", "partly")]

    assert len(unsafe) == 19
    assert [note.id for note in unsafe if not note.policy_says] == []


def test_nothing_repeats_the_two_days_that_are_not_the_law() -> None:
    book = justus()
    shown = [guide.say for outcome in book.outcomes.values() for guide in outcome.guides]
    shown += [guide.say for lane in book.lanes for guide in lane.show]
    shown += [words for note in book.law.values() for words in (note.text, note.policy_says, note.since)]

    assert [words for words in shown if re.search(r"48|two days|2 days", words)] == []


def test_a_law_that_has_not_started_is_looked_at_every_month() -> None:
    waiting = {flag.law for flag in justus().flags if flag.id.endswith("_in_force")}

    assert waiting == {"L18", "L29", "L30"}
    assert {justus().law[id].recheck_days for id in waiting} == {30}


@pytest.mark.parametrize(
    ("id", "flag"),
    [
        ("L18", "dwp_any_person_power_in_force"),
        ("L29", "csa_mandatory_duty_in_force"),
        ("L30", "cwsa_s4_sharing_duty_in_force"),
    ],
)
def test_once_a_law_has_started_its_note_no_longer_says_that_it_has_not(id: str, flag: str) -> None:
    note = justus().law[id]

    assert re.search(r"had not started|did not find that it has started", law_text(note, {flag: "no"}))
    assert not re.search(r"not started|did not find", law_text(note, {flag: "yes"}))


def test_words_for_a_law_that_has_started_need_a_day_or_flag_that_starts_it() -> None:
    with pytest.raises(BookError) as caught:
        read(SMALL.replace('id = "L1"\n', 'id = "L1"\nstarted = "Now it is so."\n'))

    assert "'started' and 'started_when' belong together" in str(caught.value)


# "The law requires"


def flags_of(book: Book) -> list[dict[str, str]]:
    """Every combination of the flags of the law."""
    flags = [flag for flag in book.flags if len(flag.values) == 2]
    return [
        dict(zip([flag.id for flag in flags], values, strict=True))
        for values in product(*(flag.values for flag in flags))
    ]


@cache
def says_it(text: str) -> bool:
    """Remembered: the same few hundred texts stand on thousands of cards."""
    return REQUIRES.search(text) is not None


def test_the_law_requires_is_said_only_where_it_does_in_every_example_under_every_flag() -> None:
    book = justus()
    wrong = []
    said = 0
    for flags in flags_of(book):
        for example in book.examples:
            answers = complete(book, example.facts, flags=flags).answers
            for lane in walk(book, answers, flags=flags, stage="send").lanes:
                words = [guide.say for guide in lane.guides if says_it(guide.say)]
                words += [words for words in (lane.outcome.plain, lane.outcome.title) if says_it(words)]
                said += len(words)
                if words and lane.basis != "required":
                    wrong.append((example.name, lane.lane.id, words))

    assert said > 0
    assert wrong == []


def test_guidance_that_says_the_law_requires_it_stands_under_the_same_guard_as_the_outcome() -> None:
    wrong = [
        guide.id
        for outcome in justus().outcomes.values()
        for guide in outcome.guides
        if REQUIRES.search(guide.say) and outcome.basis != "required" and guide.when != outcome.required_when
    ]

    assert wrong == []


def test_no_outcome_that_may_be_only_permitted_says_in_its_own_words_that_the_law_requires_it() -> None:
    found = justus().outcomes.values()

    assert [item.id for item in found if REQUIRES.search(item.plain + item.title) and item.basis != "required"] == []


@pytest.mark.parametrize("words", ["The law requires it", "you are legally required", "the law makes us tell"])
def test_the_words_looked_for_are_found(words: str) -> None:
    assert REQUIRES.search(words)


# Contacts


def test_every_contact_of_the_contacts_note_is_there_and_no_other() -> None:
    assert set(justus().contacts) == CRITICAL | OTHERS


def test_critical_numbers_are_checked_every_ninety_days_and_the_rest_every_year() -> None:
    found = justus().contacts.values()

    assert {item.id for item in found if item.critical} == CRITICAL
    assert {item.recheck_days for item in found if item.critical} == {90}
    assert {item.recheck_days for item in found if not item.critical} == {365}


def test_every_contact_says_when_to_use_it_and_when_somebody_answers() -> None:
    assert [item.id for item in justus().contacts.values() if not item.use or not item.hours] == []


def test_numbers_that_differ_from_place_to_place_are_kept_by_area() -> None:
    found = [item for item in justus().contacts.values() if item.by_area]

    assert {item.id for item in found} == BY_AREA
    assert "gov.uk/report-child-abuse-to-local-council" in justus().contacts["la-child"].number
    assert "gov.uk/find-local-council" in justus().contacts["la-adult"].number


def test_the_ways_for_those_who_cannot_speak_or_hear_stand_beside_999() -> None:
    book = justus()

    assert book.emergency.contacts == ("emg", "emg-silent", "emg-text", "emg-relay")
    assert book.recipients["emergency_999"].contacts == book.emergency.contacts
    assert "55" in book.contacts["emg-silent"].number
    assert "18000" in book.contacts["emg-relay"].number


def test_a_number_for_each_area_must_be_the_charitys_own() -> None:
    with pytest.raises(BookError) as caught:
        read(SMALL.replace('number = "999"\n', 'number = "999"\nby_area = true\n'))

    assert "contact 'emg', 'by_area'" in str(caught.value)


# Check days


@pytest.mark.parametrize(
    ("checked", "days", "today", "line"),
    [
        (CHECKED, 90, date(2026, 11, 22), "Checked on 22 November 2026."),
        (CHECKED, 90, date(2027, 2, 20), "Checked on 22 November 2026."),
        (CHECKED, 90, date(2027, 2, 21), "Not checked since 22 November 2026."),
        (None, 90, date(2026, 11, 22), "Still to be checked by a person."),
    ],
)
def test_past_its_day_it_says_since_when_nobody_has_checked_it(
    checked: date | None, days: int, today: date, line: str
) -> None:
    assert check_line(checked, days, today) == line
    assert is_due(checked, days, today) == (not line.startswith("Checked"))


def test_what_is_due_is_listed_and_what_is_fresh_is_not() -> None:
    book = read(SMALL)
    early, late = due(book, date(2026, 11, 2)), due(book, date(2030, 1, 1))

    assert "emg" not in early
    assert "emg" in late
    assert "town" in early  # nobody has ever checked it


def test_without_other_words_a_law_is_what_its_text_says() -> None:
    assert law_text(LawNote("L1", "So it is."), {}) == "So it is."
