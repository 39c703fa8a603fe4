"""The words of the digest, for a trustee who has two minutes: what each job asks of whom, and times in round numbers.

The rule to keep: no case, no reference, nobody's name but of who cannot be written to; each line says whom to ask.
"""

from __future__ import annotations

from datetime import datetime

from bot.organisation.charity import Charity
from bot.reporting.figures import Job, Told

_LEAD = "Ask the safeguarding lead."
_ADMINISTRATOR = "Ask an administrator."
_KEEPER = "Ask whoever looks after Confer."

OUTCOMES: dict[str, str] = {
    "named": "Somebody outside is told, by name",
    "agreed": "Somebody outside is told, with their agreement",
    "unnamed": "Advice is asked for, without a name",
    "inside": "Told inside only",
    "nothing": "Nothing goes out",
}


def job_words(job: Job, told: Told, unreached: str) -> str:
    """One job in a sentence or two: how many, and whom to ask. `unreached`: the names of who cannot be written to."""
    match job:
        case "broken":
            return f"The ledger is NOT whole at entry {told.broken:,}: do not rely on the record. {_KEEPER}"
        case "emergencies":
            late = f", {told.unreviewed_late} of them past the day" if told.unreviewed_late else ""
            return f"{many(told.unreviewed, 'emergency', 'emergencies')} not reviewed yet{late}. {_LEAD}"
        case "unheard":
            since = f" The oldest has waited {lasting(told.waiting_for)}." if told.waiting_for is not None else ""
            return f"{many(told.unheard, 'question')} nobody has answered, though the leads were called.{since} {_LEAD}"
        case "undelivered":
            return f"{many(told.undelivered, 'message')} could not be delivered. {_KEEPER}"
        case "not_set_up":
            return f"Confer is not ready: {many(told.missing, 'thing')} to set up. {_ADMINISTRATOR}"
        case "looks":
            return f"{many(told.looks_late, 'check')} by a second person late. {_LEAD}"
        case "not_done":
            return f"{many(told.not_done_slow, 'thing')} agreed more than a day ago and not done. {_LEAD}"
        case "failed":
            return f"{many(told.failed, 'reminder')} of ours stopped. {_KEEPER}"
        case "unreached":
            return f"We cannot write to {unreached}. {_ADMINISTRATOR}"
        case "holes":
            return f"Nobody is on call at {many(told.holes, 'time')} in the next 7 days. {_ADMINISTRATOR}"
        case "rota":
            people = many(told.rota_silent, "person", "people")
            return f"{people} on the rota did not answer the monthly test. {_LEAD}"
        case "unfinished":
            return f"{many(told.unfinished_stale, 'record')} not finished after a week. {_LEAD}"
        case "vital":
            return f"{many(told.vital, 'telephone number')} for danger to be checked again. {_ADMINISTRATOR}"
        case "unchecked":
            return f"The ledger was not checked for more than a week: {told.unchecked:,} entries. {_KEEPER}"


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
    """1 message, 2 messages."""
    return f"{number} {one if number == 1 else several or f'{one}s'}"


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
