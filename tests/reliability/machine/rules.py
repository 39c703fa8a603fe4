"""What can happen, in any order: people, time, the post, an administrator, crashes, redelivery and forgery.

The rule to keep: each kind of it is a class of its own, and here stands nothing but all of them together.
"""

from __future__ import annotations

from tests.reliability.machine.consulting import Anybody, Approver, Worker
from tests.reliability.machine.forging import Forger
from tests.reliability.machine.surroundings import Surroundings


class Machine(Worker, Approver, Anybody, Forger, Surroundings):
    """All of it."""
