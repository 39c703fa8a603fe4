"""Being away: until when, and who stands in. Whoever is away is asked later than others, and still may decide.

The rule to keep: what waited only for somebody who goes away goes on to others in the same transaction.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from bot.cards import Block, Button, Buttons, Choice, Correct, Field, Form, Notice, Open, Pick, Reply, Say
from bot.emergency import with_line
from bot.forms import one
from bot.team.membership import BACK_AT, duties, may_stand_in, send_away, uncovered
from bot.turn import Refusal, Turn
from bot.wording import role_of, until
from storage.records import Absence, Person

_TONIGHT = "tonight"
_EVENING = time(20)
_ANOTHER = "another"
_DAYS = 60  # how many days the list has: with the named ones fewer than the hundred that a list may hold


async def home_blocks(turn: Turn) -> list[Block]:
    """For somebody with duties: whether they are away, and the button that changes it."""
    if not duties(turn.person):
        return []
    absence = (await turn.tx.rota.absent()).get(turn.person.id)
    if absence is None:
        return [Buttons((Button("I am away", "away"),))]
    ways = Buttons((Button("I am back", "away.end", tone="main"), Button("Change until when", "away")))
    return [Notice(await _away_until(turn, absence)), ways]


async def away(turn: Turn) -> Reply:
    """The form: until when, and who stands in."""
    colleagues = may_stand_in(turn.person, await turn.tx.people.everybody())
    absent = await turn.tx.rota.absent()
    fields: list[Field] = [
        Say("New requests go to others while you are away. You can still decide what you were asked."),
        *until_fields(turn, "Until when?"),
    ]
    if colleagues:
        choices = tuple(_choice(turn, person, absent.get(person.id)) for person in colleagues)
        label = "Who stands in for you?"
        fields.append(
            Pick("stand_in", label, choices, required=False, hint="Ask them first. You may leave this empty.")
        )
    else:
        fields.append(Notice("Nobody else has your duties. You are still asked when nobody else can be.", "warning"))
    return Open(with_line(Form("I am away", tuple(fields), "Save", "away.confirm"), turn.book))


def until_fields(turn: Turn, label: str, first: tuple[Choice, ...] = ()) -> tuple[Field, ...]:
    """Until when somebody is away; `first` stands before the days. Read back with `back_of`."""
    return (
        Pick("until", label, (*first, *_soon(turn), Choice(_ANOTHER, "Another day"))),
        Pick("day", "Which other day are you back?", _other_days(turn), required=False),
    )


async def go_away(turn: Turn) -> Correct | str:
    """Away from now on, as the form says; what waited only for this person goes on. What is wrong, or a sentence."""
    back = back_of(turn)
    if isinstance(back, Correct):
        return back
    id = one(turn.event, "stand_in")
    if id and id not in {person.id for person in may_stand_in(turn.person, await turn.tx.people.everybody())}:
        raise Refusal("They cannot stand in for you any more. Open the form again.")
    moved = await send_away(turn.tx, turn.office.books, turn.person, until=back, stand_in=id or None, by=turn.person.id)
    return f"What waited only for you has gone on to others ({len(moved)})." if moved else ""


async def come_back(turn: Turn) -> str:
    """Back before the day. A sentence."""
    was = await turn.tx.rota.back(turn.person.id, by=turn.person.id)
    return "Welcome back. You are asked again." if was else "You were not away."


async def _away_until(turn: Turn, absence: Absence) -> str:
    said = f"You are away until {until(absence.until, turn.charity)}."
    if absence.stand_in_id is None:
        return f"{said} Nobody stands in: the others with your duties are asked."
    person = (await turn.tx.people.get([absence.stand_in_id])).get(absence.stand_in_id)
    if person is None or not person.active:
        return f"{said} Your stand-in has left: the others with your duties are asked."
    left = uncovered(turn.person, person)
    return f"{said} {person.name} stands in{f', but not as {left}' if left else ''}."


def _choice(turn: Turn, person: Person, absence: Absence | None) -> Choice:
    gone = f", away until {until(absence.until, turn.charity)}" if absence else ""
    left = uncovered(turn.person, person)
    return Choice(person.id, f"{person.name}, {role_of(person)}{gone}{f' (not as {left})' if left else ''}")


def _today(turn: Turn) -> date:
    return turn.now.astimezone(turn.charity.timezone).date()


def _evening(turn: Turn) -> datetime:
    return datetime.combine(_today(turn), _EVENING, turn.charity.timezone)


def _soon(turn: Turn) -> tuple[Choice, ...]:
    """Tonight, tomorrow, Monday, in a week, in two; a day that is two of these stands once."""
    today = _today(turn)
    monday = today + timedelta(days=7 - today.weekday())
    named = {today + timedelta(days=1): "Tomorrow", monday: "Next Monday"}
    for days, words in ((7, "In a week"), (14, "In two weeks")):
        named.setdefault(today + timedelta(days=days), words)
    tonight = (Choice(_TONIGHT, f"Tonight, {_EVENING:%H:%M}"),) if turn.now < _evening(turn) else ()
    return (*tonight, *(Choice(day.isoformat(), f"{words}: {_words(day)}") for day, words in sorted(named.items())))


def _other_days(turn: Turn) -> tuple[Choice, ...]:
    days = (_today(turn) + timedelta(days=ahead) for ahead in range(1, _DAYS + 1))
    return tuple(Choice(day.isoformat(), _words(day)) for day in days)


def _words(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B}, {BACK_AT:%H:%M}"


def back_of(turn: Turn) -> datetime | Correct:
    """When they are back, as the form says, or what is wrong with it."""
    chosen = one(turn.event, "until")
    field = "day" if chosen == _ANOTHER else "until"
    if chosen == _TONIGHT:
        if turn.now < _evening(turn):
            return _evening(turn)
        return Correct({"until": "This evening has come already. Choose another."})
    day = one(turn.event, field)
    if day not in {choice.value for choice in (*_soon(turn), *_other_days(turn))}:
        return Correct({field: "Please choose a day of the list."})
    return datetime.combine(date.fromisoformat(day), BACK_AT, turn.charity.timezone)
