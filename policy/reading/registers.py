"""The parts of a book that are lists: approvals, recipients, contacts, clauses, law, checks, invariants, examples.

The one rule to keep: each function reads one table to its end (`finish`), so that no key is passed over.
"""

from __future__ import annotations

from typing import cast, get_args

from policy.book import (
    Action,
    Approval,
    Check,
    Clause,
    Contact,
    Example,
    Exclusion,
    Invariant,
    LawNote,
    Note,
    Recipient,
)
from policy.reading.entries import Entry
from policy.reading.values import short


def approval_of(entry: Entry) -> Approval:
    approval = Approval(
        code=entry.id("code", code=True),
        title=entry.text("title"),
        plain=entry.text("plain"),
        moment=entry.one_of("moment", ("none", "before", "parallel", "to_close")),
        count=entry.number("count", 0),
        roles=entry.texts("roles"),
        capabilities=entry.texts("capabilities"),
        veto=entry.yes_unless_said("veto"),
        clauses=entry.refers_to("clauses", "clause"),
    )
    if approval.moment == "before" and not approval.count:
        entry.fault("count", "an approval that is needed before must count at least one other person.")
    entry.finish()
    return approval


def recipient_of(entry: Entry) -> Recipient:
    recipient = Recipient(
        id=entry.id(),
        title=entry.text("title"),
        contacts=entry.refers_to("contacts", "contact"),
        capability=entry.id("capability", required=False),
        hears_in_silence=entry.yes_unless_said("hears_in_silence"),
    )
    entry.finish()
    return recipient


def exclusion_of(entry: Entry) -> Exclusion:
    exclusion = Exclusion(
        id=entry.id(),
        when=entry.when(),
        capabilities=entry.texts("capabilities"),
        careful=entry.texts("careful"),
        ask_who=entry.yes("ask_who"),
    )
    if not exclusion.when:
        entry.fault("when", "an exclusion must say when it holds.")
    entry.finish()
    return exclusion


def contact_of(entry: Entry) -> Contact:
    contact = Contact(
        id=entry.id(),
        name=entry.text("name"),
        number=entry.text("number"),
        hours=entry.text("hours", required=False),
        use=entry.text("use", required=False),
        setting=entry.id("setting", required=False),
        critical=entry.yes("critical"),
        checked_on=entry.day("checked_on"),
        recheck_days=entry.number("recheck_days", 365),
        by_area=entry.yes("by_area"),
    )
    if contact.by_area and not contact.setting:
        entry.fault("by_area", "a number for each area is the charity's own, so name it in 'setting'.")
    entry.finish()
    return contact


def clause_of(entry: Entry) -> Clause:
    clause = Clause(
        id=entry.id(code=True),
        title=entry.text("title"),
        does=entry.text("does", required=False),
        actions=_actions(entry),
        here=entry.text("here", required=False),
        later=entry.text("later", required=False),
        added=entry.text("added", required=False),
    )
    entry.finish()
    return clause


def _actions(entry: Entry) -> tuple[Action, ...]:
    found: list[Action] = []
    for name in entry.texts("actions"):
        if name in get_args(Action):
            found.append(cast(Action, name))
        else:
            known = ", ".join(get_args(Action))
            entry.fault("actions", f"'{short(name)}' is not something the bot does; it can {known}.")
    return tuple(found)


def law_of(entry: Entry) -> LawNote:
    law = LawNote(
        id=entry.id(code=True),
        text=entry.text("text"),
        source=entry.text("source", required=False),
        checked_on=entry.day("checked_on"),
        recheck_days=entry.number("recheck_days", 365),
        policy_says=entry.text("policy_says", required=False),
        since=entry.text("since", required=False),
        safe=entry.one_of("safe", ("yes", "partly", "no"), ""),
        clauses=entry.refers_to("clauses", "clause"),
        started=entry.text("started", required=False),
        started_when=entry.when("started_when"),
    )
    if bool(law.started) != bool(law.started_when):
        entry.fault("started", "'started' and 'started_when' belong together.")
    entry.finish()
    return law


def note_of(entry: Entry) -> Note:
    note = Note(
        id=entry.id(code=True),
        plain=entry.text("plain"),
        kind=entry.one_of("kind", ("reading", "departure")),
        needs_trustees=entry.yes("needs_trustees"),
        clauses=entry.refers_to("clauses", "clause"),
        docs=entry.text("docs", required=False),
    )
    entry.finish()
    return note


def check_of(entry: Entry) -> Check:
    check = Check(
        id=entry.id(),
        when=entry.when(use="send"),
        say=entry.text("say"),
        protective=entry.one_of("protective", ("none", "warn", "block")),
        other=entry.one_of("other", ("none", "warn", "block")),
        clauses=entry.refers_to("clauses", "clause"),
    )
    entry.finish()
    return check


_INVARIANT_KEYS = {
    "always": ("when", "then", "never"),
    "unmoved": ("when", "facts", "lanes"),
    "moved": ("when", "then", "never", "order"),
}


def invariant_of(entry: Entry) -> Invariant:
    invariant = Invariant(
        id=entry.id(code=True),
        plain=entry.text("plain"),
        kind=entry.one_of("kind", ("always", "unmoved", "moved"), "always"),
        when=entry.when(use=None),
        then=entry.when("then", use=None),
        never=entry.when("never", use=None),
        facts=entry.texts("facts"),
        lanes=entry.refers_to("lanes", "lane"),
        scope=entry.one_of("scope", ("always", "decided"), "always"),
        order=entry.lists("order"),
        guards=entry.texts("guards"),
        clauses=entry.refers_to("clauses", "clause"),
    )
    if invariant.kind == "unmoved":
        if not invariant.facts:
            entry.fault("facts", 'an invariant of the kind "unmoved" must list the facts that move nothing.')
    elif not invariant.then and not invariant.never:
        entry.fault("then", "an invariant must say what follows (then) or what may not be (never).")
    if invariant.kind == "moved" and not invariant.order:
        entry.fault("order", 'an invariant of the kind "moved" must list facts, each with its values in order.')
    for key in ("when", "then", "never", "facts", "lanes", "order"):
        if entry.has(key) and key not in _INVARIANT_KEYS[invariant.kind]:
            kinds = " or ".join(f'"{kind}"' for kind, keys in _INVARIANT_KEYS.items() if key in keys)
            entry.fault(key, f"this key belongs to an invariant of the kind {kinds}.")
    entry.finish()
    return invariant


def example_of(entry: Entry) -> Example:
    example = Example(
        name=entry.text("name"),
        facts=entry.pairs("facts", required=True),
        lanes=entry.pairs("lanes", required=True),
        approvals=entry.pairs("approvals"),
        blocks=entry.lists("blocks"),
        warnings=entry.lists("warnings"),
        show=entry.lists("show"),
        never=entry.lists("never"),
        recipients=entry.lists("recipients"),
        sends=entry.pairs("sends"),
        clock=entry.pairs("clock"),
        talk=entry.pairs("talk"),
        basis=entry.pairs("basis"),
        not_asked=entry.refers_to("not_asked", "question"),
        note=entry.text("note", required=False),
    )
    entry.finish()
    return example
