"""What a paper is asked for by: a reference with and without its mark, an id, and the codes of parts to be given."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.bad_input import BadInput
from bot.record import commands
from bot.record.reading import Paper, visible
from bot.record.withholding import withhold
from bot.team.importing import bound
from storage.records import Consultation
from tests.record.cases import Desk, desk
from tests.record.test_beside import BOOKS, SAFE, record_of


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk(tmp_path, BOOKS) as found:
        yield found


async def two(at: Desk) -> tuple[Consultation, Consultation]:
    """On one reference, and a third on one that begins like it."""
    first = await at.asked("justus", {"danger_child": "yes", **SAFE}, "HP-118 (4K)")
    second = await at.asked("justus", {"danger_child": "yes", **SAFE}, "HP-118 (6C)")
    await at.asked("justus", {"danger_child": "yes", **SAFE}, "HP-1181 (7P)")
    return first, second


async def seen(at: Desk, reference: str, paper: Paper) -> list[str]:
    async with at.begin() as tx:
        ewan = next(each for each in await tx.people.everybody() if each.handle == "ewan")
        mine, _ = await visible(tx, at.books, await bound(tx), reference, ewan, paper)
    return [each.case.reference for each in mine]


async def export(at: Desk, out: Path, paper: Paper, *given: str, reference: str = "HP-118") -> None:
    await commands.exported(
        at.store, at.books, at.now, reference=reference, paper=paper, format="md", out=out, handle="ewan", given=given
    )


@pytest.mark.parametrize("paper", ["access", "sheet"])
async def test_a_copy_and_its_sheet_are_of_all_that_stands_on_the_reference_whatever_mark_was_given(
    at: Desk, paper: Paper
) -> None:
    _, second = await two(at)

    found = [await seen(at, each, paper) for each in ("HP-118", "hp-118 (6C)", "HP-118 (9X)", second.id)]

    assert found == [["HP-118 (4K)", "HP-118 (6C)"]] * 4


@pytest.mark.parametrize("paper", ["note", "record"])
async def test_a_note_and_a_record_are_of_the_one_whose_mark_or_id_was_given(at: Desk, paper: Paper) -> None:
    _, second = await two(at)
    async with at.begin() as tx:
        for case in (await tx.cases.on_reference("HP-118"))[:2]:
            await tx.cases.advance(await tx.cases.get(case.id), state="closed")

    found = [await seen(at, each, paper) for each in ("hp-118 (6C)", second.id, "HP-118 (9X)")]

    assert found == [["HP-118 (6C)"], ["HP-118 (6C)"], []]


async def test_a_code_that_no_part_has_is_refused_and_no_file_is_made(at: Desk, tmp_path: Path) -> None:
    case = await at.asked("justus", {"danger_child": "yes", **SAFE})
    [whole] = withhold(await record_of(at, case)).withheld
    inside = withhold(await record_of(at, case), [whole.code]).withheld[0]

    for given in ((whole.code, "H3K7M9PX"), (inside.code,)):
        with pytest.raises(BadInput, match=f"nothing that is kept back has the code {given[-1]}; see the sheet"):
            await export(at, tmp_path / "copy.md", "access", *given)
    with pytest.raises(BadInput, match="--give is for a copy and its sheet"):
        await export(at, tmp_path / "copy.md", "record", whole.code)
    assert not (tmp_path / "copy.md").exists()

    await export(at, tmp_path / "copy.md", "access", whole.code, inside.code)

    said = (tmp_path / "copy.md").read_text("utf-8")
    assert inside.code not in said
    assert "A child" in said


async def test_the_codes_of_every_checklist_on_the_reference_are_known(at: Desk, tmp_path: Path) -> None:
    wholes = [withhold(await record_of(at, case)).withheld[0].code for case in await two(at)]

    await export(at, tmp_path / "copy.md", "access", *wholes, reference="HP-118 (6C)")

    assert "Checklist 2 of 2" in (tmp_path / "copy.md").read_text("utf-8")
