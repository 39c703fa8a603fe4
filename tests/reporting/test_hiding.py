"""What of a breakdown is told, and that nobody works out the rest: not from the total, nor from any number of weeks."""

from __future__ import annotations

from collections import defaultdict
from itertools import product

from hypothesis import assume, given
from hypothesis import strategies as st

from bot.reporting.figures import Around, compared, kept, told
from bot.reporting.hiding import LEAST, at_least
from bot.reporting.hiding import told as shown
from policy.book import Book
from storage.figures import Counted
from tests.policy.shipped import justus
from tests.reporting.invented import NOW, cases, counted

BOOK: Book = justus()
GROUNDS = [lane.id for lane in BOOK.lanes if not lane.immediate]


def test_a_cell_of_five_is_told_and_one_of_four_is_not() -> None:
    assert shown({"a": 5, "b": 4, "c": 0, "d": 12}) == {"a": 5, "d": 12}


def test_where_one_cell_alone_would_be_hidden_nothing_is_told() -> None:
    assert shown({"a": 9, "b": 1, "c": 7, "d": 7}) == {}


def test_where_the_hidden_cells_could_be_full_nothing_is_told() -> None:
    assert shown({"a": 9, "b": 4, "c": 4, "d": 4}) == {}
    assert shown({"a": 9, "b": 2, "c": 2, "d": 2}) == {"a": 9}


def test_where_only_noughts_would_be_hidden_the_smallest_of_the_others_is_hidden_with_them() -> None:
    """Twelve in all, and twelve told of one ground: whoever knows of somebody among them knows their ground."""
    assert shown({"a": 12, "b": 0, "c": 0}) == {}
    assert shown({"a": 12, "b": 7, "c": 5, "d": 0, "e": 0}) == {"a": 12, "b": 7}
    assert shown({"a": 12, "b": 7, "c": 0, "d": 0}) == {}  # seven in three: one of them has them all, and that is known


def test_where_nothing_is_small_everything_is_told() -> None:
    assert shown({"a": 5, "b": 6}) == {"a": 5, "b": 6}


def test_a_longer_period_says_no_more_than_its_weeks() -> None:
    assert at_least([{"a": 5, "b": 7}, {"a": 6}, {}]) == {"a": 11, "b": 7}


def test_from_all_that_is_told_and_the_total_no_small_cell_of_any_table_can_be_worked_out() -> None:
    """Every table of two to five cells up to a size: whoever knows the rule, too, is left with two answers.

    A nought is one of the small numbers. Only where the total is nought does everybody know what each cell is.
    """
    for cells, most in ((2, 14), (3, 14), (4, 17), (5, 12)):
        fits: dict[object, list[set[int]]] = defaultdict(lambda: [set[int]() for _ in range(cells)])  # noqa: B023
        for table in product(range(most + 1), repeat=cells):
            if not 0 < sum(table) <= most:  # every table with this total is among those that are looked at
                continue
            view = (sum(table), *sorted(shown({str(place): number for place, number in enumerate(table)}).items()))
            for seen, number in zip(fits[view], table, strict=True):
                seen.add(number)
        known = [numbers for table in fits.values() for numbers in table if len(numbers) == 1]
        assert len(fits) >= most
        assert [numbers for numbers in known if min(numbers) < LEAST] == []


def publish(weeks: list[dict[str, int]]) -> list[object]:
    """Everything that is ever told of these weeks: each digest, what stands beside it, and the sum of all."""
    digests = [told(week(cells), Around(), {BOOK.id: BOOK}, now=NOW, weeks=1) for cells in weeks]
    beside = [compared(digests[max(place - 4, 0) : place][::-1]) for place in range(len(digests))]
    return [*map(kept, digests), *beside, at_least([each.grounds for each in digests])]


def week(cells: dict[str, int]) -> Counted:
    return counted(opened=tuple(cases(cells)))


TABLES = st.fixed_dictionaries({ground: st.sampled_from([0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 9]) for ground in GROUNDS})


@given(st.lists(TABLES, min_size=1, max_size=4), st.data())
def test_whoever_has_every_digest_cannot_tell_one_number_of_a_small_cell_from_another(
    weeks: list[dict[str, int]], data: st.DataObject
) -> None:
    """Try to undo it: for each small cell there is another history, with another number there, that reads the same."""
    place = data.draw(st.integers(0, len(weeks) - 1))
    small = [ground for ground, number in weeks[place].items() if number < LEAST]
    assume(small and any(weeks[place].values()))
    ground = data.draw(st.sampled_from(small))
    published = publish(weeks)

    others = []
    for other in GROUNDS:
        for here, there in ((-1, 1), (1, -1)):
            moved = weeks[place] | {ground: weeks[place][ground] + here}
            moved |= {other: moved[other] + there}
            if other != ground and min(moved.values()) >= 0:
                others.append([*weeks[:place], moved, *weeks[place + 1 :]])

    assert any(publish(other) == published for other in others)


@given(TABLES)
def test_what_is_kept_with_a_digest_holds_no_small_cell(cells: dict[str, int]) -> None:
    written = kept(told(week(cells), Around(), {BOOK.id: BOOK}, now=NOW, weeks=1))

    assert all(number >= LEAST for name in ("grounds", "outcomes") for number in written[name].values())
