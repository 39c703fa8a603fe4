"""Propositional formulas as literals, handed to a SAT solver as they are made.

The one rule to keep: equal formulas are one literal, so two states that share their inputs share all that follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

TRUE = 1
FALSE = -1
SOLVER = "cadical153"


class SolverMissing(Exception):
    """The solver is not installed; the message says how to install it."""


class Circuit:
    """Literals are whole numbers other than 0, and `-literal` is "not". Every formula made here stays in the solver."""

    __slots__ = ("_last", "_made", "_model", "_solver", "clauses")

    def __init__(self) -> None:
        self._solver = _new_solver()
        self._last = TRUE
        self._made: dict[frozenset[int], int] = {}
        self._model: Sequence[int] | None = ()
        self.clauses = 0
        self.clause(TRUE)

    @property
    def variables(self) -> int:
        return self._last

    def variable(self) -> int:
        self._last += 1
        return self._last

    def clause(self, *literals: int) -> None:
        """Demand that one of these holds, from now on."""
        self._solver.add_clause(literals)
        self.clauses += 1

    def one_of(self, literals: Sequence[int]) -> None:
        """Demand that exactly one of these holds."""
        self.clause(*literals)
        for at, one in enumerate(literals):
            for other in literals[at + 1 :]:
                self.clause(-one, -other)

    def all_of(self, literals: Iterable[int]) -> int:
        parts = frozenset(literals) - {TRUE}
        if not parts:
            return TRUE
        if FALSE in parts or any(-part in parts for part in parts):
            return FALSE
        if len(parts) == 1:
            return next(iter(parts))
        found = self._made.get(parts)
        if found is None:
            found = self._made[parts] = self.variable()
            for part in parts:
                self.clause(-found, part)
            self.clause(found, *(-part for part in parts))
        return found

    def any_of(self, literals: Iterable[int]) -> int:
        return -self.all_of(-literal for literal in literals)

    def possible(self, *literals: int) -> bool:
        """Whether these can all hold at once. If so `true` answers from the model that was found."""
        found = bool(self._solver.solve(assumptions=literals))
        self._model = None
        return found

    def true(self, literal: int) -> bool:
        """Whether the literal holds in the last model."""
        if self._model is None:
            self._model = self._solver.get_model() or ()
        at = abs(literal) - 1
        if at >= len(self._model):  # made after the last search, or of no interest to it
            return literal < 0
        return bool(self._model[at] == literal)

    def close(self) -> None:
        """Give the solver's memory back."""
        self._solver.delete()


def _new_solver() -> Any:
    try:
        from pysat.solvers import Solver
    except ImportError:
        raise SolverMissing(
            "Proving needs the solver package python-sat, which is not installed: pip install 'confer[prove]'"
        ) from None
    return Solver(name=SOLVER)
