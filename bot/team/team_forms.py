"""The forms of an administrator: drawn here, and read back.

The rule to keep: they hold names, duties, telephone numbers and account ids of colleagues, and nothing of any case.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta

from bot.cards import Choice, Correct, Facts, Field, Form, Notice, Pick, Say, Text, Ticks
from bot.events import Event
from bot.forms import one
from bot.roster_cards import words_of
from bot.team.away import until_fields
from bot.team.rota import ON_ROTA
from bot.turn import Turn
from bot.wording import DUTIES, role_of
from storage.records import Address, Person

BACK = "back"
"""What the form of an absence says for "they are back now"."""

IN_ORDER = (*(("may_approve",)), *(duty for duty in DUTIES if duty != "may_approve"), "administrator")
_HELP = {
    "may_approve": "May say yes or no to what a colleague asks",
    "administrator": "Keeps this list, and sees no consultation",
}
_DAYS = 60
_HOURS = (4, 6, 8, 10, 12, 14, 24, 48, 72, 168)


def duties_of(person: Person) -> tuple[str, ...]:
    """What somebody can be on call for."""
    return tuple(each for each in IN_ORDER if each in ON_ROTA and person.can(each))


def adding(places: Collection[tuple[str, str]]) -> Form:
    sure = Choice("yes", "This is another human than the one on the list")
    same = Ticks("another", "Only if somebody on the list has the same name or number", (sure,))
    fields = (*_who(None), *_new_account(places), same)
    return Form("Add a colleague", fields, "Add them", "team.add.confirm")


def changing(person: Person) -> Form:
    """`was` is carried along: whoever changed them meanwhile is not written over."""
    here = (Choice("yes", "Yes"), Choice("no", "No, they have left"))
    fields: tuple[Field, ...] = (
        *_who(person),
        Pick("active", "Are they still here?", here, "yes" if person.active else "no"),
    )
    carried = {"p": person.id, "was": was(person)}
    return Form("Change a colleague", fields, "Save", "team.change.confirm", carried)


def _who(person: Person | None) -> tuple[Field, ...]:
    choices = tuple(Choice(each, _sentence(words_of(each)), _HELP.get(each, "")) for each in IN_ORDER)
    held = tuple(each for each in IN_ORDER if person is not None and person.can(each))
    roles = (Choice("worker", "Worker"), Choice("trustee", "Trustee"))
    return (
        Text("name", "Name", "As colleagues know them", 200, value=person.name if person else ""),
        Pick("role", "Role", roles, person.role if person else "worker"),
        Ticks("capabilities", "What may they do? What do they look after?", choices, held),
        Text("telephone", "Telephone", "At any hour, if they are on call", 200, False, value=_telephone(person)),
    )


def _telephone(person: Person | None) -> str:
    return person.telephone if person else ""


def values(event: Event) -> dict[str, str]:
    """What the form of a person says, as `membership.as_wanted` takes it."""
    said = {"name": one(event, "name").strip(), "role": one(event, "role"), "telephone": one(event, "telephone")}
    said["capabilities"] = " ".join(event.fields.get("capabilities", ()))
    return {**said, "active": one(event, "active")} if "active" in event.fields else said


def was(person: Person) -> str:
    """A short word for exactly what stands on the form now."""
    shown = "|".join((person.name, person.role, *sorted(person.capabilities), person.telephone, str(person.active)))
    return hashlib.sha256(shown.encode()).hexdigest()[:16]


def going(turn: Turn, person: Person, others: Collection[Person], *, is_away: bool) -> Form:
    first = (Choice(BACK, "They are back now"),) if is_away else ()
    fields: list[Field] = [Say(f"{person.name}. What waits only for them goes on to others.")]
    fields += until_fields(turn, "Until when are they away?", first)
    if others:
        choices = tuple(Choice(each.id, f"{each.name}, {role_of(each)}") for each in others)
        fields.append(Pick("stand_in", "Who stands in for them?", choices, required=False))
    else:
        fields.append(Notice("Nobody else has their duties. They are still asked when nobody else can be.", "warning"))
    return Form("Away or back", tuple(fields), "Save", "team.away.confirm", {"p": person.id})


def on_call(turn: Turn, person: Person) -> Form:
    duties = tuple(Choice(each, _sentence(words_of(each))) for each in duties_of(person))
    today = turn.now.astimezone(turn.charity.timezone).date()
    days = [today + timedelta(days=ahead) for ahead in range(_DAYS)]
    fields: tuple[Field, ...] = (
        Say(f"{person.name}. Who is on call is asked and told first."),
        Pick("duty", "For what?", duties, duties[0].value),
        Pick("day", "From which day?", tuple(Choice(d.isoformat(), f"{d:%A} {d.day} {d:%B}") for d in days)),
        Pick("hour", "From what time?", tuple(Choice(f"{hour:02}", f"{hour:02}:00") for hour in range(24)), "18"),
        Pick("hours", "For how long?", tuple(Choice(str(hours), _long(hours)) for hours in _HOURS), "14"),
    )
    return Form("On call", fields, "Save", "team.shift.confirm", {"p": person.id})


def span(turn: Turn) -> tuple[datetime, datetime] | Correct:
    """The shift of the form, by the clocks on the wall, also where they are changed while it runs."""
    try:
        day, hour = date.fromisoformat(one(turn.event, "day")), int(one(turn.event, "hour"))
        hours = int(one(turn.event, "hours"))
        begins = datetime.combine(day, time(hour))
    except ValueError:
        return Correct({"day": "Please choose a day, a time and how long."})
    if hours not in _HOURS:
        return Correct({"hours": "Please choose one of the list."})
    zone = turn.charity.timezone
    ends = begins + timedelta(hours=hours)
    return begins.replace(tzinfo=zone).astimezone(UTC), ends.replace(tzinfo=zone).astimezone(UTC)


def accounts(person: Person, theirs: Collection[Address], places: Collection[tuple[str, str]]) -> Form:
    rows = tuple((account.channel.title(), account.user) for account in theirs)
    fields: list[Field] = [
        Say(f"{person.name}. All accounts of one human belong together: nobody agrees to what they asked for."),
        Facts(rows) if rows else Notice("They have no account: no message of ours reaches them.", "warning"),
        *_new_account(places),
    ]
    if theirs:
        taken = tuple(Choice(" ".join((a.channel, a.tenant, a.user)), f"{a.channel.title()}, {a.user}") for a in theirs)
        fields.append(Pick("take", "Take one away?", taken, required=False))
    return Form("Accounts", tuple(fields), "Save", "team.accounts.confirm", {"p": person.id})


def _new_account(places: Collection[tuple[str, str]]) -> tuple[Field, ...]:
    where = tuple(Choice(" ".join(place), f"{place[0].title()} {place[1]}") for place in places)
    return (
        Pick("where", "Where is their account?", where, where[0].value if len(where) == 1 else "", required=False),
        Text("user", "Their id there", "In Slack: profile, three dots, Copy member ID", 200, required=False),
    )


def _long(hours: int) -> str:
    return {24: "A day", 48: "Two days", 72: "Three days", 168: "A week"}.get(hours, f"{hours} hours")


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"
