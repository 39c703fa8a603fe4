"""Slack and Teams side by side in one charity: who asks on one is answered on the other, and one human stays one."""

from __future__ import annotations

from tests.conversations import stories
from tests.conversations.around import YES_NOW, tells_one_lead
from tests.conversations.resident import TALKED
from tests.conversations.sides import ACROSS, on
from tests.conversations.test_asking_back import answers, asks
from tests.conversations.town import Town

ON_BOTH = on("amira on both")
FEMI_ON_BOTH = on("femi on both")


@ACROSS
async def test_a_worker_on_one_product_is_answered_by_an_approver_on_the_other(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await amira.sees("# Waiting for a second person")
    await town.delivers()
    await femi.sees("# Do you agree?", "Amira Osei asks you to decide", "07700 900101")

    await femi.agrees("The signs are clear and there are two of them.")
    await femi.sees("Already decided: Femi Adair agreed to this at 02:14 on 20 November.")
    await town.delivers()

    await amira.sees("# What to do now", "Femi Adair agreed at 02:14 on 20 November", "01632 960102 at night")


@ACROSS
async def test_a_no_crosses_over_and_so_does_the_second_opinion(town: Town) -> None:
    amira, femi, ben = town.people("amira", "femi", "ben")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()

    await femi.says_no("Only one sign, and an old one.")
    await town.delivers()

    await amira.sees("Femi Adair said no. That is not the end")
    await ben.reads("# Do you agree?")


@ACROSS
async def test_a_question_and_its_answer_go_over_and_back(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()

    await asks(femi)
    await femi.sees("You asked Amira Osei something at 02:14.")
    await town.delivers()
    await amira.reads("# Somebody asks you something", "Femi Adair asks you something before they decide.")
    await answers(town, amira)

    await femi.reads("# You have an answer", "Amira Osei answered you at 02:14")


@ACROSS
async def test_danger_on_one_product_reaches_those_on_duty_on_the_other(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await amira.begins()

    await amira.presses(YES_NOW)
    await amira.sees("[I have rung 999]")
    await town.delivers()

    await ben.sees("07700 900101")


@ACROSS
async def test_a_lead_is_told_on_the_other_product_and_has_no_button(town: Town) -> None:
    amira, ben = town.people("amira", "ben")

    await tells_one_lead(amira)
    await town.delivers()

    await ben.sees("# Please ring your colleague", "Please ring Amira Osei now: 07700 900101.")
    assert ben.account.labels() == []


@ACROSS
async def test_whoever_is_a_moment_later_on_the_other_product_reads_who_was_first(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await amira.sends(stories.A_CHILD)
    await town.delivers()
    await ben.sees("# Do you agree?")
    await chidi.presses("Approve")
    await chidi.sees("# Your decision")

    await ben.agrees()
    await ben.sees("Already decided: Ben Carver agreed")
    await chidi.fills("Why do you agree?", "I think so too.")
    await chidi.ticks(TALKED)
    await chidi.submits()

    await chidi.sees("Already decided: Ben Carver agreed")
    assert (await town.ledger_kinds()).count("approved") == 1


@ON_BOTH
async def test_nobody_asks_on_slack_and_agrees_on_teams(town: Town) -> None:
    on_slack, on_teams, femi = town.person("amira"), town.person("amira", on="teams"), town.person("femi")
    await on_slack.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.presses("Approve")
    await femi.sees("# Your decision")
    await on_teams.types("home")
    await on_teams.sees("# Confer")
    before = await town.state()

    await on_teams.presses("Press", on=on_teams.forges("approve", **femi.carried()))

    await on_teams.sees("This is your own request. Somebody else has to decide it.")
    assert await town.state() == before


@FEMI_ON_BOTH
async def test_who_is_asked_on_both_decides_once_and_reads_so_on_both(town: Town) -> None:
    amira, on_slack, on_teams = town.person("amira"), town.person("femi"), town.person("femi", on="teams")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await on_slack.sees("# Do you agree?")
    await on_teams.sees("# Do you agree?")

    await on_teams.agrees()
    await on_teams.sees("Already decided: Femi Adair agreed to this")
    await town.delivers()

    await on_slack.sees("Already decided: Femi Adair agreed to this")
    await amira.sees("# What to do now", "Femi Adair agreed at 02:14")
    assert (await town.ledger_kinds()).count("approved") == 1


@ON_BOTH
async def test_one_human_goes_on_with_the_same_consultation_on_the_other_product(town: Town) -> None:
    on_slack, on_teams = town.person("amira"), town.person("amira", on="teams")
    await on_slack.begins()
    await on_slack.answers(stories.A_CHILD, until=stories.NEEDS)

    await on_teams.types("home")
    await on_teams.sees("# Confer", (await town.case()).reference)
    await on_teams.presses("Open")
    await on_teams.sees(f"# {stories.NEEDS}")
    await on_teams.answers(stories.A_CHILD)

    await on_teams.sees("# What we suggest", "A child at risk: Tell children's social care")
    assert len(await town.cases()) == 1
