"""A policy that no line of Python knows: another charity's words, facts and lanes are one more TOML text."""

from __future__ import annotations

from policy.examples import check_example
from policy.reading import read
from policy.walk import Asking, Decided, walk

ALLOTMENT = """
[book]
id = "allotment"
title = "What to do about a neighbour's plot"
version = "3"
charity = "The Allotment Society"
stop_until = {rung = "no"}

[emergency]
line = "Fire? Ring 999."
question = "smoke"
values = ["flames"]
called = "rung"
title = "Ring 999"
first = "Stand clear."
steps = ["Ring 999."]
say = ["The gate number."]
contacts = ["fire"]
after = "Tell the secretary."

[[screen]]
id = "smoke"
ask = "Is anything burning?"
kind = "choice"

[[question]]
id = "smoke"
screen = "smoke"
ask = "What do you see?"
options = [
  {value = "flames", label = "Flames"},
  {value = "bonfire", label = "A bonfire"},
  {value = "none", label = "No"},
]

[[screen]]
id = "rung"
ask = "Have you rung?"
kind = "choice"

[[question]]
id = "rung"
screen = "rung"
ask = "Have you rung?"
options = "yn"
when = {smoke = "flames"}

[[screen]]
id = "month"
ask = "Is it summer?"
kind = "choice"

[[question]]
id = "month"
screen = "month"
ask = "Which months are these?"
options = [{value = "summer", label = "May to August"}, {value = "winter", label = "The rest"}]
when = {smoke = "bonfire"}

[[derived]]
id = "allowed"
rows = [{when = {month = "winter"}, value = "yes"}]

[[lane]]
id = "blaze"
title = "Blaze"
immediate = true

[[lane.rule]]
when = {smoke = "flames"}
outcome = "ring"

[[lane]]
id = "bonfire"
title = "Bonfire"

[[lane.rule]]
when = {smoke = "bonfire", allowed = "no"}
outcome = "letter"
approval = "chair"

[[lane.rule]]
when = {smoke = "bonfire"}
outcome = "wave"

[[lane]]
id = "peace"
title = "Peace"
alone = true

[[lane.rule]]
outcome = "tea"

[[outcome]]
id = "ring"
title = "Ring"
plain = "Ring."
sends = "N"
recipients = ["brigade"]
clock = "now"

[[outcome]]
id = "letter"
title = "Letter"
plain = "Write."

[[outcome]]
id = "wave"
title = "Wave"
plain = "Wave."

[[outcome]]
id = "tea"
title = "Tea"
plain = "Have tea."

[[approval]]
code = "chair"
title = "The chair"
plain = "The chair agrees."
moment = "before"
count = 1
capabilities = ["chair"]

[[recipient]]
id = "brigade"
title = "Fire brigade"
contacts = ["fire"]

[[contact]]
id = "fire"
name = "Fire"
number = "999"

[quiet]
smoke = "none"
rung = "yes"
month = "summer"

[[example]]
name = "a bonfire in june"
facts = {smoke = "bonfire"}
lanes = {bonfire = "letter"}
approvals = {bonfire = "chair"}

[[example]]
name = "a bonfire in november"
facts = {smoke = "bonfire", month = "winter"}
lanes = {bonfire = "wave"}

[[example]]
name = "flames"
facts = {smoke = "flames"}
lanes = {blaze = "ring"}
"""


def test_another_book_is_read_walked_and_held_to_its_examples() -> None:
    book = read(ALLOTMENT, "allotment.toml")

    first = walk(book, {})
    last = walk(book, {"smoke": "none"})

    assert isinstance(first, Asking)
    assert first.screen.id == "smoke"
    assert isinstance(last, Decided)
    assert [item.outcome.id for item in last.lanes] == ["tea"]
    assert [line for example in book.examples for line in check_example(book, example)] == []
