"""What only Teams does: it repeats, throttles, moves, forgets an answer, and lets people speak where others read it."""

from __future__ import annotations

import json

import pytest

from tests.conversations import stories
from tests.conversations.around import keeps_out
from tests.conversations.on_teams import TeamsResident
from tests.conversations.resident import TALKED, Resident
from tests.conversations.sides import on
from tests.conversations.town import Town

pytestmark = on("teams")


def stored(town: Town) -> str:
    """Everything that Teams keeps of what we sent and answered, and would show to somebody who looks again."""
    return json.dumps([message.activity for message in town.connector.messages])


async def test_everything_that_is_delivered_four_times_happens_once(town: Town) -> None:
    town.connector.deliveries = 4
    amira, femi = town.people("amira", "femi")

    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.agrees()
    await femi.sees("Already decided: Femi Adair agreed to this")
    await town.delivers()

    await amira.sees("# What to do now", "Femi Adair agreed at 02:14")
    assert len(femi.account.messages()) == 1
    assert len(await town.cases()) == 1
    kinds = await town.ledger_kinds()
    assert [kind for kind in kinds if kind != "answered"] == ["consultation opened", "sent", "asked", "approved"]
    assert kinds.count("answered") == len(set(map(str, await town.ledger()))) - 4


async def test_a_press_that_comes_again_after_its_answer_gets_the_card_as_it_stands(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.presses("No")
    await amira.sees(f"# {stories.DANGERS}")
    before = await town.state()

    again = await town.connector.send_once(town.connector.sent[-1])

    assert again.status == 200
    assert stories.DANGERS in again.text
    assert await town.state() == before


async def test_what_an_answer_put_there_is_stored_too_and_still_there_when_teams_starts_again(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.presses("No")
    await amira.sees(f"# {stories.DANGERS}")
    assert isinstance(amira, TeamsResident)
    await town.connector.until(lambda: stories.DANGERS in stored(town), "only the answer had it")

    amira.person.starts_teams_again()

    await amira.sees(f"# {stories.DANGERS}")
    assert len(amira.account.messages()) == 1


async def test_what_was_typed_into_a_form_stands_in_no_message_afterwards(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.begins()
    await amira.answers(stories.A_CHILD)
    await amira.asks_for_agreement("A worry about the lodger.", of="Femi Adair")
    await town.delivers()

    await femi.agrees("Two signs since Sunday.")
    await femi.sees("Already decided")
    await town.delivers()
    await amira.sees("# What to do now")

    everything = stored(town) + amira.all() + femi.all()
    assert "lodger" not in everything
    assert "Sunday" not in everything


async def test_a_form_that_cannot_be_taken_keeps_what_was_typed_for_the_one_who_typed_it_alone(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.answers(stories.A_CHILD)
    await amira.presses("Ask for agreement")
    await amira.sees("# Before it is sent")
    await amira.fills("What exactly would you say?", "Ring me on 07700 900999 about it.")
    await amira.submits()

    await amira.sees("Please change: ", "________ Ring me on 07700 900999 about it.")
    assert "900999" not in stored(town)


async def test_go_back_from_a_form_brings_the_card_and_what_was_ticked_on_it(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()

    await femi.presses("Approve")
    await femi.sees("# Your decision")
    await femi.presses("Go back")

    await femi.sees("# Do you agree?", "[Approve]")
    assert "approved" not in await town.ledger_kinds()


async def test_a_teams_that_does_not_know_execute_goes_all_the_way(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    for each in (amira, femi):
        assert isinstance(each, TeamsResident)
        each.person.old = True

    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.agrees()
    await femi.sees("Already decided: Femi Adair agreed to this")
    await town.delivers()

    await amira.sees("# What to do now", "Femi Adair agreed at 02:14")


@pytest.mark.parametrize("kind", ["groupChat", "channel"])
async def test_where_others_read_it_it_says_where_to_go(town: Town, kind: str) -> None:
    amira, ben = town.people("amira", "ben")

    await amira.types("start", kind=kind)

    await amira.reads("# Please use your own messages")
    assert await town.cases() == []
    assert "Could someone die" not in ben.all()


async def test_a_cry_for_help_where_others_read_it_brings_the_emergency_card_to_the_one_who_wrote_it(
    town: Town,
) -> None:
    amira, ben = town.people("amira", "ben")

    await amira.types("she has taken an overdose", kind="groupChat")

    await amira.reads("# Ring 999 now")
    await ben.reads("# Please use your own messages")  # which has the 999 line, and nothing of what was written
    assert "# Ring 999 now" not in ben.all()


async def test_two_who_type_in_the_same_millisecond_are_both_answered(town: Town) -> None:
    """Teams' ids of messages are times, and tell apart only what was written in one conversation."""
    amira, ben = town.people("amira", "ben")
    for each in (amira, ben):
        assert isinstance(each, TeamsResident)

        await each.person.types("start", id="1763863440123")

        await each.sees("Could someone die")
    assert len(await town.cases()) == 2


async def test_a_guest_is_turned_away(town: Town) -> None:
    joan = town.person("joan", userRole="guest")

    await joan.types("hello")

    await joan.sees("# Not for guests")
    assert await town.cases() == []


async def test_somebody_of_another_organisation_is_turned_away_and_opens_nothing(town: Town) -> None:
    joan = town.person("joan", tenant="00000000-0000-4000-8000-0000000057a6")

    await joan.commands()

    await joan.sees("# Not for guests")
    assert await town.cases() == []


async def test_an_approver_who_never_opened_the_app_is_written_to_all_the_same(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    assert town.connector.called("create") == []

    await town.delivers()

    await femi.sees("# Do you agree?")
    [asked] = town.connector.called("create")
    assert asked["members"] == [{"id": femi.person.object_id}] if isinstance(femi, TeamsResident) else False


async def test_where_the_app_is_not_installed_the_letter_is_given_up_and_recorded(town: Town) -> None:
    amira, femi = town.person("amira"), town.person("femi", installed=False)
    town.people("ben", "chidi", "dora", "ewan", "iris", "joan")  # of whom some are asked instead
    await amira.sends(stories.A_CHILD, of="Femi Adair")

    await town.delivers()

    assert femi.got_nothing()
    assert (await town.ledger_kinds()).count("letter undeliverable") == 1


@pytest.mark.parametrize("status", [412, 502, 504, 500, 503])
async def test_teams_in_trouble_makes_a_letter_late_and_it_comes_once(town: Town, status: int) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    town.connector.fails("send", status=status)
    await town.delivers()
    assert femi.got_nothing()
    town.clock.passes(minutes=1)

    await town.delivers()

    await femi.sees("# Do you agree?")
    assert len(femi.account.messages()) == 1


async def test_teams_asking_us_to_slow_down_is_obeyed_and_the_letter_comes_once(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    town.connector.fails("send", status=429, retry_after=0.05)
    await town.delivers()
    assert femi.got_nothing()

    async def arrives() -> bool:
        town.clock.passes(seconds=1)
        await town.delivers()
        return not femi.got_nothing()

    await town.until(arrives)
    assert len(femi.account.messages()) == 1


async def test_a_service_that_moves_is_followed_with_the_next_thing_anybody_does(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.sees("# Do you agree?")

    town.connector.moves("emea")
    await femi.agrees()
    await femi.sees("Already decided: Femi Adair agreed to this")
    await town.delivers()

    await amira.sees("# What to do now", "Femi Adair agreed at 02:14")


async def test_a_form_that_is_open_while_others_decide_is_answered_with_how_it_stands(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await amira.sends(stories.A_CHILD)
    await town.delivers()
    await chidi.presses("Approve")
    await chidi.sees("# Your decision")
    await chidi.fills("Why do you agree?", "I think so too.")
    await chidi.ticks(TALKED)
    form = chidi.submission()

    await ben.agrees()
    await ben.sees("Already decided: Ben Carver agreed")
    answer = await town.connector.send_once(form)

    assert "Already decided: Ben Carver agreed" in answer.text
    assert (await town.ledger_kinds()).count("approved") == 1


async def test_what_somebody_types_into_a_form_outlives_an_update_of_the_card_beneath_it_and_is_taken(
    town: Town,
) -> None:
    amira, ben = town.people("amira", "ben")
    town.people("chidi", "dora")
    await amira.sends(stories.A_CHILD, of="Ben Carver")
    await town.delivers()
    await ben.presses("Approve")
    await ben.sees("# Your decision")
    await ben.fills("Why do you agree?", "Two signs since Sunday.")

    await keeps_out(amira, "Joan Tully")
    await town.delivers()
    await ben.sees("________ Two signs since Sunday.")
    await ben.ticks(TALKED)
    await ben.submits()

    await ben.sees("Already decided: Ben Carver agreed to this")
    town.clock.passes(minutes=1)
    await town.delivers()
    await ben.sees("Already decided: Ben Carver agreed to this")
    await amira.sees("# What to do now", "Ben Carver agreed")


async def test_installing_the_app_writes_to_nobody_who_is_not_on_the_roster(town: Town) -> None:
    amira, lewis = town.people("amira", "lewis")

    await installs(amira)
    await installs(lewis)

    await amira.sees("# Confer")
    assert lewis.got_nothing()


async def installs(person: Resident) -> None:
    assert isinstance(person, TeamsResident)
    await person.person.installs()
