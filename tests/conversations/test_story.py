"""The whole story: ask, agree, act, write down, close. And the cases in which several things are open at once."""

from __future__ import annotations

from tests.conversations import stories
from tests.conversations.resident import CHECKED
from tests.conversations.sides import EVERY_PRODUCT, EVERYWHERE
from tests.conversations.town import Town


@EVERYWHERE
async def test_a_child_at_risk_reaches_the_council_through_a_second_person(town: Town) -> None:
    amira, femi = town.people("amira", "femi")

    await amira.begins()
    await amira.sees("Ring 999. Don't wait for this bot or for approval.")
    await amira.answers(stories.A_CHILD)
    await amira.sees(
        "# What we suggest", "Nobody outside has been told.", "A child at risk: Tell children's social care"
    )
    await amira.asks_for_agreement("A worry about a child in a family we visit.", of="Femi Adair")
    await amira.sees("# Waiting for a second person", "You can ring for advice now, without giving a name.")
    await town.delivers()

    await femi.sees(
        "# Do you agree?", "Amira Osei asks you to decide", "07700 900101", "• A child may be harmed, or was"
    )
    await femi.agrees("The signs are clear and there are two of them.")
    await femi.sees("Already decided: Femi Adair agreed to this at 02:14 on 20 November.")
    await town.delivers()

    await amira.sees("# What to do now", "Femi Adair agreed at 02:14 on 20 November", "01632 960102 at night")
    await amira.fills_in(stories.THE_WAY)
    await amira.sees("Can nobody else hear?")
    await amira.fills_in("Yes")
    await amira.writes_down("Children's social care at the council", "Spoke to the duty team. They ring back by nine.")
    await amira.sees("Kept in the record.", "Written down so far: Children's social care at the council.")
    await amira.finishes()
    await amira.sees("Kept in the record.", "[A letter for them]")
    await amira.presses("Close")
    await amira.sees("Closed. The record is kept.")
    await town.delivers()

    case = await town.case()
    assert case.state == "closed"
    for person in (amira, femi):
        assert case.reference in person.all()
        assert "child" not in person.all().lower()
        assert "care" not in person.all()
    kinds = await town.ledger_kinds()
    assert kinds[:2] == ["consultation opened", "answered"]
    assert [kind for kind in kinds if kind != "answered"] == [
        "consultation opened",
        "sent",
        "asked",
        "approved",
        "written down",
        *["followed up"] * 4,  # the person, the case notes, the day of review, how it is known
        "closed",
    ]


@EVERY_PRODUCT
async def test_what_stays_private_needs_nobody_and_closes_with_nothing_told(town: Town) -> None:
    amira = town.person("amira")

    await amira.begins()
    await amira.answers(stories.NOTHING)
    await amira.sees("Keep it private", "Tell nobody outside.")
    await amira.presses("Go on with this")
    await amira.sees("No colleague has to agree first.", "Write down why nothing was shared.")
    await amira.presses("Close")
    await amira.sees("# Decided not to share", "Nobody here was asked")
    await amira.fills_in_the_end()
    await amira.sees("Kept in the record.")
    await amira.presses("Close")
    await amira.sees("Closed. The record is kept.")
    await town.delivers()

    assert [person for person in town.people("ben", "chidi", "dora", "ewan", "femi") if not person.got_nothing()] == []


@EVERY_PRODUCT
async def test_nothing_is_closed_before_what_was_done_is_written_down(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.begins()
    await amira.answers(stories.A_CHILD)
    await amira.asks_for_agreement(of="Femi Adair")
    await town.delivers()
    await femi.agrees()
    await femi.sees("Already decided")
    await town.delivers()
    await amira.sees("# What to do now")

    await amira.presses("Close")

    await amira.sees("Before closing, write down what was done about: A child at risk.")
    assert (await town.case()).state == "sent"


@EVERY_PRODUCT
async def test_what_was_done_before_anybody_agreed_is_kept_and_said(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.answers(stories.A_CHILD)
    await amira.asks_for_agreement()

    await amira.writes_down("Police", "Rang 101: it could not wait.")

    await amira.sees("Kept. This was done before anybody agreed; the record says so.")


@EVERYWHERE
async def test_several_dangers_stand_on_one_card_and_each_is_decided_alone(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await amira.begins()
    await amira.answers(stories.A_CHILD_AND_A_WEAPON)
    await amira.sees("A child at risk: ", "Crime or threat: ")
    await amira.asks_for_agreement()
    await town.delivers()
    assert len(ben.account.messages()) == 1
    await ben.sees("[Approve (A child at risk)]", "[Approve (Crime or threat)]")

    await ben.says_no("Only heard of, and by whom?", label="Decline (Crime or threat)")
    await ben.sees("[Approve]")
    await town.delivers()

    await amira.sees("Ben Carver said no. That is not the end", "Waiting for Ben Carver or Chidi Lowe")
    await ben.agrees(label="Approve")
    await ben.sees("Already decided")
    await town.delivers()
    await amira.sees("Ben Carver agreed at 02:14", "Ben Carver said no. That is not the end")
    await chidi.reads("You give a second opinion. If you say yes, it may go.")
    assert (await town.ledger_kinds()).count("asked") == 2


@EVERY_PRODUCT
async def test_a_fax_is_stopped_and_says_so(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.begins()
    await amira.answers(stories.A_CHILD)
    await amira.asks_for_agreement(of="Femi Adair")
    await town.delivers()
    await femi.agrees()
    await femi.sees("Already decided")
    await town.delivers()
    await amira.sees("# What to do now")

    await amira.fills_in({**stories.THE_WAY, "How will you send or say it?": "Fax"})

    await amira.sees("Stop: Never use a fax. Ring, or send secure email.")


@EVERY_PRODUCT
async def test_protection_is_only_warned_where_anything_else_is_stopped(town: Town) -> None:
    amira, ben, ewan, femi = town.people("amira", "ben", "ewan", "femi")
    careless = {**stories.THE_WAY, "Is it only what this receiver needs": "No"}
    await amira.begins()
    await amira.answers(stories.A_CHILD)
    await amira.asks_for_agreement(of="Femi Adair")
    await town.delivers()
    await femi.agrees()
    await femi.sees("Already decided")
    await town.delivers()
    await amira.sees("How will you tell them?")
    await amira.fills_in(careless)
    await amira.sees("Careful: Take out what they do not need.")
    assert "Stop: " not in amira.screen()

    await ewan.begins()
    await ewan.answers(stories.A_REQUEST)
    await ewan.asks_for_agreement(of="Ben Carver")
    await town.delivers()
    await ben.agrees()
    await ben.sees("Already decided")
    await town.delivers()
    await ewan.sees("First answer the last checks on this card.")
    await ewan.fills_in(careless)

    await ewan.sees("Stop: Take out what they do not need.")


@EVERY_PRODUCT
async def test_a_worker_may_go_further_before_it_is_sent_and_says_why(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.answers(stories.NOTHING)
    await amira.presses("Go further than this")
    await amira.sees("# Go further", "Say why; it is kept in the record.")
    await amira.chooses("What do you want to do?", "A child at risk: Tell children's social care today")
    await amira.fills("Why?", "The checklist cannot see how frightened they were.")
    await amira.submits()

    await amira.sees(
        "Recorded. The plan has changed to what you chose.", "A child at risk: Tell children's social care"
    )
    assert "went further" in await town.ledger_kinds()
    assert await town.remembers("frightened") == []


@EVERY_PRODUCT
async def test_going_further_after_it_was_sent_asks_the_people_it_needs_at_once(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await amira.begins()
    await amira.answers(stories.NOTHING)
    await amira.presses("Go on with this")
    await amira.sees("Write down what was done")
    await amira.presses("Go further than this")
    await amira.sees("# Go further")
    await amira.chooses("What do you want to do?", "A child at risk: Tell children's social care today")
    await amira.fills("Why?", "A second sign since then.")
    await amira.submits()
    await amira.sees("Waiting for Ben Carver or Chidi Lowe")
    await town.delivers()

    await ben.sees("# Do you agree?", "Tell children's social care today")


@EVERY_PRODUCT
async def test_nobody_can_go_to_something_weaker(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.answers(stories.A_CHILD)
    await amira.presses("Go further than this")
    await amira.sees("# Go further")

    offered = amira.screen()

    assert "A child at risk: Ring the council today and ask without a name" not in offered
    assert "Support the person who was harmed" not in offered
    assert CHECKED in offered
