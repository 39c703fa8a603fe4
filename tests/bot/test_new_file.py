"""A file that a command writes is whole, or not there."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from bot.bad_input import BadInput
from bot.new_file import keep


def test_half_a_file_is_taken_away_so_that_the_next_try_finds_the_place_free(tmp_path: Path) -> None:
    out = tmp_path / "report.pdf"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(BadInput, match="cannot be written"):
            keep(out, b"x" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert not out.exists()
    keep(out, b"whole")
    assert out.read_bytes() == b"whole"
