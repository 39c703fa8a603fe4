"""`record hold`, `release`, `due` and `destroy`: what the command line does to a record, and refuses."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from bot.keeping.classes import REASONS
from bot.settings import read_settings
from storage.grants import restrict
from storage.records import CaseState
from storage.sealing import Keyring, new_key
from storage.store import Store
from tests.bot.conftest import CHARITY, Command
from tests.databases import execute
from tests.storage.charity import behind

PEOPLE = Path(__file__).parents[1] / "conversations" / "people.toml"
UNSET = "an adult's matter; a child's matter; a worry about one of us"
NOW = datetime.now(UTC).replace(microsecond=0)
CLOSED = NOW - timedelta(days=360)

A_COURTS_PAPER = {
    **dict.fromkeys(("life_now", "danger_child", "danger_adult", "danger_self", "danger_crime"), "no"),
    "need_paper": "yes",
    "paper_kind": "order",
    "paper_verified": "yes",
}


@pytest.fixture
def set_up(confer: Command, environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """A charity that keeps for a year what was not shared, and says nothing of the rest."""
    for name, text in (
        ("charity", f'{CHARITY}\n[retention]\nnot_shared = "12 months"\n'),
        ("people", PEOPLE.read_text("utf-8")),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert confer(name, "import", tmp_path / name, environment=environment).code == 0
    return environment


def kept(
    environment: dict[str, str],
    reference: str,
    *,
    kept_as: str = "not_shared",
    state: CaseState = "closed",
    by: str = "amira",
    ended: datetime = CLOSED,
    answers: Mapping[str, str] | None = None,
    practice: bool = False,
) -> None:
    """A consultation that was closed almost a year ago."""

    async def made() -> None:
        settings = read_settings(environment)
        store = Store(settings.database_url, settings.keys)
        async with store.begin(ended) as tx:
            [charity] = await tx.organisations.all()
            tx.bind(charity.id)
            worker = next(each for each in await tx.people.everybody() if each.handle == by)
            case = await tx.cases.open(
                worker.id, reference=reference, book_id="justus", book_version="1", practice=practice
            )
            case = await tx.cases.record_answers(case, answers or {})
            await tx.cases.advance(case, state=state)
            if state == "closed":
                end = ended + timedelta(days=365) if kept_as == "not_shared" else None
                await tx.retention.start(case.id, kept_as, closed_at=ended, destroy_at=end)
        await store.close()

    asyncio.run(made())


def noted(environment: dict[str, str], *kinds: str) -> list[dict[str, str]]:
    """The ledger's lines of these kinds, with the people's ids of the roster and without the consultation's."""

    async def read() -> list[dict[str, str]]:
        settings = read_settings(environment)
        store = Store(settings.database_url, settings.keys)
        async with store.read(datetime.now(UTC)) as tx:
            tx.bind((await tx.organisations.all())[0].id)
            handles = {each.id: each.handle for each in await tx.people.everybody()}
            lines = [json.loads(each.body) for each in await tx.ledger.entries()]
        await store.close()
        return [
            {key: handles.get(value, value) for key, value in line.items() if key != "consultation"}
            for line in lines
            if line["kind"] in kinds
        ]

    return asyncio.run(read())


def test_due_says_what_comes_to_its_end_what_is_held_and_what_has_none(confer: Command, set_up: dict[str, str]) -> None:
    for reference in ("IH-1", "IH-2"):
        kept(set_up, reference)
    kept(set_up, "IH-3", kept_as="child")
    held = confer("record", "hold", "ih-2", "--why", "police", environment=set_up)

    said = confer("record", "due", environment=set_up)

    day = (CLOSED + timedelta(days=365)).date().isoformat()
    assert (held.code, held.out) == (
        0,
        f"ih-2 is held: {REASONS['police']}. It is not destroyed until that is lifted.\n",
    )
    assert sorted(said.out.splitlines()[:2]) == [
        f"IH-1: {day}",
        f"IH-2: {day}, HELD",
    ]
    assert said.out.splitlines()[2:] == [
        "1 with no end date: a child's matter",
        "1 held of 3 that have ended",
        f"No period is set in [retention] for: {UNSET}. These are kept.",
    ]


def test_a_practice_cannot_be_held_and_is_not_said_to_be(confer: Command, set_up: dict[str, str]) -> None:
    kept(set_up, "PRACTICE-2026-0001", state="asking", practice=True)

    said = confer("record", "hold", "PRACTICE-2026-0001", "--why", "police", environment=set_up)

    assert (said.code, said.out) == (2, "")
    assert "PRACTICE-2026-0001 is a practice: it cannot be held, and is gone 7 days after it began." in said.err


def imports(confer: Command, environment: dict[str, str], folder: Path, **periods: str) -> str:
    """What is said of a charity's file with these periods, after its first line."""
    said = "\n".join(f'{key} = "{value}"' for key, value in periods.items())
    (folder / "periods.toml").write_text(f"{CHARITY}\n[retention]\n{said}\n", encoding="utf-8")
    done = confer("charity", "import", folder / "periods.toml", environment=environment)
    assert (done.code, done.err) == (0, "")
    return done.out.removeprefix("The Invented Harbour is changed.\n")


def test_a_charity_that_is_imported_with_shorter_periods_says_how_many_records_come_due(
    confer: Command, set_up: dict[str, str], tmp_path: Path
) -> None:
    for reference, days in (("IH-1", 360), ("IH-2", 300), ("IH-3", 200), ("IH-4", 20)):
        kept(set_up, reference, ended=NOW - timedelta(days=days))
    confer("record", "hold", "IH-2", "--why", "police", environment=set_up)

    longer = imports(confer, set_up, tmp_path, not_shared="2 years")
    shorter = imports(confer, set_up, tmp_path, not_shared="100 days")
    both = imports(confer, set_up, tmp_path, not_shared="31 days")

    assert longer == ""
    assert shorter == (
        "1 record comes due by these periods. From tomorrow morning it stands on the leads' board, and 30 days later "
        "it is destroyed. Not what you want? Import longer periods before then.\n"
    )
    assert both.startswith("2 records come due by these periods. From tomorrow morning they stand on the leads' board")


def test_of_two_classes_that_fit_the_longer_one_counts_for_what_an_import_says(
    confer: Command, set_up: dict[str, str], tmp_path: Path
) -> None:
    danger = {"life_now": "no", "danger_adult": "yes"}
    kept(set_up, "IH-1", kept_as="child", ended=NOW - timedelta(days=3000), answers=danger)

    endless = imports(confer, set_up, tmp_path, child="7 years")
    ending = imports(confer, set_up, tmp_path, child="7 years", adult="7 years")

    assert endless == ""
    assert ending.startswith("1 record comes due")


def test_destroy_says_first_what_it_would_do_and_then_does_it(confer: Command, set_up: dict[str, str]) -> None:
    kept(set_up, "IH-1")

    asked = confer("record", "destroy", "IH-1", "--for", "ben", environment=set_up)
    there = confer("record", "due", environment=set_up)
    done = confer("record", "destroy", "IH-1", "--yes", "--for", "ben", environment=set_up)
    again = confer("record", "destroy", "IH-1", "--yes", "--for", "ben", environment=set_up)

    day = (CLOSED + timedelta(days=365)).date().isoformat()
    assert asked.out == f"IH-1 comes due on {day}. Add --yes to destroy it now, for good.\n"
    assert "IH-1" in there.out
    assert done.out.startswith("IH-1 is destroyed, and the pages of the database are cleaned.")
    assert (again.code, again.err) == (2, "- there is nothing on IH-1\n")


def test_lifting_one_of_two_holds_does_not_say_what_the_other_is_for(confer: Command, set_up: dict[str, str]) -> None:
    kept(set_up, "IH-1")
    for why in ("allegation", "other"):
        confer("record", "hold", "IH-1", "--why", why, environment=set_up)

    said = confer("record", "release", "IH-1", "--why", "other", "--for", "ben", environment=set_up)

    assert said.out == "Lifted. IH-1 is still held for another reason.\n"


def test_what_is_held_is_not_destroyed_and_not_for_a_month_after(confer: Command, set_up: dict[str, str]) -> None:
    kept(set_up, "IH-1")
    confer("record", "hold", "IH-1", "--why", "court", environment=set_up)

    refused = confer("record", "destroy", "IH-1", "--yes", "--for", "ben", environment=set_up)
    wrong = confer("record", "release", "IH-1", "--why", "police", "--for", "ben", environment=set_up)
    released = confer("record", "release", "IH-1", "--why", "court", "--for", "ben", environment=set_up)
    early = confer("record", "destroy", "IH-1", "--yes", "--for", "ben", environment=set_up)

    assert (refused.code, refused.err) == (2, "- IH-1 is not destroyed: a hold stands on it\n")
    assert wrong.err == "- IH-1 is not held for that reason\n"
    assert noted(set_up, "refused") == [{"kind": "refused", "person": "ben", "by": "command line"}]
    assert released.out == "IH-1 is not held any more. Nothing is destroyed for 30 days.\n"
    assert early.err == "- IH-1 is not destroyed: a hold was lifted less than 30 days ago\n"
    assert "IH-1" in confer("record", "due", environment=set_up).out


def test_what_the_rules_hold_is_held_by_the_refusal_where_no_hold_was_put_yet(
    confer: Command, set_up: dict[str, str]
) -> None:
    kept(set_up, "IH-1", answers=A_COURTS_PAPER)

    refused = confer("record", "destroy", "IH-1", "--yes", "--for", "ben", environment=set_up)

    assert (refused.code, refused.err) == (2, "- IH-1 is not destroyed: a hold stands on it\n")
    assert confer("record", "due", environment=set_up).out.splitlines()[0].endswith(", HELD")
    assert noted(set_up, "held") == [{"kind": "held"}]


@pytest.mark.parametrize("asked", ["IH-1", "  ih-1 "])
def test_what_somebody_asked_about_before_it_was_there_is_not_destroyed_until_they_are_answered(
    confer: Command, set_up: dict[str, str], asked: str
) -> None:
    opened = confer("record", "access", "open", asked, environment=set_up)
    kept(set_up, "IH-1 (4K)")

    refused = confer("record", "destroy", "IH-1 (4K)", "--yes", "--for", "ben", environment=set_up)
    answered = confer("record", "access", "answer", asked, environment=set_up)
    done = confer("record", "destroy", "IH-1 (4K)", "--yes", "--for", "ben", environment=set_up)

    why = "somebody asked to see what we hold, and is not answered yet"
    assert (opened.code, answered.code, done.code) == (0, 0, 0)
    assert (refused.code, refused.err) == (2, f"- IH-1 (4K) is not destroyed: {why}\n")


def test_what_is_open_is_not_destroyed(confer: Command, set_up: dict[str, str]) -> None:
    kept(set_up, "IH-1", state="sent")

    said = confer("record", "destroy", "IH-1", "--yes", environment=set_up)

    assert (said.code, said.err) == (2, "- IH-1 is open. Close or stop it first.\n")


def test_the_ledger_says_for_whom_and_that_it_was_the_command_line(confer: Command, set_up: dict[str, str]) -> None:
    kept(set_up, "IH-1", kept_as="allegation")
    kept(set_up, "IH-2")
    confer("record", "due", environment=set_up)
    confer("record", "hold", "IH-1", "--why", "allegation", environment=set_up)
    confer("record", "release", "IH-1", "--why", "allegation", "--for", "ben", environment=set_up)
    confer("record", "destroy", "IH-2", environment=set_up)
    confer("record", "destroy", "IH-2", "--yes", "--for", "ewan", environment=set_up)

    said = noted(set_up, "held", "hold lifted", "end dates read", "end date read", "destroyed by hand")

    line = "command line"
    assert said == [
        {"kind": "end dates read", "by": line},
        {"kind": "held", "by": line},
        {"kind": "hold lifted", "by": line, "person": "ben"},
        {"kind": "end date read", "by": line},
        {"kind": "destroyed by hand", "by": line, "person": "ewan"},
    ]


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("femi", "Say with --for which safeguarding or data-protection lead it is done for"),
        ("grace", "nobody on the roster has the id 'grace'"),
        ("ben", "ben: You hold this one, or did. Another lead has to say that it need not be kept."),
    ],
)
def test_nobody_lifts_or_destroys_who_could_not_do_it_on_the_board(
    confer: Command, set_up: dict[str, str], who: str, words: str
) -> None:
    kept(set_up, "IH-1", kept_as="allegation", by="ben")
    kept(set_up, "IH-2", by="ben")
    confer("record", "hold", "IH-1", "--why", "allegation", environment=set_up)

    released = confer("record", "release", "IH-1", "--why", "allegation", "--for", who, environment=set_up)
    destroyed = confer("record", "destroy", "IH-2", "--yes", "--for", who, environment=set_up)

    assert (released.code, destroyed.code) == (2, 2)
    assert released.err.startswith(f"- {words}")
    assert destroyed.err.startswith(f"- {words}")
    assert "IH-1" in confer("record", "destroy", "IH-1", environment=set_up).err
    assert len(noted(set_up, "refused")) == (0 if who == "grace" else 2)
    assert noted(set_up, "hold lifted", "destroyed") == []


def test_a_lead_who_was_kept_out_reads_what_they_would_read_if_nothing_were_there(
    confer: Command, set_up: dict[str, str]
) -> None:
    kept(set_up, "IH-1")

    async def kept_out() -> None:
        settings = read_settings(set_up)
        store = Store(settings.database_url, settings.keys)
        async with store.begin(CLOSED) as tx:
            tx.bind((await tx.organisations.all())[0].id)
            ewan = next(each for each in await tx.people.everybody() if each.handle == "ewan")
            [case] = await tx.cases.on_reference("IH-1")
            await tx.cases.bar(case.id, [ewan.id])
        await store.close()

    asyncio.run(kept_out())

    said = confer("record", "destroy", "IH-1", "--yes", "--for", "ewan", environment=set_up)

    assert (said.code, said.err) == (2, "- there is nothing on IH-1\n")


def test_before_its_day_nothing_is_destroyed_for_nobody_and_on_its_day_it_is(
    confer: Command, set_up: dict[str, str]
) -> None:
    kept(set_up, "IH-1")
    kept(set_up, "IH-2", ended=CLOSED - timedelta(days=30))

    asked = confer("record", "destroy", "IH-1", environment=set_up)
    early = confer("record", "destroy", "IH-1", "--yes", environment=set_up)
    come = confer("record", "destroy", "IH-2", "--yes", environment=set_up)

    assert "Add --yes and --for, with the id of a lead who wants it gone before its day, to destroy it" in asked.out
    assert (early.code, come.code) == (2, 0)
    assert early.err.startswith("- IH-1 is not due yet. Say with --for which ")
    assert "IH-1" in confer("record", "due", environment=set_up).out


def test_no_class_stands_beside_a_reference(confer: Command, set_up: dict[str, str]) -> None:
    kept(set_up, "IH-1")

    said = [confer("record", *each, environment=set_up).out for each in (("due",), ("destroy", "IH-1"))]

    assert [line for each in said for line in each.splitlines() if "IH-1" in line and "shared" in line] == []


# As the role that only reads and adds


@pytest.fixture
def as_role(set_up: dict[str, str]) -> Iterator[dict[str, str]]:
    """The environment of the bot's own role, which owns nothing."""
    name, password = f"confer_bot_{secrets.token_hex(6)}", secrets.token_hex(12)
    server = make_url(set_up["DATABASE_URL"])
    asyncio.run(execute(server, f"CREATE ROLE {name} LOGIN PASSWORD '{password}'"))
    role = server.update_query_dict({"user": name}) if "user" in server.query else server.set(username=name)
    try:
        asyncio.run(restrict(set_up["DATABASE_URL"], name))
        yield {**set_up, "DATABASE_URL": role.set(password=password).render_as_string(hide_password=False)}
    finally:
        asyncio.run(execute(server, f"DROP OWNED BY {name}", f"DROP ROLE {name}"))


ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@ON_POSTGRESQL
def test_the_bots_own_role_runs_every_command_that_only_reads_and_writes(
    confer: Command, as_role: dict[str, str], tmp_path: Path
) -> None:
    kept(as_role, "IH-1")
    commands: list[tuple[object, ...]] = [
        ("people", "list"),
        ("people", "import", tmp_path / "people"),
        ("charity", "import", tmp_path / "charity"),
        ("rota", "show"),
        ("record", "access", "open", "IH-1"),
        ("record", "access", "answer", "IH-1"),
        ("record", "due"),
        ("record", "hold", "IH-1", "--why", "other"),
        ("record", "release", "IH-1", "--why", "other", "--for", "ben"),
        ("record", "destroy", "IH-2"),
        ("keys", "rotate"),
        ("keys", "check"),
        ("ledger", "verify"),
        ("db", "upgrade"),
    ]

    said = {each[:3]: confer(*each, environment=as_role) for each in commands}

    assert {each: done.err for each, done in said.items() if done.code} == {
        ("record", "destroy", "IH-2"): "- there is nothing on IH-2\n"
    }


@ON_POSTGRESQL
def test_what_only_the_owner_can_do_is_a_sentence(
    confer: Command, set_up: dict[str, str], as_role: dict[str, str]
) -> None:
    asyncio.run(execute(make_url(set_up["DATABASE_URL"]), "DROP TRIGGER ledger_no_change ON ledger"))

    said = confer("db", "upgrade", environment=as_role)

    assert (said.code, said.faults[0][:54]) == (2, "- the role in DATABASE_URL may not change the tables. ")


def test_a_database_that_is_older_than_the_program_is_left_as_it_is(confer: Command, set_up: dict[str, str]) -> None:
    async def aged() -> None:
        store = Store(set_up["DATABASE_URL"], Keyring(()))
        await behind(store, "UPDATE alembic_version SET version_num = '0003'")
        await store.close()

    asyncio.run(aged())

    said = confer("people", "list", environment=set_up)

    assert (said.code, said.err) == (
        2,
        "- the database is older than this program; run: python -m bot db upgrade\n",
    )


def test_a_new_database_is_set_up_by_the_first_command(confer: Command, tmp_path: Path) -> None:
    (tmp_path / "charity").write_text(CHARITY, encoding="utf-8")
    own = {"DATABASE_URL": f"sqlite:///{tmp_path / 'new.db'}", "CONFER_KEYS": new_key("test")}

    assert confer("charity", "import", tmp_path / "charity", environment=own).code == 0
