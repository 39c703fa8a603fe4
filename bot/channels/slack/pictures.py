"""Pictures: uploaded to the workspace as our own private file, and put on a card that is shown already.

The rule to keep: a picture never holds up a card. The words are posted first; the picture takes their place later, and
only where nothing newer stands there by then.

The file is shared with nobody. Whoever posts an image block must have access to the file, and whoever reads the message
sees it: https://docs.slack.dev/reference/block-kit/composition-objects/slack-file-object. A file is looked through by
Slack before it can be shown, for a second or more, and until then a card with it is refused (invalid_blocks). Nothing
says when it is ready but files.info, which needs a further scope, so it is simply tried again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence

from bot.cards import Card, Image
from bot.channels import DeliveryError, Sent
from bot.channels.slack import render
from bot.channels.slack.screens import Screens, Still
from bot.channels.slack.wire import Uncertain, Unfit, Wire
from bot.channels.slack.words import ALT_TEXT, short

log = logging.getLogger(__name__)

NAME = "weeks.png"
PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0)  # seconds before each try to show it
REMEMBERED = 200  # pictures
OFF = 3600.0  # seconds without another try where we may not upload

# https://docs.slack.dev/reference/methods/files.getUploadURLExternal, "Errors": for these the workspace has to change.
MAY_NOT = frozenset(
    {"missing_scope", "not_allowed_token_type", "no_permission", "file_uploads_disabled", "access_denied"}
)

Files = Mapping[bytes, str]
"""A picture -> the id of its file."""


class Pictures:
    """`pauses`: seconds to wait before each try to show a picture that was just uploaded."""

    def __init__(
        self,
        wire: Wire,
        screens: Screens,
        pauses: Sequence[float] = PAUSES,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wire = wire
        self._screens = screens
        self._pauses = pauses
        self._now = now
        self._off_until = 0.0
        self._uploads: dict[tuple[str, bytes], asyncio.Task[str]] = {}
        self._shown: dict[tuple[str, bytes], str] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        wire.refused = self._forget

    def shown(self, card: Card, team: str) -> Files:
        """Of this card's pictures, those that Slack has shown before: they may be in a message from its beginning."""
        files = {image.png: self._shown.get((team, image.png), "") for image in _pictures(card)}
        return {png: id for png, id in files.items() if id}

    def add(self, card: Card, team: str, sent: Sent, there: Files) -> None:
        """This card stands there with the pictures that are `there`: see that the others come too, unless a newer
        card does.
        """
        missing = any(image.png not in there for image in _pictures(card))
        if not missing or self._now() < self._off_until:
            return
        still = self._screens.still((team, sent.conversation, sent.message))
        task = asyncio.create_task(self._add(card, team, sent, still))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Nobody was promised a picture: what is not there yet does not come."""
        tasks = [*self._tasks, *self._uploads.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _add(self, card: Card, team: str, sent: Sent, still: Still) -> None:
        try:
            files = {image.png: await self._uploaded(image, team) for image in _pictures(card)}
            if await self._put(card, files, team, sent, still):
                self._remember(team, files)
        except DeliveryError as error:
            if str(error) in MAY_NOT:
                self._off_until = self._now() + OFF
            log.warning("Slack: a picture could not be shown: %s", error)
        except Exception as bug:
            log.error("Slack: a picture could not be shown: %s", type(bug).__name__)

    async def _put(self, card: Card, files: Files, team: str, sent: Sent, still: Still) -> bool:
        """Whether it stands there now. Raises DeliveryError, also where Slack has enough of us: cards come first."""

        async def put() -> None:
            said = {"channel": sent.conversation, "ts": sent.message, "text": card.summary}
            await self._wire.call("chat.update", team, blocks=render.blocks(card, files=files), **said)

        for pause in self._pauses:
            await asyncio.sleep(pause)
            try:
                return await still(put)
            except (Unfit, Uncertain):
                continue
        raise DeliveryError("Slack does not take the file")

    async def _uploaded(self, image: Image, team: str) -> str:
        """The id of its file; uploaded once for all who get the same picture. Raises DeliveryError."""
        key = (team, image.png)
        if key not in self._uploads:
            while len(self._uploads) >= REMEMBERED:
                del self._uploads[next(iter(self._uploads))]
            self._uploads[key] = asyncio.create_task(self._upload(image, team))
        try:
            return await asyncio.shield(self._uploads[key])
        except Exception:
            self._uploads.pop(key, None)
            raise

    async def _upload(self, image: Image, team: str) -> str:
        place = await self._wire.call(
            "files.getUploadURLExternal",
            team,
            filename=NAME,
            length=len(image.png),
            alt_txt=short(image.words, ALT_TEXT),
        )
        await self._wire.upload(str(place["upload_url"]), image.png)
        id = str(place["file_id"])
        await self._wire.call("files.completeUploadExternal", team, files=[{"id": id, "title": image.title}])
        return id

    def _forget(self, team: str, files: Files) -> None:
        """Slack would not show it any more, as where somebody deleted it: the next card has it uploaded anew."""
        for png, id in files.items():
            if self._shown.get((team, png)) == id:
                del self._shown[team, png]
                self._uploads.pop((team, png), None)

    def _remember(self, team: str, files: Files) -> None:
        for png, id in files.items():
            while len(self._shown) >= REMEMBERED:
                del self._shown[next(iter(self._shown))]
            self._shown[team, png] = id


def _pictures(card: Card) -> list[Image]:
    return [block for block in card.blocks if isinstance(block, Image) and block.png]
