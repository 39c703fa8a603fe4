"""A record, or a copy of one, as JSON for a machine: field by field, and the document's own sections beside them.

The rule to keep: what the document does not show does not stand in here either.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.record.document import Block, Document, Heading, Points, Quote, Say, Table

FORM = "confer record 1"
"""What the first field says, so that whoever reads it knows what to expect."""


def as_json(document: Document, zone: str, more: Mapping[str, Any] | None = None) -> bytes:
    """UTF-8, with times as ISO 8601 in the charity's zone. `more`: dataclasses and plain values beside the sections."""
    found: dict[str, Any] = {
        "form": FORM,
        "language": "en-GB",
        "title": document.title,
        "charity": document.charity,
        "reference": document.mark,
        "made_at": document.made_at,
        **(more or {}),
        "document": [_block(block) for block in document.blocks],
    }
    return (json.dumps(_plain(found, ZoneInfo(zone)), ensure_ascii=False, indent=2) + "\n").encode()


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Heading(level, text):
            return {"heading": text, "level": level}
        case Say(text):
            return {"text": text}
        case Quote(text, source):
            return {"words": text, "source": source}
        case Points(items):
            return {"points": items}
        case Table(header, rows, _):
            return {"table": [dict(zip(header, row, strict=True)) for row in rows]}


def _plain(value: Any, zone: ZoneInfo) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name), zone) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(each, zone) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each, zone) for each in value]
    return value
