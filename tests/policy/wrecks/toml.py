"""TOML for whatever TOML can hold, so that a book can be broken as a structure and written down again."""

from __future__ import annotations

import json
from datetime import date, datetime, time
from typing import Any

Table = dict[str, Any]


def written(book: Table) -> str:
    """TOML for whatever TOML can hold: the head of each table, then its keys, lists of tables as such."""
    lines: list[str] = []

    def table(path: str, values: Table) -> None:
        lists = {key: value for key, value in values.items() if _tables(value)}
        lines.extend(f"{_key(key)} = {inline(value)}" for key, value in values.items() if key not in lists)
        for key, rows in lists.items():
            for row in rows:
                lines.append(f"\n[[{path}{_key(key)}]]")
                table(f"{path}{_key(key)}.", row)

    plain = {key: value for key, value in book.items() if not isinstance(value, dict) and not _tables(value)}
    table("", plain)
    for key, value in book.items():
        if isinstance(value, dict):
            lines.append(f"\n[{_key(key)}]")
            table(f"{_key(key)}.", value)
    table("", {key: value for key, value in book.items() if _tables(value)})
    return "\n".join(lines)


def inline(value: object) -> str:
    """A value on one line."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value)  # TOML's basic strings escape as JSON's do
        case datetime() | date() | time():
            return value.isoformat()
        case list():
            return "[" + ", ".join(inline(item) for item in value) + "]"
        case dict():
            return "{" + ", ".join(f"{_key(key)} = {inline(item)}" for key, item in value.items()) + "}"
        case _:
            return str(value)


def _key(key: str) -> str:
    return key if key.replace("_", "").isalnum() and key.isascii() else json.dumps(key)


def _tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)
