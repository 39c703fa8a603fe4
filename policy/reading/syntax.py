"""Bytes or text -> the values that its TOML holds, or one fault that shows the line and says how to mend it.

The one rule to keep: whatever somebody saved under the name of a book ends in values or in a `BookError`.
"""

from __future__ import annotations

import re
from typing import Any

import tomli

from policy.reading.faults import BookError, Fault

_WHERE = re.compile(r" ?\(at (?:line (\d+), column \d+|end of document)\)")
_CURLY = re.compile("[\u2018-\u201f\u00ab\u00bb]")
_SHOWN = 80  # characters of a line that a message repeats


def decoded(data: bytes, name: str) -> str:
    """The text of a book's file. A byte-order mark, which some editors put in front, is left out."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"is not written in UTF-8 (line {line}). Save it again with the encoding UTF-8."
        raise BookError([Fault(name, "", "", message)]) from None


def parsed(text: str, name: str) -> dict[str, Any]:
    """The tables and keys of the text. Raises `BookError` with the one fault that TOML's reader stopped at."""
    if not text.strip():
        raise BookError([Fault(name, "", "", "this file is empty. A book begins with [book].")])
    try:
        return tomli.loads(text.removeprefix("\ufeff"))
    except RecursionError:
        message = "brackets are nested too deeply to be read."
    except ValueError as error:
        message = _told(str(error), text)
    raise BookError([Fault(name, "", "", message)])


def _told(error: str, text: str) -> str:
    """The reader's complaint in an author's words: the line as it stands, and what is most likely wrong with it."""
    found = _WHERE.search(error)
    complaint = _WHERE.sub("", error)
    complaint = complaint if len(complaint) <= 2 * _SHOWN else f"{complaint[: 2 * _SHOWN]}…"
    if found is None or not found[1]:
        last = len(text.rstrip().splitlines())
        return f"this is not TOML up to its end in line {last}: {complaint}.{_hint(complaint, '')}"
    lines = text.replace("\r\n", "\n").split("\n")
    at = int(found[1])
    line = lines[at - 1].strip() if at <= len(lines) else ""
    shown = "".join(letter if letter.isprintable() else "\ufffd" for letter in line[:_SHOWN])
    more = "…" if len(line) > _SHOWN else ""
    return (
        f"line {at} is not TOML, so nothing after it could be checked: {complaint}. "
        f"The line is: {shown}{more}{_hint(complaint, line)}"
    )


def _hint(complaint: str, line: str) -> str:
    kept = re.sub(r'"[^"]*"', '""', line)
    if _CURLY.search(line):
        return ' (Use the plain quotation mark ", not the curly ones of a word processor.)'
    if "\t" not in line and any(not letter.isprintable() for letter in line):
        return " (There is a character that cannot be seen. Type the line again.)"
    if "overwrite" in complaint or "twice" in complaint or "Duplicate" in complaint or "mutate" in complaint:
        return " (This is here twice. A list of things, such as rules, has double brackets: [[lane.rule]].)"
    if re.search(r"\{[^}]*[\w\"]+\s*:", kept) or re.match(r"\w+\s*:", kept):
        return ' (Write = and not a colon: child = "yes".)'
    if "inline table" in complaint or ("{" in kept and "}" not in kept) or re.search(r",\s*\}", kept):
        return " (What stands between { and } stays on one line, with no comma before the }.)"
    if re.search(r"=\s*\[\s*[\w.\-]+\s*=", kept):
        return ' (A row stands in curly brackets: [{child = "yes"}].)'
    if "digits" in complaint:
        return " (A number is much too long.)"
    if re.search(r"=\s*\d", kept) and "Expected newline" in complaint:
        return " (A day is written 2026-01-31. Anything else that begins with a digit is a text, in quotation marks.)"
    if "Invalid value" in complaint:
        return ' (A text stands in quotation marks: "like this". true, false, numbers and dates do not.)'
    if "nclosed" in complaint or "nterminated" in complaint or "Illegal character" in complaint or not line:
        return " (A quotation mark or a bracket may not be closed, here or further up.)"
    if "Expected '='" in complaint or "Invalid statement" in complaint:
        return ' (A line is a [table], a [[table of a list]], or key = "value".)'
    return ""
