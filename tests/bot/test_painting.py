"""Pictures on a card: drawn beside the loop, and whatever goes wrong with one, the card goes out with its words."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import pytest

from bot.cards import Aside, Card, Image, Nothing, Say, Show
from bot.painting import answer, painted

WORDS = "In the week up to 23 Nov: 4."


@dataclass(frozen=True, slots=True)
class Drawn:
    """Says which thread it was drawn in."""

    def png(self) -> bytes:
        return threading.current_thread().name.encode()


@dataclass(frozen=True, slots=True)
class Broken:
    def png(self) -> bytes:
        raise ValueError("somebody's words")


@dataclass(frozen=True, slots=True)
class Slow:
    until: threading.Event

    def png(self) -> bytes:
        self.until.wait(30)
        return b"too late"


def card(*images: Image) -> Card:
    return Card("The week", (Say("Safe."), *images))


def image(drawing: Drawn | Broken | Slow) -> Image:
    return Image("Twelve weeks", WORDS, drawing)


async def test_a_picture_is_drawn_in_another_thread_than_the_loops() -> None:
    drawn = await painted(card(image(Drawn())))

    [picture] = [block for block in drawn.blocks if isinstance(block, Image)]
    assert picture.png != b""
    assert picture.png != threading.current_thread().name.encode()
    assert drawn.blocks[0] == Say("Safe.")


async def test_one_that_cannot_be_drawn_leaves_its_words_and_the_others(caplog: pytest.LogCaptureFixture) -> None:
    drawn = await painted(card(image(Broken()), image(Drawn())))

    assert [(each.words, bool(each.png)) for each in drawn.blocks if isinstance(each, Image)] == [
        (WORDS, False),
        (WORDS, True),
    ]
    assert "ValueError at" in caplog.text
    assert "somebody's words" not in caplog.text


async def test_one_that_takes_too_long_is_not_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    released = threading.Event()
    late = card(image(Slow(released)))

    drawn = await painted(late, within=0.01)
    released.set()

    assert drawn == late
    assert "took too long" in caplog.text


async def test_a_card_without_one_is_left_as_it_is() -> None:
    plain = card()

    assert await painted(plain) is plain


async def test_it_is_drawn_for_whoever_pressed_too() -> None:
    shown, beside, nothing = [await answer(each) for each in (Show(card(image(Drawn()))), Aside(card()), Nothing())]

    assert isinstance(shown, Show)
    assert [bool(each.png) for each in shown.card.blocks if isinstance(each, Image)] == [True]
    assert (beside, nothing) == (Aside(card()), Nothing())
