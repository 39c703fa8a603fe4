"""The page that shows, clause by clause, what carries the policy and what is still to come.

The one rule to keep: nothing is said here that does not stand in the book.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from policy.book import Action, Book, Clause, Note
from policy.coverage import Carrier, Kind, carriers, open_clauses
from policy.drawing.markdown import bullets, escaped, table

ACTIONS: Mapping[Action, str] = {
    "ask": "Asks",
    "block": "Stops",
    "warn": "Warns",
    "prompt": "Asks you to do something",
    "record": "Writes it down",
    "remind": "Reminds",
    "show": "Shows",
    "route": "Leads to",
}
KINDS: Mapping[Kind, tuple[str, str]] = {
    "question": ("Question", "Questions"),
    "fact": ("Worked out", "Worked out"),
    "lane": ("Lane", "Lanes"),
    "rule": ("Rule", "Rules"),
    "outcome": ("Outcome", "Outcomes"),
    "guide": ("Guidance", "Guidance"),
    "check": ("Check before it goes", "Checks before it goes"),
    "approval": ("Agreement", "Agreement"),
    "invariant": ("Never broken", "Never broken"),
    "law note": ("Law note", "Law notes"),
    "program": ("Confer itself", "Confer itself"),
}


def coverage_page(book: Book) -> str:
    """Markdown: each clause with its title, what the bot does about it, what carries it and what is still to come."""
    found = carriers(book)
    waiting = open_clauses(book)
    lines = [
        f"# {escaped(book.charity)}: every clause and what carries it",
        "",
        f"Rules {escaped(book.id)} {escaped(book.version)}. {summary(book)}",
        "Written by `python -m bot book coverage` from the book itself; do not edit this page.",
        "",
        "What the policy asks for stands here in our own words.",
        "A clause is open while something named in its last column is still to come.",
        "",
    ]
    for first, group in groupby(book.clauses.values(), key=_chapter):
        rows = [_row(clause, found[clause.id]) for clause in group]
        lines += [f"## {first}", "", *table(("Clause", "What it asks", "What Confer does", "Carried by", "Open"), rows)]
    if waiting:
        lines += ["## Still to come", "", *bullets(f"**{escaped(c.id)}** {escaped(c.later)}" for c in waiting)]
    if book.notes:
        lines += ["## Where we chose a reading, or depart from the policy's words", ""]
        lines += table(("Note", "What we do", "Clauses", "Explained in"), [_note(note) for note in book.notes.values()])
    return "\n".join(lines).rstrip() + "\n"


def summary(book: Book) -> str:
    """One sentence: how many clauses, and how many of them are open."""
    count, waiting = len(book.clauses), len(open_clauses(book))
    return f"{count} clause{'s' * (count != 1)}, {waiting} open (carried by a later part)."


def _chapter(clause: Clause) -> str:
    stem = re.match(r"[A-Za-z]*[0-9]+", clause.id)
    name = stem.group() if stem else clause.id
    return f"Appendix {name[3:]}" if name.startswith("App") else f"Clause {name}"


def _row(clause: Clause, found: Sequence[Carrier]) -> tuple[str, ...]:
    title = escaped(clause.title) + (f"<br>*Not in the policy: {escaped(clause.added)}*" if clause.added else "")
    does = [f"**{', '.join(ACTIONS[action] for action in clause.actions)}**"] if clause.actions else []
    does += [escaped(clause.does)] if clause.does else []
    return escaped(clause.id), title, "<br>".join(does), "<br>".join(_carried(found)), escaped(clause.later)


def _carried(found: Iterable[Carrier]) -> Iterable[str]:
    by_kind: dict[Kind, list[str]] = {}
    for carrier in found:
        by_kind.setdefault(carrier.kind, []).append(carrier.words)
    for kind, (one, several) in KINDS.items():
        if words := list(dict.fromkeys(by_kind.get(kind, ()))):
            yield f"**{one if len(words) == 1 else several}:** " + "; ".join(escaped(item) for item in words)


def _note(note: Note) -> tuple[str, ...]:
    what = "departs from the words" if note.kind == "departure" else "a reading"
    needs = "<br>**Needs the trustees' decision.**" if note.needs_trustees else ""
    where = f"[{escaped(note.docs.rpartition('/')[2])}](../../{note.docs})" if note.docs else ""
    return f"{escaped(note.id)}<br>({what})", escaped(note.plain) + needs, escaped(", ".join(note.clauses)), where
