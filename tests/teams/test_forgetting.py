"""What somebody typed, and whose press it was, is gone from memory as soon as nobody can ask for it again."""

from __future__ import annotations

import gc
from typing import TypeVar

from bot.cards import Correct, Form, Open, Show, Text
from bot.channels.teams.answers import Answer
from bot.channels.teams.app import TeamsChannel
from bot.channels.teams.given import Given, Said
from bot.channels.teams.posting import Turned
from tests.bot.processes import until
from tests.slack.desk import question
from tests.teams.conftest import Desk
from tests.teams.connector import Connector, Person

T = TypeVar("T")
FORM = Form("Words", (Text("what", "What?"),), "Send", "record")


def alive(kind: type[T]) -> list[T]:
    """Every one of these in this process."""
    gc.collect()
    return [each for each in gc.get_objects() if isinstance(each, kind)]


async def begun(connector: Connector, desk: Desk) -> Person:
    desk.answers["typed"] = Show(question("One?", "Yes"))
    worker = connector.person("wren")
    await worker.types("hello")
    await worker.waits_for("# One?")
    await connector.until(lambda: desk.told)
    return worker


async def test_an_answer_with_what_was_typed_is_given_once_and_not_kept(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    worker = await begun(connector, desk)
    desk.answers["answer"], desk.answers["record"] = Open(FORM), Correct({"what": "No."})
    await worker.presses("Yes")
    await worker.fills("What?", "invented words")

    answer = await worker.submits()

    assert "invented words" in answer.text
    kept = [*(each.body for each in alive(Answer)), *(each.body for each in alive(Said))]
    assert [body for body in kept if "invented words" in str(body)] == []


async def test_an_answer_is_given_again_for_a_while_and_then_forgotten_by_itself() -> None:
    given, made = Given(seconds=0.1), []

    async def work() -> Said:
        made.append(1)
        return Said(200, b'{"value": "a card"}')

    for _ in range(2):
        await given.once(("tenant", "user", "delivery"), work)

    assert len(made) == len(given) == 1
    await until(lambda: len(given) == 0)


async def test_whose_press_it_was_is_forgotten_when_teams_never_takes_the_card(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    worker = await begun(connector, desk)
    desk.answers["answer"] = Show(question("Two?", "Yes"))
    connector.fails("update", status=429, retry_after=0, times=50)

    await worker.presses("Yes")

    await connector.until(lambda: len(connector.called("update")) == 5)
    await connector.until(lambda: alive(Turned) == [])
    assert len(desk.told) == 1
