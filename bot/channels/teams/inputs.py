"""Lists to tick and to choose from, and fields to write in -> Adaptive Card inputs, each with its label.

The id of a list that takes several ends in MANY, because such a list sends its values as one text with commas.
Nothing is required of Teams: on an iPhone what is required and empty also held "Go back" up, whatever that says of
inputs (https://github.com/microsoft/AdaptiveCards/issues/8585). The core asks for it, beside the field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.cards import Choice, Confirm, Pick, Text, Ticks
from bot.channels.teams import words
from bot.channels.teams.words import Json

MANY = ":many"
MOST_SEEN = 7  # up to here all options are seen at once; a longer list is a menu
LONG_OPTION = 40  # characters: a menu cuts what is longer, so such a list is seen at once
MOST_LONG = 15
SECRET = 12  # characters: so short are PINs and codes only, which are never written back into their field

Filled = Mapping[str, tuple[str, ...]]


def ticks(asked: Ticks, filled: Filled | None, errors: Mapping[str, str]) -> Iterator[Json]:
    """`filled` is what the person had put in before, by field id, where the list is drawn again; else None."""
    yield from wrong(errors.get(asked.id, ""))
    yield _several(asked.id, asked.label, asked.choices, _all(filled, asked.id, asked.chosen))
    if asked.unsure:
        id = f"{asked.id}.unsure"
        again = [Choice(each.value, each.label) for each in asked.choices]
        yield _several(id, "Not sure about…", again, _all(filled, id, asked.unsure_chosen))


def pick(asked: Pick, filled: Filled | None, errors: Mapping[str, str]) -> Iterator[Json]:
    yield from wrong(errors.get(asked.id, ""))
    titles = [title(each) for each in asked.choices]
    long = any(len(each) > LONG_OPTION for each in titles)
    # A radio button once pressed cannot be taken back, so a question that may stay empty is a menu.
    seen = asked.required and len(titles) <= (MOST_LONG if long else MOST_SEEN)
    drawn: Json = {
        "type": "Input.ChoiceSet",
        "id": asked.id,
        "label": asked.label,
        "style": "expanded" if seen else "compact",
        "wrap": True,
        "choices": _choices(asked.choices),
    }
    if not seen:
        drawn["placeholder"] = "Choose one"
    chosen = _one(filled, asked.id, asked.chosen)
    if chosen in {each.value for each in asked.choices}:
        drawn["value"] = chosen
    yield drawn
    yield from _hint(asked.hint)


def text(asked: Text, filled: Filled | None, errors: Mapping[str, str]) -> Iterator[Json]:
    yield from wrong(errors.get(asked.id, ""))
    drawn: Json = {
        "type": "Input.Text",
        "id": asked.id,
        "label": asked.label if asked.required else f"{asked.label} (optional)",
        "maxLength": asked.limit,
        "isMultiline": asked.long,
    }
    begun = _one(filled, asked.id, asked.value) if asked.limit > SECRET else asked.value
    if begun:
        drawn["value"] = begun[: asked.limit]
    yield drawn
    yield from _hint(asked.hint)


def confirm(asked: Confirm, filled: Filled | None, errors: Mapping[str, str]) -> Iterator[Json]:
    yield from wrong(errors.get(asked.id, ""))
    yield {
        "type": "Input.Toggle",
        "id": asked.id,
        "title": asked.label,
        "wrap": True,
        "valueOn": "yes",
        "valueOff": "",
        "value": _one(filled, asked.id, ""),
    }


def wrong(said: str) -> Iterator[Json]:
    """What to change, right above where it is changed."""
    if said:
        yield from words.lines(f"Please change: {said}", weight="Bolder", color="Attention")


def title(choice: Choice) -> str:
    """An option as it is read: its label, and what it means."""
    if not choice.help:
        return choice.label
    end = "" if choice.label.endswith((".", "?", "!", "…")) else "."
    return f"{choice.label}{end} {choice.help}"


def _several(id: str, label: str, choices: Sequence[Choice], chosen: Sequence[str]) -> Json:
    drawn: Json = {
        "type": "Input.ChoiceSet",
        "id": id + MANY,
        "label": label,
        "isMultiSelect": True,
        "style": "expanded",
        "wrap": True,
        "choices": _choices(choices),
    }
    kept = [each.value for each in choices if each.value in chosen]
    return {**drawn, "value": ",".join(kept)} if kept else drawn


def _choices(choices: Sequence[Choice]) -> list[Json]:
    return [{"title": title(each), "value": each.value} for each in choices]


def _all(filled: Filled | None, id: str, otherwise: tuple[str, ...]) -> tuple[str, ...]:
    return otherwise if filled is None else filled.get(id, ())


def _one(filled: Filled | None, id: str, otherwise: str) -> str:
    return "".join(_all(filled, id, (otherwise,))[:1])


def _hint(said: str) -> Iterator[Json]:
    yield from words.lines(said, isSubtle=True, size="Small", spacing="Small")
