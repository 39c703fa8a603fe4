"""The proof as a page, and as the lines that `book prove` prints.

The one rule to keep: all but the line that says how long it took is the same each time the same book is proved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from policy.book import Book, Invariant
from policy.drawing.markdown import bullets, escaped, table
from policy.proving import Proof, Result
from policy.proving.conversation import conversation
from policy.reading.expectations import lane_aspect
from policy.walk.index import values_of

TOOK = "Proved in "
"""How the one line begins that differs from run to run."""

_KINDS = {
    "always": "",
    "unmoved": " *(over any two answer sets that differ in what it names)*",
    "moved": " *(over any two answer sets, one a step worse or weaker than the other)*",
}


def report(proof: Proof, name: str) -> Iterator[str]:
    """One line an invariant, then what is wrong, then what it was proved over. `name` is the book's file."""
    for result in proof.results:
        yield f"{'BROKEN' if result.broken else 'proved'}  {result.invariant.id}: {result.invariant.plain}"
    for broken in proof.broken:
        yield f"\n{conversation(proof.book, broken)}\n"
    yield from (f"{name}, {fault}" for fault in proof.faults)
    yield from (f"The proof and the program disagree: {line}" for line in proof.disagreements)
    if not proof.faults:
        yield f"Everything in the book can be reached: {_reached(proof.book)}."
    if proof.count is not None:
        count = proof.count
        yield f"Over {short(count.finished)} finished answer sets, and {short(count.moments)} with unfinished ones."
        yield f"Every walk ends: nobody is ever asked more than {count.most} questions."
    yield f"Compared with the program on {proof.compared} answer sets: {_agreement(proof)}."
    held = sum(result.broken is None for result in proof.results)
    verdict = "" if proof.holds else " NOT PROVED."
    yield f"{name}, version {proof.book.version}: {held} of {len(proof.results)} invariants hold.{verdict}"


def _agreement(proof: Proof) -> str:
    return f"they differ in {len(proof.disagreements)} points" if proof.disagreements else "they agree"


def page(proof: Proof, took: str) -> str:
    """The page. `took` says how long it took and how much memory, as "3.1 seconds and 40 MiB of memory"."""
    book, count = proof.book, proof.count
    made = (
        f"Made by `python -m bot book prove --write`; do not edit. The book is `{book.id}`, "
        f"version {escaped(book.version)}, of {escaped(book.charity)}."
    )
    how = "Nothing is sampled: a solver looks for answers that break them, among all there are. "
    why = "[Why and how](../decisions/0009-a-solver-proves-the-book.md)."
    lines = [f"# What is proved about “{escaped(book.title)}”", "", made, "", f"{_state(proof)} {how}{why}", ""]
    if count is not None:
        flags = 1
        for flag in book.flags:
            flags *= len(flag.values)
        finished = (
            f"**{short(count.finished)}** answer sets in which all that is asked has its answer, or in which the book "
            f"says to stop: exactly {count.finished:,}. Each of the {flags} settings of what the law may bring counts."
        )
        moments = (
            f"**{short(count.moments)}** when any of the answers may still be missing: exactly {count.moments:,}. "
            "More than any order of asking reaches; what says nothing else below is proved over all of them."
        )
        ends = (
            "Every walk ends. What is asked depends only on earlier screens, every press answers something, and nobody "
            f"can be asked more than {count.most} questions, even with every danger and every need ticked at once."
        )
        compared = (
            f"The program itself was walked on {proof.compared} answer sets and held against the proof in everything "
            f"that is shown (facts, lanes, recipients, guidance, checks): {_agreement(proof)}."
        )
        after = f"On top, once the decision is made, up to {short(count.after)} ways to send it and to fill the record."
        lines += bullets([finished, moments, after, ends, compared])
    lines += [f"{TOOK}{took}.", "", "## What no answer may ever do", ""]
    rows = ([f"`{item.invariant.id}`", _says(item), _guards(book, item.invariant)] for item in proof.results)
    lines += table(("", "It holds that", "Watches over"), rows)
    lines += ["## What is in the book can be reached", ""]
    lines += bullets(escaped(fault) for fault in proof.faults) if proof.faults else [f"{_reached(book)}.", ""]
    lines += ["## Where the order of rules matters", ""]
    meant = (
        "In these lanes more than one rule can be true at once, and they come to something else. The earlier one wins. "
        "That is meant; it is listed so that nobody moves a rule unknowingly."
    )
    lines += [meant, ""]
    lines += _ordered(proof)
    return "\n".join(lines).rstrip() + "\n"


def _state(proof: Proof) -> str:
    held = sum(result.broken is None for result in proof.results)
    if held == len(proof.results):
        return f"All {held} invariants below hold."
    return f"**{len(proof.results) - held} of the {len(proof.results)} invariants below do not hold.**"


def _says(result: Result) -> str:
    item = result.invariant
    broken = "**Broken.** " if result.broken else ""
    scope = "" if item.scope == "always" else " *(once all is answered)*"
    return f"{broken}{escaped(item.plain)}{_KINDS[item.kind]}{scope}"


def _guards(book: Book, item: Invariant) -> str:
    """What it watches over: as it says itself, else the lanes it speaks of."""
    named = item.guards or item.lanes
    if not named:
        terms = [term for when in (item.when, item.then, item.never) for row in when for term in row]
        spoken = [found[0] for term in terms if (found := lane_aspect(term, ())) is not None]
        words = {"any": "every lane", "protective": "every lane that protects someone"}
        named = tuple(dict.fromkeys(words.get(name, name) for name in spoken)) or tuple(dict.fromkeys(terms))
    lanes = {lane.id for lane in book.lanes}
    if len(lanes.intersection(named)) >= len(lanes) - 1:
        return "every lane"
    return ", ".join(f"`{name}`" if " " not in name else name for name in named)


def _reached(book: Book) -> str:
    guides = [guide for lane in book.lanes for guide in (*lane.show, *lane.never)]
    guides += [guide for outcome in book.outcomes.values() for guide in outcome.guides]
    parts: Sequence[tuple[int, str]] = (
        (len(book.questions), "questions"),
        (sum(len(values_of(question)) for question in book.questions), "answers"),
        (sum(len(item.rows) for item in book.derived), "rows of derived facts"),
        (len(book.lanes), "lanes, each both open and closed"),
        (sum(len(lane.rules) for lane in book.lanes), "rules, each the first that is true"),
        (len(book.outcomes), "outcomes"),
        (len(book.approvals), "approvals"),
        (len(book.recipients), "recipients"),
        (len(book.contacts), "contacts"),
        (len(book.clauses), "clauses"),
        (len(book.law), "law notes"),
        (len(guides), "pieces of guidance"),
        (len(book.checks), "checks"),
    )
    return "; ".join(f"{number} {words}" for number, words in parts)


def _ordered(proof: Proof) -> Iterable[str]:
    for lane in proof.book.lanes:
        pairs = [overlap for overlap in proof.overlaps if overlap.lane == lane.id]
        if not pairs:
            continue
        yield f"**{escaped(lane.title)}**"
        yield ""
        names = {rule.id: f"{at} (`{rule.outcome}`)" for at, rule in enumerate(lane.rules, 1)}
        for rule in lane.rules:
            later = [names[overlap.later] for overlap in pairs if overlap.earlier == rule.id]
            if later:
                yield f"- rule {names[rule.id]} goes before {', '.join(later)}"
        yield ""


def short(number: int) -> str:
    """A number people can take in: "about 9.7 × 10^38", or the number itself where it is small."""
    if number < 1_000_000:
        return f"{number:,}"
    power = len(str(number)) - 1
    return f"about {number / 10**power:.1f} × 10^{power}"
