"""The second person's card, to be read on a phone in half a minute: what would go out, why, to whom, by when.

The rule to keep: every line comes from what this person may know (`bot.sight`), and no lane tells of another.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.bases import with_basis
from bot.by_phone import agreed_words
from bot.cards import Block, Button, Buttons, Card, Facts, Heading, Notice, Number, Numbers, Plain, Points, Say, Small
from bot.deciding.requests import still_told
from bot.deciding.rungs import asked_still, coming, escalated, leads, next_one, time_of
from bot.lanes import lane_numbers, lane_title, reach
from bot.phone.factor_cards import missing
from bot.phone.hiding import APPROVAL, with_hide
from bot.phone.locked import about_worker
from bot.picture import URGENT, Picture
from bot.second_opinion import asked_before_notice, changed_since
from bot.sight import asked_back, beside, narrowed, readable, waiting
from bot.together import by_two_workers
from bot.wording import ALARM, BASES, at, by_when, names
from policy.book import Part
from policy.grounds import tellable, tells
from policy.walk import Verdict
from storage.links import short_head
from storage.records import ApprovalRequest, Decision, Person

ASKS = "question"
"""The action that opens the form in which somebody who has to decide asks the worker something."""

READS = "question.read"
"""The action that shows one question, and its answer once there is one."""

PASSES = "pass"
"""The action that opens the form in which somebody says that they cannot decide this."""

_LEAVES = {
    "named": "This does not need their yes",
    "agreed": "Only what they agreed to goes out",
    "unnamed": "No name goes out",
    "inside": "It stays inside the charity",
    "nothing": "Nothing goes out",
}
_TALKS = {"first": "We talk with them first.", "along": "They are told as it is done, if that is safe."}


def approval_card(picture: Picture, person: Person, *, notice: str = "") -> Card:
    """What an asked person sees: the proposal and three buttons a lane while undecided, else reference and state."""
    card = _card(picture, person, notice)
    late = escalated(picture, person, card)
    # What has waited too long begins with everybody's number, the worker's first.
    return card if late is card else escalated(picture, person, _card(picture, person, notice, ring=False))


def _card(picture: Picture, person: Person, notice: str, *, ring: bool = True) -> Card:
    blocks: list[Block] = [Notice(notice, "warning")] if notice else []
    pending = waiting(picture, person)
    danger = picture.book.emergency.line
    if not pending:
        blocks.append(Notice(settled_words(picture, person)))
        blocks += [] if picture.around.why_not(person) else ledger_line(picture)
        return Card(f"Case {picture.case.reference}", tuple(blocks), danger=danger)
    lost = about_worker(picture)
    blocks += lost
    first = "Talk to them first, another way." if lost else "Ring them first."
    blocks.append(Say(f"{picture.name(picture.case.requester_id)} asks you to decide. {first}"))
    if ring and not lost:
        blocks.append(Numbers((_worker(picture),)))
    several = len(pending) > 1
    for request, verdict in pending:
        about = f" ({verdict.lane.title})" if several else ""
        blocks += missing(picture, request, person)
        blocks += _question(picture, person, request, narrowed(picture, verdict), about)
        carried = {"c": picture.case.id, "r": request.id, "f": request.fingerprint}
        quiet = (Button(f"I can't decide this{about}", PASSES, carried),)
        blocks.append(Buttons(quiet if several else (*quiet, *_words(picture, person))))
        rows = lane_numbers(picture, narrowed(picture, verdict)) if verdict.lane.protective else ()
        blocks += [Numbers(rows)] if rows else []
    if several and (words := _words(picture, person)):
        blocks.append(Buttons(words))
    clauses = dict.fromkeys(clause for _, verdict in pending for clause in verdict.clauses)
    blocks.append(Small(f"Policy {', '.join(clauses)}."))
    blocks.append(Small(f"Case {picture.case.reference}. Rules {picture.book.id} {picture.book.version}."))
    blocks += ledger_line(picture)
    urgent = any(verdict.clock in URGENT for _, verdict in pending)
    summary = ALARM if urgent else "Confer: please ring a colleague"
    card = Card("Do you agree?", tuple(blocks), danger=danger, summary=summary)
    return with_hide(picture, card, APPROVAL)


def ledger_line(picture: Picture) -> list[Small]:
    """Where the ledger stood when this was drawn: what the card says then cannot be taken out of the record unseen."""
    return [Small(f"Ledger {head}.")] if (head := short_head(picture.head)) else []


def told_card(picture: Picture, person: Person) -> Card:
    """For those who are only told: whose case, where to ring, nothing of its content."""
    danger = picture.book.emergency.line
    reference = Small(f"Case {picture.case.reference}.")
    if not still_told(picture, person):
        return Card(
            f"Case {picture.case.reference}", (Say("Nothing is needed from you here."), reference), danger=danger
        )
    worker = picture.person(picture.case.requester_id)
    name = worker.name if worker else "A worker"
    lost = about_worker(picture)
    ring = f"Please ring {name} now" + (f": {worker.telephone}." if worker and worker.telephone else ".")
    ring = f"Please find {name} now, another way." if lost else ring
    rang = "has rung 999" if picture.rung else "was told to ring 999"
    why = f"{name} {rang}." if picture.in_emergency else f"{name} needs to talk to you today."
    if not picture.in_emergency and picture.case.state in ("asking", "paused"):
        why = f"{name} pressed 999 and then took it back. Ring them to be sure."
    blocks: tuple[Block, ...] = (
        *lost,
        Notice(why, "warning"),
        Say(ring),
        Say("This message says nothing about the case, on purpose. Do not ask for details in chat.", quiet=True),
        reference,
    )
    return Card("Please ring your colleague", blocks, danger=danger, summary=ALARM)


def settled_words(picture: Picture, person: Person, about: ApprovalRequest | None = None) -> str:
    """Where the requests this person was asked about stand, or the one of them, in words.

    Nothing of them to whoever is out.
    """
    mine = [request for request in picture.requests if person.id in request.asked and request.state != "told"]
    mine = [about] if about else mine
    why_not = picture.around.why_not(person)
    if why_not:
        passed = person.active and any(person.id in request.passed for request in mine)
        return f"You passed this on. {why_not}" if passed else why_not
    if picture.case.state in ("asking", "paused", "withdrawn"):
        return "The worker took this back. Nothing is needed from you."
    for request in reversed(mine):
        decision: Decision | None = picture.decisions.get(request.id)
        if decision is not None and decision.verdict == "approved" and changed_since(picture, request):
            who = "You" if decision.person_id == person.id else picture.name(decision.person_id)
            when = at(decision.at, picture.charity)
            return f"{who} agreed at {when}. The plan was changed since, so it no longer counts."
        if decision is not None and request.id in picture.spoken and picture.spoken[request.id].answer == "no":
            return f"That yes does not count. {agreed_words(picture, request)}"
        if decision is not None and request.id in picture.spoken:
            return f"Already decided: {agreed_words(picture, request)}"
        if decision is not None:
            words = "agreed to" if decision.verdict == "approved" else "said no to"
            when = at(decision.at, picture.charity)
            return f"Already decided: {picture.name(decision.person_id)} {words} this at {when}."
    if any(request.state == "pending" and person.id in request.passed for request in mine):
        return _passed_words(picture, [request for request in mine if request.state == "pending"])
    if any(request.state == "withdrawn" for request in mine):
        return "The worker took this back. Nothing is needed from you."
    return "Nothing is needed from you here any more."


def _passed_words(picture: Picture, requests: Sequence[ApprovalRequest]) -> str:
    asked = dict.fromkeys(each for request in requests for each in asked_still(picture, request))
    others = [each for each in asked if each.id not in picture.unreached]
    goes_on = f"{names(others)} decides it now." if others else "The worker reads whom to ring."
    return f"You passed this on. {goes_on} Nothing more is needed from you."


def _words(picture: Picture, person: Person) -> tuple[Button, ...]:
    """The way to what was typed, where there is anything this person may read."""
    kinds = {text.kind for text in readable(picture, person)}
    label = "Read what they would say" if kinds <= {"reason"} else "Read what was written"
    return (Button(label, "read", {"c": picture.case.id}),) if kinds else ()


def _worker(picture: Picture) -> Number:
    worker = picture.person(picture.case.requester_id)
    return Number(picture.name(picture.case.requester_id), (worker and worker.telephone) or "no number here")


def _question(picture: Picture, person: Person, request: ApprovalRequest, verdict: Verdict, about: str) -> list[Block]:
    """One lane. What would go and why, before who would hear: whoever reads only the beginning has read that."""
    blocks: list[Block] = [Heading(lane_title(verdict)), Say(verdict.outcome.plain)]
    if noes := picture.noes(verdict):
        words = "Somebody has said no to this. You give a second opinion. If you say yes, it may go."
        if len(noes) > 1:
            words = f"{len(noes)} people have said no to this. Yours counts all the same. If you say yes, it may go."
        blocks.append(Notice(words, "warning"))
    blocks += asked_before_notice(picture, verdict)
    blocks += _once_agreed(picture, person, verdict)
    if by_two_workers(verdict.approval):
        worker = picture.name(picture.case.requester_id)
        blocks.append(Notice(f"Two workers do this. If you agree, you do it with {worker}, and confirm it afterwards."))
    answered = _answers(picture, verdict)
    if answered["why"]:
        blocks += [Say("Why:"), Points(tuple(answered["why"]))]
    blocks.append(_facts(picture, person, request, verdict, answered))
    carried = {"c": picture.case.id, "r": request.id, "f": request.fingerprint}
    blocks += _asked_already(picture, person, request)
    blocks.append(
        Buttons(
            (
                Button(f"Approve{about}", "approve", carried, "main"),
                Button(f"Decline{about}", "decline", carried),
                Button(f"Ask{about}", ASKS, carried),
            )
        )
    )
    return blocks


def _once_agreed(picture: Picture, person: Person, verdict: Verdict) -> list[Plain]:
    """Why somebody who agreed is asked again."""
    mine = [r for r in picture.requests if r.lane == verdict.lane.id and changed_since(picture, r)]
    mine = [r for r in mine if (made := picture.decisions.get(r.id)) and made.person_id == person.id]
    if not any(picture.decisions[r.id].verdict == "approved" for r in mine):
        return []
    return [Notice("You agreed to an earlier plan. It was changed since. Please read this one.", "warning")]


def _facts(
    picture: Picture, person: Person, request: ApprovalRequest, verdict: Verdict, answered: dict[Part, list[str]]
) -> Facts:
    """To whom, the danger in waiting, what the person knows, their yes and why not, the clock."""
    rows = [("Who would hear", reach(picture, verdict))]
    if danger := " ".join(answered["danger"]).strip():
        rows.append(("The danger in waiting", danger))
    # While nobody may be tipped off the book's word on this is gone from every lane; that is not for every lane to say.
    talk = _TALKS.get(verdict.talk, "")
    knows = " ".join([*answered["person"], talk]).strip()
    rows.append(("What the person knows", knows or f"Not asked here. Ask {picture.name(picture.case.requester_id)}."))
    yes = f"{_LEAVES[verdict.outcome.sends]}. {'' if verdict.basis == 'none' else BASES[verdict.basis] + '.'}"
    rows.append(("Their yes", " ".join([yes.strip(), *answered["agreement"]])))
    clock = (
        f"{by_when(picture.book, verdict.clock, picture.walked.facts)}. {_goes_on(picture, person, request, verdict)}"
    )
    rows.append(("By when", clock.strip()))
    return Facts(tuple(rows))


def _answers(picture: Picture, verdict: Verdict) -> dict[Part, list[str]]:
    """The fixed answers this lane rests on, by the part of the card they belong to.

    Of the reasons no plain "no"s. What another lane rests on is not for this person.
    """
    found: dict[Part, list[str]] = {"why": [], "danger": [], "person": [], "agreement": []}
    rests_on = set(tellable(picture.book, verdict.lane.id))
    first = picture.book.emergency.question
    if not tells(picture.book, verdict.lane.id, (first,)):
        rests_on.add(first)
    for question in picture.book.questions:
        value = picture.case.values.get(question.id)
        if question.id not in rests_on or question.id not in picture.walked.asked or value is None:
            continue
        if value != "no" or (question.part != "why" and "?" in question.ask):
            line = with_basis(picture, question)
            found[question.part].append(line if question.part == "why" else f"{line}.")
    return found


def _goes_on(picture: Picture, person: Person, request: ApprovalRequest, verdict: Verdict) -> str:
    """When somebody else is asked, and who; no name where a name could tell of a lane that is not this person's."""
    for each in coming(picture, request):
        if each.kind not in ("next", "leads"):
            continue
        people = next_one(picture, request, verdict) if each.kind == "next" else leads(picture, request)
        if others := [other for other in people if other.id != person.id]:
            who = "somebody else" if beside(picture, {verdict.lane.id}) else names(others, "and")
            return f"If nobody decides, we ask {who} at {time_of(picture, each.at)}."
    return ""


def _asked_already(picture: Picture, person: Person, request: ApprovalRequest) -> list[Plain | Buttons]:
    """What came of this person's own questions: the newest one is what they wait for."""
    about = [each for each in picture.requests if each.fingerprint == request.fingerprint]
    mine = [each for each in asked_back(picture, about) if each.question.person_id == person.id]
    if not mine:
        return []
    worker, last = picture.name(picture.case.requester_id), mine[-1]
    if last.reply is None:
        when = time_of(picture, last.question.at)
        return [Notice(f"You asked {worker} something at {when}. No answer yet. If it cannot wait, ring.")]
    carried = {"c": picture.case.id, "t": last.question.id}
    return [Notice(f"{worker} has answered you."), Buttons((Button("Read the answer", READS, carried),))]
