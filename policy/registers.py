"""The parts of a book that are lists: approvals, recipients, contacts, clauses, law, checks, invariants, examples.

The one rule to keep: each function reads one table to its end (`finish`), so that no key is passed over.
"""

from __future__ import annotations

from policy.book import Approval, Check, Clause, Contact, Example, Exclusion, Invariant, LawNote, Recipient
from policy.entries import Entry


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
    )
    for role in approval.roles:
        if role not in ("worker", "trustee"):
            entry.fault("roles", f"'{role}' is not a role; a role is worker or trustee.")
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
    )
    entry.finish()
    return contact


def clause_of(entry: Entry) -> Clause:
    clause = Clause(id=entry.id(code=True), title=entry.text("title"), does=entry.text("does", required=False))
    entry.finish()
    return clause


def law_of(entry: Entry) -> LawNote:
    law = LawNote(
        id=entry.id(code=True),
        text=entry.text("text"),
        source=entry.text("source", required=False),
        checked_on=entry.day("checked_on"),
        recheck_days=entry.number("recheck_days", 365),
    )
    entry.finish()
    return law


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


def invariant_of(entry: Entry) -> Invariant:
    invariant = Invariant(
        id=entry.id(code=True),
        plain=entry.text("plain"),
        kind=entry.one_of("kind", ("always", "unmoved"), "always"),
        when=entry.when(use=None),
        then=entry.when("then", use=None),
        never=entry.when("never", use=None),
        facts=entry.texts("facts"),
        lanes=entry.refers_to("lanes", "lane"),
    )
    if invariant.kind == "always":
        if not invariant.then and not invariant.never:
            entry.fault("then", "an invariant must say what follows (then) or what may not be (never).")
        for key in ("facts", "lanes"):
            if entry.has(key):
                entry.fault(key, 'this key belongs to an invariant of the kind "unmoved".')
    else:
        if not invariant.facts:
            entry.fault("facts", 'an invariant of the kind "unmoved" must list the facts that move nothing.')
        for key in ("when", "then", "never"):
            if entry.has(key):
                entry.fault(key, 'this key belongs to an invariant of the kind "always".')
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
        note=entry.text("note", required=False),
    )
    entry.finish()
    return example
