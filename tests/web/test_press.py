"""What a press or a typed message does, and what the page is told to show."""

from __future__ import annotations

import asyncio
import json
import logging

import pytest

from bot.cards import Button, Buttons
from tests.web.conftest import Sandbox, words
from tests.web.samples import APPROVAL, OUTCOME, TICKS


async def test_the_page_shows_everybody_and_says_that_nothing_is_real(sandbox: Sandbox) -> None:
    page = await sandbox.page()

    read = words(page)
    assert all(name in read for name in ("Amina Yusuf", "Ben Walsh", "Tom Okafor", "Grace Lindqvist", "Priya Nair"))
    assert "Nothing here is real. The charity is invented. Do not type real details." in read
    assert page.count('class="danger"') == 5
    assert page.count("Start the checklist") == 5


async def test_a_home_card_with_buttons_of_its_own_gets_none_from_the_page(sandbox: Sandbox) -> None:
    sandbox.desk.home_blocks = (Buttons((Button("Start a checklist", "new"),)),)

    page = await sandbox.page("/?person=tom")

    assert "Start a checklist" in page
    assert "Start the checklist" not in page


async def test_a_deep_link_shows_one_person_alone(sandbox: Sandbox) -> None:
    page = await sandbox.page("/?person=tom")

    assert page.count('<section class="person"') == 1
    assert "Conversation of Tom Okafor" in page


async def test_the_page_shows_the_cards_a_person_has(sandbox: Sandbox) -> None:
    sandbox.desk.shown = {"amina": {"m1": TICKS}, "grace": {"m2": OUTCOME}}

    read = words(await sandbox.page())

    assert TICKS.title in read
    assert OUTCOME.title in read


async def test_starting_shows_the_first_question_in_a_new_place(sandbox: Sandbox) -> None:
    [line] = await sandbox.press("amina", "start")

    assert line["kind"] == "show"
    assert line["message"] == "web-delivery-1"
    assert "Could someone die or be badly hurt right now?" in words(line["html"])
    assert [message for message, _ in await sandbox.desk.cards(sandbox.desk.events[0].who)] == ["web-delivery-1"]


async def test_an_answer_takes_the_pressed_cards_place(sandbox: Sandbox) -> None:
    [line] = await sandbox.press("amina", "answer", message="m1", carry='{"id": "7", "value": "no"}')

    assert (line["message"], line["title"]) == ("m1", TICKS.title)
    assert sandbox.desk.events[0].carry == {"id": "7", "value": "no"}


async def test_an_event_says_who_where_and_what(sandbox: Sandbox) -> None:
    await sandbox.press("amina", "ticked", message="m1", **{"field.danger": "child", "field.danger.unsure": "self"})

    [event] = sandbox.desk.events
    assert (event.who.channel, event.who.tenant, event.who.user) == ("web", "invented", "amina")
    assert (event.action, event.place, event.delivery, event.message) == ("ticked", "private", "delivery-1", "m1")
    assert event.fields == {"danger": ("child",), "danger.unsure": ("self",)}


async def test_an_item_both_ticked_and_not_sure_counts_as_ticked(sandbox: Sandbox) -> None:
    await sandbox.press("amina", "ticked", **{"field.danger": "child", "field.danger.unsure": "child"})

    assert sandbox.desk.events[0].fields == {"danger": ("child",)}


async def test_an_empty_field_is_absent_and_lines_end_as_typed(sandbox: Sandbox) -> None:
    await sandbox.press("amina", "start", **{"field.note": " ", "field.reason": "one\r\ntwo"})

    assert sandbox.desk.events[0].fields == {"reason": ("one\ntwo",)}


async def test_the_same_form_sent_twice_is_one_delivery(sandbox: Sandbox) -> None:
    form = await sandbox.form("amina", "start")

    first = await sandbox.post(form)
    second = await sandbox.post(form)

    assert json.loads(await first.text())["kind"] == "show"
    assert json.loads(await second.text())["kind"] == "nothing"
    assert len(sandbox.desk.events) == 1


async def test_a_form_opens_and_comes_back_with_its_fields(sandbox: Sandbox) -> None:
    sandbox.desk.shown = {"amina": {"m1": TICKS}, "tom": {"m2": APPROVAL}}

    [opened] = await sandbox.press("tom", "approve", message="m2")
    [done] = await sandbox.press(
        "tom", "approve.sent", message="m2", **{"field.reason": "talked over", "field.talked": "yes"}
    )

    assert opened["kind"] == "open"
    assert 'name="message" value="m2"' in opened["html"]
    assert (done["kind"], done["message"], done["title"]) == ("show", "m2", "You approved")


async def test_a_form_that_cannot_be_taken_says_what_to_change_and_repeats_nothing(sandbox: Sandbox) -> None:
    [line] = await sandbox.press("tom", "approve.sent", **{"field.reason": "ok"})

    assert line["kind"] == "correct"
    assert json.loads(json.dumps(line))["errors"] == {"reason": "say it in a few more words."}


async def test_a_typed_message_is_neither_repeated_nor_logged(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    [line] = await sandbox.press("amina", "typed", text="Zebedee Quill of 4 Elm Row")

    assert sandbox.desk.events[0].text == "Zebedee Quill of 4 Elm Row"
    assert line["kind"] == "aside"
    assert "Quill" not in line["html"] + await sandbox.page() + caplog.text


async def test_the_emergency_card_comes_before_the_record_is_asked_for(sandbox: Sandbox) -> None:
    sandbox.desk.hold = asyncio.Event()

    answer = await sandbox.post(await sandbox.form("amina", "answer", message="m1", carry='{"value": "yes"}'))
    urgent = json.loads(await answer.content.readline())
    assert sandbox.desk.events == []
    sandbox.desk.hold.set()
    recorded = json.loads(await answer.content.readline())

    assert (urgent["kind"], urgent["message"]) == ("urgent", "m1")
    assert "Are you safe?" in words(urgent["html"])
    assert (recorded["kind"], recorded["message"]) == ("show", "m1")


async def test_the_emergency_card_needs_no_record_at_all(sandbox: Sandbox) -> None:
    form = await sandbox.form("amina", "typed", text="he has taken an overdose")
    sandbox.desk.down = True

    answer = await sandbox.post(form)
    urgent, unavailable = [json.loads(line) for line in (await answer.text()).splitlines()]

    assert "Are you safe?" in words(urgent["html"])
    assert "This could not be recorded" in words(unavailable["html"])


async def test_what_could_not_be_recorded_is_said_beside_the_card(sandbox: Sandbox) -> None:
    form = await sandbox.form("amina", "answer", message="m1")
    sandbox.desk.down = True

    answer = await sandbox.post(form)

    line = json.loads(await answer.text())
    assert (line["kind"], line["message"]) == ("aside", "")


async def test_a_page_that_cannot_be_filled_says_so_with_the_danger_line(sandbox: Sandbox) -> None:
    sandbox.desk.down = True

    answer = await sandbox.client.get("/")

    assert answer.status == 503
    read = words(await answer.text())
    assert "Someone in danger now?" in read
    assert "This could not be recorded" in read


async def test_a_browser_without_the_script_gets_the_page_with_the_answer(sandbox: Sandbox) -> None:
    answer = await sandbox.post(await sandbox.form("amina", "start"), accept="text/html")

    assert "Could someone die or be badly hurt right now?" in words(await answer.text())


async def test_a_browser_without_the_script_gets_the_emergency_card_though_nothing_is_recorded(
    sandbox: Sandbox,
) -> None:
    form = await sandbox.form("amina", "typed", text="overdose")
    sandbox.desk.down = True

    answer = await sandbox.post(form, accept="text/html")

    assert "Are you safe?" in words(await answer.text())


async def test_a_browser_without_the_script_can_fill_in_a_form(sandbox: Sandbox) -> None:
    answer = await sandbox.post(await sandbox.form("tom", "approve", message="m2"), accept="text/html")

    page = await answer.text()
    assert "Your reason" in words(page)
    assert 'action="/press"' in page
