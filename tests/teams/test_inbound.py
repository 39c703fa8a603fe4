"""Activities of the connector as events; whatever else comes gets a reason, never an exception."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import cards
from bot.cards import (
    Button,
    Buttons,
    Card,
    Choice,
    Confirm,
    Facts,
    Field,
    Form,
    Heading,
    Notice,
    Number,
    Numbers,
    Pick,
    Points,
    Quote,
    Say,
    Small,
    Text,
    Ticks,
)
from bot.channels.teams import inbound, render
from bot.channels.teams.inbound import Heard, Refused
from bot.channels.teams.origin import Origin
from bot.channels.teams.references import Reference
from bot.events import Who
from tests.teams.connector.reading import beginning, buttons

Json = dict[str, Any]

TICKS = Ticks("signs", "What?", (Choice("a", "Arson"), Choice("b", "Burglary"), Choice("c", "Cheque")), unsure=True)
EVERY_FIELD = Form(
    "Everything",
    (
        Text("what", "What?", "A hint", 200, required=False, long=True, value="begun"),
        Text("plain", "Plain?"),
        Confirm("sure", "Sure", required=False),
        Pick("one", "Which?", (Choice("x", "X", "help"), Choice("y", "Y")), "y", required=False, hint="Choose"),
        Ticks("many", "Which?", (Choice("x", "X"),), ("x",), True, ("y",), True),
        Heading("Head"),
        Say("Said", quiet=True),
        Quote("Words"),
        Notice("Mind", "stop"),
        Facts((("a", "b"), ("c", "d"))),
        Points(("one", "two"), numbered=True),
        Numbers((Number("Police", "999"), Number("Lead", "1", "note"))),
        Small("small"),
    ),
    "Send",
    "record.confirm",
    {"c": "7", "v": "3"},
    danger="Ring 999.",
)


def activity(kind: str, **more: object) -> Json:
    return {
        "type": kind,
        "id": "f:1",
        "channelId": "msteams",
        "serviceUrl": "https://smba.example.invalid/uk/",
        "from": {"id": "29:1abc", "name": "Wren", "aadObjectId": "0f-object"},
        "recipient": {"id": "28:app"},
        "conversation": {"id": "a:1", "conversationType": "personal", "tenantId": "not this one"},
        "channelData": {"tenant": {"id": "the-tenant"}},
        **more,
    }


def pressed(action: Json, inputs: Mapping[str, str] | None = None, *, older: bool = False) -> Json:
    """A button as drawn, pressed with these inputs."""
    if older:
        return activity("message", value={**action["fallback"]["data"], **(inputs or {})}, replyToId="1700")
    held = {"type": "Action.Execute", "verb": action["verb"], "data": {**action["data"], **(inputs or {})}}
    return activity("invoke", name="adaptiveCard/action", value={"action": held, "trigger": "manual"}, replyToId="1700")


def a_button(card: Card | None = None) -> Json:
    card = card or Card("One?", (TICKS, Buttons((Button("Next", "answer", {"c": "7", "v": "3"}),))))
    return next(iter(buttons(render.card(card))))[1]


def heard(body: object) -> Heard:
    read = inbound.read(body)
    assert isinstance(read, Heard), read
    return read


def test_a_press_says_who_where_what_and_which_delivery() -> None:
    read = heard(pressed(a_button(), {"signs:many": "a,b", "signs.unsure:many": "c"}))

    assert (read.kind, read.form) == ("press", None)
    event = read.event
    assert event.who == Who("teams", "the-tenant", "0f-object")
    assert (event.delivery, event.action, dict(event.carry)) == ("a:1 f:1", "answer", {"c": "7", "v": "3"})
    assert (event.message, event.place, event.guest) == ("1700", "private", False)
    assert event.fields == {"signs": ("a", "b"), "signs.unsure": ("c",)}
    reference = Reference.read(event.conversation)
    assert reference == Reference(
        "https://smba.example.invalid/uk/", "a:1", "the-tenant", "28:app", "29:1abc", "0f-object"
    )


def test_an_older_teams_that_submits_does_the_same() -> None:
    inputs = {"signs:many": "a"}

    assert heard(pressed(a_button(), inputs, older=True)) == heard(pressed(a_button(), inputs))


def test_what_was_left_empty_is_absent_and_ticked_wins_over_not_sure() -> None:
    inputs = {"signs:many": "a,b", "signs.unsure:many": "b", "what": "  ", "sure": "", "odd": "x,y"}

    assert heard(pressed(a_button(), inputs)).event.fields == {"signs": ("a", "b"), "odd": ("x,y",)}


def test_what_stands_in_the_inputs_of_a_drawn_card_comes_back_as_fields() -> None:
    drawn = render.form(EVERY_FIELD)
    submit = next(action for label, action in buttons(drawn) if label == "Send")

    fields = heard(pressed(submit, beginning(drawn))).event.fields

    assert fields == {"what": ("begun",), "one": ("y",), "many": ("x",)}


@pytest.mark.parametrize("older", [False, True])
def test_a_form_sent_is_told_from_a_press_and_brings_itself_along_where_it_must_be_drawn_again(older: bool) -> None:
    drawn = render.form(EVERY_FIELD, kept={"signs": ("a",)})
    submit = next(action for label, action in buttons(drawn) if label == "Send")

    read = heard(json.loads(json.dumps(pressed(submit, {"what": "words"}, older=older))))

    assert read.kind == "submission"
    assert (read.event.action, dict(read.event.carry)) == ("record.confirm", {"c": "7", "v": "3"})
    assert read.event.fields == {"what": ("words",)}
    # A card that was submitted in the older way still stands there, with what was typed in it.
    assert read.form == (None if older else EVERY_FIELD)
    assert read.danger == "Ring 999."
    assert read.kept == {"signs": ("a",)}


def test_only_where_one_can_write_is_anything_taken_for_typed_also_in_a_form_too_long_to_be_remembered() -> None:
    long = replace(EVERY_FIELD, fields=(*EVERY_FIELD.fields, *(Say("Mind this. " * 20) for _ in range(60))))
    inputs = {"what": "words", "one": "x", "many:many": "x", "many.unsure:many": "y"}
    of_before = dict(buttons(render.form(long)))["Send"]
    del of_before["data"]["confer"]["w"]

    on_a_card = heard(pressed(a_button(), {"signs:many": "a"})).event
    remembered, too_long = (
        heard(pressed(dict(buttons(render.form(each)))["Send"], inputs)) for each in (EVERY_FIELD, long)
    )
    old = heard(pressed(of_before, inputs)).event

    assert on_a_card.chosen == {"signs"}
    assert remembered.form is not None
    assert too_long.form is None
    assert remembered.event.chosen == too_long.event.chosen == {"one", "many", "many.unsure"}
    assert old.chosen == frozenset()


def test_every_kind_of_field_there_is_can_be_remembered() -> None:
    assert {type(each) for each in EVERY_FIELD.fields} == set(get_args(Field))


def test_going_back_brings_what_was_ticked_and_nothing_that_was_typed() -> None:
    drawn = render.form(EVERY_FIELD, kept={"signs": ("a", "b")})
    back = next(action for label, action in buttons(drawn) if label == "Go back")

    read = heard(pressed(back))

    assert (read.event.action, read.kind) == (inbound.BACK, "press")
    assert read.kept == {"signs": ("a", "b")}
    assert back["associatedInputs"] == back["fallback"]["associatedInputs"] == "none"


def test_typed_words_are_read_without_the_mention_and_without_tags() -> None:
    said = "<at>Confer</at> <p>Ring&nbsp;me <b>now</b></p>\r\n&lt;3"

    read = heard(activity("message", text=said))

    assert (read.kind, read.event.action, read.event.text) == ("message", "typed", "Ring me now <3")
    assert said not in repr(read)
    assert "Ring me" not in repr(read)


@pytest.mark.timeout(5)
@pytest.mark.parametrize("piece", ["<at>", "<at", "<a", "</", "&", "<at x>y", " "])
def test_no_message_takes_long_to_read(piece: str) -> None:
    assert isinstance(inbound.read(activity("message", text=piece * 50_000)), Heard)


def test_a_message_with_a_file_alone_is_a_typed_message_without_words() -> None:
    assert heard(activity("message", attachments=[{"contentType": "image/png"}])).event.text == ""


@pytest.mark.parametrize(
    ("conversation", "place"),
    [
        ({"id": "a:1", "conversationType": "personal"}, "private"),
        ({"id": "19:x", "conversationType": "groupChat", "isGroup": True}, "shared"),
        ({"id": "19:x", "conversationType": "channel"}, "shared"),
        ({"id": "19:x", "isGroup": True}, "shared"),
        ({"id": "19:x", "conversationType": "personal", "isGroup": True}, "shared"),
        ({"id": "19:x"}, "unknown"),
        ({"id": "19:x", "conversationType": "meeting"}, "unknown"),
    ],
)
def test_only_a_personal_chat_is_private(conversation: Json, place: str) -> None:
    assert heard(activity("message", text="hello", conversation=conversation)).event.place == place


def test_somebody_without_an_id_in_the_directory_is_known_by_the_one_of_the_chat() -> None:
    assert heard(activity("message", text="x", **{"from": {"id": "29:1abc"}})).event.who.user == "29:1abc"


@pytest.mark.parametrize("action", ["add", "add-upgrade"])
def test_who_installs_the_app_gets_the_home_page(action: str) -> None:
    read = heard(activity("installationUpdate", action=action))

    assert (read.kind, read.event.action) == ("install", "home")


@pytest.mark.parametrize(
    "body",
    [
        activity("installationUpdate", action="remove"),
        activity("conversationUpdate", membersAdded=[{"id": "28:app"}]),
        activity("messageReaction"),
        activity("messageUpdate", text="edited"),
        activity("typing"),
        activity("whatever comes next"),
    ],
)
def test_what_asks_nothing_of_us_is_well_and_left_alone(body: Json) -> None:
    read = inbound.read(body)

    assert isinstance(read, Refused)
    assert read.status == 200


@pytest.mark.parametrize("name", ["task/fetch", "composeExtension/query", "", None, 7])
def test_an_invoke_that_we_never_ask_for_is_not_implemented(name: object) -> None:
    read = inbound.read(activity("invoke", name=name, value={"action": {"data": {}}}))

    assert isinstance(read, Refused)
    assert read.status == 501


def without(*path: str) -> Callable[[Json], Json]:
    def taken(body: Json) -> Json:
        inner = body
        for each in path[:-1]:
            inner = inner[each]
        del inner[path[-1]]
        return body

    return taken


def put(value: object, *path: str) -> Callable[[Json], Json]:
    def changed(body: Json) -> Json:
        inner = body
        for each in path[:-1]:
            inner = inner[each]
        inner[path[-1]] = value
        return body

    return changed


DATA = ("value", "action", "data")


@pytest.mark.parametrize(
    "spoil",
    [
        without("type"),
        without("from"),
        without("conversation"),
        without("channelData"),
        without("channelData", "tenant"),
        without("serviceUrl"),
        without("value"),
        without(*DATA),
        without(*DATA, "confer"),
        put(7, "type"),
        put("x", "conversation"),
        put([], "conversation", "id"),
        put("", "conversation", "id"),
        put("x", "from"),
        put(7, "from", "id"),
        put(None, "channelData"),
        put("", "channelData", "tenant", "id"),
        put(7, "replyToId"),
        put(7, "id"),
        put("x", "value"),
        put([], *DATA),
        put({}, *DATA, "confer"),
        put({"a": ""}, *DATA, "confer"),
        put({"a": 7}, *DATA, "confer"),
        put({"a": "x", "c": []}, *DATA, "confer"),
        put({"a": "x", "c": "y"}, *DATA, "confer"),
        put({"a": "x", "k": [1]}, *DATA, "confer"),
        put({"a": "x", "f": 7}, *DATA, "confer"),
        put({"a": "x", "f": {"t": "T", "s": "S", "d": "", "f": [["Form", "x"]]}}, *DATA, "confer"),
        put({"a": "x", "f": {"t": "T", "s": "S", "d": "", "f": [["Text", "a", "b", "", "300"]]}}, *DATA, "confer"),
        put({"a": "x", "f": {"t": "T", "s": "S", "d": "", "f": [["Text", "a", "b", "", -1]]}}, *DATA, "confer"),
        put({"a": "x", "f": {"t": "T", "s": "S", "d": "", "f": [["Confirm", "a", "b", "yes"]]}}, *DATA, "confer"),
        put({"a": "x", "f": {"t": "T", "s": "S", "d": "", "f": [["Notice", "a", "loud"]]}}, *DATA, "confer"),
        put({"a": "x", "f": {"t": "T", "s": "S", "d": "", "f": [["Say", "a", False, "more"]]}}, *DATA, "confer"),
        put({"a": "x", "f": {"t": "T", "s": "S", "d": "", "f": [["Points", "a"]]}}, *DATA, "confer"),
        put({"a": "x", "f": {"t": 1, "s": "S", "d": "", "f": []}}, *DATA, "confer"),
    ],
)
def test_what_the_connector_does_not_write_is_malformed(spoil: Callable[[Json], Json]) -> None:
    body = copy.deepcopy(pressed(a_button()))
    assert isinstance(inbound.read(body), Heard)

    assert inbound.read(spoil(body)) == Refused(400, "not an activity")


@pytest.mark.parametrize("body", [[], {}, "x", None, 7, True])
def test_what_is_no_activity_at_all_is_malformed(body: object) -> None:
    read = inbound.read(body)

    assert isinstance(read, Refused)
    assert read.status == 400


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = sorted({*pressed(a_button()), "text", "action", "attachments"})


@given(st.sampled_from(["invoke", "message", "installationUpdate"]), st.dictionaries(st.sampled_from(KEYS), ANYTHING))
def test_no_body_raises_anything(kind: str, odd: Json) -> None:
    assert isinstance(inbound.read({**pressed(a_button()), "type": kind, **odd}), Heard | Refused)


@given(ANYTHING, st.sampled_from(["a", "c", "f", "k"]))
def test_no_button_of_somebody_elses_making_raises_anything(odd: object, name: str) -> None:
    form = {"t": "T", "s": "S", "d": "", "f": [["Text", "what", odd]]}
    for data in ({"a": "x", name: odd}, {"a": "x", "f": {**form, "f": odd}}, {"a": "x", "f": form}):
        read = inbound.read(pressed({**a_button(), "data": {"confer": data}}))

        assert isinstance(read, Heard | Refused)
        if isinstance(read, Heard) and read.form is not None:
            render.form(read.form, filled=read.event.fields, errors={"what": "Change this."})


FORMS = st.builds(
    Form,
    st.text(max_size=24),
    st.lists(
        st.one_of(
            *(st.from_type(each) for each in get_args(Field) if each is not Text),
            st.builds(Text, st.text(), st.text(), st.text(), st.integers(1, 3000), st.booleans(), st.booleans()),
        ),
        max_size=6,
    ).map(tuple),
    st.text(max_size=24),
    st.text(min_size=1, max_size=20),
    st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=3),
    st.text(max_size=80),
)


@given(FORMS)
def test_a_form_comes_back_as_it_was(form: Form) -> None:
    written = json.loads(json.dumps(Origin(form.action, form.carry, True, form).written()))

    assert Origin.read(written).form == form


def test_the_name_of_a_field_is_looked_up_among_fields_only() -> None:
    for name in ("Button", "Form", "__class__", "Card"):
        assert hasattr(cards, name) or name.startswith("__")
        with pytest.raises(KeyError):
            Origin.read({"confer": {"a": "x", "f": {"t": "", "s": "", "d": "", "f": [[name]]}}})
