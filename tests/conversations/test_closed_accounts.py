"""An account that Slack has closed: nobody waits for whoever had it, the keepers of the list read so, it comes back."""

from __future__ import annotations

from tests.conversations import stories
from tests.conversations.around import A_CHILD_AND_TERROR, tells_one_lead
from tests.conversations.sides import SLACKS_OWN
from tests.conversations.test_approval import asked
from tests.conversations.town import ONE_ENGINE, Town


@SLACKS_OWN
async def test_what_waits_only_for_somebody_whose_account_is_closed_goes_on_at_once_and_they_stay_on_the_list(
    town: Town,
) -> None:
    amira, chidi, ewan = town.people("amira", "chidi", "ewan")
    ben = town.person("ben", deleted=True)
    await amira.sends(stories.A_CHILD, of="Ben Carver")

    await town.delivers()

    await chidi.sees("# Do you agree?", "Amira Osei asks you to decide.")
    await amira.reads("Our message did not reach Ben Carver. Please ring.", "07700 900102")
    await ewan.sees("# Somebody cannot be reached", "Ben Carver cannot be reached on Slack: the account is closed.")
    await ewan.opens_home()
    await ewan.sees("Ben Carver cannot be reached on Slack", "No message of ours reaches them at all.")
    async with town.reading() as tx:
        assert next(each for each in await tx.people.everybody() if each.handle == "ben").active
    assert "account closed" in await town.ledger_kinds()
    assert (await town.case()).reference not in ewan.all()
    assert ben.account.id  # who is still known by it


async def test_whoever_speaks_from_a_closed_account_has_it_open_again(town: Town) -> None:
    amira, ben = town.person("amira"), town.person("ben", deleted=True)
    await amira.sends(stories.A_CHILD, of="Ben Carver")
    await town.delivers()
    ben.account.marks["deleted"] = False
    await town.restarts()

    await ben.types("home")
    await ben.sees("# Confer")

    async with town.reading() as tx:
        assert await tx.people.closed() == []
    assert (await town.ledger_kinds())[-1] == "account open again"


@ONE_ENGINE
async def test_where_the_only_one_who_was_told_has_a_closed_account_the_next_in_line_is_told(town: Town) -> None:
    amira, dora = town.people("amira", "dora")
    town.person("ben", deleted=True)
    await tells_one_lead(amira)

    await town.delivers()

    await dora.sees("Please ring Amira Osei now")
    await amira.sees("Dora Finch has been told.")


@ONE_ENGINE
async def test_while_silenced_a_closed_account_brings_nobody_new_in_and_the_worker_is_told_to_ring(town: Town) -> None:
    amira, dora, ewan = town.people("amira", "dora", "ewan")
    town.person("ben", deleted=True)
    await amira.sends(A_CHILD_AND_TERROR)

    await town.delivers()

    assert await asked(town) == {"ben"}
    assert dora.got_nothing()
    assert "Do you agree?" not in ewan.all()
    await amira.reads("Our message did not reach Ben Carver. Please ring.")


@ONE_ENGINE
async def test_that_our_own_token_is_refused_closes_nobodys_account(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await amira.sends(stories.A_CHILD, of="Ben Carver")
    town.workspace.fails("chat.postMessage", error="account_inactive")

    await town.delivers()
    town.clock.passes(seconds=30)
    await town.delivers()

    await ben.sees("# Do you agree?")
    assert "account closed" not in await town.ledger_kinds()
