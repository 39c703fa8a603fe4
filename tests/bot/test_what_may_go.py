"""What may leave the charity now: protection at once, everything else when its last answer is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.organisation.charity import Charity
from bot.picture import Picture, replay
from policy.book import Book
from storage.records import Answer, CaseState, Consultation
from tests.policy.small import small_book

NOW = datetime(2026, 11, 20, 2, 14, tzinfo=UTC)
SMALL = Charity("o", "The Invented Trust", "small", ZoneInfo("Europe/London"), "SM", {}, {})
ANSWERED = {
    "life": "no",
    "child": "unsure",
    "hushed": "no",
    "share": "yes",
    "who": "doctor",
    "signed": "2026-11-01",
    "parent": "yes",
    "note": "no",
    "channel": "phone",
    "checked": "yes",
}


def nobody_has_to_agree() -> Book:
    """The small book, in which sharing needs nobody's yes: only the answers can still be in the way."""
    book = small_book()
    lanes = [replace(lane, rules=tuple(replace(rule, approval="") for rule in lane.rules)) for lane in book.lanes]
    return replace(book, lanes=tuple(lanes))


def sent(answers: Mapping[str, str], state: CaseState = "sent") -> Picture:
    book = nobody_has_to_agree()
    kept = {id: Answer(id, value, NOW) for id, value in answers.items()}
    case = Consultation("c", "r", "SM-1", state, 2, "small", book.version, NOW, NOW, kept)
    return Picture(book, SMALL, case, replay(book, SMALL, case))


def may_go(picture: Picture) -> dict[str, bool]:
    return {verdict.lane.id: picture.may_go(verdict) for verdict in picture.lanes}


def test_once_everything_is_answered_both_may_go() -> None:
    assert may_go(sent(ANSWERED)) == {"child": True, "share": True}


@pytest.mark.parametrize("missing", ["checked", "channel"])
def test_a_check_that_is_open_holds_back_what_protects_nobody(missing: str) -> None:
    left = {id: value for id, value in ANSWERED.items() if id != missing and (missing, id) != ("channel", "checked")}

    assert may_go(sent(left)) == {"child": True, "share": False}


def test_an_answer_of_the_decision_that_is_open_holds_it_back_too_although_it_was_sent() -> None:
    left = {id: value for id, value in ANSWERED.items() if id not in ("note", "channel", "checked")}

    assert may_go(sent(left)) == {"child": True, "share": False}
