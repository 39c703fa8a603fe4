"""The `try` command: the real bot with an invented charity, in a browser, on this machine only.

The rule to keep: nothing in here is real. A charity's own book is tried with invented people and numbers too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from bot.app import channels_of, now, open_office, serve
from bot.books import read_books
from bot.organisation.charity import ROSTERED
from bot.settings import Settings, SettingsError, book_folders, read_settings
from bot.team.importing import import_charity, import_people
from policy.book import Book
from policy.reading.faults import did_you_mean
from storage.sealing import new_key

_TRIAL = Path(__file__).parent / "trial"


async def try_out(
    environment: Mapping[str, str], *, folder: Path, port: int, ready: Callable[[int], None], book: str = ""
) -> None:
    """Set up the invented charity in `folder` if it is new, and serve until told to stop.

    `book` is a book's id: a charity that goes with it is invented where we bring none. Raises SettingsError.
    """
    own = {**environment, "CONFER_SANDBOX": "1", "PORT": str(port)}
    # First the channels: beside real credentials the sandbox refuses, before it has touched anything.
    channels = channels_of(own)
    charity, people = _charity(own, book)
    own["DATABASE_URL"] = f"sqlite:///{(folder / 'try.db').resolve()}"
    own["CONFER_KEYS"] = _key(folder / "key")
    settings: Settings = read_settings(own)
    office = await open_office(settings)
    await import_charity(office.store, charity, now())
    await import_people(office.store, people, now())
    await serve(office, channels, host="127.0.0.1", port=port, ready=ready)


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
