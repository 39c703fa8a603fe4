"""A digest as a file: the card with all its numbers as a document, and the same figures for a spreadsheet.

The rule to keep: both are drawn from what was written down of the week, and say nothing that its card does not.
"""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Literal, get_args

from bot import cards
from bot.record.document import Block, Document, Heading, Points, Say, Table
from bot.reporting.as_csv import Cell, as_csv
from bot.reporting.digest_card import Digest, full_card, grounds_of, outcomes_of
from bot.reporting.labels import HAPPENED, OPEN
from bot.reporting.words import in_file

Form = Literal["pdf", "csv"]

FORMS: tuple[Form, ...] = get_args(Form)

_HEADER = ("week", "from", "to", "part", "figure", "words", "value")


def written(digest: Digest, form: Form) -> bytes:
    match form:
        case "pdf":
            from bot.record.as_pdf import pdf  # a typesetter, which no card needs

            return pdf(document(digest), str(digest.charity.timezone))
        case "csv":
            return _csv(digest)


def document(digest: Digest) -> Document:
    """Made when the digest was: whoever takes it, and whenever, has the same paper."""
    week = digest.written.week
    blocks = tuple(made for block in full_card(digest).blocks for made in _block(block))
    return Document(f"Weekly digest {week}", digest.charity.name, week, digest.written.made_at, blocks)


def _block(block: cards.Block) -> list[Block]:
    match block:
        case cards.Heading(text):
            return [Heading(1, text)]
        case cards.Say(text, quiet):
            return [Say(text, "small" if quiet else "plain")]
        case cards.Notice(text, _):
            return [Say(text, "strong")]
        case cards.Points(items, numbered):
            return [Heading(1, "To do first"), Points(items)] if numbered else [Points(items)]
        case cards.Facts(rows):
            return [Table(("What", "How many"), rows, (5, 5))]
        case cards.Small(text):
            return [Say(text, "small")]
        case cards.More(label, inside):
            return [Heading(1, label), *(made for each in inside for made in _block(each))]
        case _:
            return []  # what can only be pressed


def _csv(digest: Digest) -> bytes:
    """A row each figure; times are seconds, as round as on the card. What is hidden of a breakdown has no row."""
    told, written, zone = digest.told, digest.written, digest.charity.timezone
    span = (
        written.week,
        *(each.astimezone(zone).isoformat(timespec="seconds") for each in (written.since, written.until)),
    )
    parts: list[tuple[str, str, str, Cell]] = [("digest", "weeks", "For weeks", told.weeks)]
    parts += [("week", id, words, in_file(id, getattr(told, id))) for id, words in HAPPENED.items()]
    parts += [("ground", id, grounds_of(digest.book).get(id, id), number) for id, number in told.grounds.items()]
    parts += [("outcome", id, outcomes_of().get(id, id), number) for id, number in told.outcomes.items()]
    parts += [("open", id, words, in_file(id, getattr(told, id))) for id, words in OPEN.items()]
    parts += [
        ("open", "checks", "Numbers and law notes to check again", len(told.checks)),
        ("open", "vital", "Of these, telephone numbers for danger", told.vital),
        ("open", "holes", "Times with nobody on call, next 7 days", told.holes),
        ("open", "rota_asked", "People asked by the monthly rota test, if its day ended in this week", told.rota_asked),
        ("open", "rota_silent", "Of these, who did not press within a day", told.rota_silent),
        ("open", "unreached", "People who should read this and cannot be written to", len(told.unreached)),
        ("open", "missing", "Things to set up", told.missing),
        ("ledger", "entry", "The last entry", told.entry),
        ("ledger", "head", "Its hash", told.head),
        ("ledger", "walked", "Up to this entry it was whole", told.walked),
        ("ledger", "walked_at", "When that was looked at", _moment(told.walked_at, zone)),
        ("ledger", "walked_all_at", "When all of it was last looked at", _moment(told.walked_all_at, zone)),
        ("ledger", "anchored_at", "Of which day the anchor is that it goes through", _moment(told.anchored_at, zone)),
        ("ledger", "broken", "The first entry that is wrong", told.broken or None),
        ("ledger", "unchecked", "Entries not looked at for more than a week", told.unchecked),
    ]
    return as_csv(_HEADER, [(*span, *part) for part in parts])


def _moment(seconds: int, zone: tzinfo) -> str:
    return datetime.fromtimestamp(seconds, zone).isoformat(timespec="seconds") if seconds else ""
