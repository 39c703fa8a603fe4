"""One step of a consultation: the version, the answers given, and a letter to every copy of its cards.

The three belong together: nothing is kept and nothing promised where somebody else was a moment earlier. On
PostgreSQL they are one statement, since every trip to the server is time in which somebody waits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Text, bindparam, exists, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY, insert

from storage.cases import ADVANCE, ANSWER, Cases, replacing
from storage.direct import Direct
from storage.letters import letters_to_copies
from storage.outbox import Outbox
from storage.records import CaseState, Conflict, Consultation
from storage.tables import Int64, answers
from storage.work import Work


def _in_one() -> Any:
    """Where the version had moved on, `moved` is empty and with it everything else: no row at all."""
    moved = ADVANCE.cte("moved")
    given = func.unnest(bindparam("questions", type_=ARRAY(Text)), bindparam("values", type_=ARRAY(Text)))
    each = given.table_valued("question_id", "value", name="given").render_derived()
    rows = select(
        bindparam("org", type_=Text),
        moved.c.id,
        each.c.question_id,
        each.c.value,
        bindparam("moment", type_=Int64),
    ).select_from(moved.join(each, true()))
    kept = replacing(insert(answers).from_select(ANSWER, rows)).returning(answers.c.question_id).cte("kept")
    letters = letters_to_copies(postgresql=True, only_if=exists(select(moved.c.id))).cte("letters")
    found = select(moved.c.id, letters.c.id.label("job"), letters.c.token, letters.c.payload)
    return found.select_from(moved.outerjoin(letters, true())).add_cte(kept)


_STEP = Direct(_in_one())


class Steps:
    def __init__(self, work: Work, cases: Cases, outbox: Outbox) -> None:
        self._work = work
        self._cases = cases
        self._outbox = outbox

    async def take(
        self,
        case: Consultation,
        answers: Mapping[str, str],
        state: CaseState | None,
        *,
        pressed: tuple[str, str, str],
        kind: str,
        message: str,
    ) -> tuple[Consultation, list[tuple[str, str, str]]]:
        """The consultation one version on, and (job id, token, post id) of the held letter. Raises Conflict.

        `pressed`, `kind` and `message` as in `Outbox.refresh`: the copy that was pressed is the caller's to answer.
        """
        if not self._work.postgresql:
            await self._cases.advance(case, state=state)
            await self._cases.record_answers(case, answers)
            held = await self._outbox.refresh(case.id, pressed=pressed, kind=kind, message=message)
        else:
            copies = self._outbox.copies(case.id, pressed=pressed, kind=kind, message=message)
            given = {"questions": list(answers), "values": list(answers.values())}
            rows = await _STEP.rows(self._work, copies | self._cases.version_on(case, state) | given)
            if not rows:
                raise Conflict("consultation")
            held = await self._outbox.promised([(row.job, row.token, row.payload) for row in rows if row.job])
        moved, now = self._cases.answered(case, answers), self._work.now
        moved = replace(moved, version=case.version + 1, state=state or case.state, changed_at=now)
        return (replace(moved, sent_at=now) if state == "sent" and not case.sent_at else moved), held
