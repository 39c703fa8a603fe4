"""What is typed into a form: kept short, screened, never repeated, and refused where it names somebody."""

from __future__ import annotations

from typing import cast
from zoneinfo import ZoneInfo

import pytest

from bot.cards import Correct, Text
from bot.events import Event, Who
from bot.forms import typed
from bot.organisation.charity import Charity
from bot.turn import Office, Turn
from storage.records import Person
from storage.store import Transaction
from tests.policy.small import small_book

WHAT = Text("what", "What?")
WHY = Text("why", "Why?", limit=20, required=False)


def turn(*, numbers: dict[str, str] | None = None, **fields: str) -> Turn:
    """A submitted form. Nothing here may touch the database, so there is none."""
    event = Event("d", Who("paper", "t", "u"), "send.confirm", fields={id: (text,) for id, text in fields.items()})
    charity = Charity("org", "The Invented Trust", "small", ZoneInfo("UTC"), "IT", numbers or {}, {})
    person = Person("p", "org", "p", "Pat", "worker", frozenset(), True)
    return Turn(cast("Transaction", None), event, person, charity, small_book(), cast("Office", None))


def errors(submitted: Turn) -> dict[str, str]:
    found = typed(submitted, [WHAT, WHY])
    assert isinstance(found, Correct)
    return dict(found.errors)


def test_good_texts_come_back_by_field_without_the_edges() -> None:
    assert typed(turn(what=" it is getting worse \n", why=""), [WHAT, WHY]) == {
        "what": "it is getting worse",
        "why": "",
    }


def test_a_required_field_is_asked_for() -> None:
    assert errors(turn(what=" \0 ")) == {"what": "Please write a few words here."}


def test_a_long_text_is_to_be_made_shorter() -> None:
    assert errors(turn(what="ok", why="x" * 21)) == {"why": "Please make it shorter: at most 20 characters."}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("ring 07700 900999", "a telephone number"),
        ("write to x@example.org", "an e-mail address"),
        ("NHS 943 476 5919", "an NHS number"),
        ("it is AB123456C", "a National Insurance number"),
    ],
)
def test_a_sure_identifier_is_refused_and_not_repeated(text: str, kind: str) -> None:
    found = errors(turn(what=text, checked="yes"))

    assert found == {"what": f"This has {kind} in it. Use the case reference. We did not keep it."}


def test_a_likely_name_needs_the_workers_word_that_it_is_none() -> None:
    found = errors(turn(what="Robin Marsh said so"))

    assert found["what"].startswith("This may have a name in it.")
    assert "Robin" not in found["what"]
    assert typed(turn(what="Robin Marsh said so", checked="yes"), [WHAT]) == {"what": "Robin Marsh said so"}


def test_the_charitys_own_numbers_may_be_typed() -> None:
    own = {"town_number": "01632 960101 by day, 01632 960102 at night"}

    assert typed(turn(what="rang 01632 960102", numbers=own), [WHAT]) == {"what": "rang 01632 960102"}
    assert errors(turn(what="rang 01632 960102"))["what"].startswith("This has a telephone number")


def test_every_field_is_told_what_is_wrong_with_it() -> None:
    assert set(errors(turn(what="", why="ring 07700 900999"))) == {"what", "why"}
