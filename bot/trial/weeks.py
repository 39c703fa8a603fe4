"""A week's life of the invented charity, so that a digest has something to tell.

The rule to keep: the same week and book give the same stories, and only what was begun in here is ever pressed on: a
consultation of whoever tries the sandbox is left to them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from random import Random

from bot.trial.residents import Resident, Residents
from policy.book import Book, Example
from policy.examples import complete

Story = AsyncIterator[timedelta]
"""Somebody's way through a consultation: between two presses it says how long it is to the next."""

_EVENING = timedelta(hours=7)  # into each day, in every week the same: a test is answered within its own day
_OVERLOOKED = 6  # one message in so many

Tells = Callable[[Residents, Book, Random], Story]


def stories(people: Residents, book: Book, week: str) -> list[tuple[timedelta, Story]]:
    """What happens in this week, each with the time from its beginning: three to five consultations."""
    chance = Random(f"{book.id} {week}")  # noqa: S311 - invented on purpose, and the same each time
    told: list[Tells] = [emergency, agreed, chance.choice((declined, waiting))]
    told += [private] * chance.randrange(3)
    # A generator for each: how far the one has got makes no other one different.
    own = [Random(f"{book.id} {week} {number}") for number in range(len(told))]  # noqa: S311
    lived = [(_begins(mine), tell(people, book, mine)) for tell, mine in zip(told, own, strict=True)]
    return [*lived, (_EVENING, test_of_the_rota(people, Random(f"{book.id} {week} rota")))]  # noqa: S311


async def test_of_the_rota(people: Residents, chance: Random) -> Story:
    """Whoever was asked to press once looks at their phone once a day; now and then somebody does not."""
    for _ in range(7):
        for each, month in await people.tested():
            if chance.randrange(_OVERLOOKED):
                await each.answers_test(month)
        yield timedelta(days=1)


async def emergency(people: Residents, book: Book, chance: Random) -> Story:
    """Somebody could be dead within hours: 999, what was done is written down, and a lead reads it, mostly in time."""
    worker = people.one(chance)
    text = book.emergency
    example = _one(book, chance, lambda each: each.facts.get(text.question) in text.values)
    case = await worker.begins(_answers(book, example) | {text.question: text.values[0]}, most=1)
    yield timedelta(minutes=chance.randrange(2, 9))
    await worker.presses("answer", case, q=text.called)
    yield timedelta(minutes=chance.randrange(65, 80))  # by then they are asked how it went
    await worker.writes_down(case, chance)
    yield timedelta(hours=chance.choice((2, 5, 20, 20, 7 * 24)))
    await people.somebody(chance, "look", case)


async def agreed(people: Residents, book: Book, chance: Random) -> Story:
    """Somebody asks, is agreed with, tells whom it was about, and finishes the record."""
    async for pause in _asked(people, book, chance, "approve", chance.randrange(5, 90)):
        yield pause


async def waiting(people: Residents, book: Book, chance: Random) -> Story:
    """The same, and nobody answers for hours."""
    async for pause in _asked(people, book, chance, "approve", chance.randrange(6 * 60, 14 * 60)):
        yield pause


async def declined(people: Residents, book: Book, chance: Random) -> Story:
    """Somebody asks, and the first one says no."""
    async for pause in _asked(people, book, chance, "decline", chance.randrange(20, 300)):
        yield pause


async def private(people: Residents, book: Book, chance: Random) -> Story:
    """The checklist says that nobody has to agree."""
    worker = people.one(chance)
    case = await worker.begins(_answers(book, _one(book, chance, lambda each: not each.approvals)))
    yield timedelta(minutes=chance.randrange(5, 40))
    await worker.presses("send", case)
    async for pause in _ends(people, worker, case, chance):
        yield pause


async def _asked(people: Residents, book: Book, chance: Random, answer: str, minutes: int) -> Story:
    """`minutes` until the first one answers so."""
    worker = people.one(chance)
    case = await worker.begins(_answers(book, _one(book, chance, lambda each: _needs_a_yes(book, each))))
    yield timedelta(minutes=chance.randrange(3, 15))
    await worker.presses("send", case)
    yield timedelta(minutes=minutes)
    while await people.somebody(chance, answer, case):
        answer = "approve"  # some need two, and whoever is asked after a no says yes
        yield timedelta(minutes=chance.randrange(5, 60))
    async for pause in _ends(people, worker, case, chance):
        yield pause


async def _ends(people: Residents, worker: Resident, case: str, chance: Random) -> Story:
    """What was done is written down, the record is finished, and whoever is asked to looks at it; some days late."""
    yield timedelta(hours=chance.choice((1, 2, 3, 5, 5, 20, 20, 3 * 24)))
    for _ in range(3):
        await worker.writes_down(case, chance)
        yield timedelta(minutes=chance.randrange(5, 30))
        await people.somebody(chance, "there.yes", case)
        await worker.finishes(case, chance)
        yield timedelta(hours=chance.randrange(2, 20))
        await people.somebody(chance, "look", case)
    await worker.presses("withdraw", case)  # what nobody here can decide would call the leads for ever
    await worker.presses("stop", case)


def _needs_a_yes(book: Book, example: Example) -> bool:
    """Whether somebody has to agree first, in the one lane that opens, and it is not for right now."""
    immediate = {lane.id for lane in book.lanes if lane.immediate}
    needs = [book.approvals[code] for code in example.approvals.values()]
    simple = len(example.lanes) == 1 and not immediate & set(example.lanes)
    return simple and any(each.moment == "before" and each.veto for each in needs)


def _one(book: Book, chance: Random, fits: Callable[[Example], bool]) -> Example:
    """One of the book's examples that fits; any where none does. None that rests on another law than today's."""
    flags = {flag.id for flag in book.flags}
    known = [each for each in book.examples if not flags & set(each.facts)]
    return chance.choice([each for each in known if fits(each)] or known or list(book.examples))


def _answers(book: Book, example: Example) -> dict[str, str]:
    return {**book.quiet, **example.facts, **complete(book, example.facts).answers}


def _begins(chance: Random) -> timedelta:
    """From where the week begins, whatever the hour is then: on one of its days, within eight hours."""
    return timedelta(days=chance.randrange(7), minutes=chance.randrange(8 * 60))
