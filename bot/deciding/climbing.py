"""The timer of a request that waits: who is asked or called at each step.

The rule to keep: a step is written with the time of the next one; only a request that is settled has none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bot.books import book_of
from bot.deciding.requests import tell_new, told
from bot.deciding.rungs import KIND, asked_still, here, leads, may_decide, next_one, pace, step, unanswered
from bot.organisation.charity import charity_of
from bot.picture import URGENT, Picture, look
from bot.sight import proposed
from bot.telling import new_message, tell
from policy.book import Book
from policy.walk import Verdict
from storage.posts import RETIRED
from storage.records import ApprovalRequest, Person, Post, Rungs, Taken
from storage.store import Transaction


async def climb(tx: Transaction, books: Mapping[str, Book], payload: Mapping[str, str]) -> None:
    """Take the step that is due. Raises NotHere."""
    if await tx.approvals.hold(payload["request"]) != "pending":
        return
    request = await tx.approvals.get(payload["request"])
    case = await tx.cases.get(request.consultation_id)
    picture = await look(tx, book_of(books, case), charity_of(await tx.organisations.current()), case)
    urgent = pace(picture, request) in URGENT
    if case.practice and unanswered(picture, request):
        return
    if (case.practice or not urgent) and (waking := picture.charity.waking.waking(tx.now)) > tx.now:
        await tx.outbox.put("timer", f"ladder:{request.id}", payload, run_at=waking)
        return
    number = int(payload["step"])
    taken, following = (step(picture, request, each, tx.now) for each in (number, number + 1))
    climbing = _Climbing(tx, picture, request, urgent=urgent)
    # Where there is nobody to ask, nobody waits for an answer of theirs: the step after it follows at once.
    skips = climbing.has_nobody_to_ask(taken.kind)
    kind: Taken = "skipped" if skips else taken.kind
    if not await tx.ladders.climb(request.id, number, kind, tx.now if skips else following.at):
        return
    match taken.kind:
        case "asked":
            await climbing.asks()
        case "reminded":
            await climbing.reminds()
        case "next":
            await climbing.asks_the_next_one()
        case "leads":
            await climbing.calls_the_leads()
    for post in sorted(await tx.posts.of(case.id), key=lambda copy: copy.id):  # in the order that others lock them in
        if not post.kind.startswith(RETIRED) and not post.erased:
            await tx.outbox.letter(post)


async def morning(tx: Transaction, books: Mapping[str, Book], payload: Mapping[str, str]) -> None:
    """Write to whoever was asked in the night about what can wait. Raises NotHere."""
    if await tx.approvals.hold(payload["request"]) != "pending":
        return
    request = await tx.approvals.get(payload["request"])
    case = await tx.cases.get(request.consultation_id)
    picture = await look(tx, book_of(books, case), charity_of(await tx.organisations.current()), case)
    await _Climbing(tx, picture, request, urgent=pace(picture, request) in URGENT).asks_in_the_morning()


class _Climbing:
    """One step of one request, in the transaction that takes it."""

    def __init__(self, tx: Transaction, picture: Picture, request: ApprovalRequest, *, urgent: bool) -> None:
        self._tx, self._picture, self._request, self._urgent = tx, picture, request, urgent
        self._verdict: Verdict | None = proposed(picture, request)

    async def asks(self) -> None:
        """What waited for waking hours: whoever was asked at night is written to now, and whoever hears of it."""
        await self._tell("approval", asked_still(self._picture, self._request))
        if self._verdict:
            await tell_new(self._tx, self._picture.case, told(self._picture, self._verdict), ("told", "approval"))
        self._note("written to")

    def has_nobody_to_ask(self, kind: Rungs) -> bool:
        """Whether this step would write to nobody whom a message of ours reaches, and who can decide it."""
        people = self._asked() + (self._new() if kind == "next" else [])
        return kind in ("reminded", "next") and not here(self._picture, people)

    async def reminds(self) -> None:
        await self._tell("approval", self._asked())
        self._note("nobody to ask" if self.has_nobody_to_ask("reminded") else "asked again")

    async def asks_the_next_one(self) -> None:
        new = self._new()
        await self._tx.approvals.also_ask(self._request, [person.id for person in new], "next")
        await self._tell("approval", [*self._asked(), *new])
        self._note("nobody to ask" if self.has_nobody_to_ask("next") else "asked next" if new else "asked again")

    async def asks_in_the_morning(self) -> None:
        """Whoever was asked in the night has no message yet; where none of them can decide it, the leads are told."""
        case, still = self._picture.case, asked_still(self._picture, self._request)
        can = set(may_decide(self._picture, self._request, self._verdict, still))
        able = [person for person in still if person.id in can]
        await tell_new(self._tx, case, able, ("approval",), "approval")
        if not able:
            await tell_new(self._tx, case, leads(self._picture, self._request), ("told", "approval"))
        self._note("written to")

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
        self._note("leads called" if people else "nobody to ask")

    def _new(self) -> list[Person]:
        return next_one(self._picture, self._request, self._verdict) if self._verdict else []

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
