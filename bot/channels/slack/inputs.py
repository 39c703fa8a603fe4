"""Lists to tick and to choose from -> Block Kit inputs. An option that must be shortened is written out in full above.

`input` blocks, also in messages: nothing is sent to us at each tick, and all that was chosen comes with the button.
Limits: https://docs.slack.dev/reference/block-kit/block-elements and /composition-objects/option-object.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.cards import Choice, Pick, Points, Ticks
from bot.channels.slack.words import CONTEXT_TEXT, Json, context, listed, parts, pieces, plain, sections, short

LABEL_TEXT = 2000
OPTION_TEXT = 75
BOXES = 10  # options of checkboxes and radio_buttons
SELECT_OPTIONS = 100
SHORT_PICK = 4  # up to here all options are seen at once; a longer list is a menu, which a phone shows full-screen

LISTS = frozenset({"checkboxes", "multi_static_select", "radio_buttons", "static_select"})
"""The elements of ours in which nobody can type."""


def ticks(asked: Ticks, named: bool) -> Iterator[Json]:
    """`named`: see `block`."""
    yield from _in_full(asked.choices)
    yield from _long_helps(asked.choices)
    boxes = list(parts(asked.choices, BOXES))
    for n, some in enumerate(boxes, 1):
        id = asked.id if n == 1 else f"{asked.id}#{n}"
        label = asked.label if n == 1 else f"{asked.label} ({n} of {len(boxes)})"
        element: Json = {"type": "checkboxes", "action_id": id, "options": [option(each) for each in some]}
        _begin(element, [option(each) for each in some if each.value in asked.chosen])
        # Slack would ask for a tick in every part; and "not sure" is an answer too.
        optional = not asked.required or asked.unsure or len(boxes) > 1
        yield block(label, element, named=id if named else "", optional=optional)
    if asked.unsure:
        for n, some in enumerate(parts(asked.choices, SELECT_OPTIONS), 1):
            id = f"{asked.id}.unsure" if n == 1 else f"{asked.id}.unsure#{n}"
            element = {
                "type": "multi_static_select",
                "action_id": id,
                "placeholder": plain("Choose any you are not sure about"),
                "options": [option(each, described=False) for each in some],
            }
            _begin(element, [option(each, described=False) for each in some if each.value in asked.unsure_chosen])
            yield block("Not sure about…", element, named=id if named else "", optional=True)


def pick(asked: Pick, named: bool) -> Iterator[Json]:
    """`named`: see `block`."""
    yield from _in_full(asked.choices)
    # A radio button once pressed cannot be taken back, so a question that may stay empty is a menu.
    radio = asked.required and len(asked.choices) <= SHORT_PICK
    options = [option(each, described=radio) for each in asked.choices]
    element: Json = {"type": "radio_buttons" if radio else "static_select", "action_id": asked.id}
    if len(options) <= SELECT_OPTIONS:
        element["options"] = options
    else:
        groups = enumerate(parts(options, SELECT_OPTIONS), 1)
        element["option_groups"] = [{"label": plain(f"Part {n}"), "options": list(some)} for n, some in groups]
    if not radio:
        element["placeholder"] = plain("Choose one")
    for drawn, choice in zip(options, asked.choices, strict=True):
        if choice.value == asked.chosen:
            element["initial_option"] = drawn
    yield block(asked.label, element, named=asked.id if named else "", optional=not asked.required, hint=asked.hint)


def block(label: str, element: Json, *, named: str, optional: bool, hint: str = "") -> Json:
    """One input. `named`: its block id, by which a modal's errors go.

    In a message the id is left to Slack, which wants a new one whenever the message changes.
    https://docs.slack.dev/reference/block-kit/blocks/input-block
    """
    drawn: Json = {
        "type": "input",
        "label": plain(short(label, LABEL_TEXT)),
        "element": element,
        "optional": optional,
        "dispatch_action": False,
    }
    if named:
        drawn["block_id"] = named
    if hint:
        drawn["hint"] = plain(short(hint, LABEL_TEXT))
    return drawn


def _begin(element: Json, chosen: list[Json]) -> None:
    if chosen:  # Slack refuses an empty list
        element["initial_options"] = chosen


def option(choice: Choice, described: bool = True) -> Json:
    """`described`: the element can show a second line under an option (checkboxes and radio buttons can)."""
    if len(choice.label) <= OPTION_TEXT:
        drawn = {"text": plain(choice.label), "value": choice.value}
        return {**drawn, "description": plain(choice.help)} if described and _beside(choice) else drawn
    head = choice.label[:OPTION_TEXT].rsplit(" ", 1)[0]
    rest = choice.label[len(head) :].strip()
    if described and len(rest) <= OPTION_TEXT:
        return {"text": plain(head), "description": plain(rest), "value": choice.value}
    return {"text": plain(short(choice.label, OPTION_TEXT)), "value": choice.value}


def _beside(choice: Choice) -> bool:
    """Whether what an option means fits on the second line under it, which a long label needs for itself."""
    return 0 < len(choice.help) <= OPTION_TEXT and len(choice.label) <= OPTION_TEXT


def _long_helps(choices: Sequence[Choice]) -> Iterator[Json]:
    """What does not fit under its option, in small print above: half a sentence may mean its opposite."""
    helps = [f"{each.label}: {each.help}" for each in choices if each.help and not _beside(each)]
    yield from (context(piece) for piece in pieces("\n".join(helps), CONTEXT_TEXT))


def _in_full(choices: Sequence[Choice]) -> Iterator[Json]:
    """Where an option must be shortened, all of them are first written out: half a sentence may mean its opposite."""
    if any(option(each)["text"]["text"].endswith("…") for each in choices if len(each.label) > OPTION_TEXT):
        yield from sections(listed(Points(tuple(each.label for each in choices), numbered=True)))
