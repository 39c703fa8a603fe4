"""An Adaptive Card as somebody sees it: the words, the buttons by their labels, the fields by theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.teams.connector.cards import elements

Json = dict[str, Any]
State = dict[str, str]
"""What this person has filled in: input id -> value, as Teams sends it."""

SENDS = ("Action.Execute", "Action.Submit")


def words(text: str) -> str:
    """Markdown as Teams shows it: links by their label, lists with their dots."""
    said = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"^- ", "• ", said, flags=re.MULTILINE)


def buttons(card: Json) -> Iterator[tuple[str, Json]]:
    """(label, the action), in order; those that send something."""
    for each in elements(card):
        if each["type"] in SENDS:
            yield str(each["title"]), each


def ways_back(card: Json) -> list[str]:
    """The buttons for which nothing has to be filled in, and nothing that was is sent."""
    return [label for label, each in buttons(card) if each.get("associatedInputs") == "none"]


def inputs(card: Json) -> list[Json]:
    return [each for each in elements(card) if each["type"].startswith("Input.")]


def label_of(field: Json) -> str:
    return str(field["title"] if field["type"] == "Input.Toggle" else field["label"])


def is_called(choice: Json, label: str) -> bool:
    """By its label alone, or with what it means behind it."""
    title = str(choice["title"])
    return title == label or (title.startswith(label) and title[len(label) : len(label) + 1] in (".", " ", ","))


def option(field: Json, label: str) -> Json | None:
    """The choice with this label: the one whose whole words these are, else one that begins with them."""
    for match in (lambda each: each["title"] == label, lambda each: is_called(each, label)):
        for choice in field.get("choices", ()):
            if match(choice):
                return dict(choice)
    return None


def beginning(card: Json) -> State:
    """The inputs before anybody touched them. What is empty is sent as empty, except a list with nothing chosen."""
    state: State = {}
    for field in inputs(card):
        if field["type"] == "Input.Toggle":
            state[field["id"]] = str(field.get("value") or field.get("valueOff", "false"))
        elif field["type"] == "Input.Text" or field.get("value"):
            state[field["id"]] = str(field.get("value") or "")
    return state


def seen(card: Json, state: State) -> str:
    """Everything, a line each; also what stands behind a fold, which is one press away for whoever looks for it."""
    return "\n".join(line for each in card.get("body", ()) for line in _lines(each, state))


def _lines(each: Json, state: State) -> Iterator[str]:
    match each["type"]:
        case "TextBlock":
            title = each.get("style") == "heading" and each.get("size") == "Large"
            yield ("# " if title else "") + words(each["text"])
        case "RichTextBlock":
            yield "".join(run if isinstance(run, str) else run["text"] for run in each["inlines"])
        case "FactSet":
            yield from (f"{fact['title'].removesuffix(':')}: {fact['value']}" for fact in each["facts"])
        case "Image":
            yield f"(picture: {each['altText']})"
        case "ActionSet":
            yield "  ".join(f"[{label}]" for label, _ in buttons(each)) or _folds(each)
        case "Container" | "Column":
            yield from (line for inner in each["items"] for line in _lines(inner, state))
        case "ColumnSet":
            yield from (line for inner in each["columns"] for line in _lines(inner, state))
        case "Input.Text":
            yield f"{each['label']}:"
            yield f"  ________ {state.get(each['id'], '')}".rstrip()
        case "Input.Toggle":
            yield f"  ({'x' if _is_on(each, state) else ' '}) {each['title']}"
        case "Input.ChoiceSet":
            yield f"{each['label']}:"
            chosen = state.get(each["id"], "").split(",")
            yield from (
                f"  ({'x' if choice['value'] in chosen else ' '}) {choice['title']}" for choice in each["choices"]
            )
        case other:
            yield f"({other})"


def _is_on(each: Json, state: State) -> bool:
    return bool(state.get(each["id"]) == each.get("valueOn", "true"))


def _folds(each: Json) -> str:
    return "  ".join(str(action["title"]) for action in each["actions"])
