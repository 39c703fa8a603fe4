"""What Teams would refuse, or show wrongly, in a card: by Microsoft's schema, its limits, and its pages for designers.

https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from tests.teams.schema import faults

Json = dict[str, Any]

MOST_BYTES = 28 * 1024
MOST_ACTIONS = 6  # of one set; more of them are not shown on every client
NEWEST = (1, 5)


def problems(card: object) -> list[str]:
    """Every fault, in words; an empty list where Teams would take and show it all."""
    if not isinstance(card, dict) or card.get("type") != "AdaptiveCard":
        return ["it is no Adaptive Card"]
    written = json.dumps(card, ensure_ascii=False)
    if (size := len(written.encode())) > MOST_BYTES:
        return [f"{size} bytes: more than {MOST_BYTES}"]
    return list(_of_one(written))


def elements(held: object) -> Iterator[Json]:
    """Everything with a type in it, in the order in which it is read: first the element, then what is inside."""
    if isinstance(held, dict):
        if "type" in held:
            yield held
        for name, each in held.items():
            if name not in ("fallback", "data"):
                yield from elements(each)
    elif isinstance(held, list):
        for each in held:
            yield from elements(each)


@lru_cache(20_000)
def _of_one(written: str) -> tuple[str, ...]:
    """Remembered: the suite shows the same few screens thousands of times."""
    card: Json = json.loads(written)
    found = [*_whole(card), *faults(card)]
    for each in elements(card):
        found += [f"{each['type']}: {fault}" for fault in _faults(each)]
    return tuple(found)


def _whole(card: Json) -> Iterator[str]:
    version = tuple(int(part) for part in str(card.get("version", "0")).split("."))
    if not (1, 0) <= version <= NEWEST:
        yield f"version {card.get('version')!r}"
    if not card.get("body"):
        yield "nothing in it"
    if not card.get("fallbackText") or not card.get("speak"):
        yield "no words for those who cannot see it, or whose Teams cannot draw it"
    every = list(elements(card))
    ids = [each["id"] for each in every if "id" in each]
    yield from (f"id {id!r} stands twice" for id in sorted(set(ids)) if ids.count(id) > 1)
    for each in every:
        if each["type"] == "Action.ToggleVisibility" and not set(map(_target, each["targetElements"])) <= set(ids):
            yield "it shows or hides what is not there"
    if len((card.get("refresh") or {}).get("userIds", ())) > 60:
        yield "more than 60 people to refresh for"
    if "null" in json.dumps([value for each in every for value in each.values() if value is None]):
        yield "null where there should be nothing"


def _target(target: Any) -> str:
    return str(target if isinstance(target, str) else target["elementId"])


def _faults(each: Json) -> Iterator[str]:
    kind = each["type"]
    if kind in ("TextBlock", "TextRun") and not str(each.get("text", "")).strip():
        yield "empty text"
    if kind == "TextBlock" and not each.get("wrap"):
        yield "a text that is cut at the end of its line"
    if kind in ("ActionSet", "AdaptiveCard") and len(each.get("actions") or ()) > MOST_ACTIONS:
        yield "more actions than Teams shows"
    if kind == "ActionSet" and not each.get("actions"):
        yield "no actions"
    if kind == "Image":
        if not str(each.get("altText", "")).strip():
            yield "a picture without words"
        head, _, file = str(each.get("url", "")).partition(";base64,")
        if (head, b64decode(file, validate=True)[:8]) != ("data:image/png", b"\x89PNG\r\n\x1a\n"):
            yield "no PNG of its own"
    if kind == "FactSet" and not each.get("facts"):
        yield "no facts"
    if kind.startswith("Action."):
        yield from _action(each)
    if kind.startswith("Input."):
        yield from _input(each)


def _action(each: Json) -> Iterator[str]:
    if not str(each.get("title", "")).strip():
        yield "no title"
    if each.get("style", "default") not in ("default", "positive", "destructive"):
        yield "a style that is none"
    if each["type"] != "Action.Execute":
        return
    if not each.get("verb"):
        yield "no verb"
    older = each.get("fallback")
    if not isinstance(older, dict) or older.get("type") != "Action.Submit":
        yield "no Action.Submit for an older Teams"
    elif (older.get("title"), older.get("associatedInputs")) != (each.get("title"), each.get("associatedInputs")):
        yield "its Action.Submit says something else"


def _input(each: Json) -> Iterator[str]:
    kind = each["type"]
    if not each.get("id"):
        yield "no id"
    if not str(each.get("title" if kind == "Input.Toggle" else "label", "")).strip():
        yield "no label"
    if each.get("isRequired") and not each.get("errorMessage"):
        yield "required, and no words for who leaves it empty"
    if kind == "Input.ChoiceSet":
        values = [choice.get("value") for choice in each.get("choices", ())]
        if not values or len(set(values)) != len(values) or not all(values):
            yield "no choices, an empty one, or the same one twice"
        if any(not str(choice.get("title", "")).strip() for choice in each.get("choices", ())):
            yield "a choice without words"
        several = bool(each.get("isMultiSelect"))
        if several and any("," in str(value) for value in values):
            yield "a comma in the value of one of several"
        begun = str(each.get("value", ""))
        if begun and not set(begun.split(",") if several else [begun]) <= set(values):
            yield "it begins with what is not among the choices"
