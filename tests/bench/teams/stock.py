"""Microsoft's CloudAdapter as its samples show it, answering a press with a card: no storage, no people, no rules.

The rule to keep: nothing is tuned, and what slows it further is left out: without an app id it checks no token and asks
for none. With "update" it also changes the stored message, as Confer does: else the old card is back when Teams starts
again. The way its documentation shows, `on_adaptive_card_invoke`, answers 500 in the last version: the body is written
as JSON twice. So the answer goes out through `on_invoke_activity`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from aiohttp import web
from botbuilder.core import ActivityHandler, CardFactory, InvokeResponse, MessageFactory, TurnContext
from botbuilder.integration.aiohttp import CloudAdapter, ConfigurationBotFrameworkAuthentication
from botbuilder.schema import AdaptiveCardInvokeResponse


class Bot(ActivityHandler):  # type: ignore[misc]  # botbuilder ships no types
    def __init__(self, card: dict[str, Any], *, updates: bool) -> None:
        super().__init__()
        self._card = json.dumps(card)
        self._updates = updates

    async def on_invoke_activity(self, turn_context: TurnContext) -> InvokeResponse:
        version = int(turn_context.activity.value["action"]["data"]["confer"]["c"]["v"])
        # Drawn anew for each press, as a bot does that has something to say.
        card = json.loads(self._card.replace("benchversion", str(version + 1)))
        if self._updates:
            shown = MessageFactory.attachment(CardFactory.adaptive_card(card))
            shown.id = turn_context.activity.reply_to_id
            await turn_context.update_activity(shown)
        kind = "application/vnd.microsoft.card.adaptive"
        return InvokeResponse(status=200, body=AdaptiveCardInvokeResponse(status_code=200, type=kind, value=card))


def main() -> None:
    """Arguments: the port, a file with the card to answer with, and "update" or "answer"."""
    port, path, how = sys.argv[1:]
    bot = Bot(json.loads(Path(path).read_text(encoding="utf-8")), updates=how == "update")
    nobody = SimpleNamespace(APP_ID="", APP_PASSWORD="", APP_TYPE="MultiTenant", APP_TENANTID="")
    adapter = CloudAdapter(ConfigurationBotFrameworkAuthentication(nobody))

    async def messages(request: web.Request) -> web.StreamResponse:
        answer: web.StreamResponse = await adapter.process(request, bot)
        return answer

    app = web.Application()
    app.router.add_post("/api/messages", messages)
    web.run_app(app, host="127.0.0.1", port=int(port), print=None, access_log=None)


if __name__ == "__main__":
    main()
