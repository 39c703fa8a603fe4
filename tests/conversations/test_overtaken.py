"""What overtakes what: a slow answer, a letter that is not wanted any more, a card that is gone, a form that failed."""

from __future__ import annotations

from bot.events import Event
from tests.conversations import stories
from tests.conversations.around import keeps_out
from tests.conversations.resident import NOT_RECORDED, Resident
from tests.conversations.sides import SLACKS_OWN
from tests.conversations.town import ONE_ENGINE, Town

NOW = "Yes, now"


async def waits_for_femi(town: Town) -> tuple[Resident, Resident]:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await town.settles()
    await femi.sees("# Do you agree?")
    return amira, femi


@ONE_ENGINE
async def test_an_answer_that_slack_takes_late_never_stays_on_top_of_newer_news(town: Town) -> None:
    amira, femi = await waits_for_femi(town)
    await femi.presses("Approve")
    await femi.sees("# Your decision")
    yes = Event(
        "yes", town.who(femi), "approve.confirm", carry=femi.carried(), fields={"reason": ("Yes.",), "talked": ("yes",)}
    )
    await amira.presses("Someone must not know")
    await amira.sees("# Who must not know")
    await amira.chooses("Who must not know?", "Hana Reed")

    town.workspace.fails("chat.update", status=500, times=1)
    await amira.submits()
    await town.workspace.until(lambda: not town.workspace.faults["chat.update"])
    await town.hears(yes)
    await town.delivers()
    await amira.sees("Femi Adair agreed")
    await town.restarts()  # what was promised to anybody who pressed is sent by then, also a second try
    await town.delivers()

    assert "Femi Adair agreed" in amira.all()
    assert "Waiting for Femi Adair" not in amira.all()


@SLACKS_OWN
async def test_an_answer_that_landed_after_newer_news_is_drawn_once_more(town: Town) -> None:
    amira, _ = await waits_for_femi(town)
    async with town.changing() as tx:
        case = await town.case()
        [mine] = [post for post in await tx.posts.of(case.id) if post.person_id == case.requester_id]
        slow = await tx.outbox.letter(mine, held=True)
    async with town.changing() as tx:
        await tx.outbox.letter(mine)
    await town.delivers()
    edits = amira.card().edits

    async with town.changing() as tx:
        await tx.outbox.answered([slow])
    await town.delivers()

    assert amira.card().edits == edits + 1


@ONE_ENGINE
async def test_whoever_is_kept_out_before_the_letter_went_gets_nothing_at_all(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")

    await keeps_out(amira, "Femi Adair")
    await town.delivers()

    assert femi.got_nothing()


@ONE_ENGINE
async def test_whoever_is_kept_out_of_an_emergency_before_the_letter_went_gets_nothing_at_all(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await amira.begins()
    await amira.presses(NOW)
    await amira.sees("[Pressed by mistake]")

    await keeps_out(amira, "Ben Carver")
    await town.delivers()

    assert ben.got_nothing()
    await chidi.sees("Amira Osei was told to ring 999.")


@ONE_ENGINE
async def test_what_was_taken_back_before_the_letter_went_asks_nobody(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")

    await amira.presses("Take back and change")
    await amira.sees("Taken back.")
    await town.delivers()

    assert femi.got_nothing()


@ONE_ENGINE
async def test_a_worker_whose_card_is_gone_still_learns_that_somebody_agreed(town: Town) -> None:
    amira, femi = await waits_for_femi(town)
    before = len(amira.account.messages())
    town.workspace.fails("chat.update", error="message_not_found", times=1)
    await town.process.delivery.drain()

    async with town.changing() as tx:
        case = await town.case()
        [mine] = [post for post in await tx.posts.of(case.id) if post.person_id == case.requester_id]
        await tx.outbox.letter(mine)
    await town.delivers()

    assert len(amira.account.messages()) == before + 1
    await femi.agrees()
    await femi.sees("Already decided")
    await town.delivers()
    await amira.sees("Femi Adair agreed")


@SLACKS_OWN
async def test_a_form_that_could_not_be_recorded_is_still_there_underneath(town: Town) -> None:
    _, femi = await waits_for_femi(town)
    await femi.presses("Approve")
    await femi.sees("# Your decision")
    await femi.fills("Why do you agree?", "The risk is clear to both of us.")
    await femi.ticks("We talked this over, by phone or face to face")

    async with town.without_its_database():
        await femi.submits()
        await femi.sees(NOT_RECORDED, "what you ticked or typed is still there")
    await femi.closes()

    await femi.sees("# Your decision", "The risk is clear to both of us.")
    await femi.submits()
    await femi.sees("Already decided")
