"""A document as a PDF that a screen reader can read: tagged, titled, in its language (PDF/UA-1, ISO 14289-1).

The rule to keep: nothing of it is written to disk on the way; what somebody typed is data here, never code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files
from typing import Any

import typst

from bot.record.document import Block, Document, Heading, Points, Quote, Say, Table
from bot.record.times import moment

_CANNOT_SHOW = re.compile(r"could not be displayed")
_KNOWN = re.compile(r"[\t\n -~\u00a0-\u024f\u0370-\u03ff\u0400-\u04ff\u1e00-\u1eff\u2010-\u2027\u20ac\u2116\u2122]")
"""Letters that the typesetter's own fonts have, on every machine."""

_LINE = 60
"""Letters on a line across the page, counted low."""

_SHORT = 24
"""A table of no more lines stays on one page, and so does a row: well under what one holds."""


def pdf(document: Document, zone: str) -> bytes:
    """The file. A letter that no font here has is written as its number, such as [U+65E5]; JSON keeps it as it was."""
    foot = f"{document.charity}. Made {moment(document.made_at, zone)}."
    data = {
        "title": document.title,
        "charity": document.charity,
        "mark": document.mark,
        "foot": foot,
        "blocks": [_block(block) for block in document.blocks],
    }
    try:
        return _set(json.dumps(data), document.made_at)
    except typst.TypstError as wrong:
        if not _CANNOT_SHOW.search(wrong.message):
            raise
        return _set(json.dumps(_numbered(data)), document.made_at)


def _set(data: str, made_at: datetime) -> bytes:
    page = (files("bot.record") / "page.typ").read_bytes()
    # Its warnings, of a font that is not on this machine, are given back and left: Python's own filter of warnings is
    # the whole process's, and two papers are set at once.
    found, _ = typst.compile_with_warnings(
        page,
        format="pdf",
        sys_inputs={"document": data},
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,  # the same file on every machine
        timestamp=made_at.replace(microsecond=0),
    )
    if not isinstance(found, bytes):
        raise TypeError("the typesetter gave no file")
    return found


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Heading(level, text):
            return {"kind": "heading", "level": level, "text": text}
        case Say(text, weight):
            return {"kind": "say", "text": text, "weight": weight}
        case Quote(text, source):
            return {"kind": "quote", "text": text, "source": source}
        case Points(items):
            return {"kind": "points", "items": items}
        case Table(header, rows, widths):
            cells = [{"cells": row, "short": _lines((row,), widths) <= _SHORT} for row in rows]
            short = _lines((header, *rows), widths) <= _SHORT
            return {"kind": "table", "short": short, "header": header, "rows": cells, "widths": widths}


def _lines(rows: Sequence[Sequence[str]], widths: Sequence[int]) -> int:
    """How many lines a table takes at most, or a few more."""
    room = [max(1, width * _LINE // sum(widths)) for width in widths]
    return sum(
        max(sum(1 + len(line) // space for line in cell.split("\n")) for cell, space in zip(row, room, strict=True))
        for row in rows
    )


def _numbered(value: Any) -> Any:
    match value:
        case str():
            return "".join(each if _KNOWN.match(each) else f"[U+{ord(each):04X}]" for each in value)
        case dict():
            return {key: _numbered(each) for key, each in value.items()}
        case list() | tuple():
            return [_numbered(each) for each in value]
        case _:
            return value
