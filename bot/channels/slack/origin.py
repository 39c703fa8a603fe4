"""What a button and a modal remember for us while they stand on somebody's screen.

Slack hands it back unchanged, but whoever can press could have pressed something else: it is checked again by the core.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

BUTTON_VALUE = 2000  # https://docs.slack.dev/reference/block-kit/block-elements/button-element
PRIVATE_METADATA = 3000  # https://docs.slack.dev/reference/views/modal-views


def wrapped(action: str, carry: Mapping[str, str]) -> str:
    """A button's value. Raises ValueError where it is more than a button can hold."""
    text = _compact({"a": action, "c": dict(carry)} if carry else {"a": action})
    if len(text) > BUTTON_VALUE:
        raise ValueError("a button carries more than a Slack button can hold")
    return text


def unwrapped(value: str) -> tuple[str, dict[str, str]]:
    """Action and carry. Raises ValueError, KeyError, TypeError or AttributeError on what we did not write."""
    held = json.loads(value)
    return str(held["a"]), {str(name): str(each) for name, each in held.get("c", {}).items()}


@dataclass(frozen=True, slots=True)
class Origin:
    """What a modal remembers: what submitting it does, and the message it was opened from."""

    action: str = ""
    carry: Mapping[str, str] = field(default_factory=dict)
    conversation: str = ""
    message: str = ""

    def written(self) -> str:
        """The modal's private metadata. Raises ValueError where it is more than a modal can hold."""
        text = _compact({"a": self.action, "c": dict(self.carry), "m": [self.conversation, self.message]})
        if len(text) > PRIVATE_METADATA:
            raise ValueError("a form carries more than a Slack modal can hold")
        return text

    @classmethod
    def read(cls, text: str) -> Origin:
        """What `written` wrote; an empty Origin where it is not ours."""
        try:
            held = json.loads(text)
            conversation, message = held["m"]
            carry = {str(name): str(value) for name, value in held["c"].items()}
            return cls(str(held["a"]), carry, str(conversation), str(message))
        except (ValueError, KeyError, TypeError, AttributeError):
            return cls()


def _compact(value: dict[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
