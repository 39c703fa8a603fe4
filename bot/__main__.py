"""The command line. Every command says what it did, or everything that is wrong, and never a traceback.

Exit codes: 0 done, 1 the book has faults, 2 bad input or settings.
What a command needs is read only when that command runs: `book check` must not wait for a database's library.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from bot import bookwork
from bot.settings import SettingsError
from bot.tables import CharityError


def main(arguments: list[str] | None = None, environment: Mapping[str, str] | None = None) -> int:
    """Run one command and give its exit code."""
    environment = os.environ if environment is None else environment
    chosen = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # Request lines and SDK chatter may hold what people typed; ours never do.
    for noisy in ("aiohttp.access", "slack_bolt", "slack_sdk", "alembic", "sqlalchemy"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    try:
        return int(chosen.run(chosen, environment))
    except (SettingsError, CharityError) as wrong:
        for fault in wrong.faults:
            print(f"- {fault}", file=sys.stderr)
        return 2
    except bookwork.BadInput as wrong:
        print(wrong, file=sys.stderr)
        return 2
    except OSError as trouble:
        print(f"- this cannot be reached or read: {trouble}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bot",
        description="Confer helps a charity worker decide: may I, must I, pass on what I was told in confidence?",
        epilog="Start with: python -m bot try",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(parent: object, name: str, words: str, run: Callable[..., int]) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = parent.add_parser(name, help=words, description=words)  # type: ignore[attr-defined]
        made.set_defaults(run=run)
        return made

    trial = command(commands, "try", "run the bot in your browser with an invented charity; needs no account", _try)
    trial.add_argument("--port", type=int, default=8080, help="default 8080; 0 takes a free one")
    trial.add_argument(
        "--book", default="", metavar="ID", help="try this book, ours or your own in BOOKS_DIR (default: our first)"
    )
    trial.add_argument(
        "--data", type=Path, help="folder for its database (default .confer-try, with --book .confer-try/ID)"
    )
    web = command(
        commands, "web", "serve Slack (and other channels) and send letters; settings come from the environment", _web
    )
    web.add_argument("--no-migrate", action="store_true", help="do not bring the database up to date first")
    command(commands, "worker", "only send letters, ring timers and keep sockets open", _worker)
    command(commands, "new-key", "print a new key for CONFER_KEYS", _new_key)

    database = commands.add_parser("db", help="the database").add_subparsers(required=True, metavar="COMMAND")
    command(database, "upgrade", "bring the database to the newest form", _upgrade)
    charity = commands.add_parser("charity", help="the charity's settings").add_subparsers(
        required=True, metavar="COMMAND"
    )
    imported = command(charity, "import", "set up or change the charity from a TOML file", _charity)
    imported.add_argument("file", type=Path, metavar="FILE.toml", help="its name, book, numbers, areas and flags")
    people = commands.add_parser("people", help="the roster").add_subparsers(required=True, metavar="COMMAND")
    imported = command(people, "import", "add and change people from a TOML file", _people)
    imported.add_argument("file", type=Path, metavar="FILE.toml", help="a [[person]] table for each person")

    books = commands.add_parser("book", help="look into a policy book").add_subparsers(required=True, metavar="COMMAND")
    check = command(books, "check", "list every fault of one or more books; exit 1 if there is any", _check)
    check.add_argument("files", type=Path, nargs="*", metavar="FILE", help="default: every book of the charity")
    words = "write a book as a page for people to read, and its flowcharts as pictures where Graphviz is there"
    draw = command(books, "draw", words, _draw)
    draw.add_argument("files", type=Path, nargs="*", metavar="FILE", help="default: every book of the charity")
    draw.add_argument("--out", type=Path, default=Path("docs/policy"), help="the folder (default docs/policy)")
    diff = command(books, "diff", "say in plain English what changed, down to which examples end differently", _diff)
    diff.add_argument("old", type=Path, metavar="OLD", help="the book as it was")
    diff.add_argument("new", type=Path, metavar="NEW", help="the book as it is now")
    words = "say which clauses are still open, and write the page that shows what carries each clause"
    covering = command(books, "coverage", words, _coverage)
    covering.add_argument("file", type=Path, metavar="FILE", help="the book")
    covering.add_argument("--write", type=Path, metavar="PAGE", help="the page, such as docs/policy/coverage.md")
    words = "count the presses of every example and of the longest way there is; exit 1 where it takes too many"
    presses = command(books, "presses", words, _presses)
    presses.add_argument("file", type=Path, metavar="FILE", help="the book")
    presses.add_argument("--write", type=Path, metavar="PAGE", help="the page, such as docs/policy/presses.md")
    questions = command(books, "questions", "print a book's questions as JSON", _questions)
    questions.add_argument("file", type=Path, metavar="FILE", help="the book")
    words = "prove over every possible answer that a book keeps its invariants; exit 1 where it does not"
    proving = command(books, "prove", words, _prove)
    proving.add_argument("file", type=Path, metavar="FILE", help="the book")
    proving.add_argument("--write", type=Path, metavar="PAGE", help="also write the page, such as docs/policy/proof.md")
    words = 'read {"answers": {…}, "today": "2026-11-22", "settings": {…}} as JSON and print what follows, as JSON'
    assess = command(books, "assess", words, _assess)
    assess.add_argument("file", type=Path, metavar="FILE", help="the book")
    return parser


def _try(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot import running

    return running.try_it(chosen, environment)


def _web(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot import running

    return running.web(chosen, environment)


def _worker(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot import running

    return running.worker(chosen, environment)


def _new_key(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot import running

    return running.print_new_key(chosen, environment)


def _upgrade(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot import running

    return running.upgrade(chosen, environment)


def _charity(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot import running

    return running.bring_charity(_text(chosen.file), environment)


def _people(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot import running

    return running.bring_people(_text(chosen.file), environment)


def _check(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    if chosen.files:
        return bookwork.check(chosen.files, out=print)
    return bookwork.check(bookwork.shipped(environment), out=print, together=True)


def _prove(chosen: argparse.Namespace, _: Mapping[str, str]) -> int:
    from bot.book_proving import prove_book

    return prove_book(chosen.file, write=chosen.write, out=print)


def _draw(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot import book_pages

    return book_pages.drawn(chosen.files or bookwork.shipped(environment), chosen.out, out=print)


def _diff(chosen: argparse.Namespace, _: Mapping[str, str]) -> int:
    from bot import book_pages

    return book_pages.compared(chosen.old, chosen.new, out=print)


def _coverage(chosen: argparse.Namespace, _: Mapping[str, str]) -> int:
    from bot.book_coverage import cover

    return cover(chosen.file, write=chosen.write, out=print)


def _presses(chosen: argparse.Namespace, _: Mapping[str, str]) -> int:
    from bot.book_presses import count

    return count(chosen.file, write=chosen.write, out=print)


def _questions(chosen: argparse.Namespace, _: Mapping[str, str]) -> int:
    print(bookwork.questions(_text(chosen.file), chosen.file.name))
    return 0


def _assess(chosen: argparse.Namespace, _: Mapping[str, str]) -> int:
    try:
        request = sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError as wrong:
        raise bookwork.BadInput("standard input is not written in UTF-8") from wrong
    print(bookwork.assessed(_text(chosen.file), chosen.file.name, request))
    return 0


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")  # some editors put a byte-order mark in front
    except OSError as wrong:
        raise bookwork.BadInput(f"{path} cannot be read: {wrong.strerror}") from wrong
    except UnicodeDecodeError as wrong:
        raise bookwork.BadInput(f"{path} is not written in UTF-8") from wrong


if __name__ == "__main__":
    sys.exit(main())
