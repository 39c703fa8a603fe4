"""Which card a message about no consultation is, by its kind."""

from __future__ import annotations

from collections.abc import Mapping

from bot import roster_cards
from bot.afterwards import daily
from bot.evidence import watching
from bot.keeping import cards as keeping
from bot.messages import Draws
from bot.phone import factor_cards
from bot.record import access_due
from bot.reporting import digest_card, enquiring, readers, without_lead
from bot.team import locking, membership, night, rota_test

MESSAGES: Mapping[str, Draws] = {
    locking.LOCKED: locking.lock_card,
    locking.YOURS: locking.own_card,
    locking.LET_IN: locking.let_in_card,
    factor_cards.HAS_ONE: factor_cards.set_card,
    factor_cards.RESET: factor_cards.reset_card,
    night.KIND: night.alarm_card,
    membership.STANDS_IN: membership.stands_in_card,
    keeping.GONE: keeping.gone_card,
    access_due.KIND: access_due.card,
    digest_card.KIND: digest_card.message,
    readers.HOLE: readers.hole_card,
    enquiring.KIND: enquiring.asked_card,
    enquiring.ANSWERED: enquiring.answered_card,
    without_lead.KIND: without_lead.card,
    daily.KIND: daily.message,
    rota_test.KIND: rota_test.message,
    rota_test.MISSED: rota_test.missed_card,
    watching.BROKEN: watching.card,
    roster_cards.GIVEN: roster_cards.given_card,
    roster_cards.CLOSED: roster_cards.closed_card,
}
