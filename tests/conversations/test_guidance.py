"""What stands behind "More help" and "Why?": read on the way, before anybody has agreed and after."""

from __future__ import annotations

from tests.conversations import stories
from tests.conversations.resident import Resident
from tests.conversations.sides import EVERY_PRODUCT
from tests.conversations.town import ONE_ENGINE, Town

FAX = {**stories.THE_WAY, "How will you send or say it?": "Fax"}
GET_THE_YES = "Ring one of the people who are asked to agree, and get their yes."
TELL_CHILDREN = "Ring children's social care today"


@EVERY_PRODUCT
async def test_why_says_the_reason_the_policy_the_law_and_a_case_like_this(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.answers(stories.A_CHILD)

    await amira.presses("Why?")

    await amira.sees("Our policy", "A child at risk of serious harm (4.2.1)", "The law", "Children Act 1989")
    await amira.sees("Checked on 22 November 2026.", "A case like this", "The Victoria Climbié Inquiry")


@EVERY_PRODUCT
async def test_more_help_says_what_to_say_to_leave_out_and_to_write_down(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.answers(stories.A_CHILD)

    await amira.presses("More help")

    await amira.sees("What you can do now", "What you will do once somebody agrees", "Who to ring")
    await amira.sees("What you will say to them then", "What you will tell them then, and no more")
    await amira.sees("What you will leave out", "Telling the person then", "At night and at weekends")
    await amira.sees("What you will write down then", "Afterwards, for you")
    await amira.sees("Ask without a name", "Hide your number before you ring.")


@ONE_ENGINE
async def test_what_nobody_may_delay_shows_its_steps_and_words_before_anything_is_sent(town: Town) -> None:
    amira = town.person("amira")

    await amira.begins()
    await amira.answers(stories.A_CHILD_TOLD_OF_SEXUAL_ABUSE)

    await amira.sees("# What we suggest", "Do this now. Nobody may stop or delay it.")
    await amira.sees("Ring children's social care or the police on 101 today.", "I need to report the sexual abuse")


@ONE_ENGINE
async def test_more_help_with_what_waits_for_a_yes_never_reads_as_do_this_now(town: Town) -> None:
    amira = town.person("amira")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await amira.sees("Waiting for Femi Adair to agree.")

    await amira.presses("More help")
    await amira.sees("# More help")

    now, then = amira.screen().split("What you will do once somebody agrees")
    assert "What you can do now" in now
    assert GET_THE_YES in now
    assert "You can ring for advice now, without giving a name." in now
    assert "Hide your number before you ring." in now
    assert TELL_CHILDREN in then
    assert TELL_CHILDREN not in now
    assert "What to do" not in now + then


@ONE_ENGINE
async def test_where_nobody_is_protected_nothing_but_the_yes_stands_before_the_yes(town: Town) -> None:
    ewan = town.person("ewan")
    await ewan.sends(stories.A_REQUEST, of="Ben Carver")

    await ewan.presses("More help")
    await ewan.sees("# More help", "What you can do now", "Who to ring then")

    now, _ = ewan.screen().split("What you will do once somebody agrees")
    assert "Talk it through with the case reference only." in now or GET_THE_YES in now
    assert "without giving a name" not in now


@ONE_ENGINE
async def test_once_somebody_agreed_how_to_get_a_yes_is_no_step_any_more(town: Town) -> None:
    ewan = await answered(town, "ewan", stories.A_REQUEST, by="ben")
    await ewan.sees("First answer the last checks on this card.")
    assert GET_THE_YES not in ewan.screen()

    await ewan.presses("More help")
    await ewan.sees("# More help", "What you will do after the last checks")

    assert GET_THE_YES not in ewan.screen()
    assert "once somebody agrees" not in ewan.screen()


@ONE_ENGINE
async def test_a_no_leaves_the_steps_to_be_read_and_not_to_be_done(town: Town) -> None:
    ewan = await answered(town, "ewan", stories.A_REQUEST, by="ben", no=True)
    await ewan.sees("Ben Carver said no, so nothing goes out for now.")

    await ewan.presses("More help")

    await ewan.sees("# More help", "What you would do if somebody agreed")


@ONE_ENGINE
async def test_what_a_check_stops_says_stop_before_anything_else(town: Town) -> None:
    amira = await answered(town, "amira", stories.A_CHILD, by="femi")
    await amira.fills_in(FAX)

    await amira.sees("Stop: Never use a fax.", "Femi Adair agreed at 02:14", "First do what “Stop” says.")
    card = amira.screen()
    assert card.index("Stop: Never use a fax.") < card.index("Femi Adair agreed")
    assert GET_THE_YES not in card
    await amira.presses("More help")
    await amira.sees("# More help", "First do what “Stop” says. Then this", TELL_CHILDREN)
    form = amira.screen()
    assert form.index("Stop: Never use a fax.") < form.index("Tell children's social care today")
    assert GET_THE_YES not in form


AT_ONCE = ("Say to them", "Tell them this, and no more", "Write down", "What to leave out", "Telling the person")


def headings(person: Resident) -> set[str]:
    return {line for line in person.screen().splitlines() if line in AT_ONCE}


@ONE_ENGINE
async def test_what_waits_or_is_stopped_is_never_headed_as_something_to_say_or_write_now(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await amira.presses("More help")
    await amira.sees("# More help", "What you will say to them then", "What you will write down then")
    assert headings(amira) == set()
    await amira.closes()
    await town.delivers()
    await femi.agrees()
    await femi.sees("Already decided")
    await town.delivers()
    await amira.fills_in(FAX)
    await amira.sees("Stop: Never use a fax.")

    await amira.presses("More help")

    await amira.sees("# More help", "First do what “Stop” says. Then this", "What you will say to them then")
    assert headings(amira) == set()


@ONE_ENGINE
async def test_what_was_agreed_to_and_stopped_by_nothing_is_headed_as_to_be_said_now(town: Town) -> None:
    amira = await answered(town, "amira", stories.A_CHILD, by="femi")

    await amira.presses("More help")

    await amira.sees("# More help", "Say to them", "Write down")
    assert {"Say to them", "Write down"} <= headings(amira)
    assert "What you will" not in amira.screen()


@ONE_ENGINE
async def test_after_a_no_the_words_are_those_one_would_say(town: Town) -> None:
    ewan = await answered(town, "ewan", stories.A_REQUEST, by="ben", no=True)

    await ewan.presses("More help")

    await ewan.sees("# More help", "What you would do if somebody agreed")
    assert "What you will" not in ewan.screen()
    assert headings(ewan) == set()


async def answered(town: Town, handle: str, story: stories.Story, *, by: str, no: bool = False) -> Resident:
    """The worker whose request somebody has answered."""
    worker, other = town.people(handle, by)
    await worker.sends(story, of={"ben": "Ben Carver", "femi": "Femi Adair"}[by])
    await town.delivers()
    await (other.says_no() if no else other.agrees())
    await other.sees("Already decided")
    await town.delivers()
    return worker
