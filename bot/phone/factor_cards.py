"""What is read about second factors: that a yes takes one, that one was set up, or taken away.

The rule to keep: they say who has one and who has none, never a code or a secret.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.cards import Card, Notice, Say
from bot.messages import Scene
from bot.organisation.step_up import demanded, would_take
from bot.picture import Picture
from policy.walk import Verdict
from storage.records import ApprovalRequest, Person

HAS_ONE = "factor_set"
"""The kind of the message to the safeguarding lead: somebody has set up a second factor."""

RESET = "factor_reset"
"""The kind of the message to the safeguarding lead and its owner: a second factor and PIN were taken away."""

HOW = "On the home page press “Your second factor”. It takes a minute. You can say no without it."


def missing(picture: Picture, request: ApprovalRequest, person: Person) -> list[Notice]:
    """On the card of whoever is asked: that a yes takes what they do not have yet, and how to get it."""
    if not demanded(picture.book, picture.charity.step_up, request) or person.id in picture.enrolled:
        return []
    return [Notice(f"To agree to this you need a second factor, and you have none yet. {HOW}", "warning")]


def nobody_ready(picture: Picture, verdicts: Iterable[Verdict]) -> list[Notice]:
    """For the worker, before it is sent: that a yes takes a second factor, and nobody who may agree has one."""
    rule, around = picture.charity.step_up, picture.around
    asked = [verdict for verdict in verdicts if would_take(rule, verdict)]
    for verdict in asked:
        able = around.approvers(verdict.approval) if verdict.approval else []
        if not any(person.id in picture.enrolled for person in able):
            text = "Nobody can say yes yet: it takes a code from an app on their phone, and nobody has set that up. "
            more = "Ring them. On their home page they press “Your second factor”: it takes a minute."
            return [Notice(f"{text}{more}", "warning")]
    return []


async def set_card(scene: Scene) -> Card | None:
    """For the safeguarding lead: somebody set one up, which a thief with their phone could have done as well."""
    person = await _about(scene)
    if person is None:
        return None
    blocks = (
        Say(f"{person.name} has set up a second factor. They can use it to agree to the gravest disclosures."),
        Say(f"Was it not {person.name}? Open the home page and press “Phone lost” now."),
    )
    return scene.card("A second factor was set up", blocks)


async def reset_card(scene: Scene) -> Card | None:
    """For the safeguarding lead and the owner: it was taken away, and by whom."""
    person = await _about(scene)
    if person is None:
        return None
    by = (await scene.tx.people.get([scene.about.get("by", "")])).get(scene.about.get("by", ""))
    who = by.name if by else "Whoever keeps the roster"
    if person.id == scene.person.id:
        said = f"{who} has taken away your second factor and PIN. Set up new ones on the home page."
        return scene.card("Your second factor is gone", (Say(said), Say("Did you not ask for this? Ring your lead.")))
    said = f"{who} has taken away {person.name}'s second factor and PIN. Ask {person.name} if that is right."
    return scene.card("A second factor was taken away", (Say(said),))


async def _about(scene: Scene) -> Person | None:
    id = scene.about.get("about", "")
    return (await scene.tx.people.get([id])).get(id)
