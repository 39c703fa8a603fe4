"""The `try` command: the real bot with an invented charity, in a browser, on this machine only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from bot.app import channels_of, now, open_office, serve
from bot.importing import import_charity, import_people
from bot.settings import Settings, read_settings
from storage.sealing import new_key

_TRIAL = Path(__file__).parent / "trial"


async def try_out(environment: Mapping[str, str], *, folder: Path, port: int, ready: Callable[[int], None]) -> None:
    """Set up the invented charity in `folder` if it is new, and serve until told to stop. Raises SettingsError."""
    own = {**environment, "CONFER_SANDBOX": "1", "PORT": str(port)}
    # First the channels: beside real credentials the sandbox refuses, before it has touched anything.
    channels = channels_of(own)
    own["DATABASE_URL"] = f"sqlite:///{(folder / 'try.db').resolve()}"
    own["CONFER_KEYS"] = _key(folder / "key")
    settings: Settings = read_settings(own)
    office = await open_office(settings)
    await import_charity(office.store, (_TRIAL / "charity.toml").read_text(encoding="utf-8"), now())
    await import_people(office.store, (_TRIAL / "people.toml").read_text(encoding="utf-8"), now())
    await serve(office, channels, host="127.0.0.1", port=port, ready=ready)


def _key(path: Path) -> str:
    """The trial's own key, kept beside its database: nothing in there is real."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(new_key("trial"), encoding="ascii")
    return path.read_text(encoding="ascii").strip()
