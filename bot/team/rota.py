"""The rota: brought in from files, and shown with its holes. Who is on shift is reached first; it gives nobody a right.

The rule to keep: files with any fault change nothing; a file says the whole rota from now on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.organisation.calendars import read_calendar
from bot.organisation.shifts import Row, read_shifts
from bot.organisation.tables import CharityError
from bot.roster import EMERGENCY_TOLD
from bot.team.importing import bound
from bot.wording import DUTIES, until
from policy.reading.safety import CAPABILITIES
from storage.records import Address, Person, Shift
from storage.store import Store, Transaction

ON_ROTA = CAPABILITIES - {"administrator"}


async def import_rota(store: Store, files: Collection[tuple[str, str]], now: datetime, duty: str = "") -> str:
    """From now on the rota is what these files say: (name, text), TOML or iCalendar. Raises CharityError.

    `duty` is that of a calendar's events which name none.
    """
    async with store.read(now) as tx:
        charity = await bound(tx)
        people, accounts = await tx.people.everybody(), await tx.people.accounts()
    faults: list[str] = [] if not duty or duty in ON_ROTA else [_no_duty(duty)]
    rows: list[Row] = []
    # Files are read before anything is held: a large one must not keep a press waiting.
    for name, text in files:
        before = f"{name}: " if len(files) > 1 else ""
        try:
            rows += _read(text, now, charity.timezone, _called(people, accounts), duty)
        except CharityError as wrong:
            faults += [f"{before}{fault}" for fault in wrong.faults]
    _shifts(rows, people, faults)
    faults += _overlaps(rows, charity.timezone)
    if faults:
        raise CharityError(list(dict.fromkeys(faults)))
    async with store.begin(now) as tx:
        await bound(tx)
        shifts = _shifts(rows, await tx.people.everybody(), faults)  # somebody may have left since
        if faults:
            raise CharityError(list(dict.fromkeys(faults)))
        kept = [Shift(s.duty, s.person_id, max(s.starts, now), s.ends) for s in shifts if s.ends > now]
        await tx.rota.replace(kept, since=now)
    if not kept:
        return "The rota is empty from now on. Whoever has the duty by the roster is reached."
    last = until(max(shift.ends for shift in kept), charity)
    return f"The rota has {len(kept)} shifts, until {last}. See its holes: python -m bot rota show"


async def show_rota(store: Store, days: int, now: datetime) -> str:
    """Who is on call in the next days, duty by duty, with every hole, and who is reached in it."""
    async with store.read(now) as tx:
        charity = await bound(tx)
        people = {person.id: person for person in await tx.people.everybody()}
        end = now + timedelta(days=days)
        shifts = await tx.rota.on_call(until=end)
        absent = await tx.rota.absent()
    lines: list[str] = []
    for duty in [*EMERGENCY_TOLD, *sorted({shift.duty for shift in shifts} - set(EMERGENCY_TOLD))]:
        holders = [person for person in people.values() if person.active and person.can(duty)]
        reached = ", ".join(person.name for person in holders) or "nobody: give somebody this duty"
        mine = [shift for shift in shifts if shift.duty == duty]
        lines.append(f"{DUTIES[duty]}:")
        if not mine:
            lines.append(f"  no shifts; reached by the roster: {reached}")
        rows = [(s.starts, s.ends, people[s.person_id].name) for s in mine if s.person_id in people]
        rows += [(start, stop, f"HOLE; reached by the roster: {reached}") for start, stop in holes(mine, now, end)]
        for start, stop, who in sorted(rows) if mine else ():
            lines.append(f"  {until(start, charity)} to {until(stop, charity)}: {who}")
    for id, absence in absent.items():
        if id in people:
            stand_in = people.get(absence.stand_in_id or "")
            instead = f"; {stand_in.name} stands in" if stand_in else ""
            lines.append(f"{people[id].name} is away until {until(absence.until, charity)}{instead}")
    return "\n".join(lines)


async def add_shift(tx: Transaction, person: Person, duty: str, starts: datetime, ends: datetime, *, by: str) -> None:
    """One more shift. Raises CharityError: not their duty, over already, or somebody else is on call then."""
    row = Row("this shift", duty, (person.handle,), starts, ends)
    faults: list[str] = []
    _shifts([row], [person], faults)
    faults += [] if ends > tx.now else ["this shift is over already"]
    for shift in await tx.rota.on_call(until=ends):
        if shift.duty == duty and shift.starts < ends and starts < shift.ends:
            faults.append("somebody is on call for this at that time already")
            break
    if faults:
        raise CharityError(faults)
    await tx.rota.add(Shift(duty, person.id, starts, ends), by=by)


def holes(shifts: Collection[Shift], start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """The stretches between `start` and `end` in which none of these shifts runs."""
    spans = sorted((max(shift.starts, start), min(shift.ends, end)) for shift in shifts)
    found, covered = [], start
    for begin, stop in [*spans, (end, end)]:
        if begin > covered:
            found.append((covered, begin))
        covered = max(covered, stop)
    return found


def _read(text: str, now: datetime, zone: ZoneInfo, called: Mapping[str, str], duty: str) -> list[Row]:
    if not text.lstrip("\ufeff \r\n").upper().startswith("BEGIN:VCALENDAR"):
        return read_shifts(text, zone, now.astimezone(zone).date())
    duties = {words: id for id, words in DUTIES.items()} | {id: id for id in ON_ROTA}
    return read_calendar(text, zone, now, called, duties, duty)


def _called(people: Collection[Person], accounts: Collection[Address]) -> dict[str, str]:
    """What somebody may be called -> their id on the roster; "" where two who are here have that one name."""
    called: dict[str, str] = {}
    for person in sorted(people, key=lambda each: each.active):  # of those who left, only a name that is nobody's now
        name = person.name.lower()
        here = [each for each in people if each.active and each.name.lower() == name]
        called[name] = person.handle if len(here) < 2 else ""
    handles = {person.id: person.handle for person in people}
    called |= {account.user.lower(): handles[account.person_id] for account in accounts}
    return called | {person.handle.lower(): person.handle for person in people}


def _shifts(rows: Collection[Row], people: Collection[Person], faults: list[str]) -> list[Shift]:
    """What is kept of these rows; whoever cannot be on shift for a duty is a fault."""
    known: Mapping[str, Person] = {person.handle: person for person in people}
    found = []
    for row in rows:
        if row.duty not in ON_ROTA:
            faults.append(f"{row.where}: {_no_duty(row.duty)}")
            continue
        for handle in row.people:
            person = known.get(handle)
            if person is None:
                faults.append(f"{row.where}: nobody on the roster has the id {handle!r}")
            elif not person.active:
                faults.append(f"{row.where}: {person.name} has left")
            elif not person.can(row.duty):
                faults.append(f"{row.where}: {person.name} is not {DUTIES[row.duty]} on the roster")
            else:
                found.append(Shift(row.duty, person.id, row.starts, row.ends))
    return found


def _overlaps(rows: Collection[Row], zone: ZoneInfo) -> list[str]:
    """Two rows of one duty at one time: which of them is it? Those who share a shift stand in one row."""
    found = []
    for duty in sorted({row.duty for row in rows}):
        mine = sorted((row for row in rows if row.duty == duty), key=lambda row: (row.starts, row.ends))
        last: Row | None = None
        for row in mine:
            if last is not None and row.starts < last.ends:
                when = row.starts.astimezone(zone)
                found.append(f"{last.where} and {row.where} overlap: both are {duty} at {when:%H:%M on %Y-%m-%d}")
            last = row if last is None or row.ends > last.ends else last
    return found


def _no_duty(duty: str) -> str:
    return f"{duty!r} is not a duty; use {', '.join(sorted(ON_ROTA))}"
