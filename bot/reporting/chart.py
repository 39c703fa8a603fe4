"""The picture of the last twelve weeks: bars for what was opened, a mark and a number for emergencies; and its words.

The rule to keep: it shows whole totals that the digests have told (`hiding`), and its words say every number of it.
A week without a digest is a gap, never a nought; a digest that stands for several weeks is one wide bar.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import typst

from bot.cards import Image
from bot.reporting.figures import Told
from bot.reporting.words import many
from storage.digests import Written

WEEKS = 12

_WEEK = timedelta(days=7)
_SHARPNESS = 108  # dots an inch: 540 across, on a phone of 360. More makes the file larger than Teams may hold
_KEPT = 64  # pictures: everybody who reads a digest gets the same one
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TITLE = "Consultations opened in the last twelve weeks"
_EMERGENCY = "A triangle with a number: emergencies."
_STRIPED = "Stripes: one digest for several weeks, as high as an average week."
_GAP = "A grey line: no digest."


@dataclass(frozen=True, slots=True)
class Bar:
    """One digest. `first`: the place of the first week it stands for, 0 the oldest; `weeks`: how many are in sight.

    covers: how many weeks it stands for, in sight or not. opened, emergencies: of all of them.
    """

    first: int
    weeks: int
    covers: int
    opened: int
    emergencies: int

    @property
    def last(self) -> int:
        return self.first + self.weeks - 1

    @property
    def height(self) -> float:
        """Of an average week: a bar that is both wide and as high as its sum would show three weeks three times."""
        return self.opened / self.covers


@dataclass(frozen=True, slots=True)
class Chart:
    """`bars`, the oldest first, none above another. `days`: up to when each of the twelve weeks counts."""

    bars: tuple[Bar, ...]
    days: tuple[date, ...]

    def png(self) -> bytes:
        """Drawn once for all who read it. Takes 10 ms, the first one of a process ten times as long. Not for the loop.

        Raises typst.TypstError.
        """
        return _drawn(self)

    @property
    def gaps(self) -> tuple[int, ...]:
        """The places of the weeks that no digest stands for."""
        told = {place for bar in self.bars for place in range(bar.first, bar.last + 1)}
        return tuple(place for place in range(WEEKS) if place not in told)

    @property
    def words(self) -> str:
        """All that it shows, in a few hundred characters."""
        said = {bar.first: self._said(bar) for bar in self.bars}
        for gap in self.gaps:
            if gap - 1 not in self.gaps:
                end = next(place for place in range(gap, WEEKS + 1) if place not in self.gaps) - 1
                to = f" to {_day(self.days[end])}" if end > gap else ""
                said[gap] = f"{_day(self.days[gap])}{to}: no digest"
        return f"Consultations opened in the week up to each day. {'; '.join(said[at] for at in sorted(said))}."

    @property
    def signs(self) -> str:
        """What its signs mean, of those that are in it."""
        signs = {
            _EMERGENCY: any(bar.emergencies for bar in self.bars),
            _STRIPED: any(bar.covers > 1 for bar in self.bars),
            _GAP: bool(self.gaps),
        }
        return " ".join(said for said, there in signs.items() if there)

    def _said(self, bar: Bar) -> str:
        danger = f", {many(bar.emergencies, 'emergency', 'emergencies')}" if bar.emergencies else ""
        weeks = f", in {bar.covers} weeks" if bar.covers > 1 else ""
        return f"{_day(self.days[bar.last])}: {bar.opened}{danger}{weeks}"


def picture(digests: Sequence[tuple[Written, Told]], zone: ZoneInfo) -> Image | None:
    """Of these digests, the newest first; it ends with the newest. None where there is but one: that is no picture."""
    shown = chart(digests, zone)
    return Image(_TITLE, shown.words, shown, below=shown.signs) if len(shown.bars) > 1 else None


def chart(digests: Sequence[tuple[Written, Told]], zone: ZoneInfo) -> Chart:
    """Of these digests, the newest first, of which there is at least one."""
    newest = digests[0][0]
    end = _monday(newest.week)
    weekday = timedelta(days=newest.until.astimezone(zone).weekday())
    days = [end + weekday - (WEEKS - 1 - place) * _WEEK for place in range(WEEKS)]
    bars: list[Bar] = []
    taken = -1  # the last place that has its digest
    for written, told in reversed(digests):
        place = WEEKS - 1 - (end - _monday(written.week)) // _WEEK
        if place < 0:
            continue
        covers = max(1, round((written.until - written.since) / _WEEK))
        first = max(place - covers + 1, taken + 1, 0)
        bars.append(Bar(first, place - first + 1, covers, told.opened, told.emergencies))
        days[place] = written.until.astimezone(zone).date()
        taken = place
    return Chart(tuple(bars), tuple(days))


@lru_cache(_KEPT)
def _drawn(chart: Chart) -> bytes:
    source = (files("bot.reporting") / "chart.typ").read_bytes()
    found, _ = typst.compile_with_warnings(
        source,
        format="png",
        ppi=_SHARPNESS,
        sys_inputs={"chart": json.dumps(_data(chart))},
        ignore_system_fonts=True,  # the same picture on every machine
    )
    if not isinstance(found, bytes):
        raise TypeError("the typesetter gave no picture")
    return found


def _data(chart: Chart) -> dict[str, Any]:
    highest = max(1.0, *(bar.height for bar in chart.bars))
    bars = [
        {
            "first": bar.first,
            "weeks": bar.weeks,
            "share": bar.height / highest,
            "striped": bar.covers > 1,
            "label": f"{bar.opened} in {bar.covers} weeks" if bar.covers > 1 else str(bar.opened),
            "emergencies": bar.emergencies,
        }
        for bar in chart.bars
    ]
    return {
        "bars": bars,
        "gaps": chart.gaps,
        "days": [(str(day.day), _MONTHS[day.month - 1]) for day in chart.days],
    }


def _day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]}"


def _monday(week: str) -> date:
    year, _, number = week.partition("-W")
    return date.fromisocalendar(int(year), int(number), 1)
