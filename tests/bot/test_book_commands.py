"""`book check`, `book questions` and `book assess`: files and JSON in, one clear answer out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bot.conftest import BOOK, Command, ask
from tests.policy.small import SMALL

# Check


def test_a_good_book_has_no_fault(confer: Command) -> None:
    said = confer("book", "check", BOOK)

    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("justus.toml: no fault; ")


def test_whoever_stops_reading_early_is_told_of_no_fault() -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)

    done = subprocess.run(
        [sys.executable, "-m", "bot", "book", "check", str(BOOK)],
        cwd=BOOK.parents[2],
        stdout=write_end,
        stderr=subprocess.PIPE,
    )
    os.close(write_end)

    assert (done.returncode, done.stderr) == (0, b"")


def test_a_broken_book_gets_every_fault_in_one_go(confer: Command, tmp_path: Path) -> None:
    book = tmp_path / "broken.toml"
    broken = SMALL.replace('question = "life"', 'question = "lief"').replace(
        'contacts = ["town"]', 'contacts = ["tow"]'
    )
    book.write_text(broken, encoding="utf-8")

    said = confer("book", "check", book)

    assert said.code == 1
    assert "broken.toml, [emergency], 'question': there is no question 'lief'. Did you mean 'life'?" in said.out
    assert "broken.toml, recipient 'council', 'contacts': there is no contact 'tow'. Did you mean 'town'?" in said.out


def test_an_example_that_comes_out_otherwise_is_a_fault(confer: Command, tmp_path: Path) -> None:
    book = tmp_path / "wrong.toml"
    book.write_text(SMALL.replace('lanes = {private = "keep"}', 'lanes = {share = "send"}'), encoding="utf-8")

    said = confer("book", "check", book)

    assert said.code == 1
    assert "wrong.toml, example 'nothing': " in said.out


def test_every_file_is_checked_whatever_is_wrong_with_the_first(confer: Command, tmp_path: Path) -> None:
    latin = tmp_path / "latin.toml"
    latin.write_bytes("title = 'caf\xe9'".encode("latin-1"))
    good = tmp_path / "good.toml"
    good.write_text(SMALL, encoding="utf-8")

    said = confer("book", "check", tmp_path / "nowhere.toml", latin, good)

    assert said.code == 1
    assert said.out.splitlines() == [
        f"{tmp_path / 'nowhere.toml'}: cannot be read (No such file or directory)",
        "latin.toml: is not written in UTF-8 (line 1). Save it again with the encoding UTF-8.",
        "good.toml: no fault; 3 examples come out as they say",
        "  3 clauses, 0 open (carried by a later part).",
    ]


def test_without_a_file_every_book_of_the_charity_is_checked(confer: Command, tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(SMALL, encoding="utf-8")

    said = confer("book", "check", environment={"BOOKS_DIR": str(tmp_path)})

    assert said.code == 0
    books = [line.partition(":")[0] for line in said.out.splitlines() if not line.startswith(" ")]
    assert books == ["justus.toml", "kettle.toml", "small.toml"]


def test_what_is_open_and_what_the_trustees_must_decide_is_listed(confer: Command, tmp_path: Path) -> None:
    book = tmp_path / "small.toml"
    note = '[[note]]\nid = "N1"\nkind = "departure"\nplain = "We say less."\nneeds_trustees = true\nclauses = ["1.3"]\n'
    mine = '[[note]]\nid = "N2"\nkind = "reading"\nplain = "We say more."\n'
    later = SMALL.replace('[[clause]]\nid = "1.3"', '[[clause]]\nlater = "a letter (part 9)"\nid = "1.3"')
    book.write_text(later + note + mine, encoding="utf-8")

    said = confer("book", "check", book)

    assert said.out.splitlines() == [
        "small.toml: no fault; 3 examples come out as they say",
        "  3 clauses, 1 open (carried by a later part). Open: 1.3.",
        "  Needs the trustees' decision (1):",
        "  - N1: We say less.",
    ]


# Questions


def test_questions_are_listed_in_the_order_of_asking(confer: Command, tmp_path: Path) -> None:
    book = tmp_path / "small.toml"
    book.write_text(SMALL, encoding="utf-8")

    said = confer("book", "questions", book)
    listed = json.loads(said.out)

    assert said.code == 0
    assert (listed["book"], listed["version"]) == ("small", "1")
    assert [row["id"] for row in listed["questions"]][:3] == ["life", "called", "child"]
    assert listed["questions"][1] == {
        "id": "called",
        "screen": "called",
        "kind": "choice",
        "stage": "decide",
        "ask": "Have you rung 999?",
        "options": [{"value": "yes", "label": "Yes"}, {"value": "no", "label": "No"}],
        "when": [{"life": ["yes"]}],
        "clauses": [],
    }


def test_questions_of_a_missing_book_end_with_one_sentence(confer: Command, tmp_path: Path) -> None:
    said = confer("book", "questions", tmp_path / "nowhere.toml")

    assert (said.code, said.out) == (2, "")
    assert said.faults == [f"{tmp_path / 'nowhere.toml'} cannot be read: No such file or directory"]


# Assess


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def test_without_an_answer_the_first_question_is_next(confer: Command) -> None:
    said = confer("book", "assess", BOOK, stdin=ask(answers={}))
    found = json.loads(said.out)

    assert (said.code, said.err) == (0, "")
    assert set(found) == {"book", "version", "lanes", "next", "unknown"}
    assert (found["book"], found["next"]) == ("justus", "life_now")


def test_an_empty_object_is_a_request(confer: Command) -> None:
    said = confer("book", "assess", BOOK, stdin="{}")

    assert json.loads(said.out)["next"] == "life_now"


def test_a_lane_says_what_why_and_to_whom(confer: Command) -> None:
    said = confer("book", "assess", BOOK, stdin=ask(answers={"life_now": "yes"}))
    found = json.loads(said.out)
    lane = found["lanes"]["emergency"]

    assert {"outcome", "approvals", "recipients", "clock", "show", "never", "clauses", "law", "rule"} <= set(lane)
    assert lane["clock"] == "now"
    assert found["next"] == "call_made"


def test_partial_answers_say_what_is_still_unknown(confer: Command, small: Path) -> None:
    said = confer("book", "assess", small, stdin=ask(answers={"life": "no", "child": "yes"}))
    found = json.loads(said.out)

    assert found["lanes"]["child"]["outcome"] == "refer"
    assert found["next"] == "hushed"
    assert {"hushed", "share"} <= set(found["unknown"])


@pytest.mark.parametrize(
    ("settings", "basis"),
    [
        ({}, "permitted"),
        ({"duty": "yes"}, "required"),
        ({"duty": True}, "required"),
        ({"DUTY": "true"}, "required"),
        ({"duty": False}, "permitted"),
        ({"Duty": "false"}, "permitted"),
    ],
)
def test_a_flag_reads_as_a_word_or_as_true_and_false_in_any_letters(
    settings: dict[str, object], basis: str, confer: Command, small: Path
) -> None:
    said = confer("book", "assess", small, stdin=ask(answers={"life": "no", "child": "yes"}, settings=settings))

    assert json.loads(said.out)["lanes"]["child"]["basis"] == basis


@pytest.mark.parametrize(
    ("settings", "outcome"), [({}, "send"), ({"fresh_days": 10}, "agree_first"), ({"fresh_days": 60}, "send")]
)
def test_a_date_is_counted_from_today_in_the_days_of_the_settings(
    settings: dict[str, object], outcome: str, confer: Command, small: Path
) -> None:
    answers = {"life": "no", "child": "no", "hushed": "no", "share": "yes", "who": "council", "signed": "2026-10-01"}

    said = confer("book", "assess", small, stdin=ask(answers=answers, today="2026-11-22", settings=settings))

    assert json.loads(said.out)["lanes"]["share"]["outcome"] == outcome


WRONG = {
    "not JSON": ("{", "standard input is not JSON: "),
    "a list": ("[]", "standard input must be a JSON object such as "),
    "nested without end": ("[" * 100_000, "standard input is nested too deeply to be read"),
    "not UTF-8": (b"\xff{}", "standard input is not written in UTF-8"),
    "an unknown key": (ask(answer={}), "these keys are not known: answer; use answers, today and settings"),
    "answers that are no object": (ask(answers=[]), '"answers" must be an object of texts'),
    "an answer that is no text": (ask(answers={"life": 1}), '"answers": the value of "life" must be a text'),
    "an unknown fact": (ask(answers={"lief": "no"}), "There is no question 'lief' in the book 'small'. Did you mean"),
    "a bad value": (ask(answers={"life": "maybe"}), "'maybe' is not an answer to 'life'. It must be one of: yes, "),
    "a derived fact": (ask(answers={"hush": "yes"}), "'hush' is worked out, so it cannot be an answer."),
    "a flag as an answer": (ask(answers={"duty": "yes"}), "'duty' is given by the charity's settings, so it cannot"),
    "a date without today": (ask(answers={"signed": "2026-10-01"}), "The answer to 'signed' is a date, and today's"),
    "a day that is none": (ask(today="2026-02-30"), '"today" must be a day such as "2026-11-22"'),
    "a day as a number": (ask(today=20261122), '"today" must be a day such as "2026-11-22"'),
    "settings that are no object": (ask(settings="duty"), '"settings" must be an object'),
    "an unknown setting": (ask(settings={"dutty": "yes"}), '"settings": "dutty" is not a setting of this book; it kn'),
    "a flag that is a number": (ask(settings={"duty": 1}), '"settings": "duty" must be a text, true or false'),
    "a flag of another value": (ask(settings={"duty": "perhaps"}), "The flag 'duty' cannot be 'perhaps'. It must be"),
    "days that are no number": (ask(settings={"fresh_days": "9"}), '"settings": "fresh_days" must be a whole number'),
    "days before today": (ask(settings={"fresh_days": -1}), '"settings": "fresh_days" must be a whole number of days'),
    "days as true": (ask(settings={"fresh_days": True}), '"settings": "fresh_days" must be a whole number of days'),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_cannot_be_assessed_ends_with_one_clear_sentence(wrong: str, confer: Command, small: Path) -> None:
    request, sentence = WRONG[wrong]

    said = confer("book", "assess", small, stdin=request)

    assert (said.code, said.out, len(said.faults)) == (2, "", 1)
    assert said.err.startswith(sentence)


def test_a_faulty_book_decides_nothing(confer: Command, tmp_path: Path) -> None:
    book = tmp_path / "broken.toml"
    book.write_text(SMALL.replace('question = "life"', 'question = "lief"'), encoding="utf-8")

    said = confer("book", "assess", book, stdin="{}")

    assert (said.code, said.out) == (2, "")
    assert "there is no question 'lief'" in said.err


def test_the_real_command_speaks_json_through_real_pipes(small: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "book", "assess", str(small)],
        input=ask(answers={"life": "yes"}).encode(),
        cwd=BOOK.parents[2],
        capture_output=True,
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["lanes"]["emergency"]["outcome"] == "ring"
