"""What plain English is here: words that are not used, abbreviations that are explained, exceptions with their reasons.

The one rule to keep: an exception names the screen it is for and says why no easier words would do.
"""

from __future__ import annotations

import re

MOST_WORDS = 22
"""In one sentence. The national style for public services asks for fewer than 25."""

NOT_USED = {
    "accordingly": "so",
    "additional": "more",
    "advise": "tell, say",
    "allegation": "worry",
    "anonymised": "without a name",
    "anonymously": "without a name",
    "appropriate": "right",
    "ascertain": "find out",
    "assist": "help",
    "assistance": "help",
    "authorise": "agree",
    "beneficiary": "client, person",
    "cease": "stop",
    "commence": "start",
    "comply": "do as it says",
    "consent": "a yes, agreement",
    "data subject": "the person whose information it is",
    "disclose": "tell, share",
    "disclosure": "telling, sharing",
    "discretion": "choice",
    "ensure": "make sure",
    "escalate": "tell, ring",
    "facilitate": "help",
    "hence": "so",
    "immediately": "now, at once",
    "inform": "tell",
    "mandatory": "the law requires",
    "mitigate": "make smaller",
    "multi-agency": "of several services",
    "notify": "tell",
    "notwithstanding": "even if",
    "obtain": "get",
    "parties": "people",
    "perpetrator": "the person who did it",
    "personnel": "people, staff",
    "practitioner": "worker",
    "prior to": "before",
    "proportionate": "no more than needed",
    "pursuant": "under",
    "regarding": "about",
    "remain": "stay",
    "require assistance": "need help",
    "service user": "client",
    "stakeholder": "people",
    "subsequently": "later",
    "terminate": "end",
    "third party": "someone else",
    "utilise": "use",
    "vulnerable": "at risk",
    "whereabouts": "where someone is",
    "with regard to": "about",
}
"""Word -> what to say instead."""

PLACES_AND_COLOURS = re.compile(
    r"\b(above|below|top of the|bottom of the|on the left|on the right|left-hand|right-hand"
    r"|red|green|amber|yellow|blue|colou?r|icon|emoji|thumbs)\b",
    re.IGNORECASE,
)
"""Where a thing stands, or what it looks like, says nothing to somebody who listens to the screen."""

KNOWN = {"GP", "MP", "NHS", "TV", "UK"}
"""Abbreviations that people use in speech, and whose long form is harder."""

EXPLAINED = {
    "ACT": "advice line",  # a name: the line is called "ACT Early"
    "BSL": "deaf",
    "DBS": "bars",
    "DWP": "benefits office",
    "FGM": "cut",
    "GDPR": "data",
    "ICO": "regulator",
    "IDVA": "trained helper",
    "JU": "reference",
    "LADO": "officer",
    "LGBT": "abused",
    "MARAC": "meeting",
    "NSPCC": "child",
    "SARC": "sexual",
    "SHOUT": "text",
}
"""Abbreviation -> a word of its explanation, which must stand on every screen that uses it."""

HARDER_SCREENS: dict[str, str] = {}
"""Screen -> why it may be harder to read than the others."""

HARDER_WORDS: dict[tuple[str, str], str] = {
    ("contact 'dbs'", "disclosure"): "the name of a public body, which has to be found under it",
    ("law 'L13'", "vulnerable"): "says which old word the written policy still uses",
}
"""(where, word) -> why this word stays."""
