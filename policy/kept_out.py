"""Who is kept out by the book's exclusions, given the facts: capabilities, roles to be careful with, and who to ask.

The one rule to keep: the program and the proof both ask here, so that what is proved is what happens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from policy.book import Book, Exclusion, When


def holds(when: When, facts: Mapping[str, str]) -> bool:
    """Whether a row is true of these facts; no rows means always."""
    return not when or any(all(facts.get(fact) in allowed for fact, allowed in row.items()) for row in when)


@dataclass(frozen=True, slots=True)
class KeptOut:
    """What the exclusions that hold come to, together. Each field as in `Exclusion`."""

    capabilities: frozenset[str]
    careful: frozenset[str]
    ask_who: bool

    def values(self, term: str) -> Sequence[str]:
        """What an invariant's term reads: `excluded` and `careful` are lists, "none" where empty. KeyError else."""
        match term:
            case "excluded":
                return sorted(self.capabilities) or ("none",)
            case "careful":
                return sorted(self.careful) or ("none",)
            case "ask_who":
                return ("yes" if self.ask_who else "no",)
            case _:
                raise KeyError(term)


def kept_out(book: Book, facts: Mapping[str, str]) -> KeptOut:
    """Everything that the exclusions which hold put out."""
    holding: list[Exclusion] = [exclusion for exclusion in book.exclusions if holds(exclusion.when, facts)]
    return KeptOut(
        frozenset(capability for exclusion in holding for capability in exclusion.capabilities),
        frozenset(role for exclusion in holding for role in exclusion.careful),
        any(exclusion.ask_who for exclusion in holding),
    )
