"""The page under a link to a paper of a record, and the file itself: the second half of `bot.record.handing_out`.

The rule to keep: who may have it is asked again at the moment of taking, and a refusal is a line in the ledger too.
"""

from __future__ import annotations

import re
from typing import cast

from aiohttp import web

from bot.one_time import WITHIN, File, one_time
from bot.organisation.charity import charity_of
from bot.picture import Picture
from bot.record.exporting import Format, noted, paged, refused, written
from bot.record.reading import Paper, titled, visible
from bot.turn import Office
from storage.keeping import Handout
from storage.records import NotFound, Person
from storage.store import Transaction


def papers(office: Office) -> list[web.RouteDef]:
    async def taken(token: str) -> File:
        return await _taken(office, token)

    return one_time("/paper", "A paper of a record", "Save it only where clients' files are kept.", taken)


async def _taken(office: Office, token: str) -> File:
    """Raises NotFound, and the ledger says whose link it was."""
    # Read first, as long as it takes: whoever writes is alone on SQLite, and presses wait for them.
    async with office.store.read(office.clock(), within=WITHIN) as tx:
        organisation = await tx.handouts.whose(token)
        tx.bind(organisation)
        handout = await tx.handouts.of(token)
        paper, form = cast("Paper", handout.paper), cast("Format", handout.form)
        reference, person, mine, others = await _visible(tx, office, handout)
        charity = charity_of(await tx.organisations.current())
        found = await paged(tx, charity, mine, reference, paper, person) if mine else None
    async with office.store.begin(office.clock(), within=WITHIN) as tx:
        tx.bind(organisation)
        first = await tx.handouts.take(token)
        _, person, mine, others = await _visible(tx, office, handout)  # as it is at the moment of taking
        if first and mine and found is not None:
            noted(tx, mine, person, paper, form, by="link")
        else:
            refused(tx, [each.case.id for each in mine] or others, person, paper, by="link")
            found = None
    if found is None:
        raise NotFound("handout")
    what = found
    name = re.sub(r"[^A-Za-z0-9-]+", "-", f"{titled(reference, paper)}-{paper}").strip("-")
    return File(f"{name}.{form}", form, lambda: written(what, form))


async def _visible(tx: Transaction, office: Office, handout: Handout) -> tuple[str, Person, list[Picture], list[str]]:
    """Its reference, whom it is for, what they may have of it now, and the ids of the rest. Raises NotFound."""
    charity = charity_of(await tx.organisations.current())
    person = (await tx.people.get([handout.person_id]))[handout.person_id]
    case = await tx.cases.get(handout.consultation_id)
    mine, others = await visible(tx, office.books, charity, case.id, person, cast("Paper", handout.paper))
    return case.reference, person, mine, others
