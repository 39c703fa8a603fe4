"""Calls to Slack, each answered with data or with a DeliveryError that says whether trying again can help.

The SDK's own retries are off: they sleep inside the request, and the same card must not be sent twice.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards import Card
from bot.channels import DeliveryError, Gone
from bot.channels.slack import render
from bot.channels.slack.settings import Settings

log = logging.getLogger(__name__)

PATIENCE = 8.0  # seconds for one call; Slack's own limit on an acknowledgement is 3, but no call stands before one
REDIAL = 3.0  # seconds for one try of a response_url: somebody may be waiting for the emergency card

# https://docs.slack.dev/reference/methods/chat.postMessage and chat.update, "Errors". Not among them is
# account_inactive: it is our own token's account that is meant, and everybody would be given up at once.
GONE = frozenset(
    {
        "cannot_dm_bot",
        "cant_update_message",
        "channel_not_found",
        "edit_window_closed",
        "is_archived",
        "message_not_found",
        "messages_tab_disabled",
        "not_in_channel",
        "user_disabled",
        "user_not_found",
        "user_not_visible",
    }
)
_UNFIT = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"})
_FORMS = frozenset({"files.getUploadURLExternal", "files.completeUploadExternal"})  # Slack's own SDK sends no JSON here
_READS = frozenset({"users.info", "conversations.history", "usergroups.users.list"})  # methods that take no JSON


class Unfit(DeliveryError):
    """Slack would not take the card as it was drawn."""


class Uncertain(DeliveryError):
    """No answer, or none that can be read: it may have been done."""


class Wire:
    """One client, one pool of connections, one limiter for each (workspace, channel, method)."""

    def __init__(self, settings: Settings, quiet: logging.Logger, now: Callable[[], float] = time.monotonic) -> None:
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        self.session = aiohttp.ClientSession(timeout=timeout)
        self.client = AsyncWebClient(
            token=settings.token,
            base_url=settings.api_url,
            session=self.session,
            retry_handlers=[],
            logger=quiet,
        )
        self._now = now
        self._closed_until: dict[tuple[str, str, str], float] = {}
        self.refused: Callable[[str, Mapping[bytes, str]], None] | None = None
        """Who hears of files (workspace, picture -> id) with which Slack would not take a card."""

    async def close(self) -> None:
        await self.session.close()

    async def call(self, method: str, team: str = "", **said: Any) -> Mapping[str, Any]:
        """What Slack answers. Raises Gone, Unfit, Uncertain, or DeliveryError (`after`: seconds to wait)."""
        key = (team, str(said.get("channel") or said.get("user") or said.get("user_id") or ""), method)
        wait = self._closed_until.get(key, 0.0) - self._now()
        if wait > 0:
            raise DeliveryError("ratelimited", after=wait)
        self._closed_until.pop(key, None)
        try:
            if method in _READS:
                answer = await self.client.api_call(method, http_verb="GET", params=said)
            elif method in _FORMS:
                answer = await self.client.api_call(method, data=_plainly(said))
            else:
                answer = await self.client.api_call(method, json=said)
        except SlackApiError as error:
            failed = _why(error)
            if failed.after is not None:
                self._closed_until[key] = self._now() + failed.after
            raise failed from None
        except (TimeoutError, aiohttp.ClientError) as error:
            raise Uncertain(type(error).__name__) from None
        return answer.data if isinstance(answer.data, dict) else {}

    async def upload(self, url: str, file: bytes) -> None:
        """The bytes of a file to where Slack wants them. Raises DeliveryError.

        https://docs.slack.dev/reference/methods/files.getUploadURLExternal
        """
        try:
            async with self.session.post(url, data=file, allow_redirects=False) as answer:
                if answer.status != 200:
                    raise DeliveryError(f"the upload was answered {answer.status}")
        except (TimeoutError, aiohttp.ClientError) as error:
            raise Uncertain(type(error).__name__) from None

    async def card(
        self, method: str, card: Card, team: str, files: Mapping[bytes, str] | None = None, **said: Any
    ) -> Mapping[str, Any]:
        """`call` with a card. Where Slack refuses how it is drawn, once more in the simplest way: never no card.

        files: of its pictures, those that may be shown (`render.blocks`). A card that is refused is sent without first.
        """
        said["text"] = card.summary
        if files:
            try:
                return await self.call(method, team, blocks=render.blocks(card, files=files), **said)
            except (Gone, Uncertain):
                raise
            except DeliveryError as error:
                if error.after is not None:
                    raise
                log.warning("Slack refused a card with a picture; it is sent without: %s", error)
                if self.refused is not None:
                    self.refused(team, files)
        try:
            return await self.call(method, team, blocks=render.blocks(card), **said)
        except Unfit:
            log.error("Slack refused a card as it was drawn; it is sent in plain words instead")
            return await self.call(method, team, blocks=render.bare(card), **said)

    async def respond(self, url: str, card: Card, *, replace: bool) -> None:
        """Answer through a response_url, which needs no token. `replace`: in place of what was pressed.

        https://docs.slack.dev/interactivity/handling-user-interaction#message_responses. Raises as `call` does.
        """
        said = {"text": card.summary, "replace_original": replace}
        if not replace:
            said["response_type"] = "ephemeral"
        try:
            await self._post(url, {**said, "blocks": render.blocks(card)})
        except Unfit:
            log.error("Slack refused a card as it was drawn; it is sent in plain words instead")
            await self._post(url, {**said, "blocks": render.bare(card)})

    async def vanish(self, url: str) -> None:
        """Take away a message that only one person sees. Raises as `call` does."""
        await self._post(url, {"delete_original": True})

    async def _post(self, url: str, said: Mapping[str, Any]) -> None:
        try:
            async with self.session.post(url, json=said, timeout=aiohttp.ClientTimeout(total=REDIAL)) as answer:
                text = await answer.text()
                if answer.status == 200 and '"ok":false' not in text.replace(" ", ""):
                    return
                if any(name in text for name in _UNFIT):
                    raise Unfit("invalid_blocks")
                if answer.status == 429:
                    raise DeliveryError("ratelimited", after=_seconds(answer.headers.get("Retry-After")))
                if answer.status >= 500:
                    raise Uncertain(f"response_url answered {answer.status}")
                raise Gone(f"response_url answered {answer.status}")
        except (TimeoutError, aiohttp.ClientError) as error:
            raise Uncertain(type(error).__name__) from None


def _why(error: SlackApiError) -> DeliveryError:
    """Slack's error by its short name only: the whole answer can hold what was said."""
    response = error.response
    status = int(getattr(response, "status_code", 0) or 0)
    data = getattr(response, "data", None)
    name = str(data.get("error") or "") if isinstance(data, dict) else ""
    if status == 429 or name in ("ratelimited", "rate_limited"):
        headers = getattr(response, "headers", {})
        return DeliveryError("ratelimited", after=_seconds(headers.get("Retry-After")))
    if name in GONE:
        return Gone(name)
    if name in _UNFIT:
        return Unfit(name)
    if status >= 500 or not name:
        return Uncertain(f"answered {status}")
    return DeliveryError(name)


def _plainly(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: each if isinstance(each, str | int) else json.dumps(each) for name, each in said.items()}


def _seconds(header: str | None) -> float:
    try:
        return max(float(header or 1), 0.0)
    except ValueError:
        return 1.0


async def twice(send: Callable[[], Any], pause: float = 0.2) -> None:
    """Try, and once more after `pause` seconds where that can help. Raises what the second try raises."""
    try:
        await send()
    except Gone:
        raise
    except DeliveryError:
        await asyncio.sleep(pause)
        await send()
