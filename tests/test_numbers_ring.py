"""Every telephone number of the book can be tapped on every channel; one that is to be texted is not called."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from bot.cards import Card, Number, Numbers
from bot.channels.slack import render as slack
from bot.channels.web.inputs import Slip
from bot.channels.web.render import article
from policy.book import Contact
from tests.policy.shipped import justus

BOOK = justus()
SPOKEN = [c for c in BOOK.contacts.values() if re.search(r"\d{3}", c.number) and "text" not in c.number.lower()]
TEXTED = [c for c in BOOK.contacts.values() if "text" in c.number.lower()]


def card(contact: Contact) -> Card:
    return Card("Ring", (Numbers((Number(contact.name, contact.number, contact.use),)),))


def on_slack(contact: Contact) -> str:
    return json.dumps(slack.blocks(card(contact)), ensure_ascii=False)


def on_the_web(contact: Contact) -> str:
    return str(article(card(contact), Slip(person="p", token="t", delivery="d")))


CHANNELS = pytest.mark.parametrize("drawn", [on_slack, on_the_web])


@CHANNELS
@pytest.mark.parametrize("contact", SPOKEN, ids=lambda contact: contact.id)
def test_a_number_to_ring_can_be_tapped(contact: Contact, drawn: Callable[[Contact], str]) -> None:
    assert "tel:" in drawn(contact)


@CHANNELS
@pytest.mark.parametrize("contact", TEXTED, ids=lambda contact: contact.id)
def test_a_number_to_text_is_not_called(contact: Contact, drawn: Callable[[Contact], str]) -> None:
    assert "tel:" not in drawn(contact)


def test_the_book_has_numbers_of_both_kinds() -> None:
    assert len(SPOKEN) > 20
    assert [contact.id for contact in TEXTED] == ["emg-text", "nhs-text"]
