"""What the reminder to write it down says of doing it now: only what the worker may really do now."""

from __future__ import annotations

from bot.afterwards.chasing import chase_card
from bot.cards import Buttons, Say
from bot.picture import Picture
from tests.bot.test_what_may_go import ANSWERED, sent

NO_CHILD = {id: value for id, value in ANSWERED.items() if id != "hushed"} | {"child": "no"}


def without(answers: dict[str, str], *ids: str) -> Picture:
    return sent({id: value for id, value in answers.items() if id not in ids})


def said(picture: Picture) -> tuple[str, str]:
    """(what it says of doing it now, the first button)"""
    blocks = chase_card(picture).blocks
    [_, now] = [block.text for block in blocks if isinstance(block, Say)]
    [ways] = [block.buttons for block in blocks if isinstance(block, Buttons)]
    return now, ways[0].label


def test_where_everything_may_be_told_it_says_do_it_now() -> None:
    now, first = said(sent(ANSWERED))

    assert now.startswith("Not done yet? Then do it now")
    assert first == "Write down what was done"


def test_where_one_part_waits_for_a_check_it_sends_to_the_card_first() -> None:
    assert said(without(ANSWERED, "checked")) == (
        "One part may be told now, and another may not. Open it first: it says which.",
        "Open it",
    )


def test_where_a_check_is_open_and_nothing_protects_somebody_nobody_is_told_to_do_it() -> None:
    now, first = said(without(NO_CHILD, "checked"))

    assert now.startswith("Tell nobody outside who it is about now.")
    assert first == "Open it"
