"""The fault of whoever gave a command what it cannot use. Here alone, so that catching it reads nothing else."""

from __future__ import annotations


class BadInput(Exception):
    """What came in cannot be used; the sentence says why and nothing else happened."""
