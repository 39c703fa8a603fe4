"""An object as the bytes that go to Teams, written by `orjson`: each press has its card written twice, eight kB each.

The rule to keep: whatever a person can type can be written, also half of a surrogate pair, which `orjson` refuses.
"""

from __future__ import annotations

import json
from typing import Any

import orjson


def encoded(said: dict[str, Any]) -> bytes:
    """UTF-8, or where that cannot be, ASCII with escapes."""
    try:
        return orjson.dumps(said)
    except TypeError:
        return json.dumps(said).encode()
