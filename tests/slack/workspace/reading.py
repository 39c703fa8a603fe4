"""Blocks as somebody sees them: the words, the buttons by their labels, the fields by theirs."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.slack.workspace.blocks import choices

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Input:
    label: str
    block_id: str
    optional: bool
    element: Json


def words(text: Json) -> str:
    """A text object as it is shown: links by their label, bold without its stars."""
    if text["type"] == "plain_text":
        return str(text["text"])
    said = re.sub(r"<[^|>]*\|([^>]*)>", r"\1", text["text"])
    said = re.sub(r"^&gt; |^> ", "", said, flags=re.MULTILINE)
    return html.unescape(re.sub(r"\*([^*\n]+)\*", r"\1", said))


def option_words(option: Json) -> str:
    below = option.get("description")
    return words(option["text"]) + (f" {words(below)}" if below else "")


def buttons(blocks: list[Json]) -> Iterator[tuple[str, Json, Json]]:
    """(label, the button, its block), in order."""
    for block in blocks:
        for element in block.get("elements", ()) if block["type"] == "actions" else ():
            if element["type"] == "button":
                yield words(element["text"]), element, block


def inputs(blocks: list[Json]) -> Iterator[Input]:
    for block in blocks:
        if block["type"] == "input":
            yield Input(words(block["label"]), block["block_id"], bool(block.get("optional")), block["element"])


def seen(blocks: list[Json], state: Json, errors: dict[str, str] | None = None) -> str:
    """Everything, a line each. `state` is what this person has filled in: block id -> action id -> value."""
    lines: list[str] = []
    for block in blocks:
        match block["type"]:
            case "header":
                lines.append(f"# {words(block['text'])}")
            case "section":
                lines.append(words(block["text"]))
            case "rich_text":
                lines.extend(part["text"] for said in block["elements"] for part in said["elements"])
            case "context":
                lines.append(" ".join(words(each) for each in block["elements"]))
            case "image":
                lines += [words(block["title"]), f"(picture: {block['alt_text']})"]
            case "actions":
                lines.append("  ".join(f"[{label}]" for label, _, _ in buttons([block])))
            case "input":
                lines.extend(_input(block, state))
                if errors and block.get("block_id") in errors:
                    lines.append(f"! {errors[block['block_id']]}")
            case other:
                lines.append(f"({other})")
    return "\n".join(lines)


def _input(block: Json, state: Json) -> Iterator[str]:
    element = block["element"]
    held = state.get(str(block.get("block_id")), {}).get(element["action_id"], {})
    yield f"{words(block['label'])}:"
    if element["type"] == "plain_text_input":
        yield f"  ________ {held.get('value') or ''}".rstrip()
        return
    chosen = [each["value"] for each in held.get("selected_options") or ()]
    if held.get("selected_option"):
        chosen.append(held["selected_option"]["value"])
    for option in choices(element):
        yield f"  ({'x' if option['value'] in chosen else ' '}) {option_words(option)}"


def beginning(blocks: list[Json]) -> Json:
    """The state of the inputs before anybody touched them."""
    state: Json = {}
    for each in inputs(blocks):
        element = each.element
        held: Json = {"type": element["type"]}
        match element["type"]:
            case "checkboxes" | "multi_static_select":
                held["selected_options"] = list(element.get("initial_options", []))
            case "radio_buttons" | "static_select":
                held["selected_option"] = element.get("initial_option")
            case "plain_text_input":
                held["value"] = element.get("initial_value")
            case _:
                pass
        state.setdefault(each.block_id, {})[element["action_id"]] = held
    return state
