"""Who may decide and who is told, worked out from the roster and the facts."""

from __future__ import annotations

from dataclasses import replace

from bot.roster import Circle, circle, holds, must_name_subject
from policy.book import Approval, Exclusion, When
from storage.records import Person, Role
from tests.policy.small import small_book

ANYBODY = Approval("A1", "One other", "One other person.", "before", count=1, roles=("worker", "trustee"))
TRUSTEE = Approval("A2", "A trustee", "A trustee.", "before", count=1, roles=("trustee",))
CHAIR = Approval("A3", "The chair", "The chair.", "before", count=1, capabilities=("chair",))

ABOUT_THE_LEAD: When = ({"about": frozenset({"lead"})},)


def person(name: str, *capabilities: str, role: Role = "worker", active: bool = True) -> Person:
    return Person(name.lower(), "org", name.lower(), name, role, frozenset(capabilities), active)


ASKER = person("Asker", "may_approve")
BEN = person("Ben", "may_approve", "safeguarding_lead")
CHI = person("Chi", "may_approve", "chair", role="trustee")
DOT = person("Dot", "safeguarding_lead")
EVE = person("Eve", "may_approve", role="trustee", active=False)
EVERYBODY = (ASKER, BEN, CHI, DOT, EVE)


def around(barred: tuple[str, ...] = (), excluded: frozenset[str] = frozenset()) -> Circle:
    return Circle(EVERYBODY, ASKER.id, frozenset(barred), excluded)


def test_nobody_decides_on_their_own_consultation_whatever_they_may() -> None:
    assert ASKER not in around().approvers(ANYBODY)
    assert "your own request" in around().why_not(ASKER)


def test_whoever_may_approve_fits_by_role() -> None:
    assert around().approvers(ANYBODY) == [BEN, CHI]
    assert around().approvers(TRUSTEE) == [CHI]


def test_a_code_of_capabilities_needs_one_of_them() -> None:
    assert around().approvers(CHAIR) == [CHI]


def test_without_the_capability_to_approve_no_role_is_enough() -> None:
    assert DOT not in around().approvers(ANYBODY)


def test_whoever_left_decides_nothing_and_hears_nothing() -> None:
    assert EVE not in around().approvers(TRUSTEE)
    assert "not on the charity's list" in around().why_not(EVE)


def test_whoever_must_not_know_is_neither_asked_nor_told() -> None:
    assert around(barred=("ben",)).approvers(ANYBODY) == [CHI]
    assert BEN not in around(barred=("ben",)).on_duty()
    assert BEN not in around(barred=("ben",)).reached("safeguarding_lead")


def test_where_all_on_duty_are_out_the_chair_is_and_then_any_other_trustee_who_may_be_told() -> None:
    fay = person("Fay", role="trustee")

    assert around(barred=("ben", "dot")).on_duty() == [CHI]
    assert Circle((*EVERYBODY, fay), ASKER.id, frozenset({"ben", "dot", "chi"})).on_duty() == [fay]
    careful = Circle((*EVERYBODY, fay), ASKER.id, frozenset({"ben", "dot", "chi"}), careful=frozenset({"trustee"}))
    assert careful.on_duty() == []


def test_whoever_would_not_hear_of_an_emergency_here_is_known_by_name() -> None:
    on_call = person("Gus", "on_call_trustee", role="trustee")
    careful = Circle((*EVERYBODY, on_call), ASKER.id, frozenset({"ben"}), careful=frozenset({"trustee"}))

    assert careful.not_told() == {"ben", "gus"}
    assert around().not_told() == set()


def test_a_duty_is_replaced_where_everybody_who_holds_it_is_out() -> None:
    assert not around(barred=("ben",)).replaced("safeguarding_lead")
    assert around(barred=("ben",)).out_of("safeguarding_lead")
    assert around(barred=("ben", "dot")).replaced("safeguarding_lead")
    assert not around().replaced("on_call_trustee")


def test_why_somebody_may_not_decide_never_says_that_they_are_the_subject() -> None:
    words = around(barred=("ben",)).why_not(BEN)

    assert words == around(excluded=frozenset({"safeguarding_lead"})).why_not(BEN)
    assert "about" not in words


def test_the_book_keeps_out_the_holders_of_a_capability_while_its_rows_are_true() -> None:
    book = replace(small_book(), exclusions=(Exclusion("lead", ABOUT_THE_LEAD, ("safeguarding_lead",)),))

    about_the_lead = circle(book, {"about": "lead"}, EVERYBODY, ASKER.id, ())
    about_another = circle(book, {"about": "worker"}, EVERYBODY, ASKER.id, ())

    assert about_the_lead.approvers(ANYBODY) == [CHI]
    assert BEN not in about_the_lead.on_duty()
    assert BEN not in about_the_lead.to_ring()
    assert about_another.approvers(ANYBODY) == [BEN, CHI]


def test_the_subject_is_asked_for_only_where_the_book_says_so() -> None:
    book = replace(small_book(), exclusions=(Exclusion("lead", ABOUT_THE_LEAD, (), ask_who=True),))
    silent = replace(small_book(), exclusions=(Exclusion("lead", ABOUT_THE_LEAD, ("chair",)),))

    assert must_name_subject(book, {"about": "lead"})
    assert not must_name_subject(book, {"about": "worker"})
    assert not must_name_subject(silent, {"about": "lead"})


def test_no_rows_are_always_true_and_an_unknown_fact_never_is() -> None:
    assert holds((), {})
    assert not holds(ABOUT_THE_LEAD, {})
