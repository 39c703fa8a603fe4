"""What is proposed, lane by lane: on the worker's card before and after sending, and in the record.

The rule to keep: a lane shows who may hear, who must agree, what to do next and its clauses, and nothing the book
says never to show.
"""

from __future__ import annotations

from bot.cards import (
    Block,
    Button,
    Buttons,
    Card,
    Facts,
    Heading,
    More,
    Notice,
    Number,
    Numbers,
    Plain,
    Points,
    Say,
    Small,
)
from bot.departing import further
from bot.picture import Picture
from bot.questioning import ask, carry
from bot.wording import BASES, CLOCKS, at, names, numbers
from policy.walk import Asking, Verdict


def review_card(picture: Picture, *, notice: str = "") -> Card:
    """Everything is answered: what we suggest, before anything is sent."""
    needs = [v for v in picture.lanes if v.approval and v.approval.moment == "before"]
    blocks: list[Block] = []
    if notice:
        blocks.append(Notice(notice, "warning"))
    if needs:
        blocks.append(Notice("Nobody outside has been told. Next: ask a second person to agree.", "info"))
    blocks += _lanes(picture, sent=False)
    send = "Ask for agreement" if needs else "Go on with this"
    blocks.append(Buttons((Button(send, "send", carry(picture), "main"), *_ways(picture, sent=False))))
    blocks.append(Say("The checklist suggests. You and your colleague decide.", quiet=True))
    return _card(picture, blocks, "What we suggest")


def sent_card(picture: Picture, *, notice: str = "") -> Card:
    """After sending: where each lane stands, what to do, how it goes, and what is still to be written down."""
    blocks: list[Block] = []
    if notice:
        blocks.append(Notice(notice, "warning"))
    blocks += _lanes(picture, sent=True)
    walked = picture.walked
    if isinstance(walked, Asking) and walked.screen.stage == "send":
        blocks.append(Heading(walked.screen.ask))
        blocks += ask(picture, walked.screen, walked.questions)
    blocks.append(Buttons(_ways(picture, sent=True)))
    return _card(picture, blocks, _title(picture))


def small_card(picture: Picture) -> Card:
    """Closed, withdrawn or paused: the reference and the state, and nothing else."""
    case = picture.case
    state = {
        "paused": "Paused. Your answers are kept.",
        "withdrawn": "Stopped. Nothing was sent. The record is kept.",
        "closed": "Closed. The record is kept.",
    }.get(case.state, "Open.")
    blocks: list[Block] = [Say(state)]
    if case.state == "paused":
        blocks.append(Buttons((Button("Carry on", "open", {"c": case.id}, "main"),)))
    return _card(picture, blocks, f"Case {case.reference}")


def lane_title(verdict: Verdict) -> str:
    """The lane and what it comes to, once where both say the same."""
    lane, outcome = verdict.lane.title, verdict.outcome.title
    return outcome if lane == outcome else f"{lane}: {outcome}"


def reach(picture: Picture, verdict: Verdict) -> str:
    """The recipients of a lane in words."""
    titles = [picture.book.recipients[id].title for id in verdict.recipients]
    return "; ".join(titles) or "Nobody outside"


def lane_facts(picture: Picture, verdict: Verdict, *, asked: bool = False) -> Facts:
    """Who would hear, by when, on what footing, and who must agree (left out for the one who is asked)."""
    rows = [("Who would hear", reach(picture, verdict)), ("By when", CLOCKS[verdict.clock])]
    if verdict.basis != "none":
        rows.append(("The law", BASES[verdict.basis]))
    if verdict.approval and not asked:
        rows.append(("Who must agree", verdict.approval.plain))
    return Facts(tuple(rows))


def _lanes(picture: Picture, *, sent: bool) -> list[Block]:
    blocks: list[Block] = []
    for verdict in picture.lanes:
        if verdict.lane.immediate and picture.in_emergency and picture.rung:
            blocks += [Heading("You rang 999"), Say("If it changes or gets worse, ring 999 again.")]
            continue
        blocks.append(Heading(lane_title(verdict)))
        if sent:
            blocks.append(_where_it_stands(picture, verdict))
        blocks += _checks(picture, verdict)
        if picture.may_go(verdict) if sent else picture.standing(verdict) == "free":
            blocks += _to_do(picture, verdict)
        elif sent:
            blocks += _while_waiting(picture, verdict)
        else:
            blocks += _to_agree(picture, verdict)
        law = f" Law: {', '.join(verdict.law)}." if verdict.law else ""
        blocks.append(Small(f"Policy {', '.join(verdict.clauses)}.{law}"))
    return blocks


def _to_do(picture: Picture, verdict: Verdict) -> list[Block]:
    """Nothing stands in the way: the next step first, then the numbers, and the reasons behind one press."""
    agreed = picture.standing(verdict) == "approved"
    steps = tuple(guide.say for guide in verdict.steps if not (agreed and guide.until == "agreed"))
    blocks: list[Block] = [Points(steps, numbered=True)] if steps else [Say(verdict.outcome.plain)]
    blocks += _numbers(picture, verdict)
    folded: list[Plain] = [Say(verdict.outcome.plain), lane_facts(picture, verdict)] if steps else []
    return [*blocks, *_more(verdict, folded)]


def _to_agree(picture: Picture, verdict: Verdict) -> list[Block]:
    """Before sending: what it means, who would hear and who must agree; the steps behind one press."""
    steps = tuple(guide.say for guide in verdict.steps)
    folded: list[Plain] = [Heading("What you would do"), Points(steps, numbered=True)] if steps else []
    return [Say(verdict.outcome.plain), lane_facts(picture, verdict), *_more(verdict, folded)]


def _while_waiting(picture: Picture, verdict: Verdict) -> list[Block]:
    """A wait is never a wall: advice without a name needs nobody's agreement, and 999 never does."""
    blocks: list[Block] = []
    if first := tuple(guide.say for guide in verdict.steps if guide.until == "agreed"):
        blocks.append(Points(first, numbered=True))
    request = picture.request(verdict)
    asked = [p for p in picture.around.everybody if request and p.id in request.asked and p.telephone]
    if asked and picture.standing(verdict) == "pending":
        blocks.append(Numbers(tuple(Number(person.name, person.telephone, person.role) for person in asked)))
    if verdict.lane.protective:
        blocks.append(Say("You can ring for advice now, without giving a name. If it gets worse, ring 999."))
        blocks += _numbers(picture, verdict)
    return [*blocks, *_more(verdict, [Say(verdict.outcome.plain), lane_facts(picture, verdict)])]


def _numbers(picture: Picture, verdict: Verdict) -> list[Block]:
    people = picture.circle.everybody if picture.circle else ()
    rows = numbers(picture.book, picture.charity, verdict.contacts, people)
    return [Numbers(rows)] if rows else []


def _more(verdict: Verdict, folded: list[Plain]) -> list[Block]:
    if verdict.words:
        folded += [Heading("Say this, and no more"), Points(tuple(guide.say for guide in verdict.words))]
    if verdict.show:
        folded += [Heading("Good to know"), Points(tuple(guide.say for guide in verdict.show))]
    return [More(f"More about: {verdict.lane.title}", tuple(folded))] if folded else []


def _where_it_stands(picture: Picture, verdict: Verdict) -> Notice:
    request = picture.request(verdict)
    match picture.standing(verdict):
        case "free":
            return Notice("You can do this now. Nobody has to agree first.")
        case "told":
            return Notice("Do this now. Your lead has been told. Nobody may stop or delay it.")
        case "unasked":
            return Notice("Nobody has been asked about this yet.", "warning")
        case "pending":
            asked = [p for p in picture.around.everybody if request and p.id in request.asked]
            first = picture.decisions[request.second_of] if request and request.second_of else None
            if not asked:
                return Notice(
                    f"{f'{picture.name(first.person_id)} said no. ' if first else ''}Nobody {'else ' if first else ''}"
                    "on the roster can decide this. Talk to your safeguarding lead or a trustee by phone now.",
                    "warning",
                )
            if first:
                return Notice(
                    f"{picture.name(first.person_id)} said no. That is not the end: {names(asked)} can still agree. "
                    "You can also ring the council, 111 or 101 without a name, now.",
                    "warning",
                )
            return Notice(f"Waiting for {names(asked)} to agree. Talk to one of them now.", "info")
        case "approved":
            decision = picture.decisions[request.id] if request else None
            who = picture.name(decision.person_id) if decision else ""
            when = at(decision.at, picture.charity) if decision else ""
            return Notice(f"{who} agreed at {when}. Do this now.")
        case "declined":
            decision = picture.decisions[request.id] if request else None
            who = picture.name(decision.person_id) if decision else "The person you asked"
            if verdict.lane.protective:
                return Notice(
                    f"{who} said no too. You can still ring the council, 111 or 101 without a name, now. "
                    "If it gets worse, ring 999.",
                    "warning",
                )
            return Notice(f"{who} said no, so nothing goes out for now. You can read why.", "warning")


def _checks(picture: Picture, verdict: Verdict) -> list[Block]:
    say = {check.id: check.say for check in picture.book.checks}
    stops: list[Block] = [Notice(f"Stop: {say[id]}", "stop") for id in verdict.blocks]
    return stops + [Notice(f"Careful: {say[id]}", "warning") for id in verdict.warnings]


def _ways(picture: Picture, *, sent: bool) -> tuple[Button, ...]:
    ways = []
    if sent:
        ways.append(Button("Write down what was done", "record", carry(picture), "main"))
        if any(text.kind in ("approved", "declined", "reason") for text in picture.texts):
            ways.append(Button("Read the reasons", "read", {"c": picture.case.id}))
        ways.append(Button("Take back and change", "withdraw", carry(picture)))
        if not any(picture.standing(verdict) == "pending" for verdict in picture.lanes):
            ways.append(Button("Close", "close", carry(picture)))
    else:
        ways.append(Button("My answers", "review", carry(picture)))
    if further(picture.book, picture.lanes):
        ways.append(Button("Go further than this", "depart", carry(picture)))
    ways.append(Button("Someone must not know", "bar", carry(picture)))
    if not sent:
        ways += [Button("Pause", "pause", carry(picture)), Button("Stop", "stop", carry(picture))]
    return tuple(ways)


def _title(picture: Picture) -> str:
    if any(picture.standing(verdict) == "pending" for verdict in picture.lanes):
        return "Waiting for a second person"
    if any(picture.standing(verdict) == "declined" for verdict in picture.lanes):
        return "Somebody said no. Read this"
    return "What to do now"


def _card(picture: Picture, blocks: list[Block], title: str) -> Card:
    book = picture.book
    end = Small(f"Case {picture.case.reference}. Rules {book.id} {book.version}.")
    return Card(title, (*blocks, end), danger=book.emergency.line)
