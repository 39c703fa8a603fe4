"""What would strand a frightened person although every name is right: no 999 card, nobody to agree, an empty end.

The one rule to keep: a fault says what people would meet, so that its author sees why it must be mended.
"""

from __future__ import annotations

from policy.book import CLOSED, SENDING, Approval, Band, Book, Lane, When
from policy.reading.faults import Faults, did_you_mean

CAPABILITIES = frozenset(
    {
        "may_approve",
        "safeguarding_lead",
        "data_protection_lead",
        "on_call_trustee",
        "chair",
        "vice_chair",
        "administrator",
    }
)
"""What a person on the roster can hold beside the base role; a book may name no other, or nobody would answer to it."""

ROLES = frozenset({"worker", "trustee"})


def look_at_safety(book: Book, faults: Faults) -> None:
    """Adds what would leave somebody without the emergency card, without a colleague, or without an end."""
    _emergency(book, faults)
    _an_end(book, faults)
    _people(book, faults)
    _agreement(book, faults)
    _hearers(book, faults)
    _silence(book, faults)
    for question in book.questions:
        _bands(question.id, question.bands, faults)


def _emergency(book: Book, faults: Faults) -> None:
    emergency = book.emergency
    if emergency.line and not any(number in emergency.line for number in ("999", "112")):
        faults.add("[emergency]", "line", "the line that stands on every card must name 999.")
    questions = {item.id: item for item in book.questions}
    first, called = questions.get(emergency.question), questions.get(emergency.called)
    if first is None or called is None:
        return
    if first is called:
        faults.add("[emergency]", "called", f"'{called.id}' cannot ask for the danger and for the call at once.")
        return
    if called.id not in book.stop_until:
        message = (
            f"'{called.id}' must stand here with its answer for 'not yet', such as {{{called.id} = \"no\"}}; "
            "else 'not yet' would count as having rung."
        )
        faults.add("[book]", "stop_until", message)
    immediate = [lane for lane in book.lanes if lane.immediate]
    for value in emergency.values:
        if not _always_true(called.when, first.id, value):
            message = f"it must be asked whenever '{first.id}' is '{value}', or nobody could say that they have rung."
            faults.add(f"question '{called.id}'", "when", message)
        if immediate and not any(_opens(lane, first.id, value) for lane in immediate):
            message = f"no rule of an immediate lane opens when '{first.id}' is '{value}' and nothing else is known."
            faults.add("[emergency]", "values", message)


def _always_true(when: When, fact: str, value: str) -> bool:
    return not when or any(not row.keys() - {fact} and value in row.get(fact, {value}) for row in when)


def _opens(lane: Lane, fact: str, value: str) -> bool:
    for rule in lane.rules:
        if _always_true(rule.when, fact, value):
            return rule.outcome != CLOSED
    return False


def _an_end(book: Book, faults: Faults) -> None:
    """Whatever is answered, some lane must be open at the end."""
    if book.lanes and not any(lane.alone and lane.rules and not lane.rules[-1].when for lane in book.lanes):
        message = (
            "where no lane opens, people would come to an empty card: one lane needs 'alone = true' "
            "and a last rule without 'when'."
        )
        faults.add("", "lane", message)


def _people(book: Book, faults: Faults) -> None:
    """Every capability and role is one that somebody on the roster can hold."""

    def known(table: str, key: str, names: tuple[str, ...], possible: frozenset[str], what: str) -> None:
        for name in names:
            if name not in possible:
                near = did_you_mean(name, possible)
                faults.add(table, key, f"'{name}' is not a {what}, so nobody could ever hold it.{near}")

    for approval in book.approvals.values():
        table = f"approval '{approval.code}'"
        known(table, "roles", approval.roles, ROLES, "role (a role is worker or trustee)")
        known(table, "capabilities", approval.capabilities, CAPABILITIES, "capability of the roster")
    for recipient in book.recipients.values():
        if recipient.capability:
            table = f"recipient '{recipient.id}'"
            known(table, "capability", (recipient.capability,), CAPABILITIES, "capability of the roster")
    for exclusion in book.exclusions:
        table = f"exclusion '{exclusion.id}'"
        known(table, "capabilities", exclusion.capabilities, CAPABILITIES, "capability of the roster")
        known(table, "careful", exclusion.careful, ROLES, "role (a role is worker or trustee)")
        if not (exclusion.capabilities or exclusion.careful or exclusion.ask_who):
            faults.add(table, "", "it keeps nobody out: give it 'capabilities', 'careful' or 'ask_who = true'.")


def _agreement(book: Book, faults: Faults) -> None:
    used = {rule.approval for lane in book.lanes for rule in lane.rules}
    for approval in book.approvals.values():
        table = f"approval '{approval.code}'"
        if approval.moment == "before":
            if not (approval.roles or approval.capabilities):
                faults.add(table, "roles", "nobody could ever agree: name 'roles' or 'capabilities'.")
            if not approval.veto:
                message = 'who must agree before can also say no: leave it out, or use the moment "parallel".'
                faults.add(table, "veto", message)
        if approval.code in used and _only_told(approval):
            _told(book, table, faults)


def _only_told(approval: Approval) -> bool:
    return approval.moment == "parallel" and not approval.veto


def _told(book: Book, table: str, faults: Faults) -> None:
    """Somebody inside is told: the book's `lead` must come to a person."""
    values = {item.id: item.values for item in book.derived} | {
        item.id: tuple(option.value for option in item.options) for item in book.questions
    }
    if book.lead not in values:
        message = f"somebody inside is told, and the book does not say who: there is no fact '{book.lead}' ('lead')."
        faults.add(table, "moment", message)
        return
    for value in values[book.lead]:
        recipient = book.recipients.get(value)
        if recipient is None or not recipient.capability:
            message = f"'{book.lead}' can be '{value}', which is not a recipient with a 'capability': nobody is told."
            faults.add(table, "moment", message)


def _hearers(book: Book, faults: Faults) -> None:
    for outcome in book.outcomes.values():
        if (outcome.sends in SENDING or outcome.sends == "inside") and not outcome.recipients:
            message = f"something is told ('sends' is {outcome.sends}), and nobody is named who would hear it."
            faults.add(f"outcome '{outcome.id}'", "recipients", message)


def _silence(book: Book, faults: Faults) -> None:
    """Who may not hear in silence is kept out by `silenced` alone, so there must be one, and it is not the lead."""
    values = {item.id: item.values for item in book.derived}
    for recipient in book.recipients.values():
        if recipient.hears_in_silence:
            continue
        table = f"recipient '{recipient.id}'"
        if book.silenced is None:
            message = "this keeps nobody out: [book] does not say in 'silenced' when nobody may be told."
            faults.add(table, "hears_in_silence", message)
        if recipient.id in values.get(book.lead, ()):
            message = f"'{book.lead}' can be '{recipient.id}', and somebody inside must hear also in silence."
            faults.add(table, "hears_in_silence", message)


def _bands(question: str, bands: tuple[Band, ...], faults: Faults) -> None:
    table, seen, days = f"question '{question}'", set[str](), -1
    for band in bands:
        if band.value and band.value in seen:
            faults.add(table, "bands", f"there is another band '{band.value}'.")
        seen.add(band.value)
        if band.within_days is not None:
            if band.within_days <= days:
                faults.add(table, "bands", f"'{band.value}' can never be reached: an earlier band reaches as far back.")
            days = max(days, band.within_days)
