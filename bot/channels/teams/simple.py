"""An element of ours -> the simplest ones that say and ask the same: words, inputs and buttons without any look.

The rule to keep: no word, no question and no button is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.channels.teams.words import Json, unlinked

_LOOK = ("style", "tooltip")


def elements(drawn: Json) -> Iterator[Json]:
    match drawn["type"]:
        case "TextBlock":
            yield _said(unlinked(drawn["text"]))
        case "RichTextBlock":
            yield _said(_escaped("".join(run["text"] for run in drawn["inlines"])))
        case "FactSet":
            yield from (_said(f"{each['title']}: {each['value']}") for each in drawn["facts"])
        case "Container":
            for each in drawn["items"]:
                yield from elements(each)
                if each["type"] == "Image":
                    return  # what follows says what its signs mean
        case "Image":
            yield _said(_escaped(drawn["altText"]))
        case "ActionSet":
            pressed = [each for each in drawn["actions"] if each["type"] != "Action.ToggleVisibility"]
            if pressed:
                yield {"type": "ActionSet", "actions": [_without_look(each) for each in pressed]}
            for each in drawn["actions"]:
                if each["type"] == "Action.ToggleVisibility":
                    yield _said(each["title"])
        case _:
            yield drawn


def _without_look(action: Json) -> Json:
    plain = {name: each for name, each in action.items() if name not in _LOOK}
    return {**plain, "fallback": _without_look(plain["fallback"])} if "fallback" in plain else plain


def _said(text: str) -> Json:
    return {"type": "TextBlock", "text": text, "wrap": True}


def _escaped(text: str) -> str:
    return re.sub(r"([\\*_`~\[\]<>|#])", r"\\\1", text)
