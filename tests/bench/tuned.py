"""Server (b): slack-bolt with everything that a measurement showed to help, and the least work that still is a record.

Our own door and authorisation, a body parsed in C, 200 after the commit, one Core insert, one writer at a time on
SQLite, one pool of connections to Slack. No dedupe, no people, no rules, no ledger, no outbox: it is a floor.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import insert
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from yarl import URL

from tests.bench.pressed import Pressed
from tests.bench.slack import ACTION, BOT, BOT_USER, PATH, SECRET, TOKEN, card, unwrapped

_INSERT = insert(Pressed)


async def application(database: str, slack: str) -> web.Application:
    """The server, ready to be run in this loop."""
    sqlite = make_url(database).get_backend_name() == "sqlite"
    engine = create_async_engine(database, pool_size=1 if sqlite else 20, max_overflow=0)
    writing: AbstractAsyncContextManager[Any] = asyncio.Lock() if sqlite else nullcontext()
    session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=8))
    client = AsyncWebClient(token=TOKEN, base_url=slack, session=session, retry_handlers=[])
    verifier = SignatureVerifier(SECRET)
    sending: set[asyncio.Task[Any]] = set()

    async def authorize(context: AsyncBoltContext) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=context.enterprise_id,
            team_id=context.team_id,
            bot_user_id=BOT_USER,
            bot_id=BOT,
            bot_token=TOKEN,
        )

    bolt = AsyncApp(
        client=client, process_before_response=True, request_verification_enabled=False, authorize=authorize
    )

    @bolt.action(re.compile(f"^{ACTION}:"))
    async def answer(ack: AsyncAck, body: dict[str, Any]) -> None:
        _, carry = unwrapped(body["actions"][0])
        channel, message, version = body["channel"]["id"], body["message"]["ts"], int(carry["v"])
        row = {
            "channel": channel,
            "message": message,
            "user": body["user"]["id"],
            "version": version,
            "answer": carry["a"],
            "at": time.time_ns(),
        }
        async with writing, engine.begin() as connection:
            await connection.execute(_INSERT, row)
        await ack()
        blocks = card(version + 1)
        update = client.api_call(
            "chat.update", json={"channel": channel, "ts": message, "text": "A card for you", "blocks": blocks}
        )
        task = asyncio.ensure_future(update)
        sending.add(task)
        task.add_done_callback(sending.discard)

    async def receive(request: web.Request) -> web.StreamResponse:
        text = (await request.read()).decode()
        stamp, signature = (request.headers.get(f"X-Slack-{name}", "") for name in ("Request-Timestamp", "Signature"))
        if not verifier.is_valid(text, stamp, signature):
            return web.Response(status=401)
        body = json.loads(URL.build(query_string=text, encoded=True).query["payload"])
        # Bolt takes a body that is parsed already only under this mode.
        response = await bolt.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))
        return await to_aiohttp_response(response)

    async def closed(_: web.Application) -> None:
        await asyncio.gather(*sending, return_exceptions=True)
        await session.close()
        await engine.dispose()

    app = web.Application()
    app.router.add_post(PATH, receive)
    app.on_cleanup.append(closed)
    return app


def main() -> None:
    """Arguments: the port, the database's URL, the address of Slack's Web API."""
    port, database, slack = sys.argv[1:]
    web.run_app(application(database, slack), host="127.0.0.1", port=int(port), print=None, access_log=None)


if __name__ == "__main__":
    main()
