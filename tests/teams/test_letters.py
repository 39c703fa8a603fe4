"""Letters: cards that come by themselves, also to whoever never opened the app, and what is said when they cannot."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from aiohttp import web

from bot.cards import Nothing, Show
from bot.channels import CannotErase, Closed, DeliveryError, Gone, Letter, Placed
from bot.channels.teams.app import TeamsChannel
from bot.channels.teams.references import Reference
from bot.events import Who
from tests.slack.desk import question
from tests.teams.conftest import Desk, running, serving
from tests.teams.connector import Connector, Person

CARD = question("Please look at a request", "Approve", "Decline")


def letter(to: Person, id: str = "L1", conversation: str = "", message: str = "", title: str = "") -> Letter:
    card = question(title, "Approve") if title else CARD
    return Letter(id, Who("teams", to.tenant, to.object_id), conversation, message, card)


def kept(to: Person, service: str = "") -> str:
    """A reference as the database hands it back."""
    connector = to.connector
    here = service or connector.service_url
    return Reference(here, to.conversation.id, to.tenant, f"28:{connector.app_id}", to.id, to.object_id).written()


async def test_somebody_who_never_opened_the_app_is_written_to_by_their_id_in_the_directory(
    connector: Connector, channel: TeamsChannel
) -> None:
    trustee = connector.person("sol")

    sent = await channel.deliver(letter(trustee))

    assert "# Please look at a request" in trustee.sees()
    assert sent.message == trustee.messages()[0].id
    reference = Reference.read(sent.conversation)
    assert reference is not None
    assert reference.conversation == trustee.conversation.id
    [created] = connector.called("create")
    assert created["members"] == [{"id": trustee.object_id}]
    assert created["channelData"] == {"tenant": {"id": connector.tenant}}


async def test_all_that_a_lock_screen_shows_is_the_summary(connector: Connector, channel: TeamsChannel) -> None:
    trustee = connector.person("sol")

    await channel.deliver(letter(trustee))

    assert trustee.messages()[0].activity["summary"] == CARD.summary
    assert "text" not in trustee.messages()[0].activity


async def test_a_conversation_is_begun_once(connector: Connector, channel: TeamsChannel) -> None:
    trustee = connector.person("sol")

    for n in range(3):
        await channel.deliver(letter(trustee, f"L{n}"))

    assert len(connector.called("create")) == 1
    assert len(trustee.messages()) == 3


async def test_whoever_spoke_to_us_is_answered_where_they_spoke(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    trustee = connector.person("sol")
    await trustee.types("hello")

    await channel.deliver(letter(trustee))

    assert "# Please look at a request" in trustee.sees()
    assert connector.called("create") == []


async def test_a_letter_to_a_message_changes_it(connector: Connector, channel: TeamsChannel) -> None:
    trustee = connector.person("sol")
    first = await channel.deliver(letter(trustee))

    second = await channel.deliver(letter(trustee, "L2", first.conversation, first.message, "Decided"))

    assert second == first
    assert [message.edits for message in trustee.messages()] == [1]
    assert "# Decided" in trustee.sees()


async def test_a_kept_conversation_is_used_after_a_restart(connector: Connector, desk: Desk) -> None:
    trustee = connector.person("sol")
    where = kept(trustee)
    async with running(connector, desk) as channel:
        sent = await channel.deliver(letter(trustee, conversation=where))

    assert sent.conversation == where
    assert connector.called("create") == []


async def test_a_service_address_that_has_moved_is_followed_when_that_person_is_heard_again(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    trustee = connector.person("sol")
    where = kept(trustee)
    connector.moves("emea")
    desk.answers["typed"] = Nothing()
    await trustee.types("hello")

    sent = await channel.deliver(letter(trustee, conversation=where))

    assert "/emea/" in sent.conversation
    assert len(connector.called("send")) == 1


async def test_a_service_address_that_has_moved_is_followed_when_a_colleague_is_heard(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    trustee = connector.person("sol")
    first = await channel.deliver(letter(trustee))
    connector.moves("emea")
    await connector.person("wren").types("hello")

    changed = await channel.deliver(letter(trustee, "L2", first.conversation, first.message, "Decided"))
    new = await channel.deliver(letter(trustee, "L3", first.conversation))

    assert changed.message == first.message
    assert "/emea/" in new.conversation
    assert [message.edits for message in trustee.messages()] == [1, 0]


async def test_a_kept_address_that_is_not_microsofts_is_never_sent_to(
    connector: Connector, channel: TeamsChannel
) -> None:
    trustee = connector.person("sol")

    sent = await channel.deliver(letter(trustee, conversation=kept(trustee, "https://evil.example/")))

    assert json.loads(sent.conversation)["service"] == connector.service_url


@pytest.mark.parametrize("where", ["", "x", "[]", "null", '{"service":1}', "D123"])
async def test_a_kept_conversation_that_is_not_ours_is_begun_anew(
    connector: Connector, channel: TeamsChannel, where: str
) -> None:
    trustee = connector.person("sol")

    await channel.deliver(letter(trustee, conversation=where))

    assert "# Please look at a request" in trustee.sees()


async def test_a_message_that_nobody_can_find_is_gone(connector: Connector, channel: TeamsChannel) -> None:
    trustee = connector.person("sol")

    with pytest.raises(Gone):
        await channel.deliver(letter(trustee, conversation=kept(trustee), message="1"))
    with pytest.raises(Gone):
        await channel.deliver(letter(trustee, conversation="", message="1"))


# Who cannot be reached


@pytest.mark.parametrize("marks", [{"blocked": True}, {"installed": False}])
async def test_whoever_blocked_the_app_or_never_had_it_is_gone_and_not_closed(
    connector: Connector, channel: TeamsChannel, marks: dict[str, Any]
) -> None:
    trustee = connector.person("sol", **marks)

    with pytest.raises(Gone) as failed:
        await channel.deliver(letter(trustee))

    assert not isinstance(failed.value, Closed)


@pytest.mark.parametrize(
    "code",
    [
        "ConversationBlockedByUser",
        "ForbiddenOperationException",
        "BotNotInConversationRoster",
        "NotEnoughPermissions",
        "MessageWritesBlocked",
    ],
)
async def test_what_teams_refuses_because_of_that_person_is_never_tried_again(
    connector: Connector, channel: TeamsChannel, code: str
) -> None:
    trustee = connector.person("sol")
    connector.fails("send", status=403, code=code, times=2)

    with pytest.raises(Gone) as failed:
        await channel.deliver(letter(trustee, conversation=kept(trustee)))

    assert not isinstance(failed.value, Closed)


@pytest.mark.parametrize("code", ["BotDisabledByAdmin", "InvalidBotApiHost", "ServiceError"])
@pytest.mark.parametrize("call", ["create", "send"])
async def test_what_teams_refuses_to_everybody_is_for_later_and_comes_when_it_is_allowed_again(
    connector: Connector, channel: TeamsChannel, caplog: pytest.LogCaptureFixture, call: str, code: str
) -> None:
    trustee = connector.person("sol")
    connector.fails(call, status=403, code=code)

    with pytest.raises(DeliveryError) as failed:
        await channel.deliver(letter(trustee))
    assert not isinstance(failed.value, Gone)
    assert failed.value.after is None
    assert f"403 {code}" in caplog.text
    assert trustee.object_id not in caplog.text

    await channel.deliver(letter(trustee))
    assert len(trustee.messages()) == 1


@pytest.mark.parametrize("status", [403, 404])
async def test_a_refusal_that_is_not_the_connectors_own_ends_no_letter_and_no_account(
    connector: Connector, channel: TeamsChannel, status: int
) -> None:
    trustee = connector.person("sol")

    def proxy(_: web.Request) -> web.Response:
        return web.Response(status=status, text="<html>Not here</html>", content_type="text/html")

    async with serving("POST", "/{rest:.*}", proxy) as address:
        with pytest.raises(DeliveryError) as failed:
            await channel.deliver(letter(trustee, conversation=kept(trustee, f"{address}/uk/")))

    assert not isinstance(failed.value, Gone)


@pytest.mark.parametrize("known", [True, False])
async def test_an_account_that_is_closed_is_closed(connector: Connector, channel: TeamsChannel, known: bool) -> None:
    trustee = connector.person("sol", deleted=True)

    with pytest.raises(Closed):
        await channel.deliver(letter(trustee, conversation=kept(trustee) if known else ""))


@pytest.mark.parametrize("code", ["TenantNotFound", "ServiceNotFound", "ResourceNotFound"])
async def test_what_teams_does_not_find_closes_no_account_where_it_is_not_that_person(
    connector: Connector, channel: TeamsChannel, code: str
) -> None:
    connector.fails("create", status=404, code=code)
    trustee = connector.person("sol")

    with pytest.raises(DeliveryError) as failed:
        await channel.deliver(letter(trustee))

    assert not isinstance(failed.value, Gone)
    await channel.deliver(letter(trustee))
    assert "# Please look at a request" in trustee.sees()


async def test_an_id_that_teams_cannot_read_is_gone(connector: Connector, channel: TeamsChannel) -> None:
    connector.fails("create", status=400, code="BadSyntax")

    with pytest.raises(Gone) as failed:
        await channel.deliver(letter(connector.person("sol")))

    assert not isinstance(failed.value, Closed)


async def test_whoever_installed_the_app_anew_is_reached_in_the_new_conversation(
    connector: Connector, channel: TeamsChannel
) -> None:
    trustee = connector.person("sol")
    old = Reference(connector.service_url, "a:1gone", trustee.tenant, "28:x", trustee.id).written()

    sent = await channel.deliver(letter(trustee, conversation=old))

    assert json.loads(sent.conversation)["conversation"] == trustee.conversation.id


# A Teams that does not take it now


@pytest.mark.parametrize("status", [412, 429, 502, 504])
async def test_what_teams_puts_off_says_for_how_long_and_is_not_tried_before(
    connector: Connector, channel: TeamsChannel, status: int
) -> None:
    trustee, other = connector.person("sol"), connector.person("ash")
    connector.fails("send", status=status, retry_after=30)

    waits = []
    for _ in range(2):
        with pytest.raises(DeliveryError) as failed:
            await channel.deliver(letter(trustee, conversation=kept(trustee)))
        assert not isinstance(failed.value, Gone)
        waits.append(failed.value.after or 0)
    await channel.deliver(letter(other, "L2"))

    assert waits[0] == 30
    assert 29 < waits[1] <= 30
    assert len(connector.called("send")) == 2


async def test_what_stands_there_already_is_changed_while_new_messages_have_to_wait(
    connector: Connector, channel: TeamsChannel
) -> None:
    trustee = connector.person("sol")
    sent = await channel.deliver(letter(trustee))
    connector.fails("send", status=429, retry_after=600)
    with pytest.raises(DeliveryError):
        await channel.deliver(letter(trustee, "L2"))

    await channel.deliver(letter(trustee, "L1", sent.conversation, sent.message, "Nobody could be asked"))

    assert "# Nobody could be asked" in trustee.sees()


@pytest.mark.parametrize("status", [412, 502, 504, 500, 503])
async def test_a_failure_without_a_time_counts_as_a_try(
    connector: Connector, channel: TeamsChannel, status: int
) -> None:
    trustee = connector.person("sol")
    connector.fails("send", status=status)

    with pytest.raises(DeliveryError) as failed:
        await channel.deliver(letter(trustee))
    assert failed.value.after is None
    assert not isinstance(failed.value, Gone)

    await channel.deliver(letter(trustee))
    assert len(trustee.messages()) == 1


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("", 1, 1),
        ("soon", 1, 1),
        ("-5", 0, 0),
        ("nan", 1, 1),
        ("99999", 600, 600),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 600, 600),
        ("Mon, 05 Jan 2026 00:00:00 GMT", 0, 0),
    ],
)
async def test_the_time_to_wait_is_read_in_all_its_forms(
    connector: Connector, channel: TeamsChannel, header: str, least: float, most: float
) -> None:
    trustee = connector.person("sol")
    connector.fails("send", status=429, retry_after=header)

    with pytest.raises(DeliveryError) as failed:
        await channel.deliver(letter(trustee))

    assert failed.value.after is not None
    assert least <= failed.value.after <= most


async def test_a_service_that_points_to_another_address_is_not_followed(
    connector: Connector, channel: TeamsChannel
) -> None:
    trustee = connector.person("sol")

    def away(request: web.Request) -> web.Response:
        there = connector.service_url + request.path.removeprefix("/").partition("/")[2]
        return web.Response(status=307, headers={"Location": there})

    async with serving("POST", "/{rest:.*}", away) as address:
        with pytest.raises(DeliveryError):
            await channel.deliver(letter(trustee, conversation=kept(trustee, f"{address}/uk/")))

    assert connector.called("send") == []


async def test_a_connection_that_breaks_is_for_later(connector: Connector, channel: TeamsChannel) -> None:
    trustee = connector.person("sol")
    connector.fails("send", status=0)

    with pytest.raises(DeliveryError) as failed:
        await channel.deliver(letter(trustee))

    assert not isinstance(failed.value, Gone)
    assert failed.value.after is None


async def test_a_login_service_that_is_down_is_for_later(connector: Connector, desk: Desk) -> None:
    connector.fails("token", status=503, times=9)
    async with running(connector, desk) as channel:
        with pytest.raises(DeliveryError) as failed:
            await channel.deliver(letter(connector.person("sol")))

    assert not isinstance(failed.value, Gone)


async def test_a_token_that_teams_takes_no_longer_is_replaced_within_the_same_call(
    connector: Connector, channel: TeamsChannel
) -> None:
    trustee = connector.person("sol")
    await channel.deliver(letter(trustee))
    connector.tokens.clear()

    await channel.deliver(letter(trustee, "L2"))

    assert len(trustee.messages()) == 2
    assert len(connector.called("token")) == 2


async def test_an_app_that_teams_does_not_know_is_for_later_and_not_asked_for_ever(
    connector: Connector, channel: TeamsChannel
) -> None:
    trustee = connector.person("sol")
    connector.fails("create", status=401, times=9)

    with pytest.raises(DeliveryError) as failed:
        await channel.deliver(letter(trustee))

    assert not isinstance(failed.value, Gone)
    assert len(connector.called("create")) == 2


async def test_a_card_that_teams_refuses_is_sent_in_plain_words_and_then_given_up(
    connector: Connector, channel: TeamsChannel
) -> None:
    trustee = connector.person("sol")
    connector.fails("send", status=413, code="MessageSizeTooBig")

    await channel.deliver(letter(trustee))

    assert "Please look at a request" in trustee.sees()
    connector.fails("send", status=400, times=2)
    with pytest.raises(DeliveryError) as failed:
        await channel.deliver(letter(trustee, "L2"))
    assert not isinstance(failed.value, Gone)


async def test_a_letter_and_a_press_never_change_one_message_at_once(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    trustee = connector.person("sol")
    desk.answers["answer"] = Show(question("Approved"))
    first = await channel.deliver(letter(trustee))
    slow = asyncio.Event()
    connector.fails("update", status=500, hang=slow)
    edit = letter(trustee, "L2", first.conversation, first.message, "Changed")
    editing = asyncio.create_task(channel.deliver(edit))
    await connector.until(lambda: connector.called("update"))

    await trustee.presses("Approve")
    done, _ = await asyncio.wait({editing}, timeout=0.05)

    assert not done
    assert len(connector.called("update")) == 1
    slow.set()
    await connector.until(lambda: desk.told)
    trustee.starts_teams_again()
    assert "# Approved" in trustee.sees()
    with pytest.raises(DeliveryError):
        await editing


async def test_before_the_start_a_letter_is_for_later(connector: Connector, channel: TeamsChannel) -> None:
    await channel.stop()

    with pytest.raises(DeliveryError):
        await channel.deliver(letter(connector.person("sol")))


async def test_a_local_run_without_an_app_id_sends_no_token(connector: Connector, desk: Desk) -> None:
    environment = {"CONFER_LOCAL": "1", "TEAMS_SERVICE_URL": connector.service_url}
    connector.fails("create", status=500)
    async with running(connector, desk, environment=environment) as channel:
        with pytest.raises(DeliveryError):
            await channel.deliver(letter(connector.person("sol")))

    assert connector.called("token") == []


async def test_a_message_of_ours_is_deleted_and_a_second_time_is_as_once(
    connector: Connector, channel: TeamsChannel
) -> None:
    trustee = connector.person("sol")
    sent = await channel.deliver(letter(trustee))
    placed = Placed(Who("teams", trustee.tenant, trustee.object_id), sent.conversation, sent.message)

    await channel.erase(placed)
    await channel.erase(placed)

    assert trustee.messages() == []


async def test_a_message_in_a_conversation_that_is_shut_stays_and_that_is_said(
    connector: Connector, channel: TeamsChannel
) -> None:
    trustee = connector.person("sol")
    sent = await channel.deliver(letter(trustee))
    connector.fails("delete", status=403, code="MessageWritesBlocked")

    with pytest.raises(CannotErase):
        await channel.erase(Placed(Who("teams", trustee.tenant, trustee.object_id), sent.conversation, sent.message))

    assert len(trustee.messages()) == 1


async def test_a_message_that_stands_nowhere_we_know_of_stays_and_that_is_said(
    connector: Connector, channel: TeamsChannel
) -> None:
    trustee = connector.person("sol")

    with pytest.raises(CannotErase):
        await channel.erase(Placed(Who("teams", trustee.tenant, trustee.object_id), "", "1"))
