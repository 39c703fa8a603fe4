"""What stands behind "More help" and "Why?": read on the way, before anybody has agreed and after."""

from __future__ import annotations

from tests.conversations import stories
from tests.conversations.town import Town


async def test_why_says_the_reason_the_policy_the_law_and_a_case_like_this(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.answers(stories.A_CHILD)

    await amira.presses("Why?")

    await amira.sees("Our policy", "A child at risk of serious harm (4.2.1)", "The law", "Children Act 1989")
    await amira.sees("Checked on 22 November 2026.", "A case like this", "The Victoria Climbié Inquiry")


async def test_more_help_says_what_to_say_to_leave_out_and_to_write_down(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.answers(stories.A_CHILD)

    await amira.presses("More help")

    await amira.sees("What to do", "Who to ring", "Say to them", "Tell them this, and no more", "What to leave out")
    await amira.sees("Telling the person", "At night and at weekends", "Write down", "Afterwards, for you")
    await amira.sees("Ask without a name", "Hide your number before you ring.")


async def test_what_nobody_may_delay_shows_its_steps_and_words_before_anything_is_sent(town: Town) -> None:
    amira = town.person("amira")

    await amira.begins()
    await amira.answers(stories.A_CHILD_TOLD_OF_SEXUAL_ABUSE)

    await amira.sees("# What we suggest", "Do this now. Nobody may stop or delay it.")
    await amira.sees("Ring children's social care or the police on 101 today.", "I need to report the sexual abuse")
