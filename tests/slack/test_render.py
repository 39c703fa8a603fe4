"""Cards and forms as Block Kit: the 999 line first, every word shown as a word, and nothing Slack would refuse."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards import (
    Block,
    Button,
    Buttons,
    Card,
    Choice,
    Confirm,
    Facts,
    Form,
    Heading,
    Link,
    More,
    Notice,
    Number,
    Numbers,
    Pick,
    Plain,
    Points,
    Progress,
    Quote,
    Say,
    Small,
    Text,
    Ticks,
)
from bot.channels.slack import render
from tests.slack.desk import DANGER
from tests.slack.workspace.blocks import problems, view_problems
from tests.slack.workspace.reading import seen

NASTY = "*bold* _it_ `code` <!channel> <@U1> &amp; :fire: ~no~"


def many(n: int, words: str = "Choice") -> tuple[Choice, ...]:
    return tuple(Choice(f"v{i}", f"{words} {i}") for i in range(n))


ADDRESS = "https://confer.invented/paper/a-b_c"
FULL = Card(
    "Is somebody in danger?",
    (
        Progress(2, 6),
        Heading("Why we ask"),
        Say("It decides who may be told."),
        Say("You can change this later.", quiet=True),
        Points(("Stay calm", "Ring the lead"), numbered=True),
        Points(("One", "Two")),
        Quote("I am worried about a child."),
        Notice("Do not tell the family yet.", "warning"),
        Facts((("Case", "AB-12"), ("Ground", "Serious harm"))),
        Numbers((Number("Police", "999"), Number("Lead", "01632 960001", "until ten"), Number("Trustee", "ask Sam"))),
        Link("Open the paper", ADDRESS),
        Ticks("signs", "What have you seen?", many(12), chosen=("v1",), unsure=True, unsure_chosen=("v2",)),
        Pick("place", "Where?", many(3), chosen="v1"),
        Pick("town", "Which town?", many(150), hint="The nearest"),
        More("What the law says", (Say("A section."), Points(("a", "b")))),
        Buttons((Button("Yes", "answer", {"v": "yes"}, "main"), Button("No", "answer", {"v": "no"}, hint="No danger"))),
        Buttons((Button("Stop", "withdraw", tone="danger"),)),
        Small("2.1, 2.2 · rules of 3 May"),
    ),
    danger=DANGER,
)


def text_of(blocks: list[dict[str, Any]]) -> str:
    return seen(blocks, {})


def test_slack_would_take_every_kind_of_block() -> None:
    assert problems(render.blocks(FULL)) == []
    assert view_problems(render.home(FULL)) == []


def test_the_999_line_is_first_whatever_stands_in_the_card() -> None:
    for card in (FULL, Card("T", (Notice("x", "stop"),), danger=DANGER)):
        first = render.blocks(card)[0]

        assert text_of([first]) == DANGER
        assert "<tel:999|999>" in first["text"]["text"]
        assert render.bare(card)[0] == first


def test_everything_is_said() -> None:
    text = text_of(render.blocks(FULL))

    for words in (
        "Step 2 of about 6",
        "1. Stay calm\n2. Ring the lead",
        "• One",
        "I am worried about a child.",
        "Take care. Do not tell the family yet.",
        "Case: AB-12",
        "Lead: 01632 960001\nuntil ten",
        "Trustee: ask Sam",
        "What the law says",
        "[Yes]  [No]",
    ):
        assert words in text


def test_a_number_of_digits_can_be_tapped_and_words_cannot() -> None:
    [drawn] = render.blocks(Card("", (Numbers((Number("Lead", "01632 960001"), Number("Trustee", "ask Sam"))),)))

    assert "<tel:01632960001|01632 960001>" in drawn["text"]["text"]
    assert drawn["text"]["text"].count("tel:") == 1


def test_each_number_of_a_route_can_be_tapped_and_one_to_text_cannot() -> None:
    routes = (Number("Council", "01632 960101 by day, 101 at night"), Number("Text", "999 by text"))
    [drawn] = render.blocks(Card("", (Numbers(routes),)))

    assert "<tel:01632960101|01632 960101> by day, <tel:101|101> at night" in drawn["text"]["text"]
    assert "*Text:* 999 by text" in drawn["text"]["text"]


def test_numbers_with_notes_stand_apart_and_others_are_a_line_each() -> None:
    noted = (
        Number("Police", "999", "Danger now"),
        Number("Lead", "ask Sam"),
        Number("Deaf callers", "18000", "By relay"),
    )
    [one], [other] = (render.blocks(Card("", (Numbers(rows),))) for rows in (noted, noted[1:2] * 2))

    assert one["text"]["text"] == (
        "*Police:* <tel:999|999>\nDanger now\n\n*Lead:* ask Sam\n\n*Deaf callers:* <tel:18000|18000>\nBy relay"
    )
    assert other["text"]["text"] == "*Lead:* ask Sam\n*Lead:* ask Sam"


@pytest.mark.parametrize(
    "block",
    [
        Heading(NASTY),
        Say(NASTY),
        Notice(NASTY, "stop"),
        Points((NASTY,)),
        Facts(((NASTY, NASTY),)),
        Numbers((Number(NASTY, NASTY, NASTY),)),
        Small(NASTY),
    ],
)
def test_nothing_in_a_card_is_read_as_markup(block: Block) -> None:
    [drawn] = render.blocks(Card("", (block,)))

    text = drawn["text"] if "text" in drawn else drawn["elements"][0]
    assert text["type"] == "plain_text"
    assert NASTY in text["text"]
    assert text["emoji"] is False


def test_only_an_address_of_ours_is_made_a_link_and_its_words_are_no_markup() -> None:
    [link] = render.blocks(Card("", (Link("Open <it>", ADDRESS),)))
    [plain] = render.blocks(Card("", (Link("Open it", "javascript:alert(1)"),)))

    assert link["text"] == {"type": "mrkdwn", "text": f"<{ADDRESS}|Open &lt;it&gt;>", "verbatim": True}
    assert plain["text"]["type"] == "plain_text"


def test_words_to_read_out_stand_alone_and_are_not_read_as_markup() -> None:
    [drawn] = render.blocks(Card("", (Quote(NASTY),)))

    [said] = drawn["elements"]
    assert said == {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": NASTY}]}
    assert render.bare(Card("", (Quote(NASTY),)))[0]["text"] == {"type": "plain_text", "text": NASTY, "emoji": False}


def test_angle_brackets_and_ampersands_are_escaped_where_a_bold_word_helps() -> None:
    [drawn] = render.blocks(Card("", (Facts((("Who", "<!channel> & all"),)),)))

    assert drawn["text"]["text"] == "*Who:* &lt;!channel&gt; &amp; all"


def test_long_guidance_is_never_cut() -> None:
    guidance = " ".join(f"word{n}" for n in range(2000))

    text = text_of(render.blocks(Card("T", (Say(guidance),))))

    assert text.split()[2:] == guidance.split()


def test_a_card_too_long_for_slack_loses_details_before_text_and_never_a_button() -> None:
    details = More("The law", tuple(Say(f"Detail {n}") for n in range(60)))
    last = Buttons((Button("Go on", "next"),))
    folded = render.blocks(Card("T", (Say("Do this"), details, last), danger=DANGER))
    lines = tuple(block for n in range(40) for block in (Say(f"Line {n}"), Quote(f"Words {n}")))
    cut = render.blocks(Card("T", (*lines, last), danger=DANGER))

    assert problems(folded) == problems(cut) == []
    assert "Do this" in text_of(folded)
    assert "The law: too long to show in Slack." in text_of(folded)
    assert len(cut) == 50
    assert text_of(cut).startswith(DANGER)
    assert "[Go on]" in text_of(cut)
    assert "Some of this card is not shown" in text_of(cut)
    assert "Line 39" in text_of(cut)


def test_a_choice_too_long_for_an_option_is_written_out_in_full_above() -> None:
    long = "You may share this only if the person has said yes, in writing, to this person, for this one purpose, today"
    longer = f"{long}, and has not taken it back since, as far as anybody here can tell"
    drawn = render.blocks(Card("", (Pick("p", "Which?", (Choice("a", longer), Choice("b", "No"))),)))

    assert problems(drawn) == []
    assert longer in text_of(drawn[:1])
    two_lines = render.blocks(Card("", (Ticks("p", "Which?", (Choice("a", long),)),)))
    option = two_lines[0]["element"]["options"][0]
    assert f"{option['text']['text']} {option['description']['text']}" == long


def test_a_button_that_carries_too_much_is_our_own_fault_and_said() -> None:
    with pytest.raises(ValueError, match="more than a Slack button can hold"):
        render.blocks(Card("", (Buttons((Button("x", "y", {"z": "w" * 2000}),)),)))


def test_a_form_is_a_modal_slack_would_take() -> None:
    form = Form(
        "A title that is far too long for Slack",
        (
            Say("Please write no names."),
            Text("what", "What?", hint="Short", limit=300, long=True, value="begun"),
            Text("more", "More?", required=False),
            Pick("how", "How?", many(20), required=False),
            Ticks("who", "Who knows?", many(3), required=True),
            Confirm("talked", "I have talked it over"),
            Confirm("sure", "I am sure of this " * 12),
            Notice("This goes to the lead.", "info"),
            Facts((("Case", "AB-12"),)),
            Points(("one",)),
        ),
        "Send it to the lead at once",
        "record",
        {"case": "7"},
        danger=DANGER,
    )

    view = render.view(form, "D1", "1.1")

    assert view_problems({**view, "blocks": view["blocks"]}) == []
    assert text_of(view["blocks"][:1]) == DANGER
    assert json.loads(view["private_metadata"])["m"] == ["D1", "1.1"]
    optional = {each["block_id"]: each["optional"] for each in view["blocks"] if each["type"] == "input"}
    assert optional == {"what": False, "more": True, "how": True, "who": False, "talked": False, "sure": False}


WORDS = st.text(min_size=1, max_size=400).filter(str.strip)
CHOICES = st.lists(WORDS, min_size=1, max_size=130).map(
    lambda labels: tuple(Choice(f"v{n}", label) for n, label in enumerate(labels))
)
TEXTS: st.SearchStrategy[Plain | Link] = st.one_of(
    st.builds(Heading, WORDS),
    st.builds(Say, WORDS, st.booleans()),
    st.builds(Points, st.lists(WORDS, min_size=1, max_size=30).map(tuple), st.booleans()),
    st.builds(Quote, WORDS),
    st.builds(Notice, WORDS, st.sampled_from(["info", "done", "warning", "stop"])),
    st.builds(Facts, st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=25).map(tuple)),
    st.builds(Numbers, st.lists(st.builds(Number, WORDS, WORDS, WORDS), min_size=1, max_size=20).map(tuple)),
    st.builds(Small, WORDS),
    st.builds(Link, WORDS, st.sampled_from([ADDRESS, "https://x y", "javascript:alert(1)"])),
)
BUTTON = st.builds(Button, WORDS, st.just("answer"), st.just({"v": "1"}), st.sampled_from(["plain", "main", "danger"]))


@given(
    st.lists(TEXTS, max_size=70), st.lists(BUTTON, max_size=30), CHOICES, st.text(max_size=400), st.text(max_size=90)
)
def test_no_card_can_be_drawn_that_slack_would_refuse(
    texts: Sequence[Plain], buttons: Sequence[Button], choices: tuple[Choice, ...], title: str, danger: str
) -> None:
    asked = (Ticks("t", "Ticks", choices, unsure=True), Pick("p", "Pick", choices, chosen="v0"))
    row = (Buttons(tuple(buttons)),) if buttons else ()
    card = Card(title, (*texts, *asked, *row, More("More", tuple(texts))), danger=danger)

    for drawn in (render.blocks(card), render.bare(card)):
        assert problems(drawn) == []
        assert sum(len(block.get("elements", ())) for block in drawn if block["type"] == "actions") == len(buttons)
    assert view_problems(render.reading(card)) == []
    assert view_problems(render.home(card)) == []


def many_lanes(lanes: int) -> Card:
    """As long as a sent card gets: each lane with all it can have, and the last one with what must be read."""
    blocks: list[Block] = []
    for n in range(1, lanes + 1):
        blocks += [Heading(f"Lane {n}"), Notice(f"Stop: not like this {n}.", "stop")]
        blocks += [Notice(f"Nobody here could be told {n}."), Points((f"Step {n}",), numbered=True)]
        blocks += [Say(f"Advice {n}"), Quote(f"Words {n}"), Numbers((Number(f"Office {n}", "01632 960001"),))]
        blocks += [Buttons((Button(f"Help {n}", "more", {"l": str(n)}),)), Small(f"Policy {n}.")]
    blocks.append(Buttons((Button("Write it down", "record"),)))
    return Card("What to do now", tuple(blocks), danger=DANGER)


def test_a_card_too_long_for_slack_loses_small_print_first_and_never_a_notice_or_a_button() -> None:
    card = many_lanes(11)

    drawn = render.blocks(card)
    text = text_of(drawn)

    assert problems(drawn) == []
    assert text_of(drawn[:1]) == DANGER
    for n in range(1, 12):
        assert f"Lane {n}\nStop: not like this {n}.\nNobody here could be told {n}." in text
        assert f"1. Step {n}\nAdvice {n}" in text
        assert f"[Help {n}]" in text
    assert "[Write it down]" in text
    assert "Policy" not in text
    assert "Some of this card is not shown" in text


def test_what_is_only_put_together_to_fit_is_all_there_and_says_nothing_is_missing() -> None:
    card = many_lanes(6)

    drawn = render.blocks(card)
    text = text_of(drawn)

    assert len(drawn) <= render.MESSAGE_BLOCKS
    assert all(f"Office {n}: 01632 960001" in text and f"Policy {n}." in text for n in range(1, 7))
    assert "not shown" not in text


def test_rows_of_buttons_move_together_before_a_number_or_a_step_goes_and_then_say_what_they_are_about() -> None:
    blocks: list[Block] = []
    for n in range(1, 15):
        more = Button("More help", "more", {"l": str(n)}, hint=f"More help: lane {n}")
        blocks += [Heading(f"Lane {n}"), Points((f"Step {n}",)), Numbers((Number(f"Office {n}", "01632 960001"),))]
        blocks.append(Buttons((more,)))

    drawn = render.blocks(Card("What to do now", tuple(blocks), danger=DANGER))
    text = text_of(drawn)

    assert len(drawn) <= render.MESSAGE_BLOCKS
    assert problems(drawn) == []
    assert all(f"• Step {n}" in text and f"Office {n}: 01632 960001" in text for n in range(1, 15))
    assert text.count("[More help]") + text.count("[More help: lane ") == 14
    assert "[More help: lane 13]  [More help: lane 14]" in text


def test_a_card_in_plain_words_still_asks_and_links_999() -> None:
    drawn = render.bare(FULL)

    assert problems(drawn) == []
    assert [each["element"]["action_id"] for each in drawn if each["type"] == "input"] == [
        each["element"]["action_id"] for each in render.blocks(FULL) if each["type"] == "input"
    ]
    assert "<tel:999|999>" in drawn[0]["text"]["text"]


def test_a_card_in_plain_words_still_says_where_a_link_leads_and_repeats_no_number() -> None:
    drawn = render.bare(Card("", (Link("Open <the> paper", ADDRESS), Numbers((Number("Lead", "01632 960001"),)))))

    assert drawn[0]["text"]["text"] == f"Open <the> paper: {ADDRESS}\nLead: 01632 960001"


def test_a_form_too_long_for_slack_loses_words_and_never_what_is_to_be_filled_in() -> None:
    words = tuple(block for n in range(60) for block in (Say(f"Line {n}"), Quote(f"Words {n}"), Notice(f"Mind {n}.")))
    form = Form("Long", (*words, Ticks("who", "Who?", many(15)), Text("what", "What?")), "Go", "go", danger=DANGER)

    view = render.view(form, "D1", "1.1")

    assert view_problems(view) == []
    assert [each["block_id"] for each in view["blocks"] if each["type"] == "input"] == ["who", "who#2", "what"]
    assert text_of(view["blocks"][:1]) == DANGER


def test_however_long_a_card_is_its_999_line_and_its_buttons_stay() -> None:
    drawn = render.blocks(many_lanes(24))
    text = text_of(drawn)

    assert len(drawn) <= render.MESSAGE_BLOCKS
    assert text.startswith(DANGER)
    assert all(f"[Help {n}]" in text and f"Stop: not like this {n}." in text for n in range(1, 25))
    assert "[Write it down]" in text


def test_what_a_tick_means_stands_under_it_and_a_longer_word_in_small_print_above() -> None:
    long = "For example a very long way to say what this could mean, with one more example and another."
    choices = (Choice("a", "Something online", "Also pictures."), Choice("b", "Something else", long))

    drawn = render.blocks(
        Card("", (Ticks("kinds", "Mark all that fit.", (*choices, Choice("c", "None")), unsure=True),))
    )

    assert problems(drawn) == []
    small, boxes, unsure = drawn
    assert small["elements"][0]["text"] == f"Something else: {long}"
    assert [each.get("description", {}).get("text") for each in boxes["element"]["options"]] == [
        "Also pictures.",
        None,
        None,
    ]
    assert all("description" not in each for each in unsure["element"]["options"])


def test_a_tick_that_needs_its_second_line_for_itself_has_its_meaning_above() -> None:
    label = "A crime that somebody was forced to take part in, or a threat to the public, now or soon"

    small, boxes = render.blocks(Card("", (Ticks("kinds", "Mark", (Choice("a", label, "Also online."),)),)))

    assert small["elements"][0]["text"] == f"{label}: Also online."
    [option] = boxes["element"]["options"]
    assert f"{option['text']['text']} {option['description']['text']}" == label
