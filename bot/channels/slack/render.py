"""A card -> Block Kit, a form -> a modal: one `match` over the closed unions.

The 999 line is always the first block, and no button is ever dropped for want of room.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from bot.cards import (
    Block,
    Button,
    Buttons,
    Card,
    Choice,
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
from bot.channels.slack import inputs, words
from bot.channels.slack.origin import Origin, wrapped
from bot.channels.slack.words import CONTEXT_TEXT, SECTION_TEXT, Json, plain, short

# https://docs.slack.dev/reference/block-kit/blocks and /block-elements, https://docs.slack.dev/reference/views
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100  # in a modal, and on the home page
HEADER_TEXT = 150
BUTTON_TEXT = 75  # also of its accessibility label
ACTION_ID = 255
ROW_BUTTONS = 25  # elements in an actions block
KEPT = "kept"
_CAN_GO = ("small print", "detail", "numbers", "text")
"""What a card that is too long for Slack does without, and in which order. All of it is also behind "More help"."""
_MOVES_AFTER = "detail"
"""When that has gone and it is still too much, rows of buttons move together: sooner than a number or a text goes."""
_NOT_ALL = "Some of this card is not shown, because it is too long for Slack."
VIEW_TITLE = 24  # also of a modal's submit and close buttons

# Said in words as well, because a bar or a colour says nothing to everybody.
_WEIGHT: Mapping[Weight, str] = {"info": "", "done": "Done.", "warning": "Take care.", "stop": "Stop."}


_NO_FILES: Mapping[bytes, str] = {}


@dataclass(frozen=True, slots=True)
class _Drawn:
    rank: str
    block: Json


def blocks(card: Card, limit: int = MESSAGE_BLOCKS, *, files: Mapping[bytes, str] = _NO_FILES) -> list[Json]:
    """The card as at most `limit` blocks. `files`: a picture -> the file it is shown from; without, its words are.

    Over the limit, details are folded and neighbours put together; then what can be missed most easily goes
    (`_CAN_GO`), from the end, and rows of buttons become one. Never the 999 line, a notice, or anything to press or
    fill in.
    """
    for fold in (False, True):
        drawn = _card(card, fold, files)
        if len(drawn) <= limit:
            return drawn
    kept = _shortened(_ranked(card, True, files), limit)
    if len(kept) > limit:
        return bare(card, limit)
    drawn = [each.block for each in kept]
    _number_buttons(drawn)
    return drawn


def bare(card: Card, limit: int = MESSAGE_BLOCKS) -> list[Json]:
    """The same words, questions and buttons in the simplest blocks: for when Slack refuses a card as it is drawn.

    The 999 line keeps its link. Where it is too much even so, the end of the words goes.
    """
    danger: list[Json] = []
    said: list[str] = []
    asked: list[Json] = []
    rows: list[_Drawn] = []
    for each in _ranked(card, False, _NO_FILES):
        if each.rank == "999":
            danger.append(each.block)
        elif each.block["type"] == "actions":
            rows.append(each)
        elif each.block["type"] == "input":
            asked.append(each.block)
        else:
            texts = each.block.get("elements", [each.block.get("text")])
            said.extend(words.unmarked(text) for text in texts)
    pressed = [each.block for each in _fewer_rows(rows, 1)]
    _number_buttons(pressed)
    text = list(words.sections("\n".join(said)))
    room = max(limit - len(danger) - len(asked) - len(pressed), 0)
    if len(text) > room:
        text = [*text[: max(room - 1, 0)], words.context(_NOT_ALL)][:room]
    return [*danger, *text, *asked, *pressed]


def home(card: Card) -> Json:
    return {"type": "home", "blocks": blocks(card, VIEW_BLOCKS)}


def reading(card: Card, origin: Origin | None = None) -> Json:
    """A card as a modal to read. Its buttons work; Slack takes no input without a submit, so what asks is left out."""
    drawn = blocks(card, VIEW_BLOCKS)
    if any(each["type"] == "input" for each in drawn):
        drawn = [each for each in drawn if each["type"] not in ("input", "actions")]
        drawn.append(words.context("Answer this on the card in your direct messages."))
    return {
        "type": "modal",
        "callback_id": "card",
        "title": plain(short(card.title.strip() or "Confer", VIEW_TITLE)),
        "close": plain("Close"),
        "private_metadata": (origin or Origin()).written(),
        "blocks": drawn,
    }


def view(form: Form, conversation: str, message: str) -> Json:
    """A form as a modal, opened from `message` in `conversation` ("" where there is none)."""
    drawn = [_Drawn("999", each) for each in words.danger(form.danger)]
    for field in form.fields:
        drawn += [_Drawn(_rank(field), each) for each in _field(field)]
    drawn = _shortened(drawn, VIEW_BLOCKS)
    said = [each for each in drawn if each.rank == KEPT and each.block["type"] != "input"]
    lost = {id(each) for each in said[::-1][: max(len(drawn) - VIEW_BLOCKS, 0)]}
    # Slack refuses an empty submit: a form that is only read has none, and a "Close" to leave by.
    submit = {"submit": plain(short(form.submit, VIEW_TITLE))} if form.submit else {}
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain(short(form.title, VIEW_TITLE)),
        **submit,
        "close": plain("Go back" if form.submit else "Close"),
        "private_metadata": Origin(form.action, form.carry, conversation, message).written(),
        "blocks": [each.block for each in drawn if id(each) not in lost],
    }


def _card(card: Card, fold: bool, files: Mapping[bytes, str]) -> list[Json]:
    drawn = [each.block for each in _ranked(card, fold, files)]
    _number_buttons(drawn)
    return drawn


def _ranked(card: Card, fold: bool, files: Mapping[bytes, str]) -> list[_Drawn]:
    """Every block of the card with its place in `_CAN_GO`, or KEPT."""
    drawn = [_Drawn("999", each) for each in words.danger(card.danger)]
    if len(card.title) > HEADER_TEXT:
        drawn += [_Drawn(KEPT, each) for each in words.bold(card.title)]
    elif card.title.strip():
        drawn.append(_Drawn(KEPT, {"type": "header", "text": plain(card.title)}))
    for block in card.blocks:
        drawn += [_Drawn(_rank(block), each) for each in _block(block, fold, files)]
    return drawn


def _rank(block: Block | Field) -> str:
    match block:
        case Small() | Say(quiet=True) | Progress() | Image() | More():
            return "small print"
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


def _shortened(drawn: Sequence[_Drawn], limit: int) -> list[_Drawn]:
    """These, with what can be missed gone from the end until they are `limit`, or nothing is left that may go."""
    if len(drawn) <= limit:
        return list(drawn)
    kept = _closed_up(drawn)
    if len(kept) > limit:
        kept.append(_Drawn(KEPT, words.context(_NOT_ALL)))
    for rank in _CAN_GO:
        places = [place for place, each in enumerate(kept) if each.rank == rank]
        for place in places[::-1][: max(len(kept) - limit, 0)]:
            del kept[place]
        if rank == _MOVES_AFTER:
            kept = _fewer_rows(kept, limit)
    return _closed_up(kept) if len(kept) > limit else kept


def _fewer_rows(drawn: Sequence[_Drawn], limit: int) -> list[_Drawn]:
    """These, with rows of buttons joined to the next row below, from the end, until they are `limit`.

    A button that leaves its place says in full what it is about: "More help" beside "More help" would be a riddle.
    """
    fewer = list(drawn)
    places = [place for place, each in enumerate(fewer) if each.block["type"] == "actions"]
    last = len(places) - 1
    for n in range(len(places) - 2, -1, -1):
        if len(fewer) <= limit:
            break
        here, there = fewer[places[n]].block, fewer[places[last]].block
        if len(here["elements"]) + len(there["elements"]) > ROW_BUTTONS:
            last = n
            continue
        joined = [_in_full(button) for button in (*here["elements"], *there["elements"])]
        fewer[places[last]] = _Drawn(KEPT, {**there, "elements": joined})
        del fewer[places[n]]
        places[last] -= 1
    return fewer


def _in_full(button: Json) -> Json:
    return {**button, "text": plain(button.get("accessibility_label", button["text"]["text"]))}


def _closed_up(drawn: Sequence[_Drawn]) -> list[_Drawn]:
    """Neighbours of one rank as one block, where it can hold them: nothing is lost."""
    closed: list[_Drawn] = []
    for each in drawn:
        last = closed[-1] if closed else None
        if last and last.rank == each.rank and (both := words.together(last.block, each.block)):
            closed[-1] = _Drawn(each.rank, both)
        else:
            closed.append(each)
    return closed


def _block(block: Block, fold: bool, files: Mapping[bytes, str] = _NO_FILES) -> Iterator[Json]:
    match block:
        case Heading(text):
            yield from words.bold(text)
        case Say(text, quiet=True) | Small(text):
            yield from (words.context(piece) for piece in words.pieces(text, CONTEXT_TEXT))
        case Say(text):
            yield from words.sections(text)
        case Points():
            yield from words.sections(words.listed(block))
        case Quote(text):
            yield from words.quoted(text)
        case Notice(text, weight):
            yield from words.notice(text, _WEIGHT[weight])
        case Facts(rows):
            yield from words.facts(rows)
        case Numbers(rows):
            yield from words.numbers(rows)
        case Link(label, url):
            yield from words.link(label, url)
        case Buttons(buttons):
            for some in words.parts(buttons, ROW_BUTTONS):
                yield {"type": "actions", "elements": [_button(button) for button in some]}
        case Ticks():
            yield from inputs.ticks(block, named=False)
        case Pick():
            yield from inputs.pick(block, named=False)
        case Progress(step, about):
            yield words.context(f"Step {step} of about {max(step, about)}")
        case Image():
            yield from words.picture(block, files.get(block.png, "") if block.png else "")
        case More(label, inner):
            if fold:
                yield words.context(f"{label}: too long to show in Slack.")
            else:
                yield from words.bold(label)
                for each in inner:
                    yield from _block(each, fold)
        case _:
            assert_never(block)


def _field(each: Field) -> Iterator[Json]:
    match each:
        case Text():
            element: Json = {
                "type": "plain_text_input",
                "action_id": each.id,
                "multiline": each.long,
                "max_length": min(each.limit, SECTION_TEXT),
            }
            if each.value:
                element["initial_value"] = each.value[: each.limit]
            yield inputs.block(each.label, element, named=each.id, optional=not each.required, hint=each.hint)
        case Confirm(id, label, required):
            fits = len(label) <= 2 * inputs.OPTION_TEXT
            option = inputs.option(Choice("yes", label if fits else "Yes"))
            element = {"type": "checkboxes", "action_id": id, "options": [option]}
            above = "Please confirm" if fits else label
            yield inputs.block(above, element, named=id, optional=not required)
        case Pick():
            yield from inputs.pick(each, named=True)
        case Ticks():
            yield from inputs.ticks(each, named=True)
        case Heading() | Say() | Quote() | Notice() | Facts() | Points() | Numbers() | Small():
            yield from _block(each, False)
        case _:
            assert_never(each)


def _button(button: Button) -> Json:
    drawn: Json = {
        "type": "button",
        "text": plain(short(button.label, BUTTON_TEXT)),
        "action_id": button.action,
        "value": wrapped(button.action, button.carry),
    }
    if button.tone != "plain":
        drawn["style"] = "primary" if button.tone == "main" else "danger"
    if button.hint:
        drawn["accessibility_label"] = short(button.hint, BUTTON_TEXT)
    return drawn


def _number_buttons(drawn: Sequence[Json]) -> None:
    buttons = (each for block in drawn if block["type"] == "actions" for each in block["elements"])
    for n, button in enumerate(buttons, 1):
        button["action_id"] = f"{button['action_id'][: ACTION_ID - 4]}:{n}"
