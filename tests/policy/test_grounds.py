"""What a lane rests on, and what of it only a guarded lane may repeat."""

from __future__ import annotations

from policy.grounds import asked_by_guarded, grounds, guarded_lanes, tellable, tells
from tests.policy.shipped import justus


def test_the_lanes_that_are_not_for_everybody_are_those_that_only_a_guarded_answer_opens() -> None:
    assert guarded_lanes(justus()) == {"terror", "allegation"}


def test_who_is_asked_about_another_lane_may_not_read_that_the_worry_is_about_one_of_us() -> None:
    assert "worker_concern" in grounds(justus(), "child")
    assert "worker_concern" not in tellable(justus(), "child")


def test_a_guarded_lane_may_repeat_what_opens_it_and_nothing_of_another() -> None:
    assert not tells(justus(), "terror", ("danger_terror", "terror_kind"))
    assert tells(justus(), "terror", ("worker_concern",))


def test_a_fact_that_is_worked_out_from_a_guarded_answer_tells_of_it() -> None:
    assert tells(justus(), "incident", ("lead",))
    assert not tells(justus(), "incident", ("need_incident",))


def test_a_lane_that_lists_somebody_who_does_not_hear_in_silence_rests_on_the_silence_and_does_not_tell_of_it() -> None:
    assert {"danger_terror", "terror_kind"} <= {*grounds(justus(), "incident")}
    assert not {"danger_terror", "terror_kind"} & {*tellable(justus(), "incident")}


def test_a_question_that_a_guarded_answer_may_bring_about_tells_of_it() -> None:
    found = asked_by_guarded(justus())

    assert {"worker_concern", "concern_who", "terror_kind"} <= found
    assert "channel" in found  # asked before anything is sent, and a guarded lane sends
    assert not {"danger_child", "safe_parent", "asker"} & found
