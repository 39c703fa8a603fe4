"""What the count of presses takes for granted: two for sending, and what protects somebody can go after ten screens."""

from __future__ import annotations

from policy.presses import MOST_TO_SENT, SO_FAR, TO_SEND
from tests.conversations import stories
from tests.conversations.resident import NONE, Ticked
from tests.conversations.sides import EVERY_PRODUCT
from tests.conversations.town import ONE_ENGINE, Town

FOUR_DANGERS: stories.Story = {
    **stories.A_CHILD,
    stories.DANGERS: Ticked((stories.CHILD, stories.ADULT, stories.SELF, stories.CRIME)),
    stories.SO_FAR: {"Would waiting": "Yes", "How do we know about the crime?": "We heard it from others"},
    "How are they now?": {
        "Do they have a plan": "Yes",
        "Is this new or worse": "New or worse",
        "Have you talked with them": "Not yet",
        "Are they in prison": "No",
    },
    "What do you know about the adult?": NONE,
    "What does the adult want?": {"Is there any reason to doubt": "No reason to doubt", "You told them": "They agree"},
}


@EVERY_PRODUCT
async def test_what_protects_somebody_is_sent_with_the_twelfth_press_and_the_rest_is_asked_afterwards(
    town: Town,
) -> None:
    amira = town.person("amira")
    await amira.begins()
    presses = 0
    while "Send what we have so far" not in amira.screen():
        await amira.fills_in(FOUR_DANGERS[amira.title()])
        presses += 1
    assert presses == SO_FAR

    await amira.presses("Send what we have so far")
    await amira.sees("# Before it is sent")
    await amira.submits()
    await amira.sees("# Waiting for a second person", "Which crime is it?")

    assert presses + TO_SEND == MOST_TO_SENT
    case = await town.case()
    assert case.state == "sent"


@ONE_ENGINE
async def test_sending_takes_its_button_and_its_form(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.answers(stories.A_CHILD)
    await amira.sees("# What we suggest")

    await amira.presses("Ask for agreement")
    await amira.sees("# Before it is sent")
    await amira.submits()

    await amira.sees("# Waiting for a second person")
    assert TO_SEND == 2


@ONE_ENGINE
async def test_what_a_tick_means_is_read_where_it_is_ticked(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()

    await amira.presses("No")

    await amira.sees(f"# {stories.DANGERS}", "Long ago still counts.", "This goes round them, not through")
