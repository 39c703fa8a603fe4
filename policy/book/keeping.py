"""What a book says of its records: what is kept longest, held, given, kept back, and what a form takes from where.

The one rule to keep: no period stands here. How long is the charity's own setting.
"""

from __future__ import annotations

from dataclasses import dataclass

from policy.book.asking import When


@dataclass(frozen=True, slots=True)
class Keeping:
    """Lanes by the class of record they make or the hold they put on it; `police` are recipients, held once told.

    `child_when`: a child's matter also where one of these rows is true, whatever lane is open. `police_when`: held also
    where one of these is, told or not. `tasks`: held where an open lane's outcome sets one of these.
    """

    child: tuple[str, ...] = ()
    child_when: When = ()
    allegation: tuple[str, ...] = ()
    terrorism: tuple[str, ...] = ()
    court: tuple[str, ...] = ()
    police: tuple[str, ...] = ()
    police_when: When = ()
    tasks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Copying:
    """What stands in a copy of the record for the person it is about, before anybody has decided on it.

    `stands`: the only questions whose answers do; any other may say who told us, whom we suspect, or what another
    person wants. `unsafe_when`: where one of these rows is true, all of it waits for the data-protection lead.
    """

    stands: tuple[str, ...] = ()
    unsafe_when: When = ()


@dataclass(frozen=True, slots=True)
class Form:
    """Which questions' answers fill a field of the regulator's decision form: who asked, and the way it went."""

    asker: tuple[str, ...] = ()
    way: tuple[str, ...] = ()
