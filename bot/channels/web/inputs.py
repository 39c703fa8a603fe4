"""What can be pressed, ticked or written on a card -> HTML.

Every input is named after its field id and every button carries its own event, so that a form works without a script.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from bot.cards import Button, Choice, Confirm, Pick, Text, Ticks

MOST_RADIOS = 7  # a longer list is a drop-down, so that the buttons below it stay in sight


@dataclass(frozen=True, slots=True)
class Slip:
    """What a form brings back besides what was pressed: for whom, on which message, and its own random id."""

    person: str
    token: str
    delivery: str
    message: str = ""


def hidden(slip: Slip) -> Markup:
    return Markup(
        '<input type="hidden" name="token" value="{}"><input type="hidden" name="person" value="{}">'
        '<input type="hidden" name="message" value="{}"><input type="hidden" name="delivery" value="{}">'
    ).format(slip.token, slip.person, slip.message, slip.delivery)


def press(action: str, carry: Mapping[str, str]) -> str:
    """A button's value; `inbound.read_press` reads it."""
    return json.dumps({"action": action, "carry": dict(carry)}, sort_keys=True)


def button(pressed: Button) -> Markup:
    hint = pressed.hint if pressed.label in pressed.hint else f"{pressed.label}, {pressed.hint}"
    return Markup('<button class="button tone-{tone}" name="press" value="{press}"{named}>{label}</button>').format(
        tone=pressed.tone,
        press=press(pressed.action, pressed.carry),
        label=pressed.label,
        named=Markup(' aria-label="{}"').format(hint) if pressed.hint else "",
    )


def ticks(item: Ticks, slip: Slip) -> Markup:
    """A row an item: one box, or where "not sure" is an answer two that exclude each other; none of them means no."""
    how = "Press Yes or Not sure." if item.unsure else "Tick all that apply."
    row = unsure_row if item.unsure else tick_row
    return Markup(
        '<fieldset class="ticks" data-field="{}"><legend>{}</legend><p class="hint">{}{}</p>{}</fieldset>'
    ).format(
        item.id,
        item.label,
        how,
        " Mark at least one." if item.required else "",
        join(row(item, one) for one in item.choices),
    )


def tick_row(item: Ticks, choice: Choice) -> Markup:
    return Markup(
        '<label class="row"><input type="checkbox" name="choice.{}" value="{}"{}><span>{}{}</span></label>'
    ).format(item.id, choice.value, checked(choice.value in item.chosen), choice.label, meaning(choice))


def unsure_row(item: Ticks, choice: Choice) -> Markup:
    unsure = choice.value in item.unsure_chosen
    return Markup(
        '<div class="pair" role="group"><span class="item">{label}{meaning}</span><span class="pills">'
        '<label class="pill"><input type="checkbox" name="choice.{id}" value="{value}" '
        'aria-label="Yes: {label}"{yes}><span>Yes</span></label>'
        '<label class="pill"><input type="checkbox" name="choice.{id}.unsure" value="{value}" '
        'aria-label="Not sure: {label}"{unsure}><span>Not sure</span></label></span></div>'
    ).format(
        label=choice.label,
        meaning=meaning(choice),
        id=item.id,
        value=choice.value,
        yes=checked(choice.value in item.chosen and not unsure),
        unsure=checked(unsure),
    )


def meaning(choice: Choice) -> Markup:
    """What it means, quietly, below its label."""
    return Markup('<small class="meaning">{}</small>').format(choice.help) if choice.help else Markup()


def pick(item: Pick, slip: Slip) -> Markup:
    hint = Markup('<p class="hint">{}</p>').format(item.hint) if item.hint else Markup()
    if len(item.choices) > MOST_RADIOS:
        options = join(
            Markup('<option value="{}"{}>{}</option>').format(
                one.value, Markup(" selected") if one.value == item.chosen else "", one.label
            )
            for one in (Choice("", "Choose one"), *item.choices)
        )
        return Markup(
            '<div class="pick" data-field="{id}"><label for="{at}">{label}</label>{hint}'
            '<select id="{at}" name="choice.{id}"{required}>{options}</select></div>'
        ).format(
            id=item.id,
            at=f"{item.id}-{slip.delivery}",
            label=named(item.label, item.required),
            hint=hint,
            required=required(item.required),
            options=options,
        )
    rows = join(
        Markup(
            '<label class="row"><input type="radio" name="choice.{}" value="{}"{}{}><span>{}{}</span></label>'
        ).format(
            item.id, one.value, checked(one.value == item.chosen), required(item.required), one.label, meaning(one)
        )
        for one in item.choices
    )
    return Markup('<fieldset class="pick" data-field="{}"><legend>{}</legend>{}{}</fieldset>').format(
        item.id, named(item.label, item.required), hint, rows
    )


def text_field(item: Text, slip: Slip) -> Markup:
    at = f"{item.id}-{slip.delivery}"
    box = (
        Markup('<textarea name="field.{id}" rows="4" {rest}>\n{value}</textarea>')
        if item.long
        else Markup('<input name="field.{id}" value="{value}" {rest}>')
    )
    rest = Markup('id="{at}" maxlength="{limit}" aria-describedby="{at}-hint"{required}').format(
        at=at, limit=item.limit, required=required(item.required)
    )
    return Markup(
        '<div class="text" data-field="{id}"><label for="{at}">{label}</label>'
        '<p class="hint" id="{at}-hint">{hint} At most {limit} characters.</p>{box}</div>'
    ).format(
        id=item.id,
        at=at,
        label=named(item.label, item.required),
        hint=f"{item.hint}." if item.hint and item.hint[-1].isalnum() else item.hint,
        limit=item.limit,
        box=box.format(id=item.id, value=item.value, rest=rest),
    )


def confirm(item: Confirm) -> Markup:
    return Markup(
        '<div class="confirm" data-field="{id}"><label class="row"><input type="checkbox" name="choice.{id}" '
        'value="yes"{required}><span>{label}</span></label></div>'
    ).format(id=item.id, label=item.label, required=required(item.required))


def named(label: str, needed: bool) -> str:
    return label if needed else f"{label} (optional)"


def required(needed: bool) -> Markup:
    return Markup(" required") if needed else Markup()


def checked(on: bool) -> Markup:
    return Markup(" checked") if on else Markup()


def join(pieces: Iterable[Markup]) -> Markup:
    return Markup().join(pieces)
