"""Where and to whom it speaks: one person of the charity, alone with the bot."""

from __future__ import annotations

import pytest

from tests.conversations import stories
from tests.conversations.sides import EVERY_PRODUCT, MESSENGERS, SLACKS_OWN
from tests.conversations.town import ONE_ENGINE, Town


@ONE_ENGINE
@pytest.mark.parametrize("channel", ["C0GENERAL", "G0GROUP"])
@SLACKS_OWN
async def test_the_command_in_a_channel_or_group_says_where_to_go(town: Town, channel: str) -> None:
    amira, ben = town.people("amira", "ben")

    await amira.commands(channel=channel)

    await amira.sees("# Please use your own messages", "Not here: other people can read this.")
    assert await town.cases() == []
    assert ben.got_nothing()


@ONE_ENGINE
@pytest.mark.parametrize(("channel", "kind"), [("G0GROUP", "mpim"), ("C0GENERAL", "channel")])
@SLACKS_OWN
async def test_a_message_where_others_read_it_says_where_to_go(town: Town, channel: str, kind: str) -> None:
    amira, ben = town.people("amira", "ben")

    await amira.types("hello", channel=channel, kind=kind)

    await amira.sees("# Please use your own messages")
    assert await town.cases() == []
    assert ben.all() == "hello"


@ONE_ENGINE
@SLACKS_OWN
async def test_a_conversation_shared_with_another_workspace_is_not_private(town: Town) -> None:
    amira = town.person("amira")
    event = {"type": "message", "user": amira.account.id, "text": "hello", "ts": "1.1", "channel": "D0AMIRA"}

    await amira.account.happens({**event, "channel_type": "im"}, is_ext_shared_channel=True)

    await amira.sees("# Please use your own messages")
    assert await town.cases() == []


@ONE_ENGINE
@SLACKS_OWN
async def test_a_guest_of_the_workspace_is_turned_away(town: Town) -> None:
    joan = town.person("joan", is_restricted=True)

    await joan.types("hello")

    await joan.sees("# Not for guests")
    assert await town.cases() == []


@ONE_ENGINE
@SLACKS_OWN
async def test_the_command_of_a_guest_who_is_known_by_now_is_turned_away(town: Town) -> None:
    joan = town.person("joan", is_restricted=True)
    await joan.types("hello")
    await joan.sees("# Not for guests")

    await joan.commands()

    await joan.sees("# Not for guests")
    assert await town.cases() == []


@MESSENGERS
@pytest.mark.parametrize("handle", ["lewis", "grace"])
async def test_a_stranger_and_a_leaver_are_told_whom_to_ask(town: Town, handle: str) -> None:
    person = town.person(handle)

    await person.commands()

    await person.sees("# We do not know you yet", "Ask an administrator of Confer to add you.", "Ring 999.")
    assert await town.cases() == []


@MESSENGERS
async def test_a_stranger_still_gets_the_emergency_card(town: Town) -> None:
    lewis = town.person("lewis")

    await lewis.types("she is not breathing")

    await lewis.reads("# Ring 999 now")


@ONE_ENGINE
async def test_somebody_who_leaves_in_the_middle_can_press_nothing_more(town: Town) -> None:
    femi = town.person("femi")
    await femi.begins()
    await town.changes("femi", active=False)
    before = await town.state()

    await femi.presses("No")

    await femi.sees("# We do not know you yet")
    after = await town.state()
    assert after == before


@ONE_ENGINE
async def test_words_of_danger_in_a_channel_bring_the_card_to_the_one_who_wrote_them(town: Town) -> None:
    amira, ben = town.people("amira", "ben")

    await amira.types("he has taken an overdose", channel="C0GENERAL", kind="channel")

    await amira.reads("# Ring 999 now")
    assert "# Ring 999 now" not in ben.all()


@EVERY_PRODUCT
async def test_the_home_page_shows_what_waits_and_what_is_open_by_reference_only(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.begins()
    await amira.answers(stories.A_CHILD)
    await amira.asks_for_agreement(of="Femi Adair")
    await town.delivers()
    reference = (await town.case()).reference

    await amira.opens_home()
    await femi.opens_home()

    await amira.sees(f"{reference}, sent")
    await femi.sees("Waiting for you", f"[Decide {reference}]")
    assert "child" not in (amira.screen() + femi.screen()).lower()
    await femi.presses(f"Decide {reference}")
    femi.goes_to_messages()
    await femi.sees("# Do you agree?")
