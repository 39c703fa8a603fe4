"""What people come with: the answers to each screen of the shipped book, by the screen's title.

A screen that is not asked in one case and is in another may stand here all the same.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.conversations.resident import NONE, Answer, Ticked

FIRST = "Could someone die or be badly hurt right now, or within hours?"
DANGERS = "Could any of these be true?"
NEEDS = "Is any of this why you are here?"
CHILD = "A child may be harmed, or was"
ADULT = "An adult may be abused, neglected or forced"
SELF = "Someone may kill or badly harm themselves"
CRIME = "A crime (also if someone was forced), a threat, or public danger"
ONE_OF_US = "The worry is about one of our own people"
SO_FAR = "What do you know so far?"
NEAR = "A little more, and who is safe to tell?"

Story = Mapping[str, Answer]

_CHILD_SCREENS: Story = {
    "How do we know?": "Another sign, or someone else",
    "Could any of this be part of it?": NONE,
    NEAR: {
        "How old is the person who was harmed, now?": "Under 18",
        "Are both young, close in age and both willing": "No",
        "Does the suspect work": "No",
        "Is there a parent or carer": "Not sure",
        "Is it safe and possible": "No",
    },
    "Does the suspect work or volunteer with others at risk?": "No",
}

NOTHING: Story = {FIRST: "No", DANGERS: NONE, NEEDS: NONE}
"""No danger and no need: it stays private."""

A_CHILD: Story = {FIRST: "No", DANGERS: Ticked((CHILD,)), NEEDS: NONE, **_CHILD_SCREENS}
"""A1: one other worker or trustee agrees."""

A_CHILD_WITHIN_HOURS: Story = {**A_CHILD, FIRST: "Not now, but within hours"}

A_CHILD_TOLD_OF_SEXUAL_ABUSE: Story = {
    **A_CHILD,
    "How do we know?": "The child told us",
    "Could any of this be part of it?": Ticked(("Sexual abuse or being used for sex",)),
    "What is your own role?": "Neither",
}
"""AN: one lead is told, and nobody may stop it."""

_ABOUT_A_CRIME: Mapping[str, str] = {
    "Is the person who may be hurt under 18?": "No",
    "Would waiting to ask or talk make things worse": "Yes",
}

_NO_DOUBT: Story = {"Are you unsure that telling someone is right?": "No, I am clear"}

A_KILLING_ADMITTED: Story = {
    FIRST: "No",
    DANGERS: Ticked((CRIME,)),
    NEEDS: NONE,
    SO_FAR: {**_ABOUT_A_CRIME, "How do we know about the crime?": "They say they did it"},
    "What do you know about it?": {
        "Which crime is it?": "Killing or very bad injury",
        "Is anyone else still at risk": "Yes",
        "Were they made to do it?": "No",
    },
    "Before anyone tells the police": {
        "Do the police know": "No",
        "Have you asked them to report it themselves?": "It would put someone at risk",
        "Are you unsure": "No, I am clear",
    },
}
"""A2: two workers."""

HEARD_OF_A_WEAPON: Story = {
    FIRST: "No",
    DANGERS: Ticked((CRIME,)),
    NEEDS: NONE,
    SO_FAR: {**_ABOUT_A_CRIME, "How do we know about the crime?": "We heard it from others"},
    "What do you know about it?": {
        "Which crime is it?": "Carrying a weapon",
        "Is anyone else still at risk": "Yes",
    },
    **_NO_DOUBT,
}
"""A1+: a lead or a trustee agrees."""

A_COURT_ORDER: Story = {
    FIRST: "No",
    DANGERS: NONE,
    NEEDS: Ticked(("A court or official paper has come",)),
    "What kind of paper is it?": {"Choose the one": "Court order, summons, coroner"},
    "Have you checked it with the office that sent it?": "Yes",
}
"""AO: the data-protection lead."""

A_CHILD_AND_A_WEAPON: Story = {**HEARD_OF_A_WEAPON, **_CHILD_SCREENS, DANGERS: Ticked((CHILD, CRIME))}

A_REQUEST: Story = {
    FIRST: "No",
    DANGERS: NONE,
    NEEDS: Ticked(("Someone outside is asking us",)),
    "Who would hear it, and about whom?": {
        "Who is asking?": "Probation",
        "Could the asker, or someone close to them": "No",
        "What do they want?": "Information about someone",
        "Has the client died?": "No",
        "Whose information would go?": "The client's",
    },
    "May this go?": {
        "Have they written down a serious reason": "Yes",
        "What did the person say to this sharing?": "I have not asked",
    },
    "Is there any reason to doubt they can decide this?": "No reason to doubt",
}
"""A1+, in a lane that protects nobody: a no stops it."""

A_REQUEST_THAT_CAN_WAIT: Story = {
    **A_REQUEST,
    "Who would hear it, and about whom?": {
        "Who is asking?": "Probation",
        "Could the asker, or someone close to them": "No",
        "What do they want?": "Information about someone",
        "Has the client died?": "Yes",
        "Whose information would go?": "The client's",
    },
    "Have they written down a serious reason, their power, and why they did not ask the person?": "No",
}
"""A1+, in a lane of no hurry: the client has died."""

THE_WAY: Mapping[str, str] = {
    "Do you have a case reference?": "Yes",
    "How will you send or say it?": "I ring a published number",
    "Is it only what this receiver needs": "Yes",
    "Does it show that someone changed gender?": "No",
    "Is your reason ready": "Yes",
}
"""The last checks before it leaves."""


def about(who: str, story: Story = A_CHILD) -> Story:
    """The same, with a worry about one of the charity's own people: `who` is one of the four answers."""
    dangers = story[DANGERS]
    assert isinstance(dangers, Ticked)
    return {
        **story,
        DANGERS: Ticked((*dangers.yes, ONE_OF_US)),
        "Who is the worry about? (Their role, not their name.)": who,
    }
