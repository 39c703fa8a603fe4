"""What goes to Teams can always be written, whatever somebody typed."""

from __future__ import annotations

import json

import pytest

from bot.channels.teams.encoding import encoded


@pytest.mark.parametrize("typed", ["Ana said: “help” 😟", "half an emoji: \ud83d", "\u0000 and \u2028"])
def test_what_was_typed_is_read_back_as_it_was(typed: str) -> None:
    assert json.loads(encoded({"value": {"text": typed}})) == {"value": {"text": typed}}
