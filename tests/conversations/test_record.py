"""Papers of a record: who gets them in the chat and on the command line, what is refused, and what the ledger keeps."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest

from bot.bookshelf.bookwork import BadInput
from bot.events import Event, Who
from bot.keeping.destroying import in_the_way, locked
from bot.record import commands
from bot.record.exporting import Format
from bot.record.reading import NOTHING_THERE, Paper
from tests.conversations import stories
from tests.conversations.around import keeps_out
from tests.conversations.sides import SLACKS_OWN
from tests.conversations.test_board import sees_the_board
from tests.conversations.test_who_may import answers, closes, sends
from tests.conversations.town import ONE_ENGINE, Town

WORDS = "What we saw."


async def export(
    town: Town,
    reference: str,
    out: Path,
    paper: Paper = "record",
    *,
    reader: str = "ewan",
    format: Format = "md",
    given: Sequence[str] = (),
) -> str:
    return await commands.exported(
        town.process.office.store,
        town.books,
        town.clock(),
        reference=reference,
        paper=paper,
        format=format,
        out=out,
        handle=reader,
        given=given,
    )


async def lines(town: Town, *kinds: str) -> list[Mapping[str, str]]:
    return [line for line in await town.ledger() if line["kind"] in kinds]


def written(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.md"))


async def closed(town: Town) -> str:
    """Answered, sent with Iris kept out, agreed, told and closed; gives its reference."""
    for step in (answers, sends, closes):
        await step(town)
    return (await town.case()).reference


async def test_the_whole_record_of_a_consultation_is_a_file_for_its_reader_alone_and_a_line(
    town: Town, tmp_path: Path
) -> None:
    reference = await closed(town)

    said = await export(town, reference, tmp_path / "record.md")

    file = tmp_path / "record.md"
    text = file.read_text(encoding="utf-8")
    assert "Ewan Marsh" in said
    for words in (WORDS, "The risk is clear.", "Only what was said.", "Femi Adair, worker", "A child may be harmed"):
        assert words in text
    assert file.stat().st_mode & 0o077 == 0
    case, ewan = await town.case(), await town.id_of("ewan")
    assert await lines(town, "exported") == [
        {
            "kind": "exported",
            "person": ewan,
            "consultation": case.id,
            "paper": "record",
            "form": "md",
            "by": "command line",
        }
    ]
    async with town.reading() as tx:
        sequence, head = await tx.ledger.head()
    assert head not in text  # its own line came after what it says of the head
    assert str(sequence - 1) in text


@ONE_ENGINE
async def test_what_is_not_there_and_what_is_not_yours_is_told_in_the_same_words(town: Town, tmp_path: Path) -> None:
    reference = await closed(town)
    said = []

    for which, reader in ((reference, "iris"), ("HP-0-0", "iris"), (reference, "joan"), (reference, "hana")):
        with pytest.raises(BadInput) as refused:
            await export(town, which, tmp_path / "none.md", reader=reader)
        said.append(str(refused.value))

    assert said == [NOTHING_THERE] * 4
    assert not written(tmp_path)
    kept = await lines(town, "export refused", "exported")
    assert [line["kind"] for line in kept] == ["export refused"] * 4
    assert [("consultation" in line) for line in kept] == [True, False, True, True]


@ONE_ENGINE
@SLACKS_OWN
async def test_a_forged_press_for_a_note_learns_nothing_either_and_stands_in_the_ledger(town: Town) -> None:
    await answers(town)
    case, said = await town.case(), []

    for which in (case.id, "nothing"):
        for user in ("U0IRIS", "U0JOAN", "U0HANA"):
            event = Event("", Who("slack", "T0INVENTED", user), "note", carry={"c": which})
            said.append(await town.hears(event))

    assert said == [said[0]] * 6
    assert NOTHING_THERE in repr(said[0])
    kept = await lines(town, "refused")
    assert [line["action"] for line in kept] == ["note"] * 6
    assert [line.get("consultation") for line in kept] == [case.id] * 3 + [None] * 3


@ONE_ENGINE
async def test_a_file_that_is_there_is_not_written_over_and_nothing_is_read_for_it(town: Town, tmp_path: Path) -> None:
    await answers(town)
    reference = (await town.case()).reference
    (tmp_path / "old.md").write_text("mine")

    with pytest.raises(BadInput, match="is there already"):
        await export(town, reference, tmp_path / "old.md", "note", reader="amira")
    with pytest.raises(BadInput, match="there is no folder"):
        await export(town, reference, tmp_path / "none" / "new.md", "note", reader="amira")

    assert (tmp_path / "old.md").read_text() == "mine"
    assert await lines(town, "exported", "export refused") == []


@ONE_ENGINE
async def test_worker_and_lead_read_the_note_in_a_form_and_each_look_is_a_line(town: Town) -> None:
    await closed(town)
    amira, ben = town.people("amira", "ben")

    await amira.presses("Case note")
    await amira.sees("# Case note", "Ring 999", "Agreed by", "Femi Adair, worker: agreed", "Only what was said.")
    await amira.closes()
    await sees_the_board(ben)
    await ben.presses("Open")
    await ben.sees("[Case note]")
    await ben.presses("Case note")
    await ben.sees("# Case note", "As a file")
    await ben.closes()

    kept = await lines(town, "exported")
    assert [(line["person"], line["form"]) for line in kept] == [
        (await town.id_of("amira"), "screen"),
        (await town.id_of("ben"), "screen"),
    ]
    assert "Only what was said." not in amira.all() + ben.all()


@ONE_ENGINE
async def test_a_request_to_see_it_is_held_dated_shown_and_answered(town: Town, tmp_path: Path) -> None:
    reference, store, ben = await closed(town), town.process.office.store, town.person("ben")
    case = await town.case()

    said = await commands.opened(store, town.clock(), reference, date(2026, 11, 19))
    nothing = await commands.opened(store, town.clock(), "HP-0-0", date(2026, 11, 19))

    assert "Answer by Monday 21 December 2026" in said  # the 19th is a Saturday
    assert nothing == said.replace(reference.split(" (")[0], "HP-0-0")
    async with town.reading() as tx:
        assert [each.why for each in await tx.holds.standing(case.id)] == ["subject_access"]
    await sees_the_board(ben)
    await ben.sees("Asked to see what we hold", "Answer by Monday 21 December 2026")

    await export(town, reference, tmp_path / "none.json", "access", format="json")
    await export(town, reference, tmp_path / "whole.json", "sheet", format="json")
    assert "nothing that we can give you now" in (tmp_path / "none.json").read_text("utf-8")  # not safe to tell
    [whole] = json.loads((tmp_path / "whole.json").read_text("utf-8"))["kept_back"]
    given = [whole["code"]]
    await export(town, reference, tmp_path / "copy.json", "access", format="json", given=given)
    await export(town, reference, tmp_path / "sheet.json", "sheet", format="json", given=given)
    copy, sheet = (tmp_path / "copy.json").read_text("utf-8"), json.loads((tmp_path / "sheet.json").read_text("utf-8"))
    assert [word for word in (WORDS, "Amira", "Femi", "Iris") if word in copy] == []
    assert {WORDS, "Amira Osei", "Femi Adair"} <= {each["text"] for each in sheet["kept_back"]}
    shown = await commands.shown(store, town.books, town.clock(), reference, "ewan")
    assert case.reference in shown
    assert "Answer by" in shown

    await commands.answered(store, town.clock(), reference)

    async with town.reading() as tx:
        assert await tx.holds.standing(case.id) == []
    with pytest.raises(BadInput, match="no request is open"):
        await commands.answered(store, town.clock(), reference)
    assert [line["kind"] for line in await lines(town, "access opened", "access answered", "access looked at")] == [
        "access opened",
        "access opened",
        "access looked at",
        "access answered",
    ]


@ONE_ENGINE
async def test_blanks_that_come_with_a_pasted_reference_make_no_difference(town: Town) -> None:
    reference, store = await closed(town), town.process.office.store
    plain, case = reference.split(" (")[0], await town.case()

    await commands.opened(store, town.clock(), f"  {plain} ", None)

    async with town.reading() as tx:
        assert [each.why for each in await tx.holds.standing(case.id)] == ["subject_access"]
    assert case.reference in await commands.shown(store, town.books, town.clock(), f"{reference} ", "ewan")
    await commands.answered(store, town.clock(), f"{plain}\t")
    async with town.reading() as tx:
        assert await tx.holds.standing(case.id) == []


@ONE_ENGINE
async def test_what_got_the_reference_after_somebody_asked_is_not_destroyed_until_they_are_answered(town: Town) -> None:
    await closed(town)
    store, case = town.process.office.store, await town.case()
    await commands.opened(store, town.clock(), "HP-118", None)
    async with town.changing() as tx:
        await tx.cases.name(case.id, "HP-118 (4K)")

    assert "asked to see" in await _in_the_way(town, case.id)

    await commands.answered(store, town.clock(), "HP-118")
    assert "asked to see" not in await _in_the_way(town, case.id)


@ONE_ENGINE
async def test_a_case_that_got_another_reference_since_is_held_until_the_request_that_holds_it_is_answered(
    town: Town,
) -> None:
    """And no longer; but where somebody asks about its new reference too, that one holds it."""
    reference, store = (await closed(town)).split(" (")[0], town.process.office.store
    case = await town.case()
    await commands.opened(store, town.clock(), reference, None)
    async with town.changing() as tx:
        await tx.cases.name(case.id, "HP-118 (4K)")
    assert await _held(town, case.id)

    await commands.opened(store, town.clock(), "HP-118", None)
    await commands.answered(store, town.clock(), reference)
    assert await _held(town, case.id)

    await commands.answered(store, town.clock(), "HP-118")
    assert not await _held(town, case.id)

    await commands.opened(store, town.clock(), "HP-118", None)
    async with town.changing() as tx:
        await tx.cases.name(case.id, "HP-119 (4K)")
    await commands.answered(store, town.clock(), "HP-118")
    assert not await _held(town, case.id)


async def _held(town: Town, id: str) -> bool:
    async with town.reading() as tx:
        return [each.why for each in await tx.holds.standing(id)] == ["subject_access"]


async def _in_the_way(town: Town, id: str) -> str:
    async with town.changing() as tx:
        picture = await locked(tx, town.books, id)
        assert picture is not None
        return await in_the_way(tx, picture)


@ONE_ENGINE
async def test_two_on_one_reference_are_told_apart_by_their_marks_and_only_as_far_as_they_may_be_seen(
    town: Town, tmp_path: Path
) -> None:
    """Ben may see both; Iris is kept out of the first, and hears of one alone."""
    amira, femi = town.people("amira", "femi")
    await town.changes("iris", capabilities=["may_approve", "safeguarding_lead"])
    for person, out in ((amira, True), (femi, False)):
        await person.begins()
        await person.answers(stories.A_CHILD)
        if out:
            await keeps_out(person, "Iris Vale, trustee, safeguarding lead")
        await person.asks_for_agreement()
    first, second = await town.cases()
    async with town.changing() as tx:
        await tx.cases.name(first.id, "HP-118 (4K)")
        await tx.cases.name(second.id, "HP-118 (7P)")

    with pytest.raises(BadInput, match=r"with its mark: HP-118 \(4K\), HP-118 \(7P\)"):
        await export(town, "hp-118", tmp_path / "both.md", reader="ben")
    await export(town, "HP-118", tmp_path / "one.md", reader="iris")
    await export(town, "HP-118 (4K)", tmp_path / "first.md", reader="ben")
    with pytest.raises(BadInput, match=NOTHING_THERE):
        await export(town, "HP-118 (4K)", tmp_path / "hers.md", reader="iris")

    assert "HP-118 (7P)" in (tmp_path / "one.md").read_text("utf-8").replace("\\", "")
    assert "4K" not in (tmp_path / "one.md").read_text("utf-8")
    assert "HP-118 (4K)" in (tmp_path / "first.md").read_text("utf-8").replace("\\", "")
