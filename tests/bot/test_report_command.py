"""`report`: the figures of a year as a file, what it refuses, and its line in the ledger."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.reporting.figures import kept as kept_as_written
from bot.settings import read_settings
from storage.store import Store, Transaction
from tests.bot.conftest import CHARITY, Command
from tests.bot.test_keeping_commands import kept, noted
from tests.reporting.invented import QUIET
from tests.storage.charity import behind, unguarded

EMPTY = kept_as_written(QUIET)
PEOPLE = Path(__file__).parents[1] / "conversations" / "people.toml"
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def set_up(
    confer: Command, environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    monkeypatch.chdir(tmp_path)
    for name, text in (("charity", CHARITY), ("people", PEOPLE.read_text("utf-8"))):
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert confer(name, "import", tmp_path / name, environment=environment).code == 0
    return environment


def changing(environment: dict[str, str], change: Any) -> None:
    async def run() -> None:
        settings = read_settings(environment)
        store = Store(settings.database_url, settings.keys)
        async with store.begin(NOW) as tx:
            tx.bind((await tx.organisations.all())[0].id)
            await change(tx)
        await store.close()

    asyncio.run(run())


def report(confer: Command, environment: dict[str, str], *more: object, form: str = "json") -> dict[str, Any]:
    said = confer("report", "--year", NOW.year, "--format", form, *more, environment=environment)
    assert (said.code, said.err) == (0, "")
    read: dict[str, Any] = json.loads(Path(f"annual-return-{NOW.year}.json").read_text("utf-8"))
    return read


@pytest.mark.parametrize("form", ["pdf", "csv", "json"])
def test_it_is_written_to_a_file_that_its_owner_alone_reads_and_the_ledger_says_so(
    confer: Command, set_up: dict[str, str], form: str
) -> None:
    said = confer("report", "--year", NOW.year, "--format", form, environment=set_up)

    out = Path(f"annual-return-{NOW.year}.{form}")
    assert f"{out}: written, the figures of The Invented Harbour for {NOW.year}. The ledger says so." in said.out
    assert f"The year {NOW.year} is not over. The file says so." in said.out
    assert out.stat().st_mode & 0o077 == 0
    assert noted(set_up, "report written") == [
        {"kind": "report written", "year": str(NOW.year), "form": form, "by": "command line"}
    ]


def test_what_was_opened_counts_in_its_month_and_in_the_year_and_the_ledger_is_walked(
    confer: Command, set_up: dict[str, str]
) -> None:
    for reference in ("IH-1", "IH-2"):
        kept(set_up, reference, state="asking", ended=NOW)

    found = report(confer, set_up)

    assert (found["charity"], found["year"]["figures"]["opened"]) == ("The Invented Harbour", 2)
    assert found["months"][-1]["figures"]["opened"] == 2
    assert found["ledger"]["verifies"] is True
    assert found["ledger"]["entries"] > 0
    assert any(each.startswith("Telephone number: ") for each in found["past_check_date"])


def test_what_a_reader_of_the_digest_must_not_know_of_is_in_no_count_of_the_year(
    confer: Command, set_up: dict[str, str]
) -> None:
    for reference in ("IH-1", "IH-2"):
        kept(set_up, reference, state="asking", ended=NOW)

    async def keeps_the_chair_out(tx: Transaction) -> None:
        [dora] = [person for person in await tx.people.everybody() if person.handle == "dora"]
        [case] = await tx.cases.on_reference("IH-1")
        await tx.cases.bar(case.id, [dora.id])

    changing(set_up, keeps_the_chair_out)

    found = report(confer, set_up)

    assert (found["year"]["figures"]["opened"], found["months"][-1]["figures"]["opened"]) == (1, 1)
    assert any("a reader must not know of" in note for note in found["notes"])


def test_a_destroyed_record_still_counts_as_opened_and_the_paper_says_what_is_missing(
    confer: Command, set_up: dict[str, str]
) -> None:
    for reference in ("IH-1", "IH-2"):
        kept(set_up, reference, ended=NOW)
    confer("record", "destroy", "IH-1", "--yes", "--for", "ben", environment=set_up)

    found = report(confer, set_up)

    figures = found["year"]["figures"]
    assert (figures["opened"], figures["gone"], figures["destroyed"]) == (2, 1, 1)
    assert any("1 of the 2 consultations opened in this year" in note for note in found["notes"])


def test_the_digests_of_the_year_are_added_up(confer: Command, set_up: dict[str, str]) -> None:
    second = timedelta(seconds=1)

    async def digests(tx: Transaction) -> None:
        for place, until in enumerate((NOW - 2 * second, NOW - second)):
            figures = {**EMPTY, "opened": 9, "grounds": {"child": 5 + place}, "weeks": 1 + place}
            await tx.digests.write(f"{NOW.year}-W{place + 1:02}", since=until - second, until=until, figures=figures)

    changing(set_up, digests)

    found = report(confer, set_up)["digests"]

    assert (found["written"], found["weeks"], found["totals"]["opened"]) == (2, 3, 18)
    assert [(each["id"], each["at_least"]) for each in found["grounds_at_least"]] == [("child", 11)]


def test_a_ledger_in_which_somebody_has_written_is_said_here_and_in_the_file(
    confer: Command, set_up: dict[str, str]
) -> None:
    async def write_in_it() -> None:
        settings = read_settings(set_up)
        store = Store(settings.database_url, settings.keys)
        await behind(store, *unguarded(store, "UPDATE ledger SET at = at + 1 WHERE sequence = 2"))
        await store.close()

    asyncio.run(write_in_it())

    said = confer("report", "--year", NOW.year, "--format", "json", environment=set_up)

    assert "THE LEDGER DOES NOT VERIFY." in said.out
    assert json.loads(Path(f"annual-return-{NOW.year}.json").read_text())["ledger"]["verifies"] is False


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--year", NOW.year + 1), "has not begun: there is nothing to count"),
        (("--year", NOW.year - 3), f"there is nothing to count in {NOW.year - 3}"),
        (("--year", "26"), "'26' is not a year such as 2026"),
        (("--year", "２０２６"), "is not a year such as 2026"),
        (("--year", NOW.year, "--organisation", "Another"), "'Another' is no charity here. There is: The Invented"),
        (("--year", NOW.year, "--output", "no-such-folder/a.pdf"), "there is no folder no-such-folder"),
        (("--year", NOW.year, "--output", "charity"), "charity is there already"),
        (("--year", NOW.year, "--format", "docx"), "invalid choice: 'docx'"),
    ],
)
def test_what_it_cannot_use_is_a_sentence_and_no_file(
    confer: Command, set_up: dict[str, str], tmp_path: Path, arguments: tuple[object, ...], said: str
) -> None:
    before = sorted(tmp_path.iterdir())

    done = confer("report", *arguments, environment=set_up)

    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert [each for each in sorted(tmp_path.iterdir()) if each not in before and each.suffix != ".db"] == []
    assert noted(set_up, "report written") == []


def test_it_is_named_and_put_where_somebody_says(confer: Command, set_up: dict[str, str], tmp_path: Path) -> None:
    out = tmp_path / "board.csv"

    done = confer(
        "report",
        "--year",
        NOW.year,
        "--format",
        "csv",
        "--organisation",
        "The Invented Harbour",
        "--output",
        out,
        environment=set_up,
    )

    assert done.code == 0
    [first, *_] = csv.DictReader(io.StringIO(out.read_text("utf-8-sig")))
    assert (first["part"], first["figure"]) == ("year", "opened")


def test_anchors_that_are_not_there_are_said_and_stop_nothing(confer: Command, set_up: dict[str, str]) -> None:
    done = confer(
        "report",
        "--year",
        NOW.year,
        "--format",
        "json",
        environment={**set_up, "CONFER_ANCHORS": "nowhere/anchors"},
    )

    assert done.code == 0
    assert json.loads(Path(f"annual-return-{NOW.year}.json").read_text())["ledger"]["anchors"] == 0
