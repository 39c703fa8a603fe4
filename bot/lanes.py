"""One lane in words: its title, who would hear, by when and on what footing, and the numbers to ring.

The rule to keep: a lane shows what the book says for these facts, and nothing the book says never to show.
"""

from __future__ import annotations

from bot.cards import Facts, Notice, Number
from bot.picture import Picture
from bot.wording import BASES, by_when, numbers
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


def lane_numbers(picture: Picture, verdict: Verdict) -> tuple[Number, ...]:
    """Everybody whom this lane may ring: the outcome's contacts and its recipients', as they stand today."""
    return numbers(
        picture.book,
        picture.charity,
        verdict.contacts,
        picture.circle,
        recipients=verdict.recipients,
        today=picture.today,
    )


def checks(picture: Picture, verdict: Verdict) -> list[Notice]:
    """What stops how it goes, then what to take care of: these stand above everything else of a lane."""
    say = {check.id: check.say for check in picture.book.checks}
    stops = [Notice(f"Stop: {say[id]}", "stop") for id in verdict.blocks]
    return [*stops, *(Notice(f"Careful: {say[id]}", "warning") for id in verdict.warnings)]
