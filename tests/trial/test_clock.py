"""The trial's clock goes on from wherever it was moved to, and never back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.trial.clock import Damaged, TrialClock
from tests.conversations.town import Clock

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
WEEK = timedelta(days=7)
SOON = timedelta(seconds=1)


def test_it_is_as_late_as_it_was_moved_to_and_goes_on_from_there(tmp_path: Path) -> None:
    real = Clock(NOW)
    clock = TrialClock(tmp_path / "clock", real)

    clock.on_to(NOW + WEEK)
    real.passes(minutes=5)

    assert timedelta(0) <= clock() - (NOW + WEEK + timedelta(minutes=5)) < SOON


def test_it_never_goes_back(tmp_path: Path) -> None:
    clock = TrialClock(tmp_path / "clock", Clock(NOW))
    clock.on_to(NOW + WEEK)

    clock.on_to(NOW)

    assert clock() >= NOW + WEEK


def test_a_trial_that_is_started_anew_goes_on_from_the_same_time(tmp_path: Path) -> None:
    TrialClock(tmp_path / "clock", Clock(NOW)).on_to(NOW + WEEK)

    clock = TrialClock(tmp_path / "clock", Clock(NOW + timedelta(hours=1)))

    assert timedelta(0) <= clock() - (NOW + WEEK + timedelta(hours=1)) < SOON


@pytest.mark.parametrize("text", ["", "tomorrow", "9" * 40])
def test_a_damaged_file_is_said_and_not_taken_for_today(text: str, tmp_path: Path) -> None:
    (tmp_path / "clock").write_text(text, encoding="ascii")

    with pytest.raises(Damaged, match="Delete the folder"):
        TrialClock(tmp_path / "clock")
