"""Slack, as far as a bench needs it: every call is taken at once, and the arrival of each card is told to who watches.

Times are CLOCK_MONOTONIC in nanoseconds, which every process of one machine shares.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from itertools import count

from aiohttp import web

from tests.bench.slack import BOT, BOT_USER, TEAM, Json, version_in


class Stub:
    def __init__(self) -> None:
        self._cards: dict[str, Json] = {}  # by conversation: the newest card in it
        self._watching: list[web.StreamResponse] = []
        self._stamps = count(1)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", "/api/{method}", self.call),
            web.post("/respond/{key}", self.respond),
            web.get("/watch", self.watch),
            web.get("/cards/{channel}", self.card),
        ]

    async def call(self, request: web.Request) -> web.Response:
        raw = await request.read()
        at = time.monotonic_ns()
        method = request.match_info["method"]
        answer: Json = {"ok": True}
        match method:
            case "chat.update" | "chat.postMessage":
                said = json.loads(raw)
                channel = str(said["channel"])
                if channel.startswith("U"):
                    channel = f"D{channel[1:]}"
                ts = said.get("ts") or f"{int(time.time())}.{next(self._stamps):06d}"
                self._cards[channel] = {"channel": channel, "ts": ts, "blocks": said.get("blocks", [])}
                answer |= {"channel": channel, "ts": ts, "text": said.get("text", ""), "message": {"text": ""}}
                news = {"method": method, "channel": channel, "ts": ts, "version": version_in(raw), "at": at}
                await self._tell(news)
            case "auth.test":
                answer |= {"team_id": TEAM, "user_id": BOT_USER, "bot_id": BOT, "team": "invented", "user": "confer"}
                answer |= {"url": "https://invented.example/", "is_enterprise_install": False}
            case "users.info":
                answer |= {"user": {"id": request.query.get("user", ""), "team_id": TEAM, "deleted": False}}
            case "conversations.open":
                answer |= {"channel": {"id": f"D{json.loads(raw)['users'][1:]}"}}
            case "conversations.history":
                answer |= {"messages": [], "has_more": False}
            case _ if method.startswith(("conversations.", "views.")):
                pass
            case _:
                await self._tell({"method": method, "at": at})
                answer = {"ok": False, "error": "unknown_method"}
        return web.json_response(answer)

    async def respond(self, request: web.Request) -> web.Response:
        """A response_url. In a bench nobody has a reason to use one, so whoever watches is told."""
        await self._tell({"method": "response_url", "said": (await request.json()).get("text", "")})
        return web.Response(text="ok")

    async def card(self, request: web.Request) -> web.Response:
        """The newest card in a conversation: channel, ts, blocks."""
        return web.json_response(self._cards.get(request.match_info["channel"]))

    async def watch(self, request: web.Request) -> web.StreamResponse:
        """A line of JSON for every card that arrives, until the watcher goes."""
        stream = web.StreamResponse()
        await stream.prepare(request)
        await stream.write(b"{}\n")
        self._watching.append(stream)
        try:
            await asyncio.Event().wait()  # until the watcher hangs up, which cancels this
        finally:
            self._watching.remove(stream)
        return stream

    async def _tell(self, news: Json) -> None:
        line = json.dumps(news).encode() + b"\n"
        for stream in list(self._watching):
            await stream.write(line)


def main() -> None:
    """Arguments: the port."""
    app = web.Application()
    app.add_routes(Stub().routes())
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None, handler_cancellation=True)


if __name__ == "__main__":
    main()
