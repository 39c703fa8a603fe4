"""When a request that nobody answers goes up a step. Pure: every moment is passed in.

The rule to keep: silence escalates and never decides, and after any step there is another one with a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.organisation.hours import Hours
from policy.book import Clock
from storage.records import Rungs

_MOST = {"now": 60, "today": 240, "routine": 1440, "again": 240}
"""The longest wait a charity may set, in minutes: "now" and "today" may not pass unheard (decision note 4.13)."""

_AGAIN = 30
_AGAIN_AT_LEAST = 5  # minutes; more often, the leads would stop to look
_OFTEN = 4  # times the leads are called again so soon; a hundred messages in a night would hide the one that counts
_LATER = 120  # minutes from then on


@dataclass(frozen=True, slots=True)
class Waits:
    """Minutes from the asking to each step: of "now" and "today" the next one is asked, then the leads; of what is
    routine whoever was asked is reminded, then the next one is asked, in waking hours (decision note 4.7).

    again: minutes from one call of the leads to the next, of what is urgent; after the first four, two hours at least.
    """

    now: tuple[int, int] = (5, 10)
    today: tuple[int, int] = (15, 30)
    routine: tuple[int, int] = (60, 240)
    again: int = _AGAIN


@dataclass(frozen=True, slots=True)
class Due:
    kind: Rungs
    at: datetime


def ladder(clock: Clock, waits: Waits, opened_at: datetime, hours: Hours) -> tuple[Due, ...]:
    """The steps up to the first call of the leads; `again` follows for ever.

    "routine": the first two after so much waking time, the leads on the next working morning. "by_return_date" goes
    like "today": whoever may answer a court has to hear of it while there is time left.
    """
    if clock != "routine":
        first, second = waits.now if clock == "now" else waits.today
        return (
            Due("asked", opened_at),
            Due("next", opened_at + timedelta(minutes=first)),
            Due("leads", opened_at + timedelta(minutes=second)),
        )
    reminded, following = (hours.after(opened_at, timedelta(minutes=wait)) for wait in waits.routine)
    return (
        Due("asked", opened_at),
        Due("reminded", reminded),
        Due("next", following),
        Due("leads", hours.next_morning(following)),
    )


def again(clock: Clock, waits: Waits, last: datetime, hours: Hours, calls: int = 1) -> Due:
    """The next call of the leads, after so many: of what is urgent soon, later less often; else in the morning."""
    if clock == "routine":
        return Due("leads", hours.next_morning(last))
    minutes = waits.again if calls <= _OFTEN else max(waits.again, _LATER)
    return Due("leads", last + timedelta(minutes=minutes))


def due(clock: Clock, waits: Waits, opened_at: datetime, hours: Hours, step: int, now: datetime) -> Due:
    """The step of this number, 0 being the asking itself; `now` is when the one before it was taken.

    After an outage the first steps follow one another at once; of the later ones, those that were missed stay missed.
    """
    steps = ladder(clock, waits, opened_at, hours)
    return steps[step] if step < len(steps) else again(clock, waits, now, hours, step - len(steps) + 1)


def waits_of(settings: Mapping[str, Any]) -> Waits:
    """The waits as they were imported."""
    pairs = {name: (int(two[0]), int(two[1])) for name, two in settings.items() if name != "again"}
    return Waits(**pairs, again=int(settings.get("again", _AGAIN)))


def read_waits(table: Any, faults: list[str]) -> dict[str, int | list[int]]:
    """The table [waits] of a charity's file; every fault becomes a sentence."""
    if not isinstance(table, dict):
        faults.append("[waits] must be a table")
        return {}
    found: dict[str, int | list[int]] = {}
    for name, wait in table.items():
        most = _MOST.get(name)
        if most is None:
            faults.append(f"[waits] {name}: we do not know this wait; use {', '.join(sorted(_MOST))}")
        elif name == "again":
            if type(wait) is int and _AGAIN_AT_LEAST <= wait <= most:
                found[name] = wait
            else:
                faults.append(f"[waits] again: must be minutes, {_AGAIN_AT_LEAST} to {most}")
        elif _rising(wait, most):
            found[name] = wait
        else:
            faults.append(f"[waits] {name}: must be two waits in minutes, the longer one last, at most {most}")
    return found


def _rising(wait: Any, most: int) -> bool:
    pair = isinstance(wait, list) and len(wait) == 2 and all(type(each) is int for each in wait)
    return pair and 1 <= wait[0] < wait[1] <= most
