"""The timer of a request that waits: who is asked or called at each step, and how the timer comes back if it is lost.

The rule to keep: a step is written with the time of the next one; only a request that is settled has none.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from datetime import datetime

from bot.books import book_of
from bot.charity import charity_of
from bot.picture import URGENT, Picture, look
from bot.rungs import KIND, asked_still, leads, may_decide, next_one, pace, step, unanswered
from bot.sight import proposed
from bot.telling import new_message, tell
from policy.book import Book
from policy.walk import Verdict
from storage.posts import RETIRED
from storage.records import ApprovalRequest, Person, Post
from storage.store import Store, StoreUnavailable, Transaction

log = logging.getLogger(__name__)


async def climb(tx: Transaction, books: Mapping[str, Book], payload: Mapping[str, str]) -> None:
    """Take the step that is due. Raises NotHere."""
    if await tx.approvals.hold(payload["request"]) != "pending":
        return
    request = await tx.approvals.get(payload["request"])
    case = await tx.cases.get(request.consultation_id)
    picture = await look(tx, book_of(books, case), charity_of(await tx.organisations.current()), case)
    urgent = pace(picture, request) in URGENT
    if not urgent and (waking := picture.charity.waking.waking(tx.now)) > tx.now:
        await tx.outbox.put("timer", f"ladder:{request.id}", payload, run_at=waking)
        return
    number = int(payload["step"])
    taken, following = (step(picture, request, each, tx.now) for each in (number, number + 1))
    if not await tx.ladders.climb(request.id, number, taken.kind, following.at):
        return
    climbing = _Climbing(tx, picture, request, urgent=urgent)
    match taken.kind:
        case "asked":
            pass
        case "reminded":
            await climbing.reminds()
        case "next":
            await climbing.asks_the_next_one()
        case "leads":
            await climbing.calls_the_leads()
    for post in sorted(await tx.posts.of(case.id), key=lambda copy: copy.id):  # in the order that others lock them in
        if not post.kind.startswith(RETIRED):
            await tx.outbox.letter(post)


async def revive(store: Store, now: datetime) -> int:
    """Promise anew the timer of every request that waits and has none; gives how many."""
    found = 0
    async with store.read(now) as tx:
        organisations = await tx.organisations.all()
    for organisation in organisations:
        # The calendar takes a third of a second to read the first time: here, and not while somebody waits.
        charity_of(organisation).waking.waking(now)
        async with store.begin(now) as tx:
            tx.bind(organisation.id)
            for request_id, number, at in await tx.ladders.fallen():
                payload = {"timer": "ladder", "request": request_id, "step": str(number)}
                await tx.outbox.put("timer", f"ladder:{request_id}", payload, run_at=at)
                tx.note("timer revived", request=request_id)
                found += 1
    return found


async def revive_at_start(store: Store, now: datetime) -> None:
    """The same, where a database that is out of reach is no reason not to start."""
    try:
        found = await revive(store, now)
    except StoreUnavailable as trouble:
        log.warning("requests without a timer were not looked for: %s", type(trouble).__name__)
    else:
        if found:
            log.warning("%d requests waited without a timer", found)


class _Climbing:
    """One step of one request, in the transaction that takes it."""

    def __init__(self, tx: Transaction, picture: Picture, request: ApprovalRequest, *, urgent: bool) -> None:
        self._tx, self._picture, self._request, self._urgent = tx, picture, request, urgent
        self._verdict: Verdict | None = proposed(picture, request)

    async def reminds(self) -> None:
        await self._tell("approval", self._asked())
        self._note("asked again")

    async def asks_the_next_one(self) -> None:
        verdict = self._verdict
        new = next_one(self._picture, self._request, verdict) if verdict else []
        await self._tx.approvals.also_ask(self._request, [person.id for person in new], "next")
        await self._tell("approval", [*self._asked(), *new])
        self._note("asked next" if new else "asked again")

    async def calls_the_leads(self) -> None:
        """Whoever may decide is asked, the others are told to ring; the worker gets a message at the first time."""
        people = leads(self._picture, self._request)
        may = set(may_decide(self._picture, self._request, self._verdict, people))
        await self._tx.approvals.also_ask(self._request, sorted(may), "lead")
        await self._tell("approval", [person for person in people if person.id in may])
        await self._tell("told", [person for person in people if person.id not in may])
        if not unanswered(self._picture, self._request):
            case = self._picture.case
            posts: list[Post] = []
            for address in await self._tx.people.accounts([case.requester_id]):
                posts += await new_message(self._tx, case, KIND, address)
            await self._tx.outbox.letters(posts)
        self._note("leads called")

    def _asked(self) -> list[Person]:
        """Whoever was asked and can still decide; nobody who is away is woken for it."""
        absent = self._picture.around.absent
        still = asked_still(self._picture, self._request)
        can = set(may_decide(self._picture, self._request, self._verdict, still))
        return [person for person in still if person.id in can and person.id not in absent]

    async def _tell(self, kind: str, people: Collection[Person]) -> None:
        await tell(self._tx, self._picture.case, kind, people, urgent=self._urgent)

    def _note(self, kind: str) -> None:
        self._tx.note(kind, consultation=self._picture.case.id, request=self._request.id)
