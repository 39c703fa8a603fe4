"""A page under a link that works once, for a few minutes, and the file that its button gives.

The rule to keep: looking at the page takes nothing, because chat products look at links too; only its button does. And
whoever has no right to it, comes late or comes twice reads the same words.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from bot.trace import place_of
from storage.records import NotFound
from storage.sealing import CannotOpen
from storage.store import StoreUnavailable

log = logging.getLogger(__name__)

LASTS = timedelta(minutes=10)
"""How long a link works."""

WITHIN = 10.0
"""Seconds that the database has for a file."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # as `storage.handouts` makes them: nobody else keeps the database busy
_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
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

_READY = """<p>You can take this file once. {care}</p>
<form method="post"><button>Take the file</button></form>
<p>Nothing happens? Open this page in your browser, and not inside the chat.</p>"""
_OVER = """<p>A link works once, for ten minutes. Did you take the file? Look in your downloads. Else go back to the
chat and make a new link.</p><p>Was it taken, and not by you? Tell your data-protection lead now.</p>"""
_LATER = "<p>Nothing is lost. Wait a minute, go back to the page and press the button again.</p>"
_NO_KEY = "<p>The record is kept, but a key is missing. Tell whoever runs Confer: <b>python -m bot keys check</b>.</p>"


@dataclass(frozen=True, slots=True)
class File:
    """`name` has its ending. `make` is called once everything is noted, in a thread of its own."""

    name: str
    form: str
    make: Callable[[], bytes]


def one_time(path: str, title: str, care: str, taken: Callable[[str], Awaitable[File]]) -> list[web.RouteDef]:
    """GET shows the page, POST gives the file. `care`: a sentence on where to save it.

    `taken` is asked for the file of a token, and raises NotFound where there is none for whoever it was made for.
    """

    async def look(_: web.Request) -> web.Response:
        return _page(title, _READY.format(care=care))

    async def take(request: web.Request) -> web.Response:
        token = request.match_info["token"]
        try:
            if not _TOKEN.fullmatch(token):
                raise NotFound("handout")
            file = await taken(token)
            body = await asyncio.to_thread(file.make)  # not before: nobody waits for it with the database
        except NotFound:
            return _page("This link is over", _OVER, 404)
        except CannotOpen:
            return _page("This cannot be opened now", _NO_KEY, 503)
        except (StoreUnavailable, TimeoutError):
            return _page("Not now", _LATER, 503)
        except Exception as bug:
            log.error("a paper could not be made: %s", place_of(bug))  # its words may quote what was typed
            return _page("This file could not be made", _OVER, 500)
        named = {"Content-Disposition": f'attachment; filename="{file.name}"', "Content-Type": _TYPES[file.form]}
        return web.Response(body=body, headers={**_HEADERS, **named})

    return [web.get(f"{path}/{{token}}", look), web.post(f"{path}/{{token}}", take)]


def _page(title: str, said: str, status: int = 200) -> web.Response:
    text = _PAGE.format(title=title, said=said)
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8", headers=_HEADERS)
