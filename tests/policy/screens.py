"""A book and the bot as people read them: every text with its place, and whole screens to measure.

The one rule to keep: a conditional text stands on its screen whatever its condition, so that the longest screen is
measured; what people never see (sources of law, ids) is left out.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import textstat

import bot
from bot.cards import Block, Buttons, Facts, Heading, Notice, Numbers, Plain, Points, Quote, Say, Small
from bot.emergency import emergency_card
from bot.wording import BASES, CLOCKS
from policy.book import Book, Contact, Guide, Lane, Outcome, Screen

LONG_ENOUGH = 30
"""Words. A shorter text has too few sentences for a formula; the word list is for it."""

_UNSPOKEN = {"Yes", "No", "Not sure"}
_COMMAND_LINE = {"__main__", "app", "charity", "importing", "restricting", "running", "settings", "trying"}
_NUMBER = re.compile(r"\b(0[0-9 ]{7,12}[0-9]|116 123)\b")


def grade(texts: list[str]) -> float:
    """The Flesch-Kincaid grade of a screen. What has no full stop is a sentence of its own; a number is one word."""
    return float(textstat.flesch_kincaid_grade(_running(texts)))


def words_in(texts: list[str]) -> int:
    return len(_running(texts).split())


def _running(texts: list[str]) -> str:
    told = " ".join(text if re.search(r"[.?!]\W?$", text) else f"{text}." for text in texts if text)
    return _NUMBER.sub("number", told.replace('"', "").replace("gov.uk", "website"))


def asking(book: Book) -> Iterator[tuple[str, list[str]]]:
    """The screens that ask, and the one of an emergency."""
    for screen in book.screens:
        yield f"screen '{screen.id}'", [*_screen(book, screen)]
    yield "emergency", [text for block in emergency_card(book).blocks for text in _said(block)]


def guiding(book: Book) -> Iterator[tuple[str, list[str]]]:
    """What stands on the card of an outcome, behind "More help" and behind "Why?", in each lane that comes to it."""
    for lane in book.lanes:
        for name in dict.fromkeys(rule.outcome for rule in lane.rules if rule.outcome in book.outcomes):
            outcome = book.outcomes[name]
            yield f"{lane.id}, outcome '{name}': card", [*_card(book, lane, outcome)]
            yield f"{lane.id}, outcome '{name}': help", [*_help(book, lane, outcome)]
            yield f"{lane.id}, outcome '{name}': why", [*_why(book, lane, outcome)]


def _screen(book: Book, screen: Screen) -> Iterator[str]:
    yield screen.ask
    yield screen.why
    for question in book.questions:
        if question.screen == screen.id:
            yield question.ask if question.ask != screen.ask else ""
            yield question.help
            yield from (option.label for option in question.options if option.label not in _UNSPOKEN)


def _card(book: Book, lane: Lane, outcome: Outcome) -> Iterator[str]:
    yield from (lane.title, outcome.title, outcome.plain)
    yield from _each((*outcome.steps, *outcome.script))
    yield from (text for id in outcome.contacts for text in _contact(book.contacts[id]))
    added = [addition.recipient for addition in lane.adds]
    yield from (
        text for id in added for contact in book.recipients[id].contacts for text in _contact(book.contacts[contact])
    )


def _help(book: Book, lane: Lane, outcome: Outcome) -> Iterator[str]:
    yield from _each((*outcome.guides, *lane.show))
    yield book.silence
    if book.what_if:
        yield from (book.what_if.say, *book.what_if.how)


def _why(book: Book, lane: Lane, outcome: Outcome) -> Iterator[str]:
    yield outcome.plain
    yield from (book.recipients[id].title for id in outcome.recipients if id in book.recipients)
    yield from (book.approvals[rule.approval].plain for rule in lane.rules if rule.approval)
    yield from (book.clauses[id].title for id in (*lane.clauses, *outcome.clauses))
    yield from (text for id in (*lane.law, *outcome.law) for text in (book.law[id].text, book.law[id].policy_says))
    if outcome.precedent:
        yield outcome.precedent.text


def _each(guides: tuple[Guide, ...]) -> Iterator[str]:
    yield from (guide.say for guide in guides)


def _contact(contact: Contact) -> Iterator[str]:
    yield from (contact.name, contact.number, contact.hours, contact.use)


def _said(block: Block | Plain) -> list[str]:
    match block:
        case Heading(text) | Say(text) | Quote(text) | Notice(text) | Small(text):
            return [text]
        case Points(items):
            return list(items)
        case Facts(rows):
            return [text for row in rows for text in row]
        case Numbers(rows):
            return [text for row in rows for text in (row.name, row.number, row.note)]
        case Buttons(buttons):
            return [button.label for button in buttons]
        case _:
            raise AssertionError(f"an emergency card has no {block}")


def every_text(book: Book) -> Iterator[tuple[str, str]]:
    """(where it stands, the text) of everything in the book that a worker may read."""
    for where, texts in _places(book):
        yield from ((where, text) for text in texts if text)


def _places(book: Book) -> Iterator[tuple[str, list[str]]]:
    head = [book.title, book.silence, *((book.what_if.say, *book.what_if.how) if book.what_if else ())]
    yield "[book]", head
    urgent = book.emergency
    yield "[emergency]", [urgent.line, urgent.title, urgent.first, *urgent.steps, *urgent.say, urgent.after]
    for screen in book.screens:
        yield f"screen '{screen.id}'", [screen.ask, screen.why]
    for question in book.questions:
        labels = (option.label for option in question.options)
        yield f"question '{question.id}'", [question.ask, question.help, *labels]
    for lane in book.lanes:
        yield f"lane '{lane.id}'", [lane.title, *(guide.say for guide in (*lane.show, *lane.never))]
    for outcome in book.outcomes.values():
        case = [outcome.precedent.text] if outcome.precedent else []
        yield f"outcome '{outcome.id}'", [outcome.title, outcome.plain, *_each(outcome.guides), *case]
    for approval in book.approvals.values():
        yield f"approval '{approval.code}'", [approval.title, approval.plain]
    for recipient in book.recipients.values():
        yield f"recipient '{recipient.id}'", [recipient.title]
    for contact in book.contacts.values():
        yield f"contact '{contact.id}'", [*_contact(contact)]
    for clause in book.clauses.values():
        yield f"clause '{clause.id}'", [clause.title]
    for note in book.law.values():
        yield f"law '{note.id}'", [note.text, note.policy_says]
    for check in book.checks:
        yield f"check '{check.id}'", [check.say]


def bot_texts() -> Iterator[tuple[str, str]]:
    """Every sentence of three words or more in the bot's own files; a name stands where one is put in."""
    yield from (("bot/wording.py", text) for text in (*CLOCKS.values(), *BASES.values()))
    folder = Path(bot.__file__).parent
    for path in sorted(folder.rglob("*.py")):
        within = path.relative_to(folder).parts
        if within[:2] != ("channels", "web") and within[0] != "bookshelf" and path.stem not in _COMMAND_LINE:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            texts = (text for text in _literals(tree) if len(text.split()) >= 3 and not text.startswith("<!doctype"))
            yield from ((f"{path.parent.name}/{path.name}", text) for text in texts)


def _literals(tree: ast.Module) -> Iterator[str]:
    # A string that stands alone documents what is above it, and nobody is shown it.
    passed_over = {id(item.value) for item in ast.walk(tree) if isinstance(item, ast.Expr)}
    for item in ast.walk(tree):
        if isinstance(item, ast.JoinedStr):
            passed_over |= {id(part) for part in item.values}
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "Amira" for part in item.values)
        elif isinstance(item, ast.Constant) and isinstance(item.value, str) and id(item) not in passed_over:
            yield item.value
