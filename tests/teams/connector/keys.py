"""The keys with which the service signs what it sends, and the set in which it publishes them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

Json = dict[str, Any]

ISSUER = "https://api.botframework.com"
ENDORSED = ("msteams", "webchat")


@dataclass(frozen=True, slots=True)
class Key:
    """`endorsed`: the channels for which it may sign."""

    id: str
    private: rsa.RSAPrivateKey = field(repr=False)
    endorsed: tuple[str, ...] | None = ENDORSED

    def published(self) -> Json:
        """As an entry of the key set. https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication"""
        public: Json = json.loads(RSAAlgorithm.to_jwk(self.private.public_key()))
        shown = {"kty": "RSA", "use": "sig", "kid": self.id, "x5t": self.id, "n": public["n"], "e": public["e"]}
        return shown if self.endorsed is None else {**shown, "endorsements": list(self.endorsed)}

    def signs(self, claims: Json, *, algorithm: str = "RS256", **header: object) -> str:
        return jwt.encode(claims, self.private, algorithm=algorithm, headers={"kid": self.id, **header})


def key(number: int = 0, endorsed: tuple[str, ...] | None = ENDORSED) -> Key:
    """The same number is the same key for the whole run: making one takes a while."""
    return Key(f"invented-key-{number}", _private(number), endorsed)


@cache
def _private(number: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
