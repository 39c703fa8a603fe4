"""The fake Teams itself, with a tiny bot that repeats what it hears: before and beside the channel."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import jwt
import pytest
from aiohttp import web

from tests.teams.connector import Connector

Json = dict[str, Any]


class Echo:
    """Answers a message with a card, and a press with another card in its place."""

    def __init__(self, connector: Connector) -> None:
        self.connector = connector
        self.heard: list[Json] = []
        self.bearers: list[str] = []
        self.token = ""

    async def receive(self, request: web.Request) -> web.Response:
        activity = await request.json()
        self.heard.append(activity)
        self.bearers.append(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if activity["type"] == "invoke":
            said = activity["value"]["action"]["data"]
            answer = {"statusCode": 200, "type": "application/vnd.microsoft.card.adaptive", "value": card(str(said))}
            return web.json_response(answer)
        await self.sends(activity["conversation"]["id"], card(activity.get("text") or str(activity["value"])))
        return web.Response()

    async def sends(self, conversation: str, content: Json) -> int:
        attachments = [{"contentType": "application/vnd.microsoft.card.adaptive", "content": content}]
        url = f"{self.connector.service_url}v3/conversations/{conversation}/activities"
        said = {"type": "message", "attachments": attachments}
        headers = {"Authorization": f"Bearer {self.token}"}
        async with aiohttp.ClientSession() as session, session.post(url, json=said, headers=headers) as answer:
            return answer.status

    async def logs_in(self) -> None:
        said = {
            "grant_type": "client_credentials",
            "client_id": self.connector.app_id,
            "client_secret": self.connector.secret,
            "scope": "https://api.botframework.com/.default",
        }
        url = f"{self.connector.address}/{self.connector.tenant}/oauth2/v2.0/token"
        async with aiohttp.ClientSession() as session, session.post(url, data=said) as answer:
            self.token = (await answer.json())["access_token"]


def card(text: str) -> Json:
    submit = {"type": "Action.Submit", "title": "Send", "data": {"a": "1"}}
    return {
        "type": "AdaptiveCard",
        "version": "1.5",
        "speak": "A card",
        "fallbackText": "A card",
        "body": [
            {"type": "TextBlock", "text": text, "wrap": True, "style": "heading", "size": "Large"},
            {"type": "Input.Text", "id": "why", "label": "Why?", "isRequired": True, "errorMessage": "Say why."},
            {
                "type": "Input.ChoiceSet",
                "id": "which",
                "label": "Which?",
                "isMultiSelect": True,
                "style": "expanded",
                "choices": [{"title": "One", "value": "1"}, {"title": "Two. The second", "value": "2"}],
            },
            {
                "type": "ActionSet",
                "actions": [{**submit, "type": "Action.Execute", "verb": "send", "fallback": submit}],
            },
        ],
    }


@pytest.fixture
async def connector() -> AsyncIterator[Connector]:
    async with Connector() as connector:
        yield connector


@pytest.fixture
async def echo(connector: Connector) -> AsyncIterator[Echo]:
    echo = Echo(connector)
    app = web.Application()
    app.router.add_post("/api/messages", echo.receive)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    connector.connect(f"http://{host}:{port}")
    await echo.logs_in()
    yield echo
    await runner.cleanup()


async def test_a_person_reads_the_card_that_answers_what_they_typed(connector: Connector, echo: Echo) -> None:
    amira = connector.person("amira")

    await amira.types("hello")

    await amira.waits_for("# hello\nWhy?:\n  ________\nWhich?:\n  ( ) One\n  ( ) Two. The second\n[Send]")


async def test_what_is_sent_is_signed_for_this_app_with_a_key_that_is_published(
    connector: Connector, echo: Echo
) -> None:
    await connector.person("amira").types("hello")

    header = jwt.get_unverified_header(echo.bearers[0])
    async with aiohttp.ClientSession() as session, session.get(f"{connector.address}/v1/.well-known/keys") as answer:
        published = {each["kid"]: each for each in (await answer.json())["keys"]}
    key = published[header["kid"]]
    said = jwt.decode(echo.bearers[0], jwt.PyJWK(key), algorithms=["RS256"], audience=connector.app_id)
    assert (said["iss"], said["serviceurl"]) == ("https://api.botframework.com", connector.service_url)
    assert "msteams" in key["endorsements"]


async def test_a_press_sends_the_data_and_all_inputs_and_its_answer_takes_the_place_of_the_card(
    connector: Connector, echo: Echo
) -> None:
    amira = connector.person("amira")
    await amira.types("hello")
    await amira.fills("Why?", "because")
    await amira.ticks("Two")
    await amira.ticks("One")

    await amira.presses("Send")

    assert echo.heard[-1]["value"]["action"]["data"] == {"a": "1", "why": "because", "which": "2,1"}
    assert len(amira.messages()) == 1
    assert "'why': 'because'" in amira.sees()


async def test_what_only_the_answer_put_there_is_gone_when_teams_starts_again(connector: Connector, echo: Echo) -> None:
    amira = connector.person("amira")
    await amira.types("hello")
    await amira.fills("Why?", "because")
    await amira.presses("Send")

    amira.starts_teams_again()

    assert amira.sees().startswith("# hello")


async def test_an_older_teams_sends_the_same_as_a_message(connector: Connector, echo: Echo) -> None:
    amira = connector.person("amira")
    amira.old = True
    await amira.types("hello")
    await amira.fills("Why?", "because")

    await amira.presses("Send")

    assert (echo.heard[-1]["type"], echo.heard[-1]["value"]["why"]) == ("message", "because")


async def test_nobody_sends_a_form_with_a_required_field_left_empty(connector: Connector, echo: Echo) -> None:
    amira = connector.person("amira")
    await amira.types("hello")

    with pytest.raises(AssertionError, match=r"asks amira for 'Why\?'"):
        await amira.presses("Send")


async def test_a_card_that_teams_would_refuse_is_refused_and_noted(connector: Connector, echo: Echo) -> None:
    amira = connector.person("amira")
    twice = card("hello")
    twice["body"].append(twice["body"][1])

    empty = await echo.sends(amira.conversation.id, {**card(""), "body": []})
    same = await echo.sends(amira.conversation.id, twice)
    big = await echo.sends(amira.conversation.id, card("x" * 29_000))

    assert (empty, same, big) == (400, 400, 413)
    assert [faults for _, faults in connector.refused][:2] == [["nothing in it"], ["id 'why' stands twice"]]


async def test_a_card_that_breaks_microsofts_schema_is_refused_whoever_sends_it(
    connector: Connector, echo: Echo
) -> None:
    amira = connector.person("amira")
    huge = card("hello")
    huge["body"][0]["size"] = "Huge"

    assert await echo.sends(amira.conversation.id, huge) == 400

    [(_, [fault])] = connector.refused
    assert "'Huge' is not" in fault


async def test_nothing_is_taken_without_our_token_or_at_an_old_address(connector: Connector, echo: Echo) -> None:
    where = connector.person("amira").conversation.id
    echo.token, ours = "another", echo.token
    stranger = await echo.sends(where, card("hello"))

    echo.token = ours
    connector.people["amira"].marks["blocked"] = True
    blocked = await echo.sends(where, card("hello"))

    assert (stranger, blocked) == (401, 403)


async def test_a_new_key_is_published_and_the_old_one_is_not(connector: Connector, echo: Echo) -> None:
    before = connector.signing

    after = connector.rotates()

    async with aiohttp.ClientSession() as session, session.get(f"{connector.address}/v1/.well-known/keys") as answer:
        published = [each["kid"] for each in (await answer.json())["keys"]]
    assert published == [after.id]
    assert before.id != after.id


async def test_a_call_fails_as_often_as_it_was_asked_to_and_only_then_works(connector: Connector, echo: Echo) -> None:
    connector.fails("send", status=429, retry_after=2, times=2)
    where = connector.person("amira").conversation.id

    statuses = [await echo.sends(where, card("hello")) for _ in range(3)]

    assert statuses == [429, 429, 201]
