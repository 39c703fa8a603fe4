"""A whole book as one Markdown page, for the people who answer for the policy and never open the book itself.

The one rule to keep: the page says everything the book says and nothing else, and the same book gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping

from policy.book import Book, Example
from policy.drawing.appendix import (
    approvals,
    checks,
    clauses,
    contacts,
    copying,
    exclusions,
    flags,
    invariants,
    keeping,
    law,
    notes,
    recipients,
)
from policy.drawing.chapters import lanes, outcomes, questions, worked_out
from policy.drawing.flowcharts import dot, mermaid, whole_lane
from policy.drawing.markdown import MARKS, UNLINKED, bullets, escaped, link, numbered, table
from policy.drawing.overview import overview
from policy.drawing.plain import Plain

__all__ = ["draw", "pictures"]

COMMAND = "python -m bot book draw"


def draw(book: Book) -> str:
    """The page. Links lead within it, and to `<book id>-<lane id>.svg` beside it."""
    plain = Plain(book, MARKS)
    chapters = (
        ("read", "How to read this page", _how_to_read(book)),
        ("emergency", "The emergency card", _emergency(book, plain)),
        ("overview", "Overview: which answers open which lanes", _overview(book)),
        ("questions", "The questions", questions(book, plain)),
        ("facts", "What is worked out from the answers", worked_out(book, plain)),
        ("lanes", "The lanes and their rules", lanes(book, plain)),
        ("outcomes", "The outcomes", outcomes(book, plain)),
        ("approvals", "Who must agree", approvals(book)),
        ("exclusions", "Who is not told and may not decide", exclusions(book, plain)),
        ("what-if", "Asking for advice without a name", _what_if(book)),
        ("checks", "Checks before anything goes out", checks(book, plain)),
        ("invariants", "What may never happen", invariants(book)),
        ("recipients", "Who can be told", recipients(book)),
        ("contacts", "Contacts", contacts(book)),
        ("clauses", "The clauses of the policy", clauses(book)),
        ("notes", "Where the policy is unclear or not followed to the letter", notes(book)),
        ("law", "The law", law(book)),
        ("flags", "Settings", flags(book)),
        ("keeping", "What is kept longest, and what is never destroyed", keeping(book, plain)),
        ("copy", "What a copy for the person may hold", copying(book, plain)),
        ("examples", "Worked examples", _examples(book, plain)),
    )
    shown = [(id, title, lines) for id, title, lines in chapters if lines]
    lines = [f"# {escaped(book.title)}", "", *_head(book), "## Contents", ""]
    for id, title, _ in shown:
        lines.append(f"- [{title}](#{id})")
        if id == "lanes":
            lines += [f"  - {link(lane.title, 'lane', lane.id)}" for lane in book.lanes]
    lines.append("")
    for id, title, body in shown:
        lines += [f'<a id="{id}"></a>', "", f"## {title}", "", *body]
    return "\n".join(lines).rstrip() + "\n"


def pictures(book: Book) -> dict[str, str]:
    """File name -> Graphviz source, for the pictures beside the page: the overview, and each lane in one piece."""
    found = {f"{book.id}.svg": dot(overview(book))}
    return found | {f"{book.id}-{lane.id}.svg": dot(whole_lane(book, lane)) for lane in book.lanes}


def _head(book: Book) -> list[str]:
    rules = sum(len(lane.rules) for lane in book.lanes)
    return [
        (
            f"The whole policy of {escaped(book.charity)} as the bot follows it: every question it asks, every rule, "
            "and everything it says."
        ),
        "",
        (
            f"Book `{book.id}`, version {escaped(book.version)}: {len(book.questions)} questions, {len(book.lanes)} "
            f"lanes with {rules} rules, {len(book.outcomes)} outcomes, {len(book.examples)} worked examples."
        ),
        "",
        f"*This page is made from the book by `{COMMAND}`. To change it, change the book and make it again.*",
        "",
    ]


def _how_to_read(book: Book) -> list[str]:
    lines = [
        (
            "**Question**: what the worker is asked, one screen at a time, and only when the answer can still matter. "
            "A question that was not asked makes nothing true. *Always asked* has one exception: when 999 must "
            "be rung, everything else waits."
        ),
        "**Worked-out fact**: not asked; it follows from answers. *Is not true* also means *nobody said so*.",
        (
            "**Lane**: one way a case can go. Several can be open at once, and none hides another. In a lane the rules "
            "are read from the top: the first one that is true counts, and those below it are not looked at. If none "
            "is true, the lane does not open."
        ),
        "**Outcome**: what a lane comes to: what to do, who hears what, how soon.",
        "**Who must agree**: the person, besides the worker, who has to say yes before a name goes out.",
        "**Protective lane**: it is there to keep somebody safe.",
        (
            f"Names in this type, such as `{book.lanes[0].rules[0].id}`, are the book's own names for its parts. "
            "Use them when you ask for a change."
        ),
    ]
    return bullets(lines)


def _emergency(book: Book, plain: Plain) -> list[str]:
    card = book.emergency
    called = book.question(card.called)
    lines = [
        f"On every card, whatever it is about, stands this line: **{escaped(card.line)}**",
        "",
        (
            f"The card below comes as soon as {plain.term(card.question, frozenset(card.values))}. "
            "It waits for nobody's yes."
        ),
        "",
        f"> **{escaped(card.title)}**",
        ">",
        f"> {escaped(card.first)}",
        ">",
        *(f"> {at}. {escaped(step)}" for at, step in enumerate(card.steps, 1)),
        ">",
        "> What to say:",
        ">",
        *(f"> - {escaped(words)}" for words in card.say),
        ">",
        f"> {escaped(card.after)}",
        "",
    ]
    rows = [book.contacts[id] for id in card.contacts]
    lines += table(
        ("Contact", "Number", "Hours", "Use it for"),
        [(escaped(c.name), f"**{escaped(c.number)}**", escaped(c.hours), escaped(c.use)) for c in rows],
    )
    lines += [f"Then the bot asks: {plain.fact(called.id)}", ""]
    for fact, value in book.stop_until.items():
        lines += [f"Nothing more is asked while {plain.term(fact, frozenset({value}))}.", ""]
    return lines


def _overview(book: Book) -> list[str]:
    lines = [
        (
            "An arrow leads from an answer to the lane that this answer alone opens. A dotted arrow leads to a lane "
            "that further answers can open."
        ),
        "",
        *mermaid(overview(book)),
        f"[The same as a picture of its own]({book.id}.svg)",
        "",
    ]
    plain = Plain(book, MARKS)
    if book.silenced:
        lead = escaped(plain.recipient(book.lead))
        lines += [
            (
                f"**Silence.** When this is so: {plain.when(book.silenced)}, then nobody is talked to first, in any "
                f"lane. Inside the charity one person is told. {lead}."
            ),
            "",
            *([f"Then the worker reads: “{escaped(book.silence)}”", ""] if book.silence else []),
        ]
    if book.hastened:
        lines += [
            (
                f"**Haste.** When this is so: {plain.when(book.hastened)}, then what a protective lane would do in the "
                "next days is done today."
            ),
            "",
        ]
    return lines


def _what_if(book: Book) -> list[str]:
    if not book.what_if:
        return []
    return [
        f"Words to read out: “{escaped(book.what_if.say)}”",
        "",
        *numbered(escaped(how) for how in book.what_if.how),
    ]


def _examples(book: Book, plain: Plain) -> list[str]:
    if not book.examples:
        return []
    words = Plain(book, UNLINKED)
    rows = [
        (
            "<br>".join([f"`{item.name}`", *([f"({escaped(item.note)})"] if item.note else []), _given(item, words)]),
            _comes_to(book, item, plain),
        )
        for item in book.examples
    ]
    return [
        (
            "Each example is tried whenever the book is checked, and the book must come to exactly what stands here. "
            "Only the answers that matter are listed. Every other question that is asked gets the answer that "
            "[The questions](#questions) name for examples."
        ),
        "",
        *table(("Example and its answers", "What it comes to"), rows),
    ]


def _given(item: Example, plain: Plain) -> str:
    facts = [f"{plain.fact(fact)}: **{escaped(plain.value(fact, value))}**" for fact, value in item.facts.items()]
    return "<br>".join(facts) if facts else "Nothing but the usual answers"


def _comes_to(book: Book, item: Example, plain: Plain) -> str:
    titles: Mapping[str, str] = {lane.id: lane.title for lane in book.lanes}
    lines = []
    for lane, outcome in item.lanes.items():
        said = f"{escaped(titles[lane])}: {link(plain.outcome(outcome), 'outcome', outcome)}"
        if lane in item.approvals:
            said += f". {escaped(plain.approval(item.approvals[lane]))}"
        says = {check.id: check.say for check in book.checks}
        for word, lists in (("Stopped", item.blocks), ("Warned", item.warnings)):
            said += "".join(f"<br>{word}: {escaped(says[name])}" for name in lists.get(lane, ()))
        lines.append(said)
    return "<br>".join(lines)
