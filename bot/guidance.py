"""The rest of a lane, one press away: what to say, keep back and write down, who else may know, and why.

The rule to keep: the next step comes first and stands on the card; nothing in here is needed before ringing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from bot.cards import Button, Buttons, Field, Form, Heading, Notice, Numbers, Open, Plain, Points, Quote, Reply, Say
from bot.emergency import with_line
from bot.lanes import lane_facts
from bot.picture import Picture
from bot.turn import Refusal, Turn
from bot.wording import instead, numbers
from policy.book import Guide, LawNote, WhatIf
from policy.currency import check_line, law_text
from policy.walk import Verdict

_WHY = "why"


def said(guides: tuple[Guide, ...]) -> tuple[str, ...]:
    """The words of pieces of guidance."""
    return tuple(guide.say for guide in guides)


def script(verdict: Verdict) -> list[Plain]:
    """The words themselves, to read out or to copy."""
    return [Heading("Say to them"), *(Quote(guide.say) for guide in verdict.script)] if verdict.script else []


def without_a_name(what_if: WhatIf | None) -> list[Plain]:
    """How to ask for advice without a name, which needs nobody's agreement."""
    if what_if is None:
        return []
    return [Heading("Ask without a name"), Quote(what_if.say), Points(what_if.how)]


def ways_in(picture: Picture, verdict: Verdict) -> Buttons:
    """The two presses behind which the rest of a lane stands."""
    lane = {"c": picture.case.id, "l": verdict.lane.id}
    return Buttons(
        (
            Button("More help", "more", lane, hint=f"More help: {verdict.lane.title}"),
            Button("Why?", "more", {**lane, "p": _WHY}, hint=f"Why? {verdict.lane.title}"),
        )
    )


async def more(turn: Turn) -> Reply:
    """The whole guidance of one lane, or the reasons for it, in a form that only shows."""
    case = await turn.mine(fresh=False)
    picture = await turn.picture(case)
    verdict = next((v for v in picture.lanes if v.lane.id == turn.event.carry.get("l")), None)
    if verdict is None:
        raise Refusal("This does not apply any more. Look at the card again.")
    if turn.event.carry.get("p") == _WHY:
        form = Form("Why?", tuple(why(picture, verdict, turn.now.date())), "", "")
    else:
        form = Form("More help", tuple(help_with(picture, verdict, on_card=on_card(picture, verdict))), "", "")
    return Open(with_line(form, turn.book))


def on_card(picture: Picture, verdict: Verdict) -> bool:
    """Whether the card itself shows the words and the numbers beside the steps: nothing stands in the way of ringing.

    Before sending, several lanes together show their steps only: a card that is too long is not read.
    """
    if picture.case.state == "sent":
        return picture.may_go(verdict)
    return cannot_wait(verdict) or (picture.standing(verdict) == "free" and len(picture.lanes) == 1)


def cannot_wait(verdict: Verdict) -> bool:
    """Whether the steps are shown whoever has still to agree: it is for now, or nobody may stop or delay it."""
    return verdict.clock == "now" or (verdict.approval is not None and not verdict.approval.veto)


def help_with(picture: Picture, verdict: Verdict, *, on_card: bool) -> Iterator[Field]:
    """Everything there is to know about doing it, in the order in which it is needed, less what the card shows."""
    yield Notice(verdict.outcome.title)
    yield from instead(picture.around, picture.book, verdict.recipients)
    if verdict.steps and not on_card:
        yield Heading("What to do")
        yield Points(said(verdict.steps), numbered=True)
    if not on_card and (
        people := numbers(picture.book, picture.charity, verdict.contacts, picture.circle, today=picture.today)
    ):
        yield Heading("Who to ring")
        yield Numbers(people)
    yield from script(verdict)
    for heading, guides in (
        ("Tell them this, and no more", verdict.words),
        ("What to leave out", verdict.leave_out),
        ("Telling the person", verdict.tell),
        ("At night and at weekends", verdict.out_of_hours),
        ("Write down", verdict.write_down),
        ("Good to know", verdict.show),
        ("Afterwards, for you", verdict.after),
    ):
        if guides:
            yield Heading(heading)
            yield Points(said(guides))
    if verdict.lane.protective and not verdict.lane.immediate and verdict.approval and verdict.approval.veto:
        yield from without_a_name(picture.book.what_if)


def why(picture: Picture, verdict: Verdict, today: date) -> Iterator[Field]:
    """The reason, who hears and agrees, the clauses, the law as it was last checked, and a case like it."""
    book = picture.book
    yield Say(verdict.outcome.plain)
    yield lane_facts(picture, verdict)
    yield Heading("Our policy")
    yield Points(tuple(f"{book.clauses[id].title} ({id})" for id in verdict.clauses))
    if verdict.law:
        yield Heading("The law")
        for id in verdict.law:
            yield from law_lines(book.law[id], today, picture.walked.facts)
    if case := verdict.outcome.precedent:
        yield Heading("A case like this")
        yield Say(case.text)
        yield Say(case.source, quiet=True)


def law_lines(note: LawNote, today: date, facts: Mapping[str, str]) -> Iterator[Say]:
    """A law note, what the policy's own words say instead, its source, and since when nobody has checked it.

    A note past its date is still shown: an old word is better than none, as long as it says that it is old.
    """
    yield Say(law_text(note, facts))
    if note.policy_says and note.safe in ("no", "partly"):
        yield Say(f"In our written policy: {note.policy_says}", quiet=True)
    since = f"Since {note.since}." if note.since else ""
    source = f"{note.source}." if note.source else ""
    checked = check_line(note.checked_on, note.recheck_days, today)
    yield Say(" ".join(part for part in (source, since, checked) if part), quiet=True)
