"""Where a book says that telling may not be safe (`unsafe_when`): by an answer, and by what follows from answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from bot.record.telling import unsafe
from policy.book import When
from tests.record.cases import Desk, desk
from tests.record.test_beside import BOOKS, JUSTUS, SAFE


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk(tmp_path, BOOKS) as found:
        yield found


async def is_unsafe(at: Desk, when: When, **later: str) -> bool:
    """Of a child's matter that the council and the person were told of, under a book with these rows."""
    copying = replace(JUSTUS.copying, unsafe_when=when)
    at.books = {**BOOKS, "justus": replace(JUSTUS, copying=copying)}
    case = await at.asked("justus", {"danger_child": "yes", **SAFE})
    await at.told(case, "child", "council_children", "They ring back by nine.")
    await at.finished(case)
    case = await at.answers(case, **later)
    async with at.begin() as tx:
        return unsafe(await at.picture(tx, case))


def row(**facts: str) -> Mapping[str, frozenset[str]]:
    return {fact: frozenset({value}) for fact, value in facts.items()}


@pytest.mark.parametrize(
    "when",
    [
        (row(child_door="yes"),),
        (row(regulator_name="ico"),),
        (row(sends="yes"),),
        (row(hush="yes"), row(child_door="yes", danger_child="yes")),
    ],
    ids=["derived", "flag", "whether it sends", "derived and answered"],
)
async def test_a_row_that_is_true_of_a_derived_fact_or_a_flag_counts_like_one_of_an_answer(
    at: Desk, when: When
) -> None:
    assert await is_unsafe(at, when)


@pytest.mark.parametrize("when", [(row(hush="yes"),), (row(child_door="yes", danger_child="no"),), ()])
async def test_where_no_row_is_true_it_is_safe(at: Desk, when: When) -> None:
    assert not await is_unsafe(at, when)


async def test_an_answer_counts_although_its_question_is_asked_no_more(at: Desk) -> None:
    assert await is_unsafe(at, (row(asker_may_be_abuser="yes"),), asker_may_be_abuser="yes")
