"""What the two workers press, and the lead who writes that one of them cannot: see `together`.

The rule to keep: nobody says it for another; who may say it is worked out from the roster on every press.
"""

from __future__ import annotations

from bot.cards import Choice, Correct, Form, Open, Pick, Reply, Say, Show, Text
from bot.emergency import with_line
from bot.forms import CHECKED, LIMIT, one, typed
from bot.looks import readers
from bot.picture import Picture
from bot.together import KIND, NOBODY, Pair, excusable, lacking, lead_card, may_not, others, pairs, there_card
from bot.turn import Refusal, Turn
from bot.wording import role_of

_WHY = Text("why", "Why can they not confirm it?", "One line. No names of clients.", LIMIT)


async def confirmed(turn: Turn) -> Reply:
    """I was there. Taken from the two who did it, and from a worker whom one of them, or nobody but us, has asked."""
    picture, pair = await _pressed(turn)
    if turn.person.id in pair.said:
        return Show(there_card(picture, turn.person))
    if why_not := may_not(picture, turn.person):
        raise Refusal(why_not)
    if turn.person.role != "worker":
        raise Refusal("Only a worker can be one of the two. A trustee may agree, and is not the second worker.")
    asked = {post.person_id for post in await turn.tx.posts.of(picture.case.id) if post.kind == KIND}
    if turn.person.id not in asked | {person.id for person in pair.expected}:
        raise Refusal("You have not been asked about this one, so it stays closed to you.")
    await turn.tx.confirmations.confirm(picture.case.id, pair.verdict.lane.id, turn.person.id, pair.what)
    turn.note(f"confirmed {pair.what}", picture.case, lane=pair.verdict.lane.id)
    picture = await _settled(turn, picture)
    return Show(there_card(picture, turn.person))


async def other(turn: Turn) -> Reply:
    """The worker's form: which other worker was there."""
    await turn.mine(fresh=False)
    picture, pair = await _pressed(turn)
    people = others(picture, pair)
    if not people:
        raise Refusal("There is nobody else to ask. Ring your safeguarding lead.")
    choices = tuple(Choice(person.id, f"{person.name}, {role_of(person)}") for person in people)
    police = pair.what == "police"
    says = "ask the police and say themselves that it was done" if police else "say themselves that they were there"
    fields = (
        Say(f"They get a message with the case reference and nothing else, and {says}."),
        Pick("who", "Who asks the police?" if police else "Who was there with you?", choices),
    )
    title = "Somebody else asks the police" if police else "Somebody else was there"
    carried = {"c": picture.case.id, "l": pair.verdict.lane.id}
    return Open(with_line(Form(title, fields, "Ask them", "there.other.confirm", carried), turn.book))


async def other_confirmed(turn: Turn) -> Reply:
    await turn.mine(fresh=False)
    picture, pair = await _pressed(turn)
    person = next((each for each in others(picture, pair) if each.id == one(turn.event, "who")), None)
    if person is None:
        return Correct({"who": "They cannot be asked about this one. Choose somebody of the list."})
    turn.note("another one asked whether they were there", picture.case, by=person.id)
    await turn.tell(picture.case, KIND, [person], urgent=False)
    return Show(there_card(picture, turn.person))


async def excuse(turn: Turn) -> Reply:
    """The lead's form: who cannot confirm it, and why."""
    picture, pair = await _led(turn)
    if not excusable(pair):
        raise Refusal("Nobody more can be left out of this one. The worker can ask another colleague to confirm it.")
    fields = (
        Say("Only if they cannot do it any more: they left, are ill, or never will. It stays in the record."),
        Pick("who", "Who cannot confirm it?", excusable(pair)),
        _WHY,
        CHECKED,
    )
    carried = {"c": picture.case.id, "l": pair.verdict.lane.id}
    form = Form("They cannot confirm", fields, "Write it down", "there.excuse.confirm", carried)
    return Open(with_line(form, turn.book))


async def excuse_confirmed(turn: Turn) -> Reply:
    picture, pair = await _led(turn)
    texts = typed(turn, [_WHY])
    who = one(turn.event, "who")
    errors = dict(texts.errors) if isinstance(texts, Correct) else {}
    if who not in [choice.value for choice in excusable(pair)]:
        errors["who"] = "Please choose one of the list."
    if errors or isinstance(texts, Correct):
        return Correct(errors)
    case, lane = picture.case, pair.verdict.lane.id
    text_id = await turn.tx.texts.keep(case.id, turn.person.id, "excused", texts["why"], about=lane)
    whom = turn.person.id if who == NOBODY else who
    await turn.tx.confirmations.confirm(case.id, lane, whom, "nobody" if who == NOBODY else "excused")
    turn.note("cannot confirm any more", case, lane=lane, of=whom, text=text_id)
    picture = await _settled(turn, picture)
    return Show(lead_card(picture, turn.person))


async def _pressed(turn: Turn) -> tuple[Picture, Pair]:
    """The lane of the press, as it is now and stays while this is written. Raises Refusal, NotFound."""
    id = turn.event.carry.get("c", "")
    await turn.tx.looks.hold(id)
    case = await turn.tx.cases.get(id)
    picture = await turn.picture(case)
    pair = next((each for each in pairs(picture) if each.verdict.lane.id == turn.event.carry.get("l")), None)
    if pair is None:
        raise Refusal("There is nothing to confirm yet. First write down what was done.")
    return picture, pair


async def _led(turn: Turn) -> tuple[Picture, Pair]:
    """The same for a lead who was asked, is none of the two, and may know of it."""
    picture, pair = await _pressed(turn)
    if why_not := picture.around.why_not(turn.person):
        raise Refusal(why_not)
    around = picture.around
    leads = [*around.on_duty(), *readers(picture, "together"), *(() if around.silenced else around.bound())]
    if turn.person not in leads:
        raise Refusal("Only a lead can write this down.")
    if turn.person in pair.expected:
        raise Refusal("You are one of the two. Another lead has to write this down.")
    if pair.done:
        raise Refusal("Two have confirmed this already. Nothing is needed any more.")
    return picture, pair


async def _settled(turn: Turn, picture: Picture) -> Picture:
    """After a word of somebody: the look is done when two have spoken; every copy is drawn anew."""
    picture = await turn.picture(picture.case)
    if not lacking(picture) and any(look.kind == "together" and look.done_at is None for look in picture.looks):
        await turn.tx.looks.done(picture.case.id, "together", turn.person.id)
        turn.note("two have confirmed", picture.case)
    await turn.refresh(picture.case)
    return picture
