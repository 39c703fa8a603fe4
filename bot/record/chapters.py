"""The chapters that the documents share: answers, lanes, who agreed, what was done, the ledger's lines.

The rule to keep: every line says who, when and on what ground, or that the record has none; nothing is judged.
"""

from __future__ import annotations

from bot.record import labels
from bot.record.document import Block, Heading, Points, Quote, Say, rows, table
from bot.record.record import Answered, Done, Followed, LaneRecord, Record, Request, Who, Words
from bot.record.times import day, exactly, moment


def called(who: Who) -> str:
    """Name and role: Ben Carver, worker, safeguarding lead."""
    return f"{who.name}, {who.role}" if who.role else who.name


def quoted(record: Record, words: Words | None) -> list[Block]:
    """What somebody typed, with who and when; or that its key was destroyed."""
    if words is None:
        return []
    source = f"{labels.KINDS.get(words.kind, words.kind)}. {called(words.who)}, {moment(words.at, record.zone)}"
    return [Quote(words.text or "These words were destroyed with the key of this record.", source)]


def answers(record: Record) -> list[Block]:
    """Every answer, with its question as it was worded and how it was known."""
    lines = [(asked(each), each.answer, each.basis, exactly(each.at, record.zone)) for each in record.answers]
    if not lines:
        return [Say("Nothing was answered.")]
    if not any(each.basis for each in record.answers):
        plain = [(question, answer, at) for question, answer, _, at in lines]
        return table(("Question", "Answer", "Answered"), (50, 25, 25), plain)
    blocks = table(("Question", "Answer", "How it is known", "Answered"), (46, 22, 14, 18), lines)
    said = (
        "“Seen”, “told” and “professional view” are what the worker said of each fact. A dash stands where a question "
        "is not about a fact, or where nobody has said."
    )
    return [Say(said, "small"), *blocks]


def asked(answered: Answered) -> str:
    """The question as it was read on the screen: a box to tick is half of one."""
    return answered.ask if "?" in answered.ask else f"{answered.screen} {answered.ask}"


def standing(found: tuple[Done, ...]) -> list[Done]:
    """What was done, as it stands: without the entries that a later one puts right."""
    corrected = {each.corrects for each in found}
    return [each for each in found if each.id not in corrected]


def lane(record: Record, one: LaneRecord, *, whole: bool = True) -> list[Block]:
    """One way the case opened: what it came to, why, who agreed, what was done.

    Where it is not `whole`, nothing says that there is no more: something may have been left out. Nor does it say then
    on which answers it rests: that would tell what was answered.
    """
    by_id = {each.question: each for each in record.answers}
    agrees = one.approval or ("Nobody" if one.open and one.outcome else "")
    facts = rows(
        ("What the checklist suggested", one.outcome),
        ("In plain words" if whole else "In plain words, to our worker", one.plain),
        ("What leaves the charity", one.sends),
        ("Who may hear it", ", ".join(one.recipients)),
        ("The law", one.basis),
        ("How soon", one.clock),
        ("Who must agree", agrees),
        ("Where it stands", one.standing),
    )
    blocks: list[Block] = [facts] if facts.rows else []
    if not one.open:
        blocks.insert(0, Say("The answers as they are now do not open this part any more. Its history stays."))
    because = [each for id in one.why if (each := by_id.get(id))] if whole else []
    if because:
        blocks.append(Heading(2, "What it rests on"))
        lines = [(asked(each), each.answer, each.basis) for each in because]
        blocks += table(("Question", "Answer", "How it is known"), (54, 30, 16), lines)
    if one.warnings:
        blocks += [Heading(2, "What the checklist warned of"), Points(one.warnings)]
    if one.would_say:
        blocks.append(Heading(2, "What would be said"))
        for words in one.would_say:
            blocks += quoted(record, words)
    for number, request in enumerate(one.requests, 1):
        blocks += _request(record, request, number, len(one.requests))
    if one.further:
        blocks.append(Heading(2, "Went further than suggested"))
        for step in one.further:
            said = f"{called(step.who)} chose “{step.chosen}” in place of “{step.proposed}”"
            blocks.append(Say(f"{said}, {moment(step.at, record.zone)}."))
            blocks += quoted(record, step.why)
    if one.done or whole:
        blocks += [Heading(2, "What was then done"), *done(record, one.done)]
    if one.there:
        lines = [(called(who), what, exactly(at, record.zone)) for who, what, at in one.there]
        blocks += [Heading(2, "The two workers"), *table(("Who", "What they say", "When"), (38, 37, 25), lines)]
    blocks += followed(record, one.followed)
    return blocks


def _request(record: Record, request: Request, number: int, of: int) -> list[Block]:
    times = f" ({number} of {of})" if of > 1 else ""
    second = " A second opinion." if request.second else ""
    blocks: list[Block] = [
        Heading(2, f"Asking for agreement{times}"),
        Say(
            f"{request.code}, {request.title}: {request.state}.{second} Asked "
            f"{moment(request.opened_at, record.zone)}"
            + (f", settled {moment(request.settled_at, record.zone)}." if request.settled_at else ".")
        ),
    ]
    lines = [(called(who), "asked", exactly(at, record.zone)) for who, at in request.asked]
    lines += [(called(who), "could not decide it", "–") for who in request.passed]
    lines += [
        ("The bot", what, exactly(at, record.zone)) for what, at in request.steps if what != labels.RUNGS["asked"]
    ]
    if request.decision:
        stands = "" if request.decision.stands else "; it does not count any more"
        said = f"{request.decision.verdict}{stands}"
        lines.append((called(request.decision.who), said, exactly(request.decision.at, record.zone)))
    if spoken := request.spoken:
        lines.append((called(spoken.recorded_by), "wrote down what was agreed by telephone", "–"))
        lines.append(("It was said", "by telephone", exactly(spoken.said_at, record.zone)))
        when = exactly(spoken.answered_at, record.zone) if spoken.answered_at else "–"
        lines.append(("Whoever agreed", spoken.answer, when))
    blocks += table(("Who", "What", "When"), (42, 33, 25), lines)
    if request.decision:
        blocks += quoted(record, request.decision.why)
    for asked in request.questions:
        blocks += quoted(record, asked.question)
        blocks += quoted(record, asked.reply) if asked.reply else [Say("It was not answered.")]
    return blocks


def done(record: Record, found: tuple[Done, ...]) -> list[Block]:
    """What was said or done, each with its corrections; nothing is left out because it was corrected."""
    if not found:
        return [Say("Nothing is written down.")]
    blocks: list[Block] = []
    number = {each.id: place for place, each in enumerate(found, 1)}
    corrected = {each.corrects: number[each.id] for each in found if each.corrects}
    for each in found:
        said = [f"Entry {number[each.id]}."]
        if each.corrects in number:
            said.append(f"It corrects entry {number[each.corrects]}; both stay.")
        if each.id in corrected:
            said.append(f"It was corrected by entry {corrected[each.id]}.")
        blocks.append(Say(" ".join(said)))
        blocks.append(
            rows(
                ("Told", each.recipient),
                ("When it was said", moment(each.shared_at, record.zone) if each.shared_at else "see what was written"),
                ("How", each.way),
                ("How we knew who they were", each.verified),
                ("What of it was shared", "; ".join(each.items)),
                ("By", called(each.who)),
                ("Written down", moment(each.written_at, record.zone)),
            )
        )
        blocks += quoted(record, each.words)
    return blocks


def followed(record: Record, found: tuple[Followed, ...], level: int = 2) -> list[Block]:
    """What was done afterwards, oldest first; the newest of a kind is the one that stands."""
    if not found:
        return []
    lines = [(each.kind, each.answer, called(each.who), exactly(each.at, record.zone)) for each in found]
    blocks: list[Block] = [Heading(level, "Follow-up")]
    blocks += table(("What", "Answer", "Who", "When"), (29, 25, 21, 25), lines)
    for each in found:
        blocks += quoted(record, each.words)
    return blocks


def law(record: Record) -> list[Block]:
    """The clauses and the law that the open lanes name, each once."""
    clauses = {id: title for one in record.lanes for id, title in one.clauses}
    notes = {note.id: note for one in record.lanes for note in one.law}
    blocks = table(("Clause of the policy", "What it is about"), (24, 76), sorted(clauses.items()))
    lines = [
        (note.id, note.text, note.source, day(note.checked_on) if note.checked_on else "not since it was written")
        for note in notes.values()
    ]
    blocks += table(("Note", "What the law says, in plain words", "Source", "Last checked"), (8, 52, 24, 16), lines)
    return blocks or [Say("No clause and no law stands behind it.")]


def later(record: Record, *, whole: bool = True) -> list[Block]:
    """Second looks, handing over, opening again, and what was done about the whole consultation."""
    blocks: list[Block] = []
    if record.looks:
        lines = [
            (
                each.kind,
                exactly(each.due_at, record.zone),
                called(each.who) if each.who else "not done yet",
                exactly(each.at, record.zone) if each.at else "–",
            )
            for each in record.looks
        ]
        blocks += [Heading(2, "Second looks"), *table(("Why", "Due by", "Who", "When"), (27, 25, 23, 25), lines)]
        for each in record.looks:
            blocks += quoted(record, each.found)
    if record.handed:
        lines = [
            (called(each.giver), called(each.taker), each.why, exactly(each.at, record.zone)) for each in record.handed
        ]
        blocks += [Heading(2, "Who held it"), *table(("From", "To", "Why", "When"), (25, 25, 25, 25), lines)]
    for words in record.reopened:
        blocks += [Heading(2, "Opened again"), *quoted(record, words)]
    blocks += followed(record, record.followed)
    for words in record.other_words:
        blocks += quoted(record, words)
    return blocks or ([Say("Nothing else is recorded.")] if whole else [])


def keeping(record: Record) -> list[Block]:
    """How long it is kept, and what holds it."""
    kept = record.kept
    blocks: list[Block] = [
        rows(
            ("Closed", moment(kept.closed_at, record.zone) if kept.closed_at else "not closed"),
            ("Kept as", kept.kept_as or "no class yet: the clock starts at closing"),
            ("To be destroyed", moment(kept.destroy_at, record.zone) if kept.destroy_at else "not by the clock"),
            ("Destroyed", moment(kept.destroyed_at, record.zone) if kept.destroyed_at else ""),
        )
    ]
    lines = [
        (
            each.why,
            exactly(each.since, record.zone),
            called(each.by) if each.by else "the policy, or the command line",
            exactly(each.lifted_at, record.zone) if each.lifted_at else "stands",
        )
        for each in record.holds
    ]
    return [*blocks, *table(("Held because of", "Since", "By", "Lifted"), (25, 25, 25, 25), lines)]


def ledger(record: Record) -> list[Block]:
    """Every line of the ledger about it: who did what, when. It holds no content."""
    lines = [
        (
            str(each.sequence),
            exactly(each.at, record.zone),
            each.kind,
            each.who or "the bot",
            ", ".join(f"{name} {value}" for name, value in each.ids.items()),
            each.hash,
        )
        for each in record.lines
    ]
    header = ("Entry", "When", "What", "Who", "With", "Hash begins")
    return table(header, (8, 25, 17, 16, 19, 15), lines) or [Say("The ledger has no line about it.")]


def steps(record: Record) -> list[Block]:
    """The same for whom it is about: no names, no ids, and no numbers, whose gaps would show what was left out."""
    lines: list[tuple[str, str]] = []
    for each in record.lines:
        what = labels.LINES.get(each.kind, each.kind)
        if not lines or lines[-1][1] != what:  # how many times would tell how much was asked
            lines.append((exactly(each.at, record.zone), what))
    return table(("When", "What"), (25, 75), lines)


def check(record: Record) -> list[Block]:
    """The ledger's head, and how whoever doubts this document can check it."""
    sequence, digest = record.head
    return [
        Say(
            "Each entry of the ledger is tied to the one before by its hash. If any entry had been changed, removed or "
            "put in later, this hash would be another one. Whoever runs Confer checks it with: "
            "python -m bot ledger verify"
        ),
        rows(
            ("Last entry of the whole ledger", str(sequence)),
            ("Its hash (SHA-256)", digest),
            ("Read", exactly(record.read_at, record.zone)),
        ),
    ]
