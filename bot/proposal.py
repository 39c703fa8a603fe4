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
from bot.lanes import guidance, lane_facts, lane_title
from bot.picture import Picture
from bot.questioning import ask, carry
from bot.wording import at, names, numbers, role_of
from policy.book import SENDING
from policy.walk import Asking, Verdict
from storage.records import ApprovalRequest, Person


def review_card(picture: Picture, *, notice: str = "") -> Card:
    """Everything is answered: what we suggest, before anything is sent."""
    needs = [v for v in picture.lanes if v.approval and v.approval.moment == "before"]
    blocks: list[Block] = []
    if notice:
        blocks.append(Notice(notice))
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
        blocks.append(Notice(notice))
    if unreached := [p for p in picture.around.to_ring() if p.id in picture.unreached]:
        blocks.append(Notice(f"Our message did not reach {names(unreached, 'and')}. Please ring.", "warning"))
        blocks.append(Numbers(tuple(Number(p.name, p.telephone or "ask a colleague", role_of(p)) for p in unreached)))
    blocks += _lanes(picture, sent=True)
    walked = picture.walked
    if isinstance(walked, Asking) and (walked.screen.stage == "decide" or _something_may_go(picture)):
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
    return [*blocks, *_more(picture, verdict, folded)]


def _to_agree(picture: Picture, verdict: Verdict) -> list[Block]:
    """Before sending: what it means, who would hear and who must agree; the steps behind one press."""
    steps = tuple(guide.say for guide in verdict.steps)
    folded: list[Plain] = [Heading("What you would do"), Points(steps, numbered=True)] if steps else []
    return [Say(verdict.outcome.plain), lane_facts(picture, verdict), *_more(picture, verdict, folded)]


def _while_waiting(picture: Picture, verdict: Verdict) -> list[Block]:
    """A wait is never a wall: advice without a name needs nobody's agreement, and 999 never does."""
    blocks: list[Block] = []
    if first := tuple(guide.say for guide in verdict.steps if guide.until == "agreed"):
        blocks.append(Points(first, numbered=True))
    request = picture.request(verdict)
    asked = [person for person in _asked(picture, request) if person.telephone]
    if asked and picture.standing(verdict) == "pending":
        blocks.append(Numbers(tuple(Number(person.name, person.telephone, role_of(person)) for person in asked)))
    if verdict.lane.protective:
        blocks.append(Say("You can ring for advice now, without giving a name. If it gets worse, ring 999."))
        blocks += _numbers(picture, verdict)
    return [*blocks, *_more(picture, verdict, [Say(verdict.outcome.plain), lane_facts(picture, verdict)])]


def _numbers(picture: Picture, verdict: Verdict) -> list[Block]:
    people = picture.circle.to_ring() if picture.circle else ()
    rows = numbers(picture.book, picture.charity, verdict.contacts, people)
    return [Numbers(rows)] if rows else []


def _more(picture: Picture, verdict: Verdict, folded: list[Plain]) -> list[Block]:
    """The rest of a lane behind one press: folded on the card, or in a form where there are several lanes."""
    folded += guidance(verdict)
    if not folded:
        return []
    if len(picture.lanes) > 1:
        hint = f"More about: {verdict.lane.title}"
        return [Buttons((Button("More about this", "more", {"c": picture.case.id, "l": verdict.lane.id}, hint=hint),))]
    return [More(f"More about: {verdict.lane.title}", tuple(folded))]


def _where_it_stands(picture: Picture, verdict: Verdict) -> Notice:
    request = picture.request(verdict)
    match picture.standing(verdict):
        case "free" if not picture.may_go(verdict) and not verdict.blocks:
            return Notice("Nobody has to agree. First answer the last checks below.")
        case "free":
            return _inside_told(picture, verdict)
        case "told":
            told = _asked(picture, request)
            who = (
                f"{names(told, 'and')} {'has' if len(told) == 1 else 'have'} been told."
                if told
                else ("Nobody here could be told. Ring a colleague who is not part of it.")
            )
            return Notice(f"Do this now. {who} Nobody may stop or delay it.")
        case "unasked":
            return Notice("Nobody has been asked about this yet.", "warning")
        case "pending":
            asked = _asked(picture, request)
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
            ring = f"Ring {asked[0].name} now." if len(asked) == 1 else "Ring one of them now."
            return Notice(f"Waiting for {names(asked)} to agree. {ring}")
        case "approved":
            decision = picture.decisions[request.id] if request else None
            who = picture.name(decision.person_id) if decision else ""
            when = at(decision.at, picture.charity) if decision else ""
            then = "Do this now." if picture.may_go(verdict) else "First answer the last checks below."
            return Notice(f"{who} agreed at {when}. {then}")
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


def _something_may_go(picture: Picture) -> bool:
    """Whether the last checks matter yet: while everybody is waited for, they would only be more to read."""
    ready = ("free", "told", "approved")
    return any(verdict.outcome.sends in SENDING and picture.standing(verdict) in ready for verdict in picture.lanes)


def _inside_told(picture: Picture, verdict: Verdict) -> Notice:
    """A lane that nobody has to agree to: whether somebody inside was told, by name, as it really is."""
    inside = [id for id in verdict.recipients if picture.book.recipients[id].capability]
    if not inside or picture.case.state != "sent":
        return Notice("You can do this now. Nobody has to agree first.")
    told = _asked(picture, picture.request(verdict))
    if not told:
        return Notice(
            "Nobody here could be told: they are away, or may be part of it. Ring somebody from the list below, "
            "or the council's LADO.",
            "warning",
        )
    return Notice(f"{names(told, 'and')} {'is' if len(told) == 1 else 'are'} asked to ring you about this.")


def _asked(picture: Picture, request: ApprovalRequest | None) -> list[Person]:
    """Who was asked or told, less anybody who must not know any more."""
    if request is None:
        return []
    return [p for p in picture.around.everybody if p.id in request.asked and not picture.around.why_not(p)]


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
