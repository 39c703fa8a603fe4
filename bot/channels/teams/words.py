"""Words -> Adaptive Card text elements, and nothing in them ever read as markup.

A TextBlock reads some Markdown, a TextRun reads none: text that holds one of its signs becomes a TextRun.
https://adaptivecards.io/explorer/TextBlock.html, https://adaptivecards.io/explorer/TextRun.html
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from typing import Any

from bot.cards import Image, Number, Points

Json = dict[str, Any]

_SIGNS = re.compile(r"[*_`~\\<>\[\]|]|\{\{|&#?\w+;|^\s*(?:#|[-+]\s|\d+[.)]\s)", re.MULTILINE)
_ADDRESS = re.compile(r"https?://[\w.:/-]+")
_TELEPHONE = re.compile(r"\+?[0-9][0-9 ]{1,18}")
_RINGS = re.compile(r"(?<![\w+-])(?:\+44[0-9 ]{8,12}[0-9]|0[0-9 ]{7,12}[0-9]|116 123|18000|999|112|111|101)(?![\w-])")


def lines(text: str, **look: object) -> Iterator[Json]:
    """An element for each line of the text: in one TextBlock a line's end would be drawn as a space.

    look: what a TextBlock and a TextRun both know (weight, size, isSubtle), and `spacing`.
    """
    spacing = look.pop("spacing", "Default")
    for line in text.splitlines():
        if line.strip():
            yield _line(line.strip(), spacing=spacing, **look)
            spacing = "None"


def heading(text: str, size: str = "Medium") -> Iterator[Json]:
    """Where a screen reader can jump to."""
    for element in lines(text, weight="Bolder", size=size, spacing="Large"):
        yield {**element, "style": "heading"} if element["type"] == "TextBlock" else element


def listed(points: Points) -> Iterator[Json]:
    """A line each. Not a list in Markdown: the renderer that Microsoft publishes (npm adaptivecards) cuts its lines."""
    for n, item in enumerate(points.items, 1):
        mark = f"{n}." if points.numbered else "•"
        yield {**_run(f"{mark} {' '.join(item.split())}"), "spacing": "Default" if n == 1 else "Small"}


def facts(rows: Sequence[tuple[str, str]]) -> Iterator[Json]:
    if any(_SIGNS.search(label + value) or "\n" in label + value for label, value in rows):
        for label, value in rows:
            runs = [{"type": "TextRun", "text": f"{label}: ", "weight": "Bolder"}, {"type": "TextRun", "text": value}]
            yield {"type": "RichTextBlock", "inlines": runs, "spacing": "Small"}
    else:
        yield {"type": "FactSet", "facts": [{"title": label, "value": value} for label, value in rows]}


def numbers(rows: Sequence[Number]) -> Iterator[Json]:
    """A line each; what is digits can be tapped, and a number that is to be texted cannot: that would ring it."""
    for row in rows:
        said = f"{row.name}: {row.number}"
        if _SIGNS.search(said) or "text" in row.number.casefold():
            yield from lines(said, spacing="Medium")
        else:
            whole = _TELEPHONE.fullmatch(row.number.strip())
            number = _ringing(row.number) if whole else _RINGS.sub(lambda found: _ringing(found[0]), row.number)
            yield {"type": "TextBlock", "wrap": True, "spacing": "Medium", "text": f"{row.name}: {number}"}
        if row.note:
            yield from lines(row.note, isSubtle=True, size="Small", spacing="None")


def link(label: str, url: str) -> Iterator[Json]:
    """In words, and no Action.OpenUrl: a row of actions is not shown in the answer to some presses."""
    if _SIGNS.search(label) or not _ADDRESS.fullmatch(url):
        yield from lines(f"{label}: {url}")
    else:
        yield {"type": "TextBlock", "wrap": True, "spacing": "Medium", "text": f"[{label}]({url})"}


def picture(image: Image) -> Iterator[Json]:
    """The file is in the card itself, which nobody else can ask for. White stands behind it in a dark Teams too.

    "Supports data URI": https://learn.microsoft.com/adaptive-cards/schema-explorer/image
    """
    if not image.png:
        yield from heading(image.title)
        yield from lines(image.words, isSubtle=True)
        return
    url = f"data:image/png;base64,{b64encode(image.png).decode()}"
    shown: list[Json] = [
        *heading(image.title),
        {"type": "Image", "url": url, "altText": image.words, "size": "Stretch", "backgroundColor": "#FFFFFF"},
        *lines(image.below, isSubtle=True, size="Small"),
    ]
    yield {"type": "Container", "spacing": "Medium", "items": shown}


def danger(text: str) -> Iterator[Json]:
    """The 999 line. The number can be tapped on a phone, and is still a number where tel: is not understood."""
    if not text.strip():
        return
    said = list(lines(text, weight="Bolder", size="Medium"))
    for element in said:
        if element["type"] == "TextBlock":
            element["text"] = re.sub(r"\b999\b", _ringing("999"), element["text"])
    yield {"type": "Container", "style": "attention", "bleed": True, "items": said}


def boxed(text: str, word: str, style: str) -> Iterator[Json]:
    """A sentence or two in a box, with its weight in a word as well: a colour says nothing to everybody."""
    if word and not text.lower().startswith(word.lower().rstrip(".")):
        text = f"{word} {text}"
    if text.strip():
        yield {"type": "Container", "style": style, "items": list(lines(text, weight="Bolder" if word else "Default"))}


def quoted(text: str) -> Iterator[Json]:
    """Words to read out, set apart, as they stand."""
    said = [{**_run(line), "spacing": "Small"} for line in text.splitlines() if line.strip()]
    if said:
        yield {"type": "Container", "style": "emphasis", "items": said}


def unlinked(text: str) -> str:
    """The words of a TextBlock with a number to tap in them."""
    return re.sub(r"\[([^\]]*)\]\(tel:[^)]*\)", r"\1", text)


def _line(text: str, *, spacing: object, **look: object) -> Json:
    if _SIGNS.search(text):
        return {**_run(text, **look), "spacing": spacing}
    return {"type": "TextBlock", "text": text, "wrap": True, "spacing": spacing, **look}


def _run(text: str, **look: object) -> Json:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **look}]}


def _ringing(number: str) -> str:
    return f"[{number.strip()}](tel:{number.replace(' ', '')})"
