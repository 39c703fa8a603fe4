"""The fixed choices of what is written down afterwards, and a line of it in words: for cards, forms and the record.

The rule to keep: an id that was kept keeps its meaning; a choice may be added, and none is given another sense.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.cards import Choice
from bot.picture import Picture
from bot.wording import at
from storage.keeping import Basis
from storage.records import Disclosure

NOBODY = "nobody"
"""The recipient of what was written down where nobody outside was told."""

WAYS: Mapping[str, str] = {
    "phone": "By telephone",
    "in_person": "In person",
    "secure_email": "By secure email",
    "form": "By their online form",
    "letter": "By letter, handed over or posted",
    "other": "Another way",
}
"""By which way it was said."""

VERIFIED: Mapping[str, str] = {
    "published": "I rang a number that I found myself",
    "known": "I know them from our work",
    "card": "I saw their identity card",
    "official": "It went to their official address or form",
    "not_checked": "I did not check",
}
"""How the worker made sure who it was."""

TOLD: Mapping[str, str] = {
    "before": "Yes, before it was shared",
    "after": "Yes, afterwards",
    "not_safe": "No. It is not safe to tell them",
    "asked_not": "No. We were asked not to tell them yet",
    "not_able": "No. They cannot be reached, or could not take it in",
    "nobody": "No. There is nobody to tell",
    "silenced": "No. Nobody may be tipped off",
}
"""Whether the person it is about was told. "silenced" is never asked: the book says it."""

WERE_TOLD = frozenset({"before", "after"})

NOTES: Mapping[str, str] = {
    "done": "Yes, they are up to date",
    "none": "We keep no case notes about this",
}

REASONS: Mapping[str, str] = {
    "private": "Nothing here needs anybody outside",
    "wish": "They do not want it, and we may respect that",
    "first": "They tell it themselves, or we talk with them first",
    "inside": "Those inside who must know were told. That is enough",
    "declined": "A colleague who was asked said no",
    "not_allowed": "The law or our policy does not allow it",
    "other": "Another reason",
}
"""Why nothing was shared."""

LATER = "later"
"""The answer of whoever has not done it yet: nothing is kept, and it stays to be done."""

BASES: Mapping[Basis, str] = {
    "seen": "I saw or heard it myself",
    "told": "I was told",
    "view": "It is my professional view",
}
"""How the worker knows something, as they say it."""

BASIS_WORDS: Mapping[Basis, str] = {"seen": "seen", "told": "told", "view": "professional view"}
"""The same in a word or two, for whoever reads it."""


def choices(offered: Mapping[str, str], *but: str) -> tuple[Choice, ...]:
    return tuple(Choice(id, label) for id, label in offered.items() if id not in but)


def recipient_title(picture: Picture, id: str) -> str:
    found = picture.book.recipients.get(id)
    return found.title if found else "Nobody outside" if id == NOBODY else "Somebody else"


def disclosure_line(picture: Picture, done: Disclosure) -> str:
    """Who was told, when, by which way and how it was checked, without the typed words."""
    if done.recipient == NOBODY:
        return "Nobody outside was told."
    parts = [recipient_title(picture, done.recipient)]
    if done.shared_at:
        parts.append(f"told at {at(done.shared_at, picture.charity)}")
    if done.way:
        parts.append(WAYS.get(done.way, done.way).lower())
    checked = f" How it was checked: {VERIFIED[done.verified].lower()}." if done.verified in VERIFIED else ""
    return f"{', '.join(parts)}.{checked.replace(': i ', ': I ').replace(' i ', ' I ')}"
