"""The door: what is not provably from the connector, or cannot be read, goes no further, and nothing of it is logged.

Without an app id, which is for a plainly local run, only programs on this machine come in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import hdrs, web

from bot.channels.teams import hosts, inbound, references
from bot.channels.teams.inbound_auth import Caller, Guard, Unauthorized
from bot.channels.teams.posting import Turned
from bot.channels.teams.settings import Settings

LARGEST = 256 * 1024
"""Bytes. A message is at most about 100 KB: https://learn.microsoft.com/microsoftteams/limits-specifications-teams"""

# How the headers begin that a proxy or a tunnel adds, and a page in a browser. A program of this machine adds none.
_PROXIED = (
    *("cdn-", "cf-", "fastly-", "fly-", "forwarded", "ngrok-", "origin", "tailscale-", "true-client-ip"),
    *("via", "x-amz", "x-azure-", "x-client-", "x-cloud-", "x-cluster-", "x-envoy-", "x-forwarded", "x-host"),
    *("x-original-", "x-proxy", "x-proxied", "x-real-", "x-scheme"),
)


class Refused(Exception):
    """This request is turned away with `status`, and without a word of what it held."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


class Door:
    def __init__(self, settings: Settings, guard: Guard) -> None:
        self._settings = settings
        self._guard = guard

    async def let_in(self, request: web.Request) -> tuple[Turned, Mapping[str, Any]] | None:
        """What was heard, and its activity; None where that asks nothing of us. Raises Refused (400, 401 or 501)."""
        caller = await self._caller(request)
        body = await _body(request)
        heard = inbound.read(body)
        if isinstance(heard, inbound.Refused) and heard.status == 400:
            raise Refused(400, heard.why)
        if caller is not None:
            _vouched(caller, body)
        here = references.of(body)
        if not self._settings.may_reach(here.service):
            raise Refused(400 if caller is None else 401, "the service address is not Microsoft's")
        if isinstance(heard, inbound.Refused):
            if heard.status == 200:
                return None
            raise Refused(heard.status, heard.why)
        return Turned(heard, here, invoke=body["type"] == "invoke"), body

    async def _caller(self, request: web.Request) -> Caller | None:
        """Who signed for this request; None where that is not asked, in a plainly local run. Raises Refused."""
        if self._settings.open:
            _from_this_machine(request)
            return None
        try:
            return await self._guard.caller(request.headers.get(hdrs.AUTHORIZATION, ""))
        except Unauthorized as wrong:
            raise Refused(401, str(wrong)) from None


def _from_this_machine(request: web.Request) -> None:
    """Only a program on this machine, and neither a page in a browser nor a tunnel from outside. Raises Refused.

    A tunnel that leaves no trace at all and calls us by this machine's name cannot be told from such a program.
    """
    near = request.transport.get_extra_info("peername") if request.transport else None
    named = request.headers.getall(hdrs.HOST, [])
    # By any other name it is a tunnel, or a page whose name was made to point here.
    called_so = len(named) == 1 and hosts.is_loopback(f"http://{named[0]}/")
    on_its_way = any(each.lower().startswith(_PROXIED) for each in request.headers)
    if not near or not hosts.is_this_machine(str(near[0])) or not called_so or on_its_way:
        raise Refused(401, "without an app id only programs on this machine are let in")
    if request.content_type != "application/json":
        raise Refused(400, "not JSON")


def _vouched(caller: Caller, body: Mapping[str, Any]) -> None:
    try:
        caller.vouches_for(body)
    except Unauthorized as wrong:
        raise Refused(401, str(wrong)) from None


async def _body(request: web.Request) -> Mapping[str, Any]:
    """The body as an object. Raises Refused."""
    if (request.content_length or 0) > LARGEST:
        raise Refused(400, "too large")
    raw = bytearray()
    async for chunk in request.content.iter_any():
        raw += chunk
        if len(raw) > LARGEST:
            raise Refused(400, "too large")
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise Refused(400, "the body cannot be read") from None
    if not isinstance(body, dict):
        raise Refused(400, "the body is not an object")
    return body
