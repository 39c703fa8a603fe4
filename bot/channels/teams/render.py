"""A card or a form -> an Adaptive Card 1.5: one `match` over the closed unions.

The 999 line is always the first element, and no button is ever dropped for want of room. Teams has no dialog here:
a form stands in the card's place, and with it the button that goes back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from bot.cards import (
    Block,
    Button,
    Buttons,
    Card,
    Confirm,
    Facts,
    Field,
    Form,
    Heading,
    Image,
    Link,
    More,
    Notice,
    Numbers,
    Pick,
    Points,
    Progress,
    Quote,
    Say,
    Small,
    Text,
    Ticks,
    Weight,
)
from bot.channels.teams import inputs, simple, words
from bot.channels.teams.encoding import encoded
from bot.channels.teams.inputs import Filled
from bot.channels.teams.origin import BACK, Origin, written_in
from bot.channels.teams.words import Json

LIMIT = 26 * 1024
"""Signs of a card as JSON. Teams' own limit was 28 KB, is 100 KB of UTF-16 today, and 80 KB are advised: of both
measures this leaves room for what goes around the card. Read, not tried:
https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages
"""
ROW_BUTTONS = 3
ROW_TEXT = 24  # characters of all labels in a row: on a phone more is cut
KEPT = "kept"
_MORE = bytes([*b",:\x7f", *range(0x80, 0x100)])  # what may be more than one sign where the card is written at length
_PICTURE = "picture"
"""Goes before anything else, into its words."""
_CAN_GO = ("small print", "detail", "text", "numbers")
"""What a card that is too long does without, and in which order: last of all whom to ring."""
_NOT_ALL = (
    "Some of this card is not shown, because it is too long for Teams. Press “More help” where you see it. "
    "Else ring your lead for the rest."
)
OLD = "This Teams is too old to show the whole card. Update it, or open Teams in a browser."

# Said in words as well, because a colour says nothing to everybody; the colours are Teams' own, for light and dark.
_WEIGHT: Mapping[Weight, tuple[str, str]] = {
    "info": ("", "accent"),
    "done": ("Done.", "good"),
    "warning": ("Take care.", "warning"),
    "stop": ("Stop.", "attention"),
}
_TONE = {"plain": "default", "main": "positive", "danger": "destructive"}


@dataclass(frozen=True, slots=True)
class _Drawn:
    """fold: what has the same one goes together; "" belongs to nothing else."""

    rank: str
    element: Json
    fold: str = ""


def card(card: Card, *, filled: Filled | None = None, back: bool = False, kept: Filled | None = None) -> Json:
    """The content of one message.

    filled: what was ticked on it before something else stood in its place.
    back: it stands in the place of another card for a while, which comes back with its last button, and with what was
        ticked there (`kept`, of `Event.fields`).
    """
    drawn = list(_card(card, filled or None))  # nothing kept: as the card itself has it
    if back:
        drawn.append(_Drawn(KEPT, _row([_back("Back to your card", kept or {})])))
    return _fitted(drawn, _spoken(card.danger, card.title))


def bare(card: Card) -> Json:
    """The same words, questions and buttons in the simplest elements: for when Teams refuses a card as it is drawn."""
    drawn = [
        _Drawn(each.rank, element, each.fold) for each in _card(card, None) for element in simple.elements(each.element)
    ]
    return _fitted(drawn, _spoken(card.danger, card.title))


def form(
    form: Form, *, filled: Filled | None = None, errors: Mapping[str, str] | None = None, kept: Filled | None = None
) -> Json:
    """A form in the place of the pressed card.

    filled, errors: what was typed and what to change, where it could not be taken (`Correct`). This is for the answer
    to that press alone: never for a message that is stored.
    kept: what was ticked on the card it stands on; it comes back when the person goes back.
    """
    drawn = [*_top(form.danger, form.title)]
    errors = errors or {}
    ids = {each.id for each in form.fields if isinstance(each, Text | Confirm | Pick | Ticks)}
    if errors:
        loose = " ".join(said for id, said in errors.items() if id not in ids)
        said = f"Not sent yet. {loose or 'Look for the words “Please change”.'}"
        drawn += [_Drawn(KEPT, each) for each in words.boxed(said, "", "warning")]
    for each in form.fields:
        drawn += [_Drawn(_rank(each), element) for element in _field(each, filled, errors)]
    back = _back("Go back" if form.submit else "Close", kept or {})
    spoken = _spoken(form.danger, form.title)
    if not form.submit:
        return _fitted([*drawn, _Drawn(KEPT, _row([back]))], spoken)
    origin = Origin(form.action, form.carry, True, form, form.danger, kept or {}, written_in(form))
    whole = _whole([*drawn, _Drawn(KEPT, _row([_submit(form, origin), back]))], spoken)
    if _fits(whole):
        return whole
    # A form that is too long to be remembered as well is still asked.
    return _fitted([*drawn, _Drawn(KEPT, _row([_submit(form, replace(origin, form=None)), back]))], spoken)


def corrections(errors: Mapping[str, str], danger: str = "") -> Card:
    """What to change, where the form itself cannot be drawn again. `danger`: the form's 999 line (`Heard.danger`)."""
    said = Points(tuple(errors.values()))
    return Card("Please check this first", (said, Say("Then send it again.")), danger=danger)


def size(drawn: Json) -> int:
    """Signs, in the longest way in which it may be written; no fewer than its bytes."""
    return len(json.dumps(drawn))


def _fits(drawn: Json) -> bool:
    """Whether `size` is within the limit. Most cards plainly are, and to write one out at length takes a while."""
    raw = encoded(drawn)
    plain = len(raw.translate(None, _MORE))
    # At length a sign above ASCII is twelve for its four bytes at most, a separator two for one, and DEL six for one.
    return plain + 6 * (len(raw) - plain) <= LIMIT or size(drawn) <= LIMIT


def _card(card: Card, filled: Filled | None) -> Iterator[_Drawn]:
    yield from _top(card.danger, card.title)
    for n, block in enumerate(card.blocks):
        fold = f"more{n}" if isinstance(block, More) else ""
        yield from (_Drawn(_rank(block), each, fold) for each in _block(block, filled, fold))


def _top(danger: str, title: str) -> Iterator[_Drawn]:
    yield from (_Drawn(KEPT, each) for each in words.danger(danger))
    yield from (_Drawn(KEPT, each) for each in words.heading(title, "Large"))


def _spoken(danger: str, title: str) -> str:
    said = [each.strip() for each in (danger, title) if each.strip()] or ["Confer"]
    return " ".join(each if each.endswith((".", "?", "!")) else f"{each}." for each in said)


def _fitted(drawn: Sequence[_Drawn], spoken: str) -> Json:
    """As much of it as a message holds: a picture is given up for its words before anything else is, then an old Teams,
    then words, and never a button.
    """
    whole = _whole(drawn, spoken)
    if _fits(whole):
        return whole
    if any(each.rank == _PICTURE for each in drawn):
        drawn = [each for one in drawn for each in (_in_words(one) if one.rank == _PICTURE else [one])]
        return _fitted(drawn, spoken)
    kept = [replace(each, element=_for_new_clients(each.element)) for each in drawn]
    too_much = size(_whole(kept, spoken)) - LIMIT
    if too_much > 0:
        kept.append(_Drawn(KEPT, {"type": "TextBlock", "text": _NOT_ALL, "wrap": True, "isSubtle": True}))
        too_much = size(_whole(kept, spoken)) - LIMIT
    gone: set[int] = set()
    for rank in _CAN_GO:
        for place, each in reversed(list(enumerate(kept))):
            if too_much <= 0 or each.rank != rank or place in gone:
                continue
            together = [at for at, other in enumerate(kept) if at == place or (each.fold and other.fold == each.fold)]
            gone.update(together)
            too_much -= sum(size(kept[at].element) + len(", ") for at in together)
    return _whole([each for place, each in enumerate(kept) if place not in gone], spoken)


def _in_words(picture: _Drawn) -> Iterator[_Drawn]:
    return (replace(picture, rank="small print", element=each) for each in simple.elements(picture.element))


def _for_new_clients(element: Json) -> Json:
    if element["type"] != "ActionSet":
        return element
    actions = [{name: said for name, said in each.items() if name != "fallback"} for each in element["actions"]]
    return {**element, "actions": actions}


def _whole(drawn: Sequence[_Drawn], spoken: str) -> Json:
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "speak": spoken,
        "fallbackText": f"{spoken} {OLD}",
        "body": [each.element for each in drawn],
    }


def _rank(block: Block | Field) -> str:
    match block:
        case More(_, inner) if any(isinstance(each, Numbers) for each in inner):
            return "numbers"
        case Small() | Say(quiet=True) | Progress() | More():
            return "small print"
        case Image(png=png):
            return _PICTURE if png else "small print"
        case Facts() | Quote():
            return "detail"
        case Numbers():
            return "numbers"
        case Say() | Points():
            return "text"
        case Heading() | Notice() | Link() | Buttons() | Ticks() | Pick() | Text() | Confirm():
            return KEPT
        case _:
            assert_never(block)


def _block(block: Block, filled: Filled | None, fold: str) -> Iterator[Json]:
    """`fold`: the id of what stands behind a press, if this is such a block."""
    match block:
        case Heading(text):
            yield from words.heading(text)
        case Say(text, quiet=True):
            yield from words.lines(text, isSubtle=True)
        case Small(text):
            yield from words.lines(text, isSubtle=True, size="Small")
        case Say(text):
            yield from words.lines(text)
        case Points():
            yield from words.listed(block)
        case Quote(text):
            yield from words.quoted(text)
        case Notice(text, weight):
            yield from words.boxed(text, *_WEIGHT[weight])
        case Facts(rows):
            yield from words.facts(rows)
        case Numbers(rows):
            yield from words.numbers(rows)
        case Link(label, url):
            yield from words.link(label, url)
        case Buttons(buttons):
            yield from _rows([_button(button) for button in buttons])
        case Ticks():
            yield from inputs.ticks(block, filled, {})
        case Pick():
            yield from inputs.pick(block, filled, {})
        case Progress(step, about):
            yield from words.lines(f"Step {step} of about {max(step, about)}", isSubtle=True, size="Small")
        case Image():
            yield from words.picture(block)
        case More(label, inner):
            opens = {"type": "Action.ToggleVisibility", "title": label, "targetElements": [fold]}
            yield {"type": "ActionSet", "actions": [opens]}
            items = [each for one in inner for each in _block(one, filled, "")]
            yield {"type": "Container", "id": fold, "isVisible": False, "items": items}
        case _:
            assert_never(block)


def _field(each: Field, filled: Filled | None, errors: Mapping[str, str]) -> Iterator[Json]:
    match each:
        case Text():
            yield from inputs.text(each, filled, errors)
        case Confirm():
            yield from inputs.confirm(each, filled, errors)
        case Pick():
            yield from inputs.pick(each, filled, errors)
        case Ticks():
            yield from inputs.ticks(each, filled, errors)
        case Heading() | Say() | Quote() | Notice() | Facts() | Points() | Numbers() | Small():
            yield from _block(each, filled, "")
        case _:
            assert_never(each)


def _rows(actions: Sequence[Json]) -> Iterator[Json]:
    """As many in a row as a phone shows whole."""
    row: list[Json] = []
    for action in actions:
        said = sum(len(each["title"]) for each in [*row, action])
        if row and (len(row) == ROW_BUTTONS or said > ROW_TEXT):
            yield _row(row)
            row = []
        row.append(action)
    if row:
        yield _row(row)


def _row(actions: Sequence[Json]) -> Json:
    return {"type": "ActionSet", "actions": list(actions)}


def _button(button: Button) -> Json:
    return _pressed(button.label, Origin(button.action, button.carry), tone=_TONE[button.tone], hint=button.hint)


def _submit(form: Form, origin: Origin) -> Json:
    return _pressed(form.submit, origin, tone="positive")


def _back(label: str, kept: Filled) -> Json:
    """Nothing has to be filled in to go back, and nothing that was is sent."""
    return _pressed(label, Origin(BACK, kept=kept), sends=False)


def _pressed(title: str, origin: Origin, *, tone: str = "default", hint: str = "", sends: bool = True) -> Json:
    """Action.Execute is answered with the next card; a Teams that does not know it sends the same as a message."""
    data = origin.written()
    drawn: Json = {"type": "Action.Execute", "title": title, "verb": origin.action, "data": data}
    # A card that is sent like a message is still there, with what was typed: it needs no form to draw it again.
    bare = data if origin.form is None else replace(origin, form=None).written()
    older: Json = {"type": "Action.Submit", "title": title, "data": bare}
    for each in (drawn, older):
        if tone != "default":
            each["style"] = tone
        if hint:
            each["tooltip"] = hint
        if not sends:
            each["associatedInputs"] = "none"
    return {**drawn, "fallback": older}
