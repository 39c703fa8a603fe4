"""What is proved about a book: its invariants, what can be reached, and that the walk says the same."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from itertools import product
from math import prod
from pathlib import Path

import pytest

from bot.__main__ import main
from policy.book import Book
from policy.examples import bits_of
from policy.proving import Broken, Proof, prove
from policy.proving.bridge import Bridge
from policy.proving.circuit import Circuit
from policy.proving.claims import Claims
from policy.proving.conversation import conversation
from policy.proving.counting import count
from policy.proving.page import TOOK, page
from policy.reading import read
from policy.walk.index import index_of
from policy.walk.replay import Replay
from tests.policy.shipped import justus
from tests.policy.small import SMALL, small_book

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "policy" / "proof.md"


@pytest.fixture(scope="module")
def ours() -> Proof:
    return prove(justus())


@pytest.fixture(scope="module")
def small() -> Proof:
    return prove(small_book())


def altered(*changes: tuple[str, str], more: str = "") -> Book:
    text = SMALL
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return read(text + more, "small.toml")


def the_only_break(book: Book) -> Broken:
    proof = prove(book, stop_at_first=True)
    (broken,) = proof.broken
    return broken


def test_our_first_book_keeps_every_invariant(ours: Proof) -> None:
    assert [broken.id for broken in ours.broken] == []
    assert len(ours.results) == len(ours.book.invariants) >= 60


def test_everything_in_our_first_book_can_be_reached(ours: Proof) -> None:
    assert ours.faults == ()


def test_the_proof_and_the_walk_read_our_first_book_alike(ours: Proof) -> None:
    assert ours.disagreements == ()
    assert ours.compared > len(ours.book.examples) + 100


def test_the_page_about_our_first_book_is_current_but_for_its_times(ours: Proof) -> None:
    again = "Write it anew: python -m bot book prove policy/books/justus.toml --write docs/policy/proof.md"

    assert without_times(PAGE.read_text(encoding="utf-8")) == without_times(page(ours, "")), again


def without_times(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith(TOOK)]


def test_the_small_book_is_proved(small: Proof) -> None:
    assert small.holds
    assert [result.invariant.id for result in small.results] == ["I1", "I2", "I3"]


def test_a_suspect_who_is_no_longer_kept_out_breaks_a_promise() -> None:
    book = justus()
    weaker = replace(book, exclusions=book.exclusions[1:])

    with_none = prove(replace(weaker, invariants=tuple(i for i in book.invariants if i.id.startswith("kept-out-"))))

    assert [broken.id for broken in with_none.broken] == ["kept-out-lead"]
    assert with_none.disagreements == ()


CHECKED = """
[[invariant]]
id = "I6"
plain = "A fax never reaches the doctor"
when = {channel = "fax", "any.sends" = ["named", "agreed", "unnamed"]}
then = [{"any.blocks" = "fax"}, {"any.outcome" = "ring"}]
"""


def test_a_broken_invariant_is_shown_with_the_fewest_answers_out_of_the_ordinary() -> None:
    book = altered(('protective = "block"\nother = "block"', 'protective = "warn"\nother = "block"'), more=CHECKED)

    found = the_only_break(book)

    uncommon = {name for name, value in found.answers.items() if value != book.quiet[name]}
    assert (found.id, uncommon) == ("I6", {"child", "channel"})


def test_an_invariant_of_any_lane_is_broken_by_one(small: Proof) -> None:
    found = the_only_break(altered(('silenced = [{hush = "yes"}]\n', "")))

    assert found.sentences[0].startswith("I2 (lane '")
    assert found.answers["hushed"] == "yes"


def test_two_answer_sets_that_break_an_unmoved_invariant_differ_in_what_it_names() -> None:
    found = the_only_break(altered(('when = {child = "unsure"}', 'when = [{child = "unsure"}, {share = "yes"}]')))

    assert found.after is not None
    differing = {name for name in {*found.answers, *found.after.answers} if differs(found, name)}
    assert found.id == "I3"
    assert differing <= {"share", "who", "signed", "parent", "note"}
    assert found.sentences == ("I3 (lane 'child'): A request moves no danger",)


def differs(broken: Broken, name: str) -> bool:
    assert broken.after is not None
    return broken.answers.get(name) != broken.after.answers.get(name)


def test_an_unmoved_invariant_may_say_where_it_holds() -> None:
    only_in_silence = ('kind = "unmoved"', 'kind = "unmoved"\nwhen = {hushed = "yes"}')
    unless_hushed = ('when = {child = "unsure"}', 'when = [{child = "unsure"}, {share = "yes", hushed = "no"}]')

    assert prove(altered(unless_hushed), stop_at_first=True).broken
    assert not prove(altered(unless_hushed, only_in_silence), stop_at_first=True).broken


MOVED = """
[[invariant]]
id = "I4"
plain = "A surer danger never closes the lane"
kind = "moved"
order = {child = ["no", "unsure", "yes"]}
when = {"child.outcome" = ["refer", "ask"]}
never = {"child.outcome" = "closed"}
"""


def test_a_moved_invariant_holds_where_no_later_value_breaks_it() -> None:
    assert prove(altered(more=MOVED)).holds


def test_a_moved_invariant_is_broken_by_one_step_along_its_order() -> None:
    book = altered(('when = {child = "yes"}\noutcome', 'when = {child = "yes", hushed = "yes"}\noutcome'), more=MOVED)

    found = the_only_break(book)

    assert found.after is not None
    assert (found.answers["child"], found.after.answers["child"]) == ("unsure", "yes")
    assert found.sentences == ("I4: A surer danger never closes the lane",)


ANSWERED = """
[[invariant]]
id = "I5"
plain = "A child's parents are asked about"
when = {child = "yes", life = "no"}
then = {parent = ["yes", "no", "unsure"]}
scope = "SCOPE"
"""


def test_what_holds_only_once_all_is_answered_says_so() -> None:
    at_every_moment = prove(altered(more=ANSWERED.replace("SCOPE", "always")))
    at_the_end = prove(altered(more=ANSWERED.replace("SCOPE", "decided")))

    assert [broken.id for broken in at_every_moment.broken] == ["I5"]
    assert "parent" not in at_every_moment.broken[0].answers
    assert at_the_end.holds


def test_the_checks_of_how_it_is_sent_can_be_spoken_of() -> None:
    assert prove(altered(more=CHECKED)).holds


WORDS = """
[[invariant]]
id = "I7"
plain = "Where nobody may hear, no note is spoken of, and nothing waits"
when = {hushed = "yes"}
never = [{"child.shows" = "child.note"}, {"protective.clock" = "routine"}, {"child.never" = "none"}]
"""


def test_clocks_and_guidance_can_be_spoken_of() -> None:
    found = the_only_break(altered(more=WORDS))

    assert found.id == "I7"
    assert found.answers["hushed"] == "yes"


def test_a_counter_example_reads_as_a_conversation() -> None:
    book = altered(('outcome = "ring"\napproval = "A0"', 'outcome = "ring"'))

    told = conversation(book, the_only_break(book))

    assert "  Is somebody in danger?\n    > Yes\n" in told
    assert "  Emergency: Ring 999. Goes to: Police. Who must agree: nobody. [emergency = ring]" in told
    assert told.startswith("I1 is broken: 999 first")


SECOND_RULE = 'when = {child = "unsure"}\noutcome = "ask"'
BOTH = '[[lane.rule]]\nwhen = {child = ["yes", "unsure"], parent = "yes"}\noutcome = "ask"'
FIRST_IN_TABLE = 'when = {hushed = "yes"}, value = "yes"'
UNREACHED: list[tuple[str, str, str]] = [
    # (what is there, what is put in its place, what is said about it)
    (
        'share = "yes", hush = "no"',
        'hush = "yes", hushed = "no"',
        "question 'signed': no answers",
    ),
    (SECOND_RULE, f"{SECOND_RULE}\n\n{BOTH}", "rule 'child.3': it is never the first that is true: rule 'child.1' and"),
    (
        FIRST_IN_TABLE,
        'when = {hushed = "yes", called = "no", life = "no"}, value = "yes"',
        "its condition can never be true",
    ),
    ('when = {child = "unsure"}', 'when = {duty = ["yes", "no"]}', "lane 'child': it is open whatever is answered"),
    ('when = {note = "yes"}', 'when = {note = "yes", child = "no"}', "guide 'child.note': no answers bring it"),
    ('say = "Say what you saw."', 'say = "Ring the council."', "it says the same as 'refer.ring'"),
    (
        'recipient = "doctor", when = {hush = "yes"}',
        'recipient = "doctor", when = {child = "no"}',
        "addition of 'doctor'",
    ),
    ('when = {channel = "fax"}', 'when = {channel = "fax", checked = "no"}', "check 'fax': it never warns or stops"),
    ('required_when = [{duty = "yes"}]', 'required_when = [{child = "no"}]', "outcome 'refer', 'required_when'"),
    ('outcome = "refer"\napproval = "A1"\n', 'outcome = "refer"\n', "approval 'A1': nothing that can happen"),
    ('recipients = ["council", "lead"]', 'recipients = ["council"]', "recipient 'deputy': nothing that can happen"),
    (
        'when = {hush = "yes"}\nnever',
        'when = {hush = "yes", hushed = "no"}\nnever',
        "invariant 'I2': what it speaks of",
    ),
    (
        '[[lane]]\nid = "share"',
        '[[exclusion]]\nid = "x"\nask_who = true\nwhen = {hush = "yes", hushed = "no"}\n\n[[lane]]\nid = "share"',
        "exclusion 'x'",
    ),
    (
        '[[screen]]\nid = "life"',
        '[[flag]]\nid = "idle"\nvalues = ["yes", "no"]\ndefault = "no"\n\n[[screen]]\nid = "life"',
        "flag 'idle'",
    ),
    (
        '[[derived]]\nid = "hush"',
        '[[derived]]\nid = "idle"\nrows = [{when = {child = "yes"}, value = "yes"}]\n\n[[derived]]\nid = "hush"',
        "derived fact 'idle'",
    ),
    (
        '[[contact]]\nid = "town"',
        '[[contact]]\nid = "idle"\nname = "Idle"\nnumber = "1"\n\n[[contact]]\nid = "town"',
        "contact 'idle'",
    ),
    ("[[law]]\n", '[[law]]\nid = "L2"\ntext = "Idle."\n\n[[law]]\n', "law note 'L2'"),
]


@pytest.mark.parametrize(("old", "new", "said"), UNREACHED)
def test_what_no_answers_reach_is_a_fault(old: str, new: str, said: str) -> None:
    faults = prove(altered((old, new))).faults

    assert any(said in fault for fault in faults), faults


def test_two_rules_that_overlap_and_come_to_something_else_are_listed_and_no_fault(small: Proof) -> None:
    found = [(overlap.lane, overlap.earlier, overlap.later) for overlap in small.overlaps]

    assert found == [("share", "share.1", "share.3"), ("share", "share.2", "share.3")]


def test_answer_sets_are_counted_exactly() -> None:
    book = small_book()

    finished, moments = every_answer_set(book)

    assert (count(book).finished, count(book).moments) == (finished, moments)


def every_answer_set(book: Book) -> tuple[int, int]:
    """How many answer sets there are when each is tried: finished or stopped ones, and all."""
    index = index_of(book)
    stages = {screen.id: screen.stage for screen in book.screens}
    names = [question.id for question in book.questions if stages[question.screen] == "decide"]
    finished: set[object] = set()
    moments: set[object] = set()
    for values in product(*(("", *index.values[name]) for name in names)):
        answers = {name: value for name, value in zip(names, values, strict=True) if value}
        replay = Replay(index, bits_of(index, answers))
        if replay.asked.bit_count() < len(answers):
            continue  # an answer that does not count: the same set is met without it
        moments.add(values)
        if replay.stopped or not (replay.applies ^ replay.asked) & ~late(book):
            finished.add(values)
    flags = prod(len(flag.values) for flag in book.flags)  # no question hangs on one
    return len(finished) * flags, len(moments) * flags


def late(book: Book) -> int:
    index = index_of(book)
    stages = {screen.id: screen.stage for screen in book.screens}
    return sum(1 << index.number[item.id] for item in book.questions if stages[item.screen] == "send")


def test_a_walk_that_reads_the_book_otherwise_is_found_out() -> None:
    claims = Claims(Circuit(), small_book())
    claims.book = altered(('when = {share = "yes", hush = "yes"}', 'when = {share = "yes", life = "soon"}'))
    answers = {"life": "soon", "child": "no", "hushed": "no", "share": "yes", "who": "doctor", "signed": "fresh"}

    differences = Bridge(claims).differences(answers, {})

    assert any("'share.outcome' is ['send'] in the proof and ['closed'] in the walk" in line for line in differences)


DEAF = ('[[recipient]]\nid = "council"\n', '[[recipient]]\nid = "council"\nhears_in_silence = false\n')
SILENT = {"life": "no", "child": "yes", "hushed": "yes", "share": "no", "parent": "no", "note": "no"}


def test_the_proof_and_the_walk_keep_the_same_people_from_hearing_in_silence() -> None:
    book = altered(DEAF)
    bridge = Bridge(Claims(Circuit(), book))

    assert bridge.differences(SILENT, {}) == []
    assert bridge.differences(SILENT | {"hushed": "no"}, {}) == []


def test_a_proof_that_lets_them_hear_is_found_out() -> None:
    claims = Claims(Circuit(), small_book())
    claims.book = altered(DEAF)

    differences = Bridge(claims).differences(SILENT, {})

    said = "'child.recipients' is ['council', 'deputy', 'doctor'] in the proof and ['deputy', 'doctor'] in the walk"
    assert differences == [said]


UNHEARD = """
[[invariant]]
id = "I8"
plain = "While nobody may know, the council hears nothing"
when = {hush = "yes"}
never = {"any.recipients" = "council"}
"""


def test_that_nobody_hears_in_silence_can_be_proved() -> None:
    assert the_only_break(altered(more=UNHEARD)).id == "I8"
    assert prove(altered(DEAF, more=UNHEARD)).broken == ()


@pytest.fixture
def spoilt(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(SMALL.replace('outcome = "ring"\napproval = "A0"', 'outcome = "ring"'), encoding="utf-8")
    return path


def test_the_command_prints_a_line_an_invariant_and_the_broken_one_as_a_conversation(
    spoilt: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["book", "prove", str(spoilt)])

    told = capsys.readouterr().out
    assert code == 1
    assert "BROKEN  I1: 999 first\nproved  I2: Nobody is warned\nproved  I3:" in told
    assert "    > Yes\n" in told
    assert "2 of 3 invariants hold" in told


def test_the_command_writes_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book, written = tmp_path / "small.toml", tmp_path / "pages" / "proof.md"
    book.write_text(SMALL, encoding="utf-8")

    code = main(["book", "prove", str(book), "--write", str(written)])

    assert code == 0
    assert "All 3 invariants below hold." in written.read_text(encoding="utf-8")
    assert "It took" in capsys.readouterr().out


def test_a_book_with_faults_is_told_as_book_check_tells_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "small.toml"
    path.write_text(SMALL.replace('outcome = "ring"', 'outcome = "rings"'), encoding="utf-8")

    codes = main(["book", "check", str(path)]), main(["book", "prove", str(path)])

    checked, proved = capsys.readouterr().out.split("small.toml, lane", 1)
    assert codes == (1, 1)
    assert "Did you mean 'ring'?" in proved
    assert checked == ""


def test_without_the_solver_the_command_says_how_to_get_it(tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    program = "import sys; sys.modules['pysat'] = None; from bot.__main__ import main; sys.exit(main(sys.argv[1:]))"

    done = subprocess.run(
        [sys.executable, "-c", program, "book", "prove", str(path)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )

    assert done.returncode == 2
    assert "pip install 'confer[prove]'" in done.stderr
    assert "Traceback" not in done.stderr
