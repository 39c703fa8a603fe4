"""A picture in an Adaptive Card: in the card itself, with its words; and gone into them before anything else goes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.cards import Block, Button, Buttons, Card, Image, Say, Small
from bot.channels.teams import render
from tests.slack.desk import DANGER
from tests.teams.connector.cards import elements, problems
from tests.teams.connector.reading import seen


@dataclass(frozen=True, slots=True)
class Drawn:
    def png(self) -> bytes:
        raise AssertionError("a renderer draws nothing")


PNG = b"\x89PNG\r\n\x1a\n" + bytes(9_000)
WORDS = "In the week up to 23 Nov: 4 [and] 1 emergency."
PICTURE = Image("The last twelve weeks", WORDS, Drawn(), "A triangle: emergencies.", PNG)


def card(*blocks: Block) -> Card:
    return Card("The week: safe", (*blocks, Buttons((Button("All the numbers", "digest.all"),))), danger=DANGER)


def kinds(drawn: object) -> list[str]:
    return [each["type"] for each in elements(drawn)]


def test_it_is_in_the_card_with_its_title_its_words_and_what_its_signs_mean() -> None:
    drawn = render.card(card(PICTURE))

    assert problems(drawn) == []
    said = seen(drawn, {})
    assert f"The last twelve weeks\n(picture: {WORDS})\nA triangle: emergencies." in said


def test_one_that_was_not_drawn_is_said() -> None:
    drawn = render.card(card(replace(PICTURE, png=b"")))

    assert problems(drawn) == []
    assert "Image" not in kinds(drawn)
    assert f"The last twelve weeks\n{WORDS}" in seen(drawn, {})


def test_a_picture_goes_into_its_words_before_any_other_word_goes() -> None:
    drawn = render.card(card(PICTURE, Say("Said. " * 900), Small("Small print. " * 900)))

    assert render.size(drawn) <= render.LIMIT
    assert problems(drawn) == []
    assert "Image" not in kinds(drawn)
    assert WORDS in seen(drawn, {}).replace("\\", "")
    assert seen(drawn, {}).count("Small print.") == 900
    assert "not shown" not in seen(drawn, {})


def test_one_that_makes_the_card_too_large_by_itself_is_said_and_all_else_of_the_card_stays() -> None:
    large = replace(PICTURE, png=PNG + bytes(render.LIMIT))

    drawn = render.card(card(Say("Nobody waits."), large, Small("Small print.")))

    assert render.size(drawn) <= render.LIMIT
    assert problems(drawn) == []
    assert "Image" not in kinds(drawn)
    said = seen(drawn, {})
    assert f"The last twelve weeks\n{WORDS}" in said.replace("\\", "")
    assert all(words in said for words in (DANGER, "Nobody waits.", "Small print.", "[All the numbers]"))
    assert "not shown" not in said


def test_in_the_simplest_elements_it_is_its_words() -> None:
    bare = render.bare(card(PICTURE))

    assert "Image" not in kinds(bare)
    assert "The last twelve weeks" in seen(bare, {})
    assert "A triangle" not in seen(bare, {})
    assert WORDS in seen(bare, {}).replace("\\", "")
