"""The command line. Every command says what it did, or everything that is wrong, and never a traceback.

Exit codes: 0 done, 1 the book has faults, 2 bad input or settings.
What a command needs is read only when that command runs: `book check` must not wait for a database's library.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from bot.bad_input import BadInput
from bot.organisation.tables import CharityError
from bot.settings import SettingsError

_CHANNELS = Path(__file__).parent / "channels"


def main(arguments: list[str] | None = None, environment: Mapping[str, str] | None = None) -> int:
    """Run one command and give its exit code."""
    environment = os.environ if environment is None else environment
    arguments = sys.argv[1:] if arguments is None else arguments
    chosen = _parser(arguments[0] if arguments else "").parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # Request lines and SDK chatter may hold what people typed; ours never do.
    for noisy in ("aiohttp.access", "slack_bolt", "slack_sdk", "botbuilder", "botframework", "alembic", "sqlalchemy"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    try:
        done = int(chosen.run(chosen, environment))
        sys.stdout.flush()
        return done
    except (SettingsError, CharityError) as wrong:
        for fault in wrong.faults:
            print(f"- {fault}", file=sys.stderr)
        return 2
    except BadInput as wrong:
        print(wrong, file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Whoever read our lines has stopped, as `| head -1` does. Python writes what is left when it ends: to nobody.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as trouble:
        print(f"- this cannot be reached or read: {trouble}", file=sys.stderr)
        return 2


def _parser(first: str) -> argparse.ArgumentParser:
    """`first` is the command that was given: a channel's own are read only where it is that channel."""
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
    able = " or ".join(sorted(path.parent.name for path in _CHANNELS.glob("*/trial.py")))
    words = f"also on this channel, in a client that needs no account; it says how to open it ({able})"
    trial.add_argument("--on", default="", metavar="CHANNEL", help=words)
    words = "of --on: who is there, by their id (default: the first of the list); give it again for one more"
    trial.add_argument("--who", action="append", default=[], metavar="ID", help=words)
    web = command(
        commands, "web", "serve Slack (and other channels) and send letters; settings come from the environment", _web
    )
    web.add_argument("--no-migrate", action="store_true", help="do not bring the database up to date first")
    command(commands, "worker", "only send letters, ring timers and keep sockets open", _worker)
    command(commands, "new-key", "print a new key for CONFER_KEYS", _new_key)

    keys = commands.add_parser("keys", help="the keys of CONFER_KEYS").add_subparsers(required=True, metavar="COMMAND")
    words = "wrap everything anew under the newest key; safe beside a running bot, and to run again"
    command(keys, "rotate", words, _rotate_keys)
    command(keys, "check", "say which key wraps how much, and which one is missing; exit 1 if any is", _check_keys)
    ledger = commands.add_parser("ledger", help="who did what and when, chained by hashes").add_subparsers(
        required=True, metavar="COMMAND"
    )
    words = "walk the ledger and name the first entry that is wrong, and how; exit 1 if any is. Needs no keys"
    verifying = command(ledger, "verify", words, _verify_ledger)
    words = "it has to pass through these; may be given again (default: the file of CONFER_ANCHORS)"
    verifying.add_argument("--anchor", type=Path, action="append", default=[], metavar="FILE", help=words)
    words = "it has to pass through this head, as a card shows it: 123-9f2c1a77b0d4e05b"
    verifying.add_argument("--head", action="append", default=[], metavar="HEAD", help=words)
    verifying.add_argument("--organisation", default="", metavar="NAME", help="this charity only, by its name or id")
    anchoring = command(ledger, "anchor", "print where each charity's ledger stands now, as an anchor", _anchor_ledger)
    anchoring.add_argument("file", type=Path, nargs="?", metavar="FILE", help="add it to this file too")

    database = commands.add_parser("db", help="the database").add_subparsers(required=True, metavar="COMMAND")
    command(database, "upgrade", "bring the database to the newest form", _upgrade)
    words = "PostgreSQL, as the owner of the tables: let a role run the bot, and only read and add to the ledger"
    command(database, "restrict", words, _restrict).add_argument("role", metavar="ROLE", help="the bot's own role")
    charity = commands.add_parser("charity", help="the charity's settings").add_subparsers(
        required=True, metavar="COMMAND"
    )
    imported = command(charity, "import", "set up or change the charity from a TOML file", _charity)
    imported.add_argument("file", type=Path, metavar="FILE.toml", help="its name, book, numbers, areas and flags")
    people = commands.add_parser("people", help="the roster").add_subparsers(required=True, metavar="COMMAND")
    imported = command(people, "import", "add and change people from a TOML file", _people)
    imported.add_argument("file", type=Path, nargs="?", metavar="FILE.toml", help="a [[person]] table for each person")
    imported.add_argument("--from-slack-group", metavar="S0123", help="instead: whoever is in this Slack user group")
    imported.add_argument("--role", choices=["worker", "trustee"], default="worker", help="of a group's new people")
    words = "of a group: whoever has that role, and is in the group no more, has left"
    imported.add_argument("--leavers", action="store_true", help=words)
    imported.add_argument("--yes", action="store_true", help="of a group: do it; without it you read what would be")
    words = "of a group: this account is of another human, though somebody on the roster has the same name"
    imported.add_argument("--another-person", action="append", default=[], metavar="U0123", help=words)
    command(people, "list", "say who is in the roster, with what duties, and who is away", _list_people)
    gone = command(people, "away", "somebody is away: others are asked and told first", _away)
    gone.add_argument("id", metavar="ID", help="their id in the roster")
    gone.add_argument("--until", type=_day, required=True, metavar="DAY", help="the day they are back: 2026-12-01")
    gone.add_argument("--stand-in", default="", metavar="ID", help="who stands in for them")
    returned = command(people, "back", "somebody is back before their day", _back)
    returned.add_argument("id", metavar="ID", help="their id in the roster")
    setting = command(people, "set", "change one person; --active no for somebody who has left", _set_person)
    setting.add_argument("id", metavar="ID", help="their id in the roster")
    setting.add_argument("--active", choices=["yes", "no"], help="no: they have left, and what waited for them goes on")
    setting.add_argument("--name")
    setting.add_argument("--role", choices=["worker", "trustee"])
    setting.add_argument("--telephone")
    setting.add_argument("--capabilities", metavar="LIST", help="all of them, with commas: may_approve,chair")
    joining = command(people, "add", "somebody new", _add_person)
    joining.add_argument("id", metavar="ID", help="their id in the roster, such as zoe.hart")
    joining.add_argument("--name", required=True)
    joining.add_argument("--role", choices=["worker", "trustee"], default="worker")
    joining.add_argument("--telephone")
    joining.add_argument("--capabilities", metavar="LIST", help="with commas: may_approve,chair")
    words = "they are another human, though somebody on the roster has the same name or telephone"
    joining.add_argument("--another-person", action="store_true", help=words)
    words = "somebody has left: what they had open is the lead's from now on, and what waited for them goes on"
    command(people, "remove", words, _remove_person).add_argument("id", metavar="ID", help="their id in the roster")
    for name, words, run in (
        ("link", "one more account of somebody, so that it is known to be theirs", _link),
        ("unlink", "take an account away from somebody", _unlink),
    ):
        linking = command(people, name, words, run)
        linking.add_argument("id", metavar="ID", help="their id in the roster")
        linking.add_argument("--channel", required=True, help="slack, teams or web")
        linking.add_argument("--tenant", required=True, help="the workspace or tenant, as people list shows it")
        linking.add_argument("--user", required=True, help="their id there")
        if name == "link":
            words = "whoever had it before is another human, and had it by mistake"
            linking.add_argument("--another-person", action="store_true", help=words)
    words = "let somebody in again who was locked out because their phone was lost"
    command(people, "unlock", words, _unlock).add_argument("id", metavar="ID", help="their id in the roster")
    words = "take away somebody's second factor and PIN, so that they can set up new ones"
    reset = command(people, "reset-factor", words, _reset_factor)
    reset.add_argument("id", metavar="ID", help="their id in the roster")
    rota = commands.add_parser("rota", help="who is on call").add_subparsers(required=True, metavar="COMMAND")
    words = "from now on the rota is what these files say, TOML or iCalendar (.ics)"
    shifts = command(rota, "import", words, _rota)
    shifts.add_argument("files", nargs="+", metavar="FILE", help="a rota; - reads from standard input")
    shifts.add_argument("--duty", default="", help="for calendar events that name none: safeguarding_lead, ...")
    shown = command(rota, "show", "say who is on call, and name the holes", _show_rota)
    shown.add_argument("--days", type=_days, default=7, metavar="N", help="how far ahead (7)")

    words = "the record of a consultation: papers of it, subject access, how long it is kept"
    records = commands.add_parser("record", help=words).add_subparsers(required=True, metavar="COMMAND")
    words = "write a case note, the full record, or a copy for whom it is about; each is a line in the ledger"
    exporting = command(records, "export", words, _export)
    exporting.add_argument("reference", metavar="CASE", help="its reference, with its mark where there are several")
    _export_arguments(exporting, "record")
    words = "somebody asks to see what is held about them: one reference, one date, one place"
    access = records.add_parser("access", help=words).add_subparsers(required=True, metavar="COMMAND")
    opening = command(access, "open", "a request came: by which day, and everything is held until then", _access_open)
    opening.add_argument("reference", metavar="REFERENCE", help="the case reference")
    opening.add_argument("--received", type=_day, metavar="DAY", help="the day it came (today): 2026-12-01")
    seeing = command(access, "show", "the requests on a reference, and what there is on it", _access_show)
    seeing.add_argument("reference", metavar="REFERENCE", help="the case reference")
    seeing.add_argument("--for", dest="reader", default="", metavar="ID", help="for whom: their id in the roster")
    copying = command(access, "export", "a copy of everything on a reference, or the sheet that goes with it", _export)
    copying.add_argument("reference", metavar="REFERENCE", help="the case reference")
    _export_arguments(copying, "access")
    words = "the request was answered: nothing is held for it any more"
    command(access, "answer", words, _access_answer).add_argument("reference", metavar="REFERENCE")
    whys = ("terrorism", "court", "police", "allegation", "other")
    for name, words, run in (
        ("hold", "keep a record from being destroyed, whatever its end date", _hold),
        ("release", "lift one hold; nothing is destroyed for a month after the last one", _release),
    ):
        holding = command(records, name, words, run)
        holding.add_argument("reference", metavar="CASE", help="its reference, with its mark where there are several")
        holding.add_argument("--why", choices=whys, required=True, help="the reason")
        if name == "release":
            words = "for which lead: their id in the roster. Never whoever held the case or decided in it"
            holding.add_argument("--for", dest="lead", required=True, metavar="ID", help=words)
    words = "say which records come to the end of their time soon, which are held, and which have no end date"
    coming = command(records, "due", words, _due)
    coming.add_argument("--days", type=_days, default=30, metavar="N", help="how far ahead (30)")
    ending = command(records, "destroy", "destroy a closed record now, for good; refused while it is held", _destroy)
    ending.add_argument("reference", metavar="CASE", help="its reference, with its mark where there are several")
    ending.add_argument("--yes", action="store_true", help="do it; without it you read what would be")
    words = "before its day: for which lead, their id in the roster. Never whoever held the case or decided in it"
    ending.add_argument("--for", dest="lead", default="", metavar="ID", help=words)

    words = "the figures of a year, for trustees and a safeguarding audit: an annual return, with no case in it"
    reporting = command(commands, "report", words, _report)
    reporting.add_argument("--year", type=_year, required=True, metavar="YEAR", help="2026; it need not be over")
    reporting.add_argument("--format", choices=["pdf", "csv", "json"], default="pdf", help="default pdf")
    reporting.add_argument("--organisation", default="", metavar="NAME", help="this charity, by its name or id")
    words = "a file that is not there yet (default annual-return-YEAR.FORMAT)"
    reporting.add_argument("--output", type=Path, metavar="FILE", help=words)

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
    for name in sorted(path.parent.name for path in _CHANNELS.glob("*/commands.py")):
        words = f"the commands of the channel {name}"
        own = commands.add_parser(name, help=words, description=words)
        if name == first:
            _add_commands(name, own.add_subparsers(required=True, metavar="COMMAND"), command)
    return parser


def _add_commands(channel: str, parent: object, command: Callable[..., argparse.ArgumentParser]) -> None:
    """The commands that a channel brings: each gives the sentence to print, or says everything that is in its way."""
    from bot.channels import CannotDo

    def add(
        name: str, words: str, run: Callable[[argparse.Namespace, Mapping[str, str]], str]
    ) -> argparse.ArgumentParser:
        def printed(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
            try:
                print(run(chosen, environment))
            except CannotDo as wrong:
                raise SettingsError(list(wrong.faults)) from wrong
            return 0

        return command(parent, name, words, printed)

    importlib.import_module(f"bot.channels.{channel}.commands").add(add)


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


def _restrict(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot.evidence import commands

    return commands.restrict_role(chosen, environment)


def _rotate_keys(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot.evidence import commands

    return commands.rotate_keys(chosen, environment)


def _check_keys(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot.evidence import commands

    return commands.check_keys(chosen, environment)


def _verify_ledger(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot.evidence import commands

    return commands.verify_ledger(chosen, environment)


def _anchor_ledger(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot.evidence import commands

    return commands.anchor_ledger(chosen, environment)


def _charity(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot import running

    return running.bring_charity(_text(chosen.file), environment)


def _people(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot import running

    if bool(chosen.file) == bool(chosen.from_slack_group):
        raise BadInput("give a file, or --from-slack-group and the id of the group")
    if chosen.from_slack_group:
        return running.bring_group(chosen, environment)
    if chosen.leavers or chosen.yes or chosen.another_person:
        raise BadInput("--leavers, --another-person and --yes belong to --from-slack-group")
    return running.bring_people(_text(chosen.file), environment)


def _list_people(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot import running

    return running.list_people(chosen, environment)


def _unlock(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot import running

    return running.unlock(chosen, environment)


def _reset_factor(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot import running

    return running.reset_factor(chosen, environment)


def _away(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot import running

    return running.send_away(chosen, environment)


def _back(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot import running

    return running.take_back(chosen, environment)


def _set_person(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot import running

    return running.change_person(chosen, environment)


def _add_person(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot import running

    return running.add_person(chosen, environment)


def _remove_person(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot import running

    return running.remove_person(chosen, environment)


def _link(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot import running

    return running.link_account(chosen, environment)


def _unlink(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot import running

    return running.unlink_account(chosen, environment)


def _rota(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot import running

    files = [(name, _standard_input() if name == "-" else _text(Path(name))) for name in chosen.files]
    return running.bring_rota(files, chosen.duty, environment)


def _show_rota(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot import running

    return running.print_rota(chosen, environment)


def _export_arguments(parser: argparse.ArgumentParser, kind: str) -> None:
    """What both ways to a paper take; `kind` where none is given."""
    kinds = ["note", "record", "access", "sheet"] if kind == "record" else ["access", "sheet"]
    words = "note: for the client's file; record: everything; access: a copy for whom it is about; sheet: what it lacks"
    parser.add_argument("--kind", choices=kinds, default=kind, help=f"{words} (default {kind})")
    parser.add_argument("--format", choices=["pdf", "docx", "json", "md"], default="pdf", help="default pdf")
    parser.add_argument("--out", type=Path, required=True, metavar="PATH", help="a file that is not there yet")
    words = "for whom: their id in the roster (default: the data-protection lead)"
    parser.add_argument("--for", dest="reader", default="", metavar="ID", help=words)
    words = "of a copy: what the data-protection lead has decided to give, by the codes on the sheet, with commas"
    parser.add_argument("--give", default="", metavar="CODES", help=words)


def _export(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot import running

    return running.export_record(chosen, environment)


def _access_open(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot import running

    return running.open_access(chosen, environment)


def _access_show(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot import running

    return running.show_access(chosen, environment)


def _access_answer(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot import running

    return running.answer_access(chosen, environment)


def _hold(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot import running

    return running.hold_record(chosen, environment)


def _release(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot import running

    return running.release_record(chosen, environment)


def _due(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot import running

    return running.print_due(chosen, environment)


def _destroy(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot import running

    return running.destroy_record(chosen, environment)


def _report(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot import running

    return running.report_year(chosen, environment)


def _check(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot.bookshelf import bookwork

    if chosen.files:
        return bookwork.check(chosen.files, out=print)
    return bookwork.check(bookwork.shipped(environment), out=print, together=True)


def _prove(chosen: argparse.Namespace, _: Mapping[str, str]) -> int:
    from bot.bookshelf.book_proving import prove_book

    return prove_book(chosen.file, write=chosen.write, out=print)


def _draw(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot.bookshelf import book_pages, bookwork

    return book_pages.drawn(chosen.files or bookwork.shipped(environment), chosen.out, out=print)


def _diff(chosen: argparse.Namespace, _: Mapping[str, str]) -> int:
    from bot.bookshelf import book_pages

    return book_pages.compared(chosen.old, chosen.new, out=print)


def _coverage(chosen: argparse.Namespace, _: Mapping[str, str]) -> int:
    from bot.bookshelf.book_coverage import cover

    return cover(chosen.file, write=chosen.write, out=print)


def _presses(chosen: argparse.Namespace, _: Mapping[str, str]) -> int:
    from bot.bookshelf.book_presses import count

    return count(chosen.file, write=chosen.write, out=print)


def _questions(chosen: argparse.Namespace, _: Mapping[str, str]) -> int:
    from bot.bookshelf import bookwork

    print(bookwork.questions(_text(chosen.file), chosen.file.name))
    return 0


def _assess(chosen: argparse.Namespace, _: Mapping[str, str]) -> int:
    from bot.bookshelf import bookwork

    print(bookwork.assessed(_text(chosen.file), chosen.file.name, _standard_input()))
    return 0


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day such as 2026-12-01") from wrong


def _year(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 2000 <= int(text) <= 2999):
        raise argparse.ArgumentTypeError(f"{text!r} is not a year such as 2026")
    return int(text)


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 366):
        raise argparse.ArgumentTypeError("give a number of days from 1 to 366")
    return int(text)


def _standard_input() -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError as wrong:
        raise BadInput("standard input is not written in UTF-8") from wrong


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")  # some editors put a byte-order mark in front
    except OSError as wrong:
        raise BadInput(f"{path} cannot be read: {wrong.strerror}") from wrong
    except UnicodeDecodeError as wrong:
        raise BadInput(f"{path} is not written in UTF-8") from wrong


if __name__ == "__main__":
    sys.exit(main())
