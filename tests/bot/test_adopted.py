"""The rule for "urgent, and nobody can be reached": as the trustees adopted it, or nobody's."""

from __future__ import annotations

from datetime import date

import pytest

from bot.organisation.adopted import NOBODY_REACHABLE, Rules, read_rules, rules_of
from bot.organisation.charity import CharityError, read_charity
from tests.bot.conftest import CHARITY

ADOPTED = '\n[rules]\nnobody_reachable = "agree_afterwards"\nadopted = 2026-11-20\n'


def test_a_rule_that_was_adopted_is_kept_with_its_day_and_read_with_it() -> None:
    _, settings = read_charity(CHARITY + ADOPTED)

    rules = rules_of(settings["rules"])

    assert rules == Rules("agree_afterwards", date(2026, 11, 20))
    assert rules.words().startswith("Our trustees' rule of 20 November 2026: if you reach nobody, you can tell now")


def test_without_one_there_is_no_rule() -> None:
    _, settings = read_charity(CHARITY)

    assert rules_of(settings["rules"]).words() == ""


def test_no_rule_that_can_be_adopted_forbids_anything() -> None:
    for rule in NOBODY_REACHABLE.values():
        assert "may not" not in rule
        assert "wait for" not in rule


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('[rules]\nnobody_reachable = "wait"\nadopted = 2026-11-20\n', "must be worker_decides or agree_afterwards"),
        ('[rules]\nnobody_reachable = "worker_decides"\n', "[rules] adopted: the day on which the trustees adopted it"),
        ("[rules]\nelse = 1\n", "[rules] else: we do not know this rule"),
    ],
)
def test_half_a_rule_is_none_and_says_so(text: str, fault: str) -> None:
    with pytest.raises(CharityError) as wrong:
        read_charity(f"{CHARITY}\n{text}")

    assert any(fault in each for each in wrong.value.faults)


def test_a_table_that_is_none_is_a_fault() -> None:
    faults: list[str] = []

    assert read_rules("worker_decides", faults) == {}
    assert faults == ["[rules] must be a table"]
