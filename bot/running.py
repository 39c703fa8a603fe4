"""The commands that need the database and the channels: try, web, worker, new-key, db, charity, people, rota, …

The one rule to keep: the command line reads this module only when such a command runs, so that `book` is there at once.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot import looping
from bot.app import channels_of, must_be_new, now, open_office, ready, serve, upgraded, work
from bot.books import read_books
from bot.evidence import keeping_commands
from bot.record import commands as record_commands
from bot.reporting import annual_command
from bot.settings import Settings, SettingsError, anchors_file, read_settings
from bot.team import colleagues, grouping, rescue
from bot.team.importing import import_charity, import_people
from bot.team.rota import import_rota, show_rota
from bot.trying import try_out
from policy.book import Book
from storage.migrating import untouched
from storage.sealing import new_key
from storage.store import Store

Books = Mapping[str, Book]


def try_it(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    if chosen.who and not chosen.on:
        raise SettingsError(["--who belongs to --on"])

    def say(port: int, also: str) -> None:
        words = [f"Confer is running. Open http://localhost:{port}", also, "Stop it with Ctrl-C."]
        print("\n" + "\n\n".join(word for word in words if word) + "\n", flush=True)

    folder = chosen.data or Path(".confer-try") / chosen.book / chosen.on
    trying = try_out(
        environment, folder=folder, port=chosen.port, ready=say, book=chosen.book, on=chosen.on, who=chosen.who
    )
    return looping.run(trying)


def web(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    settings, channels = ready(environment)

    async def run() -> None:
        office = await open_office(settings, upgrade=not chosen.no_migrate)
        host = "127.0.0.1" if settings.local else "0.0.0.0"  # noqa: S104 - behind the host's own proxy, which speaks TLS
        await serve(
            office,
            channels,
            host=host,
            port=settings.port,
            ready=lambda port: print(f"listening on {port}", flush=True),
        )

    return looping.run(run())


def worker(_: argparse.Namespace, environment: Mapping[str, str]) -> int:
    settings, channels = ready(environment)

    async def run() -> None:
        await work(await open_office(settings, upgrade=False), channels)

    return looping.run(run())


def print_new_key(_: argparse.Namespace, __: Mapping[str, str]) -> int:
    print(new_key(f"k{now():%Y%m}"))
    return 0


def upgrade(_: argparse.Namespace, environment: Mapping[str, str]) -> int:
    async def run(settings: Settings) -> None:
        await upgraded(settings.database_url)
        print("The database is up to date.")

    return looping.run(run(read_settings(environment)))


def bring_charity(text: str, environment: Mapping[str, str]) -> int:
    return _tell(lambda store, books: import_charity(store, text, now(), books), environment)


def bring_people(text: str, environment: Mapping[str, str]) -> int:
    return _tell(lambda store, books: import_people(store, text, now(), books), environment)


def bring_group(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    asked = grouping.Asked(
        chosen.from_slack_group, chosen.role, chosen.leavers, chosen.yes, frozenset(chosen.another_person)
    )
    channels = channels_of(environment)

    async def take(store: Store, books: Books) -> str:
        members = await grouping.members_of(channels, "slack", asked.group)  # asked for before anything is held
        return await grouping.take(store, books, members, asked, now())

    return _tell(take, environment)


def list_people(_: argparse.Namespace, environment: Mapping[str, str]) -> int:
    return _tell(lambda store, _: colleagues.listed(store, now()), environment)


def unlock(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    return _tell(lambda store, _: rescue.unlocked(store, chosen.id, now()), environment)


def reset_factor(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    return _tell(lambda store, _: rescue.factor_reset(store, chosen.id, now()), environment)


def send_away(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    def away(store: Store, books: Books) -> Coroutine[Any, Any, str]:
        return colleagues.away(store, books, chosen.id, chosen.until, chosen.stand_in, now())

    return _tell(away, environment)


def take_back(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    return _tell(lambda store, _: colleagues.back(store, chosen.id, now()), environment)


def change_person(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    named = ("active", "name", "role", "telephone", "capabilities")
    changes = {key: value for key in named if (value := getattr(chosen, key)) is not None}
    return _tell(lambda store, books: colleagues.changed(store, books, chosen.id, changes, now()), environment)


def add_person(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    named = ("name", "role", "telephone", "capabilities")
    values = {key: value for key in named if (value := getattr(chosen, key)) is not None}
    sure = bool(chosen.another_person)

    def add(store: Store, books: Books) -> Coroutine[Any, Any, str]:
        return colleagues.added(store, books, chosen.id, values, now(), another=sure)

    return _tell(add, environment)


def remove_person(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    return _tell(lambda store, books: colleagues.removed(store, books, chosen.id, now()), environment)


def link_account(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    account = (chosen.channel, chosen.tenant, chosen.user)
    sure = bool(chosen.another_person)

    def linked(store: Store, books: Books) -> Coroutine[Any, Any, str]:
        return colleagues.linked(store, books, chosen.id, account, now(), another=sure)

    return _tell(linked, environment)


def unlink_account(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    account = (chosen.channel, chosen.tenant, chosen.user)
    return _tell(lambda store, books: colleagues.unlinked(store, books, chosen.id, account, now()), environment)


def bring_rota(files: Sequence[tuple[str, str]], duty: str, environment: Mapping[str, str]) -> int:
    return _tell(lambda store, _: import_rota(store, files, now(), duty), environment)


def print_rota(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    return _tell(lambda store, _: show_rota(store, chosen.days, now()), environment)


def export_record(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    def export(store: Store, books: Books) -> Coroutine[Any, Any, str]:
        return record_commands.exported(
            store,
            books,
            now(),
            reference=chosen.reference,
            paper=chosen.kind,
            format=chosen.format,
            out=chosen.out,
            handle=chosen.reader,
            given=[code.strip() for code in chosen.give.split(",") if code.strip()],
        )

    return _tell(export, environment)


def open_access(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    return _tell(lambda store, _: record_commands.opened(store, now(), chosen.reference, chosen.received), environment)


def show_access(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    def show(store: Store, books: Books) -> Coroutine[Any, Any, str]:
        return record_commands.shown(store, books, now(), chosen.reference, chosen.reader)

    return _tell(show, environment)


def answer_access(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    return _tell(lambda store, _: record_commands.answered(store, now(), chosen.reference), environment)


def hold_record(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    return _tell(lambda store, _: keeping_commands.held(store, chosen.reference, chosen.why, now()), environment)


def release_record(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    def release(store: Store, books: Books) -> Coroutine[Any, Any, str]:
        return keeping_commands.released(store, books, chosen.reference, chosen.why, chosen.lead, now())

    return _tell(release, environment)


def print_due(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    return _tell(lambda store, _: keeping_commands.due(store, chosen.days, now()), environment)


def destroy_record(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    def destroy(store: Store, books: Books) -> Coroutine[Any, Any, str]:
        return keeping_commands.destroyed(store, books, chosen.reference, now(), sure=chosen.yes, handle=chosen.lead)

    return _tell(destroy, environment)


def report_year(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    def report(store: Store, books: Books) -> Coroutine[Any, Any, str]:
        return annual_command.reported(
            store,
            books,
            now(),
            year=chosen.year,
            form=chosen.format,
            whose=chosen.organisation,
            out=chosen.output,
            anchors=anchors_file(environment),
        )

    return _tell(report, environment)


def _tell(said: Callable[[Store, Books], Coroutine[Any, Any, str]], environment: Mapping[str, str]) -> int:
    """Do something with the database and the books; print the sentence that it gives.

    A new database is set up. One that is in use is not touched: whoever runs this may not own it, and people are in it.
    """

    async def run(settings: Settings) -> None:
        books = read_books(settings.books)
        if await untouched(settings.database_url):
            await upgraded(settings.database_url)
        else:
            await must_be_new(settings.database_url)
        store = Store(settings.database_url, settings.keys)
        try:
            print(await said(store, books))
        finally:
            await store.close()

    return looping.run(run(read_settings(environment)))
