"""Making a paper of a record as a file, and its line in the ledger: who, for whom, what, of which consultation.

The rule to keep: the line is written in the transaction that reads; a refusal is a line too, and says no more than that
there is nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from bot.bad_input import BadInput
from bot.organisation.charity import Charity
from bot.picture import Picture
from bot.record import papers
from bot.record.chapters import called
from bot.record.document import Document, practised
from bot.record.gathering import gathered
from bot.record.reading import Paper
from bot.record.record import Record, Who
from bot.record.withholding import unknown, withhold
from bot.wording import role_of
from storage.records import Person
from storage.store import Transaction

Format = Literal["pdf", "docx", "json", "md"]

FORMATS: tuple[Format, ...] = get_args(Format)

COMMAND_LINE = "command line"


@dataclass(frozen=True, slots=True)
class Paged:
    """A document and, for JSON, the fields beside its sections: none that the document does not show."""

    document: Document
    zone: str
    fields: Mapping[str, object]


async def paged(
    tx: Transaction,
    charity: Charity,
    pictures: Sequence[Picture],
    reference: str,
    paper: Paper,
    person: Person,
    given: Collection[str] = (),
) -> Paged:
    """The paper of these, which this person may have. A note and a record are of the first alone.

    That of a practice says so on every page. `given`: codes of parts that a copy is to have. Raises BadInput where
    nothing that is kept back has such a code.
    """
    found = await _paged(tx, charity, pictures, reference, paper, person, given)
    if not any(picture.case.practice for picture in pictures):
        return found
    return replace(found, document=practised(found.document), fields={"practice": True, **found.fields})


async def _paged(
    tx: Transaction,
    charity: Charity,
    pictures: Sequence[Picture],
    reference: str,
    paper: Paper,
    person: Person,
    given: Collection[str],
) -> Paged:
    zone = str(charity.timezone)
    if paper in ("note", "record"):
        record = await gathered(tx, pictures[0], lines=paper == "record")
        if paper == "note":
            return Paged(papers.note(record), zone, {})
        return Paged(papers.full(record, called(_who(person))), zone, {"record": record})
    records: list[Record] = [await gathered(tx, picture) for picture in pictures]
    if wrong := unknown(records, given):
        codes = ", ".join(wrong)
        raise BadInput(
            f"nothing that is kept back has the code {codes}; see the sheet. A part of a checklist that is kept back "
            "as a whole needs that code as well"
        )
    copies = [withhold(record, given) for record in records]
    if paper == "sheet":
        kept = [each for one in copies for each in one.withheld]
        return Paged(papers.sheet(reference, charity.name, copies, tx.now, zone), zone, {"kept_back": kept})
    return Paged(papers.copy(reference, charity.name, copies, tx.now, zone), zone, {})


def written(paged: Paged, format: Format) -> bytes:
    """The file. The libraries of a format are read only when it is wanted."""
    match format:
        case "pdf":
            from bot.record.as_pdf import pdf

            return pdf(paged.document, paged.zone)
        case "docx":
            from bot.record.as_docx import word

            return word(paged.document, paged.zone)
        case "json":
            from bot.record.as_json import as_json

            return as_json(paged.document, paged.zone, paged.fields)
        case "md":
            from bot.record.as_markdown import markdown

            return markdown(paged.document, paged.zone)


def noted(
    tx: Transaction,
    pictures: Sequence[Picture],
    person: Person,
    paper: Paper,
    format: str,
    *,
    by: str = "",
    given: Collection[str] = (),
) -> None:
    """A line for each consultation that was read. `by`: whose hand it was, where not this person's own."""
    more = {"by": by} if by else {}
    if given:
        more["given"] = " ".join(sorted(given))
    for picture in pictures:
        tx.note("exported", person=person.id, consultation=picture.case.id, paper=paper, form=format, **more)


def refused(tx: Transaction, ids: Sequence[str], person: Person, paper: str, *, by: str = "") -> None:
    """A line for each consultation that was asked for in vain; one without any where there is none."""
    more = {"by": by} if by else {}
    for id in ids:
        tx.note("export refused", person=person.id, consultation=id, paper=paper, **more)
    if not ids:
        tx.note("export refused", person=person.id, paper=paper, **more)


def _who(person: Person) -> Who:
    return Who(person.id, person.name, role_of(person))
