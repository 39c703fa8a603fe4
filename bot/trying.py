"""The `try` command: the real bot with an invented charity, in a browser, on this machine only.

The rule to keep: nothing in here is real. A charity's own book is tried with invented people and numbers too.
"""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bot import channels as products
from bot.app import channels_of, open_office, serve
from bot.books import read_books
from bot.channels import CannotDo, Prepared, Time, Trial
from bot.delivery import Delivery
from bot.dispatch import Dispatcher
from bot.organisation.charity import ROSTERED
from bot.settings import Settings, SettingsError, book_folders, read_settings
from bot.team import colleagues
from bot.team.importing import import_charity, import_people
from bot.trial.clock import Damaged, TrialClock
from bot.trial.passing import Passing
from policy.book import Book
from policy.reading.faults import did_you_mean
from storage.sealing import new_key

log = logging.getLogger(__name__)

_TRIAL = Path(__file__).parent / "trial"


async def try_out(
    environment: Mapping[str, str],
    *,
    folder: Path,
    port: int,
    ready: Callable[[int, str], None],
    book: str = "",
    on: str = "",
    who: Sequence[str] = (),
) -> None:
    """Set up the invented charity in `folder` if it is new, and serve until told to stop.

    `book` is a book's id: a charity that goes with it is invented where we bring none. `on` is a further channel, and
    `who` is there by their ids (nobody said: the first of the list). `ready` gets the port and what the further channel
    says of how to open it. Raises SettingsError.
    """
    own = {**environment, "CONFER_SANDBOX": "1", "PORT": str(port)}
    own["CONFER_SANDBOX_MESSAGES"] = str((folder / "messages").resolve())
    charity, people = _charity(own, book)
    prepared = _prepared(on, Trial(folder, port, _chosen(people, who))) if on else Prepared({}, {}, {}, "")
    own |= prepared.environment
    # First the channels: beside real credentials the sandbox refuses, before it has touched anything.
    channels = channels_of(own)
    own["DATABASE_URL"] = f"sqlite:///{(folder / 'try.db').resolve()}"
    own["CONFER_KEYS"] = _key(folder / "key")
    own.pop("CONFER_KEYS_FILE", None)
    own.pop("CONFER_ANCHORS", None)
    own["CONFER_ADDRESS"] = f"http://localhost:{port}" if port else ""
    log.warning("the key of this trial lies beside its database: anybody who copies the folder can read all of it")
    for name, text in prepared.files.items():
        (folder / name).write_text(text, encoding="utf-8")
    settings: Settings = read_settings(own)
    clock = _clock(folder)
    office = replace(await open_office(settings, clock=clock), ahead=clock.ahead)
    await import_charity(office.store, charity, clock())
    await import_people(office.store, people, clock())
    for id, account in prepared.accounts.items():
        theirs = (account.channel, account.tenant, account.user)
        await colleagues.linked(office.store, office.books, id, theirs, clock())

    def say(port: int) -> None:
        ready(port, prepared.words.replace("{port}", str(port)))

    def time(dispatcher: Dispatcher, delivery: Delivery, channel: str) -> Time:
        return Passing(office, delivery, dispatcher, clock, channel)

    await serve(office, channels, host="127.0.0.1", port=port, ready=say, trial=time)


def _clock(folder: Path) -> TrialClock:
    """Raises SettingsError."""
    try:
        return TrialClock(folder / "clock")
    except Damaged as odd:
        raise SettingsError([str(odd)]) from odd


def _chosen(people: str, who: Sequence[str]) -> list[tuple[str, str]]:
    """Of a people file: those who are meant, as (id, name). Raises SettingsError."""
    known = {each["id"]: each["name"] for each in tomllib.loads(people)["person"]}
    if strange := [id for id in who if id not in known]:
        raise SettingsError([f"nobody in the trial has the id {id!r}.{did_you_mean(id, known)}" for id in strange])
    return [(id, known[id]) for id in dict.fromkeys(who or list(known)[:1])]


def _prepared(channel: str, asked: Trial) -> Prepared:
    try:
        return products.trial(channel, asked)
    except CannotDo as wrong:
        raise SettingsError(list(wrong.faults)) from wrong


def _charity(environment: Mapping[str, str], id: str) -> tuple[str, str]:
    """The charity file and the people file to try a book with. Raises SettingsError."""
    people = _text("people.toml")
    if not id:
        return _text("charity.toml"), people
    if f"{id}-charity.toml" in {path.name for path in _TRIAL.iterdir()}:
        return _text(f"{id}-charity.toml"), _text(f"{id}-people.toml")
    books = read_books(book_folders(environment))
    if id not in books:
        raise SettingsError([f"there is no book with the id {id!r}.{did_you_mean(id, books)}"])
    return invented(books[id]), people


def invented(book: Book) -> str:
    """A charity file with a number that nobody answers for every number that the book leaves to its charity."""
    settings = dict.fromkeys(contact.setting for contact in book.contacts.values() if contact.setting)
    numbers = [
        # 01632 960xxx: Ofcom keeps it free for drama.
        f'"{setting}" = "01632 960{300 + at}, invented"'
        for at, setting in enumerate(settings)
        if setting not in ROSTERED
    ]
    return "\n".join(
        (
            "[charity]",
            'name = "A charity that tries its own book (invented)"',
            f'book = "{book.id}"',
            'nation = "england"',
            'timezone = "Europe/London"',
            'reference_prefix = "TRY"',
            "[numbers]",
            *numbers,
        )
    )


def _text(name: str) -> str:
    return (_TRIAL / name).read_text(encoding="utf-8")


def _key(path: Path) -> str:
    """The trial's own key, kept beside its database: nothing in there is real."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(new_key("trial"), encoding="ascii")
    return path.read_text(encoding="ascii").strip()
