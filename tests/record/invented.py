"""An invented record, put together by hand, for what a paper says of it: one plain lane, and one that is restricted."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from bot.record.record import (
    Answered,
    Decided,
    Done,
    Followed,
    Held,
    Kept,
    LaneRecord,
    Law,
    Line,
    Record,
    Request,
    Who,
    Words,
)

BEGUN = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)  # British Summer Time
AMIRA = Who("p1", "Amira Osei", "worker")
FEMI = Who("p2", "Femi Adair", "worker")
BEN = Who("p3", "Ben Carver", "worker, safeguarding lead")


def said(id: str, text: str, who: Who = AMIRA, kind: str = "done") -> Words:
    return Words(id, kind, who, BEGUN, text)


def answered(
    question: str, ask: str, answer: str = "Yes", *, restricted: bool = False, always: bool = True, stands: bool = False
) -> Answered:
    screen = "Could any of these be true?"
    return Answered(question, screen, ask, answer, "Seen", BEGUN, ("4.1",), restricted, always, stands)


def request(id: str, who: Who, why: Words) -> Request:
    return Request(
        id,
        "A1",
        "One other person agrees",
        "agreed",
        BEGUN,
        BEGUN + timedelta(minutes=5),
        False,
        ((who, BEGUN),),
        (),
        (),
        Decided(who, "agreed", BEGUN + timedelta(minutes=5), why, True),
        None,
        (),
    )


def lane(id: str, title: str, asked: Request, done: tuple[Done, ...], *, restricted: bool = False) -> LaneRecord:
    return LaneRecord(
        id=id,
        title=title,
        open=True,
        restricted=restricted,
        outcome=f"{title}: tell the council",
        plain="The council decides what to do.",
        sends="Information leaves the charity",
        basis="The law lets us. It does not force us",
        clock="Today",
        standing="Agreed",
        approval="A1: One other person agrees",
        recipients=("The council",),
        would_say=(said(f"{id}-say", f"The words for {id}.", kind="reason"),),
        why=("harm",),
        warnings=(),
        clauses=(("4.2.1", "A child at risk"),),
        law=(Law("L7", "Tell the council.", "Children Act 1989 section 47", date(2026, 6, 1)),),
        requests=(asked,),
        further=(),
        done=done,
        followed=(),
        there=(),
    )


def done(id: str, text: str, corrects: str | None = None) -> Done:
    words = said(f"{id}-words", text)
    return Done(id, AMIRA, BEGUN, BEGUN, "The council", "By telephone", "", ("What was seen",), words, corrects)


PLAIN = lane(
    "child",
    "A child at risk",
    request("r1", FEMI, said("r1-why", "Two marks, no explanation.", FEMI, "approved")),
    (done("d1", "They ring back by nine."), done("d2", "They ring back by ten.", corrects="d1")),
)
RESTRICTED = lane(
    "allegation",
    "A worry about one of our own",
    request("r2", BEN, said("r2-why", "He must not hear of it.", BEN, "approved")),
    (done("d3", "The chair knows."),),
    restricted=True,
)


def record(*lanes: LaneRecord, silenced: bool = False, told: str = "") -> Record:
    """`told`: what was answered to whether the person was told, where that was not safe."""
    followed = (Followed("f1", "Was the person told?", told, True, AMIRA, BEGUN, None),) if told else ()
    lines = [("consultation opened", {}), ("approved", {"request": "r1"}), ("approved", {"request": "r2"})]
    lines += [("kept from people", {"of": "Ben Carver"}), ("closed", {})]
    return Record(
        charity="An invented charity",
        zone="Europe/London",
        id="case1",
        reference="HP-118 (4K)",
        state="Closed",
        worker=AMIRA,
        book="An invented book",
        book_version="2026.1",
        book_now="",
        opened_at=BEGUN,
        changed_at=BEGUN,
        silenced=silenced,
        sent=True,
        answers=(
            answered("harm", "A child may be harmed, or was"),
            answered("carer", "Is there a parent or carer who is safe to tell?", "Not sure"),
            answered("ours", "The worry is about one of our own people", restricted=True),
        ),
        lanes=lanes or (PLAIN, RESTRICTED),
        looks=(),
        handed=(),
        reopened=(),
        other_words=(),
        followed=followed,
        holds=(Held("a worry about one of our own", BEGUN, None, None),),
        kept=Kept(BEGUN, "child", BEGUN + timedelta(days=9000), None),
        lines=tuple(
            Line(number, BEGUN, kind, "Amira Osei", ids, "0123456789ab") for number, (kind, ids) in enumerate(lines, 1)
        ),
        head=(5, "ab" * 32),
        read_at=BEGUN + timedelta(days=1),
    )
