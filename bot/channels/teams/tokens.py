"""The token with which we speak to the connector: fetched on the event loop, kept, and fetched anew before it ends.

Only one is fetched at a time. While an old one is still good nobody waits for a new one.
https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

import aiohttp

from bot.channels import DeliveryError
from bot.channels.teams.settings import Settings

log = logging.getLogger(__name__)

SCOPE = "https://api.botframework.com/.default"
EARLY = 600.0  # seconds before its end that a token is fetched anew, beside what is going on
LAST = 30.0  # seconds before its end that a token is no longer used
PATIENCE = 5.0  # seconds for one request to the login service
PAUSES = (1.0, 5.0, 30.0, 60.0)  # seconds between tries that fail one after the other
SOON = 0.5  # seconds, where somebody in danger waits for one
TROUBLE = 2  # look-ups that failed one after the other


class Tokens:
    """`now` counts seconds, from wherever it likes."""

    def __init__(
        self, settings: Settings, session: aiohttp.ClientSession, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._session = session
        self._now = now
        self._token = ""
        self._ends = self._renews = self._closed_until = self._failed = float("-inf")
        self._failures = 0
        self._why = ""
        self._fetching: asyncio.Task[None] | None = None

    async def get(self, *, urgent: bool = False) -> str:
        """A token; "" where none is needed. Raises DeliveryError where the login service gives none.

        urgent: somebody is in danger, so the login service is asked again soon, however often it has failed.
        """
        if self._settings.open:
            return ""
        if self._now() >= self._renews:
            self.look(urgent=urgent)
        if self._is_good():
            return self._token
        if self._fetching is not None:
            await asyncio.shield(self._fetching)
        if not self._is_good():
            raise DeliveryError("no token for the connector")
        return self._token

    def refused(self, token: str) -> None:
        """The connector would not take this one: the next is fetched anew."""
        if token and token == self._token:
            self._token, self._ends, self._renews = "", float("-inf"), float("-inf")

    def trouble(self) -> str:
        """Why there is none, for whoever looks after this; "" where there is one, or only one look-up has failed.

        Asking looks for one where it is time to, so that a secret that has run out is known before anybody needs it.
        """
        if self._settings.open or self._is_good():
            return ""
        self.look()
        if self._failures < TROUBLE:
            return ""
        return f"no token ({self._why}): nothing typed is answered and no letter goes out. Has the secret run out?"

    async def close(self) -> None:
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)

    def _is_good(self) -> bool:
        return bool(self._token) and self._ends - self._now() > LAST

    def look(self, *, urgent: bool = False) -> None:
        """Begin fetching one, unless that has just failed."""
        opens = min(self._closed_until, self._failed + SOON) if urgent else self._closed_until
        if self._fetching is None and self._now() >= opens:
            self._fetching = asyncio.create_task(self._fetch())

    async def _fetch(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                token, lives = await self._ask()
        except (TimeoutError, aiohttp.ClientError, ValueError, LookupError, TypeError, AttributeError) as error:
            pause = PAUSES[min(self._failures, len(PAUSES) - 1)]
            self._failures += 1
            self._failed = self._now()
            self._closed_until = self._failed + pause
            self._why = str(error) if isinstance(error, _Said) else type(error).__name__
            log.error("Teams: no token for the connector: %s", self._why)
        else:
            self._token, self._ends = token, self._now() + lives
            self._renews = self._now() + max(lives - EARLY, lives / 2)
            self._failures = 0
        finally:
            self._fetching = None

    async def _ask(self) -> tuple[str, float]:
        said = {
            "grant_type": "client_credentials",
            "client_id": self._settings.app_id,
            "client_secret": self._settings.password,
            "scope": SCOPE,
        }
        url = f"{self._settings.login_url}/{self._settings.token_tenant}/oauth2/v2.0/token"
        async with self._session.post(url, data=said, allow_redirects=False) as answer:
            held = await answer.json(content_type=None)
            if answer.status != 200:
                # Its short name only ("invalid_client"): the description quotes ids of the charity's.
                name = held.get("error")
                raise _Said(f"{answer.status} {name[:40] if isinstance(name, str) else ''}".strip())
            return str(held["access_token"]), float(held["expires_in"])


class _Said(ValueError):
    """What the login service said, in a word that may stand in a log."""
