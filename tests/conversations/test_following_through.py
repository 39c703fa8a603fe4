"""After the decision: what was really said is written down, then the end of the record; only then it can be closed."""

from __future__ import annotations

from datetime import UTC, datetime

from storage.keeping import FollowUp
from storage.records import Disclosure
from tests.conversations import stories
from tests.conversations.resident import Resident
from tests.conversations.test_board import sends_silenced
from tests.conversations.town import ONE_ENGINE, Town

COUNCIL = "Children's social care at the council"
NOBODY = "Nobody outside was told"
LETTER = "[A letter for them]"


async def agreed(town: Town) -> Resident:
    """A child at risk: Amira asked, Femi agreed."""
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.agrees()
    await femi.sees("Already decided")
    await town.delivers()
    await amira.sees("# What to do now")
    return amira


async def written(town: Town) -> list[Disclosure]:
    async with town.reading() as tx:
        return await tx.cases.disclosures((await town.case()).id)


async def followed(town: Town) -> list[FollowUp]:
    async with town.reading() as tx:
        return await tx.follow_ups.of((await town.case()).id)


async def told(person: Resident, town: Town) -> None:
    """It was shared, and nothing but the end is missing."""
    await person.writes_down(COUNCIL)
    await person.sees("Kept in the record.", "Before this can be closed")
    await town.delivers()


async def test_what_was_said_to_whom_when_and_how_is_kept_and_then_the_end_of_the_record(town: Town) -> None:
    amira = await agreed(town)
    town.clock.passes(minutes=40)
    await amira.presses("Write down what was done")
    await amira.sees("# What was done", "________ 02:54", "Ring 999")
    await amira.chooses("Who was told?", COUNCIL)
    await amira.fills("What is their role?", "duty social worker")
    await amira.fills("When?", "02:30")
    await amira.chooses("How did you tell them?", "By telephone")
    await amira.chooses("How did you make sure who it was?", "I rang a number that I found myself")
    await amira.ticks("What you saw, and what you were told, in the words that were used.")
    await amira.fills("Which reference did they give?", "log 0417")
    await amira.fills("What was said or done?", "Zebra crossing at dawn.")
    await amira.submits()
    await amira.sees(
        "Kept in the record.",
        "Write down whether the person was told, or why not.",
        "Write down whether the case notes are up to date.",
        "Write down the day on which you look at it again.",
        "Write down how you know what you ticked.",
    )

    await amira.finishes(
        "Yes, afterwards", when="02:50", why="Giraffes are calm.", review="In two weeks", basis="I was told"
    )
    await amira.sees("Kept in the record.", LETTER)
    await amira.presses("Close")
    await amira.sees("Closed. The record is kept.")

    [done] = await written(town)
    assert done.shared_at == datetime(2026, 11, 20, 2, 30, tzinfo=UTC)
    assert (done.way, done.verified, done.items) == ("phone", "published", ("refer_child.facts",))
    assert {each.kind: each.answer for each in await followed(town)} == {
        "told": "after",
        "notes": "done",
        "review": "2026-12-04",
    }
    async with town.reading() as tx:
        assert await tx.bases.of((await town.case()).id) == {"danger_child": "told"}
        assert await tx.follow_ups.chased((await town.case()).id) is None
    assert await town.remembers("zebra", "giraffe", "duty social worker", "log 0417") == []
    assert "Zebra" not in amira.all() + str(await town.ledger())


@ONE_ENGINE
async def test_what_cannot_be_taken_is_said_kindly_and_nothing_is_kept(town: Town) -> None:
    amira = await agreed(town)
    await amira.presses("Write down what was done")
    await amira.sees("# What was done")
    before = await town.state()
    await amira.chooses("Who was told?", COUNCIL)
    await amira.fills("When?", "14:20")
    await amira.fills("What was said or done?", "Rang the duty team.")
    await amira.submits()

    await amira.sees(
        "14:20 today is still to come. If it was the day before, write: yesterday 14:20.",
        "Please choose how you told them.",
        "“I did not check” is an answer too.",
    )
    await amira.fills("When?", "after lunch")
    await amira.submits()
    await amira.sees("Write a day and a time. Such as: now, 14:20, yesterday 23:40, or 20 November 14:20.")
    assert await town.state() == before


@ONE_ENGINE
async def test_not_yet_keeps_the_rest_and_asks_only_for_what_is_missing(town: Town) -> None:
    amira = await agreed(town)
    await told(amira, town)

    await amira.finishes("Not yet. I still have to", notes="Not yet. I still have to")
    await amira.sees("Kept. Come back here when the rest is done.")
    await amira.presses("Close")
    await amira.sees("# Finish the record", "Was the person told?", "case notes up to date?")

    assert "When do you look at this again?" not in amira.screen()
    assert "How do you know?" not in amira.screen()
    assert (await town.case()).state == "sent"
    assert [each.kind for each in await followed(town)] == ["review"]


@ONE_ENGINE
async def test_where_telling_them_is_not_safe_a_line_says_why_and_there_is_no_letter(town: Town) -> None:
    amira = await agreed(town)
    await told(amira, town)
    await amira.finishes("No. It is not safe to tell them")
    await amira.sees("Please write in one line why.")
    await amira.fills("If not, why? If yes, how they took it", "The one they fear reads their letters.")
    await amira.submits()
    await amira.sees("Kept in the record.", "[Close]")
    assert LETTER not in amira.screen()

    case = await town.case()
    await amira.presses("Press", on=amira.forges("letter", c=case.id))

    await amira.sees("No letter: you wrote that the person was not told. A letter would tell them.")
    assert "letter for the person shown" not in await town.ledger_kinds()


@ONE_ENGINE
async def test_the_letter_says_what_was_shared_and_what_they_can_do_and_nothing_that_was_typed(town: Town) -> None:
    amira = await agreed(town)
    await amira.writes_down(COUNCIL, "Zebra crossing at dawn.", role="duty social worker")
    await amira.sees("Kept in the record.")
    await amira.finishes(why="Giraffes are calm.")
    await amira.sees(LETTER)

    await amira.presses("A letter for them")

    await amira.sees(
        "# A letter for them",
        "Ring 999",
        "No parent or carer hears of it from you.",
        "Children's social care at the council: on 20 November 2026, by telephone.",
        "We were worried that somebody could come to harm.",
        "You can ask us for a copy of what we keep about you.",
        "You can complain to Northtown Harbour Project (invented).",
        "0303 123 1113",
    )
    assert [word for word in ("Zebra", "duty social worker", "Giraffes", "Femi") if word in amira.screen()] == []
    assert "letter for the person shown" in await town.ledger_kinds()


@ONE_ENGINE
async def test_while_nobody_may_be_tipped_off_nobody_is_asked_whether_they_were_told(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await amira.begins()
    await sends_silenced(amira)
    await town.delivers()
    await ben.agrees()
    await town.delivers()
    for lane, who in (("Terrorism or extremism", "Anti-terrorism police"), ("A child at risk", COUNCIL)):
        await amira.presses("Write down what was done")
        if not await written(town):
            await amira.sees("# What is this about?")
            await amira.presses(lane)
        await amira.sees("# What was done", f"About: {lane}")  # the second time the way leads straight to what is left
        await amira.chooses("Who was told?", who)
        await amira.chooses("How did you tell them?", "By telephone")
        await amira.chooses("How did you make sure who it was?", "I rang a number that I found myself")
        await amira.fills("What was said or done?", "What was seen.")
        await amira.submits()
        await amira.sees("Kept")

    await amira.presses("Finish the record")
    await amira.sees("# Finish the record")
    form = amira.screen()
    await amira.fills_in_the_end()
    await amira.sees("Kept in the record.")

    assert "Was the person told?" not in form
    assert [each.answer for each in await followed(town) if each.kind == "told"] == ["silenced"] * 2
    assert LETTER not in amira.screen()
    case = await town.case()
    await amira.presses("Press", on=amira.forges("letter", c=case.id))
    await amira.sees("No letter here. Nobody may be tipped off")


@ONE_ENGINE
async def test_decided_not_to_share_is_as_complete_a_record(town: Town) -> None:
    amira = await agreed(town)
    await amira.writes_down(NOBODY, "They moved away, and the council there knows.")
    await amira.sees("Kept in the record.", "Write down the day on which you look at it again.")
    assert "whether the person was told" not in amira.screen()

    await amira.finishes(review="In a week")
    await amira.sees("Kept in the record.")
    await amira.presses("Close")
    await amira.sees("Closed. The record is kept.")

    assert [(each.kind, each.lane, bool(each.text_id)) for each in await followed(town)] == [
        ("not_shared", "child", True),
        ("review", "", False),
    ]
    assert [(done.recipient, done.shared_at) for done in await written(town)] == [("nobody", None)]


@ONE_ENGINE
async def test_a_plan_that_shares_nothing_closes_with_a_reason_and_who_was_asked(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await amira.sends(stories.A_REQUEST, of="Ben Carver")
    await town.delivers()
    await ben.says_no("There is no reason in writing.")
    await ben.sees("Already decided")
    await town.delivers()
    await amira.presses("Write down what was done")
    await amira.sees("# What was done")
    await amira.chooses("Who was told?", NOBODY)
    await amira.fills("What was said or done?", "Wrote back that we need a reason.")
    await amira.submits()
    await amira.sees("Kept in the record.")
    case = await town.case()

    await amira.presses("Press", on=amira.forges("finish", c=case.id, v=str(case.version), all="yes"))

    await amira.sees("# Decided not to share", "Ben Carver said no, 02:14 on 20 November", "When do you look")


@ONE_ENGINE
async def test_a_correction_is_one_more_and_both_are_read_oldest_first(town: Town) -> None:
    amira = await agreed(town)
    town.clock.passes(minutes=30)
    await amira.writes_down(COUNCIL, "They take it up today.", when="02:20")
    await amira.sees("Kept in the record.")
    await amira.presses("Correct what was written")
    await amira.sees("# Correct it", "(x) Children's social care at the council", "________ 02:20", "(x) By telephone")
    await amira.chooses("Who was told?", "Police")
    await amira.fills("What is right?", "It was the police, on 101.")
    await amira.submits()
    await amira.sees("Corrected. What was written before stays beside it.")

    await amira.presses("Read the reasons")
    await amira.sees("# What was written", "A correction of what was done. Both are kept")
    screen = amira.screen()

    first, second = await written(town)
    assert second.corrects == first.id
    assert screen.index("They take it up today.") < screen.index("It was the police, on 101.")
    assert "Children's social care at the council, told at 02:20 on 20 November, by telephone." in screen
    assert "correction written" in await town.ledger_kinds()
    await amira.closes()
    case = await town.case()
    await amira.presses("Press", on=amira.forges("correct", c=case.id, v=str(case.version), d=first.id))
    await amira.sees("# Correct it", "(x) Police")  # what was corrected is not corrected twice


@ONE_ENGINE
async def test_a_correction_asks_anew_whether_the_person_was_told_and_until_then_there_is_no_letter(town: Town) -> None:
    amira = await agreed(town)
    await told(amira, town)
    await amira.finishes()
    await amira.sees(LETTER)

    town.clock.passes(minutes=5)
    await amira.presses("Correct what was written")
    await amira.sees("# Correct it")
    await amira.chooses("Who was told?", "Police")
    await amira.fills("What is right?", "It was the police.")
    await amira.submits()
    await amira.sees("Corrected.", "Write down whether the person was told, or why not.")

    assert LETTER not in amira.screen()
    case = await town.case()
    await amira.presses("Press", on=amira.forges("letter", c=case.id))
    await amira.sees("First write down whether the person was told.")


@ONE_ENGINE
async def test_whether_the_person_was_told_is_asked_of_each_lane_and_one_yes_lets_no_other_into_a_letter(
    town: Town,
) -> None:
    amira, ben, femi = town.people("amira", "ben", "femi")
    await amira.sends(stories.A_CHILD_AND_A_WEAPON, of="Femi Adair")
    await town.delivers()
    await femi.agrees()
    await femi.sees("Already decided")
    await ben.agrees()
    await ben.sees("Already decided")
    await town.delivers()
    await amira.presses("Write down what was done")
    await amira.sees("# What is this about?")
    await amira.presses("A child at risk")
    await amira.sees("# What was done")
    await amira.chooses("Who was told?", COUNCIL)
    await amira.chooses("How did you tell them?", "By telephone")
    await amira.chooses("How did you make sure who it was?", "I rang a number that I found myself")
    await amira.fills("What was said or done?", "What was seen.")
    await amira.submits()
    await amira.sees("Kept")
    await amira.writes_down("Police")
    await amira.sees("whether the person was told, or why not, about: A child at risk; ")

    await amira.presses("Finish the record")
    await amira.sees(
        "# Finish the record",
        "Was the person told? About: A child at risk",
        "No parent or carer hears of it from you.",
    )
    about = [line.strip() for line in amira.screen().splitlines() if "Was the person told? About: " in line]
    child, crime = (line.removesuffix(":").removeprefix("Was the person told?") for line in about)
    await amira.fills_in_the_end("Not yet. I still have to")
    await amira.sees("Kept. Come back here when the rest is done.")
    await amira.presses("Finish the record")
    await amira.sees("# Finish the record")
    await amira.chooses(f"Was the person told?{child}", "Not yet. I still have to")
    await amira.chooses(f"Was the person told?{crime}", "Yes, afterwards")
    await amira.fills(f"If yes, when?{crime}", "now")
    await amira.submits()
    await amira.sees("Kept. Come back here when the rest is done.")

    assert [(each.lane, each.answer) for each in await followed(town) if each.kind == "told"] == [("crime", "after")]
    assert LETTER not in amira.screen()
    case = await town.case()
    await amira.presses("Press", on=amira.forges("letter", c=case.id))
    await amira.sees("No letter: what was shared here is not for a letter to this person.")


@ONE_ENGINE
async def test_where_something_was_shared_the_last_form_does_not_ask_why_nothing_was(town: Town) -> None:
    amira = await agreed(town)
    await amira.writes_down(NOBODY, "They moved away.")
    await amira.sees("Kept in the record.")
    await amira.presses("Correct what was written")
    await amira.sees("# Correct it")
    await amira.chooses("Who was told?", COUNCIL)
    await amira.chooses("How did you tell them?", "By telephone")
    await amira.chooses("How did you make sure who it was?", "I rang a number that I found myself")
    await amira.fills("What is right?", "I rang them after all.")
    await amira.submits()
    await amira.sees("Corrected.")

    await amira.presses("Correct the last form")

    await amira.sees("# Finish the record", "Was the person told?")
    assert "Why was nothing shared?" not in amira.screen()


@ONE_ENGINE
async def test_what_was_said_before_anybody_agreed_is_seen_from_the_time_it_was_said(town: Town) -> None:
    amira = await agreed(town)
    town.clock.passes(minutes=30)

    await amira.writes_down(COUNCIL, when="02:10")

    await amira.sees("Kept. This was done before anybody agreed; the record says so.")


@ONE_ENGINE
async def test_nobody_else_writes_into_it(town: Town) -> None:
    await agreed(town)
    dora = town.person("dora")
    await dora.types("home")
    await dora.sees("# Confer")
    case, before = await town.case(), await town.state()

    for action in ("record", "record.confirm", "correct", "finish", "finish.confirm", "letter"):
        await dora.presses("Press", on=dora.forges(action, c=case.id, v=str(case.version), l="child"))
        await dora.sees("This is somebody else's consultation.")

    assert await town.state() == before
