"""The rules of decision note 4.7, said a second time: who may decide what, and what a yes is a yes to.

The rule to keep: nothing of `bot` is asked in here. Only the walk through the book is shared, which has a proof.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from policy.book import Book, Stage
from policy.grounds import grounds
from policy.kept_out import holds
from policy.walk import Asking, Decided, Verdict, walk
from tests.reliability.machine.tables import Row, Tables, day

MUST_AGREE = ("A1", "A1+", "A2", "AO")
"""The codes that wait for a yes. A0 needs nobody, and of AN somebody is only told."""

_REACH = {"nothing": 0, "inside": 1, "agreed": 2, "unnamed": 2, "named": 3}
"""How many may hear of it: nobody, colleagues, others who do not learn who it is or agreed to it, others by name."""

Package = tuple[object, ...]
"""All that a yes is about, compared as a whole: another package needs another yes."""


@dataclass(frozen=True)
class Case:
    """One consultation as its answers have it. `packages`: lane -> what would be agreed to now."""

    row: Row
    walked: Asking | Decided
    packages: Mapping[str, Package]

    @property
    def lanes(self) -> tuple[Verdict, ...]:
        return self.walked.lanes

    def fact(self, id: str) -> str:
        return self.walked.facts.get(id, "")


def case_of(book: Book, tables: Tables, id: str) -> Case:
    row, answers = tables.cases[id], tables.answers.get(id, {})
    stage: Stage = "send" if row["state"] in ("sent", "closed") else "decide"
    today = day(row["opened_at"])
    walked = walk(book, answers, today=today, stage=stage)
    if chosen := _further(book, walked, tables.gone_further.get(id, {})):
        book = _with(book, chosen)
        walked = walk(book, answers, today=today, stage=stage)
    packages = {verdict.lane.id: _package(book, tables, id, verdict, answers) for verdict in walked.lanes}
    return Case(row, walked, packages)


def _further(book: Book, walked: Asking | Decided, chosen: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What the worker chose stands while more people hear of it than by the table, and nobody is tipped off by it."""
    table = {verdict.lane.id: _REACH[verdict.outcome.sends] for verdict in walked.lanes}
    silenced = book.silenced is not None and holds(book.silenced, walked.facts)
    stands = []
    for lane, id in sorted(chosen.items()):
        outcome = book.outcomes[id]
        tips_off = silenced and any(
            not (book.recipients[each].contacts or book.recipients[each].capability)
            if each in book.recipients
            else True
            for each in outcome.recipients
        )
        if _REACH[outcome.sends] > table.get(lane, 0) and not tips_off:
            stands.append((lane, id))
    return tuple(stands)


@lru_cache(maxsize=256)
def _with(book: Book, chosen: tuple[tuple[str, str], ...]) -> Book:
    """The book as if its table began with what was chosen, by whatever yes the table needs for the same."""
    lanes = []
    for lane in book.lanes:
        same = next((rule for rule in lane.rules if (lane.id, rule.outcome) in chosen), None)
        first = (replace(same, id=f"{lane.id}.chosen", when=()),) if same else ()
        lanes.append(replace(lane, rules=(*first, *lane.rules)))
    return replace(book, lanes=tuple(lanes))


def _package(book: Book, tables: Tables, id: str, verdict: Verdict, answers: Mapping[str, str]) -> Package:
    about = ("", verdict.lane.id)
    words = [row["id"] for row in tables.words.get(id, ()) if row["about"] in about]
    rests_on = set(grounds(book, verdict.lane.id))
    facts = tuple(sorted((fact, value) for fact, value in answers.items() if fact in rests_on))
    return (verdict.lane.id, verdict.outcome.id, code_of(verdict), verdict.recipients, words[-1:], facts)


def code_of(verdict: Verdict) -> str:
    return verdict.approval.code if verdict.approval else ""


def role_fits(tables: Tables, code: str, person_id: str) -> bool:
    """By role and duty alone, whatever case it is."""
    role = tables.people[person_id]["role"]
    if not tables.can(person_id, "may_approve"):
        return False
    match code:
        case "A1":
            return role in ("worker", "trustee")
        case "A1+":
            return role == "trustee" or any(
                tables.can(person_id, duty) for duty in ("safeguarding_lead", "data_protection_lead")
            )
        case "A2":
            return bool(role == "worker")
        case "AO":
            return tables.can(person_id, "data_protection_lead")
        case _:
            return False


def out(tables: Tables, case: Case, person_id: str) -> bool:
    """The subject, or somebody who may be: named by the worker, or holding the duty that the worry may be about."""
    about = case.fact("concern_who")
    by_duty = {"safeguarding_lead": ("safeguarding_lead", "unsure"), "chair": ("chair_or_trustee", "unsure")}
    duties = [duty for duty, whom in by_duty.items() if about in whom]
    named = (case.row["id"], person_id) in tables.barred
    return named or any(tables.can(person_id, duty) for duty in duties)


def why_never(tables: Tables, case: Case, code: str, person_id: str) -> str:
    """Why this person may not decide this code in this case; "" where they may."""
    if not tables.people[person_id]["active"]:
        return "they have left"
    if person_id == case.row["requester_id"]:
        return "it is their own request"
    if (case.row["id"], person_id) in tables.held_before:
        return "they asked for it themselves, before they handed it over"
    if out(tables, case, person_id):
        return "they may be the one it is about, or were named as somebody who must not know"
    if not role_fits(tables, code, person_id):
        return f"their role does not fit {code}"
    return ""


def needed(tables: Tables, case: Case, code: str) -> int:
    """How many others must agree. Of the two workers of A2 the one who asks is the first, if they are a worker."""
    return 2 if code == "A2" and tables.people[case.row["requester_id"]]["role"] != "worker" else 1
