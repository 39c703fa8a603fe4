"""A posted form -> Event. Nothing in it is trusted but its shape, and nothing in it is written to a log."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from urllib.parse import parse_qs

from aiohttp import web

from bot.channels.web.guard import Refused, too_large
from bot.events import Event, Who

LIMIT = 64 * 1024  # bytes of a whole form: a dozen fields of 300 characters, several times over
MOST_FIELDS = 400
DELIVERY = re.compile(r"[A-Za-z0-9_-]{8,64}")
FIELD, CHOICE = "field.", "choice."  # what is written in, and what is ticked or chosen

Inputs = Mapping[str, tuple[str, ...]]


async def read_inputs(request: web.Request, token: str) -> Inputs:
    """The form's inputs by name. Raises Refused: 413 too large, 400 not a form or not UTF-8, 403 a wrong token."""
    try:
        body = await request.clone(client_max_size=LIMIT).read()
    except web.HTTPRequestEntityTooLarge:
        raise too_large() from None
    if request.content_type != "application/x-www-form-urlencoded":
        raise unreadable()
    try:
        pairs = parse_qs(
            body.decode("utf-8"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:  # a UnicodeDecodeError is one too
        raise unreadable() from None
    if any("\0" in text for name, values in pairs.items() for text in (name, *values)):  # PostgreSQL cannot hold it
        raise unreadable()
    inputs = {name: tuple(value.replace("\r\n", "\n") for value in values) for name, values in pairs.items()}
    if not secrets.compare_digest(one(inputs, "token").encode(), token.encode()):
        raise Refused(
            403, "This page is out of date", "The sandbox was started again. Reload the page, then press again."
        )
    return inputs


def read_event(inputs: Inputs, who: Who) -> Event:
    """What was pressed or typed. Raises Refused(400) where the form is not one that our page makes."""
    action, carry = read_press(one(inputs, "press"))
    delivery = one(inputs, "delivery")
    message = one(inputs, "message")
    if not DELIVERY.fullmatch(delivery) or len(message) > 200:
        raise unreadable()
    return Event(
        delivery=delivery,
        who=who,
        action=action,
        conversation=who.user,
        carry=carry,
        fields=read_fields(inputs),
        chosen=read_chosen(inputs),
        text=one(inputs, "text").strip() if action == "typed" else "",
        message=message,
    )


def read_press(press: str) -> tuple[str, dict[str, str]]:
    """A button's value: `{"action": name, "carry": {name: text}}` as JSON, as `render.press` writes it."""
    try:
        pressed = json.loads(press)
    except (ValueError, RecursionError):
        raise unreadable() from None
    match pressed:
        case {"action": str(action), "carry": dict(carry)} if action and all(
            isinstance(v, str) for v in carry.values()
        ):
            return action, carry
        case _:
            raise unreadable()


def read_fields(inputs: Inputs) -> dict[str, tuple[str, ...]]:
    """Field id -> what was chosen or typed; a field left empty is absent.

    Without its script a page can send an item as both ticked and not sure: ticked counts.
    """
    fields: dict[str, tuple[str, ...]] = {}
    for name, values in inputs.items():
        ticked = inputs.get(name.removesuffix(".unsure"), ()) if name.endswith(".unsure") else ()
        kept = tuple(value for value in values if value.strip() and value not in ticked)
        if name.startswith((FIELD, CHOICE)) and kept:
            fields[name.removeprefix(FIELD).removeprefix(CHOICE)] = kept
    return fields


def read_chosen(inputs: Inputs) -> frozenset[str]:
    """The fields of which nothing came from a place to write in."""
    written = {name.removeprefix(FIELD) for name in inputs if name.startswith(FIELD)}
    return frozenset(name.removeprefix(CHOICE) for name in inputs if name.startswith(CHOICE)) - written


def one(inputs: Inputs, name: str) -> str:
    return inputs.get(name, ("",))[0]


def unreadable() -> Refused:
    return Refused(400, "Not understood", "The sandbox could not read that, and nothing was done. Reload the page.")
