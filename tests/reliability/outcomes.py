"""Ways of breaking an outcome: who hears, what goes, how soon, by what right, and who is talked to.

The one rule to keep: one change at a time, of the size of a slip somebody could make.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from policy.book import Basis, Book, Clock, Outcome, Sends, Talk
from tests.reliability.lanes import Broken
from tests.reliability.whens import Values, looser, tighter, told

OTHER_SENDS: dict[Sends, tuple[Sends, ...]] = {
    "named": ("nothing", "inside", "unnamed", "agreed"),
    "agreed": ("named", "nothing"),
    "unnamed": ("named", "nothing"),
    "inside": ("named", "nothing"),
    "nothing": ("named", "agreed"),
}
LATER: dict[Clock, tuple[Clock, ...]] = {
    "now": ("today", "routine"),
    "today": ("routine",),
    "by_return_date": ("routine",),
    "routine": (),
}
OTHER_TALK: dict[Talk, tuple[Talk, ...]] = {"none": ("first", "along"), "along": ("first", "none"), "first": ("none",)}
OTHER_BASIS: dict[Basis, tuple[Basis, ...]] = {
    "required": ("permitted", "none"),
    "permitted": ("required",),
    "none": ("required",),
}
WHO_ASKED = ("asker", "named_recipient")
"""The fact that names who asked from outside, and the recipient the worker names."""


def broken(book: Book, values: Values) -> Iterator[Broken]:
    """Every way there is."""
    lane_of = {rule.outcome: lane.id for lane in reversed(book.lanes) for rule in lane.rules}
    for name, outcome in book.outcomes.items():
        for kind, what, changed in _outcome(book, outcome, values):
            said = f"outcome '{name}': {what}"
            yield kind, lane_of.get(name, ""), said, replace(book, outcomes={**book.outcomes, name: changed})


def _outcome(book: Book, outcome: Outcome, values: Values) -> Iterator[tuple[str, str, Outcome]]:
    yield from _recipients(book, outcome, values)
    for sends in OTHER_SENDS[outcome.sends]:
        what = f"it sends '{sends}' and not '{outcome.sends}'"
        yield "an outcome sends something else", what, replace(outcome, sends=sends)
    for clock in LATER[outcome.clock]:
        yield "an outcome has more time", f"it is for '{clock}', not '{outcome.clock}'", replace(outcome, clock=clock)
    for talk in OTHER_TALK[outcome.talk]:
        what = f"the talk is '{talk}', not '{outcome.talk}'"
        yield "an outcome talks otherwise", what, replace(outcome, talk=talk)
    for basis in OTHER_BASIS[outcome.basis]:
        what = f"the basis is '{basis}', not '{outcome.basis}'"
        yield "an outcome has another basis", what, replace(outcome, basis=basis)
    if outcome.required_when is not None:
        kind, name = "the law requires it at another time", f"'required_when' ({told(outcome.required_when)})"
        yield kind, f"{name} is gone", replace(outcome, required_when=None)
        for what, when in (*looser(outcome.required_when, values), *tighter(outcome.required_when)):
            yield kind, f"{name}: {what}", replace(outcome, required_when=when)


def _recipients(book: Book, outcome: Outcome, values: Values) -> Iterator[tuple[str, str, Outcome]]:
    heard = outcome.recipients
    for at, name in enumerate(heard):
        rest = (*heard[:at], *heard[at + 1 :])
        yield "a recipient is gone", f"'{name}' hears nothing", replace(outcome, recipients=rest)
    for name in book.recipients:
        if name not in heard:
            kind = "one recipient more" if name not in WHO_ASKED else "who asked hears it too"
            yield kind, f"'{name}' hears it too", replace(outcome, recipients=(*heard, name))
    for name in WHO_ASKED:
        if name in values and name not in heard:
            yield "who asked hears it too", f"'{name}' hears it too", replace(outcome, recipients=(*heard, name))
