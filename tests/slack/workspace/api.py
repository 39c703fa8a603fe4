"""The Web API methods the bot calls, the response_url, and the socket. Errors by Slack's own names."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from tests.slack.workspace.blocks import view_problems

if TYPE_CHECKING:
    from tests.slack.workspace.server import Fault, Workspace

Json = dict[str, Any]

TRIGGER_LIVES = 3.0  # seconds. https://docs.slack.dev/interactivity/handling-user-interaction#modal_responses
USES = 5  # of one response_url


class Refusal(Exception):
    """Slack answers 200 with ok false and this error."""


def routes(workspace: Workspace, app: web.Application) -> None:
    api = Api(workspace)
    app.router.add_route("*", "/api/{method}", api.call)
    app.router.add_post("/respond/{key}", api.respond)
    app.router.add_post("/upload/{file}", api.upload)
    app.router.add_get("/link/{ticket}", api.link)


class Api:
    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.uses: dict[str, int] = {}

    async def call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        said: Json = dict(request.query)
        if request.can_read_body:
            said |= await request.json() if request.content_type == "application/json" else dict(await request.post())
        self.workspace.calls.append((method, said))
        fault = self._fault(method)
        if fault is not None and fault.hang is not None and fault.only_late:
            await fault.hang.wait()
            fault = None
        if fault is not None and not fault.done_first:
            return await self._failed(fault)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        wanted = self.workspace.app_token if method == "apps.connections.open" else self.workspace.token
        try:
            if token != wanted:
                raise Refusal("invalid_auth")
            handler = getattr(self, method.replace(".", "_"), None)
            if handler is None:
                raise Refusal("unknown_method")
            answer = {"ok": True, **handler(said)}
        except Refusal as refusal:
            answer = {"ok": False, "error": str(refusal)}
        self.workspace.change()
        if fault is not None:
            return await self._failed(fault)
        return web.json_response(answer)

    def _fault(self, method: str) -> Fault | None:
        waiting = self.workspace.faults.get(method)
        return waiting.pop(0) if waiting else None

    async def _failed(self, fault: Fault) -> web.Response:
        if fault.hang is not None:
            await fault.hang.wait()
        if fault.status == 429:
            headers = {"Retry-After": str(fault.retry_after if fault.retry_after is not None else 1)}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        if fault.error:
            return web.json_response({"ok": False, "error": fault.error})
        return web.Response(status=fault.status, text="upstream is not there")

    def auth_test(self, _: Json) -> Json:
        from tests.slack.workspace.server import BOT, BOT_USER

        return {"team_id": self.workspace.team, "user_id": BOT_USER, "bot_id": BOT, "url": "https://example.invalid/"}

    def users_info(self, said: Json) -> Json:
        person = self.workspace.people.get(said["user"])
        if person is None:
            raise Refusal("user_not_found")
        profile = {"real_name": person.name}
        known = {"id": person.id, "team_id": self.workspace.team, "deleted": False, "profile": profile}
        return {"user": {**known, **person.marks}}

    def usergroups_users_list(self, said: Json) -> Json:
        if "usergroups:read" not in self.workspace.scopes:
            raise Refusal("missing_scope")
        if said.get("usergroup") not in self.workspace.groups:
            raise Refusal("no_such_subteam")
        return {"users": self.workspace.groups[said["usergroup"]]}

    def files_getUploadURLExternal(self, said: Json) -> Json:  # noqa: N802 - Slack's name
        from tests.slack.workspace.server import Upload

        if "files:write" not in self.workspace.scopes:
            raise Refusal("missing_scope")
        if not said.get("filename") or not str(said.get("length", "")).isdecimal():
            raise Refusal("invalid_arguments")
        id = self.workspace.id("F")
        self.workspace.files[id] = Upload(int(said["length"]), self.workspace.looks_through)
        return {"file_id": id, "upload_url": f"{self.workspace.address}/upload/{id}"}

    async def upload(self, request: web.Request) -> web.Response:
        """https://docs.slack.dev/reference/methods/files.getUploadURLExternal: raw bytes, and no token of ours."""
        file, body = request.match_info["file"], await request.read()
        self.workspace.calls.append(("upload", {"file": file, "size": len(body)}))
        if (fault := self._fault("upload")) is not None:
            return await self._failed(fault)
        found = self.workspace.files.get(file)
        if found is None or len(body) != found.length or "Authorization" in request.headers:
            return web.Response(status=400)
        found.body = body
        return web.Response(text=f"OK - {len(body)}")

    def files_completeUploadExternal(self, said: Json) -> Json:  # noqa: N802 - Slack's name
        if "files:write" not in self.workspace.scopes:
            raise Refusal("missing_scope")
        wanted = said["files"] if isinstance(said["files"], list) else json.loads(said["files"])
        for each in wanted:
            found = self.workspace.files.get(each["id"])
            if found is None or not found.body:
                raise Refusal("file_not_found")
            found.complete = True
        return {"files": [{"id": each["id"], "mimetype": ""} for each in wanted]}

    def conversations_open(self, said: Json) -> Json:
        if (person := self.workspace.people.get(said["users"])) and person.marks.get("deleted"):
            raise Refusal("user_disabled")
        return {"channel": {"id": self._channel(said["users"])}}

    def conversations_history(self, said: Json) -> Json:
        shown = [each for each in self.workspace.messages if each.channel == said["channel"] and not each.only_for]
        with_metadata = said.get("include_all_metadata") in ("1", "true")
        messages = []
        for each in reversed(shown[-int(said.get("limit", 100)) :]):
            message: Json = {"type": "message", "ts": each.ts, "user": each.user, "text": each.text}
            if with_metadata and each.metadata:
                message["metadata"] = each.metadata
            messages.append(message)
        return {"messages": messages, "has_more": False}

    def chat_postMessage(self, said: Json) -> Json:  # noqa: N802 - Slack's name
        channel = self._channel(said["channel"])
        self._fit("chat.postMessage", said)
        message = self.workspace.store(channel, said)
        return {"channel": channel, "ts": message.ts, "message": {"text": message.text, "blocks": message.blocks}}

    def chat_postEphemeral(self, said: Json) -> Json:  # noqa: N802 - Slack's name
        self._fit("chat.postEphemeral", said)
        message = self.workspace.store(said["channel"], said, only_for=said["user"])
        return {"message_ts": message.ts}

    def chat_update(self, said: Json) -> Json:
        message = self.workspace.find(said["channel"], said["ts"])
        if message is None or message.only_for:
            raise Refusal("message_not_found")
        if message.user.startswith("U0BOT") is False:
            raise Refusal("cant_update_message")
        self._fit("chat.update", said)
        self.workspace.edit(message, said)
        return {"channel": message.channel, "ts": message.ts, "text": message.text}

    def chat_delete(self, said: Json) -> Json:
        message = self.workspace.find(said["channel"], said["ts"])
        if message is None or message.only_for:
            raise Refusal("message_not_found")
        if message.user.startswith("U0BOT") is False:
            raise Refusal("cant_delete_message")
        self.workspace.messages.remove(message)
        return {"channel": message.channel, "ts": message.ts}

    def views_open(self, said: Json) -> Json:
        user = self._triggered(said["trigger_id"])
        return self._stack(user, said["view"], fresh=True)

    def views_push(self, said: Json) -> Json:
        user = self._triggered(said["trigger_id"])
        if len(self.workspace.modals.get(user, ())) >= 3:
            raise Refusal("push_limit_reached")
        return self._stack(user, said["view"], fresh=False)

    def views_update(self, said: Json) -> Json:
        for stack in self.workspace.modals.values():
            for held in stack:
                if held.id == said.get("view_id"):
                    if said.get("hash") and said["hash"] != held.hash:
                        raise Refusal("hash_conflict")
                    self._fit_view("views.update", said["view"])
                    self.replace(held, said["view"])
                    return {"view": {"id": held.id, "hash": held.hash}}
        raise Refusal("not_found")

    def views_publish(self, said: Json) -> Json:
        from tests.slack.workspace.server import View

        user = said["user_id"]
        if user not in self.workspace.people:
            raise Refusal("user_not_found")
        self._fit_view("views.publish", said["view"])
        held = self.workspace.homes.get(user)
        if held is None:
            held = View(self.workspace.id("V"), user, {}, "", 0)
            self.workspace.homes[user] = held
        elif said.get("hash") and said["hash"] != held.hash:
            raise Refusal("hash_conflict")
        self.replace(held, said["view"])
        return {"view": {"id": held.id, "hash": held.hash}}

    def apps_connections_open(self, _: Json) -> Json:
        ticket = self.workspace.id("ticket")
        self.workspace.tickets.add(ticket)
        return {"url": self.workspace.address.replace("http", "ws", 1) + f"/link/{ticket}"}

    def replace(self, held: Any, view: Json) -> None:
        held.view = {**view, "blocks": self.workspace.numbered(view["blocks"])}
        held.hash, held.errors, held.changed = self.workspace.id("h"), {}, self.workspace.change()

    def _stack(self, user: str, view: Json, *, fresh: bool) -> Json:
        from tests.slack.workspace.server import View

        self._fit_view("views.open", view)
        held = View(self.workspace.id("V"), user, {}, "", 0)
        self.replace(held, view)
        stack = self.workspace.modals.setdefault(user, [])
        if fresh:
            stack.clear()
        stack.append(held)
        return {"view": {"id": held.id, "hash": held.hash}}

    def _triggered(self, trigger: str) -> str:
        user, made = self.workspace.triggers.pop(trigger, ("", 0.0))
        if not user:
            raise Refusal("exchanged_trigger_id")
        if time.monotonic() - made > TRIGGER_LIVES:
            raise Refusal("expired_trigger_id")
        return user

    def _channel(self, named: str) -> str:
        user = "U" + named[1:]
        person = self.workspace.people.get(user)
        if not named.startswith(("D", "U")) or person is None:
            raise Refusal("channel_not_found")
        return f"D{user[1:]}"

    def _fit(self, method: str, said: Json) -> None:
        if not said.get("text") and not said.get("blocks"):
            raise Refusal("no_text")
        if self.workspace.faulty(method, said.get("blocks")) or not self.workspace.looked_through(said.get("blocks")):
            raise Refusal("invalid_blocks")

    def _fit_view(self, method: str, view: Json) -> None:
        found = view_problems(view)
        if found:
            self.workspace.refused.append((method, found))
            raise Refusal("invalid_arguments")

    async def respond(self, request: web.Request) -> web.Response:
        """https://docs.slack.dev/interactivity/handling-user-interaction#message_responses"""
        key, said = request.match_info["key"], await request.json()
        workspace = self.workspace
        workspace.calls.append(("response_url", said))
        fault = self._fault("response_url")
        if fault is not None and not fault.done_first:
            return await self._failed(fault)
        self.uses[key] = self.uses.get(key, 0) + 1
        if key not in workspace.answers_by or self.uses[key] > USES:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        if workspace.faulty("response_url", said.get("blocks")):
            return web.json_response({"ok": False, "error": "invalid_blocks"}, status=400)
        user, channel, ts = workspace.answers_by[key]
        original = workspace.find(channel, ts)
        if said.get("delete_original") and original is not None:
            workspace.messages.remove(original)
            workspace.change()
        elif said.get("replace_original") and original is not None:
            workspace.edit(original, said)
        else:
            hidden = said.get("response_type", "ephemeral") == "ephemeral"
            workspace.store(channel, said, only_for=user if hidden else "")
        if fault is not None:
            return await self._failed(fault)
        return web.Response(text="ok")

    async def link(self, request: web.Request) -> web.StreamResponse:
        workspace = self.workspace
        fault = self._fault("socket")
        ticket = request.match_info["ticket"]
        if fault is not None or ticket not in workspace.tickets:
            workspace.tickets.discard(ticket)
            return web.Response(status=fault.status if fault else 403)
        workspace.tickets.discard(ticket)  # a ticket is good for one connection
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        workspace.sockets.append(socket)
        workspace.change()
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    workspace.acknowledged(message.json())
        finally:
            workspace.sockets.remove(socket)
            workspace.change()
        return socket
