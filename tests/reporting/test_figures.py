"""What is told of a week's counts, and the verdict: the most pressing first, and never more than three jobs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.reporting.figures import (
    UNDECIDED,
    Around,
    Compared,
    Job,
    Told,
    Verdict,
    by_ground,
    by_outcome,
    compared,
    kept,
    read,
    told,
    verdict,
)
from storage.digests import Written
from storage.figures import Counted, Shared
from storage.pieces import Wrong
from storage.verifying import Good
from storage.walks import Walked
from tests.policy.shipped import justus
from tests.reporting.invented import NOW, QUIET, begun, cases, counted, minutes
from tests.reporting.invented import told as week

BOOK = justus()
BOOKS = {BOOK.id: BOOK}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

GROUNDS = [lane.id for lane in BOOK.lanes if not lane.immediate]
EMERGENCY = next(lane.id for lane in BOOK.lanes if lane.immediate)
NAMED = next(id for id, outcome in BOOK.outcomes.items() if outcome.sends == "named")
INSIDE = next(id for id, outcome in BOOK.outcomes.items() if outcome.sends == "inside")


def tell(found: Counted, *, around: Around | None = None, weeks: int = 1) -> Told:
    return told(found, around or Around(), BOOKS, now=NOW, weeks=weeks)


def test_a_consultation_counts_in_each_ground_it_took_and_the_emergency_is_none() -> None:
    one, two = GROUNDS[:2]

    cells = by_ground([begun((one, ""), (two, "")), begun((one, ""), (EMERGENCY, "")), begun((EMERGENCY, ""))], BOOKS)

    assert {lane: number for lane, number in cells.items() if number} == {one: 2, two: 1}
    assert set(cells) == {*GROUNDS, UNDECIDED}


def test_a_consultation_without_a_ground_is_undecided_in_both_breakdowns() -> None:
    cells = [each([begun()], BOOKS) for each in (by_ground, by_outcome)]

    assert [{name: number for name, number in each.items() if number} for each in cells] == [{UNDECIDED: 1}] * 2


def test_a_consultation_counts_once_by_what_goes_furthest() -> None:
    one, two = GROUNDS[:2]

    cells = by_outcome([begun((one, INSIDE), (two, NAMED)), begun((EMERGENCY, NAMED))], BOOKS)

    assert {name: number for name, number in cells.items() if number} == {"named": 1}


def test_a_ground_that_the_book_has_no_more_counts_under_its_id() -> None:
    assert by_ground([begun(("gone", ""))], BOOKS)["gone"] == 1


def test_small_numbers_are_told_neither_by_ground_nor_by_outcome() -> None:
    one, two = GROUNDS[:2]

    found = tell(counted(opened=(*cases({one: 7}, NAMED), *cases({two: 7}, INSIDE), *cases({two: 3}, ""))))

    assert (found.opened, found.grounds, found.outcomes) == (17, {two: 10}, {"inside": 7})


def test_shared_is_what_somebody_outside_was_told() -> None:
    outside = next(id for id, each in BOOK.recipients.items() if not each.capability)
    inside = next(id for id, each in BOOK.recipients.items() if each.capability)
    told_of = [{outside}, {outside, "nobody"}, {inside}, {"nobody"}, set[str]()]

    found = tell(counted(shared=tuple(Shared(BOOK.id, frozenset(each)) for each in told_of)))

    assert (found.shared, found.not_shared) == (2, 3)


def test_the_time_to_an_answer_is_the_middle_one_and_the_slowest() -> None:
    assert tell(counted(took=())).median is None

    found = tell(counted(took=minutes(90, 2, 10, 8)))

    assert (found.median, found.slowest) == (9 * 60, 90 * 60)


def test_how_long_something_waits_is_counted_from_the_oldest_to_now() -> None:
    found = tell(counted(waiting=1, waiting_since=NOW - 3 * HOUR, held=1, held_since=NOW - HOUR))

    assert (found.waiting_for, found.held_for) == (3 * 3600, 3600)


def test_a_week_is_read_as_it_was_kept() -> None:
    around = Around(("law",), 1, 2, ("dora",), 3, head=(7, "abc"))
    found = tell(counted(opened=tuple(cases({GROUNDS[0]: 6})), took=minutes(3), held=1), around=around, weeks=2)

    again = read(Written("2026-W47", NOW, NOW, NOW, {**kept(found), "of a later version": 1}))

    assert again == found


WALKED = Walked(whole=Good(40, b""), whole_at=NOW - HOUR, all_at=NOW - 5 * DAY, anchored_at=NOW - 9 * DAY)
OLD = replace(WALKED, whole_at=NOW - 8 * DAY)


@pytest.mark.parametrize(
    ("around", "what"),
    [
        (Around(), {}),
        (
            Around(head=(42, "ab"), walk=WALKED),
            {"walked": 40, "walked_at": 1, "walked_all_at": 5 * 24, "anchored_at": 9 * 24},
        ),
        (Around(head=(42, "ab"), walk=OLD), {"walked": 40, "walked_at": 8 * 24, "unchecked": 2}),
        (Around(head=(40, "ab"), walk=OLD), {"walked": 40, "walked_at": 8 * 24, "unchecked": 0}),
        (Around(head=(42, "ab"), began=NOW - 8 * DAY), {"unchecked": 42}),
        (Around(head=(42, "ab"), began=NOW - 6 * DAY), {"unchecked": 0}),
        (
            Around(head=(42, "ab"), walk=replace(OLD, wrong=Wrong(7, "changed"), wrong_at=NOW - HOUR)),
            {"walked": 40, "broken": 7, "broken_at": 1, "unchecked": 0},
        ),
    ],
)
def test_of_the_ledger_is_told_how_far_it_was_walked_and_what_is_wrong(around: Around, what: dict[str, int]) -> None:
    """Moments are in hours before now."""
    found = tell(counted(), around=around)

    for name, value in what.items():
        at = int((NOW - value * HOUR).timestamp()) if name.endswith("_at") else value
        assert (name, getattr(found, name)) == (name, at)
    assert verdict(found).jobs == tuple(job for job in ("broken", "unchecked") if what.get(job))


WRONG: dict[Job, Told] = {
    "broken": week(broken=1),
    "emergencies": week(unreviewed=1),
    "unheard": week(unheard=1),
    "undelivered": week(undelivered=1),
    "not_set_up": week(missing=1),
    "looks": week(looks_late=1),
    "not_done": week(not_done_slow=1),
    "failed": week(failed=1),
    "unreached": week(unreached=("dora",)),
    "holes": week(holes=1),
    "unfinished": week(unfinished_stale=1),
    "vital": week(vital=1),
    "unchecked": week(unchecked=1),
}
ALL_WRONG = week(
    **{name: value for each in WRONG.values() for name, value in kept(each).items() if value != kept(QUIET)[name]}
)


def test_a_week_in_which_nothing_is_left_undone_is_safe() -> None:
    busy = week(opened=9, waiting=2, emergencies=1, reviewed=1, declined=3, not_done=1, unfinished=4, checks=("law",))

    assert [verdict(each) for each in (QUIET, busy)] == [Verdict((), ())] * 2
    assert verdict(QUIET).safe


@pytest.mark.parametrize("job", WRONG)
def test_one_thing_that_is_left_undone_is_enough_to_look(job: Job) -> None:
    found = verdict(WRONG[job])

    assert (found.safe, found.jobs) == (False, (job,))


def test_never_more_than_three_jobs_stand_first_and_none_is_lost() -> None:
    found = verdict(ALL_WRONG)

    assert found.jobs == ("broken", "emergencies", "unheard")
    assert (*found.jobs, *found.rest) == tuple(WRONG)


def test_totals_are_compared_with_the_last_four_digests_of_one_week() -> None:
    before = [week(opened=number) for number in (3, 5, 1, 4, 99)]

    found = compared(before)

    assert (found.weeks, found.ranges["opened"]) == (4, (1, 5))


def test_a_digest_of_three_weeks_is_not_compared_with_one_of_a_single_week() -> None:
    found = compared([week(opened=30, weeks=3), week(opened=2)])

    assert (found.weeks, found.ranges["opened"]) == (1, (2, 2))


def test_the_first_digest_is_compared_with_nothing() -> None:
    assert compared([]) == Compared(0, {})


def test_no_breakdown_is_ever_compared() -> None:
    assert {"grounds", "outcomes"}.isdisjoint(compared([replace(QUIET, grounds={"a": 5})]).ranges)
