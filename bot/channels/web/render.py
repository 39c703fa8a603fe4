"""Card or Form -> HTML. Every text goes in through `Markup.format`, which escapes it; there is no other way in.

The danger line comes first, before any title; a weight is always a word as well as a colour.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Literal, assert_never

from markupsafe import Markup, escape

from bot.cards import (
    Block,
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
    Number,
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
from bot.channels.web.inputs import Slip, button, confirm, hidden, join, pick, press, text_field, ticks

WORDS: Mapping[Weight, str] = {"info": "Note", "done": "Done", "warning": "Take care", "stop": "Stop"}
DEAD = Markup('<button type="submit" hidden></button>')
"""Enter on a tick presses a form's first button. This one presses nothing, where the next might answer "yes"."""

RINGS = re.compile(r"(?<![\w+-])(\+44[0-9 ]{8,12}[0-9]|0[0-9 ]{7,12}[0-9]|116 123|18000|999|112|111|101)(?![\w-])")
TELEPHONE = re.compile(r"\+?[0-9][0-9 ()-]{1,}[0-9]")


def article(card: Card, slip: Slip, kind: Literal["card", "home", "aside"] = "card") -> Markup:
    """A whole card. Its inputs and buttons are one form, so that a press brings its ticks along."""
    title = f"title-{slip.delivery}"
    return Markup(
        '<article class="card {kind} weight-{weight}" data-message="{message}" data-mark="{mark}" '
        'aria-labelledby="{title}">{danger}'
        '<form class="body" method="post" action="/press" autocomplete="off" novalidate>{slip}{dead}'
        '{weighed}<h3 id="{title}" tabindex="-1">{text}</h3>{blocks}</form></article>'
    ).format(
        kind=kind,
        weight=card.weight,
        message=slip.message,
        mark=mark(card),
        title=title,
        danger=danger(card.danger),
        slip=hidden(slip),
        dead=DEAD,
        # The emergency card's own first line is its title; nothing may push it down.
        weighed=weighed("info" if card.weight == "stop" else card.weight, card.title),
        text=card.title,
        blocks=join(block(item, slip) for item in card.blocks),
    )


def dialog(form: Form, slip: Slip) -> Markup:
    """A form to fill in, as the inside of a <dialog>. Here the browser checks what is required before it sends."""
    title = f"title-{slip.delivery}"
    return Markup(
        '{danger}<form class="body" method="post" action="/press" autocomplete="off" aria-labelledby="{title}">'
        '{slip}{dead}<h3 id="{title}" tabindex="-1">{text}</h3>{fields}<div class="buttons">'
        '{submit}<button class="button tone-plain" type="button" data-close>{leave}</button></div></form>'
    ).format(
        title=title,
        danger=danger(form.danger),
        slip=hidden(slip),
        dead=DEAD,
        text=form.title,
        fields=join(field(item, slip) for item in form.fields),
        submit=_submit(form),
        leave="Cancel" if form.submit else "Close",
    )


def _submit(form: Form) -> Markup:
    """A form that is only read has nothing to send."""
    if not form.submit:
        return Markup()
    return Markup('<button class="button tone-main" name="press" value="{}">{}</button>').format(
        press(form.action, form.carry), form.submit
    )


def mark(card: Card) -> str:
    """Changes when the card does, so that the page leaves a card alone that only was drawn again."""
    return hashlib.sha256(repr(card).encode()).hexdigest()[:16]


def danger(text: str) -> Markup:
    return Markup('<p class="danger">{}</p>').format(ringable(text)) if text else Markup()


def ringable(text: str) -> Markup:
    """The text with the telephone numbers in it as links that ring."""
    pieces = RINGS.split(text)  # every second piece is a number
    return join(telephone(piece) if place % 2 else escape(piece) for place, piece in enumerate(pieces))


def telephone(number: str) -> Markup:
    return Markup('<a href="tel:{}">{}</a>').format(re.sub(r"[^+0-9]", "", number), number)


def weighed(weight: Weight, text: str) -> Markup:
    """The weight in a word, unless it is the ordinary one or the text opens with that word itself."""
    word = WORDS[weight]
    if weight == "info" or text.casefold().startswith(word.casefold()):
        return Markup()
    return Markup('<strong class="word">{}.</strong> ').format(word)


def block(item: Block, slip: Slip) -> Markup:
    match item:
        case Heading(text):
            return Markup("<h4>{}</h4>").format(text)
        case Say(text, quiet):
            return Markup('<p class="{}">{}</p>').format("say quiet" if quiet else "say", ringable(text))
        case Points(items, numbered):
            rows = join(Markup("<li>{}</li>").format(ringable(row)) for row in items)
            return (Markup("<ol>{}</ol>") if numbered else Markup("<ul>{}</ul>")).format(rows)
        case Quote(text):
            return Markup(
                '<figure class="quote"><blockquote>{}</blockquote>'
                '<button class="copy" type="button" data-copy>Copy these words</button></figure>'
            ).format(text)
        case Notice(text, weight):
            return Markup('<p class="notice weight-{}">{}{}</p>').format(weight, weighed(weight, text), ringable(text))
        case Facts(rows):
            pairs = join(Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(*row) for row in rows)
            return Markup('<dl class="facts">{}</dl>').format(pairs)
        case Numbers(rows):
            return Markup('<ul class="numbers">{}</ul>').format(join(number(row) for row in rows))
        case Link(label, url):
            return Markup('<p class="say"><a href="{}" target="_blank" rel="noreferrer">{}</a></p>').format(url, label)
        case Buttons(buttons):
            return Markup('<div class="buttons">{}</div>').format(join(button(one) for one in buttons))
        case Ticks():
            return ticks(item, slip)
        case Pick():
            return pick(item, slip)
        case Progress(step, about):
            return Markup(
                '<div class="progress"><span>Step {step} of about {about}</span>'
                '<progress value="{step}" max="{about}" aria-hidden="true"></progress></div>'
            ).format(step=step, about=about)
        case Image():
            return picture(item)
        case More(label, blocks):
            inside = join(block(one, slip) for one in blocks)
            return Markup('<details class="more"><summary>{}</summary>{}</details>').format(label, inside)
        case Small(text):
            return Markup('<p class="small">{}</p>').format(text)
        case _:
            assert_never(item)


def picture(image: Image) -> Markup:
    """In the page itself: nobody else can ask for it, and it is there when the page is shown."""
    if not image.png:
        return Markup('<h4>{}</h4><p class="say quiet">{}</p>').format(image.title, image.words)
    file = f"data:image/png;base64,{b64encode(image.png).decode()}"
    below = Markup('<p class="small">{}</p>').format(image.below) if image.below else Markup()
    return Markup('<figure class="picture"><figcaption>{}</figcaption><img src="{}" alt="{}">{}</figure>').format(
        image.title, file, image.words, below
    )


def field(item: Field, slip: Slip) -> Markup:
    match item:
        case Text():
            return text_field(item, slip)
        case Confirm():
            return confirm(item)
        case Pick() | Ticks() | Heading() | Say() | Quote() | Notice() | Facts() | Points() | Numbers() | Small():
            return block(item, slip)
        case _:
            assert_never(item)


def number(row: Number) -> Markup:
    """Somebody to ring: what rings is a link. A number to text is left as it is: a link would call it."""
    if TELEPHONE.fullmatch(row.number):
        route = telephone(row.number)
    else:
        route = escape(row.number) if "text" in row.number.casefold() else ringable(row.number)
    note = Markup('<span class="note">{}</span>').format(row.note) if row.note else Markup()
    return Markup('<li><span class="name">{}</span><span class="route">{}</span>{}</li>').format(row.name, route, note)
