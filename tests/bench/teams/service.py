"""The Bot Connector as a bench needs it: it takes what changes a card and looks no closer than Teams must.

The tests hold every card against Microsoft's schema, which costs as much as half of a press. Here what arrives is read,
its token and its place are checked, and the newest card of each message is kept, for all servers alike.
"""

from __future__ import annotations

from typing import Any

from tests.teams.connector import Connector
from tests.teams.connector.stored import CARD, Message

Json = dict[str, Any]


class Service(Connector):
    def faulty(self, call: str, activity: Json) -> bool:
        """Whether there is no card in it."""
        return not any(each.get("contentType") == CARD and each["content"]["body"] for each in activity["attachments"])

    def edit(self, message: Message, activity: Json) -> None:
        message.activity, message.shown = activity, None
        message.edits += 1
        message.changed = self.change()
        self.calls.clear()  # a bench makes thousands
