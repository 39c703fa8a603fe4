"""[digest] of the charity's file: the day and the hour of the weekly digest."""

from __future__ import annotations

import pytest

from bot.organisation.digest_day import DigestDay, digest_day_of, read_digest

NO_SUCH_DAY = "[digest] day: must be one of monday, tuesday, wednesday, thursday, friday, saturday, sunday"


def test_what_is_written_is_what_counts() -> None:
    faults: list[str] = []

    kept = read_digest({"day": "friday", "hour": 16}, faults)

    assert (digest_day_of(kept), faults) == (DigestDay(4, 16), [])


def test_what_is_not_written_is_monday_at_nine() -> None:
    assert digest_day_of(read_digest({}, [])) == DigestDay(0, 9)


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ([], "[digest] must be a table"),
        ({"day": "Friday"}, NO_SUCH_DAY),
        ({"day": ["friday"]}, NO_SUCH_DAY),
        ({"hour": 24}, "[digest] hour: must be a whole hour, 0 to 23"),
        ({"hour": True}, "[digest] hour: must be a whole hour, 0 to 23"),
        ({"hour": 8.5}, "[digest] hour: must be a whole hour, 0 to 23"),
        ({"on": False}, "[digest] on: we do not know this setting; use day, hour"),
    ],
)
def test_every_fault_is_a_sentence_and_nothing_of_it_is_kept(said: object, fault: str) -> None:
    faults: list[str] = []

    kept = read_digest(said, faults)

    assert (kept, faults) == ({}, [fault])
