"""The loop that sends: nothing ends it, nothing gets lost in it, and what cannot arrive is given up and told."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from sqlalchemy import text

from bot import messages
from bot.cards import Say
from bot.channels import Channel, DeliveryError, Desk, Gone, Letter, Sent
from bot.delivery import Delivery
from bot.dispatch import Dispatcher
from bot.reporting import digest_card
from bot.reporting.figures import kept
from bot.turn import Office
from policy.book import Book
from storage.outbox import ATTEMPTS
from storage.records import Consultation, Post
from storage.sealing import Keyring, new_key
from storage.store import Store
from tests.bot.processes import until, until_soon
from tests.policy.small import small_book
from tests.reporting.invented import QUIET

NIGHT = datetime(2026, 11, 20, 2, 14, tzinfo=UTC)
SECRET = "she said he would kill her"
DAY = timedelta(days=1)


@dataclass
class Clock:
    """Stands where it is put. As many looks as `broken` says fail, with what somebody typed in the message."""

    now: datetime = NIGHT
    broken: int = 0

    def __call__(self) -> datetime:
        if self.broken:
            self.broken -= 1
            raise RuntimeError(SECRET)
        return self.now


@dataclass
class Sheets:
    """A channel that keeps what it is given, or fails with what it is told to."""

    name: str = "paper"
    trouble: Exception | None = None
    slow_for: str = "nobody"  # whose letters wait for `go_on`: users that begin like this
    letters: list[Letter] = field(default_factory=list)
    asked: list[Letter] = field(default_factory=list)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    def mount(self, app: web.Application, desk: Desk) -> None:
        pass

    async def start(self, desk: Desk) -> None:
        pass

    async def stop(self) -> None:
        pass

    async def deliver(self, letter: Letter) -> Sent:
        if self.trouble is not None:
            raise self.trouble
        if letter.to.user.startswith(self.slow_for):
            self.asked.append(letter)
            await self.go_on.wait()
        self.letters.append(letter)
        return Sent(letter.conversation, letter.message or f"sheet-{letter.id}")


@dataclass
class Place:
    """A worker with a consultation, and a colleague who is told of it; nothing is promised yet."""

    store: Store
    organisation: str
    case: Consultation
    clock: Clock
    checklist: Post
    told: Post

    def delivery(self, *channels: Channel, books: Mapping[str, Book] | None = None) -> Delivery:
        return Delivery(self.office(books), channels)

    def office(self, books: Mapping[str, Book] | None = None) -> Office:
        book = small_book()
        return Office(self.store, {book.id: book} if books is None else books, self.clock)

    async def promises(self, *posts: Post) -> None:
        async with self.store.begin(self.clock.now) as tx:
            tx.bind(self.organisation)
            for post in posts:
                await tx.outbox.letter(post)

    async def rings(self, **payload: str) -> None:
        async with self.store.begin(self.clock.now) as tx:
            tx.bind(self.organisation)
            await tx.outbox.put("timer", "a timer", payload)

    async def states(self) -> dict[str, str]:
        """Job key -> state."""
        async with self.store.read(NIGHT) as tx:
            return {row.key: row.state for row in await tx.connection.execute(text("SELECT key, state FROM jobs"))}

    async def notes(self, *kinds: str) -> list[Mapping[str, str]]:
        async with self.store.read(NIGHT) as tx:
            tx.bind(self.organisation)
            bodies = [json.loads(entry.body) for entry in await tx.ledger.entries()]
        return [body for body in bodies if body["kind"] in kinds]

    async def undelivered(self) -> list[str]:
        async with self.store.read(NIGHT) as tx:
            tx.bind(self.organisation)
            return await tx.outbox.undelivered(self.case.id)

    async def tries(self, delivery: Delivery, times: int) -> None:
        """So many tries, each when the wait before it is over."""
        for _ in range(times):
            await delivery.drain()
            self.clock.now += DAY


@pytest.fixture
async def place(database_url: str) -> AsyncIterator[Place]:
    store = Store(database_url, Keyring.parse(new_key("test")))
    async with store.begin(NIGHT) as tx:
        organisation = await tx.organisations.add("The Invented Trust", {"book": "small"})
        posts = []
        wren = await tx.people.put(handle="wren", name="Wren", role="worker", capabilities=[])
        sol = await tx.people.put(handle="sol", name="Sol", role="trustee", capabilities=[])
        case = await tx.cases.open(wren.id, reference="IT-2026-0001", book_id="small", book_version="1")
        for person, kind in ((wren, "checklist"), (sol, "told")):
            await tx.people.connect(person.id, channel="paper", tenant="t", user=person.handle)
            [address] = await tx.people.accounts([person.id])
            posts.append(await tx.posts.ensure(case.id, kind, address))
    yield Place(store, organisation.id, case, Clock(), *posts)
    await store.close()


@asynccontextmanager
async def running(delivery: Delivery) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(delivery.run())
    try:
        yield task
    finally:
        delivery.stop()
        await asyncio.wait_for(task, 30)


# The loop itself


async def test_a_round_that_fails_in_a_way_nobody_thought_of_does_not_end_the_sending(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    paper = Sheets()
    delivery = place.delivery(paper)
    await place.promises(place.told)
    place.clock.broken = 3

    async with running(delivery):
        await until(lambda: paper.letters)

    assert "RuntimeError at bot/test_delivery.py" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_of_many_timers_at_once_few_are_in_hand_and_all_are_rung(place: Place) -> None:
    """Ten thousand charities are due in the same minute: what is claimed and only waits loses its lease."""
    async with place.store.begin(NIGHT) as tx:
        tx.bind(place.organisation)
        for number in range(90):
            await tx.outbox.put("timer", f"{number}", {"timer": "night_test", "person": "nobody"})
    delivery = place.delivery()

    async with place.store.writer.begin() as slow:
        await slow.execute(text("LOCK TABLE people IN ACCESS EXCLUSIVE MODE"))
        for _ in range(4):
            await delivery.round()
        held = "SELECT count(*) FROM jobs WHERE state = 'due' AND token <> ''"
        in_hand = int((await slow.execute(text(held))).scalar_one())
    await delivery.drain()

    assert in_hand == 12
    assert set((await place.states()).values()) == {"done"}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_while_hands_are_nearly_full_only_what_is_urgent_is_taken_up(place: Place) -> None:
    """Ten thousand digests in one minute, one by one, would be as many claims."""
    held = text("SELECT key FROM jobs WHERE state = 'due' AND token <> ''")
    delivery = place.delivery()

    async def promise(kind: str, number: int) -> None:
        async with place.store.begin(NIGHT) as tx:
            tx.bind(place.organisation)
            for each in range(number):
                payload = {"timer": "night_test", "person": "nobody"}
                await tx.outbox.put("timer", f"{kind} {each}", payload, patient=kind == "digest")

    await promise("ladder", 7)
    async with place.store.writer.begin() as slow:
        await slow.execute(text("LOCK TABLE people IN ACCESS EXCLUSIVE MODE"))
        await delivery.round()
        await promise("digest", 20)
        await delivery.round()
        nearly = sorted(key.split()[0] for key in (await slow.execute(held)).scalars())
        await promise("test", 2)
        await delivery.round()
        then = sorted(key.split()[0] for key in (await slow.execute(held)).scalars())
    await delivery.drain()

    assert (nearly, then) == (["ladder"] * 7, ["ladder"] * 7 + ["test"] * 2)
    assert set((await place.states()).values()) == {"done"}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_whoever_was_given_what_may_wait_has_seen_what_is_urgent_and_need_not_look_again(place: Place) -> None:
    delivery = place.delivery()
    async with place.store.begin(NIGHT) as tx:
        tx.bind(place.organisation)
        for number in range(20):
            payload = {"timer": "night_test", "person": "nobody"}
            await tx.outbox.put("timer", f"{number}", payload, patient=number > 0)

    async with place.store.writer.begin() as slow:
        await slow.execute(text("LOCK TABLE people IN ACCESS EXCLUSIVE MODE"))
        full = await delivery.round()
    await delivery.drain()
    await place.rings(timer="night_test", person="nobody")

    assert (full, await delivery.round()) == (False, True)
    await delivery.drain()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_fault_the_database_names_does_not_end_the_sending(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    paper = Sheets()
    await place.promises(place.told)
    await _behind(place, "ALTER TABLE jobs RENAME TO jobs_away")

    async with running(place.delivery(paper)):
        await until(lambda: "ProgrammingError at" in caplog.text)
        await _behind(place, "ALTER TABLE jobs_away RENAME TO jobs")
        await until(lambda: paper.letters)


async def test_answers_that_cannot_be_written_down_do_not_end_the_writing_down(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    office = place.office()
    dispatcher = Answered(office, place.clock)
    async with place.store.begin(NIGHT) as tx:
        tx.bind(place.organisation)
        dispatcher.answered = [await tx.outbox.letter(place.told, held=True)]

    async with running(Delivery(office, [], dispatcher)):

        async def settled() -> bool:
            return set((await place.states()).values()) == {"done"}

        await until_soon(settled)

    assert "1 answered cards will be sent once more: RuntimeError at bot/test_delivery.py" in caplog.text
    assert SECRET not in caplog.text


class Answered(Dispatcher):
    """A desk that tells twice what was answered, and breaks the clock the first time."""

    def __init__(self, office: Office, clock: Clock) -> None:
        super().__init__(office)
        self.answered: list[tuple[str, str]] = []
        self._clock = clock
        self._told = 0

    def take_settled(self) -> list[tuple[str, str]]:
        self._told += 1
        self._clock.broken += self._told == 1
        return self.answered if self._told <= 2 else []


async def test_a_loop_that_has_ended_or_looks_no_more_says_so_and_why(place: Place) -> None:
    delivery = place.delivery()
    late = NIGHT + timedelta(seconds=31)
    before = [
        delivery.trouble(NIGHT + timedelta(seconds=30), NIGHT),
        delivery.trouble(late, None),
        delivery.trouble(late, late + timedelta(seconds=1)),
    ]

    stuck = delivery.trouble(late, NIGHT)
    place.clock.now = late
    await delivery.round()
    looked = delivery.trouble(late, NIGHT)
    async with running(delivery):
        pass

    assert before == ["", "", ""]
    assert stuck == "letters are due and nobody has looked for 31 seconds"
    assert looked == ""
    assert delivery.trouble(late, None) == "sending has stopped"


async def test_an_urgent_letter_goes_out_while_hundreds_of_digests_wait_for_a_product_that_is_slow(
    place: Place,
) -> None:
    paper = Sheets(slow_for="reader")
    delivery = place.delivery(paper)
    async with place.store.begin(NIGHT) as tx:
        tx.bind(place.organisation)
        await tx.digests.write("2026-W46", since=NIGHT - 7 * DAY, until=NIGHT, figures=kept(QUIET))
        for number in range(200):
            reader = await tx.people.put(handle=f"r{number}", name=f"R{number}", role="trustee", capabilities=[])
            await tx.people.connect(reader.id, channel="paper", tenant="t", user=f"reader-{number}")
            accounts = await tx.people.accounts([reader.id])
            await messages.send_to(tx, digest_card.KIND, accounts, {"week": "2026-W46"}, patient=True)

    async with running(delivery):
        await until(lambda: paper.asked)
        await place.promises(place.told)
        await until(lambda: paper.letters)
        in_hand = len(paper.asked)
        paper.go_on.set()
        await until(lambda: len(paper.letters) == 201)

    assert paper.letters[0].id == place.told.id
    assert in_hand < 40


# Whose letters


async def test_a_letter_of_a_channel_that_is_not_here_waits_for_a_process_that_has_it(place: Place) -> None:
    paper, slate = Sheets(), Sheets("slate")
    await place.promises(place.told)

    await place.delivery(slate).drain()
    waiting = await place.states()
    await place.delivery(paper).drain()

    assert waiting == {f"card:{place.told.id}": "due"}
    assert ([letter.id for letter in paper.letters], slate.letters) == ([place.told.id], [])


async def test_a_timer_whose_book_is_not_here_waits_for_a_process_that_has_it(place: Place) -> None:
    await place.rings(timer="emergency_record", case=place.case.id)

    await place.delivery(books={}).drain()
    waiting = await place.states()
    place.clock.now += DAY
    await place.delivery().drain()

    assert (waiting, await place.states()) == ({"a timer": "due"}, {"a timer": "done"})


async def test_a_timer_is_rung_by_whoever_comes_first(place: Place) -> None:
    await place.rings(timer="emergency_record", case=place.case.id)

    await place.delivery().drain()

    assert await place.states() == {"a timer": "done"}


async def test_a_letter_whose_book_is_not_here_waits_for_a_process_that_has_it(place: Place) -> None:
    paper = Sheets()
    await place.promises(place.told)

    await place.delivery(paper, books={}).drain()
    nothing = list(paper.letters)
    place.clock.now += timedelta(minutes=1)
    await place.delivery(paper).drain()

    assert nothing == []
    assert [letter.id for letter in paper.letters] == [place.told.id]


# What cannot arrive


@pytest.mark.parametrize("trouble", [ValueError(SECRET), OSError(SECRET), TimeoutError(SECRET), DeliveryError(SECRET)])
async def test_a_letter_that_fails_again_and_again_is_given_up_and_the_worker_is_told(
    trouble: Exception, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    # asyncio says through its own log that a task ended with an exception nobody asked for.
    caplog.set_level(logging.DEBUG)
    paper = Sheets(trouble=trouble)
    delivery = place.delivery(paper)
    await place.promises(place.told)

    await place.tries(delivery, ATTEMPTS - 1)
    almost = await place.undelivered(), await place.notes("letter undeliverable")
    await place.tries(delivery, 1)
    paper.trouble = None
    await delivery.drain()

    assert almost == ([], [])
    assert await place.undelivered() == [place.told.id]
    [note] = await place.notes("letter undeliverable")
    assert (note["post"], note["consultation"]) == (place.told.id, place.case.id)
    assert await place.states() == {f"card:{place.told.id}": "dead", f"card:{place.checklist.id}": "done"}
    assert [letter.id for letter in paper.letters] == [place.checklist.id]
    assert SECRET not in caplog.text


async def test_a_letter_that_cannot_be_drawn_is_given_up_too(place: Place) -> None:
    await place.promises(place.told)
    await _behind(place, "UPDATE jobs SET payload = 'no object'")

    await place.tries(place.delivery(Sheets()), ATTEMPTS)

    assert await place.states() == {f"card:{place.told.id}": "dead"}
    assert len(await place.notes("letter undeliverable")) == 1


async def test_a_damaged_letter_keeps_no_other_waiting(place: Place) -> None:
    paper = Sheets()
    await place.promises(place.told)
    await _behind(place, "UPDATE jobs SET payload = '{'")
    await place.promises(place.checklist)

    await place.delivery(paper).drain()

    assert [letter.id for letter in paper.letters] == [place.checklist.id]


async def test_a_timer_nobody_knows_is_not_taken_for_done(place: Place) -> None:
    await place.rings(timer="of a newer version")
    delivery = place.delivery()

    await delivery.drain()
    waiting = await place.states()
    await place.tries(delivery, ATTEMPTS)

    assert waiting == {"a timer": "due"}
    assert await place.states() == {"a timer": "dead"}
    assert len(await place.notes("timer failed")) == 1


async def test_somebody_who_is_gone_is_told_to_the_worker_at_once_and_once(place: Place) -> None:
    paper = Sheets(trouble=Gone("no such person"))
    await place.promises(place.told)

    await place.delivery(paper).drain()

    assert await place.undelivered() == [place.told.id]
    assert len(await place.notes("letter undeliverable")) == 2  # the colleague's, and the worker's own in turn


async def test_the_workers_own_card_that_cannot_arrive_is_not_promised_to_them_again(place: Place) -> None:
    await place.promises(place.checklist)

    await place.delivery(Sheets(trouble=Gone("no such person"))).drain()

    assert await place.states() == {f"card:{place.checklist.id}": "dead"}
    assert await place.undelivered() == []


async def test_news_for_a_letter_that_was_given_up_is_tried_again(place: Place) -> None:
    paper = Sheets(trouble=Gone("no such person"))
    await place.promises(place.told)
    await place.delivery(paper).drain()

    paper.trouble = None
    await place.promises(place.told)
    await place.delivery(paper).drain()

    assert await place.undelivered() == []
    assert place.told.id in [letter.id for letter in paper.letters]


async def test_a_letter_that_had_news_while_it_failed_is_not_recorded_as_given_up(place: Place) -> None:
    interrupted = Interrupted(place)
    await place.promises(place.told)

    await place.delivery(interrupted).drain()

    assert await place.notes("letter undeliverable") == []
    assert await place.states() == {f"card:{place.told.id}": "done"}


class Interrupted(Sheets):
    """While the first letter is on its way there is news, and then it turns out that it cannot arrive."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place

    async def deliver(self, letter: Letter) -> Sent:
        sent = await super().deliver(letter)
        if len(self.letters) == 1:
            await self.place.promises(self.place.told)
            raise Gone("no such message")
        return sent


# Whoever has left


async def test_whoever_has_left_gets_nothing_new(place: Place) -> None:
    paper = Sheets()
    await _leaves(place, "sol")
    await place.promises(place.told)

    await place.delivery(paper).drain()

    assert paper.letters == []
    assert await place.states() == {f"card:{place.told.id}": "done"}


@pytest.mark.parametrize("handle", ["wren", "sol"])
async def test_what_stands_on_the_screen_of_whoever_has_left_shrinks_to_the_reference(
    handle: str, place: Place
) -> None:
    paper = Sheets()
    post = place.checklist if handle == "wren" else place.told
    await place.promises(post)
    await place.delivery(paper).drain()
    await _leaves(place, handle)
    await place.promises(post)

    await place.delivery(paper).drain()

    before, after = paper.letters
    assert after.message == f"sheet-{post.id}"
    assert before.card != after.card
    assert after.card.title == "Case IT-2026-0001"
    assert after.card.blocks == (Say("Nothing is needed from you here."),)


async def test_whoever_has_left_is_nobody_to_be_rung(place: Place) -> None:
    paper = Sheets()
    await place.promises(place.told)
    await place.delivery(paper).drain()
    await _leaves(place, "sol")
    await place.promises(place.told)
    paper.trouble = Gone("no such person")

    await place.delivery(paper).drain()

    assert await place.undelivered() == []
    assert len(await place.notes("letter undeliverable")) == 1


async def _leaves(place: Place, handle: str) -> None:
    async with place.store.begin(NIGHT) as tx:
        tx.bind(place.organisation)
        [person] = [each for each in await tx.people.everybody() if each.handle == handle]
        await tx.people.put(handle=handle, name=person.name, role=person.role, capabilities=[], active=False)


async def _behind(place: Place, statement: str) -> None:
    async with place.store.writer.begin() as connection:
        await connection.execute(text(statement))
