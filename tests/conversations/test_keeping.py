"""How long a record is kept: drafts, clocks, holds, destruction, and what stands in the chat afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.copies import copy_card
from bot.keeping.sweeping import KEEP
from bot.organisation.charity import charity_of
from bot.picture import look
from storage.grants import restrict
from storage.records import Post
from storage.retention import Kept
from storage.scrubbing import scrub
from storage.sealing import Keyring, new_key
from storage.store import Store
from tests.conversations import stories
from tests.conversations.around import A_CHILD_AND_TERROR, keeps_out
from tests.conversations.resident import NONE, Resident
from tests.conversations.test_board import sees_the_board, writes_it_down_and_closes
from tests.conversations.test_second_look import AGREE, looks_and_says, message
from tests.conversations.test_trusting_the_record import ON_POSTGRESQL, a_role
from tests.conversations.town import ONE_ENGINE, Town
from tests.storage.remains import remains

REASON = "The bruises on both arms, seen on Friday."
YEARS = 366
KINDS = (
    *(
        "approval",
        "told",
        "checklist",
        "reminder",
        "retired.p",
        "look",
        "unfinished",
        "no_lead",
        "spoken",
        "unconfirmed",
    ),
    *("denied", "there", "there_lead", "follow_up", "follow_up_lead", "look_again", "not_written", "decided", "unheld"),
    *("passed", "question", "reply", "nobody_yet", "not_reached", "beside", "handed", "reopened", "draft_ends"),
)
"""Every message about a consultation that is ever sent (`bot.copies`)."""


async def days_go_by(town: Town, days: float, *, rings: bool = True) -> None:
    """So many days later, at nine, the bell of keeping rings; whatever else came due is done before."""
    town.clock.now += timedelta(days=days)
    if rings:
        await bell_rings(town)


def stands(person: Resident) -> int:
    """How many messages of ours stand in their chat. What Slack whispers to a command is gone with the session."""
    return sum(not message.only_for for message in person.account.messages())


async def bell_rings(town: Town) -> None:
    async with town.changing() as tx:
        await tx.outbox.put("timer", KEEP, {"timer": KEEP})
    await town.delivers()
    town.clock.passes(minutes=2)
    await town.delivers()


async def kept(town: Town) -> Kept:
    """The clock of the only consultation there is, or was."""
    async with town.reading() as tx:
        [case] = await tx.cases.in_state(["asking", "paused", "sent", "withdrawn", "closed"])
        found = await tx.retention.of(case.id)
        assert found is not None
        return found


async def left_half_way(worker: Resident) -> None:
    """A court's paper is ticked nowhere and no danger: two screens, and then they are called away."""
    await worker.begins()
    await worker.answers({stories.FIRST: "No", stories.DANGERS: NONE})
    await worker.sees(f"# {stories.NEEDS}")


async def closed(town: Town) -> tuple[Resident, Resident, Resident]:
    """A child's matter from the command to the end: asked, agreed, done, closed. (worker, colleague, lead)"""
    amira, ben, femi = town.people("amira", "ben", "femi")
    await amira.begins()
    await amira.answers(stories.A_CHILD)
    await amira.asks_for_agreement(REASON, of="Femi Adair")
    await town.delivers()
    await femi.agrees()
    await femi.sees("Already decided")
    await town.delivers()
    await writes_it_down_and_closes(amira)
    await town.delivers()
    return amira, femi, ben


async def opens_it(lead: Resident) -> None:
    """The page of the only one on the board."""
    await sees_the_board(lead)
    await lead.presses("Open")
    await lead.sees("[Back to the board]")


# Drafts


async def test_an_unfinished_checklist_is_destroyed_a_day_after_its_last_change(town: Town) -> None:
    amira = town.person("amira")
    await left_half_way(amira)
    reference = (await town.case()).reference
    await days_go_by(town, 0.9)
    assert (await town.case()).reference == reference

    await days_go_by(town, 0.2)

    await amira.sees("There was a checklist here that was not finished.", "We kept nothing of it.")
    assert reference not in amira.all()
    assert await town.remembers(reference) == []
    assert await remains(town.process.office.store, reference.encode()) == []
    await amira.opens_home()
    await amira.sees("You have none open.")
    assert (await town.ledger_kinds()).count("destroyed") == 1


@ONE_ENGINE
async def test_what_stands_in_its_place_is_deleted_after_the_charitys_days(town: Town) -> None:
    amira = town.person("amira")
    await left_half_way(amira)
    await days_go_by(town, 2)
    await amira.sees("not finished")

    await days_go_by(town, 31)

    assert not stands(amira)


@ONE_ENGINE
async def test_pressing_what_was_destroyed_says_so_kindly_and_harms_nothing(town: Town) -> None:
    amira = town.person("amira")
    await left_half_way(amira)
    card = amira.card()
    await days_go_by(town, 2)

    await amira.presses("Next", on=card)

    await amira.sees("We cannot find this consultation. Open the home page to see yours.")


@ONE_ENGINE
async def test_whoever_put_it_aside_is_told_a_day_before_and_can_go_on(town: Town) -> None:
    amira = town.person("amira")
    await left_half_way(amira)
    await amira.presses("Pause")
    await amira.sees("Paused. Your answers are kept until")
    await town.delivers()
    await days_go_by(town, 5.5)
    assert stands(amira) == 1

    await days_go_by(town, 1)
    await days_go_by(town, 0.2)

    await amira.reads("# Your checklist waits", "If you do nothing, we destroy it after")
    assert stands(amira) == 2
    await amira.presses("Open it", on=message(amira, "# Your checklist waits"))
    await amira.sees(f"# {stories.NEEDS}")
    await days_go_by(town, 0.5)
    assert (await town.case()).state == "asking"


@ONE_ENGINE
async def test_what_was_put_aside_is_destroyed_only_a_day_after_its_worker_was_told(town: Town) -> None:
    amira = town.person("amira")
    await left_half_way(amira)
    await amira.presses("Pause")
    await amira.sees("Paused.")
    await days_go_by(town, 30)  # nobody rang the bell for a month
    assert (await town.case()).state == "paused"
    await amira.reads("# Your checklist waits")

    await days_go_by(town, 1.1)

    assert await town.cases() == []
    await amira.reads("not finished")
    assert "Your checklist waits" not in amira.all()


@pytest.mark.parametrize("way", ["left", "paused", "stopped"])
@ONE_ENGINE
async def test_where_a_danger_was_ticked_a_lead_is_told_and_nothing_is_deleted(town: Town, way: str) -> None:
    amira, ben = town.people("amira", "ben")
    await amira.begins()
    await amira.answers(stories.A_CHILD)
    await amira.sees("# What we suggest")
    if way != "left":
        await amira.presses("Pause" if way == "paused" else "Stop")
        await amira.sees("Paused." if way == "paused" else "Stopped.")

    for _ in range(4):
        await days_go_by(town, 1)
    await days_go_by(town, 40)

    assert (await town.case()).values["danger_child"] == "yes"
    await ben.reads("# Please take a second look")
    await days_go_by(town, 30 * YEARS)
    assert len(await town.cases()) == 1


@ONE_ENGINE
async def test_a_stopped_one_with_a_danger_has_a_clock_once_a_lead_has_looked(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await amira.begins()
    await amira.answers(stories.A_CHILD)
    await amira.sees("# What we suggest")
    await amira.presses("Stop")
    await amira.sees("Stopped.")
    await days_go_by(town, 1.5)
    assert (await kept(town)).kept_as == "child"
    await looks_and_says(ben, AGREE, "It was a mistake.")
    await ben.sees("has looked at this")

    await days_go_by(town, 26 * YEARS)

    assert await town.cases() == []


# Clocks


async def test_the_clock_begins_at_closing_and_opening_again_stops_it(town: Town) -> None:
    _, _, ben = await closed(town)
    clock = await kept(town)
    assert clock.kept_as == "child"
    assert clock.closed_at is not None
    assert clock.destroy_at == clock.closed_at.replace(year=clock.closed_at.year + 25)
    await opens_it(ben)
    await ben.sees("Kept until 20 November 2051. Then it is destroyed.")

    await ben.presses("Open again")
    await ben.sees("# Open again")
    await ben.fills("Why do you open it again?", "The council has no record of it.")
    await ben.submits()
    await ben.sees("Open again.")

    clock = await kept(town)
    assert (clock.kept_as, clock.closed_at, clock.destroy_at) == ("", None, None)


@ONE_ENGINE
async def test_another_period_of_the_charity_holds_for_what_is_closed_already(town: Town) -> None:
    await closed(town)
    clock = await kept(town)
    async with town.changing() as tx:
        charity = await tx.organisations.current()
        await tx.organisations.change(charity.name, {**charity.settings, "retention": {"adult": "7 years"}})

    await bell_rings(town)
    endless = await kept(town)
    both = {"adult": "7 years", "child": "30 years"}
    async with town.changing() as tx:
        await tx.organisations.change(charity.name, {**charity.settings, "retention": both})
    await bell_rings(town)
    longer = await kept(town)

    assert clock.closed_at is not None
    assert endless.destroy_at is None
    assert longer.destroy_at == clock.closed_at.replace(year=clock.closed_at.year + 30)


@pytest.mark.parametrize(
    ("at_first", "as_"), [({"child": "25 years"}, "adult"), ({"adult": "26 years", "child": "25 years"}, "adult")]
)
@ONE_ENGINE
async def test_a_shorter_period_of_its_class_leaves_it_to_the_other_class_that_it_fits(
    town: Town, at_first: dict[str, str], as_: str
) -> None:
    async with town.changing() as tx:
        charity = await tx.organisations.current()
        await tx.organisations.change(charity.name, {**charity.settings, "retention": at_first})
    await closed(town)
    first = await kept(town)
    async with town.changing() as tx:
        shorter = {"adult": "7 years", "child": "25 years"}
        await tx.organisations.change(charity.name, {**charity.settings, "retention": shorter})

    await bell_rings(town)

    clock = await kept(town)
    assert clock.closed_at is not None
    assert (first.kept_as, clock.kept_as) == (as_, "child")
    assert clock.destroy_at == clock.closed_at.replace(year=clock.closed_at.year + 25)


@ONE_ENGINE
async def test_as_it_comes_due_another_class_that_is_kept_longer_by_now_keeps_it(town: Town) -> None:
    await closed(town)
    async with town.changing() as tx:
        charity = await tx.organisations.current()
        longer = {"adult": "40 years", "child": "25 years"}
        await tx.organisations.change(charity.name, {**charity.settings, "retention": longer})

    await days_go_by(town, 26 * YEARS)

    assert (await kept(town)).kept_as == "adult"


# The end


async def test_a_record_is_destroyed_at_the_end_of_its_time_and_no_byte_of_it_is_left(town: Town) -> None:
    amira, femi, _ = await closed(town)
    case = await town.case()
    store = town.process.office.store
    async with town.reading() as tx:
        rows = await tx.connection.exec_driver_sql("SELECT data_key AS held FROM consultations")
        known = [bytes(row.held) for row in rows]
        rows = await tx.connection.exec_driver_sql("SELECT sealed AS held FROM texts")
        known += [bytes(row.held) for row in rows]
    assert len(known) > 3
    await days_go_by(town, 24 * 365)
    assert len(await town.cases()) == 1

    await days_go_by(town, 2 * YEARS)

    assert await town.cases() == []
    assert await remains(store, *known, case.reference.encode(), b"danger_child") == []
    assert await town.ledger_faults() == []
    assert [stands(amira), stands(femi)] == [0, 0]
    assert (await town.ledger_kinds()).count("destroyed") == 1


@ONE_ENGINE
async def test_nothing_is_destroyed_while_somebody_has_still_to_look_at_it(town: Town) -> None:
    amira, femi, ben = town.people("amira", "femi", "ben")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.says_no()
    await femi.sees("Already decided")
    await town.delivers()
    await ben.reads("A child")
    await days_go_by(town, 40 * YEARS)

    assert len(await town.cases()) == 1


@ON_POSTGRESQL
async def test_the_bots_own_role_cleans_the_pages_although_it_owns_no_table(charity_url: str) -> None:
    async with a_role(charity_url) as (name, as_role):
        await restrict(charity_url, name)
        store = Store(as_role, Keyring.parse(new_key("town")))
        try:
            await scrub(store)
            async with store.writer.connect() as connection:
                with pytest.raises(DBAPIError, match="not a table that is written anew"):
                    await connection.execute(text("SELECT write_anew('ledger')"))
        finally:
            await store.close()


# Holds


async def test_a_hold_beats_the_clock_until_another_lead_lifts_it_and_a_month_more(town: Town) -> None:
    _, _, ben = await closed(town)
    ewan = town.person("ewan")
    await opens_it(ben)
    await ben.presses("Hold it")
    await ben.sees("# Hold it", "Nothing of it is destroyed")
    await ben.chooses("Why must it be kept?", "A court or an official paper")
    await ben.submits()
    await ben.sees("Held. It is not destroyed until a lead says that it may be.", "[Hold no longer]")
    assert "court" not in ben.all().lower()

    await days_go_by(town, 26 * YEARS)
    assert len(await town.cases()) == 1
    await opens_it(ewan)
    await ewan.presses("Hold no longer")
    await ewan.sees("# Hold no longer", "A court or an official paper. Since", "by Ben Carver.")
    await ewan.chooses("Which reason is over?", "A court or an official paper")
    await ewan.submits()
    await ewan.sees("Not held any more. Nothing is destroyed for 30 days.")
    await days_go_by(town, 29)
    assert len(await town.cases()) == 1
    await days_go_by(town, 2)

    assert await town.cases() == []
    kinds = await town.ledger_kinds()
    assert [kinds.count(each) for each in ("held", "holds read", "hold lifted", "destroyed")] == [1, 1, 1, 1]
    assert "court" not in str([each for each in await town.ledger() if each["kind"] in ("held", "hold lifted")])


@ONE_ENGINE
async def test_no_lead_lifts_a_hold_on_what_they_held_or_decided_themselves(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await amira.sends(stories.A_CHILD, of="Ben Carver")
    await town.delivers()
    await ben.agrees()
    await ben.sees("Already decided")
    await town.delivers()
    await writes_it_down_and_closes(amira)
    async with town.changing() as tx:
        await tx.holds.put((await town.case()).id, "police", None)
    await opens_it(ben)

    await ben.presses("Hold no longer")

    await ben.sees("You decided on this one. Another lead has to say that it need not be kept.")
    async with town.reading() as tx:
        assert len(await tx.holds.standing((await town.case()).id)) == 1


@ONE_ENGINE
async def test_nobody_but_a_lead_who_may_see_it_holds_or_lets_go(town: Town) -> None:
    amira, femi, ben = await closed(town)
    case = await town.case()
    await sees_the_board(ben)
    refused = "Only a safeguarding or data-protection lead sees the board."

    for person, says in ((amira, refused), (femi, refused)):
        for action in ("hold", "hold.confirm", "release", "release.confirm"):
            await person.presses("Press", on=person.forges(action, c=case.id))
            await person.sees(says)
        await person.presses("Press", on=person.forges("board.soon"))
        await person.sees("Only a safeguarding or data-protection lead sees this.")
    async with town.changing() as tx:
        await tx.cases.bar(case.id, [await town.id_of("ben")])
    for action in ("hold", "hold.confirm", "release", "release.confirm"):
        await ben.presses("Press", on=ben.forges(action, c=case.id))
        await ben.sees("This is not on the board any more. Open the board again.")

    async with town.reading() as tx:
        assert await tx.holds.of(case.id) == []


@ONE_ENGINE
async def test_what_may_be_about_terrorism_is_held_by_the_rules_as_it_is_closed(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.answers(A_CHILD_AND_TERROR)
    await amira.sees("# What we suggest")
    await amira.presses("Stop")
    await amira.sees("Stopped.")

    await days_go_by(town, 1.5)
    await days_go_by(town, 80 * YEARS)

    async with town.reading() as tx:
        [hold] = await tx.holds.standing((await town.case()).id)
    assert (hold.why, hold.by_id) == ("terrorism", None)


@ONE_ENGINE
async def test_a_lead_reads_a_month_ahead_what_comes_due_and_nothing_of_what_they_are_out_of(town: Town) -> None:
    _, _, ben = await closed(town)
    ewan, case = town.person("ewan"), await town.case()
    town.clock.now = datetime(2051, 11, 1, 9, tzinfo=UTC)
    async with town.changing() as tx:
        await tx.cases.bar(case.id, [await town.id_of("ewan")])

    await sees_the_board(ben)
    await ben.sees("1 closed case comes to the end of its time within a month.")
    await ben.presses("See them")
    await ben.sees("# Destroyed soon", f"{case.reference}: destroyed after 20 November 2051.")
    await sees_the_board(ewan)

    await ewan.sees("# Everything open")
    assert "Destroyed soon" not in ewan.all() + ewan.screen()


# What stands in the chat


@ONE_ENGINE
async def test_at_closing_every_message_shrinks_to_reference_and_state_and_is_deleted_after_thirty_days(
    town: Town,
) -> None:
    amira, femi, ben = town.people("amira", "femi", "ben")
    chidi = town.person("chidi")
    await amira.begins()
    await amira.answers(stories.A_CHILD)
    await keeps_out(amira, "Hana Reed")
    await amira.asks_for_agreement(REASON, of="Femi Adair")
    await town.delivers()
    await femi.presses("Ask")
    await femi.sees("# Ask the worker")
    await femi.fills("What do you want to know?", "Who saw it?")
    await femi.submits()
    await town.delivers()
    await femi.agrees()
    await town.delivers()
    await writes_it_down_and_closes(amira)
    await town.delivers()

    reference = (await town.case()).reference
    for person in (amira, femi, ben, chidi):
        said = [line for line in person.all().splitlines() if line.strip()]
        assert [line for line in said if _tells(line, reference)] == []

    await days_go_by(town, 29)
    assert stands(amira)
    await days_go_by(town, 2)

    assert [stands(person) for person in (amira, femi, ben, chidi)] == [0] * 4
    async with town.reading() as tx:
        assert await tx.retention.messages(town.clock.now) == []
        assert {post.message for post in await tx.posts.of((await town.case()).id)} == {""}


@ONE_ENGINE
async def test_no_kind_of_message_says_more_than_reference_and_state_once_it_is_closed(town: Town) -> None:
    await closed(town)
    case = await town.case()
    told: list[str] = []
    async with town.reading() as tx:
        charity = charity_of(await tx.organisations.current())
        picture = await look(tx, town.books[case.book_id], charity, case)
        secret = {verdict.lane.title for verdict in picture.lanes} | {
            verdict.outcome.title for verdict in picture.lanes
        }
        secret |= {picture.book.recipients[id].title for verdict in picture.lanes for id in verdict.recipients}
        secret |= {question.ask for question in picture.book.questions if question.id in case.values}
        for person in picture.around.everybody:
            for kind in KINDS:
                post = Post("p", case.id, person.id, kind, "slack", "T", "U", "D", "1")
                said = repr(copy_card(picture, post, person).blocks)
                told += [f"{kind}: {words}" for words in secret if words in said]

    assert sorted(set(told)) == []


def _tells(line: str, reference: str) -> bool:
    """Whether a line of a message says more than the reference, the state, and 999."""
    return any(word in line.lower() for word in ("child", "council", "bruise", "harm", "suggest", "agree to"))


@ONE_ENGINE
async def test_a_message_that_slack_keeps_for_its_exports_is_tried_once_and_said_in_the_ledger(town: Town) -> None:
    await closed(town)
    town.workspace.fails("chat.delete", error="compliance_exports_prevent_deletion", times=50)

    for _ in range(3):
        await days_go_by(town, 31)

    kinds = await town.ledger_kinds()
    assert kinds.count("message not deleted") == sum(not each.only_for for each in town.workspace.messages)


@ONE_ENGINE
async def test_a_deletion_that_fails_is_tried_again(town: Town) -> None:
    amira, femi, _ = await closed(town)
    there = sum(not each.only_for for each in town.workspace.messages)
    town.workspace.fails("chat.delete", status=503, times=2)

    await days_go_by(town, 31)

    assert [name for name, _ in town.workspace.calls].count("chat.delete") == there + 2
    assert [stands(amira), stands(femi)] == [0, 0]


@ONE_ENGINE
async def test_after_its_messages_were_deleted_it_can_be_opened_again_and_the_worker_is_told(town: Town) -> None:
    amira, _, ben = await closed(town)
    await days_go_by(town, 31)
    assert not stands(amira)
    await opens_it(ben)
    await ben.presses("Open again")
    await ben.sees("# Open again")
    await ben.fills("Why do you open it again?", "The council has no record of it.")
    await ben.submits()
    await town.delivers()

    await amira.reads("Ben Carver opened this again")
    await amira.presses("Open it", on=message(amira, "opened this again"))

    await amira.sees("Take back and change")
