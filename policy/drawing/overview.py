"""Which answers open which lanes, found by trying them: the first picture of a book.

The one rule to keep: nothing is guessed from the tables; every arrow is a case that was walked.
"""

from __future__ import annotations

from collections.abc import Mapping

from policy.book import Book
from policy.drawing.flowcharts import Arrow, Chart, Node
from policy.drawing.plain import Plain, either
from policy.examples import complete
from policy.walk import walk
from policy.walk.index import values_of


def overview(book: Book) -> Chart:
    """From every question that is always asked, arrows to the lanes that its answers open.

    A whole arrow: the answer alone does, before anything more is asked. A dotted one: with one more answer.
    """
    plain = Plain(book)
    boxes = {lane.id: f"lane{at}" for at, lane in enumerate(book.lanes, 1)}
    quiet = _lanes(book, complete(book, {}).answers)
    nodes = [Node("start", "start", ("Every case",))]
    arrows: list[Arrow] = []
    for at, question in enumerate((item for item in book.questions if not item.when), 1):
        direct, further = _opened(book, question.id, quiet)
        if not direct and not further:
            continue
        nodes.append(Node(f"q{at}", "asks", (question.ask,)))
        arrows.append(Arrow("start", f"q{at}"))
        for lane, values in direct.items():
            words = either(f"“{plain.value(question.id, value)}”" for value in values)
            arrows.append(Arrow(f"q{at}", boxes[lane], words))
        arrows += [Arrow(f"q{at}", boxes[lane], dotted=True) for lane in further if lane not in direct]
    if quiet:
        nodes.append(Node("nothing", "asks", ("None of these",)))
        arrows.append(Arrow("start", "nothing"))
        arrows += [Arrow("nothing", boxes[lane]) for lane in quiet]
    reached = {arrow.end for arrow in arrows}
    for item in book.lanes:
        nodes.append(Node(boxes[item.id], "comes", (item.title,)))
        if boxes[item.id] not in reached:
            arrows.append(Arrow("start", boxes[item.id], "several answers together", dotted=True))
    return Chart("Which answers open which lanes", tuple(nodes), tuple(arrows), sideways=True)


def _opened(book: Book, asked: str, quiet: tuple[str, ...]) -> tuple[dict[str, list[str]], dict[str, None]]:
    """Lane -> the values of the question that open it alone; and the lanes that open with one more answer."""
    question = book.question(asked)
    direct: dict[str, list[str]] = {}
    further: dict[str, None] = {}
    always = {item.id for item in book.questions if not item.when}
    for value in values_of(question):
        if value == book.quiet[question.id]:
            continue
        answers = complete(book, {asked: value}).answers
        for lane in _lanes(book, {fact: answer for fact, answer in answers.items() if fact in always}):
            if lane not in quiet:
                direct.setdefault(lane, []).append(value)
        for other in answers:
            for one in values_of(book.question(other)) if other not in always else ():
                found = _lanes(book, complete(book, {asked: value, other: one}).answers)
                further |= dict.fromkeys(lane for lane in found if lane not in quiet)
    return direct, further


def _lanes(book: Book, answers: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(item.lane.id for item in walk(book, answers).lanes)
