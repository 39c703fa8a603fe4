"""What Slack would refuse in a list of blocks: its SDK's own models, and the limits its pages name beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

Json = dict[str, Any]

OPTION_LISTS = {"checkboxes": 10, "radio_buttons": 10, "static_select": 100, "multi_static_select": 100}


def problems(blocks: object, most: int = 50) -> list[str]:
    """Every fault, in words; an empty list where Slack would take them."""
    if not isinstance(blocks, list) or not all(isinstance(each, dict) for each in blocks):
        return ["blocks must be a list of objects"]
    found = [] if len(blocks) <= most else [f"{len(blocks)} blocks: more than {most}"]
    for n, block in enumerate(blocks):
        found += [f"block {n}: {fault}" for fault in _of_one(json.dumps(block))]
    ids = [element["action_id"] for element in elements(blocks)]
    found += [f"action_id {id!r} stands twice" for id in sorted(set(ids)) if ids.count(id) > 1]
    named = [block["block_id"] for block in blocks if "block_id" in block]
    found += [f"block_id {id!r} stands twice" for id in sorted(set(named)) if named.count(id) > 1]
    return found


def view_problems(view: Json) -> list[str]:
    """The same for a modal or a home page. https://docs.slack.dev/reference/views"""
    found = problems(view.get("blocks"), most=100)
    if view.get("type") not in ("modal", "home"):
        found.append(f"type {view.get('type')!r}")
    if view.get("type") == "modal":
        for name in ("title", "submit", "close"):
            text = (view.get(name) or {}).get("text", "" if name == "title" else "x")
            if not 1 <= len(text) <= 24:
                found.append(f"{name} has {len(text)} characters")
        if any(block.get("type") == "input" for block in view.get("blocks", ())) and not view.get("submit"):
            found.append("inputs, and no submit")
    if len(view.get("private_metadata", "")) > 3000:
        found.append("private_metadata is over 3000 characters")
    return found


def elements(blocks: list[Json]) -> Iterator[Json]:
    """Everything that can be pressed, ticked or typed in."""
    for block in blocks:
        match block.get("type"):
            case "actions":
                yield from block["elements"]
            case "input":
                yield block["element"]
            case "section" if "accessory" in block:
                yield block["accessory"]
            case _:
                pass


@lru_cache(20_000)
def _of_one(block: str) -> tuple[str, ...]:
    """Every fault of one block, given as JSON. Remembered: the suite shows the same few screens thousands of times."""
    read: Json = json.loads(block)
    return (*_unread(read), *_faults(read))


def _unread(block: Json) -> Iterator[str]:
    """What the SDK's own model makes of it."""
    try:
        parsed = Block.parse(block)
        if parsed is None:
            yield "the SDK does not know it"
        elif parsed.to_dict() != block:
            yield "it is not what was sent once the SDK has read it"
    except (SlackObjectFormationError, KeyError, TypeError) as error:
        yield f"the SDK refuses it: {error}"


def _faults(block: Json) -> Iterator[str]:
    for text in _texts(block):
        if not str(text.get("text", "")).strip():
            yield "empty text"
    match block.get("type"):
        case "section":
            if len(block.get("text", {}).get("text", "")) > 3000:
                yield "a section over 3000 characters"
        case "header":
            if len(block["text"]["text"]) > 150:
                yield "a header over 150 characters"
        case "context":
            if not 1 <= len(block["elements"]) <= 10:
                yield "a context block with none or more than 10 elements"
        case "image":
            if not 1 <= len(block.get("alt_text", "")) <= 2000:
                yield "a picture without words, or with more than 2000 characters"
            if ("image_url" in block) == ("slack_file" in block) or len(block.get("slack_file", {"id": ""})) != 1:
                yield "a picture from nowhere, or from two places"
        case "actions":
            if not 1 <= len(block["elements"]) <= 25:
                yield "an actions block with none or more than 25 elements"
        case _:
            pass
    for element in elements([block]):
        yield from _element(element)


def _element(element: Json) -> Iterator[str]:
    kind = element["type"]
    if not 1 <= len(element.get("action_id", "")) <= 255:
        yield "an action_id that is missing or too long"
    if kind == "button":
        if len(element["text"]["text"]) > 75 or len(element.get("accessibility_label", "")) > 75:
            yield "a button label over 75 characters"
        if len(element.get("value", "")) > 2000:
            yield "a button value over 2000 characters"
        if element.get("style") not in (None, "primary", "danger"):
            yield "a style that is none"
    if kind in OPTION_LISTS:
        options = list(choices(element))
        lists = element.get("option_groups") or [element]
        if any(not 1 <= len(each.get("options", ())) <= OPTION_LISTS[kind] for each in lists):
            yield f"{kind} with none or too many options"
        values = [option["value"] for option in options]
        if len(set(values)) != len(values):
            yield f"{kind} with the same value twice"
        for option in options:
            if len(option["text"]["text"]) > 75 or len(option.get("description", {}).get("text", "")) > 75:
                yield "an option over 75 characters"
            if not 1 <= len(option["value"]) <= 150:
                yield "an option's value is empty or over 150 characters"
        first = element.get("initial_options", [element["initial_option"]] if "initial_option" in element else None)
        if first is not None and (not first or any(each not in options for each in first)):
            yield "an initial option that is not among the options"


def choices(element: Json) -> Iterator[Json]:
    yield from element.get("options", ())
    for group in element.get("option_groups", ()):
        yield from group["options"]


def _texts(held: object) -> Iterator[Json]:
    if isinstance(held, dict):
        if held.get("type") in ("plain_text", "mrkdwn"):
            yield held
        for each in held.values():
            yield from _texts(each)
    elif isinstance(held, list):
        for each in held:
            yield from _texts(each)
