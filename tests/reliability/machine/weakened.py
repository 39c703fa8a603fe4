"""Breaks one rule at a time in a copy of the program, and counts the steps until the witness says so.

The rule to keep: each weakness is one that somebody could write by mistake, and stands exactly once in the program.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.reliability.machine.running import ROOT

STEPS = 3000


@dataclass(frozen=True, slots=True)
class Weakness:
    what: str
    file: str
    old: str
    new: str


_PUT = '        await self._outbox.put("timer", f"ladder:{request_id}", payload, run_at=next_at)\n'

WEAKNESSES = (
    Weakness(
        "somebody may decide on their own request",
        "bot/roster.py",
        "if self.requester_id in self.human(person.id):\n            return",
        "if person.id == '':\n            return",
    ),
    Weakness(
        "a yes is a yes to whatever is proposed in its lane",
        "bot/picture.py",
        '"words": words.id if words else "",\n'
        '            "facts": {id: value for id, value in self.case.values.items() if id in ground},',
        '"words": "",\n            "facts": {},',
    ),
    Weakness(
        "after its first step a request has no next one",
        "storage/ladders.py",
        _PUT + "        return True",
        f"        if not step:\n    {_PUT}        return True",
    ),
    Weakness(
        "of two workers one is enough, whoever asks (A2)",
        "bot/picture.py",
        "if first_counts or approval.capabilities else approval.count + 1",
        "if first_counts or approval.capabilities else approval.count",
    ),
    Weakness(
        "what was changed leaves the old request waiting",
        "bot/deciding/requests.py",
        "            await acting.tx.approvals.withdraw(case.id, only=request.id)\n",
        "            pass\n",
    ),
    Weakness(
        "what was taken back leaves its requests waiting",
        "bot/sending.py",
        "    await turn.tx.approvals.withdraw(case.id)\n",
        "",
    ),
    Weakness(
        "whoever knows the ids may decide without being asked",
        "bot/deciding/approvals.py",
        "    if turn.person.id not in request.asked:\n        raise",
        "    if False:\n        raise",
    ),
    Weakness(
        "the role is not looked at when a button is pressed",
        "bot/deciding/approvals.py",
        "if approval is None or not allowed(approval, person):",
        "if approval is None:",
    ),
    Weakness(
        "whoever must not know may decide all the same",
        "bot/roster.py",
        "if self.human(person.id) & self.barred or self.excluded & person.capabilities:",
        "if self.excluded & person.capabilities:",
    ),
    Weakness(
        "the worker may write down anybody's word by phone",
        "bot/spoken.py",
        "person = next((p for p in may_have_agreed(picture, request, verdict) if p.id == who), None)",
        "person = next((p for p in picture.around.everybody if p.id == who), None)",
    ),
    Weakness(
        "whoever passed it on may decide it after all",
        "bot/deciding/approvals.py",
        "    if turn.person.id in request.passed:\n        raise",
        "    if False:\n        raise",
    ),
    Weakness(
        "a decision leaves no line in the ledger",
        "bot/deciding/approvals.py",
        "    turn.note(verdict, case, request=request.id)\n",
        "",
    ),
)


def tried(steps: int = STEPS, number: int = 1, only: str = "") -> Iterator[tuple[Weakness, int, str]]:
    """Each weakness, the steps until it was noticed, and what the witness said; "" where it was not."""
    for weakness in (each for each in WEAKNESSES if only in each.what):
        with tempfile.TemporaryDirectory(prefix="confer-weakened-") as folder:
            copy = Path(folder)
            for name in ("bot", "policy", "storage", "tests"):
                shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
            file = copy / weakness.file
            text = file.read_text(encoding="utf-8")
            if text.count(weakness.old) != 1:
                yield weakness, 0, "MISTAKE IN THIS CHECK: it does not stand exactly once"
                continue
            file.write_text(text.replace(weakness.old, weakness.new), encoding="utf-8")
            command = [sys.executable, "-m", "tests.reliability.machine", "--steps", str(steps), "--seed", str(number)]
            said = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False).stdout
            found: dict[str, Any] = json.loads(said) if said else {"steps": 0, "broken": ""}
            yield weakness, int(found["steps"]), str(found["broken"])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.reliability.machine.weakened", description=__doc__)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--only", default="", help="those whose words hold this")
    asked, missed = parser.parse_args(), 0
    for weakness, steps, broken in tried(asked.steps, only=asked.only):
        sys.stdout.write(f"| {weakness.what} | {steps if broken else 'not noticed'} | {broken} |\n")
        sys.stdout.flush()
        missed += not broken or broken.startswith("MISTAKE")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
