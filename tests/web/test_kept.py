"""Messages about no consultation, over a restart of the sandbox: they stand as they were left, and can be pressed."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path
from typing import get_args

from bot.cards import (
    Block,
    Button,
    Buttons,
    Card,
    Choice,
    Facts,
    Heading,
    Image,
    Link,
    More,
    Notice,
    Number,
    Numbers,
    Pick,
    Points,
    Progress,
    Quote,
    Say,
    Small,
    Ticks,
)
from bot.channels import Letter, Placed
from bot.channels.web.kept import Kept
from bot.channels.web.written import Painted, read, written
from tests.web.conftest import opened_sandbox, words
from tests.web.desk import who

WEEK = Card("The week: safe", (Buttons((Button("Numbers", "answer", {"id": "7"}),)),), "Ring 999.")
DIGEST = Letter("48", who("tom"), "", "", WEEK, alone=True)

EVERY_BLOCK: tuple[Block, ...] = (
    Heading("Open now"),
    Say("A quiet week.", quiet=True),
    Points(("First.", "Then."), numbered=True),
    Quote("Is she safe?"),
    Notice("Look at this.", "warning"),
    Facts((("Waiting", "1"), ("is", "carry"))),
    Numbers((Number("Council", "020 7946 0112", "Nights"),)),
    Link("Open it", "http://localhost/once"),
    Buttons((Button("Numbers", "digest.all", {"is": "Card", "w": "2026-W48"}, "main", "All"), Button("Less", "less"))),
    Ticks("about", "Who?", (Choice("a", "Amina", "worker"),), ("a",), unsure=True, unsure_chosen=("a",)),
    Pick("when", "When?", (Choice("now", "Now"),), "now", required=False, hint="Soon."),
    Progress(2, 7),
    Image("Twelve weeks", "One each.", Painted(b"\x89PNG"), "Below.", b"\x89PNG"),
    Small("Entry 9."),
    More("Why", (Say("Because."), Numbers((Number("Lead", "ask"),)))),
)


async def tom_reads(messages: Path) -> str:
    """The page of a sandbox that is started anew."""
    async with opened_sandbox(messages) as sandbox:
        return words(await sandbox.page("/?person=tom"))


async def test_after_a_restart_a_digest_still_stands_there_and_can_be_pressed(tmp_path: Path) -> None:
    async with opened_sandbox(tmp_path / "messages") as before:
        await before.channel.deliver(DIGEST)

    async with opened_sandbox(tmp_path / "messages") as sandbox:
        page = words(await sandbox.page("/?person=tom"))
        [line] = await sandbox.press("tom", "answer", message="web-48", carry='{"id": "7"}')

    assert "The week: safe" in page
    assert (line["kind"], line["message"]) == ("show", "web-48")


def test_it_stands_there_as_the_last_press_on_the_digest_left_it(tmp_path: Path) -> None:
    before, after = Kept(tmp_path / "messages"), Kept(tmp_path / "messages")
    before.put(DIGEST, "web-48")
    before.show("tom", "web-48", replace(WEEK, title="All the numbers"), "digest.numbers")

    after.begin()

    assert [card.title for _, card in after.beside("tom", [])] == ["All the numbers"]


async def test_a_consultation_that_was_opened_in_its_place_is_not_written_down(tmp_path: Path) -> None:
    messages = tmp_path / "messages"
    async with opened_sandbox(messages) as sandbox:
        await sandbox.channel.deliver(DIGEST)
        await sandbox.press("tom", "answer", message="web-48")
        sandbox.desk.shown.clear()  # the desk itself draws it never again

    assert "What is it about?" not in messages.read_text(encoding="utf-8")
    assert "What is it about?" not in await tom_reads(messages)


async def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    messages = tmp_path / "messages"
    async with opened_sandbox(messages) as sandbox:
        await sandbox.channel.deliver(DIGEST)
    first = stat.S_IMODE(messages.stat().st_mode)
    await tom_reads(messages)  # begun anew, it is written anew

    assert (first, stat.S_IMODE(messages.stat().st_mode)) == (0o600, 0o600)


async def test_what_was_taken_back_does_not_come_back_with_a_restart(tmp_path: Path) -> None:
    async with opened_sandbox(tmp_path / "messages") as sandbox:
        await sandbox.channel.deliver(DIGEST)
        await sandbox.channel.erase(Placed(who("tom"), "tom", "web-48"))

    assert "The week: safe" not in await tom_reads(tmp_path / "messages")


async def test_a_line_that_cannot_be_read_keeps_nobody_from_the_others(tmp_path: Path) -> None:
    messages = tmp_path / "messages"
    async with opened_sandbox(messages) as sandbox:
        await sandbox.channel.deliver(DIGEST)
    whole = messages.read_text(encoding="utf-8")
    odd = ("\xff", "{}", "[]", '{"to": "tom", "message": "x", "card": {"is": "Sermon"}}', whole[:80])
    messages.write_bytes("\n".join((*odd[:-1], whole + odd[-1])).encode("latin-1"))

    assert "The week: safe" in await tom_reads(messages)
    assert messages.read_text(encoding="utf-8") == whole


def test_every_block_there_is_comes_back_as_it_was() -> None:
    card = Card("The week: look at this", EVERY_BLOCK, "Ring 999.", "Confer: your weekly digest", "warning")

    assert {type(each) for each in EVERY_BLOCK} == set(get_args(Block))
    assert read(json.loads(json.dumps(written(card)))) == card
