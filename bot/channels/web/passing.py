"""The trial's time in the sandbox: what hour it is there, and the button that lets a week pass.

The rule to keep: where no trial has given the channel its time, there is neither button nor route.
"""

from __future__ import annotations

from aiohttp import hdrs, web
from markupsafe import Markup

from bot.channels import Time, Unavailable
from bot.channels.web.guard import LINES, WEEK, Refused
from bot.channels.web.inbound import read_inputs

NO_TIME = Markup()

_STOPPED = (
    "The week stopped on its way: the database does not answer. What had happened by then is kept. "
    "Wait a minute, then press again: the same week goes on from there."
)


class TrialTime:
    """`token`: of the page, without which nobody lets time pass."""

    def __init__(self, time: Time, token: str) -> None:
        self._time = time
        self._token = token

    def mount(self, app: web.Application) -> None:
        app.router.add_post(WEEK, self._week)

    async def panel(self) -> Markup:
        """What stands at the head of the page. Raises Unavailable."""
        return Markup(
            '<form class="time" method="post" action="{}"><input type="hidden" name="token" value="{}">'
            '<p id="time" role="status">Here it is {}</p>'
            '<button class="button tone-plain">Let a week pass</button></form>'
        ).format(WEEK, self._token, await self._time.says())

    async def _week(self, request: web.Request) -> web.StreamResponse:
        """A week later: our script gets the new hour, a plain browser the page again."""
        await read_inputs(request, self._token)
        try:
            await self._time.a_week()
            says = await self._time.says()
        except Unavailable:
            raise Refused(503, "Not available", _STOPPED) from None
        if LINES in request.headers.get(hdrs.ACCEPT, ""):
            return web.json_response({"time": f"Here it is {says}"})
        raise web.HTTPSeeOther("/")
