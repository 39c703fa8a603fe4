"""The page that is drawn of a book: it is current and whole, its charts are sound, its links lead somewhere."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.bookshelf.book_pages import fits
from bot.bookshelf.bookwork import shipped
from policy.book import Book, Contact, Derived, Guide, Lane, Option, Outcome, Question, Screen
from policy.drawing import draw, pictures
from policy.drawing.flowcharts import WIDTH, dot, lane_charts, mermaid, whole_lane
from policy.drawing.markdown import escaped
from policy.drawing.overview import overview
from policy.drawing.plain import Plain
from policy.reading import read, read_file
from tests.policy.small import SMALL, small_book

PAGES = Path(__file__).parents[2] / "docs" / "policy"
AGAIN = "the book has changed since its page was drawn; draw it again: python -m bot book draw"
SHIPPED = [pytest.param(path, id=path.stem) for path in shipped({})]

NASTY = 'a "quoted" #1 <b>bold</b> | pipe; [x](y) {z} `code` *star* _line_ %% end \\\\ & --> ~'


@cache
def book_in(path: Path) -> Book:
    return read_file(path.read_bytes(), path.name)


@cache
def page_of(path: Path) -> str:
    return draw(book_in(path))


def nasty_book() -> Book:
    """The small book with words that mean something to Markdown, to HTML, to Mermaid and to Graphviz."""
    toml = NASTY.replace('"', '\\"')
    text = SMALL.replace('ask = "Who would hear it?"', f'ask = "{toml}"')
    text = text.replace('title = "Refer"', f'title = "{toml}"').replace('label = "A doctor"', f'label = "{toml}"')
    text = text.replace('title = "Sharing"', f'title = "{toml}"').replace('signed = "fresh"}', 'who = "doctor"}')
    return read(text.replace('signed = "fresh"\nparent', 'signed = "fresh"\nparent'), "nasty.toml")


def charts_in(page: str) -> list[list[str]]:
    return [block.splitlines() for block in re.findall(r"```mermaid\n(.*?)```", page, re.S)]


NODE = re.compile(r'  (\w+)(\(\["|\{\{"|\("|\["|\[\[")([^"]*)("\]\)|"\}\}"?|"\)|"\]|"\]\])')
ARROW = re.compile(r'  (\w+) (?:-->|-\.->)(?:\|"([^"|]*)"\|)? (\w+)')


def wrong_with(chart: list[str]) -> list[str]:
    """What Mermaid would not read, or would not show as it stands."""
    found = []
    if not re.fullmatch(r"%%\{init: \{.*\}\}%%", chart[0]) or chart[1] not in ("flowchart TD", "flowchart LR"):
        found.append(f"no heading: {chart[:2]}")
    named: Counter[str] = Counter()
    used: set[str] = set()
    for line in chart[2:]:
        node, arrow = NODE.fullmatch(line), ARROW.fullmatch(line)
        words = node[3] if node else (arrow[2] or "") if arrow else ""
        if node:
            named[node[1]] += 1
        elif arrow:
            used |= {arrow[1], arrow[3]}
        else:
            found.append(f"neither a box nor an arrow: {line}")
        bare = words.replace("<br/>", "")
        bare = re.sub(r"#(quot|amp|lt|gt|\d+);", "", bare)
        if re.search(r'["#<>&`\\]', bare):
            found.append(f"not escaped: {line}")
        found += [f"longer than {WIDTH}: {part}" for part in plain(words) if len(part) > WIDTH and " " in part]
    found += [f"two boxes of one name: {name}" for name, times in named.items() if times > 1]
    found += [f"an arrow without its box: {name}" for name in used - named.keys()]
    found += [f"a box without an arrow: {name}" for name in named.keys() - used if len(named) > 1]
    return found


def plain(words: str) -> list[str]:
    """The lines of a label as they are read."""
    spelled = {"#quot;": '"', "#amp;": "&", "#lt;": "<", "#gt;": ">", "#35;": "#", "#96;": "`", "#92;": "\\"}
    lines = words.split("<br/>")
    return [re.sub(r"#\w+;", lambda found: spelled[found[0]], line) for line in lines]


def words_of(item: Any) -> Iterator[str]:
    """Every text in a book that is meant for people."""
    spoken = {
        Question: ("ask", "help"),
        Screen: ("ask", "why"),
        Option: ("label",),
        Derived: ("title",),
        Lane: ("title",),
        Guide: ("say",),
        Outcome: ("title", "plain"),
        Contact: ("name", "number", "hours", "use"),
    }
    if isinstance(item, str):
        return
    if isinstance(item, dict):
        for part in item.values():
            yield from words_of(part)
    elif isinstance(item, tuple):
        for part in item:
            yield from words_of(part)
    elif is_dataclass(item):
        for field in fields(item):
            value = getattr(item, field.name)
            named = spoken.get(type(item))
            if isinstance(value, str) and value and (field.name in named if named else " " in value):
                yield value
            yield from words_of(value)


@pytest.mark.parametrize("path", SHIPPED)
def test_the_page_in_docs_is_what_the_book_says_today(path: Path) -> None:
    page = PAGES / f"{book_in(path).id}.md"

    assert page.exists(), AGAIN
    assert page.read_text(encoding="utf-8") == page_of(path), AGAIN


@pytest.mark.parametrize("path", SHIPPED)
def test_no_picture_in_docs_is_older_than_its_page(path: Path) -> None:
    sources = pictures(book_in(path))

    there = {name for name in sources if (PAGES / name).exists()}
    old = sorted(name for name in there if not fits((PAGES / name).read_text(encoding="utf-8"), sources[name]))

    assert not old, AGAIN
    if shutil.which("dot"):
        assert there == sources.keys(), AGAIN


@pytest.mark.parametrize("path", SHIPPED)
def test_every_word_for_people_stands_on_the_page(path: Path) -> None:
    book, page = book_in(path), page_of(path)

    missing = [words for words in dict.fromkeys(words_of(book)) if escaped(words) not in page]

    assert not missing


@pytest.mark.parametrize("path", SHIPPED)
def test_every_question_lane_rule_and_outcome_has_its_place(path: Path) -> None:
    book, page = book_in(path), page_of(path)

    wanted = [f"q-{item.id}" for item in book.questions]
    wanted += [f"lane-{lane.id}" for lane in book.lanes]
    wanted += [f"rule-{rule.id}" for lane in book.lanes for rule in lane.rules]
    wanted += [f"outcome-{id}" for id in book.outcomes]
    wanted += [f"f-{item.id}" for item in book.derived]
    wanted += [f"f-{item.id}" for item in book.flags]

    assert [name for name in wanted if page.count(f'<a id="{name}"></a>') != 1] == []


@pytest.mark.parametrize("path", SHIPPED)
def test_every_example_and_every_promise_is_on_the_page(path: Path) -> None:
    book, page = book_in(path), page_of(path)

    named = [*(item.name for item in book.examples), *(item.id for item in book.invariants)]

    assert [name for name in named if f"`{name}`" not in page] == []


@pytest.mark.parametrize("path", SHIPPED)
def test_every_link_within_the_page_leads_somewhere_and_to_one_place(path: Path) -> None:
    page = page_of(path)
    places = Counter(re.findall(r'<a id="([^"]+)"></a>', page))

    links = set(re.findall(r"\]\(#([^)]+)\)", page))

    assert links - places.keys() == set()
    assert [name for name, times in places.items() if times > 1] == []


@pytest.mark.parametrize("path", SHIPPED)
def test_mermaid_can_read_every_chart(path: Path) -> None:
    charts = charts_in(page_of(path))

    assert len(charts) > len(book_in(path).lanes)
    assert [fault for chart in charts for fault in wrong_with(chart)] == []


def test_words_that_mean_something_to_a_drawing_program_stay_words() -> None:
    book = nasty_book()
    lane = next(lane for lane in book.lanes if lane.id == "share")

    (chart,) = lane_charts(book, lane)
    lines = mermaid(chart)[1:-2]
    source = dot(whole_lane(book, lane))

    assert wrong_with(lines) == []
    shown = " ".join(" ".join(plain(found[3])) for line in lines if (found := NODE.fullmatch(line)))
    assert "".join(NASTY.replace("\\\\", "\\").split()) in "".join(shown.split())
    assert len(re.findall(r'(?<!\\)"', re.sub(r"\\\\", "", source))) % 2 == 0


def test_words_that_mean_something_to_markdown_stay_words() -> None:
    page = draw(nasty_book())

    outside = re.sub(r"```mermaid.*?```", "", page, flags=re.S)
    assert "<b>" not in outside
    assert "[x](y)" not in outside
    rows = [line for line in outside.splitlines() if line.startswith("| ") and "pipe" in line]
    assert rows
    assert all(r"\| pipe" in row for row in rows)


@pytest.mark.parametrize(
    ("words", "shown"),
    [("1. one", "1\\. one"), ("- a", "\\- a"), ("+ b", "\\+ b"), ("a | b", "a \\| b"), ("0800 1111", "0800 1111")],
)
def test_no_word_begins_a_list_or_ends_a_cell(words: str, shown: str) -> None:
    assert escaped(words) == shown


def test_every_rule_of_a_lane_stands_in_one_chart_with_what_it_comes_to() -> None:
    for path in shipped({}):
        book = book_in(path)
        for lane in book.lanes:
            said = [" ".join(node.lines) for chart in lane_charts(book, lane) for node in chart.nodes]
            for rule in lane.rules:
                if rule.when:
                    assert sum(words.startswith(f"Rule {rule.id} ") for words in said) == 1
                assert any(Plain(book).outcome(rule.outcome) in words for words in said)


def test_a_long_lane_is_cut_into_charts_that_lead_to_each_other() -> None:
    book = small_book()
    lane = next(lane for lane in book.lanes if lane.id == "share")

    charts = lane_charts(book, lane, most=2)

    assert [chart.title for chart in charts] == ["Sharing: chart 1 of 2", "Sharing: chart 2 of 2"]
    assert charts[0].nodes[-1].lines == ("Go on to chart 2",)
    assert charts[1].nodes[0].lines == ("Sharing, from chart 1",)
    assert charts[1].nodes[-1].lines == ("This lane does not open",)


def test_the_overview_shows_which_answer_opens_which_lane() -> None:
    chart = overview(small_book())

    boxes = {node.id: " ".join(node.lines) for node in chart.nodes}
    arrows = {(boxes[arrow.start], arrow.words, boxes[arrow.end]) for arrow in chart.arrows}
    assert ("Could somebody die?", "“Yes”", "Emergency") in arrows
    assert ("A child may be harmed", "“Yes” or “Not sure”", "Child") in arrows
    assert ("None of these", "", "Nothing to share") in arrows


def test_who_hears_nothing_in_silence_is_said_with_the_recipient_and_with_each_outcome() -> None:
    council = '[[recipient]]\nid = "council"\n'
    page = draw(read(SMALL.replace(council, f"{council}hears_in_silence = false\n"), "small.toml"))

    assert "outside, or a person; hears nothing while nobody may be told" in page
    assert page.count("Council (but not while nobody may be told)") == 2


def test_a_condition_is_said_in_the_words_of_the_screens() -> None:
    plain_words = Plain(small_book())

    assert (
        plain_words.when(({"life": frozenset({"yes", "soon"})},)) == "“Could somebody die?” is “Yes” or “Within hours”"
    )
    assert plain_words.when(({"child": frozenset({"no"})},)) == "“A child may be harmed” is answered “No”"
    assert plain_words.when(({"signed": frozenset({"old"})},)) == "“On what day?” is “more than 100 days ago”"
    assert plain_words.when(({"sends": frozenset({"yes"})},)) == "“Something would go out of the charity” is true"


def test_what_several_ways_share_is_said_once() -> None:
    plain_words = Plain(small_book())
    when = (
        {"share": frozenset({"yes"}), "child": frozenset({"yes"})},
        {"share": frozenset({"yes"}), "life": frozenset({"no"})},
    )

    said = plain_words.when(when)

    assert said == (
        "“I want to share something” is answered “Yes”, and one of these: "
        "“A child may be harmed” is answered “Yes”; “Could somebody die?” is “No”"
    )


def test_a_worked_out_fact_is_said_by_its_title_and_its_own_words() -> None:
    text = SMALL.replace('id = "hush"\nrows', 'id = "hush"\ntitle = "Nobody may hear of it"\nrows')
    text = text.replace(
        'id = "lead"\notherwise', 'id = "lead"\ntitle = "Who is told"\nlabels = {deputy = "the other one"}\notherwise'
    )
    plain_words = Plain(read(text, "small.toml"))

    assert plain_words.term("hush", frozenset({"no"})) == "“Nobody may hear of it” is not true"
    assert plain_words.term("lead", frozenset({"head", "deputy"})) == "“Who is told” is “the other one” or “Head”"


def test_a_label_for_a_value_that_cannot_be_is_a_fault() -> None:
    text = SMALL.replace('id = "hush"\nrows', 'id = "hush"\nlabels = {yse = "it is so"}\nrows')

    with pytest.raises(Exception, match=r"'yse' is not a value of this fact\. Did you mean 'yes'"):
        read(text, "small.toml")
