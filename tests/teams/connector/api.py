"""The login service, the key set, and the connector's REST API. Errors by Microsoft's own names.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability#status-codes-from-bot-conversational-apis
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.teams.connector.keys import ISSUER
from tests.teams.connector.stored import TOKEN_LIVES, Conversation, Fault, Message

if TYPE_CHECKING:
    from tests.teams.connector.person import Person
    from tests.teams.connector.server import Connector

Json = dict[str, Any]
Handler = Callable[[web.Request, Json], Json | list[Json]]

SCOPE = "https://api.botframework.com/.default"


class Refusal(Exception):
    """The connector answers with this status, and this code in an error object."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


def routes(connector: Connector, app: web.Application) -> None:
    api = Api(connector)
    base, one = "/{region}/v3/conversations", "/{region}/v3/conversations/{conversation}"
    app.router.add_get("/v1/.well-known/openidconfiguration", api.named("openid", api.openid, open_to_all=True))
    app.router.add_get("/v1/.well-known/keys", api.named("keys", api.published, open_to_all=True))
    app.router.add_post("/{tenant}/oauth2/v2.0/token", api.named("token", api.token, open_to_all=True))
    app.router.add_post(base, api.named("create", api.create))
    app.router.add_post(f"{one}/activities", api.named("send", api.send))
    app.router.add_post(f"{one}/activities/{{activity}}", api.named("send", api.send))
    app.router.add_put(f"{one}/activities/{{activity}}", api.named("update", api.update))
    app.router.add_delete(f"{one}/activities/{{activity}}", api.named("delete", api.delete))
    app.router.add_get(f"{one}/members", api.named("members", api.members))
    app.router.add_get(f"{one}/pagedmembers", api.named("members", api.paged))
    app.router.add_get(f"{one}/members/{{member}}", api.named("member", api.member))


class Api:
    def __init__(self, connector: Connector) -> None:
        self.connector = connector

    def named(
        self, call: str, handler: Handler, *, open_to_all: bool = False
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """The handler behind the faults, the delays and the check of our token."""
        connector = self.connector

        async def answer(request: web.Request) -> web.StreamResponse:
            said = await _said(request)
            connector.calls.append((call, said))
            connector.at_once[call] = connector.at_once.get(call, 0) + 1
            connector.most_at_once[call] = max(connector.most_at_once.get(call, 0), connector.at_once[call])
            try:
                if call in connector.delays:
                    await asyncio.sleep(connector.delays[call])
                waiting = connector.faults.get(call)
                fault = waiting.pop(0) if waiting else None
                if fault is not None and fault.hang is not None and fault.only_late:
                    await fault.hang.wait()
                    fault = None
                if fault is not None and not fault.done_first:
                    return await _failed(request, fault)
                try:
                    if not open_to_all:
                        self._let_in(request)
                    done = web.json_response(handler(request, said), status=201 if call in ("create", "send") else 200)
                except Refusal as refusal:
                    done = _error(refusal.status, refusal.code)
                connector.change()
                return done if fault is None else await _failed(request, fault)
            finally:
                connector.at_once[call] -= 1

        return answer

    def _let_in(self, request: web.Request) -> None:
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.connector.tokens.get(bearer, 0) <= self.connector.now():
            raise Refusal(401, "BotNotRegistered")
        if request.match_info["region"] != self.connector.region:
            raise Refusal(403, "InvalidBotApiHost")

    # Who signs, and who we are

    def openid(self, _request: web.Request, _: Json) -> Json:
        keys = f"{self.connector.address}/v1/.well-known/keys"
        return {"issuer": ISSUER, "jwks_uri": keys, "id_token_signing_alg_values_supported": ["RS256"]}

    def published(self, _request: web.Request, _: Json) -> Json:
        return {"keys": [each.published() for each in self.connector.keys]}

    def token(self, request: web.Request, said: Json) -> Json:
        """https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow"""
        wanted = {"grant_type": "client_credentials", "scope": SCOPE, "client_id": self.connector.app_id}
        if any(said.get(name) != value for name, value in wanted.items()):
            raise Refusal(400, "invalid_request")
        if request.match_info["tenant"] != self.connector.tenant:
            raise Refusal(400, "invalid_request")
        if said.get("client_secret") != self.connector.secret:
            raise Refusal(401, "invalid_client")
        token = secrets.token_urlsafe(24)
        self.connector.tokens[token] = self.connector.now() + TOKEN_LIVES
        return {"token_type": "Bearer", "expires_in": TOKEN_LIVES, "ext_expires_in": TOKEN_LIVES, "access_token": token}

    # Conversations

    def create(self, _request: web.Request, said: Json) -> Json:
        """A conversation with one person, by their id here or in the directory; the same one every time."""
        tenant = said.get("tenantId") or ((said.get("channelData") or {}).get("tenant") or {}).get("id")
        if not tenant or len(said.get("members") or ()) != 1:
            raise Refusal(400, "BadSyntax")
        person = self._person(str(said["members"][0].get("id")))
        if person is None or tenant != self.connector.tenant:
            raise Refusal(403, "ForbiddenOperationException")
        self._reachable(person)
        conversation = self.connector.conversation("personal", person.id)
        answer = {"id": conversation.id, "serviceUrl": self.connector.service_url}
        if said.get("activity"):
            answer["activityId"] = self._stored(conversation, said["activity"]).id
        return answer

    def send(self, request: web.Request, said: Json) -> Json:
        conversation = self._conversation(request)
        for member in conversation.members:
            person = self._person(member)
            if person is not None and conversation.kind == "personal":
                self._reachable(person)
        if said.get("type") == "typing":
            return {"id": self.connector.activity_id()}
        return {"id": self._stored(conversation, said).id}

    def update(self, request: web.Request, said: Json) -> Json:
        message = self._message(request)
        self._fits("update", said)
        self.connector.edit(message, said)
        return {"id": message.id}

    def delete(self, request: web.Request, _: Json) -> Json:
        self.connector.messages.remove(self._message(request))
        return {}

    def members(self, request: web.Request, _: Json) -> list[Json]:
        people = (self._person(each) for each in self._conversation(request).members)
        return [each.account() for each in people if each is not None]

    def paged(self, request: web.Request, said: Json) -> Json:
        return {"members": self.members(request, said)}

    def member(self, request: web.Request, _: Json) -> Json:
        conversation, person = self._conversation(request), self._person(request.match_info["member"])
        if person is None or person.id not in conversation.members:
            raise Refusal(404, "MemberNotFoundInConversation")
        return person.account()

    # How

    def _stored(self, conversation: Conversation, said: Json) -> Message:
        if said.get("type") != "message" or not (said.get("text") or said.get("attachments")):
            raise Refusal(400, "BadSyntax")
        self._fits("send", said)
        return self.connector.store(conversation.id, said, f"28:{self.connector.app_id}")

    def _fits(self, call: str, said: Json) -> None:
        if self.connector.faulty(call, said):
            too_big = any("bytes" in fault for fault in self.connector.refused[-1][1])
            raise Refusal(413, "MessageSizeTooBig") if too_big else Refusal(400, "BadArgument")

    def _conversation(self, request: web.Request) -> Conversation:
        found = self.connector.conversations.get(request.match_info["conversation"])
        if found is None:
            raise Refusal(404, "ConversationNotFound")
        return found

    def _message(self, request: web.Request) -> Message:
        found = self.connector.find(self._conversation(request).id, request.match_info["activity"])
        if found is None:
            raise Refusal(404, "ActivityNotFoundInConversation")
        if not found.user.startswith("28:"):
            raise Refusal(403, "NotEnoughPermissions")
        return found

    def _person(self, id: str) -> Person | None:
        return next((each for each in self.connector.people.values() if id in (each.id, each.object_id)), None)

    def _reachable(self, person: Person) -> None:
        if person.marks.get("deleted"):
            raise Refusal(404, "ConversationNotFound")
        if person.marks.get("blocked"):
            raise Refusal(403, "ConversationBlockedByUser")
        if person.marks.get("installed") is False:
            raise Refusal(403, "ForbiddenOperationException")


async def _said(request: web.Request) -> Json:
    if not request.can_read_body:
        return {}
    if request.content_type == "application/json":
        try:
            read = await request.json()
        except ValueError:
            return {}
        return read if isinstance(read, dict) else {}
    return {name: str(value) for name, value in (await request.post()).items()}


async def _failed(request: web.Request, fault: Fault) -> web.StreamResponse:
    if fault.hang is not None:
        await fault.hang.wait()
    if fault.status == 0 and request.transport is not None:
        request.transport.abort()
    return _error(fault.status or 500, fault.code or _CODES.get(fault.status, "ServiceError"), fault.retry_after)


def _error(status: int, code: str, retry_after: float | str | None = None) -> web.Response:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    said = {"error": {"code": code, "message": "as a test asked for"}}
    return web.Response(status=status, text=json.dumps(said), content_type="application/json", headers=headers)


_CODES = {412: "PreconditionFailed", 429: "Throttled", 504: "GatewayTimeout"}
