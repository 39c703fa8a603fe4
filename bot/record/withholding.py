"""What is kept back from whom a record is about, until the data-protection lead has decided on each part.

The rule to keep: when in doubt it is kept back, and a person decides; what may tip somebody off, or is about one of us,
leaves no trace in the copy. Sources: UK GDPR Art 15(4); Data Protection Act 2018 Sch 2 paras 2, 16 and 17, Sch 3.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from bot.record import caution, labels
from bot.record.narrowing import narrowed
from bot.record.record import (
    Answered,
    AskedBack,
    Copy,
    Decided,
    Done,
    Followed,
    Kept,
    LaneRecord,
    Line,
    Record,
    Request,
    Who,
    Withheld,
    Words,
)
from storage.cases import plain_reference


def withhold(record: Record, given: Collection[str] = ()) -> Copy:
    """The copy, and each part that is kept back from it. `given`: the codes that the data-protection lead gives."""
    allowed = frozenset(given)
    if record.silenced and (whole := caution.code_of(record.id, "whole")) not in allowed:
        said = f"{record.reference}, begun {record.opened_at:%Y-%m-%d}: " + "; ".join(x.title for x in record.lanes)
        return Copy(None, (Withheld(whole, "The whole checklist", caution.SILENCED, said, shown=False),))
    doubt = record.unsafe or any(each.unsafe for each in _follow_ups(record))
    if doubt and (whole := caution.code_of(record.id, "unsafe")) not in allowed:
        said = f"{record.reference}, begun {record.opened_at:%Y-%m-%d}: " + "; ".join(x.title for x in record.lanes)
        return Copy(None, (Withheld(whole, "The whole checklist", caution.UNSAFE, said, shown=False),))
    return _Keeping(record, allowed).copy()


def unknown(records: Sequence[Record], given: Collection[str]) -> list[str]:
    """Of these codes, those of no part that is kept back once the others are given."""
    known: set[str] = set()
    while True:
        taken = known & set(given)
        more = {each.code for record in records for each in withhold(record, taken).withheld}
        if more <= known:
            return sorted(set(given) - known)
        known |= more


def _follow_ups(record: Record) -> list[Followed]:
    """The newest of each kind and lane: the one that stands."""
    found: dict[tuple[str, str], Followed] = {}
    for lane in record.lanes:
        found |= {(lane.id, each.kind): each for each in lane.followed}
    return list((found | {("", each.kind): each for each in record.followed}).values())


class _Keeping:
    """One record on its way to becoming a copy; collects what it keeps back."""

    def __init__(self, record: Record, given: frozenset[str]) -> None:
        self.record, self.given = record, given
        self.kept: dict[str, Withheld] = {}
        self.hidden: set[str] = set()  # ids that stand in ledger lines about restricted parts

    def copy(self) -> Copy:
        record = self.record
        lanes = tuple(self._lane(self._narrowed(each)) for each in record.lanes if self._may(each))
        answers = tuple(found for each in record.answers if (found := self._answer(each)))
        telling = any(each.restricted for each in record.lanes) or any(each.restricted for each in record.answers)
        copied = replace(
            record,
            reference=plain_reference(record.reference),
            worker=self._who(record.worker),
            answers=answers,
            lanes=lanes,
            looks=()
            if telling
            else tuple(
                replace(each, who=each.who and self._who(each.who), found=self._words(each.found, "A second look"))
                for each in record.looks
            ),
            handed=tuple(
                replace(
                    each, giver=self._who(each.giver), taker=self._who(each.taker), by=each.by and self._who(each.by)
                )
                for each in record.handed
            ),
            reopened=() if telling else tuple(self._said(each, "Opened again") for each in record.reopened),
            other_words=(),
            followed=tuple(self._followed(each) for each in record.followed if not self._quiet(each)),
            holds=(),
            kept=Kept(),  # as what it is kept may name what it is about
            head=(0, ""),
            lines=tuple(line for each in record.lines if (line := self._line(each, telling=telling))),
        )
        for words in record.other_words:
            self._keep(caution.code_of("words", words.id), _name(words), caution.TYPED, words.text, shown=False)
        if telling:
            for words in (*record.reopened, *(each.found for each in record.looks if each.found)):
                self._keep(caution.code_of("words", words.id), _name(words), caution.TYPED, words.text, shown=False)
        for held in (each for each in record.holds if each.why != labels.HOLDS["subject_access"]):
            self._keep(
                caution.code_of(record.id, "hold", held.why),
                "Why it is held",
                caution.RESTRICTED,
                held.why,
                shown=False,
            )
        return Copy(copied, tuple(self.kept.values()))

    def _keep(self, code: str, where: str, why: str, text: str, *, shown: bool = True) -> bool:
        """Whether it is kept back."""
        if code in self.given:
            return False
        self.kept[code] = Withheld(code, where, why, text or "–", shown)
        return True

    def _may(self, lane: LaneRecord) -> bool:
        if not lane.restricted:
            return True
        said = "; ".join([lane.outcome, lane.standing, *(each.text for each in _typed(lane))])
        if not self._keep(
            caution.code_of(self.record.id, "lane", lane.id),
            f"The part “{lane.title}”",
            caution.RESTRICTED,
            said,
            shown=False,
        ):
            return True
        self.hidden |= {lane.id, *_ids(lane)}
        return False

    def _quiet(self, followed: Followed) -> bool:
        """What was done about the whole may have been done because of a restricted part alone."""
        if not self.record.restricted:
            return False
        code = caution.code_of(self.record.id, "followed", followed.id)
        where, said = (
            f"Afterwards: {followed.kind}",
            f"{followed.answer}. {followed.words.text if followed.words else ''}",
        )
        kept = self._keep(code, where, caution.RESTRICTED, said.strip(), shown=False)
        self.hidden |= {followed.id} if kept else set()
        return kept

    def _narrowed(self, lane: LaneRecord) -> LaneRecord:
        """Without what in it tells of a restricted part, and without the ledger's lines about that."""
        if lane.restricted:
            return lane  # the lead gives it

        def keeps(kind: str, id: str, where: str, text: str) -> bool:
            return self._keep(caution.code_of(self.record.id, kind, id), where, caution.RESTRICTED, text, shown=False)

        found = narrowed(lane, keeps)
        self.hidden |= _ids(lane) - _ids(found)
        return found

    def _answer(self, given: Answered) -> Answered | None:
        where, text = f"The answer to “{given.ask}”", given.answer
        code = caution.code_of(self.record.id, "answer", given.question)
        if given.restricted:
            return None if self._keep(code, where, caution.RESTRICTED, text, shown=False) else given
        if given.stands or not self._keep(code, where, caution.ANOTHER, text, shown=given.always):
            return given
        # How it is known is said of what is so, and of nothing else.
        return replace(given, answer=f"[{code}]", basis="") if given.always else None

    def _who(self, who: Who) -> Who:
        if not who.id:
            return who
        code = caution.code_of(self.record.id, "who", who.id)
        role = who.role or "a former colleague"
        if self._keep(code, f"The name of a colleague ({role})", caution.COLLEAGUE, who.name):
            return Who(code, f"[{code}]", who.role)
        return replace(who, id=code)

    def _words(self, words: Words | None, place: str) -> Words | None:
        return None if words is None else self._said(words, place)

    def _said(self, words: Words, place: str) -> Words:
        code = caution.code_of("words", words.id)
        where = f"{place}: {labels.KINDS.get(words.kind, words.kind).lower()}"
        text = f"[{code}]" if self._keep(code, where, caution.TYPED, words.text) else words.text
        return replace(words, who=self._who(words.who), text=text)

    def _lane(self, lane: LaneRecord) -> LaneRecord:
        warned, where = (
            caution.code_of(self.record.id, "warned", lane.id),
            f"{lane.title}: what the checklist warned of",
        )
        hides = lane.warnings and self._keep(warned, where, caution.ANOTHER, " ".join(lane.warnings), shown=False)
        return replace(
            lane,
            warnings=() if hides else lane.warnings,
            clauses=(),
            law=(),
            would_say=tuple(self._said(each, lane.title) for each in lane.would_say),
            requests=tuple(self._request(each, lane.title) for each in lane.requests),
            further=tuple(
                replace(each, who=self._who(each.who), why=self._words(each.why, lane.title)) for each in lane.further
            ),
            done=tuple(self._done(each, lane.title) for each in lane.done),
            followed=tuple(self._followed(each) for each in lane.followed),
            there=tuple((self._who(who), what, at) for who, what, at in lane.there),
        )

    def _request(self, request: Request, place: str) -> Request:
        decision, spoken = request.decision, request.spoken
        return replace(
            request,
            asked=tuple((self._who(who), at) for who, at in request.asked),
            passed=tuple(self._who(who) for who in request.passed),
            decision=decision and self._decided(decision, place),
            spoken=spoken and replace(spoken, recorded_by=self._who(spoken.recorded_by)),
            questions=tuple(
                AskedBack(self._said(each.question, place), self._words(each.reply, place))
                for each in request.questions
            ),
        )

    def _decided(self, decision: Decided, place: str) -> Decided:
        return replace(decision, who=self._who(decision.who), why=self._words(decision.why, place))

    def _done(self, done: Done, place: str) -> Done:
        return replace(done, who=self._who(done.who), words=self._words(done.words, place))

    def _followed(self, followed: Followed) -> Followed:
        return replace(followed, who=self._who(followed.who), words=self._words(followed.words, "Afterwards"))

    def _line(self, line: Line, *, telling: bool) -> Line | None:
        """A line of the ledger without names, or none where it could tell of a part that is kept back."""
        if line.kind not in labels.LINES or self.hidden & set(line.ids.values()):
            return None
        if telling and line.kind in ("second look", "reopened"):
            return None  # what was found or said then is kept back
        return replace(line, who="one of us" if line.who else "", ids={})


def _ids(lane: LaneRecord) -> set[str]:
    """Every id by which the ledger may speak of something in this part."""
    found = {each.id for each in lane.requests} | {each.id for each in lane.done}
    return found | {each.id for each in lane.followed} | {each.id for each in _typed(lane)}


def _typed(lane: LaneRecord) -> Iterator[Words]:
    yield from lane.would_say
    for request in lane.requests:
        if request.decision and request.decision.why:
            yield request.decision.why
        for each in request.questions:
            yield each.question
            if each.reply:
                yield each.reply
    found = [each.why for each in lane.further] + [each.words for each in lane.done]
    yield from (words for words in (*found, *(each.words for each in lane.followed)) if words)


def _name(words: Words) -> str:
    return labels.KINDS.get(words.kind, words.kind)
