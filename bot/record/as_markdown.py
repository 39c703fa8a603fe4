"""A document as Markdown: plain text that reads well where nothing draws it."""

from __future__ import annotations

import re

from bot.record.document import Block, Document, Heading, Points, Quote, Say, Table
from bot.record.times import moment

_SIGNS = re.compile(r"([\\`*_\[\]<>#|~])")
_AT_THE_START = re.compile(r"^(\s*)([-+=]|\d+[.)])(?=\s|$)")


def markdown(document: Document, zone: str) -> bytes:
    """UTF-8. What somebody typed can make no markup of its own."""
    parts = [f"# {_safe(document.title)}", f"{_safe(document.charity)} · {_safe(document.mark)}"]
    parts += [_block(block) for block in document.blocks]
    parts.append(f"Made {moment(document.made_at, zone)}. End of the document.")
    return ("\n\n".join(parts) + "\n").encode()


def _block(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"{'#' * (level + 1)} {_safe(text)}"
        case Say(text, "strong"):
            return f"**{_safe(text)}**"
        case Say(text):
            return _safe(text)
        case Quote(text, source):
            said = "\n".join(f"> {_safe(line)}" for line in text.splitlines() or [""])
            return f"{_safe(source)}:\n\n{said}"
        case Points(items):
            return "\n".join(f"- {_safe(item)}" for item in items)
        case Table(header, rows, _):
            lines = [_row(header), _row(tuple("---" for _ in header), raw=True), *(_row(row) for row in rows)]
            return "\n".join(lines)


def _row(cells: tuple[str, ...], *, raw: bool = False) -> str:
    return f"| {' | '.join(cell if raw else _safe(' '.join(cell.split())) for cell in cells)} |"


def _safe(text: str) -> str:
    return _AT_THE_START.sub(r"\1\\\2", _SIGNS.sub(r"\\\1", text))
