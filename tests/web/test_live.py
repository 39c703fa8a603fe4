"""Cards that change while a page is open."""

from __future__ import annotations

import asyncio
import json

from aiohttp import ClientResponse

from bot.channels import Letter, Placed
from bot.channels.web.kept import MOST
from tests.web.conftest import Sandbox, words
from tests.web.desk import who
from tests.web.samples import APPROVAL, OUTCOME, TICKS


def letter(user: str, message: str = "", name: str = "17", *, alone: bool = False) -> Letter:
    return Letter(name, who(user), user, message, APPROVAL, alone)


async def next_event(stream: ClientResponse) -> tuple[str, dict[str, str]]:
    """The next event's name and data; fails after half a minute."""
    name = ""
    while True:
        line = (await asyncio.wait_for(stream.content.readline(), 30)).decode()
        assert line, "the stream ended"
        if line.startswith("event: "):
            name = line.removeprefix("event: ").strip()
        elif line.startswith("data: "):
            return name, json.loads(line.removeprefix("data: "))


async def test_a_delivered_card_reaches_an_open_page(sandbox: Sandbox) -> None:
    async with sandbox.client.get("/events?person=amina&person=tom") as stream:
        hello, _ = await next_event(stream)
        sent = await sandbox.channel.deliver(letter("tom"))
        name, line = await next_event(stream)

    assert hello == "hello"
    assert (sent.message, sent.conversation) == ("web-17", "tom")
    assert (name, line["person"], line["message"]) == ("card", "tom", "web-17")
    assert "Your decision is asked for" in words(line["html"])


async def test_an_edit_keeps_its_message(sandbox: Sandbox) -> None:
    sent = await sandbox.channel.deliver(letter("tom", message="m2"))

    assert sent.message == "m2"


async def test_what_changed_last_comes_last_also_where_it_had_changed_before(sandbox: Sandbox) -> None:
    async with sandbox.client.get("/events?person=tom") as stream:
        await next_event(stream)
        for message in ("m1", "m2", "m1"):
            await sandbox.channel.deliver(letter("tom", message=message))  # before the page gets any of them
        came = [(await next_event(stream))[1]["message"] for _ in range(2)]

    assert came == ["m2", "m1"]


async def test_the_same_letter_twice_stands_in_one_place(sandbox: Sandbox) -> None:
    first = await sandbox.channel.deliver(letter("tom"))
    second = await sandbox.channel.deliver(letter("tom"))

    assert first == second


async def test_a_card_that_is_deleted_goes_from_an_open_page(sandbox: Sandbox) -> None:
    async with sandbox.client.get("/events?person=tom") as stream:
        await next_event(stream)
        await sandbox.channel.erase(Placed(who("tom"), "tom", "web-17"))
        name, line = await next_event(stream)

    assert (name, line) == ("card", {"kind": "gone", "person": "tom", "message": "web-17"})


async def test_a_page_of_one_person_hears_nothing_of_another(sandbox: Sandbox) -> None:
    async with sandbox.client.get("/events?person=amina") as stream:
        await next_event(stream)
        await sandbox.channel.deliver(letter("tom"))
        await sandbox.channel.deliver(letter("amina", name="18"))
        _, line = await next_event(stream)

    assert (line["person"], line["message"]) == ("amina", "web-18")


async def test_a_page_that_falls_behind_gets_only_the_newest_card(sandbox: Sandbox) -> None:
    async with sandbox.client.get("/events?person=tom") as stream:
        await next_event(stream)
        for card in (APPROVAL, TICKS, OUTCOME):
            await sandbox.channel.deliver(Letter("17", who("tom"), "tom", "m2", card))
        _, line = await next_event(stream)

    assert line["title"] == OUTCOME.title


async def test_a_page_that_comes_back_can_ask_how_things_stand(sandbox: Sandbox) -> None:
    sandbox.desk.shown = {"tom": {"m2": APPROVAL}}

    answer = await (await sandbox.client.get("/people/tom")).json()

    assert "Open checks: 1" in words(answer["home"]["html"])
    assert [(line["message"], line["title"]) for line in answer["cards"]] == [("m2", APPROVAL.title)]


async def test_stopping_ends_the_open_streams(sandbox: Sandbox) -> None:
    async with sandbox.client.get("/events?person=tom") as stream:
        await next_event(stream)
        await sandbox.channel.stop()

        rest = await asyncio.wait_for(stream.read(), 30)

    assert rest in (b"", b"\n", b"\n: still here\n\n")


async def test_a_message_of_no_consultation_stands_on_a_page_that_is_opened_later(sandbox: Sandbox) -> None:
    await sandbox.channel.deliver(letter("tom", name="18", alone=True))

    page = await (await sandbox.client.get("/?person=tom")).text()
    others = await (await sandbox.client.get("/?person=amina")).text()

    assert 'data-message="web-18"' in page
    assert 'data-message="web-18"' not in others


async def test_a_message_that_was_taken_back_stands_on_no_later_page(sandbox: Sandbox) -> None:
    await sandbox.channel.deliver(letter("tom", name="18", alone=True))
    await sandbox.channel.erase(Placed(who("tom"), "tom", "web-18"))

    assert 'data-message="web-18"' not in await (await sandbox.client.get("/?person=tom")).text()


async def test_of_very_many_messages_a_later_page_has_the_last_ones(sandbox: Sandbox) -> None:
    for number in range(MOST + 1):
        await sandbox.channel.deliver(letter("tom", name=f"n{number}", alone=True))

    page = await (await sandbox.client.get("/?person=tom")).text()

    assert 'data-message="web-n0"' not in page
    assert 'data-message="web-n1"' in page


async def test_the_card_of_a_consultation_is_asked_of_the_record_and_not_kept(sandbox: Sandbox) -> None:
    await sandbox.channel.deliver(letter("tom", name="18"))

    assert 'data-message="web-18"' not in await (await sandbox.client.get("/?person=tom")).text()
