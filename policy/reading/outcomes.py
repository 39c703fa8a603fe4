"""An outcome's table, and every piece of guidance that a lane or an outcome holds.

The one rule to keep: each function reads one table to its end (`finish`), so that no key is passed over.
"""

from __future__ import annotations

from policy.book import Guide, Outcome, Precedent, Until, WhatIf
from policy.reading.entries import Entry

SENDS = {"N": "named", "C": "agreed", "U": "unnamed", "I": "inside", "-": "nothing"}


def outcome_of(entry: Entry) -> Outcome:
    sends = entry.one_of("sends", (*SENDS, *SENDS.values()), "nothing")
    outcome = Outcome(
        id=entry.id(),
        title=entry.text("title"),
        plain=entry.text("plain"),
        sends=SENDS.get(sends, sends),
        recipients=entry.texts("recipients"),
        clock=entry.one_of("clock", ("now", "today", "routine", "by_return_date"), "routine"),
        talk=entry.one_of("talk", ("first", "along", "none"), "none"),
        basis=entry.one_of("basis", ("required", "permitted", "none"), "none"),
        required_when=entry.when("required_when") if entry.has("required_when") else None,
        steps=guides_of(entry, "steps"),
        script=guides_of(entry, "script"),
        words=guides_of(entry, "words"),
        leave_out=guides_of(entry, "leave_out"),
        write_down=guides_of(entry, "write_down"),
        tell=guides_of(entry, "tell"),
        out_of_hours=guides_of(entry, "out_of_hours"),
        after=guides_of(entry, "after"),
        precedent=_precedent(entry) if entry.has("precedent") else None,
        contacts=entry.refers_to("contacts", "contact"),
        tasks=entry.texts("tasks"),
        clauses=entry.refers_to("clauses", "clause"),
        law=entry.refers_to("law", "law"),
    )
    entry.finish()
    return outcome


def guides_of(entry: Entry, key: str) -> tuple[Guide, ...]:
    guides: list[Guide] = []
    for item in entry.entries(key, "guide"):
        until: Until = "agreed" if item.has("until") and item.one_of("until", ("agreed",)) else ""
        guides.append(
            Guide(
                id=item.id(),
                say=item.text("say"),
                when=item.when(use="say"),
                until=until,
                clauses=item.refers_to("clauses", "clause"),
            )
        )
        item.finish()
    return tuple(guides)


def what_if_of(entry: Entry) -> WhatIf:
    text = WhatIf(say=entry.text("say"), how=entry.texts("how", required=True))
    entry.finish()
    return text


def _precedent(outcome: Entry) -> Precedent:
    entry = outcome.entry("precedent")
    entry.place = f"{outcome.place}, precedent"
    precedent = Precedent(text=entry.text("text"), source=entry.text("source"))
    entry.finish()
    return precedent
