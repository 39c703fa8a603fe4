"""The annual return as a document for a board: what stands first, the year, its months, and what figures do not say.

The rule to keep: no case, no reference and nobody's name; a number is said with what it was counted of, and until when.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.record.document import Block, Document, Heading, Points, Say, Table, table
from bot.record.times import moment
from bot.reporting.annual import Count, Return, Weeks
from bot.reporting.figures import TOTALS, Told
from bot.reporting.hiding import LEAST
from bot.reporting.labels import HAPPENED
from bot.reporting.sparing import SPARED
from bot.reporting.words import lasting, many

NOT_SAID = (
    "A low number is not a good year, and a high one is not a bad year. People may have been worried and never asked.",
    "The figures say that a decision was made and by when. Whether it was right, somebody has to read in the records.",
    "What is told elsewhere, by telephone or in a corridor, and not written down here, is in no figure.",
    "A consultation is one run of the checklist about one case. One person may be behind several of them.",
    "A consultation may have several grounds, so that grounds do not add up to the number opened.",
)


def document(of: Return) -> Document:
    title = f"Annual return {of.year.period.id}: asked, agreed, shared"
    mark = of.year.period.id if of.over else f"{of.year.period.id}, not over"
    blocks: list[Block] = [
        *_head(of),
        *_year(of),
        *_months(of),
        *_breakdowns(of),
        *_open(of),
        *_checks(of),
        *_weeks(of),
        *_ledger(of),
        Heading(1, "What these figures do not say"),
        Points(NOT_SAID),
    ]
    return Document(title, of.charity, mark, of.made_at, tuple(blocks))


def notes(of: Return) -> tuple[str, ...]:
    """What whoever reads the figures has to know of them, in any format."""
    return tuple(
        each for each in (_unfinished(of), _began(of), _destroyed(of.year), _told_only(of), SPARED, *NOT_SAID) if each
    )


def _head(of: Return) -> list[Block]:
    zone, whole = str(of.zone), of.year
    until = "the end of the year" if of.over else moment(whole.period.until, zone)
    span = f"Counted from {moment(whole.period.since, zone)} to {until}, from the records as they are now."
    blocks: list[Block] = [Say(_unfinished(of), "strong")] if not of.over else []
    blocks += [Say(each) for each in (span, _began(of)) if each]
    return [*blocks, Heading(1, "In short"), Points(tuple(_short(of)))]


def _short(of: Return) -> list[str]:
    told, proof = of.year.totals, of.proof
    opened = f"{many(told.opened, 'consultation')} opened. Of {many(told.shared, 'case')}, somebody outside was told."
    lines = [opened, _emergency_line(told)]
    if told.median is not None:
        lines.append(
            f"{told.approved} times somebody said yes, {told.declined} times no. Half of the answers came within "
            f"{lasting(told.median)}, the slowest after {lasting(told.slowest)}; {told.answered_late} came only after "
            "the leads were called."
        )
    else:
        lines.append("Nobody was asked to agree to anything, or nobody has answered.")
    left = [
        (told.unreviewed, "emergency not reviewed", "emergencies not reviewed"),
        (told.unheard, "question nobody has answered", "questions nobody has answered"),
        (told.not_done_slow, "thing agreed and not done", "things agreed and not done"),
        (told.unfinished_stale, "record not finished", "records not finished"),
    ]
    undone = [many(number, one, several) for number, one, several in left if number]
    lines.append(f"Left undone today: {', '.join(undone)}." if undone else "Nothing is left undone today.")
    lines.append("The ledger verifies." if not proof.fault else f"THE LEDGER DOES NOT VERIFY. {proof.fault}")
    return lines


def _emergency_line(told: Told) -> str:
    if not told.emergencies:
        return "No emergency was called for."
    left = told.emergencies - told.reviewed
    reviewed = "each was reviewed afterwards" if not left else f"{left} not reviewed yet"
    return f"{many(told.emergencies, 'emergency', 'emergencies')}: {reviewed}."


def _year(of: Return) -> list[Block]:
    told = of.year.totals
    took = (
        ("Half of the answers came within", lasting(told.median)),
        ("The slowest answer", lasting(told.slowest)),
        (HAPPENED["answered_late"], str(told.answered_late)),
    )
    lines = [
        *((HAPPENED[name], str(getattr(told, name))) for name in ("opened", "shared", "not_shared")),
        ("Emergencies", _of_these(told.emergencies, told.reviewed, "reviewed")),
        *((HAPPENED[name], str(getattr(told, name))) for name in _DECISIONS),
        *(took if told.median is not None else ()),
        *((HAPPENED[name], str(getattr(told, name))) for name in ("undelivered", "destroyed")),
    ]
    blocks: list[Block] = [Heading(1, "The year"), Table(("What", "How many"), tuple(lines), (6, 4))]
    words = _destroyed(of.year)
    return [*blocks, Say(words)] if words else blocks


def _months(of: Return) -> list[Block]:
    def named(each: Count) -> str:
        local = each.period.since.astimezone(of.zone)
        return f"{local:%B}" if each.period.over else f"{local:%B}, so far"

    def lines(names: Sequence[str]) -> list[list[str]]:
        return [[named(each), *(_cell(each, name) for name in names)] for each in of.months]

    first = ("opened", "shared", "not_shared", "emergencies", "reviewed")
    second = (*_DECISIONS, "median", "slowest", "answered_late")
    third = ("undelivered", "destroyed", "gone")
    return [
        Heading(1, "Month by month"),
        Say(
            "Each row counts what happened in that month. A case that was shared in two months counts in both, and "
            "once in the year. By month no ground is shown: the numbers would be too small."
        ),
        *table(
            ("Month", "Opened", "Somebody outside told", "Nobody outside told", "Emergencies", "Of these reviewed"),
            (3, 2, 2, 2, 2, 2),
            lines(first),
        ),
        Heading(2, "Decisions"),
        *table(
            ("Month", "Yes", "No", "Second opinions", "Asked back", "Half within", "The slowest", "After the leads"),
            (6, 3, 3, 5, 4, 5, 5, 4),
            lines(second),
        ),
        Heading(2, "Messages and records"),
        *table(
            (
                "Month",
                "Messages not delivered",
                "Records destroyed in the month",
                "Opened in the month and destroyed since",
            ),
            (3, 3, 3, 4),
            lines(third),
        ),
    ]


def _cell(each: Count, name: str) -> str:
    if name == "gone":
        return str(each.gone)
    value = getattr(each.totals, name)
    if name in ("median", "slowest"):
        return lasting(value) if value is not None else ""
    return str(value)


def _breakdowns(of: Return) -> list[Block]:
    said = _told_only(of)
    return [
        Heading(1, "By ground, and by what goes out"),
        Say(said),
        *_breakdown("By ground", of.weeks, of.weeks.grounds, of.grounds),
        *_breakdown("By what goes out", of.weeks, of.weeks.outcomes, of.outcomes),
    ]


def _breakdown(title: str, weeks: Weeks, cells: Mapping[str, int], titles: Mapping[str, str]) -> list[Block]:
    blocks: list[Block] = [Heading(2, title)]
    if not cells:
        return [*blocks, Say("Too few in any week to show. Nobody should be recognised by a number.")]
    lines = sorted(((titles.get(id, id), number) for id, number in cells.items()), key=lambda row: (-row[1], row[0]))
    rows = tuple((name, f"{number} or more") for name, number in lines)
    return [*blocks, Table((title, f"Of {weeks.totals['opened']} in these weeks"), rows, (6, 4))]


def _open(of: Return) -> list[Block]:
    told = of.year.totals
    lines = (
        ("Waiting for an answer", _for(told.waiting, told.waiting_for)),
        ("Not answered, though the leads were called", str(told.unheard)),
        ("Emergencies not reviewed", _of_these(told.unreviewed, told.unreviewed_late, "past the day")),
        ("Checks by a second person that are late", str(told.looks_late)),
        ("Agreed, and not done yet", _of_these(told.not_done, told.not_done_slow, "for more than a day")),
        ("Records not finished", _of_these(told.unfinished, told.unfinished_stale, "for more than a week")),
        ("Records kept back from destruction", _for(told.held, told.held_for)),
        ("Records that end in the next 30 days", str(told.to_destroy)),
    )
    return [
        Heading(1, "Open today"),
        Say(f"As it was at {moment(of.made_at, str(of.zone))}, whenever it began."),
        Table(("What", "How many"), lines, (6, 4)),
    ]


def _checks(of: Return) -> list[Block]:
    title = Heading(1, "Law notes and telephone numbers past their check date")
    return [title, Points(of.checks) if of.checks else Say("None today.")]


def _weeks(of: Return) -> list[Block]:
    weeks, zone = of.weeks, str(of.zone)
    title = Heading(1, "The weekly digests")
    if weeks.since is None or weeks.until is None:
        return [title, Say("No weekly digest was written in this year.")]
    stands = "a week each" if weeks.weeks == weeks.digests else f"they stand for {weeks.weeks} weeks"
    missed = (
        ""
        if weeks.weeks == weeks.digests
        else " Where one could not be sent in time, the next one stands for its week too."
    )
    lines = tuple((HAPPENED[name], str(weeks.totals[name])) for name in TOTALS)
    return [
        title,
        Say(f"{many(weeks.digests, 'digest was', 'digests were')} written, {stands}.{missed}"),
        Say(
            "What they told, added up. A digest is kept as it was told and is never counted again. So this need not be "
            "the same as “The year”: these weeks begin and end on other days, and records were finished, corrected or "
            "destroyed since."
        ),
        Table(("What", _between(weeks.since, weeks.until, zone)), lines, (6, 4)),
    ]


def _ledger(of: Return) -> list[Block]:
    proof = of.proof
    blocks: list[Block] = [Heading(1, "The ledger: that nothing was changed afterwards")]
    if proof.fault:
        blocks.append(Say(f"It does not verify. {proof.fault}", "strong"))
        blocks.append(Say("Change and delete nothing. Tell your data-protection lead today."))
    else:
        anchors = f"It passes through {many(proof.anchors, 'anchor')}."
        if not proof.anchors:
            why = proof.unread or "No anchors were given"
            anchors = f"{why}, so nobody can say whether its end was cut off or all of it was written anew."
        blocks.append(Say(f"Entries that were walked and are right: {proof.entries:,}. {anchors}"))
    blocks.append(Say(f"Its head, to hold against a later one: {proof.head or 'none'}."))
    return blocks


def _unfinished(of: Return) -> str:
    if of.over:
        return ""
    return f"The year {of.year.period.id} is not over. These figures will change until it is."


def _began(of: Return) -> str:
    began = of.began
    return f"The record begins on {moment(began, str(of.zone))}." if began > of.year.period.since else ""


def _destroyed(year: Count) -> str:
    if not year.gone:
        return ""
    return (
        f"Destroyed since, at the end of their time: {year.gone} of the {many(year.totals.opened, 'consultation')} "
        "opened in this year. They still count as opened, and as nothing else: what happened in them, emergencies and "
        "decisions and what was shared, is in these figures no more. The weekly digests counted it while it was there."
    )


def _told_only(of: Return) -> str:
    return (
        "This is what the weekly digests told, added up, and no more: each number is “or more”. A week shows no number "
        f"under {LEAST}, so that nobody is recognised. A year counted anew beside its weeks would give those away. "
        + ("What a digest told stays, whatever is destroyed later." if of.weeks.digests else "There is no digest yet.")
    )


def _of_these(number: int, some: int, words: str) -> str:
    return f"{number}, of these {some} {words}" if number else "0"


def _for(number: int, seconds: int | None) -> str:
    return f"{number}, the oldest for {lasting(seconds)}" if number else "0"


def _between(since: datetime, until: datetime, zone: str) -> str:
    return f"From {moment(since, zone)} to {moment(until, zone)}"


_DECISIONS = ("approved", "declined", "second_opinions", "asked_back")
