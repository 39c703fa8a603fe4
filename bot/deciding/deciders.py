"""Who will decide, as the worker reads it: by name and role, on shift or away, and whom no message of ours reaches.

The rule to keep: it is worked out as the asking itself is; where nobody can be reached it says so, with the numbers.
"""

from __future__ import annotations

from collections.abc import Collection

from bot.cards import Choice, Notice, Number, Numbers, Plain, Say
from bot.deciding.requests import choose
from bot.deciding.rungs import after_these, here, pace_of, read_at, steps_of, to_come, when_read
from bot.phone.factor_cards import nobody_ready
from bot.picture import Picture
from bot.roster import must_name_subject
from bot.wording import names, role_of, until, whom_to_ring
from policy.walk import Verdict
from storage.records import Person

NEVER_RING = "Never ring somebody it may be about."


def would_ask(picture: Picture, verdicts: Collection[Verdict]) -> list[Person]:
    """Who is asked about these lanes when the worker names nobody."""
    asked = {
        person.id
        for verdict in verdicts
        if (approval := verdict.approval) and approval.veto and approval.moment == "before"
        for person in choose(picture, approval, ())
    }
    return [person for person in picture.around.everybody if person.id in asked]


def waiting_for(picture: Picture, asked: Collection[Person]) -> tuple[list[Person], str]:
    """Of those who were asked, whom to wait for and ring: whoever is not away, else all; and a sentence on the rest."""
    absent = picture.around.absent
    present = [person for person in asked if person.id not in absent]
    gone = [f"{p.name} is away until {until(absent[p.id].until, picture.charity)}." for p in asked if p.id in absent]
    return present or list(asked), " ".join(gone)


def how(picture: Picture, person: Person, may: Collection[Person]) -> str:
    """Whether somebody is on shift, or away until when and who of those who `may` stands in; "" where all is plain."""
    absence = picture.around.absent.get(person.id)
    if absence is not None:
        instead = picture.around.standing([person], may)
        stands_in = f"; {names(instead)} stands in" if instead else ""
        return f"away until {until(absence.until, picture.charity)}{stands_in}"
    if person.id in picture.unreached:
        return "no message reaches them" if not_named_yet(picture) else "no message reaches them: ring"
    return "on shift now" if any(person.id in ids for ids in picture.around.on_call.values()) else ""


def to_choose_from(picture: Picture, may: Collection[Person]) -> tuple[Choice, ...]:
    """Everybody who may decide, to choose from: whoever would be asked first, then the others, then those away."""
    first = {person.id: number for number, person in enumerate(here(picture, may))}
    in_order = sorted(may, key=lambda person: first.get(person.id, len(first)))
    return tuple(Choice(p.id, f"{p.name}, {role_of(p)}", _sentence(how(picture, p, may))) for p in in_order)


def before_sending(picture: Picture, verdicts: Collection[Verdict]) -> list[Plain]:
    """Who would be asked and who comes after them, or that nobody can be reached, or may decide, and whom to ring.

    Nothing where nobody has to agree.
    """
    nobody_may = [*nobody_on_the_roster(picture, verdicts), *nobody_ready(picture, verdicts)]
    reached = [verdict for verdict in verdicts if here(picture, would_ask(picture, [verdict]))]
    blocks = nobody_reached(picture, verdicts)
    if asked := would_ask(picture, reached):
        may = _may(picture)
        said = [f"{p.name} ({', '.join(filter(None, (role_of(p), how(picture, p, may))))})" for p in asked]
        lanes = f"{', '.join(verdict.lane.title for verdict in reached)}. " if blocks else ""
        blocks += [Say(f"{lanes}We will ask {' or '.join(said)}."), *if_nobody_answers(picture, reached)]
    return [*blocks, *nobody_may]


def nobody_reached(picture: Picture, verdicts: Collection[Verdict]) -> list[Plain]:
    """Lane by lane: that nobody who would be asked can be reached by a message now, and their numbers.

    Said of a lane also where somebody is here who decides another one.
    """
    needs = [verdict for verdict in verdicts if verdict.approval and verdict.approval.moment == "before"]
    lanes: dict[tuple[Person, ...], list[str]] = {}
    for verdict in needs:
        asked = would_ask(picture, [verdict])
        if asked and not here(picture, asked):
            lanes.setdefault(tuple(asked), []).append(verdict.lane.title)
    may, blocks = _may(picture), list[Plain]()
    for asked_there, titles in lanes.items():
        what = f"“{'” and “'.join(titles)}”" if len(titles) < len(needs) else "this"
        nobody = f"Nobody who can decide {what} can be reached by a message now."
        if not_named_yet(picture):
            # One of these numbers may be theirs: the card has them as soon as the worker has said who it is about.
            first = "First say who it is about, before it is sent. Then you read here whom to ring."
            blocks.append(Notice(f"{nobody} {first} {NEVER_RING}", "warning"))
            continue
        rows = tuple(Number(p.name, p.telephone or "no number here", how(picture, p, may)) for p in asked_there)
        blocks += [Notice(f"{nobody} Please ring.", "warning"), Numbers(rows)]
    return blocks


def _may(picture: Picture) -> list[Person]:
    return [person for person in picture.around.everybody if not picture.around.why_not(person)]


def nobody_on_the_roster(picture: Picture, verdicts: Collection[Verdict]) -> list[Plain]:
    """Said before it is sent: what nobody here may decide, and whom to ring."""
    needs = [verdict for verdict in verdicts if verdict.approval and verdict.approval.moment == "before"]
    instead = NEVER_RING if not_named_yet(picture) else whom_to_ring(picture.around)
    if picture.around.given:
        instead += " Whoever got an account from you lately cannot agree to it: ask another worker to begin their own."
    return [
        Notice(
            f"Nobody on the roster can decide {f'“{v.lane.title}”' if len(needs) > 1 else 'this'}. {instead}", "warning"
        )
        for v in needs
        if v.approval and not picture.around.approvers(v.approval)
    ]


def if_nobody_answers(
    picture: Picture, verdicts: Collection[Verdict], *, sent: str = "If you send it now and nobody answers"
) -> list[Plain]:
    """Who comes after those who are asked unless the worker says otherwise, and when; as the ladder would have it.

    `sent`: how each sentence begins.
    """
    found: dict[str, list[str]] = {}
    for verdict in verdicts:
        approval, now = verdict.approval, picture.now
        if approval is None or not approval.veto or approval.moment != "before" or now is None:
            continue
        first = choose(picture, approval, ())
        if not first:
            continue
        clock, around = pace_of(picture, verdict), picture.around
        # While nobody may be tipped off nobody new is asked as long as one who knows of it can decide.
        then = [] if around.silenced else after_these(picture, verdict, {person.id for person in first})
        steps = [to_come(picture, each, then, around.on_duty()) for each in steps_of(picture, clock, now)[1:]]
        wait = read_at(picture, clock, now)
        words = [when_read(picture, here(picture, first), wait)] if wait else []
        found.setdefault(" ".join([*words, f"{sent}: {_small(steps[0])}", *steps[1:]]), []).append(verdict.lane.title)
    if len(found) == 1:
        return [Say(words) for words in found]
    return [Say(f"{', '.join(lanes)}. {words}") for words, lanes in found.items()]


def not_named_yet(picture: Picture) -> bool:
    """Whether it may be about a colleague, and the worker has not said about whom."""
    return must_name_subject(picture.book, picture.walked.facts) and not picture.around.barred


def _small(words: str) -> str:
    return f"{words[:1].lower()}{words[1:]}"


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"
