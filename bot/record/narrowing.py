"""A lane as it may stand where a restricted one must leave no trace: without what only the other explains.

The rule to keep: what is taken out leaves no gap that can be seen; whoever takes out is asked for each part.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.record.record import Done, LaneRecord

Keeps = Callable[[str, str, str, str], bool]
"""Given kind, id, where it stands and what it says: whether this part is kept back."""


def narrowed(lane: LaneRecord, keeps: Keeps = lambda *_: True) -> LaneRecord:
    """This lane, itself not restricted, without the parts that tell of one that is."""
    hidden = {each for each in lane.quiet_recipients if keeps("hears", f"{lane.id} {each}", _hears(lane), each)}
    done = [
        replace(each, items=_items(lane, each, keeps))
        for each in lane.done
        if not (each.quiet and keeps("done", each.id, f"Something done in “{lane.title}”", _said(each)))
    ]
    lane = replace(lane, recipients=tuple(each for each in lane.recipients if each not in hidden), done=tuple(done))
    decided = [each.decision for each in lane.requests if each.decision]
    said = [f"{each.who.name}: {each.verdict}. {each.why.text if each.why else ''}".strip() for each in decided]
    said += [each.text for each in lane.would_say] + [each.why.text for each in lane.further if each.why]
    came_to = "; ".join(each for each in (lane.outcome, lane.plain, lane.standing, lane.approval, *said) if each)
    if not (lane.tells and keeps("came to", lane.id, f"What “{lane.title}” came to, and who agreed", came_to)):
        return lane
    return replace(
        lane,
        outcome="",
        plain="",
        sends="",
        basis="",
        clock="",
        standing="",
        approval="",
        recipients=(),
        would_say=(),
        why=(),
        warnings=(),
        clauses=(),
        law=(),
        requests=(),
        further=(),
        there=(),
    )


def _items(lane: LaneRecord, done: Done, keeps: Keeps) -> tuple[str, ...]:
    where = f"What was shared in “{lane.title}”"
    hidden = {each for each in done.quiet_items if keeps("item", f"{done.id} {each}", where, each)}
    return tuple(each for each in done.items if each not in hidden)


def _hears(lane: LaneRecord) -> str:
    return f"Who may hear of “{lane.title}”"


def _said(done: Done) -> str:
    return f"{done.recipient}: {done.words.text if done.words else '–'}"
