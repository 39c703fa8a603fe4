"""A paper of a record as a file, asked for in the chat: a link that works once, for whoever may have it."""

from __future__ import annotations

import re

import pytest

from tests.conversations.resident import Resident
from tests.conversations.sides import EVERY_PRODUCT
from tests.conversations.test_keeping import closed
from tests.conversations.test_keeping import opens_it as opens_the_record
from tests.conversations.town import ADDRESS, ONE_ENGINE, Town

LINK = re.compile(rf"{ADDRESS}/paper/[\w-]+")
BEGINS = {"PDF, to print or send": b"%PDF-", "Word, to go on writing": b"PK", "Plain text (Markdown)": b"# "}


async def makes_a_link(person: Resident, paper: str = "", form: str = "") -> str:
    await person.presses("As a file")
    await person.sees("# As a file", "It works once")
    if paper:
        await person.chooses("Which paper?", paper)
    if form:
        await person.chooses("As what?", form)
    await person.submits()
    await person.reads("# Your link", "It works once, in the next 10 minutes.", "999")
    found: list[str] = LINK.findall(person.drawn())
    return found[-1]


@EVERY_PRODUCT
async def test_a_lead_takes_the_full_record_from_the_chat_once(town: Town) -> None:
    _, _, ben = await closed(town)
    await opens_the_record(ben)

    link = await makes_a_link(ben, "The full record of the decision")
    looked = [await town.browses(link) for _ in range(2)]  # as chat products do of their own accord
    status, headers, file = await town.browses(link, "POST")
    again, _, said = await town.browses(link, "POST")

    assert [status for status, _, _ in looked] == [200, 200]
    assert b"Take the file" in looked[0][2]
    assert status == 200
    assert file.startswith(b"%PDF-")
    assert headers["Content-Disposition"].endswith('-record.pdf"')
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert again == 404
    assert b"This link is over" in said
    lines = [line for line in await town.ledger() if line["kind"] in ("link made", "exported", "export refused")]
    assert [(line["kind"], line["paper"]) for line in lines] == [
        ("link made", "record"),
        ("exported", "record"),
        ("export refused", "record"),  # somebody tried the link once more
    ]
    assert {line["person"] for line in lines} == {await town.id_of("ben")}


@ONE_ENGINE
@pytest.mark.parametrize("form", BEGINS)
async def test_a_worker_has_the_note_of_their_own_in_each_form_and_nothing_more(form: str, town: Town) -> None:
    amira, _, _ = await closed(town)
    await amira.presses("As a file")
    await amira.sees("A case note, for the client's file")
    assert "The full record" not in amira.screen()
    await amira.closes()

    link = await makes_a_link(amira, form=form)
    status, _, file = await town.browses(link, "POST")

    assert (status, file[: len(BEGINS[form])]) == (200, BEGINS[form])


@ONE_ENGINE
async def test_a_link_is_over_after_ten_minutes(town: Town) -> None:
    amira, _, _ = await closed(town)
    link = await makes_a_link(amira)
    town.clock.passes(minutes=11)

    status, _, said = await town.browses(link, "POST")

    assert status == 404
    assert b"A link works once, for ten minutes." in said
    assert "exported" not in await town.ledger_kinds()


@ONE_ENGINE
async def test_whoever_may_not_have_it_any_more_takes_nothing_with_the_link_of_a_minute_ago(town: Town) -> None:
    _, _, ben = await closed(town)
    await opens_the_record(ben)
    link = await makes_a_link(ben, "The full record of the decision")
    await town.changes("ben", capabilities=["may_approve"])

    status, _, said = await town.browses(link, "POST")

    assert status == 404
    assert b"This link is over" in said
    kinds = await town.ledger_kinds()
    assert ("exported" in kinds, kinds[-1]) == (False, "export refused")


async def test_the_copy_that_is_handed_over_comes_without_the_mark_of_one_consultation(town: Town) -> None:
    amira, _, _ = await closed(town)
    ewan = town.person("ewan")
    await amira.opens_home()
    amira.goes_to_messages()
    await opens_the_record(ewan)
    link = await makes_a_link(ewan, "A copy for the person it is about", "Plain text (Markdown)")

    status, headers, file = await town.browses(link, "POST")

    reference = (await town.case()).reference
    assert status == 200
    assert reference.encode() in file
    assert headers["Content-Disposition"] == f'attachment; filename="{reference}-access.md"'


@ONE_ENGINE
async def test_whoever_is_locked_out_takes_nothing(town: Town) -> None:
    amira, _, _ = await closed(town)
    link = await makes_a_link(amira)
    async with town.changing() as tx:
        await tx.locks.lock(await town.id_of("amira"), by=await town.id_of("ben"))

    status, _, _ = await town.browses(link, "POST")

    assert status == 404


async def test_while_the_database_is_away_nothing_is_lost_and_the_link_works_afterwards(town: Town) -> None:
    amira, _, _ = await closed(town)
    link = await makes_a_link(amira)

    async with town.without_its_database():
        status, _, said = await town.browses(link, "POST")
    again, _, file = await town.browses(link, "POST")

    assert (status, again) == (503, 200)
    assert b"Nothing is lost." in said
    assert file.startswith(b"%PDF-")


@ONE_ENGINE
async def test_a_link_that_nobody_made_reads_like_one_that_is_over(town: Town) -> None:
    await closed(town)

    for token in ("AAAA", "A" * 43, "..%2F..%2Fetc", "A" * 5000):
        status, _, said = await town.browses(f"{ADDRESS}/paper/{token}", "POST")

        assert status == 404
        assert b"This link is over" in said
