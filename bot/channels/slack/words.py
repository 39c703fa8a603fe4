"""Words -> Block Kit's text blocks, each within Slack's limits, and nothing in them ever read as markup.

plain_text wherever it can be; where a bold word helps the text is escaped, and text that holds Slack's own formatting
signs falls back to plain_text. Limits: https://docs.slack.dev/reference/block-kit/blocks/section-block and beside it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from bot.cards import Image, Number, Points

SECTION_TEXT = 3000
CONTEXT_TEXT = 2000
CONTEXT_ELEMENTS = 10
ALT_TEXT = 2000  # also of the title

Json = dict[str, Any]
T = TypeVar("T")

_FORMATTING = re.compile(r"[*_~`]")
_ADDRESS = re.compile(r"https?://[\w.:/-]+")
_TELEPHONE = re.compile(r"\+?[0-9][0-9 ]{1,18}")
_RINGS = re.compile(r"(?<![\w+-])(?:\+44[0-9 ]{8,12}[0-9]|0[0-9 ]{7,12}[0-9]|116 123|18000|999|112|111|101)(?![\w-])")


def plain(text: str) -> Json:
    """A text object in which nothing is markup and nothing becomes a picture."""
    return {"type": "plain_text", "text": text, "emoji": False}


def facts(rows: Sequence[tuple[str, str]]) -> Iterator[Json]:
    for some in parts(rows, 10):
        if any(_FORMATTING.search(label + value) for label, value in some):
            yield from sections("\n".join(f"{label}: {value}" for label, value in some))
        else:
            yield from _marked("\n".join(f"*{_escaped(label)}:* {_escaped(value)}" for label, value in some))


def numbers(rows: Sequence[Number]) -> Iterator[Json]:
    """A line each; what is digits can be tapped. Slack does not document tel: links, but its own clients write them.

    With notes a line stands between them: in one block of text nobody finds the next number.
    """
    apart = "\n\n" if any(row.note for row in rows) else "\n"
    if any(_FORMATTING.search(row.name + row.number + row.note) for row in rows):
        lines = [f"{row.name}: {row.number}" + (f"\n{row.note}" if row.note else "") for row in rows]
        yield from sections(apart.join(lines))
        return
    lines = []
    for row in rows:
        number = _escaped(row.number)
        if _TELEPHONE.fullmatch(row.number.strip()):
            number = _telephone(number)
        elif "text" not in row.number.casefold():  # a link would call the number that is to be texted
            number = _RINGS.sub(lambda found: _telephone(found[0]), number)
        note = f"\n{_escaped(row.note)}" if row.note else ""
        lines.append(f"*{_escaped(row.name)}:* {number}{note}")
    yield from _marked(apart.join(lines))


def link(label: str, url: str) -> Iterator[Json]:
    """No button: of a link in words Slack tells nobody that it was pressed."""
    if _FORMATTING.search(label) or not _ADDRESS.fullmatch(url):
        yield from sections(f"{label}: {url}")
    else:
        yield from _marked(f"<{url}|{_escaped(label)}>")


def picture(image: Image, file: str) -> Iterator[Json]:
    """From this file of ours; without one, what it shows in words.

    https://docs.slack.dev/reference/block-kit/blocks/image-block
    """
    if not file:
        yield from bold(image.title)
        yield from (context(piece) for piece in pieces(image.words, CONTEXT_TEXT))
        return
    yield {
        "type": "image",
        "title": plain(short(image.title, ALT_TEXT)),
        "slack_file": {"id": file},
        "alt_text": short(image.words, ALT_TEXT),
    }
    if image.below:
        yield context(image.below)


def _telephone(number: str) -> str:
    return f"<tel:{number.replace(' ', '')}|{number}>"


def notice(text: str, word: str) -> Iterator[Json]:
    if word and text.lower().startswith(word.lower().rstrip(".")):
        word = ""
    if _FORMATTING.search(text):
        yield from sections(f"{word} {text}".strip())
        return
    lead = f"*{word}* " if word else ""
    yield from _marked("\n".join(f"> {line}" for line in (lead + _escaped(text)).splitlines()))


def quoted(text: str) -> Iterator[Json]:
    """Words to read out: a block of their own, so that a long press copies them and nothing else."""
    for piece in pieces(text):
        words = {"type": "text", "text": piece}
        yield {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [words]}]}


def bold(text: str) -> Iterator[Json]:
    if not text.strip():
        return
    if _FORMATTING.search(text) or "\n" in text or len(text) > SECTION_TEXT // 2:
        yield from sections(text)
    else:
        yield from _marked(f"*{_escaped(text)}*")


def danger(text: str) -> Iterator[Json]:
    """The 999 line; the number can be tapped on a phone, and is still a number where tel: is not understood."""
    for drawn in bold(text):
        if drawn["text"]["type"] == "mrkdwn":
            drawn["text"]["text"] = re.sub(r"\b999\b", "<tel:999|999>", drawn["text"]["text"])
        yield drawn


def unmarked(text: Json) -> str:
    """The words of a text object, whichever way it was drawn; of a link also where it leads."""
    if text["type"] == "plain_text":
        return str(text["text"])
    if text["type"] == "rich_text_preformatted":
        return "".join(str(part["text"]) for part in text["elements"])
    said = re.sub(r"<(https?:[^|>]*)\|([^>]*)>", r"\2: \1", text["text"])
    said = re.sub(r"<[^|>]*\|([^>]*)>", r"\1", said)
    return html.unescape(re.sub(r"^> |\*", "", said, flags=re.MULTILINE))


def _marked(text: str) -> Iterator[Json]:
    for piece in pieces(text):
        yield {"type": "section", "text": {"type": "mrkdwn", "text": piece, "verbatim": True}}


def sections(text: str) -> Iterator[Json]:
    yield from (section(piece) for piece in pieces(text))


def section(text: str) -> Json:
    return {"type": "section", "text": plain(text)}


def context(text: str) -> Json:
    return {"type": "context", "elements": [plain(text)]}


def listed(points: Points) -> str:
    return "\n".join(f"{n}. {item}" if points.numbered else f"• {item}" for n, item in enumerate(points.items, 1))


def pieces(text: str, most: int = SECTION_TEXT) -> Iterator[str]:
    """The text in parts Slack can hold, broken at a line or a space: guidance is never cut."""
    rest = text.strip()
    while len(rest) > most:
        cut = max(rest.rfind("\n", 1, most), 0) or max(rest.rfind(" ", 1, most), 0) or most
        yield rest[:cut].rstrip()
        rest = rest[cut:].lstrip()
    if rest:
        yield rest


def together(one: Json, other: Json) -> Json | None:
    """Two blocks as one that says both, one below the other; None where Slack's limits or kinds do not let them."""
    if one["type"] == other["type"] == "section" and one["text"]["type"] == other["text"]["type"]:
        said = f"{one['text']['text']}\n{other['text']['text']}"
        return {**one, "text": {**one["text"], "text": said}} if len(said) <= SECTION_TEXT else None
    if one["type"] == other["type"] == "context" and len(one["elements"] + other["elements"]) <= CONTEXT_ELEMENTS:
        return {**one, "elements": one["elements"] + other["elements"]}
    return None


def parts(items: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), most):
        yield items[start : start + most]


def short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
