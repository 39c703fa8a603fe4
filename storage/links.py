"""How an entry of the ledger hangs on the one before it: SHA-256, a domain word, and nothing that anybody can guess.

The rule to keep: what goes into a hash is bytes that were stored as they are, never JSON written anew.
"""

from __future__ import annotations

import hashlib

DOMAIN = b"confer ledger 1\0"
BEGINNING = bytes(32)
"""What stands before the first entry of a chain."""

SHORT = 16
"""Hex digits of a hash on a card: 64 bits, so that making another history fit even one card is years of work."""


def link(previous: bytes, organisation_id: str, sequence: int, at: int, body: bytes) -> bytes:
    """The hash of one entry; `at` in microseconds since 1970 UTC."""
    inner = hashlib.sha256(body).digest()
    line = f"{organisation_id}\0{sequence}\0{at}\0".encode()
    return hashlib.sha256(DOMAIN + previous + line + inner).digest()


def short_head(head: tuple[int, str]) -> str:
    """A chain's head for a card or a page, such as `123-9f2c1a77b0d4e05b`; `verify --head` takes it. "" for none."""
    sequence, digest = head
    return f"{sequence}-{digest[:SHORT]}" if sequence else ""
