"""Guidance that can be followed at two in the morning: which parts each outcome must have, and that they hold."""

from __future__ import annotations

import pytest

import policy
from policy.book import SENDING, SILENCE, Book, Outcome, Rule
from policy.examples import complete
from policy.reading import read
from policy.walk import Verdict, walk
from tests.policy.shipped import justus

BOOK = justus()
ALWAYS = ("steps", "leave_out", "write_down", "tell", "out_of_hours", "after")
"""Parts that every outcome has, whatever it sends: also a no, a wait and a talk must be done well."""


def outcomes() -> list[object]:
    return [pytest.param(outcome, id=outcome.id) for outcome in BOOK.outcomes.values()]


def lacking(outcome: Outcome) -> list[str]:
    """The parts this outcome must have for what it sends, and has not."""
    needed = [*ALWAYS]
    if outcome.sends != "nothing" or outcome.talk == "first":
        needed.append("script")  # somebody is rung or talked to: the words are there
    if outcome.sends in SENDING or outcome.sends == "inside":
        needed += ["words", "recipients"]
    if outcome.sends in ("named", "agreed"):
        needed.append("tasks")
    if not outcome.clauses:
        needed.append("clauses")
    return [part for part in needed if not getattr(outcome, part)]


@pytest.mark.parametrize("outcome", outcomes())
def test_every_outcome_has_the_parts_that_what_it_sends_needs(outcome: Outcome) -> None:
    assert lacking(outcome) == []


@pytest.mark.parametrize("outcome", outcomes())
def test_the_first_step_says_what_to_do_and_not_what_to_write(outcome: Outcome) -> None:
    assert not outcome.steps[0].say.startswith("Write")


def test_words_to_read_out_can_be_copied_as_they_stand() -> None:
    for outcome in BOOK.outcomes.values():
        for guide in outcome.script:
            assert '"' not in guide.say, guide.id
            assert "..." not in guide.say, guide.id
            assert "[" not in guide.say, guide.id


def test_without_a_name_the_words_to_read_out_say_so() -> None:
    to_lines = [item for item in BOOK.outcomes.values() if item.sends == "unnamed" and item.id != "share_anon"]

    assert to_lines
    for outcome in to_lines:
        assert "without a name" in outcome.script[0].say, outcome.id
        assert outcome.leave_out, outcome.id


def test_a_book_that_lets_anything_leave_says_how_to_ask_without_a_name() -> None:
    assert BOOK.what_if is not None
    assert "without a name" in BOOK.what_if.say
    assert any("Hide your number" in line for line in BOOK.what_if.how)


def test_every_published_case_names_its_source() -> None:
    cases = [outcome.precedent for outcome in BOOK.outcomes.values() if outcome.precedent]

    assert len(cases) >= 15
    assert all(any(sign.isdigit() for sign in case.source) for case in cases)


def decided(facts: dict[str, str]) -> dict[str, Verdict]:
    answers = complete(BOOK, facts).answers
    return {item.lane.id: item for item in walk(BOOK, answers, stage="send").lanes}


def test_every_example_shows_words_for_the_worker_in_every_open_lane() -> None:
    for example in BOOK.examples:
        for lane, item in decided(dict(example.facts)).items():
            where = f"{example.name}, {lane}"
            assert item.steps, where
            assert item.leave_out, where
            assert item.write_down, where
            assert item.tell, where
            assert item.out_of_hours, where
            assert item.after or example.facts.get("danger_terror") in ("yes", "unsure"), where


def test_while_nobody_may_know_every_lane_says_to_tell_nobody() -> None:
    lanes = decided(
        {"danger_terror": "yes", "terror_kind": "plan_or_money", "danger_child": "yes", "safe_parent": "yes"}
    )

    assert len(lanes) >= 2
    assert {guide.id for item in lanes.values() for guide in item.tell} == {SILENCE}


def test_while_nobody_may_know_only_the_terror_lane_says_whom_to_talk_it_over_with() -> None:
    lanes = decided({"danger_terror": "yes", "terror_kind": "plan_or_money", "danger_child": "yes"})

    assert {lane: [guide.id for guide in item.after] for lane, item in lanes.items()} == {
        "terror": ["report_terror.afterwards"],
        "child": [],
    }


def test_the_words_that_silence_a_case_still_let_its_calls_be_made_and_its_yes_be_asked_for() -> None:
    assert BOOK.silence.startswith("Make the calls on this card. Ask only the person named here to agree.")


def test_nobody_waits_for_a_talk_with_the_survivor_before_the_call() -> None:
    steps = [guide.id for guide in BOOK.outcomes["report_suspect"].steps]

    assert steps.index("report_suspect.ring") < steps.index("report_suspect.survivor")


def test_nothing_that_somebody_asks_for_is_answered_while_nobody_may_know() -> None:
    asked = {"need_request": "yes", "asker": "family_friend", "consent_answer": "agreed"}

    assert decided(asked)["request"].outcome.id == "answer_agreed"
    assert decided({**asked, "danger_terror": "yes"})["request"].outcome.id == "hold_share"


def test_a_safe_parent_is_named_only_where_there_is_one() -> None:
    told = decided({"danger_child": "yes", "safe_parent": "yes"})["child"]
    untold = decided({"danger_child": "yes", "safe_parent": "unsure"})["child"]

    assert any("safe parent" in guide.say.casefold() for guide in told.tell)
    assert not any("safe parent" in guide.say.casefold() for guide in untold.guides)


def test_an_outcome_without_its_parts_is_found() -> None:
    bare = Outcome(id="bare", title="Ring", plain="Ring.", sends="named")

    assert set(lacking(bare)) == {*ALWAYS, "script", "words", "recipients", "tasks", "clauses"}


def test_every_rule_leads_to_an_outcome_with_guidance() -> None:
    def led_to(book: Book) -> list[Rule]:
        return [rule for lane in book.lanes for rule in lane.rules if rule.outcome in book.outcomes]

    assert all(BOOK.outcomes[rule.outcome].guides for rule in led_to(BOOK))


SMALL = """
[[outcome]]
id = "x"
title = "T"
plain = "P"
precedent = {text = "A case."}
"""


def test_a_case_without_its_source_is_a_fault_in_the_authors_words() -> None:
    with pytest.raises(policy.reading.BookError) as refused:
        read(SMALL, "small.toml")

    assert any("precedent" in str(fault) and "source" in str(fault) for fault in refused.value.faults)
