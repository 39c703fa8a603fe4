"""A faulty book is told everything that is wrong with it, and never ends in a traceback."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.reading import BookError, read
from tests.policy.small import SMALL, small_book


def faults_of(text: str) -> list[tuple[str, str, str]]:
    with pytest.raises(BookError) as caught:
        read(text, "small.toml")
    assert {fault.file for fault in caught.value.faults} == {"small.toml"}
    assert all(str(fault) in str(caught.value) for fault in caught.value.faults)
    return [(fault.table, fault.key, fault.message) for fault in caught.value.faults]


def test_the_small_book_has_no_fault() -> None:
    book = small_book()

    assert [lane.id for lane in book.lanes] == ["emergency", "child", "share", "private"]
    assert [rule.id for rule in book.lanes[1].rules] == ["child.1", "child.2"]
    assert book.outcomes["send"].sends == "agreed"
    assert book.question("signed").bands[0].setting == "fresh_days"


# (what is there, what is put in its place, the table and the key of the fault, a piece of what it says)
BROKEN = [
    # keys and kinds of values
    ('id = "small"\n', "", "[book]", "id", "missing"),
    ('id = "small"\n', "id = 7\n", "[book]", "id", "a number"),
    ('id = "small"\n', 'id = "Small Book"\n', "[book]", "id", "cannot be an id"),
    ('title = "A small book"', 'titel = "A small book"', "[book]", "titel", "Did you mean 'title'?"),
    ('version = "1"', "version = 1.10", "[book]", "version", "a number"),
    ('charity = "The Invented Trust"', 'charity = " "', "[book]", "charity", "empty"),
    ('stop_until = {called = "no"}', "stop_until = true", "[book]", "stop_until", "it is true"),
    ('stop_until = {called = "no"}', "stop_until = {called = 1}", "[book]", "stop_until", "'called'"),
    ('stop_until = {called = "no"}', 'stop_until = {called = "never"}', "[book]", "stop_until", "never be 'never'"),
    ('silenced = [{hush = "yes"}]', "silenced = [[]]", "[book]", "silenced", "a list"),
    ('silenced = [{hush = "yes"}]', "silenced = []", "[book]", "silenced", "leave 'silenced' out"),
    ('hastened = [{life = "soon"}]', 'hastened = [{life = "son"}]', "[book]", "hastened", "Did you mean 'soon'?"),
    ('lead = "lead"', 'lead = "leed"', "[book]", "lead", "Did you mean 'lead'?"),
    ('kind = "ticks"', 'kind = "tick"', "screen 'danger'", "kind", "Did you mean 'ticks'?"),
    ('kind = "ticks"', "kind = ['ticks']", "screen 'danger'", "kind", "a list"),
    ("keep = true", 'keep = "true"', "question 'note'", "keep", "without quotation marks"),
    ("within_days = 100", 'within_days = "100"', "question 'signed', band 'fresh'", "within_days", "a text"),
    ("within_days = 100", "within_days = -1", "question 'signed', band 'fresh'", "within_days", "from 0"),
    ("within_days = 100\n", "", "question 'signed', band 'fresh'", "within_days", "fresh_days"),
    ("within_days = 100\n", "", "question 'signed'", "bands", "only the last band"),
    ('value = "old"', 'value = "old"\nwithin_days = 5', "question 'signed'", "bands", "last band"),
    ("count = 1", "count = true", "approval 'A1'", "count", "it is true"),
    ("count = 1", "count = 0", "approval 'A1'", "count", "at least one"),
    ('roles = ["worker", "trustee"]', 'roles = ["friend"]', "approval 'A1'", "roles", "worker or trustee"),
    ("checked_on = 2026-11-01\nrecheck", 'checked_on = "yes"\nrecheck', "contact 'emg'", "checked_on", "a text"),
    ("checked_on = 2026-11-01\nrecheck", "checked_on = 2026-11-01T10:00:00\nrecheck", "contact 'emg'", "checked_on", "date"),
    ('number = "999"\n', "", "contact 'emg'", "number", "missing"),
    ('sends = "U"', 'sends = "X"', "outcome 'ask'", "sends", "'X'"),
    ('clock = "today"', 'clock = "tomorrow"', "outcome 'refer'", "clock", "'tomorrow'"),
    ('basis = "permitted"', 'basis = "permited"', "outcome 'refer'", "basis", "Did you mean 'permitted'?"),
    ('recipients = ["who"]', 'recipients = "who"', "outcome 'send'", "recipients", "a text"),
    ('title = "Emergency"\n', "", "lane 'emergency'", "title", "missing"),
    ("immediate = true", "imediate = true", "lane 'emergency'", "imediate", "Did you mean 'immediate'?"),
    ('protective = "warn"', "protective = 3", "check 'identity'", "protective", "a number"),
    ("[[recipient]]\nid = \"police\"", "[recipients]\nid = \"police\"", "", "recipients", "Did you mean"),
    # references that lead nowhere
    ('screen = "danger"\nask = "A child', 'screen = "dangers"\nask = "A child', "question 'child'", "screen", "'danger'"),
    ('clauses = ["1.1"]\n\n[[screen]]', 'clauses = ["1.9"]\n\n[[screen]]', "question 'life'", "clauses", "no clause '1.9'"),
    ('law = "L1"', 'law = "L2"', "flag 'duty'", "law", "It can be: L1."),
    ('law = ["L1"]\nshow', 'law = ["L2"]\nshow', "lane 'child'", "law", "no law note"),
    ('outcome = "refer"', 'outcome = "refr"', "lane 'child', rule 'child.1'", "outcome", "Did you mean 'refer'?"),
    ('approval = "A1"', 'approval = "A2"', "lane 'child', rule 'child.1'", "approval", "no approval 'A2'"),
    ('recipient = "doctor"', 'recipient = "docter"', "lane 'child', addition 'docter'", "recipient", "'doctor'?"),
    ('recipients = ["who"]', 'recipients = ["whom"]', "outcome 'send'", "recipients", "Did you mean 'who'?"),
    ('value = "doctor", label', 'value = "nurse", label', "outcome 'send'", "recipients", "can be 'nurse'"),
    ('contacts = ["emg"]\n\n[[outcome]]', 'contacts = ["emq"]\n\n[[outcome]]', "outcome 'ring'", "contacts", "'emg'?"),
    ('contacts = ["town"]\n\n[[recipient]]\nid = "doctor"', 'contacts = ["twn"]\n\n[[recipient]]\nid = "doctor"',
     "recipient 'council'", "contacts", "'town'?"),
    ('called = "called"', 'called = "rung"', "[emergency]", "called", "no question 'rung'"),
    ('contacts = ["emg"]\nafter', 'contacts = ["999"]\nafter', "[emergency]", "contacts", "no contact '999'"),
    ('facts = ["share", "who", "signed", "duty"]', 'facts = ["shared"]', "invariant 'I3'", "facts", "'share'?"),
    ('lanes = ["emergency", "child"]', 'lanes = ["chid"]', "invariant 'I3'", "lanes", "Did you mean 'child'?"),
    ('never = {"any.talk"', 'never = {"any.tone"', "invariant 'I2'", "never", "any.tone"),
    ('"any.talk" = ["first", "along"]', '"any.talk" = ["firstly"]', "invariant 'I2'", "never", "'first'?"),
    # whens
    ("when = {child = \"unsure\"}", "when = {chld = \"unsure\"}", "lane 'child', rule 'child.2'", "when", "'child'?"),
    ("when = {child = \"unsure\"}", "when = {child = \"usure\"}", "lane 'child', rule 'child.2'", "when", "'unsure'?"),
    ("when = {child = \"unsure\"}", "when = {child = []}", "lane 'child', rule 'child.2'", "when", "list of its values"),
    ("when = {child = \"unsure\"}", "when = [{}]", "lane 'child', rule 'child.2'", "when", "leave 'when' out"),
    ("when = {child = \"unsure\"}", "when = 2026-01-01", "lane 'child', rule 'child.2'", "when", "a date or a time"),
    ("when = {child = \"unsure\"}", 'when = {child = ["unsure", "unsure"]}', "lane 'child', rule 'child.2'", "when", "once"),
    ("when = {child = \"unsure\"}", "when = {sends = \"yes\"}", "lane 'child', rule 'child.2'", "when", "only known once"),
    ("when = {child = \"unsure\"}", "when = {channel = \"fax\"}", "lane 'child', rule 'child.2'", "when", "only known once"),
    ("{hushed = \"yes\"}, value", "{channel = \"fax\"}, value", "derived fact 'hush', row number 1", "when", "only known once"),
    ("{hushed = \"yes\"}, value", "{lead = \"deputy\"}, value", "derived fact 'hush'", "rows", "depends on itself"),
    ('when = [{life = "yes"}]', 'when = [{child = "yes"}]', "question 'called'", "when", "'child' is asked later"),
    ('when = [{life = "yes"}]', 'when = [{hush = "yes"}]', "question 'called'", "when", "which 'hush' is made of"),
    ('ask = "I want to share something"', 'ask = "x"\nwhen = {child = "yes"}', "question 'share'", "when", "same screen"),
    ('ask = "I want to share something"', 'ask = "x"\nwhen = {share = "yes"}', "question 'share'", "when", "same screen"),
    # twice, never, in the wrong place
    ('id = "doctor"\ntitle', 'id = "council"\ntitle', "recipient 'council'", "id", "another one"),
    ('id = "hushed"', 'id = "child"', "question 'child'", "id", "another fact"),
    ('id = "duty"', 'id = "sends"', "flag 'sends'", "id", "meaning of its own"),
    ('id = "private"', 'id = "any"', "lane 'any'", "id", "meaning of its own"),
    ('id = "private.always"', 'id = "share.1"', "lane 'private', rule 'share.1'", "id", "another rule"),
    ('id = "refer.say"', 'id = "child.note"', "outcome 'refer', guide 'child.note'", "id", "another guide"),
    ('{value = "soon", label', '{value = "yes", label', "question 'life', option 'yes'", "value", "another option"),
    ('id = "head"\n', 'id = "who"\n', "recipient 'who'", "id", "a fact has the same id"),
    ('name = "nothing"', 'name = "a child, by fax"', "example 'a child, by fax'", "name", "another example"),
    ('outcome = "agree_first"', 'outcome = "send"', "outcome 'agree_first'", "", "no rule of any lane"),
    ('when = {child = "yes"}\noutcome', "outcome", "lane 'child', rule 'child.2'", "when", "never be reached"),
    ('when = {child = "unsure"}', 'when = {child = "yes", hush = "no"}', "lane 'child', rule 'child.2'", "when", "never"),
    ('\n[[lane.rule]]\nid = "private.always"\noutcome = "keep"\n', "", "lane 'private'", "rule", "can never open"),
    ("immediate = true\n", "", "", "lane", "emergency lane"),
    ('id = "called"\nscreen = "called"', 'id = "called"\nscreen = "life"', "screen 'called'", "", "no question stands"),
    ('id = "called"\nscreen = "called"', 'id = "called"\nscreen = "life"', "screen 'life'", "kind", "one question"),
    ('question = "life"', 'question = "child"', "[emergency]", "question", "must stand on the first screen"),
    ('values = ["yes"]\ncalled', 'values = ["maybe"]\ncalled', "[emergency]", "values", "never be 'maybe'"),
    ('options = "ynu"\n\n[[question]]\nid = "hushed"', 'options = [{value = "a", label = "A"}, {value = "b", label = "B"}]\n'
     '\n[[question]]\nid = "hushed"', "question 'child'", "options", "a tick can only be"),
    ('options = "yn"\nwhen = [{life', 'options = "ny"\nwhen = [{life', "question 'called'", "options", "'ny'"),
    ('options = "yn"\nwhen = [{life', 'options = []\nwhen = [{life', "question 'called'", "options", "at least two"),
    ('options = "yn"\nwhen = [{life', 'when = [{life', "question 'called'", "options", "missing"),
    ('default = "no"', 'default = "on"', "flag 'duty'", "default", "It can be: no, yes."),
    ('\nnote = "no"\nchannel', "\nchannel", "[quiet]", "note", "missing"),
    ('\nnote = "no"\nchannel', '\nnote = "none"\nchannel', "[quiet]", "note", "never be 'none'"),
    ('\nnote = "no"\nchannel', '\nnote = "no"\nnotes = "no"\nchannel', "[quiet]", "notes", "Did you mean 'note'?"),
    ('then = {"emergency.outcome" = "ring", "emergency.approval" = "A0"}\n', "", "invariant 'I1'", "then", "must say"),
    ('kind = "unmoved"', 'kind = "unmoved"\nwhen = {life = "yes"}', "invariant 'I3'", "when", "always"),
    # examples
    ('facts = {share = "yes", checked', 'facts = {shares = "yes", checked', "example 'an agreement, to somebody unchecked'",
     "facts", "Did you mean 'share'?"),
    ('lanes = {private = "keep"}', 'lanes = {privat = "keep"}', "example 'nothing'", "lanes", "Did you mean 'private'?"),
    ('lanes = {private = "keep"}', 'lanes = {private = "send"}', "example 'nothing'", "lanes", "It can be: keep."),
    ('lanes = {private = "keep"}', 'lanes = ["private"]', "example 'nothing'", "lanes", "a list"),
    ('lanes = {private = "keep"}\n', "", "example 'nothing'", "lanes", "missing"),
    ('approvals = {child = "A1"}', 'approvals = {share = "A1"}', "example 'a child, by fax'", "approvals", "'share'"),
    ('blocks = {child = ["fax"]}', 'blocks = {child = ["faks"]}', "example 'a child, by fax'", "blocks", "It can be: fax, identity."),
    ('show = {child = ["child.note", "refer.ring"]}', 'show = {child = ["child.not"]}', "example 'a child, by fax'", "show",
     "Did you mean 'child.note'?"),
]  # fmt: skip


@pytest.mark.parametrize(("there", "instead", "table", "key", "says"), BROKEN)
def test_a_fault_names_its_table_and_key(there: str, instead: str, table: str, key: str, says: str) -> None:
    assert there in SMALL

    found = faults_of(SMALL.replace(there, instead, 1))

    assert any((table, key) == (fault[0], fault[1]) and says in fault[2] for fault in found), found


def test_every_fault_is_told_at_once() -> None:
    text = SMALL
    for there, instead, *_ in (BROKEN[0], BROKEN[2 + 11], BROKEN[30], BROKEN[38]):
        text = text.replace(there, instead, 1)

    tables = {table for table, _, _ in faults_of(text)}

    assert len(tables) >= 3


def test_text_that_is_not_toml_is_told_with_its_line() -> None:
    assert "line 2" in faults_of("[book]\nid = small\n")[0][2]


@pytest.mark.parametrize("text", ["", "x = " + "[" * 5000 + "]" * 5000, "x = " + "9" * 5000, "book = 1", "a = 2026-13-45"])
def test_text_that_is_no_book_at_all_is_a_fault(text: str) -> None:
    assert faults_of(text)


VALUES: list[Any] = [
    "''", "'\\u0000'", "1", "-1", "1.5", "inf", "nan", "true", "2026-01-01", "10:00:00", "2026-01-01T00:00:00Z",
    "[]", "[[]]", "[1]", "['a', 1]", "[{}]", "{}", "{a = 1}", "{a = {b = {c = []}}}", "[{a = [1]}]", "[{id = 1}]",
]  # fmt: skip


def keys_of(text: str) -> list[int]:
    """The numbers of the lines that set a key: for each kind of table, the first line of each key."""
    found: dict[tuple[str, str], int] = {}
    table = ""
    for at, line in enumerate(text.splitlines()):
        if line.startswith("["):
            table = line
        elif " = " in line:
            found.setdefault((table, line.split(" = ")[0]), at)
    return list(found.values())


@pytest.mark.parametrize("value", VALUES)
def test_no_value_at_any_key_ends_in_a_traceback(value: str) -> None:
    lines = SMALL.splitlines()
    for at in keys_of(SMALL):
        key = lines[at].split(" = ")[0]
        changed = "\n".join([*lines[:at], f"{key} = {value}", *lines[at + 1 :]])
        try:
            read(changed)
        except BookError as error:
            assert error.faults


@pytest.mark.parametrize("name", sorted(tomllib.loads(SMALL)))
@pytest.mark.parametrize("value", VALUES)
def test_no_value_in_place_of_a_whole_table_ends_in_a_traceback(name: str, value: str) -> None:
    blocks = SMALL.split("\n\n")
    rest = [block for block in blocks if not block.strip().startswith((f"[{name}]", f"[[{name}]]", f"[[{name}."))]
    try:
        read(f"{name} = {value}\n" + "\n\n".join(rest))
    except BookError as error:
        assert error.faults


@given(st.data())
def test_a_book_with_lines_left_out_is_read_or_refused(data: st.DataObject) -> None:
    lines = SMALL.splitlines()
    gone = data.draw(st.sets(st.integers(0, len(lines) - 1), max_size=6))
    text = "\n".join(line for at, line in enumerate(lines) if at not in gone)
    try:
        read(text)
    except BookError as error:
        assert error.faults
