"""Ways to break a book that is good TOML: a key left out, an id twice, a circle, a rule that hides others.

The one rule to keep: a way that is sure breaks the second book whatever it happens to touch.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

from tests.policy.wrecks.toml import Table

REQUIRED = {
    "screen": ("id", "ask", "kind"),
    "question": ("id", "screen", "ask", "options"),
    "flag": ("id", "values", "default"),
    "derived": ("id", "rows"),
    "lane": ("id", "title", "rule"),
    "outcome": ("id", "title", "plain"),
    "approval": ("code", "title", "plain", "moment"),
    "recipient": ("id", "title"),
    "contact": ("id", "name", "number"),
    "clause": ("id", "title"),
    "law": ("id", "text"),
    "check": ("id", "say", "protective", "other"),
    "invariant": ("id", "plain"),
    "example": ("name", "facts", "lanes"),
    "exclusion": ("id", "when"),
}
SINGLE = {
    "book": ("id", "title", "version", "charity", "stop_until"),
    "emergency": ("line", "question", "values", "called", "title", "first", "steps", "say", "contacts", "after"),
}
ODD: tuple[Any, ...] = (
    7,
    -1,
    10**30,
    1.5,
    float("inf"),
    float("nan"),
    True,
    date(2026, 2, 28),
    time(2, 14),
    datetime(2026, 1, 1, 2, 14, tzinfo=UTC),
    [],
    [[]],
    [1, "a"],
    [{}],
    {},
    {"a": {"b": {"c": []}}},
    [[["deep"]]],
    "",
    " ",
    "\x00",
    "\u202eabc",
    "\u200b",
    "\x1b[2J",
)
UNSEEN = ("\x00", "\x07", "\u202e", "\u200b", "\u2066", "\x7f", "\ufeff")


def _a_table(book: Table, chance: random.Random) -> tuple[str, Table]:
    kind = chance.choice([*REQUIRED, *SINGLE])
    return kind, (book[kind] if kind in SINGLE else chance.choice(book[kind]))


def _required(book: Table, chance: random.Random) -> tuple[Table, str]:
    kind, table = _a_table(book, chance)
    return table, chance.choice((REQUIRED | SINGLE)[kind])


def _inner(book: Table, chance: random.Random) -> tuple[Table, str, Any]:
    """Any key anywhere: its table, its name and what it holds."""
    found: list[tuple[Table, str, Any]] = []
    waiting: list[Any] = [book]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            found += [(item, key, value) for key, value in item.items()]
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
    return chance.choice(found)


def _rows_of(book: Table, chance: random.Random) -> Table:
    """A rule with a `when`, as a table."""
    return chance.choice([rule for lane in book["lane"] for rule in lane["rule"] if "when" in rule])


def _misspelt(name: str, chance: random.Random) -> str:
    at = chance.randrange(len(name))
    return chance.choice((name[:at] + name[at + 1 :] + "x", name + "q", "z" + name, name[:at] + "kk" + name[at:]))


def leaves_out_a_key(book: Table, chance: random.Random) -> None:
    table, key = _required(book, chance)
    del table[key]


def leaves_out_a_whole_kind(book: Table, chance: random.Random) -> None:
    kinds = ("book", "emergency", "screen", "question", "lane", "outcome", "approval", "recipient", "contact", "clause")
    del book[chance.choice((*kinds, "law", "quiet", "derived"))]


def misspells_a_key(book: Table, chance: random.Random) -> None:
    table, key = _required(book, chance)
    table[_misspelt(key, chance)] = table.pop(key)


def misspells_a_kind(book: Table, chance: random.Random) -> None:
    kind = chance.choice(list(book))
    book[_misspelt(kind, chance)] = book.pop(kind)


def adds_a_key(book: Table, chance: random.Random) -> None:
    _, table = _a_table(book, chance)
    table[chance.choice(("colour", "Titel", "if", "note2", "ünïcode", "a b", "x" * 200, "\u202eid"))] = chance.choice(
        ODD
    )


def gives_a_key_the_wrong_kind(book: Table, chance: random.Random) -> None:
    table, key = _required(book, chance)
    same = type(table[key])
    table[key] = chance.choice([odd for odd in ODD if type(odd) is not same and odd != {} and odd != [{}]])


def puts_anything_anywhere(book: Table, chance: random.Random) -> None:
    table, key, _ = _inner(book, chance)
    table[key] = chance.choice(ODD)


def buries_a_value(book: Table, chance: random.Random) -> None:
    table, key = _required(book, chance)
    value: Any = table[key]
    for _ in range(chance.choice((2, 20, 60))):
        value = [value] if chance.random() < 0.5 else {"a": value}
    table[key] = [[value]]


def hides_something_in_a_text(book: Table, chance: random.Random) -> None:
    table = chance.choice([book["emergency"], *book["screen"], *book["outcome"], *book["contact"]])
    key = chance.choice([key for key, value in table.items() if isinstance(value, str) and key not in ("id", "kind")])
    at = chance.randrange(len(table[key]) + 1)
    table[key] = table[key][:at] + chance.choice(UNSEEN) + table[key][at:]


def spoils_an_id(book: Table, chance: random.Random) -> None:
    kind = chance.choice(("screen", "question", "lane", "outcome", "recipient", "contact", "check", "clause"))
    row = chance.choice(book[kind])
    row["id"] = chance.choice(("Two words", "ÄÖ", "", "a/b", "${x}", "a\nb", "-x", "🙂", "y" * 300 + "!"))


def says_an_id_twice(book: Table, chance: random.Random) -> None:
    kind = chance.choice([kind for kind in REQUIRED if len(book[kind]) > 1])
    key = {"approval": "code", "example": "name"}.get(kind, "id")
    one, other = chance.sample(book[kind], 2)
    other[key] = one[key]


def repeats_a_whole_table(book: Table, chance: random.Random) -> None:
    rows = book[chance.choice(list(REQUIRED))]
    rows.append(copy.deepcopy(chance.choice(rows)))


def names_an_outcome_that_is_not_there(book: Table, chance: random.Random) -> None:
    rule = chance.choice([rule for lane in book["lane"] for rule in lane["rule"]])
    rule["outcome"] = _misspelt(rule["outcome"], chance)


def names_something_that_is_not_there(book: Table, chance: random.Random) -> None:
    kind, key = chance.choice(
        [
            ("question", "screen"),
            ("question", "clauses"),
            ("lane", "clauses"),
            ("lane", "law"),
            ("outcome", "contacts"),
            ("outcome", "recipients"),
            ("outcome", "clauses"),
            ("recipient", "contacts"),
            ("check", "clauses"),
            ("approval", "capabilities"),
            ("approval", "roles"),
            ("exclusion", "capabilities"),
        ]
    )
    row = chance.choice([row for row in book[kind] if row.get(key)])
    wrong = _misspelt(row[key] if isinstance(row[key], str) else row[key][0], chance)
    row[key] = wrong if isinstance(row[key], str) else [*row[key][1:], wrong]


def asks_about_a_fact_that_is_not_there(book: Table, chance: random.Random) -> None:
    when = _rows_of(book, chance)["when"]
    fact = chance.choice(list(when))
    when[_misspelt(fact, chance)] = when.pop(fact)


def waits_for_a_value_that_never_comes(book: Table, chance: random.Random) -> None:
    when = _rows_of(book, chance)["when"]
    fact = chance.choice(list(when))
    when[fact] = [_misspelt(when[fact] if isinstance(when[fact], str) else when[fact][0], chance)]


def writes_a_when_wrongly(book: Table, chance: random.Random) -> None:
    odd: tuple[Any, ...] = ("child", ["child"], [], [{}], {}, {"child": []}, {"child": True}, {"child": [["yes"]]}, 3)
    _rows_of(book, chance)["when"] = chance.choice(odd)


def makes_a_circle(book: Table, chance: random.Random) -> None:
    names = [f"round{at}" for at in range(chance.randrange(1, 40))]
    for at, name in enumerate(names):
        book["derived"].append({"id": name, "rows": [{"when": {names[at - 1]: "yes"}, "value": "yes"}]})


def asks_before_it_can_know(book: Table, chance: random.Random) -> None:
    early = chance.choice([row for row in book["question"] if row["screen"] == "noticed"])
    late = chance.choice([row for row in book["question"] if row["screen"] in ("their_wish", "how_low", "who_asks")])
    value = chance.choice(["yes", "no"]) if isinstance(late["options"], str) else late["options"][0]["value"]
    early["when"] = {late["id"]: value}


def decides_by_how_it_goes(book: Table, chance: random.Random) -> None:
    _rows_of(book, chance)["when"][chance.choice(("how", "sends"))] = chance.choice((["phone"], ["yes"]))


def hides_a_rule(book: Table, chance: random.Random) -> None:
    lane = chance.choice([lane for lane in book["lane"] if len(lane["rule"]) > 1])
    del lane["rule"][0]["when"]


def leaves_nothing_at_the_end(book: Table, chance: random.Random) -> None:
    last = next(lane for lane in book["lane"] if lane.get("alone"))
    if chance.random() < 0.5:
        del last["alone"]
    else:
        last["rule"][-1]["when"] = {"low": "no"}


def loses_the_emergency(book: Table, chance: random.Random) -> None:
    asks = {row["id"]: row for row in book["question"]}
    ways: list[Callable[[], object]] = [
        lambda: book["lane"][0].pop("immediate"),
        lambda: book["lane"][0]["rule"][0].update(when={"now": "yes"}),
        lambda: book["emergency"].update(question="hurt"),
        lambda: book["emergency"].update(called="now"),
        lambda: book["emergency"].update(values=["maybe"]),
        lambda: book["emergency"].update(contacts=[]),
        lambda: book["emergency"].update(line="Ring somebody."),
        lambda: book["book"].update(stop_until={}),
        lambda: asks["rung"].update(when={"now": "yes"}),
        lambda: asks["now"].update(when={"hurt": "yes"}),
        lambda: book["screen"].reverse(),
    ]
    chance.choice(ways)()


def leaves_nobody_to_agree(book: Table, chance: random.Random) -> None:
    manager = next(row for row in book["approval"] if row["code"] == "manager")
    ways: list[Callable[[], object]] = [
        lambda: manager.update(roles=[], capabilities=[]),
        lambda: manager.update(count=0),
        lambda: manager.update(veto=False),
        lambda: manager.update(roles=["friend"]),
        lambda: manager.update(capabilities=["safeguarding_led"]),
        lambda: manager.update(count=10**30),
        lambda: book["book"].update(lead="hurt"),
        lambda: book["exclusion"][0].update(capabilities=[]),
    ]
    chance.choice(ways)()


def expects_what_cannot_be(book: Table, chance: random.Random) -> None:
    example = chance.choice(book["example"])
    lane = chance.choice(list(example["lanes"]))
    ways: list[Callable[[], object]] = [
        lambda: example["facts"].update(nothing="yes"),
        lambda: example["facts"].update(now="perhaps"),
        lambda: example["lanes"].update({lane: "nowhere"}),
        lambda: example["lanes"].update(nolane="keep"),
        lambda: example.update(approvals={"nolane": "manager"}),
        lambda: example.update(approvals={lane: "everybody"}),
        lambda: example.update(blocks={lane: ["fax"]}),
        lambda: example.update(show={lane: ["nothing.to.see"]}),
        lambda: example.update(lanes=[lane]),
    ]
    chance.choice(ways)()


def promises_what_cannot_be_said(book: Table, chance: random.Random) -> None:
    invariant = chance.choice([row for row in book["invariant"] if row["id"] in ("v1", "v2", "v4", "v7", "v10")])
    part = chance.choice([key for key in ("when", "then", "never") if key in invariant])
    odd: tuple[Any, ...] = ("x", [], [{}], {"nofact": "yes"}, {"any.tone": "loud"}, {"nolane.outcome": "keep"}, 3)
    invariant[part] = chance.choice(odd)


def forgets_a_quiet_answer(book: Table, chance: random.Random) -> None:
    name = chance.choice(list(book["quiet"]))
    value = book["quiet"].pop(name)
    ways: list[Callable[[], object]] = [
        lambda: None,
        lambda: book["quiet"].update({name: value + "x"}),
        lambda: book["quiet"].update({name: 1}),
    ]
    chance.choice(ways)()


def swaps_brackets(book: Table, chance: random.Random) -> None:
    if chance.random() < 0.5:
        kind = chance.choice(list(SINGLE))
        book[kind] = [book[kind]]
    else:
        kind = chance.choice(list(REQUIRED))
        book[kind] = book[kind][0]


Structural = Callable[[Table, random.Random], None]

STRUCTURAL: list[tuple[str, Structural, bool]] = [
    (way.__name__, way, way is not puts_anything_anywhere)
    for way in (
        leaves_out_a_key,
        leaves_out_a_whole_kind,
        misspells_a_key,
        misspells_a_kind,
        adds_a_key,
        gives_a_key_the_wrong_kind,
        puts_anything_anywhere,
        buries_a_value,
        hides_something_in_a_text,
        spoils_an_id,
        says_an_id_twice,
        repeats_a_whole_table,
        names_an_outcome_that_is_not_there,
        names_something_that_is_not_there,
        asks_about_a_fact_that_is_not_there,
        waits_for_a_value_that_never_comes,
        writes_a_when_wrongly,
        makes_a_circle,
        asks_before_it_can_know,
        decides_by_how_it_goes,
        hides_a_rule,
        leaves_nothing_at_the_end,
        loses_the_emergency,
        leaves_nobody_to_agree,
        expects_what_cannot_be,
        promises_what_cannot_be_said,
        forgets_a_quiet_answer,
        swaps_brackets,
    )
]
