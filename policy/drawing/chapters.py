"""The long chapters of a book's page: its questions, what is worked out from them, its lanes and its outcomes.

The one rule to keep: each part stands under its own anchor, in the order in which the book has it.
"""

from __future__ import annotations

from policy.book import CLOSED, SENDS_FACT, Book, Derived, Guide, Lane, Outcome, Question
from policy.drawing.appendix import clause_links, law_links
from policy.drawing.flowcharts import lane_charts, mermaid
from policy.drawing.markdown import UNLINKED, anchored, bullets, escaped, link, listed, numbered, table
from policy.drawing.plain import BASES, CLOCKS, SENDS, TALKS, Plain, days, in_words

_KINDS = {
    "choice": "one answer",
    "ticks": "a tick for each",
    "form": "one form",
}


def questions(book: Book, plain: Plain) -> list[str]:
    lines = ["A heading is one screen, and so one press. The number is the question's place in the order.", ""]
    number = 0
    for screen in book.screens:
        here = [question for question in book.questions if question.screen == screen.id]
        single = len(here) == 1 and here[0].ask == screen.ask
        said = [f"*Why we ask: {escaped(screen.why)}*"] if screen.why else []
        said += ["Asked once the decision stands, about the way it goes out."] if screen.stage == "send" else []
        said += [f"{len(here)} questions on this screen, {_KINDS[screen.kind]}."] if len(here) > 1 else []
        about = [" ".join(said), ""] if said else []
        if not single:
            lines += [f"### {escaped(screen.ask)}", "", *about]
        for question in here:
            number += 1
            words = f"{number}\\. {escaped(question.ask)}"
            if single:
                lines += [anchored("q", question.id), "", f"### {words}", "", *about]
            else:
                lines += [f"{anchored('q', question.id)}**{words}**", ""]
            lines += _question(book, plain, question)
    return lines


def _question(book: Book, plain: Plain, question: Question) -> list[str]:
    lines = [escaped(question.help), ""] if question.help else []
    said = [f"Answers: {' · '.join(f'**{escaped(label)}**' for label in _answers(question))}"]
    said.append(_asked_when(plain, question))
    if question.keep:
        said.append("Always part of the record.")
    said.append(
        f"In examples, unless they say otherwise: {escaped(plain.value(question.id, book.quiet[question.id]))}."
    )
    if question.clauses:
        said.append(f"Clauses: {clause_links(question.clauses)}")
    said.append(f"Name in the book: `{question.id}`")
    return [*lines, *bullets(said)]


def _answers(question: Question) -> list[str]:
    if question.bands:
        return ["a date"] + [
            days(band, question.bands[at - 1] if at else None) for at, band in enumerate(question.bands)
        ]
    return [option.label for option in question.options]


def _asked_when(plain: Plain, question: Question) -> str:
    if not question.when:
        return "Always asked."
    common, rest = plain.parts(question.when)
    others = [" and ".join(terms) for terms in rest]
    if not others:
        return f"Asked when {' and '.join(common)}."
    first = f"Asked when {' and '.join(common)}, and one of these:" if common else "Asked when one of these is so:"
    if len(others) == 1:
        return f"{first} {others[0]}."
    return "\n".join([first, *(f"  - {other}" for other in others)])


def worked_out(book: Book, plain: Plain) -> list[str]:
    lines = ["The first line that is true counts.", ""] if book.derived else []
    for item in book.derived:
        lines += _derived(plain, item)
    said = "True when an open lane, other than one that comes first and alone, lets something out of the charity."
    return [*lines, anchored("f", SENDS_FACT), "", "### Something would go out of the charity", "", said, ""]


def _derived(plain: Plain, item: Derived) -> list[str]:
    title = escaped(item.title or in_words(item.id))
    rows = [(listed(plain, row.when), _result(plain, item, row.value)) for row in item.rows]
    rows.append(("In every other case", _result(plain, item, item.otherwise)))
    about = f"Name in the book: `{item.id}`."
    about += f" Clauses: {clause_links(item.clauses)}." if item.clauses else ""
    return [anchored("f", item.id), "", f"### {title}", "", about, "", *table(("When", "It"), rows)]


def _result(plain: Plain, item: Derived, value: str) -> str:
    said = plain.holding(item.id, (value,))
    return f"**{escaped(said)}**"


def lanes(book: Book, plain: Plain) -> list[str]:
    lines: list[str] = []
    for lane in book.lanes:
        lines += _lane(book, plain, lane)
    return lines


def _lane(book: Book, plain: Plain, lane: Lane) -> list[str]:
    lines = [anchored("lane", lane.id), "", f"### {escaped(lane.title)}", ""]
    about = [f"Name in the book: `{lane.id}`."]
    if lane.protective:
        about.append("A protective lane: it is there to keep somebody safe.")
    if lane.immediate:
        about.append("It comes first and alone. Nothing is checked, stopped or approved before it.")
    if lane.alone:
        about.append("It opens only when no other lane is open.")
    if lane.clauses:
        about.append(f"Clauses: {clause_links(lane.clauses)}.")
    if lane.law:
        about.append(f"Law: {law_links(lane.law)}.")
    lines += [" ".join(about), ""]
    rows = []
    for rule in lane.rules:
        outcome = book.outcomes.get(rule.outcome)
        comes = link(outcome.title, "outcome", outcome.id) if outcome else f"*{plain.outcome(CLOSED)}*"
        agree = link(plain.approval(rule.approval), "approval", rule.approval) if rule.approval else "Nobody"
        rows.append(
            (
                f"{anchored('rule', rule.id)}`{rule.id}`",
                listed(plain, rule.when),
                comes,
                agree if outcome else "",
                clause_links(tuple(dict.fromkeys((*rule.clauses, *(outcome.clauses if outcome else ()))))),
            )
        )
    lines += table(("Rule", "When", "It comes to", "Who must agree", "Clauses"), rows)
    charts = lane_charts(book, lane)
    for chart in charts:
        lines += [f"*{escaped(chart.title)}*", ""] if len(charts) > 1 else []
        lines += mermaid(chart)
    lines += [f"[The whole lane as one picture]({book.id}-{lane.id}.svg)", ""]
    if lane.adds:
        lines += ["Also told, where something goes out:", ""]
        lines += bullets(
            f"{escaped(plain.recipient(item.recipient))}, when {plain.when(item.when)}" for item in lane.adds
        )
    if lane.show:
        lines += ["What the worker reads in this lane, whatever it comes to:", "", *bullets(_guides(book, lane.show))]
    if lane.never:
        lines += ["What is never said in this lane:", "", *bullets(_guides(book, lane.never))]
    return lines


def _guides(book: Book, guides: tuple[Guide, ...]) -> list[str]:
    plain = Plain(book, UNLINKED)  # the page is long, and here it is the guidance that is read
    lines = []
    for guide in guides:
        only = [f"when {plain.when(guide.when)}"] if guide.when else []
        only += ["until somebody has agreed"] if guide.until else []
        said = f" *Only* {'; and only '.join(only)}." if only else ""
        named = f" ({', '.join(escaped(id) for id in guide.clauses)})" if guide.clauses else ""
        lines.append(f"{escaped(guide.say)}{named}{said}")
    return lines


def _told(book: Book, plain: Plain, id: str) -> str:
    found = book.recipients.get(id)
    quiet = "" if found is None or found.hears_in_silence else " (but not while nobody may be told)"
    return f"{escaped(plain.recipient(id))}{quiet}"


def outcomes(book: Book, plain: Plain) -> list[str]:
    lines: list[str] = []
    for item in book.outcomes.values():
        lines += _outcome(book, plain, item)
    return lines


def _outcome(book: Book, plain: Plain, item: Outcome) -> list[str]:
    rules = [rule for lane in book.lanes for rule in lane.rules if rule.outcome == item.id]
    required = f"; the law requires it when {plain.when(item.required_when)}" if item.required_when else ""
    told = "; ".join(_told(book, plain, id) for id in item.recipients) or "nobody"
    facts = [
        f"How soon: {CLOCKS[item.clock]}",
        f"What goes: {SENDS[item.sends]}",
        f"Who hears: {told}",
        f"The person: {TALKS[item.talk]}",
        f"The law: {BASES[item.basis]}{required}",
    ]
    lines = [anchored("outcome", item.id), "", f"### {escaped(item.title)}", "", escaped(item.plain), ""]
    lines += bullets(facts)
    if item.steps:
        lines += ["What to do:", "", *numbered(_guides(book, item.steps))]
    for title, guides in (
        ("Words to read out", item.script),
        ("What to say, and no more", item.words),
        ("What to leave out", item.leave_out),
        ("What to write down", item.write_down),
        ("Whether to tell the person, and how", item.tell),
        ("At night and at weekends", item.out_of_hours),
        ("A word for the worker", item.after),
    ):
        lines += [f"{title}:", "", *bullets(_guides(book, guides))] if guides else []
    after = []
    if item.precedent:
        after.append(f"A published case: {escaped(item.precedent.text)} ({escaped(item.precedent.source)})")
    if item.contacts:
        numbers = (book.contacts[id] for id in item.contacts)
        after.append("Contacts: " + "; ".join(f"{link(c.name, 'contact', c.id)} {escaped(c.number)}" for c in numbers))
    if item.tasks:
        after.append(f"To do afterwards: {', '.join(in_words(task) for task in item.tasks)}")
    if item.clauses:
        after.append(f"Clauses: {clause_links(item.clauses)}")
    if item.law:
        after.append(f"Law: {law_links(item.law)}")
    after.append(f"Rules that come to it: {', '.join(link(rule.id, 'rule', rule.id) for rule in rules)}")
    after.append(f"Name in the book: `{item.id}`")
    return [*lines, "More about it:", "", *bullets(after)]
