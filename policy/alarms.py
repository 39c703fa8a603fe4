"""Does a text call for the emergency card?

The one rule to keep: when in doubt, it does. What to look for stands in `policy.phrases`.
"""

from __future__ import annotations

import re

from policy.phrases import GROUPS, PHRASES


def _pattern() -> re.Pattern[str]:
    whole = "|".join(line for line in PHRASES.splitlines() if line and not line.startswith("#"))
    for name, stands_for in GROUPS.items():
        whole = whole.replace(f"<{name}>", stands_for)
    return re.compile(rf"\b(?:{whole})(?!\w)")


_ALARM = _pattern()

_CAREFUL_WORDS = """
ambulance bleeding breathing choking collapsed drowning emergency overdose overdosed seizure stabbed stabbing
strangled strangling suicidal suicide unconscious
"""
_CAREFUL = tuple(_CAREFUL_WORDS.split())
"""Words put right before the phrases are looked for, where one letter is wrong, missing, doubled or swapped."""

_OTHERS = """
breeding browning clocking collapses cooking crowning emergence frowning shocking stabled stabling stubbed
stubbing struggled struggling unconsciously
"""
_OTHER_WORDS = frozenset(_OTHERS.split())
"""Ordinary words that are one letter away from a word of alarm."""


def sounds_the_alarm(text: str) -> bool:
    """Whether the text, already folded by `policy.screening`, speaks of somebody who may die or be badly hurt."""
    words = re.sub(r"['’`´‘]", "", text.lower())
    words = re.sub(r"[^a-z0-9]+", " ", words)
    words = re.sub(r"([a-z])\1{2,}", r"\1\1", words).strip()
    return _ALARM.search(" ".join(_put_right(word) for word in words.split())) is not None


def _put_right(word: str) -> str:
    if len(word) < 6 or word in _OTHER_WORDS or word in _CAREFUL:
        return word
    near = (right for right in _CAREFUL if abs(len(right) - len(word)) <= 1 and _one_slip(word, right))
    return next(near, word)


def _one_slip(word: str, right: str) -> bool:
    """One letter wrong, missing or too many, or two neighbours swapped."""
    start = 0
    while start < min(len(word), len(right)) and word[start] == right[start]:
        start += 1
    rest, aim = word[start:], right[start:]
    swapped = len(rest) > 1 and len(aim) > 1 and rest[:2] == aim[1::-1] and rest[2:] == aim[2:]
    return rest[1:] == aim[1:] or rest[1:] == aim or rest == aim[1:] or swapped
