"""The products a town can be spoken to on, and who has an account on which: a transcript itself names none of them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import pytest

from tests.conversations.on_teams import TeamsResident
from tests.conversations.on_web import WebResident
from tests.conversations.resident import Resident
from tests.slack.workspace import Workspace
from tests.slack.workspace.server import TEAM
from tests.teams.connector import TENANT, Connector, object_id
from tests.web.tab import Tab

SANDBOX = "trial"
NEVER = 0
"""To write to this person again cannot help, in the product's own words."""

ROSTER = Path(__file__).with_name("people.toml")
ROSTERED = re.findall(r'^id = "(\w+)"', ROSTER.read_text(encoding="utf-8"), re.MULTILINE)


class Side(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def tenant(self) -> str: ...

    def environment(self) -> Mapping[str, str]:
        """The settings under which the bot speaks to this product."""

    async def connect(self, bot: str) -> None:
        """Send to the bot at this address. What people have open there is open again."""

    def resident(self, handle: str, **marks: object) -> Resident:
        """The person. `marks` are what the product itself says of them."""

    def fails(self, status: int, times: int, retry_after: float | None) -> None:
        """So many new messages are not taken. `status`: of the answer, or `NEVER`; `retry_after`: seconds it names."""

    def heals(self) -> None:
        """No call fails any more."""

    def refused(self) -> Sequence[object]:
        """What the product would not have taken."""

    def said(self) -> list[str]:
        """Every call that the bot made to it, in full."""

    def deletions(self) -> int:
        """How often it was asked to delete a message."""


@dataclass(frozen=True, slots=True)
class OnSlack:
    workspace: Workspace
    name: str = "slack"

    @property
    def tenant(self) -> str:
        return self.workspace.team

    def environment(self) -> Mapping[str, str]:
        return self.workspace.environment()

    async def connect(self, bot: str) -> None:
        self.workspace.connect(bot)

    def resident(self, handle: str, **marks: object) -> Resident:
        return Resident(self.workspace.person(f"U0{handle.upper()}", handle, **marks))

    def fails(self, status: int, times: int, retry_after: float | None) -> None:
        if status == NEVER:
            self.workspace.fails("chat.postMessage", error="cannot_dm_bot", times=times)
        else:
            self.workspace.fails("chat.postMessage", status=status, times=times, retry_after=retry_after)

    def heals(self) -> None:
        self.workspace.faults.clear()

    def refused(self) -> Sequence[object]:
        return self.workspace.refused

    def said(self) -> list[str]:
        return [str(call) for _, call in self.workspace.calls]

    def deletions(self) -> int:
        return [name for name, _ in self.workspace.calls].count("chat.delete")


@dataclass(frozen=True, slots=True)
class OnTeams:
    connector: Connector
    name: str = "teams"

    @property
    def tenant(self) -> str:
        return self.connector.tenant

    def environment(self) -> Mapping[str, str]:
        return self.connector.environment()

    async def connect(self, bot: str) -> None:
        self.connector.connect(bot)

    def resident(self, handle: str, **marks: object) -> Resident:
        return TeamsResident(self.connector.person(handle, "", **marks))

    def fails(self, status: int, times: int, retry_after: float | None) -> None:
        if status == NEVER:
            self.connector.fails("send", status=403, code="MessageWritesBlocked", times=times)
        else:
            self.connector.fails("send", status=status, times=times, retry_after=retry_after)

    def heals(self) -> None:
        self.connector.faults.clear()

    def refused(self) -> Sequence[object]:
        return self.connector.refused

    def said(self) -> list[str]:
        return [str(call) for _, call in self.connector.calls]

    def deletions(self) -> int:
        return len(self.connector.called("delete"))


@dataclass(frozen=True, slots=True)
class OnWeb:
    tab: Tab
    messages: Path
    name: str = "web"

    @property
    def tenant(self) -> str:
        return SANDBOX

    def environment(self) -> Mapping[str, str]:
        return {"CONFER_SANDBOX": "1", "CONFER_SANDBOX_MESSAGES": str(self.messages)}

    async def connect(self, bot: str) -> None:
        self.tab.connect(bot, *ROSTERED)
        await self.tab.until(lambda: self.tab.token, "the page is not there")

    def resident(self, handle: str, **marks: object) -> Resident:
        if marks:
            pytest.skip("the sandbox says nothing of anybody")
        return WebResident(self.tab.person(handle))

    def fails(self, status: int, times: int, retry_after: float | None) -> None:
        pytest.skip("nothing fails in the sandbox")

    def heals(self) -> None:
        """Nothing fails in it."""

    def refused(self) -> Sequence[object]:
        return ()

    def said(self) -> list[str]:
        return []

    def deletions(self) -> int:
        pytest.skip("nobody counts what is taken off a page")


@asynccontextmanager
async def opened(names: Sequence[str]) -> AsyncIterator[list[Side]]:
    """The products of these names. At the end none of them may have refused anything."""
    async with AsyncExitStack() as stack:
        sides: list[Side] = []
        for name in names:
            match name:
                case "slack":
                    sides.append(OnSlack(await stack.enter_async_context(Workspace())))
                case "teams":
                    sides.append(OnTeams(await stack.enter_async_context(Connector())))
                case "web":
                    folder = Path(stack.enter_context(TemporaryDirectory()))  # of the trial: not the database's
                    sides.append(OnWeb(await stack.enter_async_context(Tab()), folder / "messages"))
                case _:
                    raise ValueError(name)
        yield sides
        assert [each for side in sides for each in side.refused()] == []


# Who has which accounts: a person of the roster -> names of products, the one they look at first; "" is everybody else.

HOMES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "slack": {"": ("slack",)},
    "teams": {"": ("teams",)},
    "web": {"": ("web",)},
    "worker on slack": {"amira": ("slack",), "": ("teams",)},
    "worker on teams": {"amira": ("teams",), "": ("slack",)},
    "amira on both": {"amira": ("slack", "teams"), "": ("teams",)},
    "femi on both": {"femi": ("slack", "teams"), "": ("teams",)},
}


def on(*homes: str, engines: bool = False) -> pytest.MarkDecorator:
    """The same transcript with each of these; with `engines`, what begins with Slack on PostgreSQL as well."""
    ways = [(each, "sqlite") for each in homes]
    if engines:
        ways.insert(1, ("slack", "postgresql"))
    return pytest.mark.parametrize(("homes", "charity_url"), ways, indirect=True)


SLACKS_OWN = pytest.mark.slacks_own
"""For what looks at Slack's own forms, messages, places or errors; with `--on` another product it is left out."""

NOT_IN_THE_SANDBOX = pytest.mark.not_in_the_sandbox
"""With `--on web` it is left out: a command with words behind it, an account that is missing, a product that fails, or
a message that stays as it was (a page that is loaded anew draws every card as it stands)."""

EVERYWHERE = on("slack", "teams", "web", engines=True)
EVERY_PRODUCT = on("slack", "teams", "web")
"""The same, where the engine makes no difference at all."""

MESSENGERS = on("slack", "teams")
"""Where a message stays that is no copy of a case, and strangers can write: the sandbox has neither."""

ACROSS = on("worker on slack", "worker on teams")
"""Amira on one product, and everybody else on the other."""


def products_of(homes: str) -> list[str]:
    return sorted({name for names in HOMES[homes].values() for name in names})


def accounts_of(homes: str, handle: str) -> tuple[str, ...]:
    return HOMES[homes].get(handle) or HOMES[homes][""]


def rehoused(people: str, homes: str) -> str:
    """The roster (TOML) with these accounts instead of one in Slack each."""

    def accounts(found: re.Match[str]) -> str:
        handle = found[1].lower()
        return f"accounts = [{', '.join(_account(name, handle) for name in accounts_of(homes, handle))}]"

    return _ACCOUNTS.sub(accounts, people)


def _account(product: str, handle: str) -> str:
    tenant, user = _AS_ROSTERED[product]
    return f'{{channel = "{product}", tenant = "{tenant}", user = "{user(handle)}"}}'


_ACCOUNTS = re.compile(r'accounts = \[\{channel = "slack", tenant = "T0INVENTED", user = "U0(\w+)"\}\]')
_AS_ROSTERED: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "slack": (TEAM, lambda handle: f"U0{handle.upper()}"),
    "teams": (TENANT, object_id),
    "web": (SANDBOX, str),
}
