"""What changed from one version of a book to another, in plain English, for the people who must agree to the change.

The one rule to keep: what changes what happens to people comes first, wording last, and no difference is left unsaid.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

from policy.book import (
    CLOSED,
    Book,
    Check,
    Contact,
    Derived,
    Exclusion,
    Lane,
    LawNote,
    Outcome,
    Question,
    Recipient,
    Rule,
)
from policy.differences.endings import told, turns
from policy.differences.nouns import Kind, Said, Sides, changes, direction, same, spoken
from policy.differences.rules import moved, paired
from policy.drawing.plain import CLOCKS, Plain, either, in_words

SECTIONS = (
    "Examples that end differently",
    "The emergency card",
    "Lanes and their rules",
    "What the outcomes are",
    "Who must agree",
    "Who is told and who is not",
    "What is asked",
    "What is worked out, and settings",
    "Checks before anything goes out",
    "Contacts",
    "The law, the clauses and the notes",
    "What may never happen",
    "The examples themselves",
    "Wording",
    "The book",
)
_ENDINGS, _EMERGENCY, _LANES, _OUTCOMES, _AGREE, _TOLD, _ASKED, _FACTS = range(8)
_CHECKS, _CONTACTS, _LAW, _NEVER, _EXAMPLES, _WORDING, _BOOK = range(8, 15)

_REGISTERS: Mapping[str, tuple[int, str, str]] = {
    # field of the book -> section, what one is called, the field that names it to people
    "outcomes": (_OUTCOMES, "Outcome", "title"),
    "approvals": (_AGREE, "Approval", "title"),
    "exclusions": (_TOLD, "Rule about who is not told", ""),
    "recipients": (_TOLD, "Recipient", "title"),
    "screens": (_ASKED, "Screen", "ask"),
    "questions": (_ASKED, "Question", "ask"),
    "derived": (_FACTS, "Worked-out fact", "title"),
    "flags": (_FACTS, "Setting", "title"),
    "checks": (_CHECKS, "Check", "say"),
    "contacts": (_CONTACTS, "Contact", "name"),
    "law": (_LAW, "Law note", "text"),
    "clauses": (_LAW, "Clause", "title"),
    "notes": (_LAW, "Note", "plain"),
    "invariants": (_NEVER, "Promise", "plain"),
    "examples": (_EXAMPLES, "Example", ""),
}
_SPECIAL = frozenset({"lanes", "emergency", "version"})
Found = tuple[int, str]


def differences(old: Book, new: Book) -> list[str]:
    """The lines to print: a heading for each section that has something, then one line or more for each change."""
    sides = Sides(old, new)
    found = [*_endings(old, new), *_emergency(sides), *_lanes(sides), *_registers(sides), *_book(sides)]
    lines = [f"{old.title}: from version {old.version} to version {new.version}"]
    if not found:
        return [*lines, "", "Nothing changed." if old.version == new.version else "Nothing changed but the version."]
    if old.version == new.version:
        lines.append("The two have the same version number, although they differ.")
    changes_in = [
        sum(section == at and not line.startswith("  ") for section, line in found) for at in range(_BOOK + 1)
    ]
    counts = [f"{title.lower()} {changes_in[at]}" for at, title in enumerate(SECTIONS) if at and changes_in[at]]
    lines += [f"Number of changes: {', '.join(counts)}."] if counts else []
    if not changes_in[_ENDINGS]:
        lines.append("No example that both books know ends differently.")
    for at, title in enumerate(SECTIONS):
        here = [line for section, line in found if section == at]
        if here:
            lines += ["", title, "", *(line if line.startswith("  ") else f"- {line}" for line in here)]
    return lines


def _endings(old: Book, new: Book) -> Iterator[Found]:
    changed, apart, number = turns(old, new)
    if changed:
        many = len({name for turn in changed for name in turn.examples})
        ends = "ends" if many == 1 else "end"
        yield _ENDINGS, f"{number} examples were walked in both books, and {many} of them {ends} differently."
    for turn in changed:
        yield from ((_ENDINGS, line) for line in told(turn))
    if apart:
        said = "cannot be compared, because one of the books does not know an answer they give"
        yield _EXAMPLES, f"{len(apart)} of {number + len(apart)} examples {said}: {', '.join(apart)}"


def _section(kind: Kind, of_its_own: int) -> int:
    """Where a change is told: the law's, the clauses' and the notes' own words are what they are about."""
    if kind == "matter" or of_its_own in (_LAW, _EMERGENCY):
        return of_its_own
    if of_its_own == _CONTACTS and kind == "source":
        return _CONTACTS
    return _LAW if kind == "source" else _WORDING


def _emergency(sides: Sides) -> Iterator[Found]:
    was, is_now = sides.old.emergency, sides.new.emergency
    before = sides.before.term(was.question, was.values)
    now = sides.now.term(is_now.question, is_now.values)
    if (was.question, set(was.values)) != (is_now.question, set(is_now.values)):
        yield _EMERGENCY, f"what brings the card: before, {before}; now, {now}"
    if was.called != is_now.called:
        yield _EMERGENCY, f"then it asks: before, {sides.before.fact(was.called)}; now, {sides.now.fact(is_now.called)}"
    for _, said in changes(sides, was, is_now, skip=("question", "values", "called")):
        yield _EMERGENCY, said


def _lanes(sides: Sides) -> Iterator[Found]:
    before, now = {lane.id: lane for lane in sides.old.lanes}, {lane.id: lane for lane in sides.new.lanes}
    for id, lane in now.items():
        if id not in before:
            yield _LANES, f"Lane “{lane.title}” ({id}): new"
            yield from ((_LANES, f"  {_rule(sides.now, rule)}") for rule in lane.rules)
    for id, lane in before.items():
        if id not in now:
            yield _LANES, f"Lane “{lane.title}” ({id}): gone"
            continue
        subject = f"Lane “{now[id].title}” ({id})"
        for kind, said in _rules(sides, lane, now[id]):
            yield _section(kind, _LANES), f"{subject}: {said}"
        for kind, said in changes(sides, lane, now[id], skip=("rules", "adds")):
            yield _section(kind, _LANES), f"{subject}: {said}"
        for said in _also_told(sides, lane, now[id]):
            yield _TOLD, f"{subject}: {said}"
    kept = [id for id in before if id in now]
    if kept != [id for id in now if id in before]:
        yield _LANES, f"The lanes are shown in another order: {', '.join(lane.title for lane in now.values())}"


def _also_told(sides: Sides, old: Lane, new: Lane) -> Iterator[str]:
    for item in new.adds:
        if not any(item.recipient == was.recipient and same(item.when, was.when) for was in old.adds):
            yield f"also told now: {sides.now.recipient(item.recipient)}, when {sides.now.when(item.when)}"
    for item in old.adds:
        if not any(item.recipient == it.recipient and same(item.when, it.when) for it in new.adds):
            yield f"no longer told: {sides.before.recipient(item.recipient)}, when {sides.before.when(item.when)}"


def _rule(plain: Plain, rule: Rule) -> str:
    comes = "the lane stays closed" if rule.outcome == CLOSED else f"it comes to “{plain.outcome(rule.outcome)}”"
    agree = "" if rule.outcome == CLOSED else f". {plain.approval(rule.approval)}"
    return f"{rule.id}: when {plain.when(rule.when, 'nothing above is true')}, {comes}{agree}"


def _rules(sides: Sides, old: Lane, new: Lane) -> Iterator[Said]:
    pairs = paired(old, new)
    elsewhere = moved(pairs)
    for at, place in pairs:
        if at is None and place is not None:
            after = f"read after {new.rules[place - 1].id}" if place else "read first"
            yield "matter", f"a new rule, {after}. {_rule(sides.now, new.rules[place])}"
        elif place is None and at is not None:
            yield "matter", f"a rule is gone. {_rule(sides.before, old.rules[at])}"
        elif at is not None and place is not None:
            was, is_now = old.rules[at], new.rules[place]
            name = is_now.id if was.id == is_now.id else f"{is_now.id} (it was {was.id})"
            if at in elsewhere:
                places = f"place {at + 1} before and place {place + 1} now"
                yield "matter", f"a rule is read in another order, {places}. {_rule(sides.now, is_now)}"
            for kind, said in _rule_changed(sides, was, is_now):
                yield kind, f"rule {name}: {said}"


def _rule_changed(sides: Sides, was: Rule, is_now: Rule) -> Iterator[Said]:
    before, now = sides.before, sides.now
    if not same(was.when, is_now.when):
        always = "nothing above is true"
        yield "matter", f"the condition: before, {before.when(was.when, always)}; now, {now.when(is_now.when, always)}"
    if was.outcome != is_now.outcome:
        yield "matter", f"it comes to “{now.outcome(is_now.outcome)}”; before, “{before.outcome(was.outcome)}”"
    if was.approval != is_now.approval:
        way = direction(sides.old.approvals.get(was.approval), sides.new.approvals.get(is_now.approval))
        yield (
            "matter",
            f"who must agree is {way}: before, {before.approval(was.approval)}; now, {now.approval(is_now.approval)}",
        )
    yield from changes(sides, was, is_now, skip=("id", "when", "outcome", "approval"))


def _registers(sides: Sides) -> Iterator[Found]:
    for field, (section, kind, named) in _REGISTERS.items():
        before, now = _by_id(getattr(sides.old, field)), _by_id(getattr(sides.new, field))
        for id, item in now.items():
            if id not in before:
                yield section, f"{_called(kind, named, id, item)}: new{_about(sides.now, item)}"
        for id, item in before.items():
            if id not in now:
                yield section, f"{_called(kind, named, id, item)}: gone"
                continue
            subject = _called(kind, named, id, now[id])
            for kind_of_change, said in _changed(sides, item, now[id]):
                yield _section(kind_of_change, section), f"{subject}: {said}"
        kept = [id for id in before if id in now]
        after = [id for id in now if id in before]
        if kept != after and field in ("screens", "questions", "derived"):
            yield section, f"{kind}s stand in another order; from the first that moved: {_from_first(kept, after)}"


def _changed(sides: Sides, was: Any, is_now: Any) -> Iterator[Said]:
    match was:
        case Question():
            yield from _options(was, is_now)
            yield from changes(sides, was, is_now, skip=("options",))
        case Derived():
            if [(row.when, row.value) for row in was.rows] != [(row.when, row.value) for row in is_now.rows]:
                before = "; ".join(f"{was.id} is {_row(sides.before, was, row)}" for row in was.rows)
                now = "; ".join(f"{was.id} is {_row(sides.now, is_now, row)}" for row in is_now.rows)
                yield "matter", f"how it is worked out: before, {before}; now, {now}"
            yield from changes(sides, was, is_now, skip=("rows",))
        case _:
            if hasattr(was, "veto") and (way := direction(was, is_now)) != "changed":
                yield "matter", f"what it asks for is {way}"
            yield from changes(sides, was, is_now)


def _row(plain: Plain, item: Derived, row: Any) -> str:
    return f"“{plain.value(item.id, row.value)}” when {plain.when(row.when)}"


def _options(was: Question, is_now: Question) -> Iterator[Said]:
    before = {option.value: option.label for option in was.options}
    now = {option.value: option.label for option in is_now.options}
    for value, label in now.items():
        if value not in before:
            yield "matter", f"a new answer: “{label}”"
        elif before[value] != label:
            yield "wording", f"the answer “{before[value]}” reads “{label}” now"
    for value, label in before.items():
        if value not in now:
            yield "matter", f"an answer is gone: “{label}”"
    if list(before) != list(now) and before.keys() == now.keys():
        yield "matter", f"the answers stand in another order: {', '.join(f'“{label}”' for label in now.values())}"


def _book(sides: Sides) -> Iterator[Found]:
    where = {"silenced": _TOLD, "lead": _TOLD, "hastened": _OUTCOMES, "stop_until": _ASKED, "quiet": _EXAMPLES}
    where |= {"silence": _WORDING, "what_if": _WORDING}
    said_of = {
        "silenced": "When nobody is talked to",
        "hastened": "When what is routine is done today",
        "stop_until": "While this is so, nothing more is asked",
        "lead": "Who inside is told",
        "speak_up": "Whom outside to talk to after a no",
    }
    for field in fields(Book):
        was, is_now = getattr(sides.old, field.name), getattr(sides.new, field.name)
        if field.name in _REGISTERS or field.name in _SPECIAL or same(was, is_now):
            continue
        if field.name == "quiet":
            for fact in dict.fromkeys((*was, *is_now)):
                if was.get(fact) != is_now.get(fact) and fact in was and fact in is_now:
                    before, now = sides.before.value(fact, was[fact]), sides.now.value(fact, is_now[fact])
                    yield _EXAMPLES, f"The usual answer to {sides.now.fact(fact)}: before, “{before}”; now, “{now}”"
            continue
        before, now = spoken(sides.before, field.name, was), spoken(sides.now, field.name, is_now)
        name = said_of.get(field.name, in_words(field.name).capitalize())
        yield where.get(field.name, _BOOK), f"{name}: before, {before}; now, {now}"


def _by_id(items: Any) -> dict[str, Any]:
    if isinstance(items, Mapping):
        return dict(items)
    return {getattr(item, "id", None) or item.name: item for item in items}


def _called(kind: str, named: str, id: str, item: Any) -> str:
    title = getattr(item, named) if named else ""
    return f"{kind} “{title}” ({id})" if title else f"{kind} {id}"


def _about(plain: Plain, item: Any) -> str:
    """The one thing to know of a new noun: when it is asked, or what it holds."""
    if isinstance(item, Question):
        return f", asked when {plain.when(item.when)}" if item.when else ", always asked"
    if isinstance(item, Outcome):
        who = either((plain.recipient(id) for id in item.recipients), "and") or "nobody"
        return f". {item.plain} Told: {who}. How soon: {CLOCKS[item.clock]}"
    if isinstance(item, Recipient):
        return "" if item.hears_in_silence else ", who hears nothing while nobody may be told"
    if isinstance(item, Contact):
        return f", {item.number}"
    if isinstance(item, Check | Exclusion):
        return f", when {plain.when(item.when)}"
    if isinstance(item, LawNote):
        return f" ({item.source})" if item.source else ""
    return ""


def _from_first(kept: Sequence[str], after: Sequence[str]) -> str:
    first = next(at for at, (one, other) in enumerate(zip(kept, after, strict=True)) if one != other)
    return ", ".join(after[first : first + 6])
