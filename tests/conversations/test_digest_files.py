"""A digest as a file, asked for in the chat: a link that works once, for whoever may read the digest then."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import pypdf
import pytest

from bot.dispatch import Dispatcher
from bot.events import Event
from tests.conversations.resident import Resident
from tests.conversations.sides import EVERY_PRODUCT
from tests.conversations.test_digest import MONDAY, waits_until
from tests.conversations.town import ADDRESS, ONE_ENGINE, Town

LINK = re.compile(rf"{ADDRESS}/digest/[\w-]+")
WEEK = "2026-W48"


async def makes_a_link(person: Resident, form: str = "PDF") -> str:
    await person.presses(f"Download as {form}")
    await person.reads("# Your link", "It works once, in the next 10 minutes.", "999")
    found: list[str] = LINK.findall(person.drawn())
    return found[-1]


async def opens_all(town: Town, handle: str = "dora") -> Resident:
    person = town.person(handle)
    await waits_until(town, MONDAY)
    await person.presses("All the numbers")
    return person


@EVERY_PRODUCT
async def test_a_trustee_takes_the_digest_from_the_chat_once(town: Town) -> None:
    dora = await opens_all(town)

    link = await makes_a_link(dora)
    looked = [await town.browses(link) for _ in range(2)]  # as chat products do of their own accord
    status, headers, file = await town.browses(link, "POST")
    again, _, said = await town.browses(link, "POST")

    assert [status for status, _, _ in looked] == [200, 200]
    assert b"Save it only where the trustees' papers are kept." in looked[0][2]
    assert (status, headers["Cache-Control"]) == (200, "no-store")
    assert headers["Content-Disposition"] == f'attachment; filename="digest-{WEEK}.pdf"'
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(file)).pages)
    assert f"Weekly digest {WEEK}" in text
    assert "Somebody outside was told" in text
    assert "Download" not in text
    assert again == 404
    assert b"This link is over" in said
    lines = [line for line in await town.ledger() if line["kind"].startswith("digest") and "form" in line]
    assert [(line["kind"], line["week"], line["form"]) for line in lines] == [
        ("digest link made", WEEK, "pdf"),
        ("digest exported", WEEK, "pdf"),
        ("digest export refused", WEEK, "pdf"),  # somebody tried the link once more
    ]
    assert {line["person"] for line in lines} == {await town.id_of("dora")}


async def test_the_csv_has_a_row_for_each_figure_of_the_digest(town: Town) -> None:
    ben = await opens_all(town, "ben")

    status, headers, file = await town.browses(await makes_a_link(ben, "CSV"), "POST")

    rows = list(csv.DictReader(io.StringIO(file.decode("utf-8-sig"))))
    assert (status, headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert {row["week"] for row in rows} == {WEEK}
    assert {row["figure"]: row["value"] for row in rows if row["part"] == "week"}["opened"] == "0"
    assert {"week", "open", "digest", "ledger"} <= {row["part"] for row in rows}


@ONE_ENGINE
async def test_a_link_to_a_digest_is_over_after_ten_minutes(town: Town) -> None:
    link = await makes_a_link(await opens_all(town))
    town.clock.passes(minutes=11)

    status, _, said = await town.browses(link, "POST")

    assert (status, b"A link works once, for ten minutes." in said) == (404, True)
    assert "digest exported" not in await town.ledger_kinds()


@ONE_ENGINE
@pytest.mark.parametrize("change", [{"role": "worker", "capabilities": []}, {"active": False}])
async def test_whoever_may_not_read_it_any_more_takes_nothing_with_the_link_of_a_minute_ago(
    town: Town, change: dict[str, object]
) -> None:
    link = await makes_a_link(await opens_all(town))
    await town.changes("dora", **change)

    status, _, said = await town.browses(link, "POST")

    assert (status, b"This link is over" in said) == (404, True)
    kinds = await town.ledger_kinds()
    assert ("digest exported" in kinds, kinds[-1]) == (False, "digest export refused")


@ONE_ENGINE
async def test_whoever_is_locked_out_takes_no_digest(town: Town) -> None:
    link = await makes_a_link(await opens_all(town))
    async with town.changing() as tx:
        await tx.locks.lock(await town.id_of("dora"), by=await town.id_of("ben"))

    status, _, _ = await town.browses(link, "POST")

    assert status == 404


@ONE_ENGINE
@pytest.mark.parametrize(
    "carry", [{"w": WEEK, "as": "docx"}, {"w": WEEK}, {"w": "2026-W01", "as": "pdf"}, {"w": "../etc", "as": "pdf"}, {}]
)
async def test_a_forged_button_makes_no_link(town: Town, carry: dict[str, str]) -> None:
    await waits_until(town, MONDAY)

    reply = await town.hears(Event("", town.who(town.person("dora")), "digest.file", carry=carry))

    assert ADDRESS not in repr(reply)
    assert "digest link made" not in await town.ledger_kinds()


@ONE_ENGINE
async def test_somebody_without_the_right_gets_no_link(town: Town) -> None:
    await waits_until(town, MONDAY)

    reply = await town.hears(Event("", town.who(town.person("amira")), "digest.file", carry={"w": WEEK, "as": "pdf"}))

    assert "Only trustees and leads" in repr(reply)
    assert "digest link made" not in await town.ledger_kinds()


@ONE_ENGINE
async def test_the_token_of_a_digest_opens_no_record(town: Town) -> None:
    link = await makes_a_link(await opens_all(town))

    status, _, _ = await town.browses(link.replace("/digest/", "/paper/"), "POST")
    still, _, _ = await town.browses(link, "POST")

    assert (status, still) == (404, 200)


async def test_while_the_database_is_away_the_link_to_a_digest_is_not_lost(town: Town) -> None:
    link = await makes_a_link(await opens_all(town))

    async with town.without_its_database():
        status, _, _ = await town.browses(link, "POST")
    again, _, _ = await town.browses(link, "POST")

    assert (status, again) == (503, 200)


@ONE_ENGINE
async def test_where_the_bot_has_no_address_there_is_no_button_and_an_old_one_says_why(town: Town) -> None:
    await waits_until(town, MONDAY)
    dora = town.who(town.person("dora"))
    nowhere = Dispatcher(replace(town.process.office, address=""))

    shown = await nowhere.handle(Event("", dora, "digest.all", carry={"w": WEEK}))
    pressed = await nowhere.handle(Event("", dora, "digest.file", carry={"w": WEEK, "as": "pdf"}))

    assert ("By ground" in repr(shown), "Download" in repr(shown)) == (True, False)
    assert "CONFER_ADDRESS is not set." in repr(pressed)
    assert "digest link made" not in await town.ledger_kinds()
