"""What a changed answer takes away with it: what was agreed or checked for the old one, which is asked again.

The rule to keep: agreement to one receiver is none to another, and the worker reads why they are asked twice.
"""

from __future__ import annotations

from collections.abc import Mapping

from policy.book import Book
from storage.records import Consultation


def about_the_old(book: Book, case: Consultation, values: Mapping[str, str]) -> tuple[set[str], str]:
    """The kept answers that were about an answer which one of these replaces, and in words why they are asked again.

    Nothing and "" where no answer is taken away. One that came along unchanged on the same form is the old one, too:
    it stood there already filled in.
    """
    old = case.values
    changed = [book.question(id) for id, value in values.items() if old.get(id, value) != value]
    about = {id for question in changed for id in question.forgets}
    forgotten = {id for id in about if id in old and values.get(id, old[id]) == old[id]}
    which = " and ".join(f"“{question.ask}”" for question in changed if forgotten & set(question.forgets))
    why = f"You changed {which}. What was agreed or checked was about your old answer, so we ask it again."
    return forgotten, why if which else ""
