"""Ways to break a book as text: a lost quotation mark, prose between the tables, bytes that are no letters at all.

The one rule to keep: a way that is sure breaks the second book whatever it happens to touch.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import policy

_FOLDER = Path(policy.__file__).parent / "books"
KETTLE = (_FOLDER / "kettle.toml").read_text(encoding="utf-8")
JUSTUS = (_FOLDER / "justus.toml").read_text(encoding="utf-8")


def _lines(chance: random.Random) -> list[str]:
    return KETTLE.splitlines()


def _whole(lines: list[str]) -> bytes:
    return "\n".join(lines).encode()


def _a_line(lines: list[str], chance: random.Random, holding: str) -> int:
    return chance.choice([at for at, line in enumerate(lines) if holding in line and not line.startswith("#")])


def loses_a_quotation_mark(chance: random.Random) -> bytes:
    lines = _lines(chance)
    at = _a_line(lines, chance, 'ask = "')
    lines[at] = lines[at].removesuffix('"')
    return _whole(lines)


def loses_the_quotation_marks(chance: random.Random) -> bytes:
    lines = _lines(chance)
    at = _a_line(lines, chance, 'title = "')
    lines[at] = lines[at].replace('"', "")
    return _whole(lines)


def pastes_from_a_word_processor(chance: random.Random) -> bytes:
    lines = _lines(chance)
    at = _a_line(lines, chance, ' = "')
    lines[at] = lines[at].replace('"', "“", 1).replace('"', "”", 1)
    return _whole(lines)


def writes_a_colon(chance: random.Random) -> bytes:
    lines = _lines(chance)
    at = _a_line(lines, chance, " = ")
    lines[at] = lines[at].replace(" = ", ": ", 1)
    return _whole(lines)


def loses_a_bracket(chance: random.Random) -> bytes:
    lines = _lines(chance)
    at = _a_line(lines, chance, "[")
    bracket = chance.choice([letter for letter in "[]{}" if letter in lines[at]])
    lines[at] = lines[at].replace(bracket, "", 1)
    return _whole(lines)


def breaks_a_row_over_two_lines(chance: random.Random) -> bytes:
    lines = _lines(chance)
    at = _a_line(lines, chance, "when = {")
    lines[at] = lines[at].replace("{", "{\n", 1)
    return _whole(lines)


def says_a_key_twice(chance: random.Random) -> bytes:
    lines = _lines(chance)
    at = _a_line(lines, chance, 'id = "')
    while not lines[at].startswith("id"):
        at = _a_line(lines, chance, 'id = "')
    lines.insert(at, lines[at])
    return _whole(lines)


def writes_prose(chance: random.Random) -> bytes:
    lines = _lines(chance)
    at = _a_line(lines, chance, "[[")
    lines.insert(
        at, chance.choice(("Then we ring the council.", "= yes", "[lane", "]]", "<<<<<<< HEAD", "“", "\x00", "- a"))
    )
    return _whole(lines)


def stops_short(chance: random.Random) -> bytes:
    return KETTLE.encode()[: chance.randrange(len(KETTLE.encode()) * 9 // 10)]


def loses_lines(chance: random.Random) -> bytes:
    lines = _lines(chance)
    start = chance.randrange(len(lines))
    return _whole(lines[:start] + lines[start + chance.randrange(1, 40) :])


def mixes_lines(chance: random.Random) -> bytes:
    lines = _lines(chance)
    start = chance.randrange(len(lines) - 30)
    part = lines[start : start + 30]
    chance.shuffle(part)
    return _whole(lines[:start] + part + lines[start + 30 :])


def changes_bytes(chance: random.Random) -> bytes:
    data = bytearray(KETTLE.encode())
    for _ in range(chance.randrange(1, 6)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def is_not_utf_8(chance: random.Random) -> bytes:
    other = chance.choice(("utf-16", "utf-16-le", "utf-32", "latin-1"))
    return KETTLE.replace("title", "títle" if other == "latin-1" else "title").encode(other)


def is_no_book(chance: random.Random) -> bytes:
    odd = (
        b"",
        b"\n\n",
        b"\x00" * 100,
        b"\xff\xfe",
        b"{}",
        b"[]",
        b"book = 1",
        b"<html></html>",
        b"%PDF-1.7\n\x00\x01",
        b"book = []\nlane = {}",
        b"[[book]]",
        b"a = 2026-13-45",
        b"a = 1979-05-27T99:00:00Z",
        b"# nur Worte\n",
        b"x = " + b"[" * 3000,
        b"x = " + b"[" * 3000 + b"]" * 3000,
        b"x = " + b"{a=" * 3000,
        b"x = " + b"9" * 5000,
        b"a" + b".a" * 3000 + b" = 1",
        b"[" + b"a." * 2000 + b"a]",
        b'x = "' + b"\\U0010FFFF" * 50 + b'"',
        b'x = "\\uD800"',
        b"x = 0x" + b"f" * 5000,
        b"x = 1e400",
        b"x = nan",
        b'"" = 1',
        b"[book]\nid = 1" + b"\n[[lane]]" * 500,
    )
    return chance.choice(odd)


def is_a_piece_of_the_first_book(chance: random.Random) -> bytes:
    blocks = JUSTUS.split("\n\n")
    start = chance.randrange(len(blocks) - 60)
    head = [JUSTUS[JUSTUS.index("[book]") :].split("\n\n", 1)[0]] if chance.random() < 0.7 else []
    return "\n\n".join([*head, *blocks[start : start + chance.randrange(1, 60)]]).encode()


Textual = Callable[[random.Random], bytes]

_MAYBE = (loses_lines, mixes_lines, changes_bytes, stops_short, writes_prose)

TEXTUAL: list[tuple[str, Textual, bool]] = [
    (way.__name__, way, way not in _MAYBE)
    for way in (
        loses_a_quotation_mark,
        loses_the_quotation_marks,
        pastes_from_a_word_processor,
        writes_a_colon,
        loses_a_bracket,
        breaks_a_row_over_two_lines,
        says_a_key_twice,
        writes_prose,
        stops_short,
        loses_lines,
        mixes_lines,
        changes_bytes,
        is_not_utf_8,
        is_no_book,
        is_a_piece_of_the_first_book,
    )
]
