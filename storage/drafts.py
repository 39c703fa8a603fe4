"""What a digest asks of its charity, brought in one trip, since many charities have theirs in the same minute.

The rule to keep: this only fetches. Whoever is not asked ahead here is asked when the digest asks, and says the same.
"""

from __future__ import annotations

from datetime import datetime

from storage.ahead import Ahead
from storage.digest_choices import CHOICES
from storage.digests import AFTER_ALL, BEFORE
from storage.ledger import FIRST, HEAD
from storage.organisations import CURRENT
from storage.people import ACCOUNTS, EVERYBODY
from storage.records import to_micros
from storage.rota import ON_CALL
from storage.walks import WALK_OF
from storage.work import Work

_CHARITY = (CURRENT, EVERYBODY, ACCOUNTS, CHOICES, HEAD, FIRST, WALK_OF)
_FIRST = Ahead(*_CHARITY, BEFORE, ON_CALL)


class Drafts:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def begin(self, *, rota_until: datetime) -> None:
        """Ask ahead for the charity, its people and last digest, its ledger, and the rota up to then."""
        org = {"org": self._work.organisation_id}
        last = org | {"week": AFTER_ALL, "most": 1}
        on_call = org | {"now": to_micros(self._work.now), "last": to_micros(rota_until)}
        await _FIRST.ask(self._work, [*(org for _ in _CHARITY), last, on_call])
