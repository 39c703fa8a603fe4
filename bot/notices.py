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


def not_kept(book: Book, why: tuple[str, ...]) -> Card:
    """Beside the emergency card, which stays: what was typed with it was not taken."""
    blocks: tuple[Block, ...] = (
        Notice("Danger first. When that is done, open the form again.", "warning"),
        Points(why),
    )
    return Card("Your form was not kept", blocks, danger=book.emergency.line)
