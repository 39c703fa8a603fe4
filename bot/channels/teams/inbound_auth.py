"""Who may speak to us: only the Bot Connector, by a token that it signed for us, for the channel and address it names.

The keys are fetched beside the requests and kept. A key id that we do not know is asked for, at most every few seconds.
https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import jwt
from jwt.types import Options

from bot.channels.teams import hosts
from bot.channels.teams.settings import Settings

log = logging.getLogger(__name__)

ISSUER = "https://api.botframework.com"
CHANNEL = "msteams"
LEEWAY = 300.0  # seconds by which clocks may differ; the vendor's own figure
FRESH = 3600.0  # seconds after which keys are looked up again, while the old ones still serve
ONCE_IN = 5.0  # seconds between look-ups: a new key works that soon, and nobody can make us ask for ever
MOST = 200  # tokens that are remembered as good
PATIENCE = 4.0  # seconds; the service waits 15 for us, and then sends again

_OPTIONS: Options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "require": ["exp", "iss", "aud"]}


class Unauthorized(Exception):
    """The token is missing, or not one that lets anybody in here. Why, in words that hold nothing of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Key:
    verifying: Any  # a public key of `cryptography`, as PyJWT takes it
    endorses: frozenset[str]


@dataclass(frozen=True, slots=True)
class Caller:
    """What a good token says, to be compared with the activity that came with it."""

    service: str
    endorses: frozenset[str]

    def vouches_for(self, body: Mapping[str, Any]) -> None:
        """Raises Unauthorized where the activity is of another channel, or names another address to answer at."""
        # One key signs for several channels, and in another one the client itself may say whom an activity is from.
        if body.get("channelId") != CHANNEL or CHANNEL not in self.endorses:
            raise Unauthorized("not of Teams, or signed with a key that is not endorsed for it")
        if not self.service or body.get("serviceUrl") != self.service:
            raise Unauthorized("another service address than the token's")


@dataclass(frozen=True, slots=True)
class _Checked:
    id: str
    key: Key
    ends: float
    caller: Caller


class Keys:
    """The connector's signing keys. `now` counts seconds, from wherever it likes."""

    def __init__(
        self, settings: Settings, session: aiohttp.ClientSession, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._session = session
        self._now = now
        self._keys: dict[str, Key] = {}
        self._fetched = self._tried = float("-inf")
        self._fetching: asyncio.Task[None] | None = None

    async def get(self, id: str) -> Key | None:
        """The key, or None where there is none by that id. Whoever asks for a known one never waits."""
        if (key := self.known(id)) is not None:
            return key
        if (looking := self.look()) is not None:
            await asyncio.shield(looking)
        return self._keys.get(id)

    def known(self, id: str) -> Key | None:
        """The key, if it is among those that we have; where they are old, new ones are fetched meanwhile."""
        key = self._keys.get(id)
        if key is not None and self._now() - self._fetched > FRESH:
            self.look()
        return key

    def look(self) -> asyncio.Task[None] | None:
        """Begin fetching, unless that was done a moment ago; what is being fetched, if anything is."""
        if self._now() - self._tried >= ONCE_IN:
            self._tried = self._now()
            self._fetching = asyncio.create_task(self._fetch())
        return self._fetching

    async def close(self) -> None:
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)

    async def _fetch(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                known = await self._json(self._settings.openid_url)
                where = str(known.get("jwks_uri", ""))
                if not hosts.is_keys(where, local=self._settings.local):
                    raise ValueError("the keys are said to be at an address that is not Microsoft's")
                found = _read(await self._json(where))
            if not found:
                raise ValueError("no keys")
        except (TimeoutError, aiohttp.ClientError, ValueError, LookupError, TypeError, AttributeError) as error:
            log.warning("Teams: the signing keys could not be fetched: %s", type(error).__name__)
        else:
            self._keys, self._fetched = found, self._now()
        finally:
            self._fetching = None

    async def _json(self, url: str) -> Any:
        async with self._session.get(url, allow_redirects=False) as answer:
            if answer.status != 200:
                raise ValueError("not answered")
            return await answer.json(content_type=None)


class Guard:
    """Checks the token of each request. `now` is the time of day, in seconds."""

    def __init__(self, settings: Settings, keys: Keys, now: Callable[[], float] = time.time) -> None:
        self._audience = settings.app_id
        self._keys = keys
        self._now = now
        self._checked: OrderedDict[str, _Checked] = OrderedDict()

    async def caller(self, authorization: str) -> Caller:
        """Raises Unauthorized, and nothing else, whatever stands in the header."""
        kind, _, token = authorization.partition(" ")
        if kind.lower() != "bearer" or not token:
            raise Unauthorized("no token")
        # The service uses one token for many activities. It counts until it ends, or its key is fetched anew.
        before = self._checked.get(token)
        if before is not None and before.key is self._keys.known(before.id) and before.ends >= self._now() - LEEWAY:
            return before.caller
        checked = await self._check(token)
        self._checked[token] = checked
        while len(self._checked) > MOST:
            self._checked.popitem(last=False)
        return checked.caller

    async def _check(self, token: str) -> _Checked:
        try:
            id = jwt.get_unverified_header(token).get("kid")
            if not isinstance(id, str):
                raise Unauthorized("not signed as the connector signs")
            key = await self._keys.get(id)
            if key is None:
                raise Unauthorized("signed with an unknown key")
            said = jwt.decode(
                token, key.verifying, algorithms=["RS256"], audience=self._audience, issuer=ISSUER, options=_OPTIONS
            )
            self._check_times(said)
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise Unauthorized(type(error).__name__) from None
        service = said.get("serviceurl") or said.get("serviceUrl")
        caller = Caller(service if isinstance(service, str) else "", key.endorses)
        return _Checked(id, key, float(said["exp"]), caller)

    def _check_times(self, said: Mapping[str, Any]) -> None:
        """PyJWT reads the machine's own clock; ours is passed in."""
        now = self._now()
        if float(said["exp"]) < now - LEEWAY:
            raise Unauthorized("expired")
        if float(said.get("nbf", 0)) > now + LEEWAY:
            raise Unauthorized("not valid yet")


def _read(found: Any) -> dict[str, Key]:
    """A set of JSON web keys; one that cannot be read is left out, and the others serve."""
    keys = {}
    for each in found["keys"]:
        try:
            if each.get("kty") == "RSA":
                keys[str(each["kid"])] = Key(
                    jwt.PyJWK(each, algorithm="RS256").key, frozenset(each.get("endorsements") or ())
                )
        except (jwt.PyJWTError, LookupError, TypeError, ValueError):
            log.warning("Teams: a signing key could not be read, and is left out")
    return keys
