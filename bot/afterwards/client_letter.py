"""A plain letter for the person: what was shared, with whom, why, and what they can do about it.

The rule to keep: it is made of fixed words and the book's own, never of anything that was typed; there is none where
telling them is not safe, and none of a lane that is not for them. One letter is about one lane of which they know:
who knows of one may not know of another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.cards import Button, Buttons, Card, Field, Form, Heading, Notice, Open, Points, Quote, Reply, Say, Show
from bot.emergency import with_line
from bot.follow_through import by_name, named_lanes, told_of, untold
from bot.follow_words import WAYS, recipient_title
from bot.picture import Picture
from bot.sight import opens_by_another, quiet, quiet_items, tells_of_another
from bot.turn import Refusal, Turn
from policy.grounds import guarded_lanes
from policy.walk import Verdict
from storage.records import Disclosure

_BECAUSE = {
    "agreed": "You agreed to it.",
    "required": "The law says that we had to.",
    "permitted": "We were worried that somebody could come to harm. The law lets us share what is needed for that.",
    "none": "We were worried that somebody could come to harm.",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """`shared`: one line for each time, oldest first. `points`: what was ticked as said, in the book's words."""

    reference: str
    day: date
    charity: str
    opening: str
    shared: tuple[str, ...]
    points: tuple[str, ...]
    why: tuple[str, ...]
    rights: tuple[str, ...]
    closing: str

    @property
    def text(self) -> str:
        """All of it, to read out or to copy."""
        quoted = "; ".join(f"“{point}”" for point in self.points)
        said = f" We had a list of what to say. This was said (“you” means our worker): {quoted}." if quoted else ""
        parts = (
            f"{self.charity}. {self.day.day} {self.day:%B %Y}. Reference {self.reference}.",
            self.opening,
            f"What we shared, and with whom. {' '.join(self.shared)}{said}",
            f"Why. {' '.join(self.why)}",
            f"What you can do. {' '.join(self.rights)}",
            self.closing,
        )
        return "\n\n".join(parts)


def why_no_letter(picture: Picture) -> str:
    """Why there is none, in words for the worker; "" where there is one. Always a reason while in doubt."""
    if picture.case.state not in ("sent", "closed"):
        return "Nothing was shared yet."
    if picture.around.silenced:
        return "No letter here. Nobody may be tipped off: not by a letter, and not by a word."
    if untold(picture) and not told_of(picture):
        return "First write down whether the person was told. Press “Finish the record”."
    if named_lanes(picture) and not told_of(picture):
        return "No letter: you wrote that the person was not told. A letter would tell them."
    if not _theirs(picture):
        return "No letter: what was shared here is not for a letter to this person."
    return ""


def letter(picture: Picture, lane: str) -> Letter | None:
    """The letter about this lane as it stands now; None where there may be none (`why_no_letter` says why)."""
    if why_no_letter(picture) or picture.today is None:
        return None
    theirs = [done for done in _theirs(picture) if done.lane == lane]
    if not theirs:
        return None
    lanes = {verdict.lane.id: verdict for verdict in picture.lanes}
    verdicts = list(dict.fromkeys(lanes[done.lane].lane.id for done in theirs))
    why = dict.fromkeys(_why(lanes[id]) for id in verdicts)
    ticked = {id for done in theirs for id in done.items}
    points = [
        guide.say.rstrip(".")
        for id in verdicts
        for guide in lanes[id].words
        if guide.id in ticked - quiet_items(picture, id)
    ]
    return Letter(
        reference=picture.case.reference,
        day=picture.today,
        charity=picture.charity.name,
        opening="We told somebody outside our charity something about you. You have a right to know what, and why.",
        shared=tuple(_line(picture, done) for done in theirs),
        points=tuple(dict.fromkeys(points)),
        why=tuple(why),
        rights=_rights(picture),
        closing="If any of this is hard to read, ask us to go through it with you. If you are not safe, ring 999.",
    )


def _theirs(picture: Picture) -> list[Disclosure]:
    """What was shared by name, in lanes that may be talked over with the person and that they know of.

    Nothing that tells of another lane.
    """
    kept, hidden, known = guarded_lanes(picture.book), quiet(picture), {lane.id for lane in told_of(picture)}
    open_ = {
        v.lane.id
        for v in picture.lanes
        if v.lane.id not in kept
        and v.talk != "none"
        and v.lane.id in known
        and not opens_by_another(picture, v.lane.id)
        and not tells_of_another(picture, v)
    }
    return [done for done in by_name(picture) if done.lane in open_ and done.id not in hidden]


def _why(verdict: Verdict) -> str:
    if verdict.lane.immediate:
        return "Somebody was in danger, and we rang for help."
    return _BECAUSE["agreed"] if verdict.outcome.sends == "agreed" else _BECAUSE[verdict.basis]


def _line(picture: Picture, done: Disclosure) -> str:
    moment = done.shared_at or done.at
    local = moment.astimezone(picture.charity.timezone)
    way = WAYS.get(done.way, "")
    how = f", {way[0].lower()}{way[1:]}" if way and done.way != "other" else ""
    return f"{recipient_title(picture, done.recipient)}: on {local.day} {local:%B %Y}{how}."


def _rights(picture: Picture) -> tuple[str, ...]:
    """UK GDPR Arts 15, 16, 21 and 77; complaints to the controller: Data (Use and Access) Act 2025 s.103."""
    new = picture.charity.flags_on(picture.today).get("regulator_name") if picture.today else None
    regulator = (
        "Information Commission" if new == "information_commission" else "Information Commissioner's Office (ICO)"
    )
    return (
        "You can ask us for a copy of what we keep about you. It is free, and you get it within a month.",
        "You can tell us if something in it is wrong, or if you object to what we did.",
        f"You can complain to {picture.charity.name}. Ask any of us for the data-protection lead.",
        f"You can also complain to the {regulator}, 0303 123 1113, ico.org.uk.",
    )


async def show(turn: Turn) -> Reply:
    """The letter in a form, to read out or to copy: to whoever holds the case. Raises Refusal where there is none."""
    case = await turn.mine(fresh=False)
    picture = await turn.picture(case)
    if why_not := why_no_letter(picture):
        raise Refusal(why_not)
    theirs = {done.lane for done in _theirs(picture)}
    lanes = [verdict for verdict in picture.lanes if verdict.lane.id in theirs]
    wanted = turn.event.carry.get("l")
    verdict = next((v for v in lanes if v.lane.id == wanted), lanes[0] if len(lanes) == 1 else None)
    found = letter(picture, verdict.lane.id) if verdict else None
    if verdict is None or found is None:
        return Show(_which(picture, lanes))
    turn.note("letter for the person shown", case, lane=verdict.lane.id)
    policy = tuple(guide.say for guide in verdict.tell)
    fields: tuple[Field, ...] = (
        *((Say(f"About: {verdict.lane.title}"),) if len(lanes) > 1 else ()),
        *((Notice("Who may know of it, by our policy:", "warning"), Points(policy)) if policy else ()),
        Say("Read it first. Give it by hand or read it out, when they are alone. Do not post it to a shared home."),
        Quote(found.text),
        Heading("Before you give it"),
        Points(
            (
                "Can anybody else open their post, bag or phone? Then read it out instead.",
                "Is it in a language and a size they can read?",
            )
        ),
    )
    return Open(with_line(Form("A letter for them", fields, "", ""), turn.book))


def _which(picture: Picture, lanes: list[Verdict]) -> Card:
    """Several things were shared, and whoever knows of one may not know of another: a letter about each by itself."""
    case = picture.case.id
    buttons = tuple(Button(v.lane.title, "letter", {"c": case, "l": v.lane.id}, "main") for v in lanes)
    blocks = (
        Say("Each has a letter of its own. Give each one only to the person who knows of it."),
        Buttons((*buttons, Button("Go back", "open", {"c": case}))),
    )
    return Card("Which letter?", blocks, danger=picture.book.emergency.line)
