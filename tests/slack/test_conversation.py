"""What a person in a one-to-one conversation sees, by everything they can do."""

from __future__ import annotations

from bot.cards import Aside, Button, Buttons, Card, Choice, Confirm, Correct, Form, Open, Pick, Say, Show, Text, Ticks
from bot.channels import Sent
from bot.channels.slack.app import SlackChannel
from bot.events import Event, Who
from tests.slack.desk import DANGER, ScriptedDesk, question
from tests.slack.workspace import Workspace

FORM = Form(
    "What was shared",
    (
        Text("what", "What did you share?", limit=300, long=True),
        Pick("how", "How?", (Choice("call", "By telephone"), Choice("letter", "By letter"))),
        Confirm("talked", "I have talked it over with my lead"),
    ),
    "Send it",
    "record",
    {"case": "7", "version": "3"},
    danger=DANGER,
)


async def test_a_typed_word_brings_a_card_and_tells_where_it_stands(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    desk.answers["typed"] = Show(question("Is somebody in danger?", "Yes", "No"))
    worker = workspace.person("U1")

    answer = await worker.types("hello")
    await worker.waits_for("# Is somebody in danger?")

    assert answer.status == 200
    assert worker.sees().startswith(DANGER)
    [event] = desk.events
    assert (event.action, event.text, event.place, event.conversation) == ("typed", "hello", "private", "D1")
    assert event.who == Who("slack", workspace.team, "U1")
    await workspace.until(lambda: desk.told)
    assert desk.told[0][1].conversation == "D1"


async def test_a_press_edits_the_card_that_was_pressed(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    desk.answers["typed"] = Show(question("One?", "Yes", "No"))
    desk.answers["answer"] = Show(question("Two?", "Yes", "No"))
    worker = workspace.person("U1")

    await worker.types("hello")
    answer = await worker.presses("No")
    await worker.waits_for("# Two?")

    assert (answer.status, answer.body) == (200, {})
    assert len(worker.messages()) == 1
    event = desk.events[-1]
    assert event.carry == {"value": "No"}
    assert event.message == worker.messages()[0].ts
    assert event.delivery
    await workspace.until(lambda: len(desk.told) == 2)
    assert desk.told[1] == (event, Sent("D1", event.message))


async def test_a_label_that_is_not_there_cannot_be_pressed(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    desk.answers["typed"] = Show(question("One?", "Yes", "No"))
    worker = workspace.person("U1")
    await worker.types("hello")
    await worker.waits_for("One?")

    failed = ""
    try:
        await worker.presses("Approve", patience=0.1)
    except AssertionError as error:
        failed = str(error)

    assert "['Yes', 'No']" in failed


async def test_ticks_and_menus_come_with_the_button(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    signs = tuple(Choice(f"s{n}", f"Sign {n}") for n in range(13))
    sources = tuple(Choice(f"p{n}", f"Place {n}") for n in range(6))
    card = Card(
        "What have you seen?",
        (
            Ticks("signs", "Signs", signs, unsure=True),
            Pick("place", "Where?", sources),
            Buttons((Button("Go on", "answer"),)),
        ),
        danger=DANGER,
    )
    desk.answers["typed"] = Show(card)
    worker = workspace.person("U1")
    await worker.types("hello")

    await worker.ticks("Sign 2")
    await worker.ticks("Sign 12")
    await worker.chooses("Not sure about…", "Sign 4", "Sign 5")
    await worker.chooses("Where?", "Place 3")
    await worker.presses("Go on")

    fields = desk.events[-1].fields
    assert fields["signs"] == ("s2", "s12")
    assert fields["signs.unsure"] == ("s4", "s5")
    assert fields["place"] == ("p3",)


async def test_a_form_is_opened_filled_in_and_closed_and_its_card_changes(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    desk.answers["typed"] = Show(question("Ready?", "Write it down", action="open"))
    desk.answers["open"] = Open(FORM)
    desk.answers["record"] = Show(question("Recorded", "Close the case"))
    worker = workspace.person("U1")
    await worker.types("hello")
    await worker.presses("Write it down")
    await worker.waits_for("# What was shared")
    assert DANGER in worker.sees()

    await worker.fills("What did you share?", "That we are worried")
    await worker.chooses("How?", "By letter")
    await worker.ticks("I have talked it over with my lead")
    answer = await worker.submits()
    await worker.waits_for("# Recorded")

    assert answer.body == {}
    event = desk.events[-1]
    assert (event.action, dict(event.carry)) == ("record", {"case": "7", "version": "3"})
    assert event.fields == {"what": ("That we are worried",), "how": ("letter",), "talked": ("yes",)}
    assert (event.conversation, event.message) == ("D1", worker.messages()[0].ts)
    assert len(worker.messages()) == 1


async def test_a_form_that_cannot_be_taken_keeps_its_words_and_says_why(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    desk.answers["typed"] = Show(question("Ready?", "Write it down", action="open"))
    desk.answers["open"] = Open(FORM)
    desk.answers["record"] = Correct({"what": "Use the case reference.", "unknown": "And one thing more."})
    worker = workspace.person("U1")
    await worker.types("hello")
    await worker.presses("Write it down")
    await worker.fills("What did you share?", "a name")
    await worker.chooses("How?", "By letter")
    await worker.ticks("I have talked it over with my lead")

    await worker.submits()

    assert "! Use the case reference. And one thing more." in worker.sees()
    assert "________ a name" in worker.sees()


async def test_an_aside_leaves_the_card_as_it_is(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    desk.answers["typed"] = Show(question("One?", "Yes"))
    desk.answers["answer"] = Aside(Card("Not yours", (Say("Somebody else must approve this."),)))
    worker = workspace.person("U1")
    await worker.types("hello")

    await worker.presses("Yes")
    await worker.waits_for("Somebody else must approve this.")

    card, aside = worker.messages()
    assert (card.edits, aside.only_for) == (0, "U1")


async def test_a_slash_command_answers_with_the_danger_line_and_the_card_comes_by_itself(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    desk.answers["start"] = Show(question("One?", "Yes"))
    worker = workspace.person("U1")

    answer = await worker.commands("/disclose", "a &amp; b")

    assert DANGER.split(" Ring")[0] in str(answer.body)
    assert answer.body["response_type"] == "ephemeral"
    await worker.waits_for("# One?")
    assert (desk.events[0].action, desk.events[0].text, desk.events[0].place) == ("start", "a & b", "private")
    await workspace.until(lambda: desk.told)
    assert desk.told[0][1].conversation == "D1"


async def test_a_shortcut_starts_and_says_where_the_card_is(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    desk.answers["start"] = Show(question("One?", "Yes"))
    worker = workspace.person("U1")

    await worker.shortcut()
    await worker.waits_for("Your card is in your direct messages with Confer.")
    worker.closes()

    await worker.waits_for("# One?")


async def test_the_home_page_shows_what_waits_and_its_buttons_work(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    desk.page = question("Confer", "Start", action="start")
    desk.answers["home"] = Show(desk.page)
    desk.answers["start"] = Show(question("One?", "Yes"))
    worker = workspace.person("U1")

    await worker.opens_home()
    await worker.waits_for("# Confer")
    await worker.presses("Start")
    await worker.waits_for("Look in the tab called Messages: your card is there.")
    worker.goes_to_messages()

    await worker.waits_for("# One?")
    assert desk.events[-1].message == ""


async def test_what_our_own_bot_or_an_edit_says_is_nobodys_event(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    worker = workspace.person("U1")

    for extra in ({"bot_id": "B0BOT"}, {"subtype": "message_changed"}, {"subtype": "channel_join"}):
        answer = await worker.types("hello", **extra)
        assert answer.status == 200

    assert desk.events == []


async def test_numbers_and_addresses_that_slack_marks_up_are_read_whole(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    worker = workspace.person("U1")

    await worker.types("ring <tel:01632960001|01632 960001> or <mailto:a@example.com|a@example.com> &amp; ask")

    assert desk.events[0].text == "ring 01632 960001 01632960001 or a@example.com & ask"


async def test_a_double_click_is_two_deliveries_and_the_last_card_stands(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    def answer(event: Event) -> Show:
        return Show(question(f"Press {len(desk.events)}", "Yes"))

    desk.answers["typed"] = Show(question("One?", "Yes"))
    desk.answers["answer"] = answer
    worker = workspace.person("U1")
    await worker.types("hello")
    await worker.waits_for("One?")
    [card] = worker.messages()

    await worker.presses("Yes", on=card)
    await worker.presses("Yes", on=card)

    await worker.waits_for("# Press 3")
    assert desk.events[1].delivery != desk.events[2].delivery


async def test_a_home_page_nobody_answered_for_is_drawn_from_the_desk(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    worker = workspace.person("U1")

    await worker.opens_home()

    await worker.waits_for("Nothing is waiting for you.")


async def test_words_typed_with_a_picture_are_heard(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    worker = workspace.person("U1")

    await worker.types("he has taken an overdose", subtype="file_share", files=[{"id": "F1"}])

    assert desk.events[0].text == "he has taken an overdose"


async def test_a_button_in_a_form_turned_card_changes_the_card_it_came_from(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    desk.answers["typed"] = Show(question("Ready?", "Write", action="open"))
    desk.answers["open"] = Open(Form("Words", (Text("what", "What?"),), "Send", "record"))
    desk.answers["record"] = Aside(question("Is this a name?", "It is not a name", action="sure"))
    desk.answers["sure"] = Show(question("Recorded", "Close the case"))
    worker = workspace.person("U1")
    await worker.types("hello")
    await worker.presses("Write")
    await worker.fills("What?", "Summer")
    await worker.submits()

    await worker.presses("It is not a name")
    await worker.waits_for("# Recorded")
    worker.closes()

    assert desk.events[-1].message == worker.messages()[0].ts
    await worker.waits_for("[Close the case]")
    assert len(worker.messages()) == 1
