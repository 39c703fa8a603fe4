"""Lanes as flowcharts: one neutral chart, written out for Mermaid (in the page) and for Graphviz (an SVG beside it).

The one rule to keep: a chart says what its lane's table says, rule by rule, and no meaning stands in a colour.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from textwrap import wrap
from typing import Literal

from policy.book import CLOSED, Book, Lane, Rule
from policy.drawing.plain import TEXT, Plain

Shape = Literal["start", "asks", "comes", "ends", "on"]
WIDTH = 40
"""Letters a line: a box this wide fits a printed page, and a phone held sideways."""

_MOST = 5  # rules a chart: a longer chain drifts sideways, and is shrunk until nobody can read it
_MERMAID: dict[Shape, tuple[str, str]] = {
    "start": ('(["', '"])'),
    "asks": ('{{"', '"}}'),
    "comes": ('("', '")'),
    "ends": ('["', '"]'),
    "on": ('[["', '"]]'),
}
_DOT: dict[Shape, str] = {
    "start": "shape=box, style=rounded, penwidth=2",
    "asks": "shape=hexagon, margin=0.02",
    "comes": "shape=box, style=rounded",
    "ends": "shape=box",
    "on": "shape=box, peripheries=2",
}


@dataclass(frozen=True, slots=True)
class Node:
    """A box. `lines` are broken further where they are longer than `WIDTH`."""

    id: str
    shape: Shape
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Arrow:
    start: str
    end: str
    words: str = ""
    dotted: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """`beside` are pairs of boxes that stand next to each other, where the drawing program can."""

    title: str
    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]
    sideways: bool = False
    beside: tuple[tuple[str, str], ...] = ()


def lane_charts(book: Book, lane: Lane, most: int = _MOST) -> tuple[Chart, ...]:
    """The lane's rules in order as a chain of yes and no, at most so many a chart."""
    rules = lane.rules
    pieces = -(-len(rules) // most)
    size = -(-len(rules) // pieces)
    plain = Plain(book, TEXT)
    return tuple(
        _piece(plain, lane, rules[at : at + size], at // size + 1, pieces) for at in range(0, len(rules), size)
    )


def whole_lane(book: Book, lane: Lane) -> Chart:
    """The lane's rules in one chart, however many there are."""
    return lane_charts(book, lane, len(lane.rules))[0]


def _piece(plain: Plain, lane: Lane, rules: tuple[Rule, ...], number: int, pieces: int) -> Chart:
    title = lane.title if pieces == 1 else f"{lane.title}: chart {number} of {pieces}"
    start = lane.title if number == 1 else f"{lane.title}, from chart {number - 1}"
    nodes = [Node("start", "start", (start,))]
    arrows: list[Arrow] = []
    beside: list[tuple[str, str]] = []
    last, words = "start", ""
    for at, rule in enumerate(rules, 1):
        comes = Node(f"o{at}", "ends" if rule.outcome == CLOSED else "comes", _ending(plain, rule))
        if not rule.when:
            arrows.append(Arrow(last, comes.id, words))
            return Chart(title, (*nodes, comes), tuple(arrows), beside=tuple(beside))
        asks = Node(f"r{at}", "asks", (f"Rule {rule.id}", *_condition(plain, rule)))
        nodes += [asks, comes]
        arrows += [Arrow(last, asks.id, words), Arrow(asks.id, comes.id, "yes")]
        beside.append((asks.id, comes.id))
        last, words = asks.id, "no"
    if number < pieces:
        nodes.append(Node("next", "on", (f"Go on to chart {number + 1}",)))
    else:
        nodes.append(Node("next", "ends", ("This lane does not open",)))
    arrows.append(Arrow(last, "next", words))
    return Chart(title, tuple(nodes), tuple(arrows), beside=tuple(beside))


def _condition(plain: Plain, rule: Rule) -> list[str]:
    common, rest = plain.parts(rule.when)
    lines = [f"{'and ' if at else ''}{term}" for at, term in enumerate(common)]
    others = [" and ".join(terms) for terms in rest]
    if common and others:
        lines.append("and one of these:")
    return [*lines, *(f"{'or ' if at else ''}{other}" for at, other in enumerate(others))]


def _ending(plain: Plain, rule: Rule) -> tuple[str, ...]:
    if rule.outcome == CLOSED:
        return (plain.outcome(CLOSED),)
    return (plain.outcome(rule.outcome), plain.approval(rule.approval))


def _broken(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield from wrap(line, WIDTH) or [""]


def mermaid(chart: Chart) -> list[str]:
    """The lines of a fenced Mermaid block."""
    lines = [
        "```mermaid",
        '%%{init: {"flowchart": {"wrappingWidth": 420}}}%%',  # we break the lines; Mermaid must not break them again
        f"flowchart {'LR' if chart.sideways else 'TD'}",
    ]
    for node in chart.nodes:
        opens, closes = _MERMAID[node.shape]
        words = "<br/>".join(mermaid_text(line) for line in _broken(node.lines))
        lines.append(f"  {node.id}{opens}{words}{closes}")
    for arrow in chart.arrows:
        line = "-.->" if arrow.dotted else "-->"
        broken = "<br/>".join(mermaid_text(words) for words in _broken([arrow.words]))
        words = f'|"{broken}"|' if arrow.words else ""
        lines.append(f"  {arrow.start} {line}{words} {arrow.end}")
    return [*lines, "```", ""]


def mermaid_text(words: str) -> str:
    """Words inside a quoted label. Mermaid's escapes are HTML's with # in place of &."""
    spelled = {'"': "#quot;", "#": "#35;", "&": "#amp;", "<": "#lt;", ">": "#gt;", "`": "#96;", "\\": "#92;"}
    return "".join(spelled.get(letter, letter) for letter in words)


def dot(chart: Chart) -> str:
    """The chart in Graphviz's language."""
    lines = [
        "digraph chart {",
        f'  graph [rankdir={"LR" if chart.sideways else "TB"}, label="{dot_text(chart.title)}", labelloc=t,',
        '    fontname="Helvetica,Arial,sans-serif", fontsize=16, nodesep=0.5, ranksep=0.35];',
        '  node [fontname="Helvetica,Arial,sans-serif", fontsize=11, margin="0.18,0.1"];',
        '  edge [fontname="Helvetica,Arial,sans-serif", fontsize=11];',
    ]
    for node in chart.nodes:
        words = "\\n".join(dot_text(line) for line in _broken(node.lines))
        lines.append(f'  {node.id} [{_DOT[node.shape]}, label="{words}"];')
    for arrow in chart.arrows:
        style = ", style=dashed" if arrow.dotted else ""
        words = "\\n".join(f" {dot_text(line)} " for line in _broken([arrow.words]))
        lines.append(f'  {arrow.start} -> {arrow.end} [label="{words}"{style}];')
    lines += [f"  {{rank=same; {one}; {other};}}" for one, other in chart.beside]
    return "\n".join([*lines, "}", ""])


def dot_text(words: str) -> str:
    """Words inside a quoted string of Graphviz."""
    return words.replace("\\", "\\\\").replace('"', '\\"')
