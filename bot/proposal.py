"""What is proposed, lane by lane: on the worker's card before and after sending, and in the record.

The rule to keep: a lane shows who may hear, who must agree, what to do next and its clauses, and nothing the book
says never to show.
"""

from __future__ import annotations

from bot.by_phone import agreed_words, denied, way_in
from bot.cards import (
    Block,
    Button,
    Buttons,
    Card,
    Heading,
    Notice,
    Number,
    Numbers,
    Points,
    Quote,
    Say,
    Small,
    Tone,
)
from bot.deciding.deciders import before_sending, waiting_for
from bot.deciding.passing import cannot_decide
from bot.deciding.questions import to_answer
from bot.deciding.rungs import alone, asked_still, held_back, progress
from bot.deciding.unreached import not_reached, ring_them
from bot.departing import further
from bot.follow_through import standing, to_finish_blocks, to_write, told_of
from bot.follow_words import NOBODY
from bot.guidance import ADVICE_NOW, cannot_wait, on_card, said, script, steps, ways_in
from bot.keeping.classes import is_draft
from bot.lanes import checks, lane_facts, lane_numbers, lane_title
from bot.picture import Picture
from bot.practice import LASTS
from bot.questioning import ask, carry, title
from bot.second_opinion import after_a_no, danger_again, no_longer_counts, one_and_the_same
from bot.wording import at, instead, names, role_of, until, whom_to_ring
from policy.book import SENDING
from policy.walk import Asking, Verdict
from storage.records import ApprovalRequest, Person

_ALL = "Written down as done"
_WRITTEN = frozenset(
    {"done", "correction", "told", "not_shared", "approved", "declined", "reason", "spoken", "question", "reply"}
)


def review_card(picture: Picture, *, notice: str = "") -> Card:
    """Everything is answered: what we suggest, before anything is sent."""
    needs = [v for v in picture.lanes if v.approval and v.approval.moment == "before"]
    blocks: list[Block] = []
    if notice:
        blocks.append(Notice(notice))
    if needs:
        first = "First do what cannot wait. Then" if any(map(cannot_wait, picture.lanes)) else "Next:"
        blocks.append(Notice(f"Nobody outside has been told. {first} ask a second person to agree.", "info"))
        blocks += before_sending(picture, needs) if picture.circle else ()
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
    blocks += to_answer(picture)
    blocks += ring_them(not_reached(picture))
    left = to_finish_blocks(picture)
    # The record is finished after the last person was told: until then its end stands below what is still to do.
    done = _everybody_told(picture)
    blocks += left if done else []
    blocks += _lanes(picture, sent=True)
    blocks += [] if done else left
    walked = picture.walked
    if isinstance(walked, Asking) and (walked.screen.stage == "decide" or _something_may_go(picture)):
        blocks.append(Heading(title(walked.screen, walked.questions)))
        blocks += ask(picture, walked.screen, walked.questions)
    blocks.append(Buttons(_ways(picture, sent=True)))
    return _card(picture, blocks, sent_title(picture))


def small_card(picture: Picture) -> Card:
    """Closed, withdrawn or paused: the reference and the state, and nothing else."""
    case = picture.case
    state = {
        "paused": f"Paused. Your answers are kept{_until(picture)}.",
        "withdrawn": f"Stopped. Nothing was sent. {_after_stopping(picture)}",
        "closed": "Closed. The record is kept.",
    }.get(case.state, "Open.")
    if case.practice:
        end = f"It is gone after {until(case.opened_at + LASTS, picture.charity)}."
        state = f"{'Paused' if case.state == 'paused' else 'Ended'}. {end}"
    blocks: list[Block] = [Say(state)]
    if case.state == "paused":
        blocks.append(Buttons((Button("Carry on", "open", {"c": case.id}, "main"),)))
    if case.state == "closed":
        papers = (Button("Case note", "note", {"c": case.id}), Button("As a file", "paper", {"c": case.id}))
        blocks.append(Buttons(papers))
    return _card(picture, blocks, f"Case {case.reference}")


def _after_stopping(picture: Picture) -> str:
    if picture.circle is None or not is_draft(picture):
        return "The record is kept."
    return "We destroy it soon."


def _until(picture: Picture) -> str:
    """A paused one without any danger ends some day; in a picture drawn from the answers alone nobody can say."""
    if picture.circle is None or not is_draft(picture):
        return ""
    return f" until {until(picture.case.changed_at + picture.charity.retention.paused, picture.charity)}. We remind you"


def _lanes(picture: Picture, *, sent: bool) -> list[Block]:
    blocks: list[Block] = []
    said_already: list[Block] = []
    for verdict in picture.lanes:
        if verdict.lane.immediate and picture.in_emergency and picture.rung:
            blocks += [Heading("You rang 999"), Say("If it changes or gets worse, ring 999 again.")]
            continue
        blocks.append(Heading(lane_title(verdict)))
        blocks += checks(picture, verdict)
        if sent:
            blocks += denied(picture, verdict)
            blocks.append(where_it_stands(picture, verdict))
            blocks += [*no_longer_counts(picture, verdict), *one_and_the_same(picture, verdict)]
            blocks += cannot_decide(picture, verdict)
        blocks += instead(picture.around, picture.book, verdict.recipients) if picture.circle else ()
        free = picture.standing(verdict) == "free" and not verdict.blocks
        if picture.may_go(verdict) if sent else free or cannot_wait(verdict):
            blocks += _to_do(picture, verdict)
        elif sent:
            # Two lanes that wait for the same people say so once: a long card is not read.
            waiting = _while_waiting(picture, verdict)
            blocks += [block for block in waiting if block not in said_already]
            said_already += waiting
        else:
            blocks += _to_agree(picture, verdict)
        blocks.append(Small(f"Policy {', '.join(verdict.clauses)}."))
    return blocks


def _to_do(picture: Picture, verdict: Verdict) -> list[Block]:
    """Nothing stands in the way: the next step first, then the words and the numbers; the rest behind one press."""
    next_steps = said(steps(picture, verdict))
    blocks: list[Block] = [Points(next_steps, numbered=True)] if next_steps else []
    if picture.case.state != "sent" and cannot_wait(verdict):
        stop = "" if verdict.approval is None or verdict.approval.veto else " Nobody may stop or delay it."
        blocks.insert(0, Notice(f"Do this now.{stop}"))
    elif not next_steps or picture.case.state != "sent":
        blocks.insert(0, Say(verdict.outcome.plain))
    if on_card(picture, verdict):
        blocks += [*script(verdict), *_numbers(picture, verdict)]
    return [*blocks, ways_in(picture, verdict)]


def _to_agree(picture: Picture, verdict: Verdict) -> list[Block]:
    """Before sending: what it means, who would hear and who must agree; the steps behind one press."""
    return [Say(verdict.outcome.plain), lane_facts(picture, verdict), ways_in(picture, verdict)]


def _while_waiting(picture: Picture, verdict: Verdict) -> list[Block]:
    """A wait is never a wall: advice without a name needs nobody's agreement, 999 never does, "now" is now."""
    blocks: list[Block] = []
    at_once = cannot_wait(verdict)
    ended = picture.standing(verdict) == "declined"
    request = picture.request(verdict)
    asking = tuple(guide for guide in steps(picture, verdict) if at_once or guide.until == "agreed")
    if request is not None and held_back(picture, request):
        asking = ()  # nobody is woken for it: below stands when it is read, and that they may be rung
    if first := said(tuple(guide for guide in asking if not (ended and guide.until == "agreed"))):
        blocks.append(Points(first, numbered=True))
    if at_once:
        blocks += script(verdict)
    if request is not None and picture.standing(verdict) == "pending":
        blocks += progress(picture, request, verdict)
        blocks += [lane_facts(picture, verdict)] if alone(picture, request, verdict) else []
    asked = [person for person in waiting_for(picture, _asked(picture, request))[0] if person.telephone]
    if asked and picture.standing(verdict) == "pending":
        blocks.insert(0, Numbers(tuple(Number(person.name, person.telephone, role_of(person)) for person in asked)))
    blocks += way_in(picture, verdict)
    blocks += after_a_no(picture, verdict)
    if verdict.lane.protective:
        blocks += danger_again(picture) if ended else []
        blocks.append(Say(ADVICE_NOW))
        if picture.book.what_if:
            blocks.append(Quote(picture.book.what_if.say))
        blocks += _numbers(picture, verdict)
    return [*blocks, ways_in(picture, verdict)]


def _numbers(picture: Picture, verdict: Verdict) -> list[Block]:
    rows = lane_numbers(picture, verdict)
    return [Numbers(rows)] if rows else []


def where_it_stands(picture: Picture, verdict: Verdict) -> Notice:
    """For the worker: who agreed or said no, whom they wait for, and what they may do meanwhile."""
    request = picture.request(verdict)
    done = _written_down(picture, verdict, request) or "Do this now."
    match picture.standing(verdict):
        case "free" if verdict.blocks:
            return Notice("Nobody has to agree. First do what “Stop” says.")
        case "free" if not picture.may_go(verdict):
            return Notice("Nobody has to agree. First answer the last checks on this card.")
        case "free":
            return _inside_told(picture, verdict)
        case "told":
            told = _heard(picture, request)
            who = _by_day(picture, request, told) or (
                f"{names(told, 'and')} {'has' if len(told) == 1 else 'have'} been told."
                if told
                else f"Nobody here could be told. {whom_to_ring(picture.around)}"
            )
            return Notice(f"{done} {who} Nobody may stop or delay it.")
        case "unasked":
            before = any(each.lane == verdict.lane.id for each in picture.requests)
            again = " Press “Take back and change”, then send it again." if before else ""
            return Notice(f"Nobody has been asked about this yet.{again}", "warning")
        case "pending":
            asked, away = waiting_for(picture, _asked(picture, request))
            said_no = {decision.person_id for decision in picture.noes(verdict)} | picture.passed(verdict)
            first = next(iter(picture.noes(verdict)), None)
            if not asked:
                return Notice(
                    f"{f'{picture.name(first.person_id)} said no. ' if first else ''}Nobody {'else ' if first else ''}"
                    f"on the roster can decide this. {whom_to_ring(picture.around, but=said_no)}",
                    "warning",
                )
            if first and not verdict.lane.protective:
                no = f"{picture.name(first.person_id)} said no. A yes from a second person is enough for it to go."
                return Notice(f"Waiting for a second opinion from {names(asked)}. {no} {away}".rstrip())
            if first:
                noes = names([p for no in picture.noes(verdict) if (p := picture.person(no.person_id))], "and")
                return Notice(
                    f"{noes} said no. That is not the end: {names(asked)} can still agree. "
                    "You can also ring the council, 111 or 101 without a name, now.",
                    "warning",
                )
            ring = f"Ring {asked[0].name} now." if len(asked) == 1 else "Ring one of them now."
            ring = "" if request and held_back(picture, request) else ring  # then the card says when they read it
            return Notice(f"Waiting for {names(asked)} to agree. {ring} {away}".rstrip())
        case "approved":
            then = done if picture.may_go(verdict) else "First answer the last checks on this card."
            then = "First do what “Stop” says." if verdict.blocks else then
            return Notice(f"{agreed_words(picture, request) if request else ''} {then}")
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


def _written_down(picture: Picture, verdict: Verdict, request: ApprovalRequest | None) -> str:
    """Who outside was told of just this, as the worker wrote it: else whoever is tired rings twice. "" where nobody."""
    if request is None:
        return ""
    said = [each for each in picture.disclosures if each.lane == verdict.lane.id and each.at >= request.opened_at]
    outside = [id for id in verdict.recipients if not picture.book.recipients[id].capability]
    told = [id for id in outside if id in {each.recipient for each in said}]
    if not told:
        return ""
    if len(told) == len(outside):
        return f"{_ALL} at {at(said[-1].at, picture.charity)}."
    return f"Written down so far: {', '.join(picture.book.recipients[id].title for id in told)}. Do what is left now."


def _everybody_told(picture: Picture) -> bool:
    """Whether nothing is left to say to anybody outside, as far as it was written down."""
    out = [verdict for verdict in picture.lanes if verdict.outcome.sends in SENDING]
    nobody = {done.lane for done in standing(picture) if done.recipient == NOBODY}
    told = (_written_down(picture, v, picture.request(v)).startswith(_ALL) or v.lane.id in nobody for v in out)
    return all(told)


def _something_may_go(picture: Picture) -> bool:
    """Whether the last checks matter yet: while everybody is waited for, they would only be more to read."""
    ready = ("free", "told", "approved")
    return any(verdict.outcome.sends in SENDING and picture.standing(verdict) in ready for verdict in picture.lanes)


def _inside_told(picture: Picture, verdict: Verdict) -> Notice:
    """A lane that nobody has to agree to: whether somebody inside was told, by name, as it really is."""
    inside = [id for id in verdict.recipients if picture.book.recipients[id].capability]
    if not inside or picture.case.state != "sent":
        return Notice("You can do this now. No colleague has to agree first.")
    told = _heard(picture, picture.request(verdict))
    if not told:
        return Notice(
            "Nobody here could be told: they are away, or may be part of it. Ring one of the numbers on this card.",
            "warning",
        )
    later = _by_day(picture, picture.request(verdict), told)
    return Notice(later or f"{names(told, 'and')} {'is' if len(told) == 1 else 'are'} asked to ring you about this.")


def _by_day(picture: Picture, request: ApprovalRequest | None, told: list[Person]) -> str:
    """Of a practice in the night: when they are told; "" where they have been, or nobody is to be."""
    moment = picture.waits_until(request.opened_at) if request and told else None
    if moment is None:
        return ""
    be = "is" if len(told) == 1 else "are"
    return f"A practice wakes nobody: {names(told, 'and')} {be} told at {until(moment, picture.charity)}."


def _heard(picture: Picture, request: ApprovalRequest | None) -> list[Person]:
    """Of these, the ones our message can reach."""
    return [person for person in _asked(picture, request) if person.id not in picture.unreached]


def _asked(picture: Picture, request: ApprovalRequest | None) -> list[Person]:
    """Who was asked or told, less anybody who must not know any more, and whoever cannot decide what still waits."""
    if request is None:
        return []
    return asked_still(picture, request) if request.state == "pending" else picture.left(request)


def _ways(picture: Picture, *, sent: bool) -> tuple[Button, ...]:
    ways = []
    if sent:
        checks_first = picture.checks_open and _something_may_go(picture)
        tone: Tone = "plain" if checks_first or (standing(picture) and not to_write(picture)) else "main"
        ways.append(Button("Write down what was done", "record", carry(picture), tone))
        if standing(picture):
            ways.append(Button("Correct what was written", "correct", carry(picture)))
            ways.append(Button("Case note", "note", {"c": picture.case.id}))
            ways.append(Button("As a file", "paper", {"c": picture.case.id}, hint="The case note as a file"))
        if picture.follow_ups:
            ways.append(Button("Correct the last form", "finish", carry(picture, all="yes")))
        known = told_of(picture)
        if any(verdict.talk != "none" and verdict.lane in known for verdict in picture.lanes):
            ways.append(Button("A letter for them", "letter", {"c": picture.case.id}))
        if any(text.kind in _WRITTEN for text in picture.texts):
            ways.append(Button("Read the reasons", "read", {"c": picture.case.id}))
        ways.append(Button("Take back and change", "withdraw", carry(picture)))
        if not any(picture.standing(verdict) == "pending" for verdict in picture.lanes):
            ways.append(Button("Close", "close", carry(picture)))
    else:
        ways.append(Button("My answers", "review", carry(picture)))
    if further(picture.book, picture.walked):
        ways.append(Button("Go further than this", "depart", carry(picture)))
    ways.append(Button("Someone must not know", "bar", carry(picture)))
    ways.append(Button("Hand over", "hand_over", carry(picture)))
    if not sent:
        ways += [Button("Pause", "pause", carry(picture)), Button("Stop", "stop", carry(picture))]
    return tuple(ways)


def sent_title(picture: Picture) -> str:
    """What the worker does next, of a consultation that was sent."""
    if any(picture.standing(verdict) == "pending" for verdict in picture.lanes):
        return "Waiting for a second person"
    if any(picture.standing(verdict) == "declined" for verdict in picture.lanes):
        return "Somebody said no. Read this"
    return "What to do now"


def _card(picture: Picture, blocks: list[Block], title: str) -> Card:
    book = picture.book
    end = Small(f"Case {picture.case.reference}. Rules {book.id} {book.version}.")
    return Card(title, (*blocks, end), danger=book.emergency.line)
