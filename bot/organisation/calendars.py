"""A rota in an iCalendar file (RFC 5545), as calendar programs export it: each event is a shift, also one that repeats.

The rule to keep: an event is understood whole or is a fault; nobody is guessed to be on shift, or not to be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from icalendar import Calendar, Event

from bot.organisation.shifts import Row
from bot.organisation.tables import CharityError

HORIZON = timedelta(days=366)
"""How far ahead an event that repeats for ever is read."""

_BY_ID = "write the id of the one who is meant"


def read_calendar(
    text: str, zone: ZoneInfo, now: datetime, people: Mapping[str, str], duties: Mapping[str, str], duty: str = ""
) -> list[Row]:
    """The shifts that are not over. Raises CharityError with every fault.

    people: what somebody may be called (small letters) -> their id on the roster, or "" where that is two people; an
    address is looked up whole: the part before the @ may be anybody's elsewhere. duties: likewise -> capability; `duty`
    is that of an event which names none. Hours without a zone are those of `zone`.
    """
    try:
        events = [each for each in Calendar.from_ical(text).walk("VEVENT") if isinstance(each, Event)]
    except ValueError as wrong:
        raise CharityError(["this is not an iCalendar file"]) from wrong
    faults: list[str] = []
    found: list[Row] = []
    moved = {(_uid(each), _utc(day, zone)) for each in events if (day := _instead_of(each))}
    for number, event in enumerate(events, 1):
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            continue
        where = f"event {number} ({_summary(event)})"
        try:
            spans = [
                (begin, end)
                for begin, end in _spans(event, zone, now)
                if end > now and (_instead_of(event) or (_uid(event), begin) not in moved)
            ]
        except ValueError:
            faults.append(f"{where}: its times, or how it repeats, cannot be read")
            continue
        if not spans:
            continue
        ids = _people(event, where, people, faults)
        named = _duty(event, duties) or duty
        if not named:
            faults.append(f"{where}: it names no duty; write one in its title or category, or give --duty")
        found += [Row(f"{where} on {begin.astimezone(zone):%d %B}", named, ids, begin, end) for begin, end in spans]
    if faults:
        raise CharityError(faults)
    return found


def _spans(event: Event, zone: ZoneInfo, now: datetime) -> Iterable[tuple[datetime, datetime]]:
    """When it is, every time that it comes. Raises ValueError."""
    if event.errors or "RDATE" in event:
        raise ValueError("it cannot be read")
    first, last = _wall(event.start, zone), _wall(event.end, zone)
    if last <= first:
        raise ValueError("it ends before it begins")
    rules = event.rrules
    starts: Iterable[datetime] = [first]
    if rules:
        if len(rules) > 1:
            raise ValueError("it repeats in two ways")
        # By the clock on the wall: an evening shift begins at the same hour in summer and in winter.
        rule = rules[0].to_ical().decode()
        if not re.search("FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)", rule):
            raise ValueError("no shift comes again within a day")
        until = re.search(r"UNTIL=([0-9TZ]+)", rule)
        if until and until[1].endswith("Z"):
            end = datetime.strptime(until[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            rule = rule.replace(until[1], end.astimezone(first.tzinfo).strftime("%Y%m%dT%H%M%S"))
        repeated = rrulestr(rule, dtstart=first.replace(tzinfo=None))
        after = (now - (last - first)).astimezone(first.tzinfo).replace(tzinfo=None)
        before = (now + HORIZON).astimezone(first.tzinfo).replace(tzinfo=None)
        times = repeated.between(after, before, inc=True)
        starts = [each.replace(tzinfo=first.tzinfo) for each in times]
    gone = {_utc(day, zone) for day in event.exdates if isinstance(day, date)}
    spans = [(begin.astimezone(UTC), (begin + (last - first)).astimezone(UTC)) for begin in starts]
    kept = [(begin, end) for begin, end in spans if begin not in gone]
    if any(end <= begin for begin, end in kept):
        raise ValueError("the clocks skip its hours")
    return kept


def _people(event: Event, where: str, people: Mapping[str, str], faults: list[str]) -> tuple[str, ...]:
    """Whoever is invited and has not said no; where nobody is, whoever the title names."""
    invited = event.get("ATTENDEE", [])
    ids, before = list[str](), len(faults)
    for guest in invited if isinstance(invited, list) else [invited]:
        kind, answer = str(guest.params.get("CUTYPE", "")).upper(), str(guest.params.get("PARTSTAT", "")).upper()
        if kind in ("ROOM", "RESOURCE") or answer == "DECLINED":
            continue
        address = re.sub("^mailto:", "", str(guest).strip().lower())
        id = people.get(address)
        if id:
            ids.append(id)
        elif id == "":
            faults.append(f"{where}: {address!r} is the name of two people; {_BY_ID}")
        else:
            faults.append(f"{where}: nobody on the roster is {address!r}")
    if invited and not ids and len(faults) == before:
        faults.append(f"{where}: whoever was invited has said no")
    if not invited:
        ids = _named(_summary(event), people)
        if "" in ids:
            faults.append(f"{where}: two people have a name of this title; {_BY_ID}")
        elif not ids:
            faults.append(f"{where}: it names nobody on the roster; invite them, or put their id or name in the title")
    return tuple(dict.fromkeys(ids))


def _duty(event: Event, duties: Mapping[str, str]) -> str:
    said = " ".join([*(str(each) for each in event.categories), _summary(event)])
    return next(iter(_named(said, duties)), "")


def _named(text: str, known: Mapping[str, str]) -> list[str]:
    """What the text names as whole words, the longest first; a word is read once."""
    left, found = text.lower(), []
    for words in sorted(known, key=len, reverse=True):
        left, times = re.subn(rf"(?<!\w){re.escape(words)}(?!\w)", " / ", left)
        found += [known[words]] if times else []
    return list(dict.fromkeys(found))


def _wall(value: date, zone: ZoneInfo) -> datetime:
    """A whole day begins at its first moment; an hour without a zone is the charity's."""
    if not isinstance(value, datetime):
        return datetime.combine(value, time(), zone)
    return value if value.tzinfo else value.replace(tzinfo=zone)


def _instead_of(event: Event) -> date | None:
    """Of an event that repeats, which time of it this one takes the place of."""
    return getattr(event.get("RECURRENCE-ID"), "dt", None)


def _utc(value: date, zone: ZoneInfo) -> datetime:
    return _wall(value, zone).astimezone(UTC)


def _uid(event: Event) -> str:
    return str(event.get("UID", ""))


def _summary(event: Event) -> str:
    return " ".join(str(event.get("SUMMARY", "")).split())[:60]
