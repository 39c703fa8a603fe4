"""Putting a picture and its opened words together, lane by lane, in the words that stand on paper.

The rule to keep: whatever is kept has its place in the record; what has none is among its other words.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.follow_words import NOBODY
from bot.picture import Picture
from bot.record import labels
from bot.record.record import (
    Answered,
    AskedBack,
    Decided,
    Done,
    Followed,
    Handed,
    LaneRecord,
    Law,
    Looked,
    Request,
    SpokenYes,
    WentFurther,
    Who,
    Words,
)
from bot.sight import (
    asked_by_another,
    narrowed,
    opens_by_another,
    quiet,
    quiet_items,
    tells_of_another,
    without_guarded,
)
from bot.wording import BASES, by_when, role_of
from policy.book import Lane
from policy.currency import law_text
from policy.grounds import grounds, guarded, guarded_lanes
from policy.walk import Verdict
from storage.records import ApprovalRequest, Person, SealedText

_COMMAND_LINE = Who("", "the command line", "whoever runs Confer")


def who_is(picture: Picture, id: str) -> Who:
    """Somebody as they stand on paper; whoever is not on the roster any more has no name here."""
    person: Person | None = picture.person(id)
    return Who(id, person.name, role_of(person)) if person else Who(id, "a former colleague", "")


class Assembly:
    """A picture and its opened words, put together lane by lane. `used`: the ids of the words that have a place."""

    def __init__(self, picture: Picture, words: Mapping[str, Words]) -> None:
        self.picture, self.book = picture, picture.book
        self.words = words
        self.used: set[str] = set()
        self.quiet = quiet(picture)
        self.plain = without_guarded(picture)

    def who(self, id: str | None) -> Who:
        return who_is(self.picture, id) if id else _COMMAND_LINE

    def word(self, id: str | None) -> Words | None:
        if id is None or id not in self.words:
            return None
        self.used.add(id)
        return self.words[id]

    def answers(self) -> tuple[Answered, ...]:
        book, case = self.book, self.picture.case
        screens = {screen.id: screen.ask for screen in book.screens}
        restricted = guarded(book) | asked_by_another(self.picture)
        found = []
        for question in book.questions:
            given = case.answers.get(question.id)
            if given is None:
                continue
            label = next((each.label for each in question.choices if each.value == given.value), given.value)
            found.append(
                Answered(
                    question.id,
                    screens.get(question.screen, ""),
                    question.ask,
                    label,
                    labels.BASES.get(self.picture.bases.get(question.id, ""), ""),
                    given.at,
                    question.clauses,
                    question.id in restricted,
                    not question.when,
                    question.id in book.copying.stands,
                    "asker" if question.id in book.form.asker else "way" if question.id in book.form.way else "",
                )
            )
        return tuple(found)

    def lanes(self) -> tuple[LaneRecord, ...]:
        picture = self.picture
        open_ones = {verdict.lane.id: verdict for verdict in picture.lanes}
        known = {each.lane for each in picture.requests}
        known |= {each.lane for each in picture.disclosures} | {each.lane for each in picture.departures}
        known |= {each.lane for each in picture.follow_ups}
        return tuple(
            self._lane(lane, open_ones.get(lane.id))
            for lane in self.book.lanes
            if lane.id in open_ones or lane.id in known
        )

    def _lane(self, lane: Lane, verdict: Verdict | None) -> LaneRecord:
        picture, book = self.picture, self.book
        requests = [each for each in picture.requests if each.lane == lane.id]
        clauses = verdict.clauses if verdict else lane.clauses
        said = [t for t in picture.texts if t.kind == "reason" and t.about in ("", lane.id)]
        heard = verdict.recipients if verdict else ()
        return LaneRecord(
            id=lane.id,
            title=lane.title,
            open=verdict is not None,
            restricted=lane.id in guarded_lanes(book) or opens_by_another(picture, lane.id),
            outcome=verdict.outcome.title if verdict else "",
            plain=verdict.outcome.plain if verdict else "",
            sends=labels.SENDS.get(verdict.outcome.sends, "") if verdict else "",
            basis=BASES[verdict.basis] if verdict else "",
            clock=by_when(book, verdict.clock, picture.walked.facts) if verdict else "",
            standing=labels.STANDINGS[picture.standing(verdict)] if verdict else "Does not apply any more",
            approval=f"{verdict.approval.code}: {verdict.approval.title}" if verdict and verdict.approval else "",
            recipients=tuple(book.recipients[id].title for id in heard),
            tells=verdict is not None and tells_of_another(picture, verdict),
            quiet_recipients=tuple(book.recipients[id].title for id in heard if id in self._quiet_recipients(verdict)),
            would_say=tuple(found for text in said if (found := self.word(text.id))),
            why=tuple(id for id in grounds(book, lane.id) if id in picture.case.answers),
            warnings=self._warnings(verdict) if verdict else (),
            clauses=tuple((id, book.clauses[id].title) for id in clauses if id in book.clauses),
            law=tuple(self._law(id) for id in (verdict.law if verdict else lane.law) if id in book.law),
            requests=tuple(self._request(each) for each in requests),
            further=tuple(
                WentFurther(
                    self.who(each.person_id),
                    each.at,
                    self._outcome(each.proposed),
                    self._outcome(each.chosen),
                    self.word(each.text_id),
                )
                for each in picture.departures
                if each.lane == lane.id
            ),
            done=self._done(lane.id),
            followed=self.followed(lane.id),
            there=tuple(
                (self.who(each.person_id), labels.THERE.get(each.what, each.what), each.at)
                for each in picture.confirmations
                if each.lane == lane.id
            ),
        )

    def _quiet_recipients(self, verdict: Verdict | None) -> set[str]:
        """Whom only a lane that is not for everybody makes hear it; everybody, where it keeps somebody else from it."""
        if verdict is None:
            return set()
        heard, plain = set(verdict.recipients), self.plain.get(verdict.lane.id)
        if plain is None:
            return heard - set(narrowed(self.picture, verdict).recipients)
        return heard - (set(plain.recipients) if set(plain.recipients) <= heard else set())

    def _warnings(self, verdict: Verdict) -> tuple[str, ...]:
        said = {check.id: check.say for check in self.book.checks}
        return tuple(said[id] for id in (*verdict.blocks, *verdict.warnings) if id in said)

    def _law(self, id: str) -> Law:
        note = self.book.law[id]
        return Law(id, law_text(note, self.picture.walked.facts), note.source, note.checked_on)

    def _outcome(self, id: str) -> str:
        return self.book.outcomes[id].title if id in self.book.outcomes else id

    def _request(self, request: ApprovalRequest) -> Request:
        picture = self.picture
        decision = picture.decisions.get(request.id)
        spoken = picture.spoken.get(request.id)
        code = self.book.approvals.get(request.code)
        questions = [t for t in picture.texts if t.kind == "question" and t.about == request.id]
        order = sorted(request.asked, key=lambda id: (request.asked_at.get(id, request.opened_at), id))
        return Request(
            id=request.id,
            code=request.code,
            title=code.title if code else "",
            state=labels.REQUESTS.get(request.state, request.state),
            opened_at=request.opened_at,
            settled_at=request.settled_at,
            second=request.second_of is not None,
            asked=tuple((self.who(id), request.asked_at.get(id, request.opened_at)) for id in order),
            passed=tuple(self.who(id) for id in order if id in request.passed),
            steps=tuple(
                (labels.RUNGS.get(each.kind, each.kind), each.at) for each in picture.rungs.get(request.id, ())
            ),
            decision=Decided(
                self.who(decision.person_id),
                labels.VERDICTS[decision.verdict],
                decision.at,
                self.word(decision.text_id),
                picture.decided(request) is not None,
            )
            if decision
            else None,
            spoken=SpokenYes(
                self.who(spoken.recorded_by),
                spoken.said_at,
                spoken.confirm_by,
                labels.CONFIRMED[spoken.answer],
                spoken.answered_at,
            )
            if spoken
            else None,
            questions=tuple(self._asked_back(text) for text in questions),
        )

    def _asked_back(self, question: SealedText) -> AskedBack:
        reply = next((t for t in self.picture.texts if t.kind == "reply" and t.about == question.id), None)
        asked = self.word(question.id) or self.words[question.id]
        return AskedBack(asked, self.word(reply.id) if reply else None)

    def _done(self, lane: str) -> tuple[Done, ...]:
        hidden = quiet_items(self.picture, lane)
        return tuple(
            Done(
                each.id,
                self.who(each.person_id),
                each.at,
                each.shared_at,
                self._recipient(each.recipient),
                labels.way(each.way),
                labels.verified(each.verified),
                tuple(labels.item(self.book, id) for id in each.items),
                self.word(each.text_id),
                each.corrects,
                each.id in self.quiet,
                tuple(labels.item(self.book, id) for id in each.items if id in hidden),
            )
            for each in self.picture.disclosures
            if each.lane == lane
        )

    def _recipient(self, id: str) -> str:
        known = self.book.recipients.get(id)
        return "Nobody outside was told" if id == NOBODY else known.title if known else id

    def followed(self, lane: str) -> tuple[Followed, ...]:
        return tuple(
            Followed(
                each.id,
                labels.FOLLOW_UPS.get(each.kind, each.kind),
                labels.followed(each.kind, each.answer),
                each.kind == "told" and each.answer in labels.NOT_SAFE,
                self.who(each.person_id),
                each.at,
                self.word(each.text_id),
            )
            for each in self.picture.follow_ups
            if each.lane == lane
        )

    def looks(self) -> tuple[Looked, ...]:
        return tuple(
            Looked(
                labels.LOOKS.get(each.kind, each.kind),
                each.due_at,
                self.who(each.done_by) if each.done_by else None,
                each.done_at,
                self.word(each.text_id),
            )
            for each in self.picture.looks
        )

    def handed(self) -> tuple[Handed, ...]:
        return tuple(
            Handed(
                self.who(each.from_id),
                self.who(each.to_id),
                self.who(each.by_id) if each.by_id else None,
                labels.HANDED.get(each.why, each.why),
                each.at,
            )
            for each in self.picture.handovers
        )
