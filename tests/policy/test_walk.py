"""The walk over a small book whose every row is known: what is asked, what is ignored, what comes of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from policy.assessing import assess
from policy.book import Book
from policy.examples import check_example, complete
from policy.proof import breaches, moves
from policy.reading import BookError, read
from policy.walk import AnswerError, Asking, Decided, Verdict, walk
from tests.policy.small import SMALL, small_book

TODAY = date(2026, 11, 22)
NO_DANGER = {"life": "no", "child": "no", "hushed": "no", "share": "no"}


@pytest.fixture(scope="module")
def book() -> Book:
    return small_book()


def asking(found: Asking | Decided) -> Asking:
    assert isinstance(found, Asking)
    return found


def asked_now(found: Asking | Decided) -> list[str]:
    return [question.id for question in asking(found).questions]


def lane(found: Asking | Decided, name: str) -> Verdict:
    return next(item for item in found.lanes if item.lane.id == name)


def outcomes(found: Asking | Decided) -> dict[str, str]:
    return {item.lane.id: item.outcome.id for item in found.lanes}


def test_danger_to_life_is_asked_first(book: Book) -> None:
    found = asking(walk(book, {}))

    assert (found.screen.id, asked_now(found), found.step) == ("life", ["life"], 1)
    assert found.about >= found.step
    assert found.unknown == ("life", "child", "hushed", "share")


def test_the_parts_of_a_tick_screen_are_asked_together(book: Book) -> None:
    assert asked_now(walk(book, {"life": "no"})) == ["child", "hushed", "share"]


def test_an_idle_tick_stands_with_the_ticks_that_matter() -> None:
    idle = '[[question]]\nid = "idle"\nscreen = "danger"\nask = "Nothing"\noptions = "yn"\n\n[[screen]]\nid = "who"'
    book = read(SMALL.replace('[[screen]]\nid = "who"', idle).replace("[quiet]\n", '[quiet]\nidle = "no"\n'))

    assert asked_now(walk(book, {"life": "no"})) == ["child", "hushed", "share", "idle"]
    assert isinstance(walk(book, NO_DANGER), Decided)


def test_a_part_that_has_its_answer_is_not_asked_again(book: Book) -> None:
    assert asked_now(walk(book, {"life": "no", "hushed": "no"})) == ["child", "share"]


def test_nothing_open_ends_in_the_lane_that_opens_alone(book: Book) -> None:
    found = walk(book, NO_DANGER)

    assert isinstance(found, Decided)
    assert outcomes(found) == {"private": "keep"}
    assert found.asked == ("life", "child", "hushed", "share")


def test_the_lane_that_opens_alone_is_closed_by_any_other(book: Book) -> None:
    found = walk(book, NO_DANGER | {"child": "unsure", "note": "no"})

    assert outcomes(found) == {"child": "ask"}


def test_danger_to_life_opens_at_once_and_asks_only_for_the_call(book: Book) -> None:
    found = walk(book, {"life": "yes"})

    assert outcomes(found) == {"emergency": "ring"}
    assert lane(found, "emergency").settled
    assert asked_now(found) == ["called"]


def test_nothing_more_is_asked_until_the_call_is_made(book: Book) -> None:
    waiting = walk(book, {"life": "yes", "called": "no", "child": "yes"})
    after = walk(book, {"life": "yes", "called": "yes", "child": "yes"})

    assert isinstance(waiting, Decided)
    assert outcomes(waiting) == {"emergency": "ring", "child": "refer"}
    assert waiting.unknown == ("hushed", "share", "parent", "note")
    assert asked_now(after) == ["hushed", "share"]


def test_a_question_that_cannot_matter_is_left_out(book: Book) -> None:
    # With the lips sealed the sharing lane closes, whoever would hear and whatever was signed.
    found = walk(book, NO_DANGER | {"hushed": "yes", "share": "yes"})

    assert isinstance(found, Decided)
    assert found.unknown == ("who",)


def test_a_recipient_that_is_an_answer_is_asked_for(book: Book) -> None:
    found = walk(book, NO_DANGER | {"share": "yes"}, today=TODAY)

    assert asked_now(found) == ["who"]
    sent = walk(book, NO_DANGER | {"share": "yes", "who": "doctor", "signed": "fresh"})
    assert lane(sent, "share").recipients == ("doctor",)


def test_guidance_alone_is_reason_enough_to_ask(book: Book) -> None:
    found = walk(book, NO_DANGER | {"child": "yes"})

    assert asked_now(found) == ["parent", "note"]
    assert lane(found, "child").settled


def test_a_kept_question_is_asked_though_it_changes_nothing() -> None:
    kept = read(SMALL.replace(', when = {note = "yes"}}]', "}]"))
    idle = read(SMALL.replace(', when = {note = "yes"}}]', "}]").replace("keep = true\n", ""))
    answers = NO_DANGER | {"child": "yes", "parent": "yes"}

    assert asked_now(walk(kept, answers)) == ["note"]
    assert isinstance(walk(idle, answers), Decided)


def test_guidance_is_shown_where_it_holds(book: Book) -> None:
    found = lane(walk(book, NO_DANGER | {"child": "yes", "parent": "unsure", "note": "yes"}), "child")

    assert [guide.id for guide in found.show] == ["child.note"]
    assert [guide.id for guide in found.never] == ["child.tell"]
    assert [guide.id for guide in found.steps] == ["refer.ring"]
    assert [guide.id for guide in found.words] == ["refer.say"]
    assert (found.contacts, found.clauses, found.law) == (("town",), ("1.2",), ("L1",))
    assert found.approval is not None
    assert found.approval.code == "A1"


def test_the_last_of_a_hundred_answers_is_told_from_the_others_and_more_are_refused() -> None:
    def with_answers(count: int) -> str:
        options = ", ".join(f'{{value = "v{at}", label = "{at}"}}' for at in range(count))
        extra = f'[[question]]\nid = "long"\nscreen = "signed"\nask = "Which?"\noptions = [{options}]\n'
        shown = f'show = [{{id = "last", say = "The last.", when = {{long = "v{count - 1}"}}}}, '
        text = SMALL.replace('[[screen]]\nid = "family"', extra + '\n[[screen]]\nid = "family"')
        text = text.replace(
            'kind = "choice"\n\n[[question]]\nid = "signed"', 'kind = "form"\n\n[[question]]\nid = "signed"'
        )
        return text.replace("show = [", shown, 1).replace("[quiet]\n", '[quiet]\nlong = "v0"\n')

    book = read(with_answers(100))
    found = [lane(walk(book, NO_DANGER | {"child": "yes", "long": f"v{at}"}), "child").show for at in (98, 99)]

    assert [[guide.id for guide in shown] for shown in found] == [[], ["last"]]
    with pytest.raises(BookError, match="100 are the most"):
        read(with_answers(101))


def test_going_back_keeps_later_answers_for_when_they_apply_again(book: Book) -> None:
    answers = NO_DANGER | {"share": "yes", "who": "doctor", "signed": "fresh"}

    without = walk(book, answers | {"share": "no"})
    again = walk(book, answers)

    assert outcomes(without) == {"private": "keep"}
    assert "who" not in without.facts
    assert outcomes(again) == {"share": "send"}


def test_an_answer_that_may_yet_apply_settles_nothing_before_it_does(book: Book) -> None:
    found = walk(book, {"who": "doctor", "signed": "fresh"})

    assert asked_now(found) == ["life"]
    assert found.facts == {"duty": "no", "hush": "no", "lead": "head"}
    assert found.lanes == (lane(found, "private"),)
    assert not lane(found, "private").settled


def test_silence_takes_every_talk_away_and_names_another_lead(book: Book) -> None:
    found = lane(walk(book, NO_DANGER | {"child": "unsure", "hushed": "yes", "parent": "no", "note": "no"}), "child")
    plain = lane(walk(book, NO_DANGER | {"child": "yes", "hushed": "yes", "parent": "no", "note": "no"}), "child")

    assert found.talk == "none"
    assert plain.recipients == ("council", "deputy", "doctor")


def with_deaf(*names: str) -> Book:
    """The small book in which these hear nothing in silence, and in which the doctor would hear in silence too."""
    share = '[[lane.rule]]\nwhen = {share = "yes", hush = "yes"}\noutcome = "none"\n'
    text = SMALL.replace(share, f'[[lane.rule]]\nwhen = {{share = "yes", who = "doctor"}}\noutcome = "send"\n\n{share}')
    for name in names:
        text = text.replace(
            f'[[recipient]]\nid = "{name}"\n', f'[[recipient]]\nid = "{name}"\nhears_in_silence = false\n'
        )
    return read(text, "small.toml")


def test_in_silence_nobody_hears_who_must_not_whether_listed_added_or_named_by_an_answer() -> None:
    book = with_deaf("council", "doctor")
    child = NO_DANGER | {"child": "yes", "parent": "no", "note": "no"}
    share = NO_DANGER | {"share": "yes", "who": "doctor"}

    silent = [
        lane(walk(book, answers | {"hushed": "yes"}), name) for answers, name in ((child, "child"), (share, "share"))
    ]

    assert [found.recipients for found in silent] == [("deputy",), ()]
    assert silent[0].outcome.id == "refer"


def test_who_does_not_hear_in_silence_hears_at_any_other_time() -> None:
    book = with_deaf("council", "doctor")
    share = NO_DANGER | {"share": "yes", "who": "doctor"}

    silent, plain = (lane(walk(book, share | {"hushed": hushed}), "share") for hushed in ("yes", "no"))

    assert (silent.rule, silent.recipients) == (plain.rule, ())
    assert plain.recipients == ("doctor",)


def test_within_hours_makes_routine_today_in_protective_lanes_only() -> None:
    book = small_book()  # afresh: a verdict remembered by another test would hide a slip
    found = walk(book, {"life": "soon", "child": "unsure", "hushed": "no", "share": "yes"})

    assert lane(found, "child").clock == "today"
    assert lane(found, "share").clock == "routine"


def test_a_flag_turns_what_is_permitted_into_what_is_required(book: Book) -> None:
    answers = NO_DANGER | {"child": "yes", "parent": "no", "note": "no"}

    assert lane(walk(book, answers), "child").basis == "permitted"
    assert lane(walk(book, answers, flags={"duty": "yes"}), "child").basis == "required"


@pytest.mark.parametrize(
    ("days", "settings", "band"),
    [(0, {}, "fresh"), (100, {}, "fresh"), (101, {}, "old"), (-3, {}, "fresh"), (101, {"fresh_days": 101}, "fresh")],
)
def test_a_date_falls_into_the_charitys_own_band(book: Book, days: int, settings: dict[str, int], band: str) -> None:
    signed = (TODAY - timedelta(days=days)).isoformat()
    answers = NO_DANGER | {"share": "yes", "who": "council", "signed": signed}

    assert walk(book, answers, settings=settings, today=TODAY).facts["signed"] == band


def test_how_it_goes_is_asked_only_once_the_decision_is_made(book: Book) -> None:
    decided = NO_DANGER | {"child": "yes", "parent": "no", "note": "no"}

    assert isinstance(walk(book, decided), Decided)
    assert asked_now(walk(book, decided, stage="send")) == ["channel"]
    assert asked_now(walk(book, decided | {"channel": "app"}, stage="send")) == ["checked"]
    assert isinstance(walk(book, decided | {"channel": "fax"}, stage="send"), Decided)
    assert asked_now(walk(book, {"channel": "fax"}, stage="send")) == ["life"]


def test_nothing_that_stays_inside_is_asked_how_it_goes(book: Book) -> None:
    assert isinstance(walk(book, NO_DANGER, stage="send"), Decided)


def test_what_is_only_written_down_never_brings_back_a_question_of_the_decision() -> None:
    # With the lips sealed nobody needs to know when it was signed; the record does not ask for it afterwards.
    later = '[[question]]\nid = "why"\nscreen = "checking"\nask = "Why so old?"\noptions = "yn"\nkeep = true\n'
    later += 'when = [{who = "doctor"}]\n\n[[derived]]\nid = "hush"'
    text = SMALL.replace('[[derived]]\nid = "hush"', later, 1).replace("[quiet]\n", '[quiet]\nwhy = "no"\n')
    book = read(
        text.replace(
            'id = "checking"\nask = "One more thing"\nkind = "choice"', 'id = "checking"\nask = "More"\nkind = "form"'
        )
    )
    answers = {"life": "no", "child": "yes", "hushed": "yes", "share": "yes", "parent": "no", "note": "no"}

    assert isinstance(walk(book, answers), Decided)
    assert asked_now(walk(book, answers, stage="send")) == ["channel"]
    assert isinstance(walk(book, answers | {"channel": "fax"}, stage="send"), Decided)


def test_a_row_that_holds_until_something_is_said_lets_go_when_it_is() -> None:
    rows = 'rows = [{when = {duty = "no"}, value = "yes"}]'
    book = read(
        SMALL.replace('[[derived]]\nid = "hush"', f'[[derived]]\nid = "free"\n{rows}\n\n[[derived]]\nid = "hush"', 1)
    )

    assert walk(book, {}).facts["free"] == "yes"
    assert walk(book, {}, flags={"duty": "yes"}).facts["free"] == "no"


def test_a_check_blocks_or_warns_by_lane_and_never_an_immediate_one(book: Book) -> None:
    answers = {"life": "yes", "called": "yes", "child": "yes", "hushed": "no", "share": "yes", "who": "doctor"}
    answers |= {"signed": "fresh", "parent": "no", "note": "no", "channel": "app", "checked": "no"}

    found = walk(book, answers, stage="send")

    assert lane(found, "emergency").blocks == lane(found, "emergency").warnings == ()
    assert (lane(found, "child").blocks, lane(found, "child").warnings) == ((), ("identity",))
    assert (lane(found, "share").blocks, lane(found, "share").warnings) == (("identity",), ())
    assert lane(walk(book, answers | {"channel": "fax"}, stage="send"), "child").blocks == ("fax",)


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"chid": "yes"}, "Did you mean 'child'?"),
        ({"child": "maybe"}, "It must be one of: yes, no, unsure."),
        ({"hush": "yes"}, "worked out"),
        ({"duty": "yes"}, "given by the charity's settings"),
        ({"sends": "yes"}, "worked out"),
        ({"signed": "yesterday"}, "must be a date"),
    ],
)
def test_an_answer_the_book_does_not_know_is_refused(book: Book, answers: dict[str, str], says: str) -> None:
    with pytest.raises(AnswerError) as caught:
        walk(book, answers, today=TODAY)

    assert says in str(caught.value)


def test_a_date_cannot_be_read_without_today(book: Book) -> None:
    with pytest.raises(AnswerError, match="today"):
        walk(book, {"signed": "2026-01-01"})


@pytest.mark.parametrize("flags", [{"dutie": "yes"}, {"duty": "maybe"}])
def test_a_flag_the_book_does_not_know_is_refused(book: Book, flags: dict[str, str]) -> None:
    with pytest.raises(AnswerError, match="duty"):
        walk(book, {}, flags=flags)


def test_the_examples_of_the_small_book_are_met(book: Book) -> None:
    assert [check_example(book, example) for example in book.examples] == [[], [], []]


def test_a_completion_asks_what_applies_and_says_what_was_never_asked(book: Book) -> None:
    done = complete(book, {"share": "no", "who": "doctor", "child": "yes"})

    assert done.never_asked == ("who",)
    assert list(done.answers) == ["life", "child", "hushed", "share", "parent", "note", "channel", "checked"]


@pytest.mark.parametrize(
    ("there", "instead", "says"),
    [
        ('lanes = {child = "refer"}', 'lanes = {child = "ask"}', "lanes: child is refer and should be ask"),
        ('approvals = {child = "A1"}\n', "", "approvals: child is A1 and should be not there"),
        ('blocks = {child = ["fax"]}\n', "", "blocks: child"),
        ('facts = {child = "yes", note', 'facts = {called = "yes", child = "yes", note', "'called' is listed"),
        ('show = {child = ["child.note"', 'show = {child = ["child.tell"', "does not show 'child.tell'"),
        ('show = {child = ["child.note"', 'never = {child = ["child.note"', "shows 'child.note'"),
    ],
)
def test_an_example_that_is_not_met_says_what_differs(there: str, instead: str, says: str) -> None:
    assert there in SMALL
    book = read(SMALL.replace(there, instead, 1))

    found = [line for example in book.examples for line in check_example(book, example)]

    assert any(says in line for line in found), found


def test_an_invariant_that_is_breached_is_told(book: Book) -> None:
    loud = read(SMALL.replace('silenced = [{hush = "yes"}]\n', ""))
    answers = NO_DANGER | {"child": "yes", "hushed": "yes", "parent": "no", "note": "no"}

    found, kept = walk(loud, answers), walk(book, answers)

    assert breaches(loud, found.facts, found.lanes) == ["I2 (lane 'child'): Nobody is warned"]
    assert breaches(book, kept.facts, kept.lanes) == []


def test_a_fact_that_moves_what_it_must_not_is_told(book: Book) -> None:
    moved = read(SMALL.replace('when = {child = "unsure"}\n', 'when = {child = "unsure", share = "no"}\n'))
    answers = complete(book, {"child": "unsure"}).answers

    assert moves(book, answers) == []
    assert moves(moved, answers) == ["I3 (lane 'child'): A request moves no danger"]


def test_an_assessment_is_plain_values(book: Book) -> None:
    answers = NO_DANGER | {"child": "yes", "parent": "yes", "note": "yes", "channel": "app", "checked": "no"}

    assert assess(book, answers, {"duty": "yes"}, TODAY) == {
        "book": "small",
        "version": "1",
        "lanes": {
            "child": {
                "outcome": "refer",
                "approvals": ["A1"],
                "recipients": ["council", "head"],
                "clock": "today",
                "show": [
                    {"id": "child.note", "text": "Keep the note."},
                    {"id": "refer.ring", "text": "Ring the council."},
                    {"id": "refer.say", "text": "Say what you saw."},
                ],
                "never": [],
                "clauses": ["1.2"],
                "law": ["L1"],
                "rule": "child.1",
                "talk": "along",
                "basis": "required",
                "blocks": [],
                "warnings": ["identity"],
            }
        },
        "next": None,
        "unknown": [],
    }


def test_a_date_can_be_picked_on_a_card_as_one_of_its_bands(book: Book) -> None:
    signed = book.question("signed")
    answers = NO_DANGER | {"share": "yes", "who": "doctor"}

    lanes = {option.value: outcomes(walk(book, {**answers, "signed": option.value})) for option in signed.choices}

    assert [option.label for option in signed.choices] == ["In the last 100 days", "Longer ago"]
    assert lanes == {"fresh": {"share": "send"}, "old": {"share": "agree_first"}}
