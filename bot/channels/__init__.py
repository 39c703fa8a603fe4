"""Where people are spoken to. Each folder here is a channel; nothing outside a channel's folder names it.

A channel package has one public name, `configure`. It knows cards, events and this contract, and nothing else of
ours: not the other channels, not what is done with its events. It may have two modules that are found by their names:
`commands` with `add(commands: Commands)`, its own part of the command line, and `trial` with
`prepare(trial: Trial) -> Prepared`, how to try it out with no account anywhere.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import pkgutil
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from aiohttp import web

from bot.cards import Card, Reply
from bot.events import Event, Who


class DeliveryError(Exception):
    """A letter could not be sent now. `after` is the number of seconds the product asks us to wait, if it said."""

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


class Gone(DeliveryError):
    """The person or message is not there any more: sending again cannot help."""


class Closed(Gone):
    """The account itself is closed: whoever had it reads nothing there any more."""


class CannotErase(DeliveryError):
    """The product lets nobody delete this message, now or later."""


class Unavailable(Exception):
    """The database could not be reached: nothing was recorded. `card` says so, with the numbers to ring."""

    def __init__(self, card: Card) -> None:
        super().__init__("not recorded")
        self.card = card


@dataclass(frozen=True, slots=True)
class Letter:
    """A card on its way to one account. `message` is the message to edit, "" for a new one; `id` never repeats.

    `alone`: it is about no consultation, so that nobody draws it again: `Desk.cards` does not have it.
    """

    id: str
    to: Who
    conversation: str
    message: str
    card: Card
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """Where a letter now stands, so that it can be edited later."""

    conversation: str
    message: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A message of ours that stands somewhere, and is to be deleted there."""

    to: Who
    conversation: str
    message: str


@dataclass(frozen=True, slots=True)
class Account:
    """A rostered person on a channel: the account, the name colleagues know, and the role in plain words."""

    who: Who
    name: str
    role: str


Kind = Literal["member", "guest", "bot", "closed"]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a group of a product: their account there, the name they go by, and what kind of account it is."""

    who: Who
    name: str
    kind: Kind


class Desk(Protocol):
    """What a channel may ask of us."""

    def at_once(self, event: Event) -> Card | None:
        """The emergency card, where this event calls for it. Pure: no database, no network, never raises."""

    async def handle(self, event: Event) -> Reply:
        """Apply the event in one transaction and answer. Raises Unavailable where nothing could be recorded."""

    async def home(self, who: Who) -> Card:
        """What stands on this person's home page: the 999 line, open consultations, what waits for them."""

    async def cards(self, who: Who) -> list[tuple[str, Card]]:
        """Every card this person has, oldest first, as (message id, card as it stands now)."""

    async def card(self, who: Who, message: str) -> Card | None:
        """The card in this message of theirs as it stands now; None where there is none. Raises Unavailable."""

    async def may_be_shown(self, who: Who) -> bool:
        """Whether this account is still on the list, and not locked. Raises Unavailable."""

    async def accounts(self, channel: str) -> list[Account]:
        """The charity's people who have an account on this channel (the sandbox shows them side by side)."""

    async def sent(self, event: Event, sent: Sent) -> None:
        """Tell that the card that answered this event is shown, and where. To be called for every Show.

        Until then the card counts as promised, and is sent again by somebody else. Raises Unavailable.
        """


class Channel(Protocol):
    """What we ask of a channel.

    A channel whose pages may only be reached from this machine has a class attribute `loopback_only = True` as well
    (optional; left out it is False), and then the whole process listens on 127.0.0.1 alone.
    """

    name: str

    def mount(self, app: web.Application, desk: Desk) -> None:
        """Add the channel's routes. Called once, before the server starts."""

    async def start(self, desk: Desk) -> None:
        """Open connections of its own (a socket, a session)."""

    async def stop(self) -> None:
        """Finish what was promised, then close."""

    async def deliver(self, letter: Letter) -> Sent:
        """Send or edit. Sending the same letter id twice must not be seen twice, as far as the product allows.

        Raises DeliveryError (again later) or Gone (never again).
        """


@runtime_checkable
class Grouped(Protocol):
    """A channel that can say who is in one of its product's groups, without having been started."""

    name: str

    async def group(self, id: str) -> list[Member]:
        """Everybody in it, guests and bots too. Raises DeliveryError with the product's own word for what is wrong."""


@runtime_checkable
class Troubled(Protocol):
    """A channel that can say what keeps it from writing to anybody, though it runs: /healthz says it too."""

    name: str

    def trouble(self) -> str:
        """In words for whoever looks after the machine, with no secret in them; "" where nothing does."""


@runtime_checkable
class Erasing(Protocol):
    """A channel whose product lets us delete our own messages. One that is not this cannot, and they stay."""

    name: str

    async def erase(self, placed: Placed) -> None:
        """Delete it. One that is gone already is done. Raises DeliveryError (again later) or CannotErase (never)."""


class Time(Protocol):
    """What a trial lets people do with time. Nothing real is ever run with it."""

    async def says(self) -> str:
        """The day and hour that it is now, in words. Raises Unavailable."""

    async def a_week(self) -> None:
        """Let a week pass; what comes due in it is done. Raises Unavailable."""


@runtime_checkable
class Timed(Protocol):
    """A channel that can show a trial's time, and let it pass. Where it is given none, nothing of that is there."""

    name: str

    def takes(self, time: Time) -> None:
        """Called before `mount`, by a trial and by nobody else."""


class CannotDo(Exception):
    """A command of a channel cannot be done: every reason, one sentence each."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = tuple(faults)


class Commands(Protocol):
    """The command line of one channel: its `commands.add` calls this once for each command it brings."""

    def __call__(
        self, name: str, words: str, run: Callable[[argparse.Namespace, Mapping[str, str]], str]
    ) -> argparse.ArgumentParser:
        """The parser of a new command. `run` gives the sentence to print, or raises CannotDo or OSError."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a channel is tried with: a folder for its files, the port we listen on, and people as (id, name)."""

    folder: Path
    port: int
    people: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """How a channel is tried: its settings, each person's account there by their id, files for the folder by name.

    `words` are several lines for whoever tries it. "{port}" in them is the port that we came to listen on.
    """

    environment: Mapping[str, str]
    accounts: Mapping[str, Who]
    files: Mapping[str, str]
    words: str


_CREDENTIAL = re.compile(r"_(BOT|APP)_TOKEN$|_SIGNING_SECRET$|AppPassword$|AppId$")
"""How the settings of a channel with real people behind it end.

Endings and not products, because channels do not know each other; not every `_TOKEN`, because a developer's own for
other tools is no account of people's.
"""


def credentials(environment: Mapping[str, str]) -> list[str]:
    """The names of settings that belong to real people's accounts, on whatever channel.

    Where anybody at the machine can act as anybody, there must be none: it must never touch a real charity's records.
    """
    return sorted(name for name, value in environment.items() if value.strip() and _CREDENTIAL.search(name))


@dataclass(frozen=True, slots=True)
class Faulty:
    """A channel that was meant to run and cannot: every missing or bad setting, in words."""

    channel: str
    faults: tuple[str, ...]


def discover(environment: Mapping[str, str]) -> tuple[list[Channel], list[Faulty]]:
    """Every channel the environment configures, and every one it half-configures.

    A channel package's `configure(environment)` gives a Channel, a Faulty, or None when it is not meant to run.
    """
    channels: list[Channel] = []
    faulty: list[Faulty] = []
    for module in pkgutil.iter_modules(__path__):
        configured = importlib.import_module(f"{__name__}.{module.name}").configure(environment)
        if isinstance(configured, Faulty):
            faulty.append(configured)
        elif configured is not None:
            channels.append(configured)
    return channels, faulty


def trial(channel: str, asked: Trial) -> Prepared:
    """How this channel is tried without an account; nothing is touched.

    Raises CannotDo where it does not bring that, or is not there.
    """
    known = sorted(each.name for each in pkgutil.iter_modules(__path__))
    able = [name for name in known if importlib.util.find_spec(f"{__name__}.{name}.trial")]
    if channel not in able:
        raise CannotDo([f"there is no channel {channel!r} to try; there is {', '.join(able)}"])
    prepared: Prepared = importlib.import_module(f"{__name__}.{channel}.trial").prepare(asked)
    return prepared
