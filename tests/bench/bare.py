"""Server (a): slack-bolt as its documentation shows it, one ORM insert in a session of its own, one `chat.update`.

The rule to keep: nothing is tuned. Only Slack's address is another one, and SQLite waits longer for its lock: with the
five seconds it ships with, sixteen people lose presses that were answered 200.
"""

from __future__ import annotations

import re
import sys
import time
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from tests.bench.pressed import Pressed
from tests.bench.slack import ACTION, PATH, SECRET, TOKEN, card, unwrapped


def main() -> None:
    """Arguments: the port, the database's URL, the address of Slack's Web API."""
    port, database, slack = sys.argv[1:]
    waits = {"timeout": 30} if database.startswith("sqlite") else {}
    sessions = async_sessionmaker(create_async_engine(database, connect_args=waits))
    app = AsyncApp(token=TOKEN, signing_secret=SECRET, client=AsyncWebClient(token=TOKEN, base_url=slack))

    @app.action(re.compile(f"^{ACTION}:"))
    async def answer(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        _, carry = unwrapped(body["actions"][0])
        channel, message, version = body["channel"]["id"], body["message"]["ts"], int(carry["v"])
        async with sessions() as session:
            session.add(
                Pressed(
                    channel=channel,
                    message=message,
                    user=body["user"]["id"],
                    version=version,
                    answer=carry["a"],
                    at=time.time_ns(),
                )
            )
            await session.commit()
        await client.chat_update(channel=channel, ts=message, text="A card for you", blocks=card(version + 1))

    app.server(int(port), PATH, "127.0.0.1").start()


if __name__ == "__main__":
    main()
