"""One lane in words: its title, who would hear, by when, on what footing, and its guidance.

The rule to keep: a lane shows what the book says for these facts, and nothing the book says never to show.
"""

from __future__ import annotations

from bot.cards import Facts, Field, Form, Heading, Notice, Open, Plain, Points, Reply, Say
from bot.emergency import with_line
from bot.picture import Picture
from bot.turn import Refusal, Turn
from bot.wording import BASES, by_when
from policy.walk import Verdict


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
    rows = [("Who would hear", reach(picture, verdict))]
    if verdict.outcome.sends != "nothing" or verdict.clock != "routine":
        rows.append(("By when", by_when(picture.book, verdict.clock, picture.walked.facts)))
    if verdict.basis != "none":
        rows.append(("The law", BASES[verdict.basis]))
    if verdict.approval and not asked:
        label = "Who must agree" if verdict.approval.veto else "Agreement"
        rows.append((label, verdict.approval.plain))
    return Facts(tuple(rows))


def guidance(verdict: Verdict) -> list[Plain]:
    """What to say and what is good to know, under their own headings."""
    blocks: list[Plain] = []
    if verdict.words:
        blocks += [Heading("Say this, and no more"), Points(tuple(guide.say for guide in verdict.words))]
    if verdict.show:
        blocks += [Heading("Good to know"), Points(tuple(guide.say for guide in verdict.show))]
    return blocks


async def more(turn: Turn) -> Reply:
    """The whole guidance of one lane, in a form that only shows."""
    case = await turn.mine(fresh=False)
    picture = await turn.picture(case)
    verdict = next((v for v in picture.lanes if v.lane.id == turn.event.carry.get("l")), None)
    if verdict is None:
        raise Refusal("This does not apply any more. Look at the card again.")
    steps = tuple(guide.say for guide in verdict.steps)
    shown: list[Plain] = [Say(verdict.outcome.plain), lane_facts(picture, verdict)]
    shown += [Heading("What to do"), Points(steps, numbered=True)] if steps else []
    fields: list[Field] = []
    for block in (*shown, *guidance(verdict)):
        if isinstance(block, Heading):
            fields.append(Notice(block.text))
        elif isinstance(block, Say | Points | Facts):
            fields.append(block)
    return Open(with_line(Form("More about this", tuple(fields), "", ""), turn.book))
