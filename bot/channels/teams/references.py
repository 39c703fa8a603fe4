"""Where somebody is spoken to: service address, conversation, tenant, bot and user, as one line of JSON.

The bot keeps that line with each card and hands it back. What was heard last is newer: a service address may move.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.events import Who

MOST = 10_000


@dataclass(frozen=True, slots=True)
class Reference:
    """`user` is the id that Teams uses in a conversation ("29:…"), "" where we know only the directory's id."""

    service: str
    conversation: str
    tenant: str
    bot: str
    user: str = ""
    directory: str = ""

    def written(self) -> str:
        held = {name: each for name in self.__slots__ if (each := getattr(self, name))}
        return json.dumps(held, separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> Reference | None:
        """What `written` wrote; None where it is not ours."""
        try:
            held = json.loads(text)
            read = cls(**{name: str(held.get(name, "")) for name in cls.__dataclass_fields__})
        except (ValueError, TypeError, AttributeError):
            return None
        return read if read.service and read.conversation else None


def of(body: Mapping[str, Any]) -> Reference:
    """Of an inbound activity. Raises ValueError where it does not say whose conversation it is, and where."""
    try:
        tenant = (body.get("channelData") or {}).get("tenant") or {}
        reference = Reference(
            service=body["serviceUrl"],
            conversation=body["conversation"]["id"],
            tenant=tenant.get("id") or "",
            bot=body["recipient"]["id"],
            user=body["from"]["id"],
            directory=body["from"].get("aadObjectId") or "",
        )
    except (LookupError, TypeError, AttributeError):
        raise ValueError("no conversation to answer in") from None
    if not all(isinstance(getattr(reference, name), str) for name in reference.__slots__):
        raise ValueError("an id is not a text")
    if not (reference.service and reference.conversation and reference.user):
        raise ValueError("no conversation to answer in")
    return reference


class References:
    """The newest private conversation with each person, and the newest service address of each tenant."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._private: OrderedDict[tuple[str, str], Reference] = OrderedDict()
        self._services: dict[str, str] = {}

    def heard(self, who: Who, reference: Reference, *, private: bool) -> None:
        self._services[who.tenant] = reference.service
        if private:
            self._private[who.tenant, who.user] = reference
            while len(self._private) > MOST:
                self._private.popitem(last=False)

    def known(self, who: Who, kept: str = "") -> Reference | None:
        """Where to reach this person: the conversation that is kept, at its newest address, else the last one heard."""
        stored, last = Reference.read(kept), self._private.get((who.tenant, who.user))
        if stored is None or (last is not None and last.conversation == stored.conversation):
            return last
        return stored

    def forget(self, who: Who) -> None:
        self._private.pop((who.tenant, who.user), None)

    def service(self, tenant: str) -> str:
        """Where a first message to somebody of this tenant goes."""
        return self._services.get(tenant, self._service)
