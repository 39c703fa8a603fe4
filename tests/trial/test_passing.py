"""Letting weeks pass in the trial: everything comes at its own moment, and nothing twice."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from bot.channels import Unavailable
from bot.trial.residents import MOST, Resident, Residents
from bot.trial.weeks import Story, stories
from policy.book import Book
from tests.trial.conftest import begun

FRIDAY = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
WEEK = timedelta(days=7)
SOON = timedelta(seconds=5)
READERS = ("ben", "chidi", "dora", "ewan", "farah")
ONE_ENGINE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_twelve_weeks_bring_twelve_digests_to_each_reader_each_at_its_hour(
    database_url: str, tmp_path: Path, books: Mapping[str, Book]
) -> None:
    mondays = [datetime(2026, 11, 23, 9, tzinfo=UTC) + n * WEEK for n in range(12)]  # with a week 53
    async with begun(database_url, tmp_path, books, FRIDAY) as trial:
        passing = trial.passing()

        for _ in range(12):
            await passing.a_week()

        for each in READERS:
            came = trial.digests(each)
            assert [at.replace(second=0, microsecond=0) for at in came] == mondays
        assert trial.digests("amira") == []
        assert await passing.says() == "Friday 12 February 2027, 14:05"


@ONE_ENGINE
async def test_the_digest_keeps_to_the_clock_on_the_wall_when_that_changes(
    database_url: str, tmp_path: Path, books: Mapping[str, Book]
) -> None:
    async with begun(database_url, tmp_path, books, datetime(2026, 10, 16, 14, tzinfo=UTC)) as trial:
        passing = trial.passing()

        await passing.a_week()
        await passing.a_week()

        hours = [(at.day, at.hour) for at in trial.digests("dora")]
        assert hours == [(19, 8), (26, 9)]  # UTC
        assert await passing.says() == "Friday 30 October 2026, 15:00"


async def test_whoever_does_not_answer_is_asked_again_at_each_hour_it_is_due_and_not_at_the_end(
    database_url: str, tmp_path: Path, books: Mapping[str, Book]
) -> None:
    def one(people: Residents, book: Book, week: str) -> list[tuple[timedelta, Story]]:
        return [(timedelta(hours=1), asks(people, book))]

    async with begun(database_url, tmp_path, books, FRIDAY) as trial:
        await trial.passing(one).a_week()

        came = [at for at, letter in trial.wall.came if letter.card.title == "Do you agree?"]
        assert came == sorted(came)
        assert FRIDAY + timedelta(hours=1) <= came[0] < FRIDAY + timedelta(hours=2)
        assert len({at.replace(minute=0, second=0, microsecond=0) for at in came}) > 3
        assert trial.digests("dora")[0] - datetime(2026, 11, 23, 9, tzinfo=UTC) < SOON


@ONE_ENGINE
async def test_asked_for_twice_at_once_one_week_passes(
    database_url: str, tmp_path: Path, books: Mapping[str, Book]
) -> None:
    async with begun(database_url, tmp_path, books, FRIDAY) as trial:
        passing = trial.passing()

        await asyncio.gather(passing.a_week(), passing.a_week())

        assert timedelta(0) <= trial.clock() - (FRIDAY + WEEK) < SOON


@ONE_ENGINE
async def test_an_invented_life_fills_the_digests_and_leaves_what_others_began_alone(
    database_url: str, tmp_path: Path, books: Mapping[str, Book]
) -> None:
    async with begun(database_url, tmp_path, books, MONDAY) as trial:
        passing = trial.passing(stories)
        worker = (await trial.people()).one(Random(0))
        mine = await worker.begins(books["justus"].quiet)
        await worker.presses("send", mine)

        await passing.a_week()

        async with trial.office.store.read(trial.clock()) as tx:
            [organisation] = await tx.organisations.all()
            tx.bind(organisation.id)
            written = await tx.digests.last()
            case, done = await tx.cases.get(mine), await tx.cases.disclosures(mine)
            faults = await tx.ledger.faults()
        assert written is not None
        assert written.figures["approved"] + written.figures["declined"] > 0
        assert (written.figures["emergencies"], written.figures["reviewed"]) == (1, 1)
        assert (case.state, done, faults) == ("sent", [], [])


@ONE_ENGINE
async def test_most_of_those_whom_the_monthly_test_asks_press_in_time_and_the_digest_says_how_many(
    database_url: str, tmp_path: Path, books: Mapping[str, Book]
) -> None:
    def nothing_else(people: Residents, book: Book, week: str) -> list[tuple[timedelta, Story]]:
        return stories(people, book, week)[-1:]

    async with begun(database_url, tmp_path, books, MONDAY) as trial:
        passing = trial.passing(nothing_else)

        for _ in range(7):
            await passing.a_week()

        async with trial.office.store.read(trial.clock()) as tx:
            [organisation] = await tx.organisations.all()
            tx.bind(organisation.id)
            written = await tx.digests.before("2027-W10", 7)
        tests = [(each.figures["rota_asked"], each.figures["rota_silent"]) for each in reversed(written)]
        assert tests == [(0, 0), (2, 1), (0, 0), (0, 0), (0, 0), (0, 0), (2, 0)]


async def test_the_same_week_has_the_same_life_and_the_next_another(books: Mapping[str, Book]) -> None:
    first, again, other = [await lived(books["justus"], week) for week in ("2026-W48", "2026-W48", "2026-W49")]

    assert first == again
    assert first != other


@pytest.mark.parametrize("id", ["justus", "kettle"])
async def test_every_week_has_an_emergency_and_somebody_who_is_asked(id: str, books: Mapping[str, Book]) -> None:
    for week in range(1, 13):
        said = await lived(books[id], f"2026-W{week:02}")

        assert "somebody: look" in said
        assert {"somebody: approve", "somebody: decline"} & set(said)


async def asks(people: Residents, book: Book) -> Story:
    """Somebody asks for a yes, and takes it back the next day."""
    example = next(each for each in book.examples if [*each.approvals.values()] == ["A1"] and len(each.lanes) == 1)
    worker = people.one(Random(0))
    case = await worker.begins({**book.quiet, **example.facts})
    yield timedelta(minutes=1)
    assert await worker.presses("send", case)
    yield timedelta(hours=20)
    assert await worker.presses("withdraw", case)


async def lived(book: Book, week: str) -> list[str]:
    """What is pressed in this week, with the time before it, by people who only note it down."""
    noting = Noting()
    for after, story in stories(noting, book, week):
        noting.noted.append(f"{after} into the week")
        async for pause in story:
            noting.noted.append(f"{pause} later")
    return noting.noted


class Noting(Residents):
    """Everybody and each of them: whatever they are to press is noted and nothing more."""

    def __init__(self) -> None:
        self.noted: list[str] = []

    def one(self, chance: Random) -> Resident:
        return NotingOne(self.noted, chance.randrange(5))

    async def tested(self) -> list[tuple[Resident, str]]:
        self.noted.append("who was tested?")
        return []

    async def somebody(self, chance: Random, action: str, case: str) -> bool:
        self.noted.append(f"somebody: {action}")
        return False


class NotingOne(Resident):
    def __init__(self, noted: list[str], number: int) -> None:
        self.noted, self.number = noted, number

    async def begins(self, answers: Mapping[str, str], *, most: int = MOST) -> str:
        self.noted.append(f"{self.number} begins: {sorted(answers.items())}")
        return "case"

    async def presses(self, action: str, case: str, *, chance: Random | None = None, **carried: str) -> bool:
        self.noted.append(f"{self.number}: {action}")
        return True


@ONE_ENGINE
async def test_a_week_that_the_database_cut_off_says_so_and_goes_on_to_its_end_at_the_next_press(
    database_url: str, tmp_path: Path, books: Mapping[str, Book]
) -> None:
    file, away = tmp_path / "confer.db", tmp_path / "away.db"

    async def goes_away() -> Story:
        await trial.office.store.writer.dispose()
        await trial.office.store.reader.dispose()
        file.rename(away)
        file.mkdir()
        yield timedelta(hours=1)

    async with begun(database_url, tmp_path, books, FRIDAY) as trial:
        passing = trial.passing(lambda *_: [(timedelta(days=1), goes_away())])

        with pytest.raises(Unavailable) as stopped:
            await passing.a_week()
        with pytest.raises(Unavailable):
            await passing.says()
        file.rmdir()
        away.rename(file)
        await passing.a_week()

        assert "What had happened by then is kept." in repr(stopped.value.card)
        assert await passing.says() == "Friday 27 November 2026, 14:05"
        assert len(trial.digests("dora")) == 1
