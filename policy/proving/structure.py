"""What can be reached in a book, over every answer set: nothing stands there that no answers lead to.

The one rule to keep: a fault here is something a person wrote and nobody will ever see; what merely overlaps is a note.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policy.book import SENDING, Book, Guide, Lane, Outcome, Rule, When
from policy.coverage import uncarried
from policy.proving.claims import Claims
from policy.walk.index import values_of


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two rules of a lane that can both be true and come to something else: the earlier one wins."""

    lane: str
    earlier: str
    later: str


def structural_faults(claims: Claims) -> Iterator[str]:
    """Everything in the book that no answers reach, or that is there twice; one sentence each."""
    yield from _questions(claims)
    yield from _tables(claims)
    yield from _lanes(claims)
    yield from _guides(claims)
    yield from _checks(claims)
    yield from _registers(claims)
    yield from _invariants(claims)


def overlaps(claims: Claims) -> list[Overlap]:
    """The pairs of rules where the order matters, by lane."""
    found: list[Overlap] = []
    for lane in claims.book.lanes:
        for at, later in enumerate(lane.rules):
            for earlier in lane.rules[:at]:
                if (earlier.outcome, earlier.approval) != (later.outcome, later.approval):
                    both = (claims.state.holds(earlier.when), claims.state.holds(later.when))
                    if claims.circuit.possible(*both):
                        found.append(Overlap(lane.id, earlier.id, later.id))
    return found


def _questions(claims: Claims) -> Iterator[str]:
    book, state = claims.book, claims.state
    used = _used_facts(book)
    for question in book.questions:
        if not claims.circuit.possible(state.applies(question.id)):
            yield f"question '{question.id}': no answers lead to it, so it is never asked."
            continue
        for value, literal in state.values(question.id).items():
            if not claims.circuit.possible(literal):
                yield f"question '{question.id}', option '{value}': it can never be chosen."
        if question.id not in used and not question.keep:
            yield f"question '{question.id}': nothing depends on its answer, and it is not kept for the record."
    for flag in book.flags:
        if flag.id not in used:
            yield f"flag '{flag.id}': nothing depends on it."
    for item in book.derived:
        if item.id not in used:
            yield f"derived fact '{item.id}': nothing depends on it."


def _used_facts(book: Book) -> set[str]:
    whens = [question.when for question in book.questions]
    whens += [row.when for item in book.derived for row in item.rows]
    for lane in book.lanes:
        whens += [rule.when for rule in lane.rules] + [item.when for item in lane.adds]
        whens += [guide.when for guide in (*lane.show, *lane.never)]
    for outcome in book.outcomes.values():
        whens += [guide.when for guide in outcome.guides]
        whens.append(outcome.required_when or ())
    whens += [check.when for check in book.checks] + [item.when for item in book.exclusions]
    whens += [book.silenced or (), book.hastened or ()]
    found = {fact for when in whens for row in when for fact in row}
    found |= {name for outcome in book.outcomes.values() for name in outcome.recipients}
    return found | {book.emergency.question, book.emergency.called, book.lead, *book.stop_until}


def _tables(claims: Claims) -> Iterator[str]:
    for item in claims.book.derived:
        names = [f"row {at} ('{row.value}')" for at, row in enumerate(item.rows, 1)]
        for at, fault in _never_first(claims, [row.when for row in item.rows], names):
            yield f"derived fact '{item.id}', {names[at]}: {fault}"


def _never_first(claims: Claims, whens: Sequence[When], names: Sequence[str]) -> Iterator[tuple[int, str]]:
    """The rows of a table that are never the first true one, and why: the earlier rows that stand before them."""
    circuit, state = claims.circuit, claims.state
    for at, when in enumerate(whens):
        holds = state.holds(when)
        if not circuit.possible(holds):
            yield at, "its condition can never be true."
            continue
        earlier = {-state.holds(before): name for before, name in zip(whens[:at], names, strict=False)}
        if circuit.possible(holds, *earlier):
            continue
        shadow = _least(claims, holds, [*earlier])
        listed = " and ".join(name for literal, name in earlier.items() if literal in shadow)
        verb = "is" if len(shadow) == 1 else "between them are"
        yield at, f"it is never the first that is true: {listed} {verb} always true when it is."


def _least(claims: Claims, holds: int, literals: list[int]) -> list[int]:
    """As few of these as will do to rule `holds` out."""
    for literal in [*literals]:
        rest = [other for other in literals if other != literal]
        if not claims.circuit.possible(holds, *rest):
            literals = rest
    return literals


def _lanes(claims: Claims) -> Iterator[str]:
    circuit, state = claims.circuit, claims.state
    for lane in claims.book.lanes:
        whens = [rule.when for rule in lane.rules]
        twice = dict(_same(lane.rules))
        for at, fault in _never_first(claims, whens, [f"rule '{rule.id}'" for rule in lane.rules]):
            if lane.rules[at].id not in twice:
                yield f"lane '{lane.id}', rule '{lane.rules[at].id}': {fault}"
        for later, earlier in twice.items():
            yield f"lane '{lane.id}', rule '{later}': it says the same as rule '{earlier}'."
        if not circuit.possible(state.open(lane)):
            yield f"lane '{lane.id}': no answers open it."
        if not circuit.possible(-state.open(lane)):
            yield f"lane '{lane.id}': it is open whatever is answered."
        if lane.alone:
            for rule, row in state.rows(lane):
                if not circuit.possible(row):
                    yield f"lane '{lane.id}', rule '{rule.id}': some other lane is always open when it is true."
        for item in lane.adds:
            if not circuit.possible(*_added(claims, lane, item.when)):
                yield f"lane '{lane.id}', addition of '{item.recipient}': no answers bring it."


def _added(claims: Claims, lane: Lane, when: When) -> tuple[int, int]:
    sending = (row for rule, row in claims.state.rows(lane) if claims.book.outcomes[rule.outcome].sends in SENDING)
    return claims.circuit.any_of(sending), claims.state.holds(when)


def _same(rules: Sequence[Rule]) -> Iterator[tuple[str, str]]:
    for at, rule in enumerate(rules):
        for earlier in rules[:at]:
            if (rule.when, rule.outcome, rule.approval) == (earlier.when, earlier.outcome, earlier.approval):
                yield rule.id, earlier.id
                break


def _guides(claims: Claims) -> Iterator[str]:
    circuit, state, book = claims.circuit, claims.state, claims.book
    places: list[tuple[str, tuple[Guide, ...], int]] = []
    for lane in book.lanes:
        places.append((f"lane '{lane.id}'", (*lane.show, *lane.never), state.open(lane)))
    for outcome in book.outcomes.values():
        places.append((f"outcome '{outcome.id}'", outcome.guides, _reached(claims, outcome)))
        only = outcome.required_when
        if only is not None and not circuit.possible(_reached(claims, outcome), state.holds(only)):
            yield f"outcome '{outcome.id}', 'required_when': it can never be true where the outcome stands."
    for place, guides, reached in places:
        said: dict[str, tuple[Guide, int]] = {}
        for guide in guides:
            # Whom to tell is said differently while the book is silenced; the outcome's own words may still stand here.
            shown = circuit.all_of((reached, state.holds(guide.when)))
            if not circuit.possible(shown):
                yield f"{place}, guide '{guide.id}': no answers bring it."
            other, also = said.setdefault(guide.say, (guide, shown))
            if other is not guide and circuit.possible(shown, also):
                yield f"{place}, guide '{guide.id}': it says the same as '{other.id}', and both can be shown at once."


def _reached(claims: Claims, outcome: Outcome) -> int:
    return claims.circuit.any_of(
        row for lane in claims.book.lanes for rule, row in claims.state.rows(lane) if rule.outcome == outcome.id
    )


def _checks(claims: Claims) -> Iterator[str]:
    circuit, state, book = claims.circuit, claims.state, claims.book
    for check in book.checks:
        effects = [
            circuit.all_of((state.checked(), _sending(claims, lane), state.holds(check.when)))
            for lane in book.lanes
            if not lane.immediate and (check.protective if lane.protective else check.other) != "none"
        ]
        if not circuit.possible(circuit.any_of(effects)):
            yield f"check '{check.id}': it never warns or stops anything."
    for item in book.exclusions:
        if not circuit.possible(state.holds(item.when)):
            yield f"exclusion '{item.id}': its condition can never be true."


def _sending(claims: Claims, lane: Lane) -> int:
    sending = (row for rule, row in claims.state.rows(lane) if claims.book.outcomes[rule.outcome].sends in SENDING)
    return claims.circuit.any_of(sending)


def _registers(claims: Claims) -> Iterator[str]:
    """Outcomes, approvals, recipients, contacts, clauses and law notes that nothing reachable brings."""
    book, circuit = claims.book, claims.circuit
    outcomes = [item for item in book.outcomes.values() if circuit.possible(_reached(claims, item))]
    for name in book.outcomes.keys() - {item.id for item in outcomes}:
        yield f"outcome '{name}': no answers come to it."
    approvals = {rule.approval for lane in book.lanes for rule, row in claims.state.rows(lane) if circuit.possible(row)}
    heard = {
        name
        for lane in book.lanes
        for name, literal in claims.aspects.of(lane, "recipients").items()
        if circuit.possible(literal)
    }
    contacts = {*book.emergency.contacts} | {name for item in outcomes for name in item.contacts}
    contacts |= {name for id in heard if id in book.recipients for name in book.recipients[id].contacts}
    lanes = [lane for lane in book.lanes if circuit.possible(claims.state.open(lane))]
    # A fact may stand for its value as a recipient: then each of its values is one, reached or not.
    facts = {item.id: values_of(item) for item in book.questions} | {item.id: item.values for item in book.derived}
    heard |= {value for item in outcomes for name in item.recipients for value in facts.get(name, ())}
    law = {id for lane in lanes for id in lane.law} | {id for item in outcomes for id in item.law}
    law |= {flag.law for flag in book.flags}
    for what, known, used, words in (
        ("approval", book.approvals, approvals, "nothing that can happen asks for it."),
        ("recipient", book.recipients, heard, "nothing that can happen reaches it."),
        ("contact", book.contacts, contacts, "no card that can be shown names it."),
        ("clause", book.clauses, book.clauses.keys() - {item.id for item in uncarried(book)}, "nothing carries it."),
        ("law note", book.law, law, "no lane, outcome or flag that can be shown rests on it."),
    ):
        yield from (f"{what} '{name}': {words}" for name in known if name not in used)


def _invariants(claims: Claims) -> Iterator[str]:
    """Invariants that guard nothing: what they speak of can never come about."""
    for item in claims.book.invariants:
        if item.when and not claims.circuit.possible(claims.ever(item)):
            yield f"invariant '{item.id}': what it speaks of ('when') can never come about, so it guards nothing."
