"""Hide this: one copy of a card shrinks to its reference, until whoever has it opens it again.

The rule to keep: what is hidden is a copy, never the case; the 999 line stays, and the emergency card is never hidden.
"""

from __future__ import annotations

from bot.cards import Button, Buttons, Card, Reply, Say, Show
from bot.picture import Picture
from bot.turn import Refusal, Turn
from storage.records import Consultation, Post

CHECKLIST, APPROVAL = "checklist", "approval"
_OPENS = {CHECKLIST: "open", APPROVAL: "decide"}
# Opened again by `bot.unhiding`.
_OTHERS = frozenset({"question", "reply", "spoken", "look", "there", "passed", "decided", "denied", "nobody_yet"})
_OTHERS |= {"handed", "reopened", "look_again", "unfinished", "beside"}


def with_hide(picture: Picture, card: Card, kind: str) -> Card:
    """The card with the button that hides it, last."""
    button = Button("Hide this", "hide", {"c": picture.case.id, "k": kind}, hint=f"Hide {picture.case.reference}")
    return Card(card.title, (*card.blocks, Buttons((button,))), card.danger, card.summary, card.weight)


def is_hidden(picture: Picture, post: Post) -> bool:
    """Whether this copy shows its reference only."""
    return post.hidden and (post.kind in _OPENS or post.kind in _OTHERS) and picture.emergency() is None


def can_hide(picture: Picture, kind: str, card: Card) -> bool:
    """Whether a card of these other kinds has something on it to hide: one that is done with says no more than that."""
    return kind in _OTHERS and picture.emergency() is None and any(isinstance(each, Buttons) for each in card.blocks)


def hidden_card(case: Consultation, kind: str, danger: str) -> Card:
    """The reference and the way back."""
    carry = {"c": case.id} if kind in _OPENS else {"c": case.id, "k": kind}
    action = _OPENS.get(kind, "unhide")
    ways = Buttons((Button("Open", action, carry, "main", hint=f"Open {case.reference}"),))
    return Card(f"Case {case.reference}", (Say("Hidden. Nothing has changed."), ways), danger=danger)


async def hide(turn: Turn) -> Reply:
    """The copy that was pressed is hidden. Raises Refusal where it is not theirs, or cannot be hidden."""
    kind = turn.event.carry.get("k", "")
    if kind not in _OPENS and kind not in _OTHERS:
        raise Refusal("This card cannot be hidden.")
    if kind in _OPENS:
        await (turn.mine(fresh=False) if kind == CHECKLIST else turn.duty())
    post, case = await own_copy(turn, kind)
    await turn.tx.posts.hide(post.id, hidden=True)
    book = turn.office.books.get(case.book_id, turn.book)
    return Show(hidden_card(case, kind, book.emergency.line))


async def own_copy(turn: Turn, kind: str) -> tuple[Post, Consultation]:
    """The copy of this kind that stands on the pressing account, and is this person's own. Raises Refusal."""
    who, id = turn.event.who, turn.event.carry.get("c", "")
    for post in await turn.tx.posts.on(who.channel, who.tenant, who.user):
        if (post.consultation_id, post.kind, post.person_id) == (id, kind, turn.person.id):
            return post, await turn.tx.cases.get(id)
    raise Refusal("We cannot find this card any more. Open the home page and go on from there.")
