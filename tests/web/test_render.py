"""Cards and forms as HTML: every block, nothing unescaped, the danger line first."""

from __future__ import annotations

from dataclasses import replace

import pytest
from markupsafe import Markup

from bot.cards import (
    Block,
    Button,
    Buttons,
    Card,
    Choice,
    Confirm,
    Facts,
    Field,
    Form,
    Heading,
    Image,
    More,
    Notice,
    Number,
    Numbers,
    Pick,
    Points,
    Progress,
    Quote,
    Say,
    Small,
    Text,
    Ticks,
)
from bot.channels.web.inputs import Slip
from bot.channels.web.render import article, dialog, mark
from tests.web.conftest import words
from tests.web.samples import DANGER, FORM, OUTCOME, QUESTION

SLIP = Slip(person="amina", token="the-token", delivery="delivery-1", message="m1")
HOSTILE = "\"'><script>alert(1)</script>&{0}{title}%s"


class Drawn:
    def png(self) -> bytes:
        raise AssertionError("a renderer draws nothing")


def drawn(*blocks: Block) -> Markup:
    return article(Card("Title", blocks), SLIP)


@pytest.mark.parametrize(
    ("block", "said"),
    [
        (Heading("A heading"), "A heading"),
        (Say("A paragraph"), "A paragraph"),
        (Say("Why we ask", quiet=True), "Why we ask"),
        (Points(("First", "Second")), "First Second"),
        (Points(("First", "Second"), numbered=True), "First Second"),
        (Quote("I am worried about a child."), "I am worried about a child. Copy these words"),
        (Notice("Read this"), "Read this"),
        (Notice("Sent", "done"), "Done. Sent"),
        (Notice("Mind this", "warning"), "Take care. Mind this"),
        (Notice("Tell nobody", "stop"), "Stop. Tell nobody"),
        (Facts((("Case", "LC-1"), ("To", "Council"))), "Case LC-1 To Council"),
        (Numbers((Number("Council", "020 7946 0112", "Nights"),)), "Council 020 7946 0112 Nights"),
        (Buttons((Button("Go on", "go"),)), "Go on"),
        (Ticks("t", "Which?", (Choice("a", "This"),)), "Which? Tick all that apply. This"),
        (Ticks("t", "Which?", (Choice("a", "This", "So."),)), "Which? Tick all that apply. This So."),
        (
            Ticks("t", "Which?", (Choice("a", "This", "So."),), unsure=True),
            "Which? Press Yes or Not sure. This So. Yes Not sure",
        ),
        (
            Pick("p", "Which one?", (Choice("a", "This"), Choice("b", "That")), hint="Choose"),
            "Which one? Choose This That",
        ),
        (Pick("p", "Which one?", (Choice("a", "This", "So."), Choice("b", "That"))), "Which one? This So. That"),
        (Progress(3, 8), "Step 3 of about 8"),
        (Image("Twelve weeks", "23 Nov: 4.", Drawn()), "Twelve weeks 23 Nov: 4."),
        (Image("Twelve weeks", "23 Nov: 4.", Drawn(), "Stripes: several.", b"png"), "Twelve weeks Stripes: several."),
        (More("Details", (Say("Inside"), Small("Print"))), "Details Inside Print"),
        (Small("Clause 4.1"), "Clause 4.1"),
    ],
)
def test_every_block_says_its_words(block: Block, said: str) -> None:
    assert words(drawn(block)).endswith(f"Title {said}")


@pytest.mark.parametrize(
    "block",
    [
        Heading(HOSTILE),
        Say(HOSTILE),
        Points((HOSTILE,)),
        Quote(HOSTILE),
        Notice(HOSTILE, "stop"),
        Facts(((HOSTILE, HOSTILE),)),
        Numbers((Number(HOSTILE, HOSTILE, HOSTILE),)),
        Buttons((Button(HOSTILE, HOSTILE, {HOSTILE: HOSTILE}, hint=HOSTILE),)),
        Ticks(HOSTILE, HOSTILE, (Choice(HOSTILE, HOSTILE, HOSTILE),), unsure=True),
        Ticks(HOSTILE, HOSTILE, (Choice(HOSTILE, HOSTILE, HOSTILE),)),
        Pick(HOSTILE, HOSTILE, (Choice(HOSTILE, HOSTILE, HOSTILE),), hint=HOSTILE),
        Pick(HOSTILE, HOSTILE, (Choice(HOSTILE, HOSTILE),) * 9, hint=HOSTILE),
        More(HOSTILE, (Say(HOSTILE),)),
        Small(HOSTILE),
    ],
)
def test_no_block_lets_markup_through(block: Block) -> None:
    page = drawn(block)

    assert "<script" not in page
    assert "'><" not in page


@pytest.mark.parametrize(
    "field",
    [
        Text(HOSTILE, HOSTILE, HOSTILE, value=HOSTILE),
        Text(HOSTILE, HOSTILE, HOSTILE, value=HOSTILE, long=True),
        Confirm(HOSTILE, HOSTILE),
    ],
)
def test_no_field_lets_markup_through(field: Field) -> None:
    page = dialog(Form(HOSTILE, (field,), HOSTILE, HOSTILE, {HOSTILE: HOSTILE}, HOSTILE), SLIP)

    assert "<script" not in page


def test_what_the_page_itself_says_cannot_be_used_as_markup() -> None:
    page = article(replace(QUESTION, title=HOSTILE, danger=HOSTILE), Slip(HOSTILE, HOSTILE, "d", HOSTILE))

    assert "<script" not in page


def test_the_danger_line_comes_before_the_title_and_rings() -> None:
    page = article(OUTCOME, SLIP)

    assert words(page).startswith(DANGER.replace("999.", "999 ."))
    assert page.index('<a href="tel:999">999</a>') < page.index("<h3")


def test_a_form_carries_the_danger_line_first() -> None:
    page = dialog(FORM, SLIP)

    assert page.index('class="danger"') < page.index("<form")


def test_the_emergency_cards_title_is_the_first_thing_after_the_danger_line() -> None:
    page = article(Card("Are you safe?", (), danger="Ring 999.", weight="stop"), SLIP)

    assert words(page) == "Ring 999 . Are you safe?"


def test_a_telephone_number_rings_and_words_do_not() -> None:
    page = drawn(
        Numbers((Number("Council", "+44 20 7946 0112"), Number("Lead", "ask your lead"), Number("Text", "text 999")))
    )

    assert page.count("tel:") == 1
    assert 'href="tel:+442079460112"' in page


def test_each_number_of_a_route_rings() -> None:
    page = drawn(
        Numbers((Number("Council", "01632 960101 by day, 01632 960102 at night"), Number("Silent", "999, then 55")))
    )

    assert 'href="tel:01632960101">01632 960101</a> by day' in page
    assert 'href="tel:01632960102"' in page
    assert 'href="tel:999">999</a>, then 55' in page


def test_a_number_in_a_step_rings() -> None:
    assert 'href="tel:116123">116 123</a>' in drawn(Points(("Ring Samaritans, 116 123.",)))


def test_a_form_that_is_only_read_has_nothing_to_send() -> None:
    page = dialog(Form("Why?", (Heading("The law"), Say("It lets us."), Small("Section 1")), "", ""), SLIP)

    assert "tone-main" not in page
    assert ">Close</button>" in page


def test_a_number_inside_another_is_not_an_emergency_number() -> None:
    assert "tel:" not in drawn(Points(("Case LC-999", "Ring 9990", "1112")))


def test_an_unsure_tick_is_two_named_boxes_and_only_one_is_set() -> None:
    choices = (Choice("child", "A child"), Choice("adult", "An adult"))
    page = drawn(Ticks("t", "Who?", choices, chosen=("child", "adult"), unsure=True, unsure_chosen=("adult",)))

    assert 'value="child" aria-label="Yes: A child" checked' in page
    assert 'name="choice.t.unsure" value="adult" aria-label="Not sure: An adult" checked' in page
    assert page.count("checked") == 2


def test_a_long_list_to_pick_from_is_a_drop_down() -> None:
    page = drawn(Pick("p", "Which?", tuple(Choice(str(n), f"Number {n}") for n in range(8)), chosen="3"))

    assert '<option value="3" selected>' in page
    assert "radio" not in page


@pytest.mark.parametrize(
    ("hint", "read"), [("to step 2", "Go on, to step 2"), ("Is that so? Go on", "Is that so? Go on")]
)
def test_a_buttons_hint_is_read_out_with_its_label_said_once(hint: str, read: str) -> None:
    assert f'aria-label="{read}">Go on</button>' in drawn(Buttons((Button("Go on", "go", hint=hint),)))


def test_enter_on_a_tick_presses_no_button() -> None:
    page = article(QUESTION, SLIP)

    assert page.index('<button type="submit" hidden>') < page.index('name="press"')


def test_a_weight_is_not_said_twice() -> None:
    assert words(drawn(Notice("Done: sent to Tom", "done"))) == "Title Done: sent to Tom"


def test_the_mark_changes_with_the_card_and_only_with_it() -> None:
    assert mark(QUESTION) == mark(replace(QUESTION))
    assert mark(QUESTION) != mark(replace(QUESTION, title="Another"))


def test_a_picture_is_in_the_page_and_says_its_words_to_whoever_sees_none() -> None:
    page = str(drawn(Image(f"1{HOSTILE}", f"2{HOSTILE}", Drawn(), f"3{HOSTILE}", b"\x89PNG")))

    assert '<img src="data:image/png;base64,iVBORw==" alt="2&#34;' in page
    assert "<script>" not in page
