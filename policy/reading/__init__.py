"""TOML text -> Book, or a `BookError` that lists every fault of the text in one go.

The one rule to keep: a book that is returned has no dangling id, no circle and no value of the wrong kind, so nothing
that uses a book needs to look again.
"""

from __future__ import annotations

from collections.abc import Mapping

from policy.book import (
    CLOSED,
    Addition,
    Band,
    Book,
    Copying,
    Derived,
    DerivedRow,
    EmergencyText,
    Flag,
    Form,
    Keeping,
    Lane,
    Option,
    Question,
    Rule,
    Screen,
    Stage,
)
from policy.reading.entries import Condition, Entry, Notes, Reference, Use
from policy.reading.faults import BookError, Fault, Faults, did_you_mean
from policy.reading.outcomes import guides_of, outcome_of, what_if_of
from policy.reading.registers import (
    approval_of,
    check_of,
    clause_of,
    contact_of,
    example_of,
    exclusion_of,
    invariant_of,
    law_of,
    note_of,
    recipient_of,
)
from policy.reading.soundness import look_over
from policy.reading.syntax import decoded, parsed

__all__ = ["BookError", "Fault", "read", "read_file"]

SHORTHANDS = {
    "yn": (Option("yes", "Yes"), Option("no", "No")),
    "ynu": (Option("yes", "Yes"), Option("no", "No"), Option("unsure", "Not sure")),
}


def read(text: str, name: str = "book.toml") -> Book:
    """The book in `text`. `name` is the file's name, for the faults. Raises `BookError` with every fault."""
    faults = Faults(name)
    notes = Notes(faults)
    book = _book(Entry(parsed(text, name), "", notes), notes)
    look_over(book, notes)
    if found := faults.all():
        raise BookError(found)
    return book


def read_file(data: bytes, name: str = "book.toml") -> Book:
    """The book in the bytes of a file. Raises `BookError` with every fault, also where they are not UTF-8."""
    return read(decoded(data, name), name)


def _book(top: Entry, notes: Notes) -> Book:
    head = top.entry("book", required=True)
    silenced = head.when("silenced") if head.has("silenced") else None
    hastened = head.when("hastened") if head.has("hastened") else None
    stop_until = head.pairs("stop_until")
    stops = tuple({fact: frozenset({value})} for fact, value in stop_until.items())
    notes.conditions.append(Condition(head.place, "stop_until", stops, "decide"))
    lead = head.refers("lead", "fact") if head.has("lead") else "lead"
    speak_up = head.refers_to("speak_up", "contact")
    emergency = _emergency(top.entry("emergency", required=True))
    screens = tuple(_screen(entry) for entry in top.entries("screen", "screen"))
    stages = {screen.id: screen.stage for screen in screens}
    book = Book(
        id=head.id(),
        title=head.text("title"),
        version=head.text("version"),
        charity=head.text("charity"),
        emergency=emergency,
        screens=screens,
        questions=tuple(_question(entry, stages) for entry in top.entries("question", "question")),
        flags=tuple(_flag(entry) for entry in top.entries("flag", "flag")),
        derived=tuple(_derived(entry) for entry in top.entries("derived", "derived fact")),
        lanes=tuple(_lane(entry, notes) for entry in top.entries("lane", "lane")),
        outcomes={item.id: item for item in [outcome_of(entry) for entry in _unique(top, "outcome", "outcome")]},
        approvals={
            item.code: item for item in [approval_of(entry) for entry in _unique(top, "approval", "approval", "code")]
        },
        recipients={
            item.id: item for item in [recipient_of(entry) for entry in _unique(top, "recipient", "recipient")]
        },
        contacts={item.id: item for item in [contact_of(entry) for entry in _unique(top, "contact", "contact")]},
        clauses={item.id: item for item in [clause_of(entry) for entry in _unique(top, "clause", "clause")]},
        law={item.id: item for item in [law_of(entry) for entry in _unique(top, "law", "law note")]},
        checks=tuple(check_of(entry) for entry in top.entries("check", "check")),
        invariants=tuple(invariant_of(entry) for entry in top.entries("invariant", "invariant")),
        examples=tuple(example_of(entry) for entry in top.entries("example", "example", "name")),
        quiet=top.pairs("quiet"),
        silenced=silenced,
        silence=head.text("silence", required=False),
        what_if=what_if_of(top.entry("what_if")) if top.has("what_if") else None,
        exclusions=tuple(exclusion_of(entry) for entry in top.entries("exclusion", "exclusion")),
        hastened=hastened,
        stop_until=stop_until,
        lead=lead,
        notes={item.id: item for item in [note_of(entry) for entry in _unique(top, "note", "note")]},
        speak_up=speak_up,
        keeping=_keeping(top.entry("keeping")) if top.has("keeping") else Keeping(),
        copying=_copying(top.entry("copy")) if top.has("copy") else Copying(),
        form=_form(top.entry("form")) if top.has("form") else Form(),
    )
    head.finish()
    top.finish()
    return book


def _unique(top: Entry, key: str, name: str, by: str = "id") -> list[Entry]:
    """The tables of a kind that is kept by id; a second one of the same id is a fault."""
    entries = top.entries(key, name, by)
    seen: set[str] = set()
    for entry in entries:
        if entry.place in seen:
            entry.fault(by, "there is another one with the same id.")
        seen.add(entry.place)
    return entries


def _emergency(entry: Entry) -> EmergencyText:
    text = EmergencyText(
        line=entry.text("line"),
        question=entry.refers("question", "question", required=True),
        values=entry.texts("values", required=True),
        called=entry.refers("called", "question", required=True),
        title=entry.text("title"),
        first=entry.text("first"),
        steps=entry.texts("steps", required=True),
        say=entry.texts("say", required=True),
        contacts=entry.refers_to("contacts", "contact", required=True),
        after=entry.text("after"),
    )
    entry.finish()
    return text


def _keeping(entry: Entry) -> Keeping:
    keeping = Keeping(
        child=entry.refers_to("child", "lane"),
        child_when=entry.when("child_when"),
        allegation=entry.refers_to("allegation", "lane"),
        terrorism=entry.refers_to("terrorism", "lane"),
        court=entry.refers_to("court", "lane"),
        police=entry.refers_to("police", "recipient"),
        police_when=entry.when("police_when"),
        tasks=entry.refers_to("tasks", "task"),
    )
    entry.finish()
    return keeping


def _copying(entry: Entry) -> Copying:
    copying = Copying(
        stands=entry.refers_to("stands", "question"),
        unsafe_when=entry.when("unsafe_when", "say"),
    )
    entry.finish()
    return copying


def _form(entry: Entry) -> Form:
    form = Form(asker=entry.refers_to("asker", "question"), way=entry.refers_to("way", "question"))
    entry.finish()
    return form


def _screen(entry: Entry) -> Screen:
    screen = Screen(
        id=entry.id(),
        ask=entry.text("ask"),
        kind=entry.one_of("kind", ("choice", "ticks", "form")),
        why=entry.text("why", required=False),
        stage=entry.one_of("stage", ("decide", "send"), "decide"),
    )
    entry.finish()
    return screen


def _question(entry: Entry, stages: Mapping[str, Stage]) -> Question:
    screen = entry.refers("screen", "screen", required=True)
    use: Use = "send" if stages.get(screen) == "send" else "decide"
    bands = tuple(_band(item) for item in entry.entries("bands", "band", "value"))
    question = Question(
        id=entry.id(),
        screen=screen,
        ask=entry.text("ask"),
        options=_options(entry, dated=bool(bands)),
        when=entry.when(use=use),
        clauses=entry.refers_to("clauses", "clause"),
        help=entry.text("help", required=False),
        bands=bands,
        keep=entry.yes("keep"),
        forgets=entry.refers_to("forgets", "question"),
        part=entry.one_of("part", ("why", "danger", "person", "agreement"), "why"),
    )
    entry.finish()
    return question


def _options(entry: Entry, *, dated: bool) -> tuple[Option, ...]:
    if dated:
        if entry.has("options"):
            entry.fault("options", "a question with bands asks for a date, so it has no options.")
            entry.known("options")
        return ()
    if not entry.has("options"):
        entry.fault("options", 'this key is missing; it must be "yn", "ynu" or a list of {value, label}.')
        return ()
    if entry.is_text("options"):
        return SHORTHANDS[entry.one_of("options", tuple(SHORTHANDS))]
    options: list[Option] = []
    for item in entry.entries("options", "option", "value"):
        options.append(Option(item.id("value"), item.text("label")))
        item.finish()
    if len(options) < 2:
        entry.fault("options", "a question needs at least two options.")
    return tuple(options)


def _band(entry: Entry) -> Band:
    within = entry.number("within_days", 0) if entry.has("within_days") else None
    band = Band(
        value=entry.id("value"),
        within_days=within,
        setting=entry.id("setting", required=False),
        label=entry.text("label", required=False),
    )
    if band.setting and within is None:
        entry.fault("within_days", f"'{band.setting}' needs a number of days for a charity that has not set it.")
    entry.finish()
    return band


def _flag(entry: Entry) -> Flag:
    flag = Flag(
        id=entry.id(),
        values=entry.texts("values", required=True),
        default=entry.text("default"),
        title=entry.text("title", required=False),
        law=entry.refers("law", "law"),
    )
    entry.finish()
    return flag


def _derived(entry: Entry) -> Derived:
    rows: list[DerivedRow] = []
    for item in entry.entries("rows", "row", "id"):
        rows.append(DerivedRow(when=item.when(), value=item.id("value")))
        item.finish()
    if not rows:
        entry.fault("rows", "a derived fact needs at least one row.")
    derived = Derived(
        id=entry.id(),
        rows=tuple(rows),
        otherwise=entry.id("otherwise", required=False) or "no",
        title=entry.text("title", required=False),
        labels=entry.pairs("labels"),
        clauses=entry.refers_to("clauses", "clause"),
    )
    for name in sorted(derived.labels.keys() - derived.values):
        entry.fault("labels", f"'{name}' is not a value of this fact.{did_you_mean(name, derived.values)}")
    entry.finish()
    return derived


def _lane(entry: Entry, notes: Notes) -> Lane:
    lane_id = entry.id()
    rules = tuple(_rule(item, f"{lane_id}.{at}", notes) for at, item in enumerate(entry.entries("rule", "rule"), 1))
    if not rules:
        entry.fault("rule", "a lane without a rule can never open.")
    lane = Lane(
        id=lane_id,
        title=entry.text("title"),
        rules=rules,
        protective=entry.yes("protective"),
        immediate=entry.yes("immediate"),
        alone=entry.yes("alone"),
        show=guides_of(entry, "show"),
        never=guides_of(entry, "never"),
        adds=_adds(entry),
        clauses=entry.refers_to("clauses", "clause"),
        law=entry.refers_to("law", "law"),
    )
    entry.finish()
    return lane


def _rule(entry: Entry, default: str, notes: Notes) -> Rule:
    if not entry.has("id"):
        entry.place = f"{entry.place.rpartition(', ')[0]}, rule '{default}'"
    outcome = entry.text("outcome")
    if outcome and outcome != CLOSED:
        notes.references.append(Reference(entry.place, "outcome", "outcome", outcome))
    rule = Rule(
        id=entry.id(required=False) or default,
        when=entry.when(),
        outcome=outcome,
        approval=entry.refers("approval", "approval"),
        clauses=entry.refers_to("clauses", "clause"),
    )
    if outcome == CLOSED and rule.approval:
        entry.fault("approval", "a rule that closes its lane needs no approval.")
    entry.finish()
    return rule


def _adds(entry: Entry) -> tuple[Addition, ...]:
    adds: list[Addition] = []
    for item in entry.entries("adds", "addition", "recipient"):
        adds.append(Addition(recipient=item.refers("recipient", "recipient", required=True), when=item.when()))
        item.finish()
    return tuple(adds)
