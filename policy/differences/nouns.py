"""What differs between two versions of one noun of a book, field by field, in plain English.

The one rule to keep: every field is compared; one that has no words of its own here is still said, by its name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any, Literal

from policy.book import Approval, Book, Guide, Option
from policy.differences.rules import canonical
from policy.drawing.plain import BASES, CLOCKS, MOMENTS, SENDS, TALKS, Plain, in_words

Kind = Literal["matter", "source", "wording"]
"""What a change is about: what happens to people, what it rests on (clauses and law), or only how it reads."""

Said = tuple[Kind, str]

_WORDING = {"title", "plain", "ask", "help", "why", "say", "note", "text", "precedent", "labels"}
_SOURCES = {
    *("clauses", "law", "docs", "guards", "actions", "safe", "since", "source", "policy_says", "does", "added"),
    *("here", "later", "needs_trustees", "checked_on", "recheck_days"),
}
_CLOSED_WORDS: Mapping[str, Mapping[str, str]] = {
    "sends": SENDS,
    "clock": CLOCKS,
    "talk": TALKS,
    "basis": BASES,
    "moment": MOMENTS,
    "protective": {"none": "nothing", "warn": "a warning", "block": "stopped"},
    "other": {"none": "nothing", "warn": "a warning", "block": "stopped"},
}
_NAMES: Mapping[str, str] = {
    "ask": "the words of the question",
    "help": "the help below the question",
    "why": "why we ask",
    "plain": "what people read",
    "say": "what people read",
    "when": "the condition",
    "required_when": "when the law requires it",
    "sends": "what may go out",
    "recipients": "who is told",
    "clock": "how soon",
    "talk": "the talk with the person",
    "basis": "what the law says",
    "number": "the number",
    "use": "what to use it for",
    "capabilities": "who can agree, by what they do",
    "roles": "who can agree, by role",
    "count": "how many must agree",
    "veto": "whether they can stop it",
    "hears_in_silence": "whether they hear while nobody may be told",
    "moment": "when they are asked",
    "default": "what counts until it is set",
    "checked_on": "when it was last checked",
    "recheck_days": "after how many days it is checked again",
    "protective": "in a protective lane",
    "other": "in other lanes",
    "text": "what holds",
    "until": "until when it is shown",
    "part": "where the second person reads it",
    "never": "what may never be",
    "show": "what the worker reads in this lane",
    "steps": "what to do",
    "script": "words to read out",
    "words": "what to say",
    "leave_out": "what to leave out",
    "write_down": "what to write down",
    "tell": "whether to tell the person",
    "out_of_hours": "at night and at weekends",
    "after": "a word for the worker",
    "law": "the law",
    "clauses": "the clauses",
    "contacts": "the contacts",
    "title": "the title",
    "then": "what must follow",
}


class Sides:
    """The two books, and how each speaks."""

    __slots__ = ("before", "new", "now", "old")

    def __init__(self, old: Book, new: Book) -> None:
        self.old, self.new = old, new
        self.before, self.now = Plain(old), Plain(new)


def changes(sides: Sides, one: Any, other: Any, *, skip: Collection[str] = ()) -> Iterator[Said]:
    """A sentence without its subject for each field that differs: "how soon: was …; is now …"."""
    for field in fields(one):
        was, is_now = getattr(one, field.name), getattr(other, field.name)
        if field.name in skip or same(was, is_now):
            continue
        if _is_guides(was) or _is_guides(is_now):
            where = "what is never said" if field.name == "never" else named(field.name)
            yield from _guides(sides, where, was, is_now)
        elif _is_names(was) and _is_names(is_now):
            yield _names_changed(sides, field.name, was, is_now)
        else:
            before = spoken(sides.before, field.name, was)
            now = spoken(sides.now, field.name, is_now)
            yield kind_of(field.name), f"{named(field.name)}: before, {before}; now, {now}"


def kind_of(field: str) -> Kind:
    """What a change of this field is about."""
    return "wording" if field in _WORDING else "source" if field in _SOURCES else "matter"


def named(field: str) -> str:
    """What people call a field."""
    return _NAMES.get(field, in_words(field))


def same(one: Any, other: Any) -> bool:
    """Equal; for conditions, in whatever order their rows stand."""
    if one and other and _is_when(one) and _is_when(other):
        return canonical(one) == canonical(other)
    return bool(one == other)


def spoken(plain: Plain, field: str, value: Any) -> str:
    """One value of a field, in words."""
    if _is_when(value) and (value or field in ("when", "required_when", "silenced", "hastened")):
        return plain.when(value, "always")
    match value:
        case None | "" | ():
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case date():
            return f"{value.day} {value:%B %Y}"
        case str():
            return _CLOSED_WORDS.get(field, {}).get(value) or f"“{value}”"
        case Mapping():
            parts = (f"{in_words(str(name))}: {spoken(plain, field, part)}" for name, part in value.items())
            return "; ".join(parts) or "nothing"
        case tuple() | frozenset():
            return ", ".join(_name(plain, field, item) for item in value)
        case Option():
            return f"“{value.label}”"
        case _ if hasattr(value, "__dataclass_fields__"):
            return "; ".join(spoken(plain, part.name, getattr(value, part.name)) for part in fields(value))
        case _:
            return str(value)


def _name(plain: Plain, field: str, item: Any) -> str:
    if not isinstance(item, str):
        return spoken(plain, field, item)
    match field:
        case "recipients":
            return plain.recipient(item)
        case "contacts":
            return plain.contact(item)
        case "steps" | "say":
            return f"“{item}”"
        case "tasks" | "roles" | "capabilities" | "careful" | "values":
            return in_words(item)
        case "facts":
            return plain.fact(item)
        case _:
            return item


def _is_when(value: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(row, Mapping) for row in value)


def _is_guides(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and all(isinstance(item, Guide) for item in value)


def _is_names(value: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(item, str) for item in value)


def _names_changed(sides: Sides, field: str, was: Sequence[str], is_now: Sequence[str]) -> Said:
    name, kind = named(field), kind_of(field)
    gone = [_name(sides.before, field, item) for item in was if item not in is_now]
    fresh = [_name(sides.now, field, item) for item in is_now if item not in was]
    if not gone and not fresh:
        return kind, f"{name}: the same, in another order: {', '.join(_name(sides.now, field, i) for i in is_now)}"
    said = [f"added {', '.join(fresh)}"] if fresh else []
    said += [f"no longer {', '.join(gone)}"] if gone else []
    return kind, f"{name}: {'; '.join(said)}"


def _guides(sides: Sides, where: str, was: Sequence[Guide], is_now: Sequence[Guide]) -> Iterator[Said]:
    """Guidance by its id: what is new, what is gone, what is shown at other times, what reads otherwise."""
    before, now = {item.id: item for item in was}, {item.id: item for item in is_now}
    for id, guide in now.items():
        if id not in before:
            only = f", only when {sides.now.when(guide.when)}" if guide.when else ""
            yield "matter", f"{where}: new: “{guide.say}”{only}"
    for id, guide in before.items():
        if id not in now:
            yield "matter", f"{where}: gone: “{guide.say}”"
    for id in (id for id in before if id in now):
        for kind, said in changes(sides, before[id], now[id]):
            yield kind, f"{where}, “{before[id].say}”: {said}"
    kept, after = [id for id in before if id in now], [id for id in now if id in before]
    if kept != after:
        yield "matter", f"{where}: in another order: {' / '.join(f'“{now[id].say}”' for id in after)}"


def weight(approval: Approval | None) -> tuple[int, int, int, int]:
    """How much a needed yes asks for: comparable, more is stricter. No approval asks for nothing."""
    if approval is None or approval.moment == "none":
        return (0, 0, 0, 0)
    order = ("none", "parallel", "to_close", "before")
    who = {*approval.roles, *approval.capabilities}
    narrow = 0 if {"worker", "trustee"} <= who or not who else 1
    return (order.index(approval.moment), int(approval.veto), approval.count, narrow)


def direction(one: Approval | None, other: Approval | None) -> str:
    """raised, lowered or changed."""
    before, after = weight(one), weight(other)
    if before == after and one and other:
        was, is_now = {*one.roles, *one.capabilities}, {*other.roles, *other.capabilities}
        before, after = (0, 0, 0, was > is_now), (0, 0, 0, was < is_now)
        before, after = after, before
    if before == after:
        return "changed"
    return "raised" if after > before else "lowered"
