"""What is asked once a request was sent: it fills the record and the words for the council, and stops nobody."""

from __future__ import annotations

import pytest

from policy.examples import complete, walk_through
from policy.grounds import checked_by
from policy.walk import Asking, Decided, Verdict, walk
from tests.policy.shipped import justus

CHILD = {"danger_child": "yes", "child_info": "told_by_child"}
PAPERS = {"privacy_notice_given", "paper_notes"}
HARM = {
    "harm_severity",
    "harm_often",
    "harm_planned",
    "harm_threats",
    "harm_strange",
    "earlier_concerns",
    "special_needs",
    "child_view",
}


def asked(**facts: str) -> set[str]:
    """Every question that a case with these facts is asked, first to last; the rest is answered quietly."""
    done = complete(justus(), facts)
    return set(walk_through(justus(), done.answers)[1])


def lane(name: str, **facts: str) -> Verdict:
    done = complete(justus(), facts)
    return next(item for item in walk(justus(), done.answers, stage="send").lanes if item.lane.id == name)


def test_harm_to_a_child_is_asked_about_once_the_council_will_be_told() -> None:
    assert asked(**CHILD) >= HARM | {"harm_physical", "affects_body", "why_no_agreement"} | PAPERS


def test_nothing_of_it_is_asked_before_the_request_is_sent() -> None:
    done = complete(justus(), CHILD)
    late = {question.id for question in justus().questions if question.id in HARM | PAPERS}

    now = walk(justus(), {id: value for id, value in done.answers.items() if id not in late})

    assert isinstance(now, Decided)


def test_it_comes_after_the_last_checks_that_can_stop_something() -> None:
    done = complete(justus(), CHILD)
    before = {question.id for question in justus().questions if question.id not in HARM | PAPERS}
    answers = {
        id: value for id, value in done.answers.items() if id in before and not id.startswith(("harm", "affect"))
    }

    now = walk(justus(), answers, stage="send")

    assert isinstance(now, Asking)
    assert now.screen.id == "harm_kinds"
    assert checked_by(justus()).isdisjoint(now.unknown)


def test_kinds_of_neglect_are_asked_only_where_there_is_neglect() -> None:
    assert "neglect_doctor" in asked(**CHILD, harm_neglect="yes")
    assert "neglect_doctor" not in asked(**CHILD)


def test_an_adult_survivor_is_not_asked_about_harm_to_a_child() -> None:
    assert not HARM & asked(danger_child="yes", child_info="adult_survivor", children_reachable="yes")


def test_where_nothing_goes_out_nothing_of_it_is_asked() -> None:
    assert not (HARM | PAPERS) & asked()


def test_what_the_client_was_told_is_not_asked_while_nobody_may_know() -> None:
    found = asked(danger_terror="yes", terror_kind="plan_or_money")

    assert "privacy_notice_given" not in found
    assert "paper_notes" in found


@pytest.mark.parametrize(
    ("facts", "warning"),
    [
        ({"harm_severity": "life_threatening"}, "harm_life"),
        ({"harm_threats": "clear"}, "harm_threats"),
        ({"harm_severity": "minor", "harm_often": "once"}, "harm_small"),
        ({"privacy_notice_given": "no"}, "not_warned"),
        ({"told_may_share": "no"}, "not_warned"),
        ({"paper_notes": "open"}, "paper_open"),
    ],
)
def test_an_answer_warns_and_never_stops_protection(facts: dict[str, str], warning: str) -> None:
    found = lane("child", **CHILD, **facts)

    assert found.warnings == (warning,)
    assert found.blocks == ()


def test_no_answer_about_harm_changes_what_the_child_lane_comes_to() -> None:
    quiet = lane("child", **CHILD)
    loud = lane("child", **CHILD, harm_severity="none_seen", harm_often="once", child_view="unsafe_to_ask")

    assert (loud.outcome, loud.approval, loud.recipients) == (quiet.outcome, quiet.approval, quiet.recipients)


def test_a_child_with_special_needs_is_said_to_be_in_more_danger() -> None:
    assert "child.needs" in {guide.id for guide in lane("child", **CHILD, special_needs="unsure").show}


@pytest.mark.parametrize(
    "facts",
    [
        {"danger_self": "yes", "self_talk": "refuses_help", "waiting_risk": "yes"},
        {"danger_adult": "yes", "adult_view": "refuses", "adult_high_risk": "yes"},
    ],
)
def test_the_laws_reason_for_going_without_agreement_is_asked_wherever_there_is_none(facts: dict[str, str]) -> None:
    assert "why_no_agreement" in asked(**facts)


def test_it_is_not_asked_of_those_who_agreed() -> None:
    assert "why_no_agreement" not in asked(danger_self="yes", self_talk="accepts_help")


def test_without_first_information_what_is_shared_with_agreement_is_only_warned_about() -> None:
    agreed = {"need_share": "yes", "consent_answer": "agreed"}

    found = lane("consent_share", **agreed, privacy_notice_given="no")

    assert found.warnings == ("first_information", "not_warned")
    assert found.blocks == ()
