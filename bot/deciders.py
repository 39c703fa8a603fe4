"""Who will decide, as the worker reads it: by name and role, on shift or away, and whom no message of ours reaches.

The rule to keep: it is worked out as the asking itself is; where nobody can be reached it says so, with the numbers.
"""

from __future__ import annotations

from collections.abc import Collection

from bot.cards import Choice, Notice, Number, Numbers, Plain, Say
from bot.picture import Picture
from bot.requests import choose
from bot.roster import must_name_subject
from bot.wording import names, role_of, until
from policy.walk import Verdict
from storage.records import Person

NEVER_RING = "Never ring somebody it may be about."


def would_ask(picture: Picture, verdicts: Collection[Verdict]) -> list[Person]:
    """Who is asked about these lanes when the worker names nobody."""
    asked = {
        person.id
        for verdict in verdicts
        if (approval := verdict.approval) and approval.veto and approval.moment == "before"
        for person in choose(picture, approval, ())
    }
    return [person for person in picture.around.everybody if person.id in asked]


def waiting_for(picture: Picture, asked: Collection[Person]) -> tuple[list[Person], str]:
    """Of those who were asked, whom to wait for and ring: whoever is not away, else all; and a sentence on the rest."""
    absent = picture.around.absent
    present = [person for person in asked if person.id not in absent]
    gone = [f"{p.name} is away until {until(absent[p.id].until, picture.charity)}." for p in asked if p.id in absent]
    return present or list(asked), " ".join(gone)


def here(picture: Picture, people: Collection[Person]) -> list[Person]:
    """Of these, whoever is not away and has an account that our message gets to."""
    return [p for p in people if p.id not in picture.around.absent and p.id not in picture.unreached]


def how(picture: Picture, person: Person, may: Collection[Person]) -> str:
    """Whether somebody is on shift, or away until when and who of those who `may` stands in; "" where all is plain."""
    absence = picture.around.absent.get(person.id)
    if absence is not None:
        instead = picture.around.standing([person], may)
        stands_in = f"; {names(instead)} stands in" if instead else ""
        return f"away until {until(absence.until, picture.charity)}{stands_in}"
    if person.id in picture.unreached:
        return "no message reaches them" if not_named_yet(picture) else "no message reaches them: ring"
    return "on shift now" if any(person.id in ids for ids in picture.around.on_call.values()) else ""


def to_choose_from(picture: Picture, may: Collection[Person]) -> tuple[Choice, ...]:
    """Everybody who may decide, to choose from: whoever would be asked first, then the others, then those away."""
    first = {person.id: number for number, person in enumerate(here(picture, may))}
    in_order = sorted(may, key=lambda person: first.get(person.id, len(first)))
    return tuple(Choice(p.id, f"{p.name}, {role_of(p)}", _sentence(how(picture, p, may))) for p in in_order)


def before_sending(picture: Picture, verdicts: Collection[Verdict]) -> list[Plain]:
    """Who would be asked, or that nobody can be reached and whom to ring. Nothing where nobody has to agree."""
    asked = would_ask(picture, verdicts)
    if not asked:
        return []
    may = [person for person in picture.around.everybody if not picture.around.why_not(person)]
    said = [f"{p.name} ({', '.join(filter(None, (role_of(p), how(picture, p, may))))})" for p in asked]
    if here(picture, asked):
        return [Say(f"We will ask {' or '.join(said)}.")]
    nobody = "Nobody who can decide this can be reached by a message now."
    if not_named_yet(picture):
        # One of these numbers may be theirs: the card has them as soon as the worker has said who it is about.
        text = f"{nobody} First say who it is about, before it is sent. Then you read here whom to ring. {NEVER_RING}"
        return [Notice(text, "warning")]
    rows = tuple(Number(p.name, p.telephone or "no number here", how(picture, p, may)) for p in asked)
    return [Notice(f"{nobody} Please ring.", "warning"), Numbers(rows)]


def not_named_yet(picture: Picture) -> bool:
    """Whether it may be about a colleague, and the worker has not said about whom."""
    return must_name_subject(picture.book, picture.walked.facts) and not picture.around.barred


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"
