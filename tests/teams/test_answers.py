"""What a person on Teams sees after typing and pressing, and what the desk is told of it."""

from __future__ import annotations

from dataclasses import replace

from bot.cards import Aside, Button, Buttons, Card, Choice, Correct, Form, Open, Say, Show, Text, Ticks
from bot.channels.teams.app import TeamsChannel
from bot.channels.teams.references import Reference
from bot.events import Who
from tests.slack.desk import DANGER, question
from tests.teams.conftest import Desk
from tests.teams.connector import Connector, Person

FORM = Form("Words", (Text("what", "What?"),), "Send", "record", {"c": "1"})


async def begun(connector: Connector, desk: Desk, *labels: str) -> Person:
    desk.answers["typed"] = Show(question("One?", *(labels or ("Yes",))))
    worker = connector.person("wren")
    await worker.types("hello")
    await worker.waits_for("# One?")
    await connector.until(lambda: desk.told)
    return worker


async def test_typed_words_are_answered_with_a_new_card_whose_place_is_told(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    worker = await begun(connector, desk)

    [(event, sent)] = desk.told
    assert event.who == Who("teams", connector.tenant, worker.object_id)
    assert (event.action, event.text, event.place) == ("typed", "hello", "private")
    assert sent.message == worker.messages()[0].id
    reference = Reference.read(sent.conversation)
    assert reference is not None
    assert reference.conversation == worker.conversation.id
    assert reference.service == connector.service_url


async def test_a_press_is_answered_in_place_and_the_stored_card_follows(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    worker = await begun(connector, desk)
    desk.answers["answer"] = Show(question("Two?", "Yes"))

    answer = await worker.presses("Yes")

    assert answer.body["statusCode"] == 200
    assert answer.body["type"] == "application/vnd.microsoft.card.adaptive"
    await connector.until(lambda: len(desk.told) == 2)
    worker.starts_teams_again()
    assert "# Two?" in worker.sees()
    event, sent = desk.told[1]
    assert (event.action, dict(event.carry)) == ("answer", {"value": "Yes"})
    assert sent.message == event.message == worker.messages()[0].id
    assert len(worker.messages()) == 1


async def test_an_older_teams_that_sends_the_fallback_is_answered_by_an_update(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    worker = await begun(connector, desk)
    worker.old = True
    desk.answers["answer"] = Show(question("Two?", "Yes"))

    await worker.presses("Yes")
    await worker.waits_for("# Two?")

    await connector.until(lambda: len(desk.told) == 2)
    assert desk.events[1].message == worker.messages()[0].id
    assert len(worker.messages()) == 1


async def test_a_form_stands_in_the_card_and_going_back_shows_the_card_as_it_is_now_with_what_was_ticked(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    ticks = Ticks("facts", "What?", (Choice("a", "Arson"), Choice("b", "Burglary")))
    card = Card("One?", (ticks, Buttons((Button("Write", "open"),))))
    desk.answers["typed"], desk.answers["open"] = Show(card), Open(FORM)
    worker = connector.person("wren")
    await worker.types("hello")
    await worker.ticks("Burglary")
    await connector.until(lambda: desk.told)
    desk.stands = [(worker.messages()[0].id, card)]

    await worker.presses("Write")
    assert "What?" in worker.sees()
    await worker.fills("What?", "something")
    await worker.leaves()

    assert "(x) Burglary" in worker.sees()
    assert "something" not in str(connector.messages)
    assert [event.action for event in desk.events] == ["typed", "open"]


async def test_a_form_that_cannot_be_taken_yet_says_why_and_keeps_what_was_typed_out_of_the_stored_message(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    worker = await begun(connector, desk)
    desk.answers["answer"], desk.answers["record"] = Open(FORM), Correct({"what": "Leave out the number."})
    await worker.presses("Yes")
    await worker.fills("What?", "ring 07700 900123")

    await worker.submits()

    assert "Leave out the number." in worker.sees()
    assert "900123" not in str([each.activity for each in worker.messages()])
    desk.answers["record"] = Show(question("Kept"))
    await worker.submits()
    await connector.until(lambda: len(desk.told) == 2)
    worker.starts_teams_again()
    assert "# Kept" in worker.sees()


async def test_what_to_change_begins_with_the_999_line_also_where_the_form_itself_cannot_be_drawn_again(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    worker = await begun(connector, desk)
    worker.old = True
    desk.answers["answer"] = Open(replace(FORM, danger=DANGER))
    desk.answers["record"] = Correct({"what": "Leave out the number."})
    await worker.presses("Yes")
    await worker.waits_for("What?")
    await worker.fills("What?", "ring 07700 900123")

    await worker.submits()

    await worker.waits_for("Leave out the number.")
    assert worker.sees().startswith(DANGER)


async def test_an_aside_stands_in_the_cards_place_until_one_goes_back_and_is_never_stored(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    worker = await begun(connector, desk)
    desk.answers["answer"] = Aside(Card("Whom to ring", (Say("Your lead."),)))

    await worker.presses("Yes")

    assert "Your lead." in worker.sees()
    worker.starts_teams_again()
    assert "# One?" in worker.sees()
    assert len(worker.messages()) == 1
    assert len(desk.told) == 1


async def test_in_a_group_the_answer_stands_where_it_was_asked(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    desk.answers["typed"] = Aside(Card("Not here", (Say("Open the chat with Confer."),)))
    worker = connector.person("wren")

    await worker.types("hello", kind="groupChat")

    await worker.waits_for("Open the chat with Confer.")
    assert desk.events[0].place == "shared"
    assert desk.events[0].text == "hello"


async def test_a_card_meant_for_one_person_goes_to_their_own_conversation_and_not_to_the_group(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    desk.answers["typed"] = Show(question("One?", "Yes"))
    worker = connector.person("wren")

    await worker.types("hello", kind="channel")
    await worker.waits_for("# One?")

    assert [each.conversation for each in worker.messages()] == [worker.conversation.id]
    await connector.until(lambda: desk.told)


async def test_a_card_meant_for_one_person_never_takes_the_place_of_one_in_a_group(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    desk.answers["typed"] = Aside(question("Not here", "Yes"))
    desk.answers["answer"] = Show(question("Somebody's own", "Yes"))
    worker = connector.person("wren")
    await worker.types("hello", kind="groupChat")
    await worker.waits_for("# Not here")

    await worker.presses("Yes")
    await channel.stop()

    assert "# Somebody's own" in worker.sees()
    worker.starts_teams_again()
    assert "Somebody's own" not in worker.sees_everything()


async def test_somebody_of_another_organisation_is_a_guest_and_so_is_one_whom_teams_calls_so(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    desk.answers["typed"] = Aside(Card("Not for guests", ()))
    foreign = connector.person("fern", tenant="00000000-0000-4000-8000-0000000000ff")
    guest = connector.person("gail", userRole="guest")
    member = connector.person("mary")

    for person in (foreign, guest, member):
        await person.types("hello")

    assert [event.guest for event in desk.events] == [True, True, False]


async def test_the_app_is_installed_and_greets_with_the_home_card_once(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    desk.answers["home"] = Show(desk.page)
    worker = connector.person("wren")

    await worker.installs()

    await worker.waits_for("# Confer")
    assert [event.action for event in desk.events] == ["home"]


async def test_the_app_installed_for_everybody_writes_nothing_to_who_is_not_on_the_roster(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    desk.answers["home"] = Aside(Card("You are not on the list", ()))
    worker = connector.person("wren")

    await worker.installs()
    await channel.stop()

    assert worker.messages() == []
