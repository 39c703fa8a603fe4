"""What is said where there is no consultation to show: not here, not known, not kept. Pure; takes only the book."""

from __future__ import annotations

from bot.cards import Block, Button, Buttons, Card, Notice, Points, Say
from policy.book import Book


def plain(book: Book, title: str, text: str) -> Card:
    """One sentence, and the two ways on."""
    ways = Buttons((Button("Home", "home"), Button("Start a checklist", "start")))
    return Card(title, (Say(text), ways), danger=book.emergency.line)


def elsewhere(book: Book) -> Card:
    """For a channel, a group, or any place that somebody else can read."""
    blocks: tuple[Block, ...] = (
        Notice("Not here: other people can read this.", "warning"),
        Say("Open your own messages with Confer and start there. Nothing from here was kept."),
    )
    return Card("Please use your own messages", blocks, danger=book.emergency.line)


def stranger(book: Book) -> Card:
    """For an account that is nobody's, or a leaver's."""
    blocks: tuple[Block, ...] = (
        Say("You are not on this charity's list of active people, so the checklist is closed to you."),
        Say("Is somebody waiting for you on a case? Ring your safeguarding lead now."),
        Say("Ask an administrator of Confer to add you.", quiet=True),
    )
    return Card("We do not know you yet", blocks, danger=book.emergency.line)


def cannot_open(book: Book, *, altered: bool) -> Card:
    """Where a key is missing, or what was kept is not what was written. Nothing of the record is shown with it."""
    why = "The bot does not have the key to what was written here. It is safe, and it can be opened again."
    if altered:
        why = "What was written here does not open. It may have been changed. Please do not rely on it."
    blocks: tuple[Block, ...] = (
        Notice(why, "warning"),
        Say("Do not wait for it. Ring your safeguarding lead, and write down what you do."),
        Say("Nothing was recorded from your press. Answers, decisions and who made them are still there."),
        Say("Ask whoever looks after Confer to run: python -m bot keys check", quiet=True),
        Buttons((Button("Home", "home"), Button("Start a checklist", "start"))),
    )
    return Card("We cannot open this now", blocks, danger=book.emergency.line)


def not_kept(book: Book, why: tuple[str, ...]) -> Card:
    """Beside the emergency card, which stays: what was typed with it was not taken."""
    blocks: tuple[Block, ...] = (
        Notice("Danger first. When that is done, open the form again.", "warning"),
        Points(why),
    )
    return Card("Your form was not kept", blocks, danger=book.emergency.line)
