"""The charity's own case reference: a file number, and never a person."""

from __future__ import annotations

import pytest

from tests.conversations.resident import Resident
from tests.conversations.town import ONE_ENGINE, Town

FIELD = "Your own case reference"


async def gives(person: Resident, reference: str) -> None:
    await person.begins()
    await person.presses("No")
    await person.sees("[My answers]")
    await person.presses("My answers")
    await person.presses("Use our own reference")
    await person.sees("# Case reference")
    await person.fills(FIELD, reference)
    await person.submits()


@ONE_ENGINE
@pytest.mark.parametrize("reference", ["HP-2026-118", "7/2026", "case 12", "FB0417"])
async def test_a_file_number_becomes_the_reference(town: Town, reference: str) -> None:
    amira = town.person("amira")

    await gives(amira, reference)

    await amira.sees("The case has your reference now.", f"Case {reference}")


@ONE_ENGINE
async def test_blanks_that_nobody_sees_are_not_kept_so_that_it_is_found_again(town: Town) -> None:
    amira = town.person("amira")

    await gives(amira, "  HP   118 ")

    await amira.sees("The case has your reference now.", "Case HP 118 (")
    async with town.reading() as tx:
        assert len(await tx.cases.on_reference("HP 118")) == 1


@ONE_ENGINE
async def test_what_begins_as_the_reference_of_a_practice_is_refused(town: Town) -> None:
    amira = town.person("amira")

    await gives(amira, "practice-2026-0417")

    await amira.sees("PRACTICE is for practices alone.", "We did not keep it.")


@ONE_ENGINE
@pytest.mark.parametrize("reference", ["john smith 1", "Mary-Quill 2", "smith", "QQ 12 34 56 C"])
async def test_what_may_be_a_person_is_refused_and_not_kept(town: Town, reference: str) -> None:
    amira = town.person("amira")

    await gives(amira, reference)

    await amira.sees("Never a name. We did not keep it.")
    assert await town.remembers(reference) == []
