"""Whether the record gives a reason to think that telling the person whom it is about may not be safe.

The rule to keep: in doubt it is not, until the data-protection lead has decided. Sources: Data Protection Act 2018
Sch 2 para 2, Sch 3 (serious harm).
"""

from __future__ import annotations

from bot.follow_through import named_lanes, told_of
from bot.picture import Picture
from policy.grounds import guarded_lanes


def unsafe(picture: Picture) -> bool:
    """Something is, or was, to be told outside of which they do not know; or an answer says that it may not be safe."""
    told = {lane.id for lane in told_of(picture)}
    if {lane.id for lane in named_lanes(picture)} - told:
        return True
    hidden = guarded_lanes(picture.book)  # of these no copy has a trace, whatever is given
    sending = {v.lane.id for v in picture.lanes if v.outcome.sends in ("named", "unnamed") and v.lane.id not in hidden}
    if sending - told:
        return True
    return _doubted(picture)


def _doubted(picture: Picture) -> bool:
    """Whether a row of the book's `unsafe_when` is true of what was ever answered, or of what follows from it now.

    An answer counts although its question is asked no more; a derived fact, a flag and a band only the walk knows.
    """
    given, found = picture.case.values, picture.walked.facts
    return any(
        all(given.get(fact) in allowed or found.get(fact) in allowed for fact, allowed in row.items())
        for row in picture.book.copying.unsafe_when
    )
