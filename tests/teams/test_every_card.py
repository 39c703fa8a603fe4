"""Every card and form the bot can show, as Teams would get it, held to Microsoft's schema and to Teams' own limits.

Two ways to them: the books' screens and outcomes drawn straight, and whatever the bot itself answers when everything
that can be pressed is pressed once, by everybody who can press it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import pytest

from bot import emergency, notices
from bot.cards import Aside, Card, Form, Number, Open, Reply, Show
from bot.channels.teams import render
from bot.channels.teams.words import Json
from bot.consultation import case_card
from bot.deciding.approval_card import approval_card, told_card
from bot.emergency import with_line
from bot.events import Event, Who
from bot.guidance import help_with, on_card, why
from bot.phone.hiding import hidden_card
from bot.picture import Picture
from bot.questioning import again_card
from policy.book import Book
from policy.examples import complete
from policy.walk import Asking, Decided, walk
from storage.records import Answer, CaseState
from tests.policy.shipped import BOOKS, book_in
from tests.reliability.machine.beginning import World
from tests.reliability.machine.running import begun
from tests.reliability.machine.village import FRIDAY, Village
from tests.teams.connector.cards import problems

ENDS = ("lost", "stop", "withdraw", "hide", "team.change", "team.accounts", "factor.reset", "close", "pin", "factor")
"""What takes buttons away from somebody."""


@dataclass
class Shown:
    """Everything that was shown, each once. `actions`: what was done, and how often."""

    cards: dict[str, Card] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)
    actions: Counter[str] = field(default_factory=Counter)

    def take(self, *shown: Card | Form) -> None:
        for each in shown:
            if isinstance(each, Card):
                self.cards[repr(each)] = each
            else:
                self.forms[repr(each)] = each


class Recorded(Village):
    """A village in which nothing that is shown is lost."""

    shown: Shown

    def delivers(self, event: Event) -> Reply | None:
        reply = super().delivers(event)
        self.shown.actions[event.action] += 1
        match reply:
            case Show(card) | Aside(card):
                self.shown.take(card)
            case Open(form):
                self.shown.take(form)
            case _:
                pass
        return reply


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return begun(tmp_path_factory.mktemp("every"))


@pytest.fixture(scope="module")
def picture(world: World) -> Picture:
    """One consultation of the invented charity, to draw other answers on."""
    village = world.village()
    try:
        [*_, case] = {each.button.carry["c"]: None for each in village.offered(("send",)) if "c" in each.button.carry}
        [picture] = village.run(village.pictures([case]))
        assert isinstance(picture, Picture)
        return picture
    finally:
        village.close()


def wrong_with(shown: Shown) -> list[str]:
    """Every fault of everything shown, each drawn with all that can stand on it: the way back, and what to change.

    In the simplest elements: once for each mixture of elements, since they are made one by one.
    """
    found, mixtures = [], set()
    for card in shown.cards.values():
        drawn = render.card(card, back=True, kept={"dangers": ("danger_child",)})
        found += [f"{card.title}: {each}" for each in _wrong(drawn)]
        mixture = frozenset(each["type"] for each in drawn["body"])
        if mixture not in mixtures:
            mixtures.add(mixture)
            found += [f"{card.title}, bare: {each}" for each in _wrong(render.bare(card))]
    for form in shown.forms.values():
        drawn = render.form(form, errors=dict.fromkeys(ids(form), "Please change this."))
        found += [f"{form.title}: {each}" for each in _wrong(drawn)]
    return found


def _wrong(drawn: Json) -> Iterator[str]:
    yield from problems(drawn)
    if render.size(drawn) > render.LIMIT or "not shown" in str(drawn):
        yield "too long to be shown whole"


def ids(form: Form) -> list[str]:
    return [each.id for each in form.fields if hasattr(each, "id")]


def answered(picture: Picture, book: Book, answers: Mapping[str, str], state: CaseState = "asking") -> Picture:
    given = {id: Answer(id, value, FRIDAY) for id, value in answers.items()}
    case = replace(picture.case, book_id=book.id, state=state, answers=given)
    walked = walk(book, dict(answers), today=FRIDAY.date(), stage="send" if state == "sent" else "decide")
    return replace(picture, book=book, case=case, walked=walked, texts=(), requests=(), departures=())


def on_the_way(picture: Picture, book: Book) -> Iterator[Picture]:
    """The picture after each screen of each example, where it asks something that no other one asked."""
    seen: set[tuple[str, ...]] = set()
    for example in book.examples:
        whole = complete(book, example.facts).answers
        given: dict[str, str] = {}
        for screen in (None, *book.screens):
            more = {q.id: whole[q.id] for q in book.questions if screen and q.screen == screen.id and q.id in whole}
            if screen and not more:
                continue
            given |= more
            now = answered(picture, book, given)
            new = _marks(now.walked) - seen
            if new:
                seen |= new
                yield now


def _marks(walked: Asking | Decided) -> set[tuple[str, ...]]:
    """What makes this place another one."""
    if isinstance(walked, Asking):
        return {(walked.screen.id, *(each.id for each in walked.questions))}
    return {(each.lane.id, each.outcome.id, str(each.approval)) for each in walked.lanes}


def drawn_from(picture: Picture) -> Iterator[Card | Form]:
    """Every card of a consultation that stands so, and what is behind its presses."""
    yield case_card(picture)
    if isinstance(picture.walked, Decided):
        yield case_card(answered(picture, picture.book, picture.case.values, "sent"))
    person = picture.around.everybody[0]
    yield approval_card(picture, person)
    yield told_card(picture, person)
    for verdict in picture.lanes:
        more = tuple(help_with(picture, verdict, on_card=on_card(picture, verdict)))
        yield with_line(Form("More help", more, "", ""), picture.book)
        yield with_line(Form("Why?", tuple(why(picture, verdict, FRIDAY.date())), "", ""), picture.book)


@pytest.mark.timeout(300)  # a busy machine; alone it is done in a fraction of that
@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_every_screen_and_every_outcome_of_a_book(picture: Picture, path: Path) -> None:
    book, shown = book_in(path), Shown()
    for screen in book.screens:
        asked = tuple(question for question in book.questions if question.screen == screen.id)
        shown.take(again_card(answered(picture, book, {}), screen, asked))
    for now in on_the_way(picture, book):
        shown.take(*drawn_from(now))

    assert wrong_with(shown) == []
    assert len(shown.cards) > len(book.screens) + len(book.outcomes)
    assert len(shown.forms) > len(book.outcomes)


def test_what_is_shown_where_there_is_no_consultation(picture: Picture) -> None:
    book, shown = picture.book, Shown()
    text, event = book.emergency, Event("", Who("teams", "t", "u"), "answer", carry={"c": "1", "v": "2"})
    shown.take(
        *(emergency.emergency_card(book, asked_by_words=where) for where in ("", "message", "form")),
        emergency.emergency_card(book, carry={"c": "1", "v": "2", "q": text.question, "a": text.values[0]}),
        emergency.unrecorded_card(book),
        emergency.unrecorded_card(book, (Number("Lead", "01632 960001", "By day"),), event),
        emergency.emergency_only_card(book, ["the numbers of an area", "who is the lead"]),
        notices.plain(book, "This button is from an older version", "Open the home page."),
        notices.elsewhere(book),
        notices.stranger(book),
        notices.not_kept(book, ("Take the number out.", "Tick who it is about.")),
        hidden_card(picture.case, "approval", text.line),
        hidden_card(picture.case, "look", text.line),
        render.corrections({"what": "Take the number out."}),
    )

    assert wrong_with(shown) == []


@pytest.mark.timeout(300)  # a busy machine; alone it is done in a fraction of that
def test_whatever_is_answered_when_everything_is_pressed_once(world: World) -> None:
    shown, choose = Shown(), Random(7)
    village = Recorded(world.file, world.keys, world.books, world.walls)
    village.shown = shown
    try:
        for account in (account for _, accounts in sorted(village.accounts.items()) for account in accounts):
            village.sends(account, "home", {})
        # First what leads on; only then what ends a consultation, or closes somebody's account.
        for but in (ENDS, ENDS, ENDS, ()):
            _press_everything_once(village, choose, but)
            village.wait(30)
            village.post()
        shown.take(*(card for _, card in village.cards))
        shown.take(*(card for wall in village.walls.values() for card in wall.hanging.values()))
    finally:
        village.close()

    assert wrong_with(shown) == []
    assert len(shown.actions) >= 50, sorted(shown.actions)
    assert len({form.title for form in shown.forms.values()}) >= 15


def _press_everything_once(village: Recorded, choose: Random, but: Collection[str]) -> None:
    """One button of each action for as long as there is one that was not pressed yet."""
    while fresh := [each for each in village.offered(but=tuple(but)) if not village.shown.actions[each.button.action]]:
        village.presses(choose.choice(fresh), choose)
