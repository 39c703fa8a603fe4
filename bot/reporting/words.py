"""The words of the digest, for a trustee who has two minutes: what each job asks of whom, and times in round numbers.

The rule to keep: no case, no reference, nobody's name but of who cannot be written to; a line begins with whom to ask,
never with a number: it is one of a numbered list.
"""

from __future__ import annotations

from datetime import datetime

from bot.organisation.charity import Charity
from bot.reporting.figures import Job, Told

_LEAD = "Ask the safeguarding lead"
_ADMINISTRATOR = "Ask an administrator"
_KEEPER = "Ask whoever looks after Confer"

OUTCOMES: dict[str, str] = {
    "named": "Somebody outside is told, by name",
    "agreed": "Somebody outside is told, with their agreement",
    "unnamed": "Advice is asked for, without a name",
    "inside": "Told inside only",
    "nothing": "Nothing goes out",
}


def job_words(job: Job, told: Told, unreached: str) -> str:
    """One job in a sentence or two: whom to ask, and how many. `unreached`: the names of who cannot be written to."""
    match job:
        case "broken":
            return f"{_KEEPER}: the ledger is NOT whole at entry {told.broken:,}. Do not rely on the record."
        case "emergencies":
            waits = f"{_are(told.unreviewed, 'emergency', 'emergencies')} not reviewed yet"
            if told.unreviewed == told.unreviewed_late:
                return f"{_LEAD}: {waits}, and late."
            return f"{_LEAD}: {waits}{f'; {told.unreviewed_late} of them late' if told.unreviewed_late else ''}."
        case "unheard":
            since = f" The oldest has waited {lasting(told.waiting_for)}." if told.waiting_for is not None else ""
            return (
                f"{_LEAD}: nobody has answered {many(told.unheard, 'question')}, though the leads were called.{since}"
            )
        case "undelivered":
            return f"{_KEEPER}: {many(told.undelivered, 'message')} could not be delivered."
        case "not_set_up":
            return f"{_ADMINISTRATOR}: Confer is not ready. {_are(told.missing, 'thing')} still to be set up."
        case "looks":
            checks = f"{many(told.looks_late, 'check')} by a second person"
            return f"{_LEAD}: {checks} {'is' if told.looks_late == 1 else 'are'} late."
        case "not_done":
            agreed = f"{many(told.not_done_slow, 'thing')} {'was' if told.not_done_slow == 1 else 'were'} agreed"
            return f"{_LEAD}: {agreed} more than a day ago, and not done yet."
        case "failed":
            return f"{_KEEPER}: {many(told.failed, 'reminder')} of ours stopped."
        case "unreached":
            return f"{_ADMINISTRATOR}: we cannot write to {unreached}."
        case "holes":
            return f"{_ADMINISTRATOR}: nobody is on call at {many(told.holes, 'time')} in the next 7 days."
        case "rota":
            people = many(told.rota_silent, "person", "people")
            return f"{_LEAD}: {people} on the rota did not answer the monthly test."
        case "unfinished":
            return f"{_LEAD}: {_are(told.unfinished_stale, 'record')} not finished after a week."
        case "vital":
            return f"{_ADMINISTRATOR}: {many(told.vital, 'telephone number')} for an emergency must be checked again."
        case "unchecked":
            entries = many(told.unchecked, "entry", "entries")
            return f"{_KEEPER}: the ledger was not checked for more than a week, {entries}."


def ledger_words(told: Told, charity: Charity) -> str:
    """Whether the ledger was whole when it was last walked; "" where nobody has walked it yet, or knew how to."""
    if told.broken:
        return f"Ledger: NOT whole at entry {told.broken:,}, found on {_day(told.broken_at, charity)}."
    if told.unchecked:
        since = f"not checked since {_day(told.walked_at, charity)}" if told.walked_at else "never checked yet"
        return f"Ledger: {since}: {many(told.unchecked, 'entry', 'entries')}."
    if not told.walked_at:
        return ""
    return f"Ledger: checked on {_day(told.walked_at, charity)} up to entry {told.walked:,}: whole."


def walked_words(told: Told, charity: Charity) -> str:
    """What was done so that this can be said, for whoever wants to know; "" where nothing was."""
    if not told.walked_at:
        return ""
    said = []
    if told.walked_all_at:
        said.append(f"All of it was last checked on {_day(told.walked_all_at, charity)}.")
    if told.anchored_at:
        said.append(f"It goes through the anchor of {_day(told.anchored_at, charity)}.")
    else:
        said.append("No anchor is set up, so nobody would see that all of it was written anew.")
    return " ".join(said)


def _day(seconds: int, charity: Charity) -> str:
    local = datetime.fromtimestamp(seconds, charity.timezone)
    return f"{local:%A} {local.day} {local:%B}"


def many(number: int, one: str, several: str = "") -> str:
    """1 message, 2 messages, 1,200 messages."""
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"


def _are(number: int, one: str, several: str = "") -> str:
    """1 message is, 2 messages are."""
    return f"{many(number, one, several)} {'is' if number == 1 else 'are'}"


TIMES = frozenset({"waiting_for", "median", "slowest", "held_for"})
"""The figures that are lengths of time, in seconds."""


def in_file(id: str, value: int | None) -> int | None:
    """A figure as it leaves us in a file: of a length of time no more than its words say (`lasting`), in seconds.

    The exact second of a week with one answer would tell which it was.
    """
    if id not in TIMES or value is None:
        return value
    minutes = value // 60
    unit = 60 if minutes < 120 else 3600 if minutes < 48 * 60 else 24 * 3600
    return value // unit * unit


def lasting(seconds: int | None) -> str:
    """How long, in one round number: 3 minutes, 5 hours, 12 days."""
    if seconds is None:
        return "no time"
    minutes = seconds // 60
    if minutes < 1:
        return "less than a minute"
    if minutes < 120:
        return many(minutes, "minute")
    if minutes < 48 * 60:
        return many(minutes // 60, "hour")
    return many(minutes // (24 * 60), "day")
