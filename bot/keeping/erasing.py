"""Deleting our own messages where they stand: a job for each, tried again until the product has done it.

The rule to keep: the job says by itself where the message is, because its copy may be destroyed before it is done;
and what stands there by then may be somebody's newest card.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.channels import Placed
from bot.events import Who
from storage.records import Post
from storage.retention import ERASE
from storage.store import Transaction

KIND = "erase"
"""The kind of such a job."""


async def erase(tx: Transaction, copy: Post, *, at: datetime | None = None) -> None:
    """Promise that this message is deleted, now or then."""
    where = {
        "post": copy.id,
        "channel": copy.channel,
        "tenant": copy.tenant,
        "user": copy.user,
        "conversation": copy.conversation,
        "message": copy.message,
    }
    lane = f"{copy.channel}/{copy.tenant}/{copy.user}"
    await tx.outbox.put(KIND, f"{ERASE}{copy.id}", where, lane=lane, run_at=at)


async def must_stay(tx: Transaction, payload: Mapping[str, str]) -> bool:
    """Whether the message of such a job shows another copy by now, or its record is held or open again."""
    there = await tx.posts.at(payload["channel"], payload["tenant"], payload["user"], payload["message"])
    if there is not None and there.id != payload["post"]:
        return True
    return await tx.retention.needed(payload["post"])


def placed(payload: Mapping[str, str]) -> Placed:
    """Where the message of such a job stands."""
    to = Who(payload["channel"], payload["tenant"], payload["user"])
    return Placed(to, payload["conversation"], payload["message"])
