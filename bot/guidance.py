"""The rest of a lane, one press away: what to say, keep back and write down, who else may know, and why.

The rule to keep: the next step comes first and stands on the card; nothing in here is needed before ringing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from bot.cards import Button, Buttons, Field, Form, Heading, Notice, Numbers, Open, Plain, Points, Quote, Reply, Say
from bot.emergency import with_line
from bot.lanes import checks, lane_facts, lane_numbers
from bot.picture import Picture
from bot.turn import Refusal, Turn
from bot.wording import instead
from policy.book import Guide, LawNote, WhatIf
from policy.currency import check_line, law_text
from policy.walk import Verdict

ADVICE_NOW = "You can ring for advice now, without giving a name. If it gets worse, ring 999."

_WHY = "why"


def said(guides: tuple[Guide, ...]) -> tuple[str, ...]:
    """The words of pieces of guidance."""
    return tuple(guide.say for guide in guides)


def script(verdict: Verdict, heading: str = "Say to them") -> list[Plain]:
    """The words themselves, to read out or to copy."""
    return [Heading(heading), *(Quote(guide.say) for guide in verdict.script)] if verdict.script else []


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
    if cannot_wait(verdict):
        return True
    return picture.standing(verdict) == "free" and not verdict.blocks and len(picture.lanes) == 1


def cannot_wait(verdict: Verdict) -> bool:
    """Whether the steps are shown whoever has still to agree: it is for now, or nobody may stop or delay it."""
    return verdict.clock == "now" or (verdict.approval is not None and not verdict.approval.veto)


def waits(picture: Picture, verdict: Verdict) -> bool:
    """Whether somebody has to agree before it is done: a lane for now, or that nobody may stop, never waits."""
    return not cannot_wait(verdict) and picture.standing(verdict) not in ("free", "told", "approved")


def steps(picture: Picture, verdict: Verdict) -> tuple[Guide, ...]:
    """What to do next, in order. How agreement is got is no step any more once somebody has agreed."""
    agreed = picture.standing(verdict) == "approved"
    return tuple(guide for guide in verdict.steps if not (agreed and guide.until == "agreed"))


def help_with(picture: Picture, verdict: Verdict, *, on_card: bool) -> Iterator[Field]:
    """Everything there is to know about doing it, in the order in which it is needed, less what the card shows.

    What has still to be agreed, or put right, never reads as something to do now; what needs nobody's yes is first.
    """
    yield from checks(picture, verdict)
    yield Notice(verdict.outcome.title)
    yield from instead(picture.around, picture.book, verdict.recipients)
    waiting = waits(picture, verdict)
    if waiting:
        yield from _meanwhile(picture, verdict)
    if not on_card:
        then = tuple(guide for guide in steps(picture, verdict) if not (waiting and guide.until == "agreed"))
        if then:
            yield Heading(_when(picture, verdict))
            yield Points(said(then), numbered=True)
        people = lane_numbers(picture, verdict)
        if people:
            yield Heading("Who to ring then" if waiting and not verdict.lane.protective else "Who to ring")
            yield Numbers(people)
    will = _not_yet(picture, verdict)
    yield from script(verdict, f"What you {will} say to them then" if will else "Say to them")
    for heading, guides in (
        (f"What you {will} tell them then, and no more" if will else "Tell them this, and no more", verdict.words),
        (f"What you {will} leave out" if will else "What to leave out", verdict.leave_out),
        ("Telling the person then" if will else "Telling the person", verdict.tell),
        ("At night and at weekends", verdict.out_of_hours),
        (f"What you {will} write down then" if will else "Write down", verdict.write_down),
        ("Good to know", verdict.show),
        ("Afterwards, for you", verdict.after),
    ):
        if guides:
            yield Heading(heading)
            yield Points(said(guides))
    if not waiting and _may_ask_around(verdict):
        yield from without_a_name(picture.book.what_if)


def _meanwhile(picture: Picture, verdict: Verdict) -> Iterator[Field]:
    """What may be done before anybody has agreed: getting the yes, and to protect somebody, advice without a name."""
    asking = tuple(guide for guide in verdict.steps if guide.until == "agreed")
    if not asking and not verdict.lane.protective:
        return
    yield Heading("What you can do now")
    if asking:
        yield Points(said(asking), numbered=len(asking) > 1)
    if verdict.lane.protective:
        yield Say(ADVICE_NOW)
    if _may_ask_around(verdict):
        yield from without_a_name(picture.book.what_if)


def _may_ask_around(verdict: Verdict) -> bool:
    lane, approval = verdict.lane, verdict.approval
    return lane.protective and not lane.immediate and approval is not None and approval.veto


def _when(picture: Picture, verdict: Verdict) -> str:
    """The heading of the steps: never a plain "do this" over what nobody has agreed to yet, or a check stops."""
    if waits(picture, verdict):
        declined = picture.standing(verdict) == "declined"
        return "What you would do if somebody agreed" if declined else "What you will do once somebody agrees"
    if verdict.blocks:
        return "First do what “Stop” says. Then this"
    # Before sending, nobody is kept from reading ahead; afterwards the card asks its last checks first.
    if picture.case.state == "sent" and not picture.may_go(verdict):
        return "What you will do after the last checks"
    return "What to do"


def _not_yet(picture: Picture, verdict: Verdict) -> str:
    """Where something is still in the way of saying it, "will" or "would"; where nothing is, "".

    A script under "Say to them" would else be read out over a Stop, or before anybody has agreed.
    """
    if waits(picture, verdict):
        return "would" if picture.standing(verdict) == "declined" else "will"
    if verdict.blocks:
        return "will"
    ready = cannot_wait(verdict) or picture.case.state != "sent" or picture.may_go(verdict)
    return "" if ready else "will"


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
