"""Calls to the Bot Connector, each answered with data or with a DeliveryError that says whether trying again can help.

One pool of connections, and one limiter for each conversation of a tenant; another for its guest list, so that a
question about somebody holds up no card. What is `urgent` waits for none. Nothing is sent to an address that is not
Microsoft's, wherever it came from.
https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from bot.channels import DeliveryError, Gone
from bot.channels.teams.encoding import encoded
from bot.channels.teams.references import Reference
from bot.channels.teams.settings import Settings
from bot.channels.teams.tokens import Tokens

log = logging.getLogger(__name__)

PATIENCE = 8.0  # seconds for one call
REACHED = 4.0  # seconds of them to be connected; where that takes longer nothing was asked, and nothing done
LONGEST = 600.0  # seconds; no product's "later" may be longer than this

# Worth another try; 412 is two calls at once. https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
_LATER = frozenset({408, 409, 412, 429, 500, 502, 503, 504})
# Of a 403 these are about one person or one message: blocked by them, not installed for them, not ours to change.
# Trying again cannot help. Every other 403 may pass (an administrator's policy, the wrong host of an organisation that
# moved, a proxy of the charity's own), so it ends nothing: it is tried later, and the worker is told meanwhile to ring.
# https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability, "Status codes"
_THEIRS = frozenset(
    {
        "BotNotInConversationRoster",
        "ConversationBlockedByUser",
        "ForbiddenOperationException",
        "MessageWritesBlocked",
        "NotEnoughPermissions",
    }
)
_ELSEWHERE = "InvalidBotApiHost"
# Of a 404 these mean the person. Others mean a tenant, a service or a path: a fault of settings, or one that passes.
_NOBODY = frozenset({"ConversationNotFound", "MemberNotFoundInConversation", "UserNotFound"})

Json = dict[str, Any]


class Unfit(DeliveryError):
    """Teams would not take the card as it was drawn."""


class NotFound(Gone):
    """No such conversation, message or person there. `names_somebody`: the person or their conversation is meant."""

    def __init__(self, message: str, names_somebody: bool) -> None:
        super().__init__(message)
        self.names_somebody = names_somebody


class Elsewhere(DeliveryError):
    """Another address answers for this organisation."""


class Unsure(DeliveryError):
    """No answer came: it may have been done."""


class Connector:
    def __init__(
        self,
        settings: Settings,
        session: aiohttp.ClientSession,
        tokens: Tokens,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._may_reach = settings.may_reach
        self._session = session
        self._tokens = tokens
        self._now = now
        self._closed_until: dict[tuple[str, str], float] = {}

    async def send(self, to: Reference, activity: Json, *, urgent: bool = False) -> str:
        """A new message in this conversation; its id. Raises as `_call` does."""
        answer = await self._in(to, "POST", "activities", activity, urgent=urgent)
        return str(answer.get("id") or "")

    async def update(self, to: Reference, message: str, activity: Json, *, urgent: bool = False) -> None:
        """Another activity in place of this message. Raises as `_call` does."""
        await self._in(to, "PUT", f"activities/{_part(message)}", {**activity, "id": message}, urgent=urgent)

    async def delete(self, to: Reference, message: str) -> None:
        await self._in(to, "DELETE", f"activities/{_part(message)}")

    async def member(self, to: Reference, user: str) -> Mapping[str, Any]:
        """What Teams knows of somebody in this conversation."""
        where = f"v3/conversations/{_part(to.conversation)}/members/{_part(user)}"
        return await self._call("GET", to.service, where, None, (to.tenant, f"members of {to.conversation}"))

    async def create(self, service: str, tenant: str, bot: str, user: str, *, urgent: bool = False) -> Reference:
        """The private conversation with this person: the same one, however often it is asked for."""
        said = {
            "bot": {"id": bot},
            "isGroup": False,
            "members": [{"id": user}],
            "tenantId": tenant,
            "channelData": {"tenant": {"id": tenant}},
        }
        answer = await self._call("POST", service, "v3/conversations", said, (tenant, f"with {user}"), urgent=urgent)
        conversation = answer.get("id")
        if not conversation:
            raise DeliveryError("no conversation was named")
        moved = answer.get("serviceUrl")
        return Reference(
            service=moved if isinstance(moved, str) and self._may_reach(moved) else service,
            conversation=str(conversation),
            tenant=tenant,
            bot=bot,
            directory=user,
        )

    async def _in(
        self, to: Reference, verb: str, path: str, said: Json | None = None, *, urgent: bool = False
    ) -> Mapping[str, Any]:
        where = f"v3/conversations/{_part(to.conversation)}/{path}"
        # Each verb waits by itself: a card on which somebody waits for help changes while new messages are put off.
        return await self._call(verb, to.service, where, said, (to.tenant, f"{verb} {to.conversation}"), urgent=urgent)

    async def _call(
        self,
        verb: str,
        service: str,
        path: str,
        said: Json | None,
        lane: tuple[str, str],
        *,
        urgent: bool = False,
    ) -> Mapping[str, Any]:
        """What is answered. Raises Gone, Unfit, Elsewhere, Unsure, or DeliveryError (`after`: seconds to wait).

        urgent: somebody is in danger. It is asked now, whatever Teams said of waiting.
        """
        if not self._may_reach(service):
            raise Gone("the service address is not Microsoft's")
        wait = self._closed_until.get(lane, 0.0) - self._now()
        if wait > 0 and not urgent:
            raise DeliveryError("429", after=wait)
        if wait <= 0:
            self._closed_until.pop(lane, None)
        url = URL(f"{service.rstrip('/')}/{path}", encoded=True)
        try:
            return await self._tried(verb, url, said, urgent=urgent)
        except DeliveryError as error:
            if error.after is not None:
                self._closed_until[lane] = self._now() + error.after
            raise

    async def _tried(self, verb: str, url: URL, said: Json | None, *, urgent: bool) -> Mapping[str, Any]:
        body = None if said is None else encoded(said)
        for last in (False, True):
            token = await self._tokens.get(urgent=urgent)
            headers = {"Content-Type": "application/json; charset=utf-8"} if body else {}
            headers |= {"Authorization": f"Bearer {token}"} if token else {}
            try:
                async with self._session.request(
                    verb, url, data=body, headers=headers, allow_redirects=False
                ) as answer:
                    held = await answer.read()
                    status, retry_after = answer.status, answer.headers.get("Retry-After")
            except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
                raise DeliveryError(type(error).__name__) from None  # nobody was reached, so nothing was done
            except (TimeoutError, aiohttp.ClientError) as error:
                raise Unsure(type(error).__name__) from None
            if status == 401 and token and not last:
                self._tokens.refused(token)
                continue
            if 200 <= status < 300:
                return _object(held)
            why = _why(status, held, retry_after)
            if status not in _LATER:
                log.warning("Teams: the connector refused our %s: %s", verb, why)
            raise why
        raise AssertionError("unreachable")


def _part(id: str) -> str:
    """As one part of an address: a conversation's id holds ":", ";" and "=", and a forged one may hold "/"."""
    return quote(id, safe=":@=;")


def _object(held: bytes) -> Mapping[str, Any]:
    try:
        read = json.loads(held) if held else {}
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _why(status: int, held: bytes, retry_after: str | None) -> DeliveryError:
    """By status and short code only: the message of an error can quote what was said."""
    error = _object(held).get("error")
    error = error if isinstance(error, dict) else {}
    code, more = (str(error.get(name) or "")[:60] for name in ("code", "subCode"))
    said = f"{status} {code}".strip()
    if status in _LATER:
        after = _seconds(retry_after)
        return DeliveryError(said, after=1.0 if status == 429 and after is None else after)
    if status == 404 and code:  # without a code it is nobody's answer to this: a proxy, or a path that is not there
        return NotFound(said, code in _NOBODY)
    if status == 410 or (status == 403 and {code, more} & _THEIRS):
        return Gone(said)
    if code == _ELSEWHERE:
        return Elsewhere(said)
    if status in (400, 413):
        return Unfit(said)
    return DeliveryError(said)


def _seconds(header: str | None) -> float | None:
    """Retry-After in either of its two forms. None where it says nothing."""
    if header is None:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            return None
    return min(max(seconds, 0.0), LONGEST) if seconds == seconds else None
