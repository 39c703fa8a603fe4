"""Who may speak to the sandbox: a browser on this machine, on our own page, and nobody else.

Anybody who reaches it acts as anybody in it, so every request is checked here before a route sees it. What a program of
this machine sends to another channel's address is that channel's to check.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web
from markupsafe import Markup

from bot.channels.web.page import plain_page

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
SAFE = frozenset({hdrs.METH_GET, hdrs.METH_HEAD})
PRESS = "/press"  # where our own pages send what was pressed
WEEK = "/week"  # where they ask to let a week pass
LINES = "application/x-ndjson"  # what our own script asks for; a browser without it asks for a page

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'; img-src 'self' data:",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Not "no-referrer": with that, a browser sends "Origin: null" with a plain form.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Refused(Exception):
    """A request that is not taken. `title` and `words` are shown as they are and say what to do next."""

    def __init__(self, status: int, title: str, words: str) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.words = words


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let local requests through; turn every refusal into a plain page, or JSON for our own script."""
    try:
        check_local(request)
        # A browser names the sending page in every POST, so whatever names none and is not for us is no page's.
        if request.method not in SAFE and (request.path in (PRESS, WEEK) or hdrs.ORIGIN in request.headers):
            check_origin(request)
        return await handler(request)
    except Refused as refused:
        return refusal(request, refused)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return refusal(request, known(error))


async def harden(_request: web.Request, response: web.StreamResponse) -> None:
    """Set the security headers where a page has none of its own; as a signal, so that streams have them too."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def check_local(request: web.Request) -> None:
    """Refuse whoever is not on this machine, or reached us under another machine's name (DNS rebinding)."""
    peer = request.transport.get_extra_info("peername") if request.transport else None
    if not isinstance(peer, tuple) or not is_loopback(str(peer[0])):
        raise Refused(403, "Only on this machine", "The sandbox answers only to a browser on the machine it runs on.")
    if hdrs.FORWARDED in request.headers or hdrs.X_FORWARDED_FOR in request.headers:
        raise Refused(403, "Only on this machine", "The sandbox does not run behind a proxy. Open it directly.")
    hosts = request.headers.getall(hdrs.HOST, [])
    if len(hosts) != 1 or host_name(hosts[0]) not in LOCAL_NAMES:
        raise Refused(403, "Only on this machine", "Open the sandbox as http://localhost, not under another name.")


def check_origin(request: web.Request) -> None:
    """Refuse a press that another page sent. Browsers name the sending page in every POST."""
    if request.headers.get(hdrs.ORIGIN) != f"http://{request.headers[hdrs.HOST]}":
        raise Refused(
            403, "Not from this page", "That press did not come from the sandbox's own page. Nothing was done."
        )


def is_loopback(address: str) -> bool:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        return ip.ipv4_mapped.is_loopback
    return ip.is_loopback


def host_name(host: str) -> str:
    """The name in a Host header, without its port: "[::1]:8080" -> "[::1]"."""
    if host.startswith("["):
        return host[: host.find("]") + 1]
    return host.partition(":")[0].lower()


def known(error: web.HTTPException) -> Refused:
    match error.status:
        case 404:
            return Refused(
                404, "Nothing here", "There is nothing at this address. Go back to the sandbox's first page."
            )
        case 405:
            return Refused(405, "Not this way", "This address cannot be used like that. Go back to the first page.")
        case 413:
            return too_large()
        case status:
            return Refused(status, "That did not work", "The request was not understood. Go back to the first page.")


def too_large() -> Refused:
    return Refused(413, "Too long", "That was too long, and nothing was kept. Write less, and press again.")


def refusal(request: web.Request, refused: Refused) -> web.Response:
    if LINES in request.headers.get(hdrs.ACCEPT, ""):
        return web.json_response({"title": refused.title, "words": refused.words}, status=refused.status)
    body = Markup("<h1>{}</h1><p>{}</p>").format(refused.title, refused.words)
    page = plain_page(refused.title, body)
    return web.Response(text=page, status=refused.status, content_type="text/html")
