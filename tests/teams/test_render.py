"""Cards and forms as Adaptive Cards: the 999 line first, every word shown as a word, and nothing Teams would refuse."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
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
from bot.channels.teams import render, words
from tests.teams.connector.cards import elements, problems
from tests.teams.connector.reading import beginning, buttons, inputs, seen, ways_back
from tests.teams.schema import faults, whole_faults

Json = dict[str, Any]

DANGER = "Someone in danger now? Ring 999. Don't wait for this bot or for approval."
NASTY = "*bold* _it_ `code` [a](http://b.invalid) &amp; <b>b</b> ~no~ {{DATE(2026-11-23T00:00:00Z)}}"
FIXED_COLOURS = ("backgroundImage", "iconUrl", "url")


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

FORM = Form(
    "Write it down",
    (
        Say("Please write no names."),
        Text("what", "What?", hint="Short", limit=300, long=True, value="begun"),
        Text("more", "More?", required=False),
        Text("pin", "Your PIN", "Six digits, no spaces.", 12),
        Pick("how", "How?", many(20), required=False),
        Pick("where", "Where?", many(2)),
        Ticks("who", "Who knows?", many(3), required=True),
        Confirm("talked", "I have talked it over"),
        Notice("This goes to the lead.", "info"),
        Facts((("Case", "AB-12"),)),
        Numbers((Number("Lead", "01632 960001"),)),
        Points(("one",), numbered=True),
    ),
    "Send it",
    "record",
    {"case": "7"},
    danger=DANGER,
)


def text_of(drawn: Json) -> str:
    return seen(drawn, beginning(drawn))


def block(each: Block) -> list[Json]:
    """What one block is drawn as."""
    drawn: list[Json] = render.card(Card("", (each,)))["body"]
    return drawn


def submit_of(drawn: Json) -> Json:
    return next(action for label, action in buttons(drawn) if label not in ways_back(drawn))


def test_teams_would_take_every_kind_of_block_and_field() -> None:
    for drawn in (
        render.card(FULL),
        render.card(FULL, back=True, kept={"a": ("b",)}),
        render.bare(FULL),
        render.form(FORM),
    ):
        assert faults(drawn) == problems(drawn) == []


def test_the_schema_held_to_piece_by_piece_says_no_less_than_the_whole() -> None:
    drawn = render.card(Card("T", (Say("x"), Facts((("a", "b"),)), Buttons((Button("Go", "go"),))), danger=DANGER))
    assert whole_faults(drawn) == faults(drawn) == []

    for place, name, value in ((1, "size", "Huge"), (2, "colour", "red"), (3, "facts", "none"), (4, "actions", [{}])):
        broken = json.loads(json.dumps(drawn))
        broken["body"][place][name] = value

        assert whole_faults(broken)
        assert faults(broken)


def test_the_999_line_is_first_whatever_stands_in_the_card() -> None:
    short = Card("T", (Notice("x", "stop"),), danger=DANGER)
    for drawn in (render.card(FULL), render.card(short), render.card(short, back=True), render.form(FORM)):
        first = drawn["body"][0]

        assert first["style"] == "attention"
        assert "[999](tel:999)" in first["items"][0]["text"]
        assert text_of({"body": [first]}) == DANGER
    assert render.bare(FULL)["body"][0]["text"] == DANGER


def test_everything_is_said() -> None:
    text = text_of(render.card(FULL))

    for said in (
        "# Is somebody in danger?",
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
        "(x) Choice 1",
        "The nearest",
    ):
        assert said in text


def test_whoever_cannot_see_a_card_hears_the_danger_line_and_the_title() -> None:
    drawn = render.card(FULL)

    assert drawn["speak"] == f"{DANGER} Is somebody in danger?"
    assert drawn["fallbackText"].startswith(f"{DANGER} Is somebody in danger? ")
    headings = [each for each in elements(drawn) if each.get("style") == "heading"]
    assert [each["text"] for each in headings] == ["Is somebody in danger?", "Why we ask"]


def test_every_input_has_a_label_and_every_id_is_there_once() -> None:
    for drawn in (render.card(FULL), render.form(FORM)):
        assert all(each.get("label") or each["title"] for each in inputs(drawn))
        ids = [each["id"] for each in elements(drawn) if "id" in each]
        assert len(ids) == len(set(ids))


def test_no_colour_is_fixed_so_that_a_card_can_be_read_in_dark_mode() -> None:
    for drawn in (render.card(FULL), render.form(FORM, errors={"what": "Too long."})):
        for each in elements(drawn):
            assert not set(each) & set(FIXED_COLOURS)
            assert each.get("color", "Default") in ("Default", "Attention")


def test_a_number_of_digits_can_be_tapped_and_words_cannot() -> None:
    drawn = block(Numbers((Number("Lead", "01632 960001"), Number("Trustee", "ask Sam"))))

    assert drawn[0]["text"] == "Lead: [01632 960001](tel:01632960001)"
    assert drawn[1]["text"] == "Trustee: ask Sam"


def test_each_number_of_a_route_can_be_tapped_and_one_to_text_cannot() -> None:
    routes = (Number("Council", "01632 960101 by day, 101 at night"), Number("Text", "999 by text"))
    drawn = block(Numbers(routes))

    assert drawn[0]["text"] == "Council: [01632 960101](tel:01632960101) by day, [101](tel:101) at night"
    assert drawn[1]["text"] == "Text: 999 by text"


@pytest.mark.parametrize(
    "each",
    [
        Heading(NASTY),
        Say(NASTY),
        Quote(NASTY),
        Notice(NASTY, "stop"),
        Points((NASTY,)),
        Facts(((NASTY, NASTY),)),
        Numbers((Number(NASTY, NASTY, NASTY),)),
        Link(NASTY, ADDRESS),
        Link("Open it", NASTY),
        Small(NASTY),
        Say("# a heading"),
        Say("- a list"),
        Say("1. a list"),
    ],
)
def test_nothing_in_a_card_is_read_as_markup(each: Block) -> None:
    drawn = {"body": block(each)}

    assert [one for one in elements(drawn) if one["type"] in ("TextBlock", "FactSet")] == []
    said = each.text if isinstance(each, Say) else NASTY
    assert said in text_of(drawn)


def test_a_line_that_ends_is_a_line_of_its_own() -> None:
    drawn = block(Say("One.\n\nTwo.\n"))

    assert [(each["text"], each["spacing"]) for each in drawn] == [("One.", "Default"), ("Two.", "None")]


def test_long_guidance_is_never_cut() -> None:
    guidance = " ".join(f"word{n}" for n in range(1500))

    assert guidance in text_of(render.card(Card("T", (Say(guidance),))))


def test_one_press_is_one_action_whether_it_is_executed_or_submitted() -> None:
    [(_, drawn)] = buttons(render.card(Card("", (Buttons((Button("Yes", "answer", {"v": "yes"}, "main"),)),))))

    assert (drawn["type"], drawn["verb"], drawn["style"]) == ("Action.Execute", "answer", "positive")
    assert drawn["fallback"]["type"] == "Action.Submit"
    assert drawn["fallback"]["data"] == drawn["data"] == {"confer": {"a": "answer", "c": {"v": "yes"}}}
    assert drawn["fallback"]["title"] == drawn["title"] == "Yes"


def test_a_hint_is_read_with_its_button() -> None:
    [(_, drawn)] = buttons(render.card(Card("", (Buttons((Button("Open", "open", hint="Open AB-12"),)),))))

    assert drawn["tooltip"] == "Open AB-12"


def test_as_many_buttons_stand_in_a_row_as_a_phone_shows_whole() -> None:
    labels = ("Yes", "No", "Not sure", "Pause", "Not now, but within hours", "My answers")
    drawn = block(Buttons(tuple(Button(label, "answer", {"v": label}) for label in labels)))

    assert [[each["title"] for each in row["actions"]] for row in drawn] == [
        ["Yes", "No", "Not sure"],
        ["Pause"],
        ["Not now, but within hours"],
        ["My answers"],
    ]


def test_detail_is_folded_and_one_press_away() -> None:
    opens, folded = block(More("What the law says", (Say("A section."),)))

    assert folded["isVisible"] is False
    assert opens["actions"] == [
        {"type": "Action.ToggleVisibility", "title": "What the law says", "targetElements": [folded["id"]]}
    ]
    two = render.card(Card("", (More("One", (Say("a"),)), More("Two", (Say("b"),)))))
    assert problems(two) == []


def test_nothing_that_is_empty_holds_a_press_up() -> None:
    """On an iPhone it would also hold "Go back" up: the core asks for what is missing, beside its field."""
    card = Card("", (Pick("p", "Which?", many(3)), Ticks("t", "What?", many(2), required=True)))

    for drawn in (render.card(card), render.bare(card), render.form(FORM)):
        assert not any(each.get("isRequired") for each in elements(drawn))


def test_a_form_has_a_way_back_that_sends_nothing_and_names_what_may_stay_empty() -> None:
    drawn = render.form(FORM)

    assert [label for label, _ in buttons(drawn)] == ["Send it", "Go back"]
    assert ways_back(drawn) == ["Go back"]
    assert "More? (optional):" in text_of(drawn)


def test_what_stands_in_a_cards_place_ends_with_the_way_back_for_which_nothing_has_to_be_filled_in() -> None:
    drawn = render.card(FULL, back=True, kept={"signs": ("v1",)})

    assert list(buttons(drawn))[-1][0] == "Back to your card"
    assert ways_back(drawn) == ["Back to your card"]
    assert list(buttons(drawn))[-1][1]["data"] == {"confer": {"a": "teams.back", "k": {"signs": ["v1"]}}}
    assert ways_back(render.card(FULL)) == []


def test_a_form_that_is_only_read_has_one_button() -> None:
    drawn = render.form(Form("Why?", (Say("Because."),), "", ""))

    assert [label for label, _ in buttons(drawn)] == ["Close"]
    assert faults(drawn) == problems(drawn) == []


def test_a_form_that_could_not_be_taken_says_what_to_change_right_above_it_and_keeps_what_was_typed() -> None:
    typed = {"what": ("ring 07700 900123",), "who": ("v0", "v2"), "talked": ("yes",), "pin": ("123456",)}

    drawn = render.form(FORM, filled=typed, errors={"what": "Take the number out.", "other": "And this."})

    lines = text_of(drawn).splitlines()
    assert lines[lines.index("What?:") - 1] == "Please change: Take the number out."
    assert "Not sent yet. And this." in lines
    held = {each["id"]: each.get("value") for each in inputs(drawn)}
    assert held == {
        "what": "ring 07700 900123",
        "more": None,
        "pin": None,
        "how": None,
        "where": None,
        "who:many": "v0,v2",
        "talked": "yes",
    }
    assert "900123" not in json.dumps([action["data"] for _, action in buttons(drawn)])
    assert faults(drawn) == problems(drawn) == []


def test_what_somebody_emptied_stays_empty_when_the_form_comes_back() -> None:
    drawn = render.form(FORM, filled={}, errors={"what": "Please write a few words here."})

    assert all(not each.get("value") for each in inputs(drawn))


def test_what_was_ticked_on_the_card_is_there_again_after_going_back() -> None:
    drawn = render.card(FULL, filled={"signs": ("v3",), "signs.unsure": ("v4",), "place": ("v2",)})

    held = {each["id"]: each.get("value") for each in inputs(drawn)}
    assert held == {"signs:many": "v3", "signs.unsure:many": "v4", "place": "v2", "town": None}
    assert render.card(FULL, filled={}) == render.card(FULL)


def test_what_a_choice_means_stands_behind_it() -> None:
    choices = (Choice("a", "Something online", "Also pictures."), Choice("b", "Really?", "Yes."), Choice("c", "None"))
    [boxes] = block(Ticks("t", "Mark", choices))

    assert [each["title"] for each in boxes["choices"]] == ["Something online. Also pictures.", "Really? Yes.", "None"]


def test_a_list_with_long_lines_is_seen_whole_and_a_long_list_of_short_ones_is_a_menu() -> None:
    long = tuple(Choice(f"v{n}", f"{n} " + "words " * 12) for n in range(9))

    assert block(Pick("p", "Which?", long))[0]["style"] == "expanded"
    assert block(Pick("p", "Which?", many(9)))[0]["style"] == "compact"
    assert block(Pick("p", "Which?", many(3), required=False))[0]["style"] == "compact"


def lanes(n: int, words: int) -> Card:
    """A card with so many lanes; each has everything, and so many words of advice."""
    blocks: list[Block] = []
    for each in range(n):
        blocks += [Heading(f"Lane {each}"), Notice(f"Stop: not like this {each}.", "stop")]
        blocks += [Points((f"Step {each}",), numbered=True), Say(f"Advice {each} " + "word " * words)]
        blocks += [Facts(((f"Fact {each}", "x"),)), Numbers((Number(f"Office {each}", "01632 960001"),))]
        blocks += [Buttons((Button(f"Help {each}", "more", {"l": str(each)}),)), Small(f"Policy {each}.")]
    return Card("What to do now", tuple(blocks), danger=DANGER)


def test_a_card_too_long_for_teams_gives_up_an_old_teams_first_then_small_print_and_details() -> None:
    def drawn_at(words: int) -> tuple[Json, str]:
        drawn = render.card(lanes(12, words))
        return drawn, text_of(drawn)

    whole, _ = drawn_at(200)
    without_fallback, all_said = drawn_at(240)
    cut, said = drawn_at(260)

    assert all("fallback" in action for _, action in buttons(whole))
    assert not any("fallback" in action for _, action in buttons(without_fallback))
    assert "not shown" not in all_said
    assert "not shown" in said
    assert "Policy 11." not in said
    assert "Advice 11" in said
    for drawn in (whole, without_fallback, cut):
        assert render.size(drawn) <= render.LIMIT
        assert faults(drawn) == []


def test_however_long_a_card_is_its_999_line_its_notices_and_its_buttons_stay() -> None:
    for drawn in (render.card(lanes(30, 400)), render.bare(lanes(30, 400))):
        text = text_of(drawn)

        assert render.size(drawn) <= render.LIMIT
        assert text.startswith(DANGER)
        assert all(f"[Help {n}]" in text and f"Stop: not like this {n}." in text for n in range(30))
        assert "Some of this card is not shown" in text


def test_a_form_too_long_to_be_remembered_is_still_asked() -> None:
    said = (Notice("Mind this. " * 20) for _ in range(60))
    form = Form("Long", (*said, Text("what", "What?")), "Go", "go", danger=DANGER)

    drawn = render.form(form)

    assert render.size(drawn) <= render.LIMIT
    assert submit_of(drawn)["data"] == {"confer": {"a": "go", "f": None, "w": ["what"], "d": DANGER}}
    assert [each["id"] for each in inputs(drawn)] == ["what"]


def test_what_to_change_is_said_below_the_999_line_also_where_the_form_cannot_be_drawn_again() -> None:
    drawn = render.card(render.corrections({"what": "Take the number out."}, DANGER), back=True)

    assert text_of(drawn).startswith(DANGER)
    assert "Take the number out." in text_of(drawn)


def test_a_card_in_the_simplest_elements_says_and_asks_the_same() -> None:
    drawn, bare = render.card(FULL), render.bare(FULL)

    assert [each["id"] for each in inputs(bare)] == [each["id"] for each in inputs(drawn)]
    assert [label for label, _ in buttons(bare)] == [label for label, _ in buttons(drawn)]
    assert {each["type"] for each in bare["body"]} == {"TextBlock", "ActionSet", "Input.ChoiceSet"}
    for line in text_of(drawn).replace("# ", "").splitlines():
        assert line in text_of(bare)


WORDS = st.text(min_size=1, max_size=300).filter(str.strip)
CHOICES = st.lists(WORDS, min_size=1, max_size=30).map(
    lambda labels: tuple(Choice(f"v{n}", label) for n, label in enumerate(labels))
)
TEXTS: st.SearchStrategy[Plain] = st.one_of(
    st.builds(Heading, WORDS),
    st.builds(Say, WORDS, st.booleans()),
    st.builds(Points, st.lists(WORDS, min_size=1, max_size=10).map(tuple), st.booleans()),
    st.builds(Quote, WORDS),
    st.builds(Notice, WORDS, st.sampled_from(["info", "done", "warning", "stop"])),
    st.builds(Facts, st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=9).map(tuple)),
    st.builds(Numbers, st.lists(st.builds(Number, WORDS, WORDS, WORDS), min_size=1, max_size=9).map(tuple)),
    st.builds(Small, WORDS),
)
BUTTON = st.builds(Button, WORDS, st.just("answer"), st.just({"v": "1"}), st.sampled_from(["plain", "main", "danger"]))


@settings(max_examples=25, deadline=None)  # holding one to the schema takes longer than drawing a hundred
@given(
    st.lists(TEXTS, max_size=12), st.lists(BUTTON, max_size=12), CHOICES, st.text(max_size=200), st.text(max_size=90)
)
def test_no_card_can_be_drawn_that_teams_would_refuse(
    texts: Sequence[Plain], pressed: Sequence[Button], choices: tuple[Choice, ...], title: str, danger: str
) -> None:
    asked = (Ticks("t", "Ticks", choices, unsure=True), Pick("p", "Pick", choices, chosen="v0"))
    row = (Buttons(tuple(pressed)),) if pressed else ()
    card = Card(title, (*texts, *asked, *row, More("More", tuple(texts))), danger=danger)

    for drawn in (render.card(card), render.bare(card)):
        assert faults(drawn) == []
        assert [each for each in problems(drawn) if "older Teams" not in each] == []
        assert len(list(buttons(drawn))) == len(pressed)
        assert render.size(drawn) <= render.LIMIT


def test_a_link_to_tap_is_taken_out_again_where_it_is_read() -> None:
    assert words.unlinked("Ring [999](tel:999) or [0800 1111](tel:08001111).") == "Ring 999 or 0800 1111."
