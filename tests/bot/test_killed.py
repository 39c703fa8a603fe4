"""The process is killed after the commit and before a letter has gone out: after a restart it arrives, once.

A letter that somebody had claimed waits a minute for its lease. The test does not: it moves `run_at` in the database,
which is the test's own clock and changes nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import select, update

from bot.app import now
from bot.team.importing import import_charity, import_people
from storage.records import to_micros
from storage.sealing import Keyring
from storage.store import Store
from storage.tables import jobs
from tests.bot.processes import Process, running, until_soon
from tests.slack.workspace import Person, Workspace
from tests.test_contracts import ROOT

PEOPLE = """
[[person]]
id = "wren"
name = "Wren Vale"
role = "worker"
accounts = [{channel = "slack", tenant = "T0INVENTED", user = "U0WREN"}]

[[person]]
id = "ash"
name = "Ash Moor"
role = "worker"
capabilities = ["may_approve", "safeguarding_lead"]
accounts = [{channel = "slack", tenant = "T0INVENTED", user = "U0ASH"}]

[[person]]
id = "sol"
name = "Sol Tarn"
role = "trustee"
capabilities = ["may_approve", "on_call_trustee"]
"""


@pytest.fixture
async def store(environment: dict[str, str]) -> AsyncIterator[Store]:
    """The bot's database, with a charity in it, as somebody beside the bot sees it."""
    store = Store(environment["DATABASE_URL"], Keyring.parse(environment["CONFER_KEYS"]))
    await import_charity(store, (ROOT / "bot" / "trial" / "charity.toml").read_text(encoding="utf-8"), now())
    await import_people(store, PEOPLE, now())
    yield store
    await store.close()


@pytest.fixture
async def workspace() -> AsyncIterator[Workspace]:
    async with Workspace() as workspace:
        yield workspace
        assert workspace.refused == []


@asynccontextmanager
async def serving(workspace: Workspace, environment: dict[str, str]) -> AsyncIterator[Process]:
    """The bot as it is run, and Slack connected to it."""
    everything = {**environment, **workspace.environment(), "PORT": "0", "CONFER_LOCAL": "1"}
    async with running("web", environment=everything) as bot:
        workspace.connect(f"http://127.0.0.1:{bot.port}")
        yield bot


async def letters(store: Store) -> list[tuple[str, int]]:
    """(state, attempts) of every letter."""
    async with store.read(now()) as tx:
        rows = await tx.connection.execute(select(jobs.c.state, jobs.c.attempts).where(jobs.c.kind == "letter"))
        return [(row.state, row.attempts) for row in rows]


async def on_a_lease(store: Store) -> list[str]:
    """The letters that were claimed, or failed, and wait for their time; one that nobody has claimed is due at once."""
    async with store.read(now()) as tx:
        late = select(jobs.c.key).where(
            jobs.c.kind == "letter", jobs.c.state == "due", jobs.c.run_at > to_micros(tx.now)
        )
        return list((await tx.connection.execute(late)).scalars())


async def all_done(store: Store) -> bool:
    return {state for state, _ in await letters(store)} == {"done"}


async def on_its_way(workspace: Workspace, store: Store) -> bool:
    """A letter was claimed, and Slack has it in hand."""
    return ("due", 1) in await letters(store) and not workspace.faults["chat.postMessage"]


async def time_passes(store: Store) -> None:
    """Whatever waits is due now."""
    async with store.begin(now()) as tx:
        due = update(jobs).where(jobs.c.kind == "letter", jobs.c.state == "due")
        await tx.connection.execute(due.values(run_at=to_micros(tx.now)))


async def says_somebody_is_in_danger(wren: Person) -> None:
    """Two presses; the second has the safeguarding lead told."""
    await wren.commands("/disclose")
    await wren.waits_for("Could someone die")
    await wren.presses("Yes, now")


def cards(person: Person) -> list[str]:
    return [message.text for message in person.messages() if not message.only_for]


@pytest.mark.parametrize("done_first", [False, True], ids=["nothing was sent", "only the answer was lost"])
async def test_a_letter_under_way_when_the_process_is_killed_arrives_once(
    done_first: bool, workspace: Workspace, environment: dict[str, str], store: Store
) -> None:
    wren, ash = workspace.person("U0WREN", "Wren"), workspace.person("U0ASH", "Ash")
    stuck = asyncio.Event()

    async with serving(workspace, environment) as bot:
        await wren.commands("/disclose")
        await wren.waits_for("Could someone die")
        workspace.fails("chat.postMessage", hang=stuck, done_first=done_first)
        await wren.presses("Yes, now")
        await wren.waits_for("Are you safe?")

        await until_soon(lambda: on_its_way(workspace, store))
        assert len(cards(ash)) == int(done_first)
        await bot.kill()

    async with serving(workspace, environment):
        await time_passes(store)

        await until_soon(lambda: all_done(store))
        stuck.set()

    assert len(cards(ash)) == 1
    assert "Please ring your colleague" in ash.sees()
    assert len(cards(wren)) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_letter_that_slack_refused_is_kept_over_a_kill(
    workspace: Workspace, environment: dict[str, str], store: Store
) -> None:
    wren, ash = workspace.person("U0WREN", "Wren"), workspace.person("U0ASH", "Ash")

    async with serving(workspace, environment) as bot:
        await wren.commands("/disclose")
        await wren.waits_for("Could someone die")
        workspace.fails("conversations.open", status=500)
        await wren.presses("Yes, now")

        async def refused() -> bool:
            return ("due", 1) in await letters(store) and not workspace.faults["conversations.open"]

        await until_soon(refused)
        await bot.kill()
    assert cards(ash) == []

    async with serving(workspace, environment):
        await time_passes(store)
        await ash.waits_for("Please ring your colleague")

    assert len(cards(ash)) == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_told_to_stop_it_finishes_and_ends_well(
    workspace: Workspace, environment: dict[str, str], store: Store
) -> None:
    wren, ash = workspace.person("U0WREN", "Wren"), workspace.person("U0ASH", "Ash")

    async with serving(workspace, environment) as bot:
        await says_somebody_is_in_danger(wren)
        await ash.waits_for("Please ring your colleague")
        code = await bot.stop(seconds=8)
        said = bot.said()
    left = await on_a_lease(store)

    assert code == 0
    assert "Traceback" not in said
    assert left == [], "a letter that was under way was dropped"

    async with serving(workspace, environment):
        await until_soon(lambda: all_done(store))
    assert len(cards(ash)) == 1
    assert len(cards(wren)) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_letter_under_way_when_it_is_told_to_stop_is_finished_first(
    workspace: Workspace, environment: dict[str, str], store: Store
) -> None:
    wren, ash = workspace.person("U0WREN", "Wren"), workspace.person("U0ASH", "Ash")
    stuck = asyncio.Event()

    async with serving(workspace, environment) as bot:
        await wren.commands("/disclose")
        await wren.waits_for("Could someone die")
        workspace.fails("chat.postMessage", hang=stuck, only_late=True)
        await wren.presses("Yes, now")

        async def closed() -> bool:
            try:
                _, line = await asyncio.open_connection("127.0.0.1", bot.port)
            except OSError:
                return True
            line.close()
            return False

        await until_soon(lambda: on_its_way(workspace, store))
        stopping = asyncio.create_task(bot.stop(seconds=8))
        await until_soon(closed)
        stuck.set()
        assert await stopping == 0

    assert await on_a_lease(store) == []
    assert len(cards(ash)) == 1
