"""Free text at rest: AES-256-GCM under a key per consultation, itself wrapped by a key kept outside the database.

The rule to keep: what is sealed in one place opens in no other (the place is authenticated with it), and destroying
a wrapped key destroys every text under it.
"""

from __future__ import annotations

import base64
import binascii
import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12  # bytes; random 96 bits, the size AES-GCM is defined for (NIST SP 800-38D, 5.2.1.1)


class CannotOpen(Exception):
    """The key is missing or wrong, or what was sealed has been changed."""


@dataclass(frozen=True)
class Keyring:
    """The keys that wrap data keys, newest first: name -> 32 bytes."""

    keys: tuple[tuple[str, bytes], ...]

    def __repr__(self) -> str:
        return f"Keyring({', '.join(name for name, _ in self.keys)})"

    @classmethod
    def parse(cls, text: str) -> Keyring:
        """`NAME:BASE64` of 32 bytes, several joined by commas, the newest first. ValueError says what is wrong."""
        keys: list[tuple[str, bytes]] = []
        for part in filter(None, (part.strip() for part in text.split(","))):
            name, colon, encoded = part.partition(":")
            try:
                key = base64.b64decode(encoded, validate=True)
            except binascii.Error:
                key = b""
            if not colon or not name or len(key) != 32:
                raise ValueError("each key must be NAME:BASE64 of 32 random bytes, joined by commas")
            if name in dict(keys):
                raise ValueError(f"the key name {name!r} stands twice")
            keys.append((name, key))
        if not keys:
            raise ValueError("at least one key is needed")
        return cls(tuple(keys))

    def new_data_key(self, place: str) -> bytes:
        """A fresh wrapped data key for `place`."""
        name, key = self.keys[0]
        return name.encode() + b"\0" + _seal(key, os.urandom(32), f"data-key|{place}|{name}")

    def unwrap(self, wrapped: bytes, place: str) -> DataKey:
        """Raises CannotOpen."""
        name, _, sealed = wrapped.partition(b"\0")
        for known, key in self.keys:
            if known.encode() == name:
                return DataKey(_open(key, sealed, f"data-key|{place}|{known}"))
        raise CannotOpen("the key this was sealed under is not in CONFER_KEYS")


@dataclass(frozen=True)
class DataKey:
    """The key of one consultation, unwrapped, for the length of one transaction."""

    key: bytes

    def __repr__(self) -> str:
        return "DataKey(…)"

    def seal(self, text: str, place: str) -> bytes:
        """`place` names table, column and row, and must be the same to open."""
        return _seal(self.key, text.encode(), place)

    def open(self, sealed: bytes, place: str) -> str:
        """Raises CannotOpen."""
        return _open(self.key, sealed, place).decode()


def new_key(name: str) -> str:
    """A new wrapping key in the form CONFER_KEYS takes."""
    return f"{name}:{base64.b64encode(os.urandom(32)).decode()}"


def _seal(key: bytes, plain: bytes, place: str) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, place.encode())


def _open(key: bytes, sealed: bytes, place: str) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], place.encode())
    except (InvalidTag, ValueError) as wrong:
        raise CannotOpen("the key is wrong, or the text was changed or moved") from wrong
