"""Two thousand steps of anything that people, time and crashes can do, and a witness after each of them.

The same steps at every run; `make reliability` takes others, and more. What is held stands in docs/reliability.md.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.reliability.machine.rules import Machine
from tests.reliability.machine.running import ROOT, begun, run
from tests.reliability.machine.steps import Steps
from tests.reliability.machine.weakened import WEAKNESSES, Weakness

STEPS = 1000
"""Of each half: two processes share the tests."""


@pytest.mark.timeout(600)  # a busy machine; alone it is done in a fraction of that
@pytest.mark.parametrize("number", [1, 2])
def test_whatever_happens_nothing_is_decided_by_the_wrong_hand_and_nothing_is_lost(number: int) -> None:
    found = run(STEPS, number)

    assert found.broken == "", f"{found.broken}\n{found.told}"
    assert found.steps >= STEPS
    assert {
        "asked",
        "sent",
        "approved",
        "declined",
        "agreed by phone",
        "passed on",
        "asked back",
    } <= found.counted.keys()


@pytest.mark.parametrize("weakness", WEAKNESSES, ids=lambda weakness: weakness.what)
def test_what_is_broken_to_try_the_witness_still_stands_in_the_program(weakness: Weakness) -> None:
    text = (ROOT / weakness.file).read_text(encoding="utf-8")

    assert text.count(weakness.old) == 1


def test_the_witness_sees_a_decision_that_nobody_made(tmp_path: Path) -> None:
    """The machine is no use if it cannot fail: a row is slipped in past the bot."""
    Steps.counted = Counter()
    Steps.world = begun(tmp_path)
    machine = Machine()
    try:
        machine.sends(1)
        machine.village.slips_in_a_yes()

        with pytest.raises(AssertionError, match="with 0 decisions"):
            machine.witness.looks()
    finally:
        machine.teardown()
