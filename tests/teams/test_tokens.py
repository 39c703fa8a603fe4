"""The token with which we speak to Teams: one look-up at a time, kept while it is good, had anew before it ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from bot.channels import DeliveryError, Gone
from bot.channels.teams import settings
from bot.channels.teams.tokens import Tokens
from tests.teams.conftest import serving
from tests.teams.connector import Connector


class Clock:
    """Seconds, which the fake login service counts by as well."""

    def __init__(self, connector: Connector) -> None:
        self.seconds = 1_000_000.0
        connector.now = self

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock(connector: Connector) -> Clock:
    return Clock(connector)


@pytest.fixture
async def tokens(connector: Connector, clock: Clock) -> AsyncIterator[Tokens]:
    read = settings.read(connector.environment())
    assert isinstance(read, settings.Settings)
    async with aiohttp.ClientSession() as session:
        tokens = Tokens(read, session, clock)
        yield tokens
        await tokens.close()


async def test_many_who_want_one_at_once_are_given_the_same_by_one_look_up(
    connector: Connector, tokens: Tokens
) -> None:
    given = await asyncio.gather(*(tokens.get() for _ in range(50)))

    assert len(set(given)) == 1
    assert len(connector.called("token")) == 1


async def test_it_is_kept_while_it_is_good(connector: Connector, tokens: Tokens, clock: Clock) -> None:
    first = await tokens.get()
    clock.seconds += 2900

    assert await tokens.get() == first
    assert len(connector.called("token")) == 1


async def test_before_it_ends_another_is_had_and_nobody_waits_for_it(
    connector: Connector, tokens: Tokens, clock: Clock
) -> None:
    first = await tokens.get()
    clock.seconds += 3100
    slow = asyncio.Event()
    connector.fails("token", hang=slow, only_late=True)

    given = await asyncio.gather(*(tokens.get() for _ in range(10)))
    await connector.until(lambda: len(connector.called("token")) == 2)

    assert set(given) == {first}
    slow.set()
    await connector.until(lambda: len(connector.tokens) == 2)
    for _ in range(50):
        if await tokens.get() != first:
            break
        await asyncio.sleep(0.01)
    assert await tokens.get() != first
    assert len(connector.called("token")) == 2


async def test_one_that_has_ended_is_not_used(connector: Connector, tokens: Tokens, clock: Clock) -> None:
    first = await tokens.get()
    clock.seconds += 3590

    assert await tokens.get() != first


async def test_a_login_service_that_is_down_is_asked_again_after_a_pause_and_not_before(
    connector: Connector, tokens: Tokens, clock: Clock
) -> None:
    connector.fails("token", status=503, times=2)

    for _ in range(5):
        with pytest.raises(DeliveryError) as failed:
            await tokens.get()
        assert not isinstance(failed.value, Gone)
    assert len(connector.called("token")) == 1
    clock.seconds += 1.1
    with pytest.raises(DeliveryError):
        await tokens.get()
    clock.seconds += 1.1
    with pytest.raises(DeliveryError):
        await tokens.get()
    assert len(connector.called("token")) == 2
    clock.seconds += 5

    assert await tokens.get()


async def test_one_that_was_refused_is_replaced_once_however_many_say_so(connector: Connector, tokens: Tokens) -> None:
    first = await tokens.get()
    for _ in range(5):
        tokens.refused(first)

    second = await tokens.get()
    tokens.refused(first)

    assert second != first
    assert await tokens.get() == second


async def test_a_wrong_secret_is_said_without_the_secret(
    connector: Connector, tokens: Tokens, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret, connector.secret = connector.secret, "another one"

    with pytest.raises(DeliveryError):
        await tokens.get()

    assert "401 invalid_client" in caplog.text or "401" in caplog.text
    assert secret not in caplog.text
    assert connector.app_id not in caplog.text


@pytest.mark.parametrize(
    "answer", ["[]", "{}", "<html>", '{"access_token": 1}', '{"access_token": "x", "expires_in": "soon"}']
)
async def test_an_answer_that_cannot_be_read_gives_no_token(clock: Clock, answer: str) -> None:
    def login(_: web.Request) -> web.Response:
        return web.Response(text=answer, content_type="application/json")

    async with serving("POST", "/{tenant}/oauth2/v2.0/token", login) as address, aiohttp.ClientSession() as session:
        read = settings.Settings(app_id="x", password="y", local=True, login_url=address)

        with pytest.raises(DeliveryError):
            await Tokens(read, session, clock).get()


async def test_while_the_login_service_is_slow_the_loop_is_free(connector: Connector, tokens: Tokens) -> None:
    connector.delays["token"] = 0.2
    loop, longest, asked = asyncio.get_running_loop(), 0.0, asyncio.create_task(tokens.get())

    while not asked.done():
        before = loop.time()
        await asyncio.sleep(0)
        longest = max(longest, loop.time() - before)

    assert longest < 0.1


async def test_a_secret_that_has_run_out_is_said_when_somebody_asks_after_our_health(
    connector: Connector, tokens: Tokens, clock: Clock
) -> None:
    await tokens.get()
    assert tokens.trouble() == ""
    connector.secret = "another one"
    clock.seconds += 3600

    for tries in (2, 3):
        assert tokens.trouble() == ""  # and it looks for one
        await connector.until(lambda tries=tries: len(connector.called("token")) == tries)  # type: ignore[misc]
        with pytest.raises(DeliveryError):
            await tokens.get()
        clock.seconds += 60

    said = tokens.trouble()
    assert "no token (401" in said
    assert connector.secret not in said
    connector.secret = "an invented password"
    await tokens.get()
    assert tokens.trouble() == ""


async def test_one_look_up_that_fails_is_no_trouble_yet(connector: Connector, tokens: Tokens) -> None:
    connector.fails("token", status=503)
    with pytest.raises(DeliveryError):
        await tokens.get()

    assert tokens.trouble() == ""
