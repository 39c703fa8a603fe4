"""Figures to tables: the median of all repetitions, how far they spread, and ours as a ratio to each of the others."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.load import Measured
from tests.bench.servers import NAMES, TITLES, Name

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"

Case = tuple[str, int, Name]  # engine, connections, server


@dataclass(frozen=True, slots=True)
class Figures:
    """One run: presses a second, milliseconds to the 200 and to the card, CPU in µs a press."""

    rate: float
    answered_p50: float
    answered_p99: float
    shown_p50: float
    shown_p99: float
    cpu: float

    @classmethod
    def of(cls, run: Measured) -> Figures:
        presses = len(run.answered)
        return cls(
            presses / run.seconds,
            percentile(run.answered, 50) / 1e6,
            percentile(run.answered, 99) / 1e6,
            percentile(run.shown, 50) / 1e6,
            percentile(run.shown, 99) / 1e6,
            run.cpu / presses * 1e6,
        )


@dataclass(frozen=True, slots=True)
class Middle:
    """A figure over all repetitions."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Middle:
        found = sorted(values)
        return cls(statistics.median(found), found[0], found[-1])

    def __str__(self) -> str:
        if self.least == self.most:
            return _short(self.median)
        return f"{_short(self.median)} ({_short(self.least)}–{_short(self.most)})"


def percentile(values: Iterable[float], percent: int) -> float:
    """By nearest rank: a value that was really measured."""
    ranked = sorted(values)
    return ranked[max(-(-len(ranked) * percent // 100) - 1, 0)]


def tables(found: Mapping[Case, Sequence[Figures]], machine: Sequence[tuple[str, str]], how: str) -> str:
    """Everything, in Markdown."""
    parts = [
        f"{how}\n",
        "Median (least–most) of the repetitions. Times in ms; CPU of the server's own process in µs a press.\n",
        "| | conns | server | requests/s | press → 200, p50 | p99 | press → card, p50 | p99 | CPU |",
        "|---|--:|---|--:|--:|--:|--:|--:|--:|",
    ]
    for engine, connections in _rows(found):
        for name in [name for name in NAMES if (engine, connections, name) in found]:
            runs = found[engine, connections, name]
            cells = [
                str(Middle.of(getattr(run, column) for run in runs))
                for column in ("rate", "answered_p50", "answered_p99", "shown_p50", "shown_p99", "cpu")
            ]
            parts.append(f"| {engine} | {connections} | {TITLES[name]} | {' | '.join(cells)} |")
    others = [name for name in NAMES[:2] if {name, "ours"} <= {case[2] for case in found}]
    if others:
        parts += [
            "\nConfer as a multiple of the others. Better is more requests a second, and less of everything else.\n",
            "| | conns | against | requests/s | p99, press → 200 | p99, press → card | CPU |",
            "|---|--:|---|--:|--:|--:|--:|",
        ]
        for engine, connections in _rows(found):
            for name in others:
                mine, other = found[engine, connections, "ours"], found[engine, connections, name]
                cells = [_ratio(mine, other, column) for column in ("rate", "answered_p99", "shown_p99", "cpu")]
                parts.append(f"| {engine} | {connections} | {TITLES[name]} | {' | '.join(cells)} |")
    parts += ["\nThe machine:\n", "| | |", "|---|---|", *(f"| {what} | {value} |" for what, value in machine)]
    return "\n".join(parts) + "\n"


def write(path: Path, text: str) -> None:
    """Put it between the two markers of the page. ValueError where they are not there."""
    page = path.read_text(encoding="utf-8")
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{path.name} has lost its markers {BEGIN} and {END}")
    path.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}", encoding="utf-8")


def _rows(found: Mapping[Case, Sequence[Figures]]) -> list[tuple[str, int]]:
    return sorted(
        {(engine, connections) for engine, connections, _ in found}, key=lambda row: (row[0] != "SQLite", row)
    )


def _ratio(mine: Sequence[Figures], other: Sequence[Figures], column: str) -> str:
    above, below = (statistics.median(getattr(run, column) for run in runs) for runs in (mine, other))
    return f"{above / below:.2f}" if below else "–"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
