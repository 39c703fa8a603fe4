"""The digest as a card: the verdict, at most three jobs and four numbers; everything else behind a button.

The rule to keep: it is drawn from what was written down of the week, so whoever opens it, and whenever, reads the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.cards import Block, Button, Buttons, Card, Facts, Heading, Notice, Points, Say, Small
from bot.messages import Scene
from bot.organisation.charity import Charity
from bot.reporting.chart import WEEKS, picture
from bot.reporting.choosing import choice_button, why_now
from bot.reporting.enquiring import ASK
from bot.reporting.figures import COMPARED, UNDECIDED, Compared, Told, Verdict, compared, read, verdict
from bot.reporting.readers import may_read
from bot.reporting.sparing import SPARED
from bot.reporting.words import OUTCOMES, job_words, lasting, ledger_words, many, walked_words
from bot.wording import names, until
from policy.book import Book
from storage.digests import Written
from storage.records import Person
from storage.store import Transaction

KIND = "digest"
"""The kind of the message."""

SUMMARY = "Confer: your weekly digest"
"""What a lock screen shows, the same every week."""

_A_MONTH = 6  # digests: a month has at most five, and the one before them


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest with what stands beside it. `before`: up to eleven of them, the newest first.

    names: of people's ids, as the roster has them now.
    """

    written: Written
    told: Told
    before: tuple[tuple[Written, Told], ...]
    names: Mapping[str, Person]
    book: Book
    charity: Charity

    @property
    def verdict(self) -> Verdict:
        return verdict(self.told)


async def found(tx: Transaction, week: str, book: Book, charity: Charity) -> Digest | None:
    """The digest of this week; None where there is none."""
    written = await tx.digests.of(week)
    if written is None:
        return None
    told = read(written)
    before = [(each, read(each)) for each in await tx.digests.before(week, WEEKS - 1)]
    return Digest(written, told, tuple(before), await tx.people.get(told.unreached), book, charity)


async def message(scene: Scene) -> Card | None:
    """The message that brings it; None where whoever it goes to may not read it any more."""
    digest = await found(scene.tx, scene.about["week"], scene.book, scene.charity)
    if digest is None or not may_read(scene.person):
        return None
    choice = (await scene.tx.digest_choices.all()).get(scene.person.id)
    before = [(each, read(each)) for each in await scene.tx.digests.before(digest.written.week, _A_MONTH)]
    why = why_now(choice, scene.person, digest.written, digest.told, before, scene.charity)
    return short_card(digest, why=why)


def short_card(digest: Digest, *, why: str = "") -> Card:
    """What a trustee reads in two minutes. `why`: it came to somebody who does not get every one."""
    told, beside = digest.told, _compared(digest)
    rows = [
        ("Consultations opened", _beside("opened", told, beside)),
        ("New emergencies", _emergencies(told)),  # a job may be about one of an earlier week
        ("Waiting for an answer now", _waiting(told)),
        ("Agreed, and not done yet", str(told.not_done)),
    ]
    blocks: list[Block] = [*_head(digest), *_jobs(digest), Facts(tuple(rows))]
    if _quiet(told):
        blocks.append(Say("A quiet week: nothing was opened, and nothing waits. That is a digest too."))
    if why:
        blocks.append(Say(why))
    more = len(digest.verdict.rest)
    if more:
        blocks.append(Say(f"{many(more, 'more thing')} to do: see “All the numbers”."))
    ledger = ledger_words(told, digest.charity)
    if ledger and not told.broken:  # then it is the first job
        blocks.append(Say(ledger, quiet=True))
    seen = picture([(digest.written, told), *digest.before], digest.charity.timezone)
    if seen:
        blocks.append(seen)
    buttons = [Button("All the numbers", "digest.all", _week(digest))]
    if digest.before:
        buttons.append(Button("The last four weeks", "digest.before", _week(digest)))
    buttons.append(Button("What waits for me", "digest.mine"))
    buttons.append(Button("Ask the safeguarding lead", ASK, _week(digest)))
    blocks.append(Buttons(tuple(buttons)))
    return _card(digest, blocks)


def full_card(digest: Digest, person: Person | None = None, *, files: bool = False) -> Card:
    """Every number that is told. `person`: who may choose how often. `files`: it can be had as one, under a link."""
    told, beside = digest.told, _compared(digest)
    blocks: list[Block] = [*_head(digest), *_jobs(digest)]
    if digest.verdict.rest:
        blocks += [Heading("Also to do"), Points(_lines(digest, digest.verdict.rest))]
    if beside.weeks:
        several = f"the lowest and the highest of the last {beside.weeks} weeks"
        blocks.append(Say(f"Before: {several if beside.weeks > 1 else 'the number of the week before'}.", quiet=True))
    blocks += _section("What was opened", _opened(digest, beside))
    blocks.append(Say(SPARED, quiet=True))
    blocks += _breakdown("By ground", told.grounds, grounds_of(digest.book))
    blocks += _breakdown("By what goes out", told.outcomes, outcomes_of())
    blocks += _section("Decisions", _decisions(told, beside))
    blocks += _section("Open now", _open(told))
    blocks += _section("Records and messages", _records(told, beside))
    buttons = [Button("Show less", "digest.less", _week(digest))]
    if files:
        buttons += [
            Button(f"Download as {form.upper()}", "digest.file", {**_week(digest), "as": form})
            for form in ("pdf", "csv")
        ]
    blocks.append(Buttons((*buttons, *(choice_button(person) if person else ()))))
    if ledger := ledger_words(told, digest.charity):
        blocks.append(Say(f"{ledger} {walked_words(told, digest.charity)}".strip(), quiet=True))
    if told.entry:
        blocks.append(Small(f"Record of this charity: entry {told.entry:,}, {told.head}"))
    return _card(digest, blocks)


def before_card(digest: Digest) -> Card:
    """The digests before this one, a line each; whole totals only."""
    lines = tuple(_one_before(digest.charity, written, told) for written, told in digest.before[:COMPARED])
    back = Buttons((Button("Back to this week", "digest.less", _week(digest)),))
    blocks: list[Block] = [Points(lines) if lines else Say("There is no digest before this one."), back]
    return _card(digest, blocks, title="The last four weeks")


def _head(digest: Digest) -> list[Block]:
    told, written = digest.told, digest.written
    if digest.verdict.safe:
        first = Notice("Safe. As far as our record shows, nothing is late.", "done")
    else:
        first = Notice("Look at this. Please do not put it off.", "warning")
    zone = digest.charity
    span = f"From {until(written.since, zone)} to {until(written.until, zone)}."
    blocks: list[Block] = [first]
    if told.weeks > 1:
        blocks.append(Notice(f"This one digest is for {told.weeks} weeks: we could not send before.", "warning"))
    blocks.append(Say(f"{span} What is open was counted at {until(written.made_at, zone)}.", quiet=True))
    return blocks


def _jobs(digest: Digest) -> list[Block]:
    jobs = digest.verdict.jobs
    return [Points(_lines(digest, jobs), numbered=True)] if jobs else []


def _lines(digest: Digest, jobs: Sequence[str]) -> tuple[str, ...]:
    people = [digest.names[id] for id in digest.told.unreached if id in digest.names]
    unreached = names(people, "and") or "somebody who has left the list"
    return tuple(
        job_words(job, digest.told, unreached) for job in (*digest.verdict.jobs, *digest.verdict.rest) if job in jobs
    )


def _opened(digest: Digest, beside: Compared) -> list[tuple[str, str]]:
    told = digest.told
    return [
        ("Consultations opened", _beside("opened", told, beside)),
        ("Somebody outside was told", _beside("shared", told, beside)),
        ("Nobody outside was told", _beside("not_shared", told, beside)),
        ("Emergencies", _emergencies(told) + _range("emergencies", beside)),
    ]


def _decisions(told: Told, beside: Compared) -> list[tuple[str, str]]:
    rows = [
        ("Somebody said yes", _beside("approved", told, beside)),
        ("Somebody said no", _beside("declined", told, beside)),
        ("Second opinions asked for", _beside("second_opinions", told, beside)),
        ("Questions asked back", _beside("asked_back", told, beside)),
    ]
    if told.median is not None:
        late = f"; {told.answered_late} only after the leads were called" if told.answered_late else "; all in time"
        rows.append(
            ("Time to an answer", f"half within {lasting(told.median)}, the slowest {lasting(told.slowest)}{late}")
        )
    return rows


def _open(told: Told) -> list[tuple[str, str]]:
    return [
        ("Waiting for an answer", _waiting(told)),
        ("Emergencies not reviewed", str(told.unreviewed)),
        ("Checks by a second person that are late", str(told.looks_late)),
        ("Agreed, and not done yet", str(told.not_done)),
        ("Records not finished", str(told.unfinished)),
    ]


def _records(told: Told, beside: Compared) -> list[tuple[str, str]]:
    held = f"{told.held}, the oldest for {lasting(told.held_for)}" if told.held else "0"
    return [
        ("Messages that could not be delivered", _beside("undelivered", told, beside)),
        ("Records kept back from destruction", held),
        ("Records destroyed", _beside("destroyed", told, beside)),
        ("Records that end in the next 30 days", str(told.to_destroy)),
        ("Numbers and law notes to check again", str(len(told.checks))),
        ("Times with nobody on call, next 7 days", str(told.holes)),
        *_rota_test(told),
    ]


def _rota_test(told: Told) -> list[tuple[str, str]]:
    """Only where the monthly test ended in this week."""
    if not told.rota_asked:
        return []
    return [("Answered the monthly rota test in a day", f"{told.rota_asked - told.rota_silent} of {told.rota_asked}")]


def _breakdown(title: str, cells: Mapping[str, int], titles: Mapping[str, str]) -> list[Block]:
    """The cells that are told, the largest first."""
    rows = sorted(((titles.get(id, id), number) for id, number in cells.items()), key=lambda row: (-row[1], row[0]))
    if not rows:
        return [Say(f"{title}: too few to show. Nobody should be recognised by a number.", quiet=True)]
    hidden = "The smallest numbers are left out: nobody should be recognised by a number."
    return [Heading(title), Facts(tuple((name, str(number)) for name, number in rows)), Say(hidden, quiet=True)]


def _section(title: str, rows: list[tuple[str, str]]) -> list[Block]:
    return [Heading(title), Facts(tuple(rows))]


def _one_before(charity: Charity, written: Written, told: Told) -> str:
    which = "Safe" if verdict(told).safe else "Look at this"
    weeks = f" ({told.weeks} weeks)" if told.weeks > 1 else ""
    numbers = f"Opened: {told.opened}. Emergencies: {told.emergencies}. Said no: {told.declined}."
    return f"Up to {until(written.until, charity)}{weeks}: {which}. {numbers}"


def _emergencies(told: Told) -> str:
    if not told.emergencies:
        return "0"
    left = told.emergencies - told.reviewed
    if left == told.emergencies:
        return f"{left}, not reviewed yet"
    reviewed = "reviewed" if told.emergencies == 1 else "all reviewed"
    return f"{told.emergencies}, {f'{left} of them not reviewed yet' if left else reviewed}"


def _waiting(told: Told) -> str:
    return f"{told.waiting}, the oldest for {lasting(told.waiting_for)}" if told.waiting else "0"


def _quiet(told: Told) -> bool:
    happened = (told.opened, told.shared, told.not_shared, told.emergencies, told.approved, told.declined)
    return not any((*happened, told.waiting, told.unreviewed, told.not_done, told.looks_late))


def _beside(name: str, told: Told, beside: Compared) -> str:
    return f"{getattr(told, name)}{_range(name, beside)}"


def _range(name: str, beside: Compared) -> str:
    if name not in beside.ranges:
        return ""
    low, high = beside.ranges[name]
    return f" (before: {low})" if low == high else f" (before: {low} to {high})"


def _compared(digest: Digest) -> Compared:
    return compared([told for _, told in digest.before])


def grounds_of(*books: Book) -> dict[str, str]:
    """What each cell of a breakdown by ground is called."""
    return {lane.id: lane.title for book in books for lane in book.lanes} | {UNDECIDED: "No ground yet"}


def outcomes_of() -> dict[str, str]:
    """What each cell of a breakdown by what goes out is called."""
    return {**OUTCOMES, UNDECIDED: "Not decided yet"}


def _week(digest: Digest) -> dict[str, str]:
    return {"w": digest.written.week}


def _card(digest: Digest, blocks: Sequence[Block], *, title: str = "") -> Card:
    shown = title or ("The week: safe" if digest.verdict.safe else "The week: look at this")
    return Card(shown, tuple(blocks), danger=digest.book.emergency.line, summary=SUMMARY)
