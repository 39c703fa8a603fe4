"""A digest as a file, from the chat: a link that works once, for a few minutes, and the file under it.

The rule to keep: whoever takes it may read the digest at that moment, or has nothing; either is a line in the ledger.
"""

from __future__ import annotations

from typing import cast

from aiohttp import web

from bot.cards import Aside, Card, Link, Reply, Say
from bot.one_time import LASTS, WITHIN, File, one_time
from bot.organisation.charity import charity_of
from bot.reporting.digest_card import found
from bot.reporting.digest_paper import FORMS, Form, written
from bot.reporting.presses import digest_of
from bot.reporting.readers import may_read
from bot.turn import Office, Refusal, Turn
from storage.keeping import DigestLink
from storage.records import NotFound

_PATH = "/digest"


async def file(turn: Turn) -> Reply:
    """The link, on a card that only this person sees. Raises Refusal."""
    digest = await digest_of(turn)
    week, form = digest.written.week, turn.event.carry.get("as", "")
    if form not in FORMS:
        raise Refusal("This button does not work any more. Open “All the numbers” again.")
    if not turn.office.address:
        raise Refusal("No file can be made here. Ask whoever runs Confer: CONFER_ADDRESS is not set.")
    token = await turn.tx.digest_links.offer(DigestLink(week, turn.person.id, form), until=turn.now + LASTS)
    turn.tx.note("digest link made", person=turn.person.id, week=week, form=form)
    blocks = (
        Link(f"Open it: the digest {week} as {form.upper()}", f"{turn.office.address}{_PATH}/{token}"),
        Say("It works once, in the next 10 minutes. Do not pass it on: whoever opens it has the file."),
    )
    return Aside(Card("Your link", blocks, danger=turn.book.emergency.line))


def digests(office: Office) -> list[web.RouteDef]:
    """The page under such a link."""

    async def taken(token: str) -> File:
        return await _taken(office, token)

    return one_time(_PATH, "A weekly digest", "Save it only where the trustees' papers are kept.", taken)


async def _taken(office: Office, token: str) -> File:
    """Raises NotFound, and the ledger says whose link it was."""
    async with office.store.read(office.clock(), within=WITHIN) as tx:
        organisation = await tx.digest_links.whose(token)
    async with office.store.begin(office.clock(), within=WITHIN) as tx:
        tx.bind(organisation)
        link = await tx.digest_links.of(token)
        first = await tx.digest_links.take(token)
        person = (await tx.people.get([link.person_id]))[link.person_id]
        charity = charity_of(await tx.organisations.current())
        book, form = office.books.get(charity.book), cast("Form", link.form)
        digest = await found(tx, link.week, book, charity) if first and book and may_read(person) else None
        kind = "digest exported" if digest else "digest export refused"
        tx.note(kind, person=person.id, week=link.week, form=form, by="link")
    if digest is None:
        raise NotFound("handout")
    what = digest
    return File(f"digest-{link.week}.{form}", form, lambda: written(what, form))
