"""Free text at rest: AES-256-GCM under a key per consultation, itself wrapped by a key kept outside the database.

The rule to keep: what is sealed in one place opens in no other (the place is authenticated with it), and destroying
a wrapped key destroys every text under it.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from dataclasses import dataclass
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12  # bytes; random 96 bits, the size AES-GCM is defined for (NIST SP 800-38D, 5.2.1.1)


Why = Literal["missing", "wrong", "altered"]


class CannotOpen(Exception):
    """The key is missing or wrong, or what was sealed has been changed. The words may stand in a log.

    `key` is the name of the key, where it is known.
    """

    def __init__(self, words: str, why: Why, key: str = "") -> None:
        super().__init__(words)
        self.why: Why = why
        self.key = key


@dataclass(frozen=True)
class Keyring:
    """The keys that wrap data keys, newest first: name -> 32 bytes."""

    keys: tuple[tuple[str, bytes], ...]

    def __repr__(self) -> str:
        return f"Keyring({', '.join(name for name, _ in self.keys)})"

    @classmethod
    def parse(cls, text: str) -> Keyring:
        """`NAME:BASE64` of 32 bytes, joined by commas or one a line, the newest first. ValueError says what is wrong.

        A line that begins with # is left out.
        """
        keys: list[tuple[str, bytes]] = []
        text = re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)
        for part in filter(None, (part.strip() for part in re.split(r"[,\n]", text))):
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
        return self._wrap(os.urandom(32), place)

    def unwrap(self, wrapped: bytes, place: str) -> DataKey:
        """Raises CannotOpen."""
        sealed, name = wrapped.partition(b"\0")[2], wrapped_by(wrapped)
        if not name:
            raise CannotOpen("what this was sealed under does not say which key it needs: it was changed", "altered")
        key = dict(self.keys).get(name)
        if key is None:
            raise CannotOpen(f"the key {name!r} that this was sealed under is not in CONFER_KEYS", "missing", name)
        try:
            return DataKey(_open(key, sealed, _wrapping(place, name)))
        except CannotOpen as fault:
            words = f"the key {name!r} in CONFER_KEYS is wrong: another key of that name sealed this"
            raise CannotOpen(words, "wrong", name) from fault

    def rewrap(self, wrapped: bytes, place: str) -> bytes:
        """The same data key under the newest key; as it is where it stands under that already. Raises CannotOpen."""
        if wrapped_by(wrapped) == self.newest:
            return wrapped
        return self._wrap(self.unwrap(wrapped, place).key, place)

    @property
    def newest(self) -> str:
        """The name of the key that wraps from now on."""
        return self.keys[0][0]

    def _wrap(self, data_key: bytes, place: str) -> bytes:
        name, key = self.keys[0]
        return name.encode() + b"\0" + _seal(key, data_key, _wrapping(place, name))


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


def wrapped_by(wrapped: bytes) -> str:
    """The name of the key that a data key is wrapped by; "" where it was changed and names none."""
    name, nul, _ = wrapped.partition(b"\0")
    return name.decode(errors="replace") if nul else ""


def new_key(name: str) -> str:
    """A new wrapping key in the form CONFER_KEYS takes."""
    return f"{name}:{base64.b64encode(os.urandom(32)).decode()}"


def _wrapping(place: str, name: str) -> str:
    return f"data-key|{place}|{name}"


def _seal(key: bytes, plain: bytes, place: str) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, place.encode())


def _open(key: bytes, sealed: bytes, place: str) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], place.encode())
    except (InvalidTag, ValueError) as wrong:
        raise CannotOpen("the key is wrong, or the text was changed or moved", "altered") from wrong
