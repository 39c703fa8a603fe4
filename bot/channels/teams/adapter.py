"""The Bot Framework's adapter and handler, over our own connector: the only place where its types are used.

Nothing of it decides anything: an activity comes in as a turn, and cards go out as activities, by our own calls.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from botbuilder.core import ActivityHandler, BotAdapter, CardFactory, TurnContext
from botbuilder.schema import (
    Activity,
    ActivityTypes,
    ChannelAccount,
    ConversationAccount,
    ConversationParameters,
    ConversationReference,
    ResourceResponse,
)

from bot.channels.teams.connector import Connector, Json
from bot.channels.teams.references import Reference

CHANNEL = "msteams"
HERE, TOOK, URGENT = "confer.reference", "confer.took", "confer.urgent"  # names in a turn's state


class Adapter(BotAdapter):  # type: ignore[misc]  # botbuilder ships no types
    """Sends, updates and new conversations as calls of our connector. Each raises DeliveryError as that does."""

    def __init__(self, connector: Connector) -> None:
        super().__init__()
        self._connector = connector

    def turn(self, here: Reference, body: Mapping[str, Any] | None = None, *, urgent: bool = False) -> TurnContext:
        """A turn in this conversation: of an inbound activity, or begun by us. `urgent`: as in the connector."""
        body = body or {"type": ActivityTypes.event, "name": "ContinueConversation"}
        context = TurnContext(
            self,
            Activity(
                type=body["type"],
                id=body.get("id"),
                name=body.get("name"),
                action=body.get("action"),
                channel_id=CHANNEL,
                service_url=here.service,
                conversation=ConversationAccount(id=here.conversation),
                from_property=ChannelAccount(id=here.user, aad_object_id=here.directory),
                recipient=ChannelAccount(id=here.bot),
                channel_data={"tenant": {"id": here.tenant}},
            ),
        )
        context.turn_state[HERE] = here
        context.turn_state[URGENT] = urgent
        return context

    async def send_activities(self, context: TurnContext, activities: Sequence[Activity]) -> list[ResourceResponse]:
        here: Reference = context.turn_state[HERE]
        urgent: bool = context.turn_state[URGENT]
        sent = [await self._connector.send(here, written(each, here), urgent=urgent) for each in activities]
        return [ResourceResponse(id=id) for id in sent]

    async def update_activity(self, context: TurnContext, activity: Activity) -> ResourceResponse:
        here: Reference = context.turn_state[HERE]
        urgent: bool = context.turn_state[URGENT]
        await self._connector.update(here, activity.id, written(activity, here), urgent=urgent)
        return ResourceResponse(id=activity.id)

    async def delete_activity(self, context: TurnContext, reference: ConversationReference) -> None:
        await self._connector.delete(context.turn_state[HERE], reference.activity_id)

    async def create_conversation(
        self,
        reference: ConversationReference,
        logic: Callable[[TurnContext], Awaitable[None]] | None,
        conversation_parameters: ConversationParameters,
        urgent: bool = False,
    ) -> Reference:
        """With one person, named by the parameters' only member. `logic` is the SDK's; nothing waits for it here."""
        asked = conversation_parameters
        return await self._connector.create(
            reference.service_url, asked.tenant_id, asked.bot.id, asked.members[0].id, urgent=urgent
        )

    async def begin(self, service: str, tenant: str, bot: str, user: str, *, urgent: bool = False) -> Reference:
        """The private conversation with somebody, by their id in the directory."""
        asked = ConversationParameters(
            is_group=False, bot=ChannelAccount(id=bot), members=[ChannelAccount(id=user)], tenant_id=tenant
        )
        return await self.create_conversation(ConversationReference(service_url=service), None, asked, urgent)


class Turns(ActivityHandler):  # type: ignore[misc]  # botbuilder ships no types
    """What asks something of us goes to `take`; everything else is left alone."""

    def __init__(self, take: Callable[[TurnContext], Awaitable[None]]) -> None:
        self._take = take

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        await self._take(turn_context)

    async def on_invoke_activity(self, turn_context: TurnContext) -> None:
        # The answer is kept beside the turn: the stock handler copies it, and has it written twice over.
        await self._take(turn_context)

    async def on_installation_update_add(self, turn_context: TurnContext) -> None:
        await self._take(turn_context)


def message(drawn: Json, summary: str) -> Activity:
    """A drawn card as an activity. The summary is all that a lock screen shows."""
    return Activity(type=ActivityTypes.message, summary=summary, attachments=[CardFactory.adaptive_card(drawn)])


def written(activity: Activity, to: Reference) -> Json:
    """As the connector reads it: the SDK's own serialiser takes a third of a millisecond and loses fields.

    Some regions refuse what does not name the tenant and the person's id in the directory.
    """
    recipient = {"id": to.user, "aadObjectId": to.directory}
    return {
        "type": activity.type,
        "summary": activity.summary,
        "attachments": [{"contentType": each.content_type, "content": each.content} for each in activity.attachments],
        "from": {"id": to.bot},
        "recipient": {name: each for name, each in recipient.items() if each},
        "conversation": {"id": to.conversation, "tenantId": to.tenant},
        "channelData": {"tenant": {"id": to.tenant}},
    }
