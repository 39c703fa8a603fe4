"""What is not provably from the connector, or cannot be read, is turned away: none of it is handled, none logged."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import jwt
import pytest
from aiohttp import web

from bot.__main__ import main
from bot.cards import Nothing
from bot.channels.teams import app
from bot.channels.teams.app import TeamsChannel
from storage.sealing import new_key
from tests.bot.processes import running as started
from tests.teams.conftest import Desk, running, serving
from tests.teams.connector import Connector, Key
from tests.teams.connector.keys import key

Json = dict[str, Any]


def message(connector: Connector, **changes: object) -> Json:
    worker = connector.person("wren")
    around = {
        "from": {"id": worker.id, "aadObjectId": worker.object_id},
        "conversation": {"id": worker.conversation.id, "conversationType": "personal"},
        "channelData": {"tenant": {"id": connector.tenant}},
    }
    return connector.arriving({"type": "message", "text": "a secret word", **around, **changes})


Forged = Callable[[Connector], str]

BAD_TOKENS: dict[str, Forged] = {
    "none": lambda connector: "",
    "garbage": lambda connector: "garbage",
    "three parts of garbage": lambda connector: "a.b.c",
    "not ASCII": lambda connector: "é.ü.ß",
    "a header that is deep": lambda connector: f"{base64.urlsafe_b64encode(b'[' * 5000).decode().rstrip('=')}.b.c",
    "a header that is a list": lambda connector: "W10.e30.c",
    "expired": lambda connector: connector.token(exp=int(connector.now()) - 301),
    "not valid yet": lambda connector: connector.token(nbf=int(connector.now()) + 400),
    "without an end": lambda connector: connector.token(exp=None),
    "an end that is no number": lambda connector: connector.token(exp="soon"),
    "another issuer": lambda connector: connector.token(iss="https://sts.windows.net/x/"),
    "no issuer": lambda connector: connector.token(iss=None),
    "another audience": lambda connector: connector.token(aud="00000000-0000-4000-8000-000000000001"),
    "no audience": lambda connector: connector.token(aud=None),
    "another service address": lambda connector: connector.token(serviceurl="https://smba.trafficmanager.net/teams/"),
    "no service address": lambda connector: connector.token(serviceurl=None),
    "a service address that is no text": lambda connector: connector.token(serviceurl=["x"]),
    "unknown key": lambda connector: connector.token(key=key(7)),
    "another key under a known name": lambda connector: connector.token(key=Key(connector.signing.id, key(7).private)),
    "signed by the public key as a password": lambda connector: _hmac(connector),
    "unsigned": lambda connector: _unsigned(connector),
}


def _hmac(connector: Connector) -> str:
    def part(said: Json) -> bytes:
        return base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=")

    signed = part({"alg": "HS256", "typ": "JWT", "kid": connector.signing.id}) + b"." + part(connector.claims())
    mac = hmac.new(str(connector.signing.published()["n"]).encode(), signed, hashlib.sha256).digest()
    return (signed + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()


def _unsigned(connector: Connector) -> str:
    return jwt.encode(connector.claims(), "", algorithm="none", headers={"kid": connector.signing.id})


@pytest.mark.parametrize("bad", BAD_TOKENS)
async def test_a_bad_token_is_a_401(
    connector: Connector, channel: TeamsChannel, desk: Desk, caplog: pytest.LogCaptureFixture, bad: str
) -> None:
    caplog.set_level(logging.DEBUG)

    answer = await connector.send_once(message(connector), token=BAD_TOKENS[bad](connector))

    assert answer.status == 401
    assert desk.events == []
    assert "secret" not in caplog.text
    assert "Traceback" not in caplog.text


async def test_a_good_token_lets_in(connector: Connector, channel: TeamsChannel, desk: Desk) -> None:
    answer = await connector.send_once(message(connector))

    assert answer.status == 200
    assert [event.text for event in desk.events] == ["a secret word"]


@pytest.mark.parametrize("kind", ["Basic", "bearer", "Bearer  ", ""])
async def test_the_header_must_hold_a_bearer_token(
    connector: Connector, channel: TeamsChannel, desk: Desk, kind: str
) -> None:
    headers = {"Content-Type": "application/json", "Authorization": f"{kind} {connector.token()}".strip()}

    answer = await connector.post(json.dumps(message(connector)).encode(), headers)

    assert answer.status == (200 if kind == "bearer" else 401)


async def test_a_key_that_is_not_endorsed_for_teams(connector: Connector, desk: Desk) -> None:
    for endorsed in (("webchat",), (), None):
        connector.keys = [key(3, endorsed)]
        connector.signing = connector.keys[0]
        async with running(connector, desk):
            assert (await connector.send_once(message(connector))).status == 401
    assert desk.events == []


async def test_a_token_that_ended_a_minute_ago_still_counts_because_clocks_differ(
    connector: Connector, channel: TeamsChannel
) -> None:
    token = connector.token(exp=int(connector.now()) - 60)

    assert (await connector.send_once(message(connector), token=token)).status == 200


async def test_an_activity_of_another_channel_than_teams(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    # One key may be endorsed for several channels; in another one a page can write who "from" is.
    others = ("slack", "webchat", "directline", None, ["msteams"])
    answers = [await connector.send_once(message(connector, channelId=each)) for each in others]

    assert [answer.status for answer in answers] == [401] * len(others)
    assert desk.events == []


async def test_a_signed_service_address_that_is_not_microsofts(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    for url in ("https://evil.example/", "https://smba.trafficmanager.net.evil.example/", "http://169.254.169.254/"):
        answer = await connector.send_once(message(connector, serviceUrl=url), token=connector.token(serviceurl=url))

        assert answer.status == 401
    assert desk.events == []


# Keys


async def test_a_key_that_is_rotated_right_after_the_keys_were_fetched_works_within_seconds(
    connector: Connector, desk: Desk
) -> None:
    clock = [1000.0]
    async with running(connector, desk, ticks=lambda: clock[0]):
        assert (await connector.send_once(message(connector))).status == 200
        connector.rotates()
        clock[0] += 5

        assert (await connector.send_once(message(connector))).status == 200


async def test_however_often_somebody_comes_with_an_unknown_key_the_keys_are_asked_for_every_few_seconds_at_most(
    connector: Connector, desk: Desk
) -> None:
    clock = [1000.0]
    async with running(connector, desk, ticks=lambda: clock[0]):
        assert (await connector.send_once(message(connector))).status == 200

        for _ in range(40):
            clock[0] += 0.25
            assert (await connector.send_once(message(connector), token=connector.token(key=key(9)))).status == 401

        assert len(connector.called("keys")) == 3
        assert (await connector.send_once(message(connector))).status == 200


async def test_the_old_key_is_taken_no_longer_after_a_rotation(connector: Connector, desk: Desk) -> None:
    clock = [1000.0]
    async with running(connector, desk, ticks=lambda: clock[0]):
        old = connector.token()
        assert (await connector.send_once(message(connector), token=old)).status == 200
        clock[0] += 61
        connector.rotates()
        assert (await connector.send_once(message(connector))).status == 200

        assert (await connector.send_once(message(connector), token=old)).status == 401


async def test_a_token_that_was_good_is_so_no_longer_when_it_has_ended(connector: Connector, desk: Desk) -> None:
    clock = [connector.now()]
    token = connector.token(exp=int(clock[0]) + 60)
    async with running(connector, desk, now=lambda: clock[0]):
        assert (await connector.send_once(message(connector), token=token)).status == 200
        clock[0] += 361

        assert (await connector.send_once(message(connector), token=token)).status == 401


async def test_a_token_that_was_good_does_not_let_in_what_names_another_address(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    token = connector.token()
    assert (await connector.send_once(message(connector), token=token)).status == 200

    elsewhere = message(connector, serviceUrl=f"{connector.address}/elsewhere/")

    assert (await connector.send_once(elsewhere, token=token)).status == 401


async def test_known_keys_serve_while_the_key_service_is_down(connector: Connector, desk: Desk) -> None:
    clock = [1000.0]
    async with running(connector, desk, ticks=lambda: clock[0]):
        assert (await connector.send_once(message(connector))).status == 200
        connector.fails("openid", times=50)
        clock[0] += 7200

        assert (await connector.send_once(message(connector))).status == 200


async def test_keys_that_could_not_be_had_at_the_start_are_had_a_moment_later(connector: Connector, desk: Desk) -> None:
    clock = [1000.0]
    connector.fails("openid", status=503)
    async with running(connector, desk, ticks=lambda: clock[0]):
        await connector.until(lambda: connector.called("openid"))
        assert (await connector.send_once(message(connector))).status == 401
        clock[0] += 6

        assert (await connector.send_once(message(connector))).status == 200


async def test_many_requests_with_an_unknown_key_ask_once(connector: Connector, desk: Desk) -> None:
    async with running(connector, desk):
        answers = await asyncio.gather(*(connector.send_once(message(connector)) for _ in range(20)))

    assert {answer.status for answer in answers} == {200}
    assert len(connector.called("keys")) == 1


async def test_keys_that_are_said_to_be_elsewhere_are_not_taken(connector: Connector, desk: Desk) -> None:
    # The same server, by a name that is not trusted.
    elsewhere = connector.address.replace("127.0.0.1", "0.0.0.0")  # noqa: S104
    said = {"jwks_uri": f"{elsewhere}/v1/.well-known/keys"}
    async with serving("GET", "/openid", lambda _: web.json_response(said)) as address:
        environment = {**connector.environment(), "TEAMS_OPENID_URL": f"{address}/openid"}
        async with running(connector, desk, environment=environment):
            assert (await connector.send_once(message(connector))).status == 401

    assert connector.called("keys") == []


# Bodies


async def test_a_megabyte_that_does_not_say_how_long_it_is(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b" " * 2**14
        yield json.dumps(message(connector)).encode()

    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {connector.token()}"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{connector.bot}{app.PATH}", data=pieces(), headers=headers) as answer,
    ):
        assert answer.status == 400

    assert desk.events == []


def pressed(connector: Connector, **changes: object) -> Json:
    return message(connector, type="invoke", name="adaptiveCard/action", text=None, **changes)


MALFORMED: dict[str, Callable[[Connector], bytes]] = {
    "nothing": lambda connector: b"",
    "no JSON": lambda connector: b"{",
    "not UTF-8": lambda connector: b'{"text": "\xff\xfe"}',
    "deep": lambda connector: b"[" * 100_000,
    "an empty object": lambda connector: b"{}",
    "a list": lambda connector: b"[]",
    "a text": lambda connector: b'"x"',
    "null": lambda connector: b"null",
    "a megabyte": lambda connector: json.dumps(message(connector, text="a" * 2**20)).encode(),
    "a conversation that is a text": lambda connector: json.dumps(message(connector, conversation="x")).encode(),
    "a conversation without an id": lambda connector: json.dumps(message(connector, conversation={})).encode(),
    "a conversation id that is a number": lambda connector: _of(connector, conversation={"id": 1}),
    "no sender": lambda connector: _of(connector, **{"from": None}),
    "a sender that is a list": lambda connector: _of(connector, **{"from": []}),
    "no recipient": lambda connector: _of(connector, recipient=None),
    "no tenant": lambda connector: _of(connector, channelData={}),
    "a tenant that is a list": lambda connector: _of(connector, channelData={"tenant": []}),
    "channel data that is a text": lambda connector: _of(connector, channelData="x"),
    "no type": lambda connector: _of(connector, type=None),
    "a type that is an object": lambda connector: _of(connector, type={}),
    "a text that is an object": lambda connector: _of(connector, text={"a": 1}),
    "an id that is a list": lambda connector: _of(connector, id=[1]),
    "a press of nothing": lambda connector: json.dumps(pressed(connector)).encode(),
    "a press without an action": lambda connector: json.dumps(pressed(connector, value={})).encode(),
    "a press of something that is not ours": lambda connector: json.dumps(
        pressed(connector, value={"action": {"type": "Action.Execute", "data": {"a": 1}}})
    ).encode(),
    "a press that is a list": lambda connector: json.dumps(pressed(connector, value=[])).encode(),
}


def _of(connector: Connector, **changes: object) -> bytes:
    return json.dumps(message(connector, **changes)).encode()


@pytest.mark.parametrize("body", MALFORMED)
async def test_a_malformed_body_is_a_400(
    connector: Connector, channel: TeamsChannel, desk: Desk, caplog: pytest.LogCaptureFixture, body: str
) -> None:
    caplog.set_level(logging.DEBUG)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {connector.token()}"}

    answer = await connector.post(MALFORMED[body](connector), headers)

    assert answer.status == 400
    assert desk.events == []
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("name", ["task/fetch", "composeExtension/query", "", None, "x" * 5000])
async def test_an_invoke_that_we_do_not_know_is_a_501(
    connector: Connector, channel: TeamsChannel, desk: Desk, name: str | None
) -> None:
    answer = await connector.send_once(message(connector, type="invoke", name=name, value={}))

    assert answer.status == 501
    assert desk.events == []


@pytest.mark.parametrize("kind", ["typing", "messageReaction", "conversationUpdate", "endOfConversation", "brandNew"])
async def test_what_asks_nothing_of_us_is_acknowledged(
    connector: Connector, channel: TeamsChannel, desk: Desk, kind: str
) -> None:
    answer = await connector.send_once(message(connector, type=kind))

    assert answer.status == 200
    assert desk.events == []


async def test_before_the_start_and_after_the_stop_nobody_is_let_in(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    await channel.stop()

    assert (await connector.send_once(message(connector))).status == 503


async def test_nothing_that_was_typed_reaches_the_log_even_at_debug(
    connector: Connector, channel: TeamsChannel, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    desk.breaks = RuntimeError("a secret word")
    worker = connector.person("wren")

    answer = await worker.types("a secret word")

    assert answer.status == 500
    assert "secret" not in caplog.text


# Without an app id, on this machine


LOCAL = {"CONFER_LOCAL": "1"}


async def test_a_plainly_local_run_takes_activities_without_a_token(connector: Connector, desk: Desk) -> None:
    desk.answers["typed"] = Nothing()
    async with running(connector, desk, environment=LOCAL) as channel:
        assert channel.loopback_only

        answer = await connector.send_once(message(connector), token="")

    assert answer.status == 200
    assert len(desk.events) == 1


@pytest.mark.parametrize(
    "header",
    [
        *("X-Forwarded-For", "Forwarded", "Origin", "X-Forwarded-Host", "x-forwarded-proto", "X-FORWARDED-PORT"),
        *("Via", "X-Real-IP", "X-Original-Host", "CF-Connecting-IP", "True-Client-IP"),
        *("CF-Ray", "X-Client-IP", "X-Envoy-External-Address", "X-Amzn-Trace-Id", "Fly-Client-IP"),
    ],
)
async def test_a_local_run_takes_nothing_through_a_tunnel_nor_from_a_page_in_a_browser(
    connector: Connector, desk: Desk, header: str
) -> None:
    async with running(connector, desk, environment=LOCAL):
        body = json.dumps(message(connector)).encode()

        answer = await connector.post(body, {"Content-Type": "application/json", header: "somebody"})

    assert answer.status == 401
    assert desk.events == []


@pytest.mark.parametrize(
    "host", ["confer.example.org", "abc.tunnel.example:443", "127.0.0.1.example.org", "10.0.0.1:3000", "@x"]
)
async def test_a_local_run_takes_nothing_that_calls_it_by_another_machines_name(
    connector: Connector, desk: Desk, host: str
) -> None:
    async with running(connector, desk, environment=LOCAL):
        body = json.dumps(message(connector)).encode()

        answer = await connector.post(body, {"Content-Type": "application/json", "Host": host})

    assert answer.status in (400, 401)
    assert desk.events == []


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:3000", "127.0.0.1:3000", "[::1]:3000"])
async def test_a_local_run_goes_by_any_name_of_this_machine(connector: Connector, desk: Desk, host: str) -> None:
    async with running(connector, desk, environment=LOCAL):
        body = json.dumps(message(connector)).encode()

        answer = await connector.post(body, {"Content-Type": "application/json", "Host": host})

    assert answer.status == 200


async def test_a_local_run_takes_no_form_that_a_page_could_post(connector: Connector, desk: Desk) -> None:
    async with running(connector, desk, environment=LOCAL):
        answer = await connector.post(json.dumps(message(connector)).encode(), {"Content-Type": "text/plain"})

    assert answer.status == 400
    assert desk.events == []


async def test_a_local_run_answers_at_addresses_of_this_machine_only(connector: Connector, desk: Desk) -> None:
    async with running(connector, desk, environment=LOCAL):
        for url in ("https://evil.example/", "http://10.0.0.1:3978/", "file:///etc/"):
            assert (await connector.send_once(message(connector, serviceUrl=url), token="")).status == 400

    assert desk.events == []
    assert app.PATH == "/api/messages"


async def test_a_local_run_says_so_and_listens_to_this_machine_alone(tmp_path: Path) -> None:
    environment = {
        "CONFER_LOCAL": "1",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'confer.db'}",
        "CONFER_KEYS": new_key("local"),
        "PORT": "0",
    }
    async with started("web", environment=environment) as bot, aiohttp.ClientSession() as program:
        async with program.post(f"http://127.0.0.1:{bot.port}/api/messages", json={}) as answer:
            assert answer.status == 400

        assert "no app id, so this is a local run" in bot.said()
        # Whatever listens to other machines too listens there; what listens to 127.0.0.1 alone does not.
        with pytest.raises(OSError, match=str(bot.port)):
            await asyncio.open_connection("127.0.0.2", bot.port)


async def test_without_an_app_id_and_without_that_word_nothing_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = {
        "MicrosoftAppTenantId": "00000000-0000-4000-8000-000000000001",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'confer.db'}",
        "CONFER_KEYS": new_key("local"),
    }

    assert main(["web"], environment) == 2
    assert "MicrosoftAppId is missing" in capsys.readouterr().err
