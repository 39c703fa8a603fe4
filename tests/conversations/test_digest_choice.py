"""Each reader's choice of the digest: weekly, monthly, on request; what no choice can hide, and who has none."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.events import Event
from storage.digest_choices import Often
from tests.conversations import stories
from tests.conversations.resident import Resident
from tests.conversations.sides import EVERYWHERE
from tests.conversations.test_digest import MONDAY, digests, waits_until
from tests.conversations.town import ONE_ENGINE, Town

LABELS = {"monthly": "Once a month", "on_request": "Only when I ask for it", "weekly": "Every week"}
SAID = {"monthly": "You get the first digest of each month.", "on_request": "You get no digest by itself."}
WEEK = timedelta(days=7)


async def chooses(person: Resident, often: Often) -> None:
    """From the newest digest in their messages."""
    await person.presses("All the numbers")
    await person.sees("[How often I get this]")
    await person.presses("How often I get this")
    await person.sees(
        "# The weekly digest",
        "get it in a week in which an emergency is not reviewed",
        "or the record is not whole.",
    )
    await person.chooses("How often?", LABELS[often])
    await person.submits()
    await person.reads("# Your choice is kept", SAID[often])
    await person.closes()


async def weeks_pass(town: Town, *numbers: int) -> None:
    """The digests of so many weeks after the first one."""
    for number in numbers:
        await waits_until(town, MONDAY + number * WEEK)


async def an_emergency(town: Town) -> None:
    amira = town.person("amira")
    await amira.commands()
    await amira.answers({stories.FIRST: "Yes, now"})
    await town.delivers()


async def test_once_a_month_the_first_of_the_month_comes_and_says_which_did_not(town: Town) -> None:
    iris, ben = town.people("iris", "ben")
    await waits_until(town, MONDAY)
    await chooses(iris, "monthly")

    await weeks_pass(town, 1)  # 30 November
    november = len(digests(iris))
    await weeks_pass(town, 2, 3, 4, 5)  # 7, 14, 21, 28 December
    december = digests(iris)
    await weeks_pass(town, 6)  # 4 January

    assert (november, len(december), len(digests(iris)), len(digests(ben))) == (1, 2, 3, 7)
    assert "Not sent to you: the weeks up to 30 November." in december[-1]
    assert "Not sent to you: the weeks up to 14 December, 21 December, 28 December." in digests(iris)[-1]
    await iris.presses("The last four weeks")
    await iris.reads("Up to 09:00 on Monday 14 December")


@ONE_ENGINE
async def test_on_request_it_stands_on_the_home_page_and_comes_by_no_message(town: Town) -> None:
    iris = town.person("iris")
    await waits_until(town, MONDAY)
    await chooses(iris, "on_request")
    await weeks_pass(town, 1, 2)
    sent = len(digests(iris))

    await iris.opens_home()
    await iris.presses("The weekly digest")
    iris.goes_to_messages()

    await iris.sees("From 09:00 on Monday 30 November to 09:00 on Monday 7 December.")
    assert sent == 1
    await iris.presses("All the numbers")
    await iris.presses("How often I get this")
    await iris.sees("(x) Only when I ask for it")


@ONE_ENGINE
@pytest.mark.parametrize("often", ["monthly", "on_request"])
async def test_a_week_in_which_an_emergency_waits_comes_whatever_was_chosen(town: Town, often: Often) -> None:
    iris = town.person("iris")
    await waits_until(town, MONDAY)
    await chooses(iris, often)
    await an_emergency(town)

    await weeks_pass(town, 1)

    assert len(digests(iris)) == 2
    assert "You do not get every one. This one comes because" in digests(iris)[-1]
    assert "1 emergency is not reviewed yet" in digests(iris)[-1]


@ONE_ENGINE
async def test_whoever_chose_otherwise_is_no_hole(town: Town) -> None:
    iris, ewan = town.people("iris", "ewan")
    await waits_until(town, MONDAY)
    await chooses(iris, "on_request")

    await weeks_pass(town, 1)

    assert "we cannot write to" not in digests(ewan)[-1]
    assert "Who reads the weekly digest" not in ewan.all()


@ONE_ENGINE
@pytest.mark.parametrize("handle", ["dora", "ben", "ewan"])  # the chair and both leads
async def test_the_chair_and_the_leads_have_no_choice_and_a_forged_press_is_refused(town: Town, handle: str) -> None:
    person = town.person(handle)
    await waits_until(town, MONDAY)
    await person.presses("All the numbers")
    await person.sees("By ground")
    offered = person.screen()

    form = await town.hears(Event("", town.who(person), "digest.often"))
    fields = {"often": ("on_request",)}
    forged = await town.hears(Event("", town.who(person), "digest.often.confirm", fields=fields))
    await weeks_pass(town, 1)

    assert "How often I get this" not in offered
    assert "That cannot be turned off." in repr(form)
    assert "That cannot be turned off." in repr(forged)
    assert len(digests(person)) == 2
    assert "digest chosen" not in await town.ledger_kinds()


@ONE_ENGINE
async def test_whoever_chose_fewer_and_leads_now_gets_every_one(town: Town) -> None:
    iris = town.person("iris")
    await waits_until(town, MONDAY)
    await chooses(iris, "on_request")
    await town.changes("iris", capabilities=["may_approve", "chair"])

    await weeks_pass(town, 1)

    assert len(digests(iris)) == 2
    assert "You do not get every one" not in digests(iris)[-1]


@ONE_ENGINE
async def test_nobody_else_finds_it_and_a_forged_choice_is_refused(town: Town) -> None:
    amira, iris = town.people("amira", "iris")
    await waits_until(town, MONDAY)

    await amira.opens_home()
    replies = [await town.hears(Event("", town.who(amira), each)) for each in ("digest.latest", "digest.often")]
    wrong = await town.hears(Event("", town.who(iris), "digest.often.confirm", fields={"often": ("never",)}))

    assert "The weekly digest" not in amira.screen()
    assert all("Only trustees and leads" in repr(each) for each in replies)
    assert "Please choose one of the list." in repr(wrong)


@EVERYWHERE
async def test_the_choice_is_made_on_every_product(town: Town) -> None:
    iris = town.person("iris")
    await waits_until(town, MONDAY)
    await iris.sees("The week: look at this")

    await chooses(iris, "monthly")

    async with town.reading() as tx:
        [chosen] = (await tx.digest_choices.all()).values()
    assert chosen.often == "monthly"
