"""The page under a paper's link, and the file itself: the second half of `bot.record.handing_out`.

The rule to keep: looking at the page takes nothing, because chat products look at links too; only its button does. And
whoever has no right to it, comes late or comes twice reads the same words.
"""

from __future__ import annotations

import asyncio
import logging
import re
from typing import cast

from aiohttp import web

from bot.organisation.charity import charity_of
from bot.picture import Picture
from bot.record.exporting import Format, Paged, noted, paged, refused, written
from bot.record.reading import Paper, titled, visible
from bot.trace import place_of
from bot.turn import Office
from storage.keeping import Handout
from storage.records import NotFound, Person
from storage.sealing import CannotOpen
from storage.store import StoreUnavailable, Transaction

log = logging.getLogger(__name__)

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # as `storage.handouts` makes them: nobody else keeps the database busy
_WITHIN = 10.0  # seconds
_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
}
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",  # with "no-referrer" a browser sends "Origin: null" with the button
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem}}
body{{color:#111;background:#fff}}
button{{font:inherit;font-weight:600;padding:.7rem 1.2rem}}</style>
<main><h1>{title}</h1>{said}</main></html>"""

_READY = """<p>You can take this file once. Save it only where clients' files are kept.</p>
<form method="post"><button>Take the file</button></form>
<p>Nothing happens? Open this page in your browser, and not inside the chat.</p>"""
_OVER = """<p>A link works once, for ten minutes. Did you take the file? Look in your downloads. Else go back to the
chat and make a new link.</p><p>Was it taken, and not by you? Tell your data-protection lead now.</p>"""
_LATER = "<p>Nothing is lost. Wait a minute, go back to the page and press the button again.</p>"
_NO_KEY = "<p>The record is kept, but a key is missing. Tell whoever runs Confer: <b>python -m bot keys check</b>.</p>"


def papers(office: Office) -> list[web.RouteDef]:
    """GET shows the page, POST gives the file."""

    async def look(_: web.Request) -> web.Response:
        return _page("A paper of a record", _READY)

    async def take(request: web.Request) -> web.Response:
        try:
            name, form, what = await _taken(office, request.match_info["token"])
            body = await asyncio.to_thread(written, what, form)  # not before: nobody waits for it with the database
        except NotFound:
            return _page("This link is over", _OVER, 404)
        except CannotOpen:
            return _page("This cannot be opened now", _NO_KEY, 503)
        except (StoreUnavailable, TimeoutError):
            return _page("Not now", _LATER, 503)
        except Exception as bug:
            log.error("a paper could not be made: %s", place_of(bug))  # its words may quote what was typed
            return _page("This file could not be made", _OVER, 500)
        named = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Type": _TYPES[form]}
        return web.Response(body=body, headers={**_HEADERS, **named})

    return [web.get("/paper/{token}", look), web.post("/paper/{token}", take)]


async def _taken(office: Office, token: str) -> tuple[str, Format, Paged]:
    """The file's name and form, and what stands in it. Raises NotFound, and the ledger says whose link it was."""
    if not _TOKEN.fullmatch(token):
        raise NotFound("handout")
    # Read first, as long as it takes: whoever writes is alone on SQLite, and presses wait for them.
    async with office.store.read(office.clock(), within=_WITHIN) as tx:
        organisation = await tx.handouts.whose(token)
        tx.bind(organisation)
        handout = await tx.handouts.of(token)
        paper, form = cast("Paper", handout.paper), cast("Format", handout.form)
        reference, person, mine, others = await _visible(tx, office, handout)
        charity = charity_of(await tx.organisations.current())
        found = await paged(tx, charity, mine, reference, paper, person) if mine else None
    async with office.store.begin(office.clock(), within=_WITHIN) as tx:
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
    name = re.sub(r"[^A-Za-z0-9-]+", "-", f"{titled(reference, paper)}-{paper}").strip("-")
    return f"{name}.{form}", form, found


async def _visible(tx: Transaction, office: Office, handout: Handout) -> tuple[str, Person, list[Picture], list[str]]:
    """Its reference, whom it is for, what they may have of it now, and the ids of the rest. Raises NotFound."""
    charity = charity_of(await tx.organisations.current())
    person = (await tx.people.get([handout.person_id]))[handout.person_id]
    case = await tx.cases.get(handout.consultation_id)
    mine, others = await visible(tx, office.books, charity, case.id, person, cast("Paper", handout.paper))
    return case.reference, person, mine, others


def _page(title: str, said: str, status: int = 200) -> web.Response:
    text = _PAGE.format(title=title, said=said)
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8", headers=_HEADERS)
