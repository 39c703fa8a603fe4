"""Who may decide, who is told and who of them first, worked out from the roster, the rota and the facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.roster import Circle, circle, must_name_subject
from policy.book import Approval, Exclusion, When
from policy.kept_out import holds
from storage.records import Absence, Person, Role
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


def test_whoever_the_book_is_careful_with_is_rung_only_where_the_outcome_names_them_or_they_are_told_anyway() -> None:
    gus = person("Gus", "on_call_trustee", role="trustee")
    ida = person("Ida", "vice_chair", role="trustee")
    people = (*EVERYBODY, gus, ida)
    out = frozenset({"chair"})
    careful = Circle(people, ASKER.id, frozenset(), out, frozenset({"trustee"}))
    both = Circle(people, ASKER.id, frozenset(), out | {"safeguarding_lead"}, frozenset({"trustee"}))

    assert careful.to_ring("on_call_trustee") == []
    assert careful.out_of("on_call_trustee")
    assert careful.instead_of("on_call_trustee") == [BEN, DOT]
    assert careful.to_ring("vice_chair") == []
    assert careful.to_ring("vice_chair", {"vice_chair"}) == [ida]
    assert both.instead_of("on_call_trustee") == [ida]


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
    assert BEN not in about_the_lead.to_ring("safeguarding_lead")
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


# Who is reached first: on shift, not away; never nobody

LONG = datetime(2026, 12, 1, tzinfo=UTC)


def here(
    away: Mapping[str, str] | None = None, shift: Mapping[str, str] | None = None, barred: tuple[str, ...] = ()
) -> Circle:
    """`away`: person -> their stand-in or "". `shift`: duty -> who is on shift for it."""
    absent = {id: Absence(id, LONG, LONG, other or None) for id, other in (away or {}).items()}
    on_call = {duty: frozenset({id}) for duty, id in (shift or {}).items()}
    people = (ASKER, BEN, CHI, DOT, EVE, GUS, HAL)
    return Circle(people, ASKER.id, frozenset(barred), absent=absent, on_call=on_call)


GUS = person("Gus", "may_approve", "on_call_trustee", role="trustee")
HAL = person("Hal", "may_approve")


def test_on_shift_is_told_and_asked_before_whoever_else_has_the_duty() -> None:
    around = here(shift={"safeguarding_lead": "ben"})

    assert around.reached("safeguarding_lead") == [BEN]
    assert around.on_duty() == [BEN, GUS]
    assert around.asked(ANYBODY) == [BEN, GUS]
    assert around.approvers(ANYBODY) == [BEN, CHI, GUS, HAL]


def test_in_a_hole_of_the_rota_whoever_has_the_duty_by_the_roster_is_reached() -> None:
    assert here(shift={"data_protection_lead": "hal"}).on_duty() == here().on_duty() == [BEN, DOT, GUS]


def test_whoever_is_on_shift_without_the_duty_on_the_roster_is_not_reached_for_it() -> None:
    assert here(shift={"safeguarding_lead": "hal"}).reached("safeguarding_lead") == [BEN, DOT]


def test_whoever_is_away_is_asked_through_their_stand_in_where_the_code_allows_it() -> None:
    around = here(away={"ben": "hal"})

    assert around.asked(ANYBODY) == [GUS, HAL]
    assert around.asked(TRUSTEE) == [GUS]
    assert around.reached("safeguarding_lead") == [DOT], "Hal has no such duty"


def test_a_chain_of_stand_ins_is_followed_to_whoever_is_here() -> None:
    assert here(away={"ben": "gus", "gus": "hal"}).asked(ANYBODY) == [HAL]


@pytest.mark.parametrize("away", [{"ben": "ben"}, {"ben": "gus", "gus": "ben"}, {"ben": "eve", "gus": ""}])
def test_a_chain_that_loops_or_ends_with_nobody_goes_to_the_others(away: dict[str, str]) -> None:
    asked = here(away=away).asked(ANYBODY)

    assert asked
    assert not {each.id for each in asked} & set(away)


def test_a_stand_in_who_must_not_know_is_never_reached() -> None:
    around = here(away={"ben": "hal", "gus": "hal"}, barred=("hal",))

    assert HAL not in around.asked(ANYBODY)
    assert around.asked(ANYBODY) == [CHI]


def test_while_everybody_is_away_all_of_them_are_asked_as_ever() -> None:
    away = dict.fromkeys(("ben", "chi", "dot", "gus", "hal"), "")

    assert here(away=away).asked(ANYBODY) == here().asked(ANYBODY) == [BEN, GUS]
    assert here(away=away).on_duty() == [BEN, DOT, GUS]
    assert here(away=away).reached("safeguarding_lead") == [BEN, DOT]


def test_while_all_on_duty_are_away_they_are_told_and_so_is_the_next_in_line_who_is_here() -> None:
    assert here(away={"ben": "", "dot": "", "gus": ""}).on_duty() == [BEN, CHI, DOT, GUS]


def test_being_away_or_off_shift_takes_no_right_to_decide_and_keeps_nobody_out() -> None:
    around = here(away={"ben": "hal"}, shift={"safeguarding_lead": "dot"})

    assert around.why_not(BEN) == ""
    assert BEN in around.approvers(ANYBODY)
    assert around.not_told() == set()


def test_while_silenced_the_one_lead_is_replaced_by_one_other_and_by_nobody_else() -> None:
    silent = replace(here(barred=("ben", "dot")), silenced=True, duty=("safeguarding_lead",))

    assert silent.on_duty() == [CHI]
    assert silent.asked(ANYBODY) == [CHI]


def test_while_silenced_a_lead_who_is_away_is_still_the_one_who_is_asked_and_told() -> None:
    silent = replace(here(away={"ben": "hal", "dot": ""}), silenced=True, duty=("safeguarding_lead",))

    assert silent.on_duty() == [BEN, DOT]
    assert silent.asked(ANYBODY) == [BEN]


def test_while_silenced_nobody_new_is_reached_while_a_lead_who_was_told_may_still_know() -> None:
    around = here(away={"ben": ""}, shift={"safeguarding_lead": "dot"})
    silent = replace(around, silenced=True, duty=("safeguarding_lead",), knowing=frozenset({"ben"}))

    assert silent.on_duty() == silent.reached("safeguarding_lead") == [BEN]
    assert silent.asked(ANYBODY) == [BEN]
    assert replace(silent, barred=frozenset({"ben"})).on_duty() == [DOT]
