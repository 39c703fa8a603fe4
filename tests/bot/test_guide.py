"""docs/writing-a-book.md is true: typed from an empty file, it prints what it says and ends in a whole book."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from policy import book as nouns
from policy.reading import BookError, read, read_file
from tests.bot.conftest import Command
from tests.bot.guide import PAGE, Printed, followed

TEXT = PAGE.read_text(encoding="utf-8")

MISTAKES = [
    ('title = "The Soup Pot: who do I tell?"', "title = “The Soup Pot”"),
    ('title = "The Soup Pot: who do I tell?"', "title = The Soup Pot"),
    ('when = {child = ["yes", "unsure"]}\noutcome', 'when = {child: "yes"}\noutcome'),
    ('when = {child = ["yes", "unsure"]}\noutcome', 'when = {child = "yes",\n  about_us = "no"}\noutcome'),
    ('[[lane]]\nid = "adult"', '[lane]\nid = "adult"'),
    ('when = {child = ["yes", "unsure"]}\noutcome', 'when = {chidl = ["yes", "unsure"]}\noutcome'),
    ('when = {child = ["yes", "unsure"]}\noutcome', 'when = {child = ["yes", "maybe"]}\noutcome'),
    ('title = "A child"', 'titel = "A child"'),
    (
        'when = {abused = ["yes", "unsure"], their_own_no = "yes"}\noutcome = "adult_advice"',
        'outcome = "adult_advice"',
    ),
    ('when = {about_us = "yes"}\n\n[[derived]]', 'when = {about_us = "yes", how = "email"}\n\n[[derived]]'),
    ('\nabout_us = "no"\n', "\n"),
    ('[[lane]]\nid = "adult"', '[[lane]]\nid = "child"'),
    ('outcome = "adult_advice"\n\n', 'outcome = "adult_tell"\n\n'),
    ('capabilities = ["safeguarding_lead"]\n', 'capabilities = ["safeguarding_led"]\n'),
    ('title = "A child"', 'title = "A child\u200b"'),
]
"""One a row of the table of usual mistakes, in its order."""


@pytest.fixture
def typed(confer: Command, tmp_path: Path) -> tuple[list[Printed], Path]:
    """The whole page typed into a folder of books of its own."""
    books = tmp_path / "books"
    books.mkdir()

    def check(*files: str) -> str:
        said = confer("book", "check", *files, environment={"BOOKS_DIR": str(books)})
        return said.out + said.err

    return list(followed(books, check)), books / "soup.toml"


def test_every_command_prints_what_the_page_says(typed: tuple[list[Printed], Path]) -> None:
    commands, _ = typed

    assert len(commands) >= 8
    for command in commands:
        assert command.printed == command.promised, command.command


def test_the_book_of_the_page_is_whole_and_short(typed: tuple[list[Printed], Path]) -> None:
    _, path = typed

    book = read(path.read_text(encoding="utf-8"))

    assert (book.id, len(book.lanes), len(book.examples), len(book.invariants)) == ("soup", 5, 5, 4)


def test_every_usual_mistake_is_told_in_the_words_of_the_table(typed: tuple[list[Printed], Path]) -> None:
    whole = typed[1].read_text(encoding="utf-8")
    rows = [row.split(" | ") for row in TEXT.split("| what you did |")[1].split("\n\n")[0].splitlines()[2:]]

    for (there, instead), (did, message, _) in zip(MISTAKES, rows, strict=False):
        assert there in whole, did
        with pytest.raises(BookError) as caught:
            read(whole.replace(there, instead, 1), "soup.toml")
        for part in message.replace("\\|", "|").split(" … "):
            part = re.sub(r"^line \d+ ", "", part)
            assert part in str(caught.value), (did, str(caught.value))
    with pytest.raises(BookError, match=re.escape(rows[len(MISTAKES)][1])):
        read_file(whole.encode("utf-16"), "soup.toml")


NOUNS = {
    "screen": nouns.Screen,
    "question": nouns.Question,
    "flag": nouns.Flag,
    "derived": nouns.Derived,
    "outcome": nouns.Outcome,
    "approval": nouns.Approval,
    "exclusion": nouns.Exclusion,
    "recipient": nouns.Recipient,
    "contact": nouns.Contact,
    "check": nouns.Check,
    "example": nouns.Example,
}


@pytest.mark.parametrize("kind", NOUNS)
def test_the_table_of_keys_marks_every_key_that_must_be_there(kind: str) -> None:
    [row] = [line for line in TEXT.splitlines() if line.startswith(f"| `[[{kind}]]` |")]
    needed = [f.name for f in fields(NOUNS[kind]) if f.default is MISSING and f.default_factory is MISSING]

    assert [name for name in needed if f"`{name}`!" not in row] == []
