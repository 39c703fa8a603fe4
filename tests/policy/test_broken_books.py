"""Five hundred broken books: each is refused with faults that its author can use, and none ends in anything else."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from itertools import islice

import pytest

from policy.reading import BookError, Fault, read, read_file
from tests.policy.wrecks import JUSTUS, KETTLE, WAYS, wrecks, written

BOOKS = 500
SEED = 20261122
LEAKS = ("Traceback", "<class", "NoneType", "dict(", "object at 0x", "frozenset", "Error(")
"""What would tell an author about our program, and nothing about their book."""


def faults_of(data: bytes) -> tuple[Fault, ...]:
    """Empty where the book reads well."""
    try:
        read_file(data, "kettle.toml")
    except BookError as refused:
        return refused.faults
    return ()


@pytest.fixture(scope="module")
def broken() -> list[tuple[str, tuple[Fault, ...]]]:
    """The first five hundred that are broken, by the way they were broken; whatever else happens here is a failure."""

    def refused() -> Iterator[tuple[str, tuple[Fault, ...]]]:
        for wreck in wrecks(SEED):
            faults = faults_of(wreck.data)
            assert faults or not wreck.sure, f"{wreck.way}: this book must not read well"
            if faults:
                yield wreck.way, faults

    return list(islice(refused(), BOOKS))


def test_the_books_that_are_broken_are_whole_before() -> None:
    assert read(KETTLE).id == "kettle"
    assert tomllib.loads(written(tomllib.loads(KETTLE))) == tomllib.loads(KETTLE)
    assert tomllib.loads(written(tomllib.loads(JUSTUS))) == tomllib.loads(JUSTUS)


def test_five_hundred_broken_books_give_a_book_error_each_in_every_way(
    broken: list[tuple[str, tuple[Fault, ...]]],
) -> None:
    times = Counter(way for way, _ in broken)

    assert len(broken) == BOOKS
    assert times.keys() == WAYS
    assert min(times.values()) >= 5


def test_every_fault_names_the_file_and_says_something_on_one_line(
    broken: list[tuple[str, tuple[Fault, ...]]],
) -> None:
    for way, faults in broken:
        for fault in faults:
            said = str(fault)
            assert said.startswith("kettle.toml"), way
            assert len(fault.message) > 15, (way, said)
            assert len(said) < 700, (way, said)
            assert said.isprintable(), (way, said)
            assert not any(leak in said for leak in LEAKS), (way, said)


@pytest.mark.parametrize(
    ("there", "instead", "said"),
    [
        (
            'outcome = "child_ask"',
            'outcome = "child_aks"',
            (
                "lane 'young', rule 'young.2', 'outcome': it sends people to "
                "outcome 'child_aks', which does not exist. Did you mean 'child_ask'?"
            ),
        ),
        (
            'approval = "told"',
            'approval = "tolled"',
            (
                "lane 'young', rule 'young.1', 'approval': it waits for approval "
                "'tolled', which does not exist. Did you mean 'told'?"
            ),
        ),
        ("[emergency]", "[emergencies]", "[emergency]: this table is missing."),
        ("[emergency]", "[emergencies]", "'emergencies': this table is not known here. Did you mean 'emergency'?"),
        ("[quiet]", "[[quiet]]", "'quiet': this must be a table, such as {one = \"yes\"}, and it is a list."),
        (
            "[book]",
            "[[book]]",
            "[book]: this must be a table of keys and values, and it is a list. Use single brackets.",
        ),
        (
            'stop_until = {rung = "no"}\n',
            "",
            (
                "[book], 'stop_until': 'rung' must stand here with its answer for 'not yet', "
                "such as {rung = \"no\"}; else 'not yet' would count as having rung."
            ),
        ),
        (
            'line = "Someone in danger now? Ring 999. ',
            'line = "',
            "[emergency], 'line': the line that stands on every card must name 999.",
        ),
        (
            'when = {now = ["yes", "unsure"]}\nclauses',
            'when = {now = "yes"}\nclauses',
            (
                "question 'rung', 'when': it must be "
                "asked whenever 'now' is 'unsure', or nobody could say that they have rung."
            ),
        ),
        (
            'when = {now = ["yes", "unsure"]}\noutcome',
            'when = {now = "yes"}\noutcome',
            (
                "[emergency], 'values': no rule of an "
                "immediate lane opens when 'now' is 'unsure' and nothing else is known."
            ),
        ),
        (
            "alone = true\n",
            "",
            (
                "'lane': where no lane opens, people would come to an empty card: one lane needs 'alone = "
                "true' and a last rule without 'when'."
            ),
        ),
        (
            'capabilities = ["safeguarding_lead"]\n\n# While',
            'capabilities = ["safeguarding_led"]\n\n# While',
            (
                "approval 'manager', 'capabilities': 'safeguarding_led' is not a capability of the roster, so nobody "
                "could ever hold it. Did you mean 'safeguarding_lead'?"
            ),
        ),
        (
            'count = 1\nroles = ["trustee"]\ncapabilities = ["safeguarding_lead"]',
            "count = 1",
            "approval 'manager', 'roles': nobody could ever agree: name 'roles' or 'capabilities'.",
        ),
        (
            'id = "lead"\notherwise',
            'id = "leader"\notherwise',
            (
                "approval 'told', 'moment': somebody inside is told, and the "
                "book does not say who: there is no fact 'lead' ('lead')."
            ),
        ),
        (
            'capability = "on_call_trustee"\n',
            "",
            (
                "approval 'told', 'moment': 'lead' can be 'on_call', which is not a "
                "recipient with a 'capability': nobody is told."
            ),
        ),
        (
            'sends = "unnamed"\nrecipients = ["council_adults"]',
            'sends = "unnamed"',
            (
                "outcome 'older_respect', 'recipients': "
                "something is told ('sends' is unnamed), and nobody is named who would hear it."
            ),
        ),
        ('id = "v2"', 'id = "v1"', "invariant 'v1', 'id': there is another invariant with the same id."),
        (
            'say = "Ring 999 or 112."',
            'say = "Ring 999\u202e or 112."',
            (
                "outcome 'ring', guide 'ring.ring', 'say': there is "
                "something in this text that nobody can see (U+202E). Type it again."
            ),
        ),
        (
            'id = "their_wish"',
            'id = "Their wish"',
            (
                "screen 'Their wish', 'id': 'Their wish' cannot be an id: use only lower "
                "case letters, digits, '_', '.' and '-'. For example 'their-wish'."
            ),
        ),
    ],
)
def test_a_slip_is_told_in_words_its_author_understands(there: str, instead: str, said: str) -> None:
    assert KETTLE.count(there) >= 1

    faults = [str(fault) for fault in faults_of(KETTLE.replace(there, instead, 1).encode())]

    assert any(fault == f"kettle.toml, {said}" for fault in faults), faults


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("title = “Ring”", 'title = “Ring” (Use the plain quotation mark ", not the curly ones of a word processor.)'),
        (
            "title = Ring",
            'title = Ring (A text stands in quotation marks: "like this". true, false, numbers and dates do',
        ),
        ('title: "Ring"', 'title: "Ring" (Write = and not a colon: child = "yes".)'),
        ('when = [child = "yes"]', '(A row stands in curly brackets: [{child = "yes"}].)'),
        ('when = {child = "yes",}', "(What stands between { and } stays on one line, with no comma before the }.)"),
        ('charity = "again"', 'charity = "again" (This is here twice.'),
        ("checked_on = 31.01.2026", "(A day is written 2026-01-31."),
        ("Then we ring.", '(A line is a [table], a [[table of a list]], or key = "value".)'),
    ],
)
def test_what_is_not_toml_is_shown_with_its_line_and_what_to_write(line: str, said: str) -> None:
    text = KETTLE.replace("[book]\n", f'[book]\ncharity = "Kettle"\n{line}\n', 1)
    at = text.splitlines().index(line) + 1

    [fault] = faults_of(text.encode())

    assert fault.message.startswith(f"line {at} is not TOML, so nothing after it could be checked: ")
    assert said in fault.message


def test_a_mark_that_an_editor_puts_in_front_and_its_line_ends_do_no_harm() -> None:
    assert faults_of(b"\xef\xbb\xbf" + KETTLE.replace("\n", "\r\n").encode()) == ()


def test_a_table_that_is_missing_is_told_once_and_not_again_for_each_of_its_keys() -> None:
    start = KETTLE.index("[emergency]")
    text = KETTLE[:start] + KETTLE[KETTLE.index("[[flag]]") :]

    found = [(fault.table, fault.key) for fault in faults_of(text.encode())]

    assert found == [("[emergency]", "")]
