"""What a button remembers for us while it stands on somebody's screen, and how it comes back.

Teams hands it back with what stood in the inputs; whoever can press could have sent something else, so the core
checks it all again. A form's own button remembers the form, so that it can be drawn again with what is to be changed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from bot import cards
from bot.cards import Choice, Field, Form, Number, Weight

OURS = "confer"  # beside it stand the inputs, by their ids
BACK = "teams.back"
"""The action of "Go back" on what stands in a card's place for a while. It is the channel's own; no handler has it."""

_FIELDS: tuple[type[Field], ...] = (
    cards.Text,
    cards.Confirm,
    cards.Pick,
    cards.Ticks,
    cards.Heading,
    cards.Say,
    cards.Quote,
    cards.Notice,
    cards.Facts,
    cards.Points,
    cards.Numbers,
    cards.Small,
)
_BY_NAME = {each.__name__: each for each in _FIELDS}


@dataclass(frozen=True, slots=True)
class Origin:
    """What a button is for.

    typed: ids of the fields in which one can write; only a form has any. None where that is not known.
    submits: it is a form's own button. form: that form, None where it is none or was too long to be remembered;
        then danger is its 999 line.
    kept: what was ticked on the card behind it, to which "Go back" goes back.
    """

    action: str
    carry: Mapping[str, str] = field(default_factory=dict)
    submits: bool = False
    form: Form | None = None
    danger: str = ""
    kept: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    typed: frozenset[str] | None = frozenset()

    def written(self) -> dict[str, Any]:
        """A button's data."""
        held: dict[str, Any] = {"a": self.action}
        if self.carry:
            held["c"] = dict(self.carry)
        if self.submits:
            held["f"] = None if self.form is None else _form_written(self.form)
        if self.submits and self.form is None and self.typed is not None:
            held["w"] = sorted(self.typed)
        if self.danger and self.form is None:
            held["d"] = self.danger
        if self.kept:
            held["k"] = {id: list(values) for id, values in self.kept.items()}
        return {OURS: held}

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Origin:
        """Raises LookupError, TypeError, ValueError or AttributeError on what we did not write."""
        held = data[OURS]
        action = held["a"]
        if not isinstance(action, str) or not action:
            raise ValueError("a button without an action")
        carry = {str(name): str(value) for name, value in held.get("c", {}).items()}
        kept = {str(id): tuple(map(str, values)) for id, values in held.get("k", {}).items()}
        written = held.get("f")
        form = None if written is None else _form_read(written, action, carry)
        submits, danger = "f" in held, form.danger if form else _text(held.get("d", ""))
        typed: frozenset[str] | None = frozenset(map(_text, _list(held.get("w", []))))
        if form:
            typed = written_in(form)
        elif submits and "w" not in held:
            typed = None
        return cls(action, carry, submits, form, danger, kept, typed)


def written_in(form: Form) -> frozenset[str]:
    """The ids of its fields in which one can write."""
    return frozenset(each.id for each in form.fields if isinstance(each, cards.Text))


def _form_written(form: Form) -> dict[str, Any]:
    # Each field as its name and values, without the last ones that are as they would be anyway.
    return {"t": form.title, "s": form.submit, "d": form.danger, "f": [_field_written(each) for each in form.fields]}


def _field_written(each: Field) -> list[Any]:
    values = [[_plain(getattr(each, f.name)), f.default] for f in dataclasses.fields(each)]
    while values and values[-1][0] == _plain(values[-1][1]):
        values.pop()
    return [type(each).__name__, *(value for value, _ in values)]


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Choice):
        return [value.value, value.label, value.help] if value.help else [value.value, value.label]
    if isinstance(value, Number):
        return [value.name, value.number, value.note]
    return value


def _form_read(held: Mapping[str, Any], action: str, carry: Mapping[str, str]) -> Form:
    fields = tuple(_field_read(*each) for each in _list(held["f"]))
    return Form(_text(held["t"]), fields, _text(held["s"]), action, carry, _text(held["d"]))


def _field_read(name: str, *values: Any) -> Field:
    kind = _BY_NAME[name]
    known = dataclasses.fields(kind)
    if len(values) > len(known):
        raise ValueError("a field with too many values")
    return kind(**{each.name: _value(kind, each.name, value) for each, value in zip(known, values, strict=False)})


def _value(kind: type[Field], name: str, value: Any) -> Any:
    """A field's value, of the type that a renderer counts on. Raises ValueError or TypeError where it is another."""
    match name:
        case "choices":
            return tuple(Choice(*map(_text, _list(each))) for each in _list(value))
        case "rows" if kind is cards.Numbers:
            return tuple(Number(*map(_text, _list(each))) for each in _list(value))
        case "rows":
            return tuple((_text(label), _text(said)) for label, said in _list(value))
        case "items" | "chosen" | "unsure_chosen" if kind is not cards.Pick:
            return tuple(map(_text, _list(value)))
        case "limit" if isinstance(value, int) and 0 < value <= 10_000:
            return value
        case "required" | "long" | "quiet" | "numbered" | "unsure" if isinstance(value, bool):
            return value
        case "weight" if value in get_args(Weight):
            return value
        case "limit" | "required" | "long" | "quiet" | "numbered" | "unsure" | "weight":
            raise ValueError("a field as we do not write it")
        case _:
            return _text(value)


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value
