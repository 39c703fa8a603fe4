"""What can be wrong between the parts of a book: names that lead nowhere, circles, rows that can never be reached.

The one rule to keep: a part that is already at fault is left alone here, so that one slip is told once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from policy.book import CLOSED, SENDS_FACT, SILENCE, Book, Question, When
from policy.coverage import uncarried
from policy.reading.entries import Notes, Reference
from policy.reading.expectations import KEPT_OUT, asked_or_given, look_at_examples, look_at_invariants
from policy.reading.faults import Faults, did_you_mean
from policy.reading.safety import look_at_safety
from policy.reading.values import short
from policy.walk.index import values_of

YES_NO = frozenset({"yes", "no"})
TICKS = frozenset({"yes", "no", "unsure"})
MOST_VALUES = 100  # that a list in Slack can hold, and `policy.walk.tables` has room for


def look_over(book: Book, notes: Notes) -> None:
    """Adds every fault between the parts of `book` to the notes' faults."""
    faults = notes.faults
    values = _values(book)
    _ids(book, faults)
    _references(book, notes)
    _conditions(book, notes, values)
    _recipients(book, faults, values)
    _order(book, faults)
    _screens(book, faults)
    _unreachable(book, faults)
    _lanes_and_outcomes(book, faults)
    _emergency(book, faults)
    _given(book, faults, values)
    look_at_safety(book, faults)
    _clauses(book, faults)
    look_at_invariants(book, faults, values)
    look_at_examples(book, faults, values)


def _values(book: Book) -> dict[str, frozenset[str]]:
    """The values of every fact; empty where they could not be read."""
    found = {flag.id: frozenset(flag.values) for flag in book.flags}
    found |= {item.id: frozenset(item.values) for item in book.derived}
    found |= {item.id: frozenset(values_of(item)) for item in book.questions}
    found[SENDS_FACT] = YES_NO
    return found


def _ids(book: Book, faults: Faults) -> None:
    facts = [("question", item.id) for item in book.questions]
    facts += [("flag", item.id) for item in book.flags] + [("derived fact", item.id) for item in book.derived]
    _once(faults, facts, "fact (a question, a flag or a derived fact)", reserved={SENDS_FACT, *KEPT_OUT})
    _once(faults, [("screen", item.id) for item in book.screens], "screen")
    _once(faults, [("lane", item.id) for item in book.lanes], "lane", reserved={"any", "protective"})
    _once(faults, [("check", item.id) for item in book.checks], "check")
    _once(faults, [("exclusion", item.id) for item in book.exclusions], "exclusion")
    _once(faults, [("invariant", item.id) for item in book.invariants], "invariant")
    _once(faults, [("example", item.name) for item in book.examples], "example", key="name")
    rules = [(f"lane '{lane.id}', rule", rule.id) for lane in book.lanes for rule in lane.rules]
    _once(faults, rules, "rule")
    guides = [(f"lane '{lane.id}', guide", item.id) for lane in book.lanes for item in (*lane.show, *lane.never)]
    for outcome in book.outcomes.values():
        guides += [(f"outcome '{outcome.id}', guide", item.id) for item in outcome.guides]
    _once(faults, guides, "guide", reserved={SILENCE})
    for question in book.questions:
        if not question.bands:
            options = [(f"question '{question.id}', option", item.value) for item in question.options]
            _once(faults, options, "option of this question", key="value")
    for name, table, ids in (
        (CLOSED, "outcome", book.outcomes),
        ("closed", "outcome", book.outcomes),
        ("none", "approval", book.approvals),
        ("none", "recipient", book.recipients),
    ):
        if name in ids:
            faults.add(f"{table} '{name}'", "id", f"'{name}' has a meaning of its own; choose another id.")
    for _, fact in facts:
        if fact in book.recipients:
            faults.add(f"recipient '{fact}'", "id", "a fact has the same id, so an outcome could mean either.")


def _once(
    faults: Faults, ids: Iterable[tuple[str, str]], what: str, *, key: str = "id", reserved: Collection[str] = ()
) -> None:
    seen: set[str] = set()
    for table, name in ids:
        if name and name in seen:
            faults.add(f"{table} '{name}'", key, f"there is another {what} with the same id.")
        if name in reserved:
            faults.add(f"{table} '{name}'", key, f"'{name}' has a meaning of its own; choose another id.")
        seen.add(name)


def _references(book: Book, notes: Notes) -> None:
    questions = {item.id for item in book.questions}
    known: Mapping[str, Collection[str]] = {
        "approval": book.approvals.keys(),
        "clause": book.clauses.keys(),
        "contact": book.contacts.keys(),
        "fact": asked_or_given(book) | {item.id for item in book.derived},
        "lane": {item.id for item in book.lanes},
        "law": book.law.keys(),
        "outcome": book.outcomes.keys(),
        "question": questions,
        "recipient": book.recipients.keys(),
        "screen": {item.id for item in book.screens},
        "task": {task for outcome in book.outcomes.values() for task in outcome.tasks},
    }
    for item in notes.references:
        if item.id not in known[item.kind]:
            near = did_you_mean(item.id, known[item.kind])
            notes.faults.add(item.table, item.key, f"{_missing(item)}.{near}")


def _missing(item: Reference) -> str:
    name = short(item.id)
    match item.kind:
        case "outcome":
            return f"it sends people to outcome '{name}', which does not exist"
        case "approval":
            return f"it waits for approval '{name}', which does not exist"
        case "law":
            return f"there is no law note '{name}'"
        case "task":
            return f"no outcome sets the task '{name}'"
        case kind:
            return f"there is no {kind} '{name}'"


def _conditions(book: Book, notes: Notes, values: Mapping[str, frozenset[str]]) -> None:
    screens = {item.id: item.stage for item in book.screens}
    late = {item.id for item in book.questions if screens.get(item.screen) == "send"} | {SENDS_FACT}
    for item in notes.conditions:
        for row in item.when:
            for fact, allowed in row.items():
                if fact not in values:
                    if fact:
                        message = f"there is no fact '{fact}'.{did_you_mean(fact, values)}"
                        notes.faults.add(item.table, item.key, message)
                    continue
                for value in sorted(allowed - values[fact]):
                    if values[fact]:
                        message = f"'{fact}' can never be '{value}'.{did_you_mean(value, values[fact])}"
                        notes.faults.add(item.table, item.key, message)
                if fact in late and item.use == "decide":
                    message = f"'{fact}' is only known once the decision is made, so the decision cannot depend on it."
                    notes.faults.add(item.table, item.key, message)


def _recipients(book: Book, faults: Faults, values: Mapping[str, frozenset[str]]) -> None:
    for outcome in book.outcomes.values():
        table = f"outcome '{outcome.id}'"
        for name in outcome.recipients:
            if name in book.recipients:
                continue
            if name not in values:
                known = [*book.recipients, *values]
                faults.add(table, "recipients", f"there is no recipient '{name}'.{did_you_mean(name, known)}")
                continue
            for value in sorted(values[name] - book.recipients.keys()):
                message = f"'{name}' can be '{value}', and there is no recipient '{value}'."
                faults.add(table, "recipients", message + did_you_mean(value, book.recipients))


def _order(book: Book, faults: Faults) -> None:
    """No derived fact is made of itself, and a question depends only on what stands on earlier screens."""
    place = {screen.id: (screen.stage == "send", at) for at, screen in enumerate(book.screens)}
    asked = {item.id: place[item.screen] for item in book.questions if item.screen in place}
    made_of = {item.id: {fact for row in item.rows for terms in row.when for fact in terms} for item in book.derived}
    circular = {name for name in made_of if name in _everything_under(name, made_of)}
    for name in sorted(circular):
        parts = sorted(made_of[name] & circular)
        message = f"it depends on itself, through {', '.join(repr(part) for part in parts)}."
        faults.add(f"derived fact '{name}'", "rows", message)
    for question in book.questions:
        if question.screen not in place:
            continue
        for fact in sorted({fact for terms in question.when for fact in terms}):
            for needed in sorted({fact} | _everything_under(fact, made_of)):
                if needed in asked and asked[needed] >= asked[question.id]:
                    through = "" if needed == fact else f", which '{fact}' is made of,"
                    message = (
                        f"it can only depend on questions of earlier screens, and '{needed}'{through} is asked "
                        f"{'on the same screen' if asked[needed] == asked[question.id] else 'later'}."
                    )
                    faults.add(f"question '{question.id}'", "when", message)


def _everything_under(name: str, made_of: Mapping[str, Collection[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(made_of.get(name, ()))
    while waiting:
        fact = waiting.pop()
        if fact not in found:
            found.add(fact)
            waiting += made_of.get(fact, ())
    return found


def _screens(book: Book, faults: Faults) -> None:
    for screen in book.screens:
        table = f"screen '{screen.id}'"
        questions = [item for item in book.questions if item.screen == screen.id]
        if not questions:
            faults.add(table, "", "no question stands on this screen.")
        if screen.kind == "choice" and len(questions) > 1:
            names = ", ".join(f"'{item.id}'" for item in questions)
            faults.add(table, "kind", f"a choice screen has one question, and this one has {names}.")
        if screen.kind == "ticks":
            for question in questions:
                _tick(question, faults)


def _tick(question: Question, faults: Faults) -> None:
    values = frozenset(values_of(question))
    if values and not YES_NO <= values <= TICKS:
        message = 'a tick can only be yes, no or unsure: use "yn" or "ynu", or put it on a screen of another kind.'
        faults.add(f"question '{question.id}'", "options", message)


def _unreachable(book: Book, faults: Faults) -> None:
    for lane in book.lanes:
        rows = [(f"lane '{lane.id}', rule '{rule.id}'", rule.when) for rule in lane.rules]
        _after_always(rows, faults)
    for item in book.derived:
        numbered = [(f"derived fact '{item.id}', row number {at}", row.when) for at, row in enumerate(item.rows, 1)]
        _after_always(numbered, faults)


def _after_always(rows: Iterable[tuple[str, When]], faults: Faults) -> None:
    before: list[tuple[str, When]] = []
    for table, when in rows:
        for earlier, covering in before:
            if not covering:
                faults.add(table, "when", f"it can never be reached, because {earlier} is always true.")
                break
            if when and all(any(_covers(wide, row) for wide in covering) for row in when):
                faults.add(table, "when", f"it can never be reached, because {earlier} is true whenever it is.")
                break
        before.append((table, when))


def _covers(wide: Mapping[str, frozenset[str]], row: Mapping[str, frozenset[str]]) -> bool:
    return "" not in row and all(fact in row and row[fact] <= allowed for fact, allowed in wide.items())


def _lanes_and_outcomes(book: Book, faults: Faults) -> None:
    used = {rule.outcome for lane in book.lanes for rule in lane.rules}
    for name in book.outcomes:
        if name and name not in used:
            faults.add(f"outcome '{name}'", "", "no rule of any lane comes to this outcome.")
    if not any(lane.immediate for lane in book.lanes):
        faults.add("", "lane", "one lane must be the emergency lane: give it 'immediate = true'.")
    for lane in book.lanes:
        if lane.immediate and lane.alone:
            faults.add(f"lane '{lane.id}'", "alone", "an immediate lane opens whatever else is open.")


def _emergency(book: Book, faults: Faults) -> None:
    emergency = book.emergency
    questions = {item.id: item for item in book.questions}
    first = questions.get(emergency.question)
    if first is not None:
        if book.screens and first.screen != book.screens[0].id:
            message = f"'{first.id}' must stand on the first screen, and that is '{book.screens[0].id}'."
            faults.add("[emergency]", "question", message)
        if first.when:
            faults.add(f"question '{first.id}'", "when", "the emergency question is asked always, so it has no 'when'.")
        known = values_of(first)
        for value in emergency.values:
            if known and value not in known:
                message = f"'{first.id}' can never be '{value}'.{did_you_mean(value, known)}"
                faults.add("[emergency]", "values", message)


def _clauses(book: Book, faults: Faults) -> None:
    for clause in uncarried(book):
        message = (
            "nothing in this book carries it. Name it in the 'clauses' of what does (a question, a lane, an outcome), "
            "or say in 'later' what will."
        )
        faults.add(f"clause '{clause.id}'", "", message)


def _given(book: Book, faults: Faults, values: Mapping[str, frozenset[str]]) -> None:
    for table, name in [
        *(("question", item.id) for item in book.questions),
        *(("flag", item.id) for item in book.flags),
    ]:
        if len(values[name]) > MOST_VALUES:
            message = f"it has {len(values[name])} values, and {MOST_VALUES} are the most that one list can hold."
            faults.add(f"{table} '{name}'", "", message)
    for flag in book.flags:
        if flag.default and flag.values and flag.default not in flag.values:
            message = f"'{flag.default}' is not one of its values.{did_you_mean(flag.default, flag.values)}"
            faults.add(f"flag '{flag.id}'", "default", message)
    for question in book.questions:
        table = f"question '{question.id}'"
        if question.bands and question.bands[-1].within_days is not None:
            faults.add(table, "bands", "the last band must have no 'within_days', so that every date has a band.")
        if any(band.within_days is None for band in question.bands[:-1]):
            faults.add(table, "bands", "only the last band can do without 'within_days'.")
    questions = {item.id for item in book.questions if item.id}
    for name in sorted(questions - book.quiet.keys()):
        faults.add("[quiet]", name, "every question needs its quiet value here, and this one is missing.")
    for name, value in book.quiet.items():
        if name not in questions:
            faults.add("[quiet]", name, f"there is no question '{name}'.{did_you_mean(name, questions)}")
        elif values[name] and value not in values[name]:
            faults.add("[quiet]", name, f"'{name}' can never be '{value}'.{did_you_mean(value, values[name])}")
