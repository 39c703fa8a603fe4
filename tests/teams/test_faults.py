"""A database that cannot be reached, a login service that gives no token, and a Teams that is slow, full or broken."""

from __future__ import annotations

import asyncio
import json
import time

from bot.cards import Button, Buttons, Card, Form, Nothing, Notice, Open, Say, Show, Text
from bot.channels.teams.app import TeamsChannel
from tests.slack.desk import DANGER, EMERGENCY, question
from tests.teams.conftest import Desk, running
from tests.teams.connector import Connector, Person

FORM = Form("Words", (Text("what", "What?"),), "Send", "record", danger=DANGER)


async def begun(connector: Connector, desk: Desk, *labels: str) -> Person:
    desk.answers["typed"] = Show(question("One?", *(labels or ("Yes",))))
    worker = connector.person("wren")
    await worker.types("hello")
    await worker.waits_for("# One?")
    await connector.until(lambda: desk.told)
    return worker


def nothing_works(connector: Connector, desk: Desk) -> asyncio.Event:
    """Teams takes nothing, nobody gives a token, and the database hangs until the event that comes back is set."""
    for call in ("token", "send", "update", "create", "member"):
        connector.fails(call, status=503, times=50)
    desk.held = asyncio.Event()
    return desk.held


# The emergency card


async def test_a_press_shows_the_emergency_card_while_nothing_else_works(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    worker = await begun(connector, desk)
    desk.urgent = lambda event: event.carry.get("value") == "Yes"
    released = nothing_works(connector, desk)

    answer = await worker.presses("Yes")

    assert answer.status == 200
    assert "# Are you safe?" in worker.sees()
    assert DANGER in worker.sees()
    connector.faults.clear()
    desk.answers["answer"] = Show(question("Are you safe?", "I have rung 999"))
    released.set()
    await worker.waits_for("[I have rung 999]")
    await connector.until(lambda: len(desk.told) == 2)
    assert len(worker.messages()) == 1


async def test_the_emergency_card_is_there_before_any_token_was_ever_had(connector: Connector, desk: Desk) -> None:
    connector.fails("token", status=503, times=50)
    desk.urgent = lambda event: True
    desk.unavailable = True
    async with running(connector, desk):
        worker = connector.person("wren")
        card = connector.store(worker.conversation.id, _card("Yes"), f"28:{connector.app_id}")

        answer = await worker.presses("Yes", on=card)

    assert answer.status == 200
    assert "Ring 999 now." in json.dumps(answer.body)


def _card(label: str) -> dict[str, object]:
    from bot.channels.teams import render

    content = render.card(Card("One?", (Buttons((Button(label, "answer"),)),)))
    return {
        "type": "message",
        "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": content}],
    }


async def test_a_form_turns_into_the_emergency_card_and_what_was_typed_is_gone(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    worker = await begun(connector, desk)
    desk.answers["answer"] = Open(FORM)
    await worker.presses("Yes")
    await worker.fills("What?", "he has taken an overdose")
    desk.urgent = lambda event: "overdose" in str(event.fields)
    released = nothing_works(connector, desk)

    answer = await worker.submits()

    assert "# Are you safe?" in worker.sees()
    assert "overdose" not in str(answer.body)
    connector.faults.clear()
    released.set()


async def test_typed_words_bring_it_and_the_recorded_card_takes_its_place(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    desk.urgent = lambda event: "overdose" in event.text
    desk.held = asyncio.Event()
    desk.answers["typed"] = Show(question("Are you safe?", "I have rung 999"))
    worker = connector.person("wren")

    typing = asyncio.create_task(worker.types("he has taken an overdose"))
    await worker.waits_for("Ring 999 now.")
    desk.held.set()
    await typing
    await worker.waits_for("[I have rung 999]")

    assert len(worker.messages()) == 1
    await connector.until(lambda: desk.told)
    assert desk.told[0][1].message == worker.messages()[0].id


async def test_an_emergency_that_could_not_be_recorded_says_so_beside_the_card(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    worker = await begun(connector, desk)
    desk.urgent = lambda event: event.action == "answer"
    desk.unavailable = True

    await worker.presses("Yes")
    await worker.waits_for("# This could not be recorded")

    assert "# Are you safe?" in worker.sees_everything()


async def test_an_older_teams_gets_the_emergency_card_in_place_as_well(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    worker = await begun(connector, desk)
    worker.old = True
    desk.urgent = lambda event: event.action == "answer"
    desk.answers["answer"] = Show(EMERGENCY)

    await worker.presses("Yes")
    await worker.waits_for("# Are you safe?")

    assert len(worker.messages()) == 1


async def test_what_teams_sends_again_shows_no_second_emergency_card(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    desk.urgent = lambda event: True
    desk.unavailable = True
    worker = connector.person("wren")

    first = await worker.types("help")
    await connector.until(lambda: len(worker.messages()) == 2)
    desk.unavailable = False
    desk.answers["typed"] = Show(question("Are you safe?", "I have rung 999"))
    second = await connector.send_once(connector.sent[-1])
    await worker.waits_for("[I have rung 999]")

    assert (first.status, second.status) == (500, 200)
    assert len(worker.messages()) == 2


# Deliveries that are repeated


async def test_a_press_that_is_delivered_four_times_is_handled_once_and_answered_alike(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    worker = await begun(connector, desk)
    desk.answers["answer"] = Show(question("Two?", "Yes"))
    pressed = worker._pressed(worker.messages()[0], _action(worker, "Yes"))  # noqa: SLF001 - the same bytes, four times

    answers = await asyncio.gather(*(connector.send_once(pressed) for _ in range(3)))
    late = await connector.send_once(pressed)

    assert [event.action for event in desk.events] == ["typed", "answer"]
    assert all(answer.body == late.body for answer in answers)
    assert late.body["value"]


def _action(worker: Person, label: str) -> dict[str, object]:
    from tests.teams.connector.reading import buttons

    return next(action for shown, action in buttons(worker.messages()[0].card) if shown == label)


async def test_a_message_that_is_delivered_twice_brings_one_card(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    connector.deliveries = 2
    desk.answers["typed"] = Show(question("One?", "Yes"))
    worker = connector.person("wren")

    await worker.types("hello")
    await channel.stop()

    assert len(worker.messages()) == 1


async def test_what_has_no_id_is_never_taken_for_a_repeat(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    worker = connector.person("wren")

    for text in ("hello", "help"):
        await worker.types(text, id=None)

    assert [event.text for event in desk.events] == ["hello", "help"]


async def test_a_repeat_that_comes_after_a_restart_shows_the_card_as_it_stands(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    worker = await begun(connector, desk)
    message = worker.messages()[0].id
    desk.stands = [(message, question("Two?", "Yes"))]
    desk.answers["answer"] = Nothing()

    await worker.presses("Yes")

    assert "# Two?" in worker.sees()


# What could not be recorded


async def test_a_press_that_was_not_recorded_says_so_in_its_answer_and_can_be_pressed_again(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    worker = await begun(connector, desk)
    desk.unavailable = True
    connector.fails("send", status=500, times=50)

    await worker.presses("Yes")

    assert "# This could not be recorded" in worker.sees()
    worker.starts_teams_again()
    assert "# One?" in worker.sees()


async def test_a_form_that_was_not_recorded_keeps_what_was_typed_and_says_whom_to_ring_beside_it(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    worker = await begun(connector, desk)
    desk.answers["answer"] = Open(FORM)
    await worker.presses("Yes")
    await worker.fills("What?", "something")
    desk.unavailable = True

    answer = await worker.submits()

    assert "something" in json.dumps(answer.body)
    assert "could not save" in json.dumps(answer.body)
    await connector.until(lambda: len(worker.messages()) == 2)
    assert "something" not in str([each.activity for each in worker.messages()])
    assert "# This could not be recorded" in worker.sees_everything()


async def test_a_message_that_was_not_recorded_is_answered_500_so_that_it_comes_again(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    desk.unavailable = True
    worker = connector.person("wren")

    first = await worker.types("hello")
    await worker.waits_for("# This could not be recorded")
    second = await connector.send_once(connector.sent[-1])
    await channel.stop()

    assert (first.status, second.status) == (500, 500)
    assert len(worker.messages()) == 1


async def test_going_back_while_the_database_is_down_says_so(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    worker = await begun(connector, desk)
    desk.answers["answer"] = Open(FORM)
    await worker.presses("Yes")
    desk.unavailable = True

    await worker.leaves()

    assert "# This could not be recorded" in worker.sees()


# A Teams that does not do what it is asked


async def test_an_update_that_teams_puts_off_is_made_when_teams_says(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    worker = await begun(connector, desk)
    desk.answers["answer"] = Show(question("Two?", "Yes"))
    connector.fails("update", status=429, retry_after=0.05)

    await worker.presses("Yes")
    await connector.until(lambda: len(desk.told) == 2)

    worker.starts_teams_again()
    assert "# Two?" in worker.sees()
    assert len(connector.called("update")) == 2


async def test_while_one_update_hangs_only_the_latest_of_the_others_is_sent(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    worker = await begun(connector, desk)
    [card] = worker.messages()
    slow = asyncio.Event()
    connector.fails("update", hang=slow)
    for n in range(1, 6):
        desk.answers["answer"] = Show(question(f"Number {n}?", "Yes"))
        await worker.presses("Yes", on=card)
    await connector.until(lambda: connector.called("update"))

    slow.set()
    await connector.until(lambda: len(desk.told) == 6)

    titles = [json.dumps(said) for said in connector.called("update")]
    assert "Number 1?" in titles[0]
    assert all("Number 5?" in each for each in titles[1:])
    assert {id(event) for event, _ in desk.told} == {id(event) for event in desk.events}


async def test_a_form_is_not_wiped_off_by_the_update_of_the_press_before(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    worker = await begun(connector, desk)
    connector.delays["update"] = 0.3
    desk.answers["answer"] = Show(question("Two?", "Write", action="open"))
    desk.answers["open"] = Open(FORM)

    await worker.presses("Yes")
    await worker.presses("Write")
    await connector.until(lambda: len(desk.told) == 2)

    assert "What?" in worker.sees()


async def test_a_form_does_not_wait_for_long_where_teams_hangs(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    worker = await begun(connector, desk)
    slow = asyncio.Event()
    connector.fails("update", hang=slow)
    desk.answers["answer"] = Show(question("Two?", "Write", action="open"))
    desk.answers["open"] = Open(FORM)
    await worker.presses("Yes")

    await asyncio.wait_for(worker.presses("Write"), 4)

    assert "What?" in worker.sees()
    slow.set()


async def test_a_message_that_was_deleted_is_sent_anew_and_its_place_told(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    worker = await begun(connector, desk)
    [card] = worker.messages()
    desk.answers["answer"] = Show(question("Two?", "Yes"))
    connector.messages.remove(card)

    await worker.presses("Yes", on=card)
    await connector.until(lambda: len(desk.told) == 2)

    assert desk.told[1][1].message == worker.messages()[-1].id != card.id


async def test_a_press_is_answered_while_teams_hangs(connector: Connector, channel: TeamsChannel, desk: Desk) -> None:
    worker = await begun(connector, desk)
    slow = asyncio.Event()
    connector.fails("update", hang=slow)
    desk.answers["answer"] = Show(question("Two?", "Yes"))

    await asyncio.wait_for(worker.presses("Yes"), 3)

    assert "# Two?" in worker.sees()
    slow.set()


async def test_what_was_promised_is_shown_before_we_stop(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    worker = await begun(connector, desk)
    connector.fails("update", status=429, retry_after=0.05)
    desk.answers["answer"] = Show(question("Two?", "Yes"))
    await worker.presses("Yes")

    await channel.stop()

    worker.starts_teams_again()
    assert "# Two?" in worker.sees()


async def test_a_card_that_teams_refuses_is_sent_in_plain_words(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    connector.fails("send", status=400, code="BadArgument")
    desk.answers["typed"] = Show(Card("One?", (Notice("Ring first."), Say("Then write.")), danger=DANGER))
    worker = connector.person("wren")

    await worker.types("hello")

    await worker.waits_for("Ring first.")
    assert len(connector.called("send")) == 2


async def test_a_member_list_that_does_not_answer_keeps_nobody_waiting(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    slow = asyncio.Event()
    connector.fails("member", hang=slow, times=5)
    desk.answers["typed"] = Show(question("One?", "Yes"))
    worker = connector.person("wren")

    began = time.monotonic()
    await worker.types("hello")

    assert time.monotonic() - began < 3
    assert desk.events[0].spent >= 0.9
    await worker.waits_for("# One?")
    slow.set()


async def test_a_place_that_cannot_be_told_keeps_no_later_card_from_being_shown(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    worker = await begun(connector, desk)
    [card] = worker.messages()
    desk.deaf = RuntimeError("broken")
    for title in ("Two?", "Three?"):
        desk.answers["answer"] = Show(question(title, "Yes"))
        await worker.presses("Yes", on=card)

    await connector.until(lambda: connector.called("update"))
    await channel.stop()

    worker.starts_teams_again()
    assert "# Three?" in worker.sees()


async def test_a_message_whose_answer_is_lost_is_sent_once_more_and_not_again(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    desk.answers["typed"] = Show(question("One?", "Yes"))
    connector.fails("send", status=0, times=20, done_first=True)
    worker = connector.person("wren")

    await worker.types("hello")
    await channel.stop()

    assert len(worker.messages()) == 2


async def test_a_card_that_goes_anew_where_its_message_is_gone_is_sent_twice_at_most(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    worker = await begun(connector, desk)
    [card] = worker.messages()
    desk.answers["answer"] = Show(question("Two?", "Yes"))
    connector.messages.remove(card)
    connector.fails("send", status=0, times=20, done_first=True)

    await worker.presses("Yes", on=card)
    await channel.stop()

    assert len(worker.messages()) == 2
