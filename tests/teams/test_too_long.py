"""What is left of a card too long for Teams: nothing half, the numbers to ring last of all, and where to ask."""

from __future__ import annotations

from typing import Any

import pytest

from bot.cards import Block, Button, Buttons, Card, More, Number, Numbers, Say, Small
from bot.channels.teams import render
from tests.slack.desk import DANGER
from tests.teams.connector.cards import elements
from tests.teams.connector.reading import seen

Json = dict[str, Any]
NUMBERS = Numbers((Number("Lead on duty", "07700 900123"), Number("Crisis line", "116 123")))


def drawn(*blocks: Block) -> Json:
    card = render.card(Card("What to do now", (*blocks, Buttons((Button("Go on", "go"),))), danger=DANGER))
    assert render.size(card) <= render.LIMIT
    return card


def halves(card: Json) -> tuple[set[str], set[str]]:
    """What toggles would show, and what is folded away."""
    toggles = {
        target
        for each in elements(card)
        for action in each.get("actions", ())
        for target in action.get("targetElements", ())
    }
    return toggles, {each["id"] for each in elements(card) if each.get("isVisible") is False}


@pytest.mark.parametrize("laws", [1, 3, 6])
@pytest.mark.parametrize("words", range(480, 620, 20))
def test_what_is_folded_goes_with_the_button_that_unfolds_it(words: int, laws: int) -> None:
    mores = [More(f"Law {n}", (Say("law " * 300),)) for n in range(laws)]

    toggles, folded = halves(drawn(*(Say("word " * words) for _ in range(9)), *mores, Small("So it is. " * 90)))

    assert toggles == folded


def test_numbers_to_ring_stay_longer_than_anything_that_is_only_said() -> None:
    said = seen(drawn(NUMBERS, *(Say(f"Advice {n}. " * 90) for n in range(40)), More("Others", (NUMBERS,))), {})

    assert "Advice 39" not in said
    assert "07700 900123" in said
    assert "116 123" in said


def test_numbers_that_are_folded_away_stay_as_long_as_those_that_are_not() -> None:
    toggles, folded = halves(drawn(*(Say(f"Advice {n}. " * 90) for n in range(40)), More("Ring", (NUMBERS,))))

    assert toggles == folded != set()


def test_it_says_where_the_rest_is() -> None:
    said = seen(drawn(*(Say(f"Advice {n}. " * 90) for n in range(40))), {})

    assert "too long for Teams" in said
    assert "ring your lead" in said
