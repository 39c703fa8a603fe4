"""The lists of a book as chapters of its page: who agrees, who is told, checks, invariants, contacts, clauses, law.

The one rule to keep: each function gives the lines of one chapter, and no lines for a book without such a list.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from policy.book import Approval, Book, Invariant, Safe
from policy.drawing.markdown import UNLINKED, anchored, bullets, escaped, link, listed, table
from policy.drawing.plain import MOMENTS, Plain, either, in_words

_SAFE: Mapping[Safe, str] = {"": "", "yes": "Yes", "partly": "Only in part", "no": "No"}
_EFFECTS = {"none": "nothing", "warn": "a warning", "block": "stopped"}


def approvals(book: Book) -> list[str]:
    rows = [
        (
            f"{anchored('approval', item.code)}`{item.code}`",
            escaped(item.title),
            escaped(item.plain),
            who_agrees(item),
            MOMENTS[item.moment],
            "Yes" if item.veto else "No",
        )
        for item in book.approvals.values()
    ]
    head = ("Name", "Who must agree", "What the worker reads", "Who can", "When", "Can they stop it?")
    return table(head, rows) if rows else []


def who_agrees(item: Approval) -> str:
    """How many people, and which."""
    if not item.count:
        return "nobody"
    people = [*(f"a {in_words(role)}" for role in item.roles)]
    people += [f"a {in_words(capability)}" for capability in item.capabilities]
    number = "one other person" if item.count == 1 else f"{item.count} other people"
    return f"{number}: {either(people)}" if people else number


def exclusions(book: Book, plain: Plain) -> list[str]:
    lines = []
    for item in book.exclusions:
        parts = []
        if item.capabilities:
            who = either(in_words(name) for name in item.capabilities)
            parts.append(f"whoever is {who} is not told and may not decide")
        if item.careful:
            who = either(in_words(name) for name in item.careful)
            parts.append(f"every {who} is told or asked only when the worker, or the outcome, names them")
        if item.ask_who:
            parts.append("the worker is asked which people it is about, so that they are left out")
        lines.append(f"When {plain.when(item.when)}: {'; '.join(parts)}. (`{item.id}`)")
    return bullets(lines) if lines else []


def checks(book: Book, plain: Plain) -> list[str]:
    rows = [
        (
            f"`{item.id}`",
            listed(plain, item.when),
            escaped(item.say),
            _EFFECTS[item.protective],
            _EFFECTS[item.other],
            clause_links(item.clauses),
        )
        for item in book.checks
    ]
    if not rows:
        return []
    return [
        "A check never changes an outcome. It warns about the way something goes out, or stops it until it is mended.",
        "",
        *table(("Check", "When", "What the worker reads", "Protective lane", "Other lane", "Clauses"), rows),
    ]


def invariants(book: Book) -> list[str]:
    plain = Plain(book, UNLINKED)  # these lists are long, and their links would double them
    rows = [(f"`{item.id}`", escaped(item.plain), _exactly(book, item, plain)) for item in book.invariants]
    if not rows:
        return []
    return [
        "Each of these must hold whatever a worker answers.",
        "",
        *table(("Name", "In one sentence", "Exactly"), rows),
    ]


def _exactly(book: Book, item: Invariant, plain: Plain) -> str:
    if item.kind == "unmoved":
        titles = {lane.id: lane.title for lane in book.lanes}
        asked = "; ".join(plain.fact(fact) for fact in item.facts)
        chosen = ", ".join(escaped(titles[id]) for id in item.lanes) or "all lanes"
        when = f"**When** {plain.when(item.when)}<br>" if item.when else ""
        return f"{when}No answer to these questions changes what these lanes come to: {chosen}.<br>{asked}"
    parts = []
    if item.kind == "moved":
        alike: dict[str, list[str]] = {}
        for fact, values in item.order.items():
            steps = " to ".join(f"**{escaped(plain.value(fact, value))}**" for value in values)
            alike.setdefault(steps, []).append(plain.fact(fact))
        for steps, facts in alike.items():
            parts.append(f"**When** an answer moves from {steps}: {'; '.join(facts)}")
    if item.when:
        before = "and before that" if item.kind == "moved" else "When"
        parts.append(f"**{before}** {plain.when(item.when)}")
    if item.then:
        parts.append(f"**then always** {plain.when(item.then)}")
    if item.never:
        parts.append(f"**it may never be that** {plain.when(item.never)}")
    if item.scope == "decided":
        parts.append("Once every question has its answer.")
    return "<br>".join(parts)


def recipients(book: Book) -> list[str]:
    rows = []
    for item in book.recipients.values():
        where = f"inside: {in_words(item.capability)}" if item.capability else "outside, or a person"
        where += "" if item.hears_in_silence else "; hears nothing while nobody may be told"
        through = ", ".join(link(book.contacts[id].name, "contact", id) for id in item.contacts)
        title = f"{anchored('recipient', item.id)}{escaped(item.title)}"
        rows.append((title, where, through, f"`{item.id}`"))
    return table(("Who", "Where", "Through", "Name in the book"), rows) if rows else []


def keeping(book: Book, plain: Plain) -> list[str]:
    kept = book.keeping
    lanes = {lane.id: link(lane.title, "lane", lane.id) for lane in book.lanes}

    def of(ids: tuple[str, ...]) -> str:
        return ", ".join(lanes[id] for id in ids)

    told = ", ".join(link(book.recipients[id].title, "recipient", id) for id in kept.police)
    setting = [item for item in book.outcomes.values() if set(item.tasks) & set(kept.tasks)]
    also = f"where this is so: {plain.when(kept.child_when)}" if kept.child_when else ""
    said = (
        ("Kept as a child's matter", "; ".join(part for part in (of(kept.child), also) if part)),
        ("Kept as an allegation, and held", of(kept.allegation)),
        ("Held, because it is about terrorism", of(kept.terrorism)),
        ("Held, because a court may ask for it", of(kept.court)),
        ("Held, once they were told", told),
        ("Held, because they ask", f"where this is so: {plain.when(kept.police_when)}" if kept.police_when else ""),
        ("Held, where it comes to this", ", ".join(link(item.title, "outcome", item.id) for item in setting)),
    )
    rows = [(what, which) for what, which in said if which]
    if not rows:
        return []
    why = "A record that is held is never destroyed, whatever its period, until a lead says that it may be."
    return [why, "", *table(("What", "Which"), rows)]


def copying(book: Book, plain: Plain) -> list[str]:
    asked = {item.id: item.ask for item in book.questions}
    stands = ", ".join(link(asked[id], "q", id) for id in book.copying.stands)
    unsafe = book.copying.unsafe_when
    waits = f"where this is so: {plain.when(unsafe)}" if unsafe else ""
    rows = [row for row in (("The answers that stand in it at once", stands), ("All of it waits", waits)) if row[1]]
    if not rows:
        return []
    why = "Nothing else stands in it before the data-protection lead has decided on it, line by line."
    return [why, "", *table(("What", "Which"), rows)]


def contacts(book: Book) -> list[str]:
    rows = []
    for item in book.contacts.values():
        own = f" (until the charity enters its own{', area by area' if item.by_area else ''})" if item.setting else ""
        rows.append(
            (
                f"{anchored('contact', item.id)}{escaped(item.name)}",
                f"**{escaped(item.number)}**{own}",
                escaped(item.hours),
                escaped(item.use),
                checked(item.checked_on, item.recheck_days),
                f"`{item.id}`",
            )
        )
    return table(("Contact", "Number", "Hours", "Use it for", "Checked", "Name in the book"), rows) if rows else []


def clauses(book: Book) -> list[str]:
    rows = []
    for item in book.clauses.values():
        does = [item.does, item.here, f"Still to come: {item.later}" if item.later else ""]
        does += [f"Not in the charity's own policy: {item.added}" if item.added else ""]
        said = "<br>".join(escaped(words) for words in does if words)
        rows.append((f"{anchored('clause', item.id)}{escaped(item.id)}", escaped(item.title), said))
    return table(("Clause", "What it is about", "What the bot does"), rows) if rows else []


def notes(book: Book) -> list[str]:
    rows = []
    for item in sorted(book.notes.values(), key=lambda note: not note.needs_trustees):
        kind = "A reading of an unclear place" if item.kind == "reading" else "Not to the letter of the policy"
        decide = "**Yes**" if item.needs_trustees else "No"
        rows.append((escaped(item.id), escaped(item.plain), kind, decide, clause_links(item.clauses)))
    if not rows:
        return []
    return [
        "Where the policy is unclear, or is not followed to the letter, the book says so here.",
        "",
        *table(("Name", "What the book does", "What it is", "The trustees must decide", "Clauses"), rows),
    ]


def law(book: Book) -> list[str]:
    rows = [
        (
            f"{anchored('law', item.id)}{escaped(item.id)}",
            "<br>".join(
                [f"{escaped(item.text)}{f' Since {escaped(item.since)}.' if item.since else ''}"]
                + ([f"*Once it has started:* {escaped(item.started)}"] if item.started else [])
                + ([f"*The policy says:* {escaped(item.policy_says)}"] if item.policy_says else [])
                + ([f"*Is it safe to follow the policy here?* {_SAFE[item.safe]}"] if item.safe else [])
            ),
            escaped(item.source),
            checked(item.checked_on, item.recheck_days),
        )
        for item in book.law.values()
    ]
    return table(("Note", "What holds now", "Source", "Checked"), rows) if rows else []


def flags(book: Book) -> list[str]:
    rows = [
        (
            f"{anchored('f', item.id)}{escaped(item.title or in_words(item.id))}",
            escaped(either(in_words(value) for value in item.values)),
            escaped(in_words(item.default)),
            link(item.law, "law", item.law) if item.law else "",
            f"`{item.id}`",
        )
        for item in book.flags
    ]
    if not rows:
        return []
    return [
        "These are not asked: the charity sets them, or a law that starts on a known day does.",
        "",
        *table(("Setting", "Can be", "Unless it is set", "Law", "Name in the book"), rows),
    ]


def checked(day: date | None, again: int) -> str:
    """When it was last held against a source, and how long that counts."""
    return f"{day.day} {day:%B %Y}; again within {again} days" if day else "not yet"


def clause_links(ids: tuple[str, ...]) -> str:
    return ", ".join(link(id, "clause", id) for id in ids)


def law_links(ids: tuple[str, ...]) -> str:
    return ", ".join(link(id, "law", id) for id in ids)
