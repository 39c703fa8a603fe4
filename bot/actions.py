"""What can be pressed: each action's name and what it does.

The rule to keep: an action's name says what was pressed, never that it may be. Each handler checks again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot import (
    approvals,
    away,
    closing,
    consultation,
    guidance,
    home,
    on_call,
    reference,
    sending,
    spoken,
)
from bot.cards import Reply
from bot.turn import Turn

ACTIONS: Mapping[str, Callable[[Turn], Awaitable[Reply]]] = {
    "start": home.begin,
    "home": home.home,
    "typed": home.typed,
    "away": away.away,
    "away.confirm": home.gone,
    "away.end": home.back,
    "on_call": on_call.on_call,
    "new": consultation.new,
    "open": consultation.open_,
    "answer": consultation.answer,
    "ask": consultation.ask_again,
    "review": consultation.review,
    "name": reference.name,
    "name.confirm": reference.name_confirmed,
    "pause": consultation.pause,
    "stop": consultation.stop,
    "send": sending.send,
    "send.confirm": sending.send_confirmed,
    "withdraw": sending.withdraw,
    "depart": sending.depart,
    "depart.confirm": sending.depart_confirmed,
    "bar": sending.bar,
    "bar.confirm": sending.bar_confirmed,
    "decide": approvals.open_approval,
    "approve": approvals.approve,
    "approve.confirm": approvals.approve_confirmed,
    "decline": approvals.decline,
    "decline.confirm": approvals.decline_confirmed,
    "spoken": spoken.spoken,
    "spoken.confirm": spoken.spoken_confirmed,
    "spoken.yes": spoken.said_yes,
    "spoken.no": spoken.said_no,
    "record": closing.record,
    "record.confirm": closing.record_confirmed,
    "more": guidance.more,
    "read": closing.read,
    "close": closing.close,
}
