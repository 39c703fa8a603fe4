"""What we can say: a closed vocabulary of structure, never of markup.

No `*bold*`, no emoji codes, no product's limits in here: a renderer shortens, escapes and folds as its product
must, with one `match` over `Block`, so that the type checker says what a renderer forgot.
A card is a picture on somebody's screen; what it lets a person press is checked again when it is pressed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

Tone = Literal["plain", "main", "danger"]
Weight = Literal["info", "done", "warning", "stop"]


@dataclass(frozen=True, slots=True)
class Button:
    """Pressing it sends an event with this action and carry. Labels say what happens, in at most five words."""

    label: str
    action: str
    carry: Mapping[str, str] = field(default_factory=dict)
    tone: Tone = "plain"
    hint: str = ""  # for a screen reader, where the label alone is not enough


@dataclass(frozen=True, slots=True)
class Choice:
    """`help`: a few words on what it means, shown quietly with a tick."""

    value: str
    label: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    text: str


@dataclass(frozen=True, slots=True)
class Say:
    """A paragraph. `quiet`: less prominent (why we ask, small print)."""

    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Points:
    """A short list; `numbered` when the order matters (what to do now)."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """Words to say or send as they stand. A renderer sets them apart, so that they can be read out or copied whole."""

    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A boxed sentence or two. The weight is said in words too, never by colour or a sign alone."""

    text: str
    weight: Weight = "info"


@dataclass(frozen=True, slots=True)
class Facts:
    """Label and value, a row each."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Number:
    """Somebody to ring. `number` may be a telephone number, a short route, or words such as "ask your lead"."""

    name: str
    number: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Numbers:
    rows: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A page of ours to open in the browser. `url` begins with https://, or with http:// on this machine."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Buttons:
    """Shown in this order. A renderer stacks them where its product does."""

    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Ticks:
    """A list to tick; comes back in `Event.fields[id]`, and where `unsure` is allowed also in `fields[id + ".unsure"]`.

    A ticked item is yes, an item marked "not sure" is unsure, all others are no.
    """

    id: str
    label: str
    choices: tuple[Choice, ...]
    chosen: tuple[str, ...] = ()
    unsure: bool = False
    unsure_chosen: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class Pick:
    """Choose one from a list; comes back in `Event.fields[id]`."""

    id: str
    label: str
    choices: tuple[Choice, ...]
    chosen: str = ""
    required: bool = True
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far along: `step` counts from 1; `about` is the likely number of steps, never less than `step`."""

    step: int
    about: int


class Drawing(Protocol):
    """What a picture is drawn from: plain values, so that two that show the same are equal."""

    def png(self) -> bytes:
        """The file, a few KB: white behind, and readable at 360 points across. Takes a while, and may raise."""


@dataclass(frozen=True, slots=True)
class Image:
    """A picture under its title. `words` say every number in it, in at most 2,000 characters, to whoever sees none.

    below: what its signs mean, for whoever sees it. png: what `painting` made of the drawing, after the transaction and
    beside the loop. A renderer that has none, or cannot show it, says the words in its place.
    """

    title: str
    words: str
    drawing: Drawing
    below: str = ""
    png: bytes = b""


@dataclass(frozen=True, slots=True)
class Small:
    """Small print that stands at the end: clause numbers, the ledger's short head, the version of the rules."""

    text: str


@dataclass(frozen=True, slots=True)
class More:
    """Detail behind one press where the product can fold; else shown under its own heading."""

    label: str
    blocks: tuple[Plain, ...]


Plain = Heading | Say | Points | Quote | Notice | Facts | Numbers | Small
Block = Plain | Link | Buttons | Ticks | Pick | Progress | Image | More


@dataclass(frozen=True, slots=True)
class Card:
    """One live message, edited in place.

    danger: the 999 line; every renderer draws it first, before the title, whenever it is not "".
    summary: what a lock screen may show: generic words, no reference, no content.
    """

    title: str
    blocks: tuple[Block, ...]
    danger: str = ""
    summary: str = "Confer: a checklist needs you"
    weight: Weight = "info"  # "stop" for the emergency card


@dataclass(frozen=True, slots=True)
class Text:
    """Free text, only ever in a form: at most `limit` characters, screened before it is saved."""

    id: str
    label: str
    hint: str = ""
    limit: int = 300
    required: bool = True
    long: bool = False
    value: str = ""


@dataclass(frozen=True, slots=True)
class Confirm:
    """One tick that says something is so; comes back as `fields[id] == ("yes",)`."""

    id: str
    label: str
    required: bool = True


Field = Text | Confirm | Pick | Ticks | Heading | Say | Quote | Notice | Facts | Points | Numbers | Small


@dataclass(frozen=True, slots=True)
class Form:
    """A modal. Submitting it sends an event with `action`, `carry` and the fields."""

    title: str  # at most 24 characters, which is the tightest product's limit (Slack views)
    fields: tuple[Field, ...]
    submit: str
    action: str
    carry: Mapping[str, str] = field(default_factory=dict)
    danger: str = ""


@dataclass(frozen=True, slots=True)
class Show:
    """Answer with this card, in place of the one that was pressed (or as a new one where none was)."""

    card: Card


@dataclass(frozen=True, slots=True)
class Open:
    """Answer with a form to fill in."""

    form: Form


@dataclass(frozen=True, slots=True)
class Correct:
    """The form cannot be taken yet: field id -> what to change. Nothing was stored, nor is it repeated by us."""

    errors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Aside:
    """A short answer beside the live card, for this person only; the live card stays as it is."""

    card: Card


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing to show: a repeated delivery, or an event that needs no answer."""


Reply = Show | Open | Correct | Aside | Nothing
