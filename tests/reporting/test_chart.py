"""The picture of the last weeks: what is on it, what its words say, and that it says nothing that was not told."""

from __future__ import annotations

import struct
import zlib
from datetime import timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.teams import render
from bot.painting import painted
from bot.reporting.chart import WEEKS, Bar, Chart, chart, picture
from bot.reporting.digest_card import short_card
from bot.reporting.figures import Told
from bot.reporting.weeks import week_of
from storage.digests import Written
from tests.reporting.invented import NOW, told
from tests.reporting.test_digest_card import digest
from tests.teams.connector.cards import elements, problems

LONDON = ZoneInfo("Europe/London")
WEEK = timedelta(days=7)

Week = tuple[Written, Told]


def week(back: int, opened: int = 0, emergencies: int = 0, *, covers: int = 1, zone: ZoneInfo = LONDON) -> Week:
    """The digest of so many weeks ago; it stands for so many."""
    until = NOW - back * WEEK
    written = Written(week_of(until, zone), until - covers * WEEK, until, until, {})
    return written, told(opened=opened, emergencies=emergencies, weeks=covers)


def shape(drawn: Chart) -> list[tuple[int, int, int]]:
    return [(bar.first, bar.weeks, bar.opened) for bar in drawn.bars]


def test_the_newest_digest_is_the_last_bar_and_each_week_has_its_place() -> None:
    drawn = chart([week(0, 4), week(1, 2), week(11, 7)], LONDON)

    assert shape(drawn) == [(0, 1, 7), (10, 1, 2), (11, 1, 4)]


def test_a_week_without_a_digest_is_a_gap_and_a_week_in_which_nothing_was_opened_is_none() -> None:
    drawn = chart([week(0, 4), week(1, 0), week(3, 2)], LONDON)

    assert drawn.gaps == (*range(8), 9)
    assert "16 Nov: 0;" in drawn.words
    assert "9 Nov: no digest;" in drawn.words


def test_a_digest_for_three_weeks_is_one_wide_bar_as_high_as_one_of_them_on_average() -> None:
    drawn = chart([week(0, 3), week(1, 9, 1, covers=3), week(4, 1)], LONDON)

    assert shape(drawn) == [(7, 1, 1), (8, 3, 9), (11, 1, 3)]
    assert [bar.height for bar in drawn.bars] == [1, 3, 3]
    assert "16 Nov: 9, 1 emergency, in 3 weeks;" in drawn.words


def test_one_that_stands_for_more_weeks_than_are_shown_still_says_how_many() -> None:
    [bar] = chart([week(0, 40, covers=20)], LONDON).bars

    assert bar == Bar(0, WEEKS, 20, 40, 0)


def test_a_digest_that_was_moved_by_days_covers_no_week_of_the_one_before_it() -> None:
    """Ten days, because the charity moved its day: the week before has a digest of its own."""
    (newest, said), before = week(0, 5), week(1, 2)
    longer = Written(newest.week, newest.until - timedelta(days=11), newest.until, newest.until, {})

    assert shape(chart([(longer, said), before], LONDON)) == [(10, 1, 2), (11, 1, 5)]


def test_what_is_older_than_twelve_weeks_is_not_shown() -> None:
    assert shape(chart([week(0, 4), week(12, 7)], LONDON)) == [(11, 1, 4)]


def test_weeks_are_counted_through_the_end_of_a_year_with_53() -> None:
    def at(name: str, back: int) -> Week:
        until = NOW + timedelta(days=49) - back * WEEK  # 11 January 2027, in its second week
        return Written(name, until - WEEK, until, until, {}), told(opened=1)

    drawn = chart([at("2027-W02", 0), at("2027-W01", 1), at("2026-W53", 2), at("2026-W52", 3)], LONDON)

    assert [bar.first for bar in drawn.bars] == [8, 9, 10, 11]
    assert "28 Dec: 1; 4 Jan: 1; 11 Jan: 1." in drawn.words


def test_the_day_is_the_charitys_own() -> None:
    auckland = ZoneInfo("Pacific/Auckland")
    until = NOW.replace(hour=20)  # there it is Tuesday
    written = Written("2026-W48", until - WEEK, until, until, {})

    assert chart([(written, told(opened=2))], auckland).words.endswith("24 Nov: 2.")


def test_one_digest_is_no_picture_and_two_are() -> None:
    assert picture([week(0, 4)], LONDON) is None
    assert picture([week(0, 4), week(1, 2)], LONDON) is not None


def test_it_says_what_its_signs_mean_and_only_of_those_that_are_in_it() -> None:
    full = [week(back, 1) for back in range(WEEKS)]
    some = [week(0, 1, 1), week(1, 4, covers=2)]

    assert chart(full, LONDON).signs == ""
    assert [said in chart(some, LONDON).signs for said in ("triangle", "Stripes", "grey line")] == [True, True, True]


def test_its_words_say_every_number_that_is_on_it() -> None:
    drawn = chart([week(0, 4, 2), week(1, 17, 1, covers=2), week(5, 123)], LONDON)

    assert drawn.words == (
        "Consultations opened in the week up to each day. 7 Sep to 12 Oct: no digest; 19 Oct: 123; "
        "26 Oct to 2 Nov: no digest; 16 Nov: 17, 1 emergency, in 2 weeks; 23 Nov: 4, 2 emergencies."
    )


def test_no_breakdown_is_told_by_it() -> None:
    """A week counts by its whole totals: nothing of a ground or an outcome reaches the picture."""
    plain, broken = week(0, 9), week(0, 9)
    by_ground = (broken[0], told(opened=9, grounds={"child": 9}, outcomes={"named": 9}))

    assert chart([plain], LONDON) == chart([by_ground], LONDON)


weeks_ = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 99_999), st.integers(0, 99), st.integers(1, 30)),
    min_size=1,
    max_size=12,
    unique_by=lambda each: each[0],
)


@given(weeks_)
def test_whatever_the_digests_are_no_bar_covers_another_and_the_words_fit_slack(
    some: list[tuple[int, int, int, int]],
) -> None:
    drawn = chart([week(back, *rest, covers=covers) for back, *rest, covers in sorted(some)], LONDON)

    told_of = [place for bar in drawn.bars for place in range(bar.first, bar.last + 1)]
    assert sorted((*told_of, *drawn.gaps)) == list(range(WEEKS))
    assert len(drawn.words) <= 2000


@settings(max_examples=5, deadline=None)
@given(weeks_)
def test_whatever_the_digests_are_it_can_be_drawn(some: list[tuple[int, int, int, int]]) -> None:
    file = chart([week(back, *rest, covers=covers) for back, *rest, covers in sorted(some)], LONDON).png()

    assert file.startswith(b"\x89PNG")


def test_it_is_white_540_across_and_small_enough_to_stand_in_a_teams_card() -> None:
    fullest = [week(back, 980 + back, 10 + back) for back in range(WEEKS)]
    image = picture(fullest, LONDON)
    assert image is not None
    file = image.drawing.png()

    wide, _, _, kind = struct.unpack(">IIBB", file[16:26])
    first = zlib.decompress(file[file.index(b"IDAT") + 4 :])[:5]

    assert (wide, kind, first[1:]) == (540, 6, b"\xff" * 4)
    assert len(file) < 16_500


async def test_a_digest_with_the_fullest_picture_is_a_card_that_teams_takes_with_it() -> None:
    weeks = [told(opened=980 + back, emergencies=10 + back, unreviewed=3) for back in range(WEEKS)]

    drawn = render.card(await painted(short_card(digest(*weeks))))

    assert problems(drawn) == []
    assert [each["altText"][:20] for each in elements(drawn) if each["type"] == "Image"] == ["Consultations opened"]
