"""A small but complete book, as TOML text, for tests that need one whose every row they know."""

from policy.book import Book
from policy.reading import read

SMALL = """
[book]
id = "small"
title = "A small book"
version = "1"
charity = "The Invented Trust"
lead = "lead"
silenced = [{hush = "yes"}]
hastened = [{life = "soon"}]
stop_until = {called = "no"}

[emergency]
line = "Ring 999."
question = "life"
values = ["yes"]
called = "called"
title = "Ring 999 now"
first = "Are you safe?"
steps = ["Ring 999."]
say = ["Where you are."]
contacts = ["emg"]
after = "Then come back."

[[flag]]
id = "duty"
values = ["yes", "no"]
default = "no"
law = "L1"

[[screen]]
id = "life"
ask = "Is somebody in danger?"
kind = "choice"

[[question]]
id = "life"
screen = "life"
ask = "Could somebody die?"
options = [{value = "yes", label = "Yes"}, {value = "soon", label = "Within hours"}, {value = "no", label = "No"}]
clauses = ["1.1"]

[[screen]]
id = "called"
ask = "Have you rung?"
kind = "choice"

[[question]]
id = "called"
screen = "called"
ask = "Have you rung 999?"
options = "yn"
when = [{life = "yes"}]

[[screen]]
id = "danger"
ask = "What is it about?"
kind = "ticks"

[[question]]
id = "child"
screen = "danger"
ask = "A child may be harmed"
options = "ynu"

[[question]]
id = "hushed"
screen = "danger"
ask = "Telling anyone could be dangerous"
options = "yn"

[[question]]
id = "share"
screen = "danger"
ask = "I want to share something"
options = "yn"

[[screen]]
id = "who"
ask = "Who would hear?"
kind = "choice"

[[question]]
id = "who"
screen = "who"
ask = "Who would hear it?"
options = [{value = "council", label = "The council"}, {value = "doctor", label = "A doctor"}]
when = [{share = "yes"}]

[[screen]]
id = "signed"
ask = "When did they sign?"
kind = "choice"

[[question]]
id = "signed"
screen = "signed"
ask = "On what day?"
when = [{share = "yes", hush = "no"}]

[[question.bands]]
value = "fresh"
within_days = 100
setting = "fresh_days"

[[question.bands]]
value = "old"

[[screen]]
id = "family"
ask = "At home"
kind = "form"

[[question]]
id = "parent"
screen = "family"
ask = "Is a parent safe to tell?"
options = "ynu"
when = [{child = ["yes", "unsure"]}]

[[question]]
id = "note"
screen = "family"
ask = "Is there a note?"
options = "yn"
when = [{child = ["yes", "unsure"]}]
keep = true

[[screen]]
id = "sending"
ask = "How will it go?"
kind = "form"
stage = "send"

[[question]]
id = "channel"
screen = "sending"
ask = "How?"
options = [{value = "phone", label = "Phone"}, {value = "fax", label = "Fax"}, {value = "app", label = "App"}]
when = [{sends = "yes"}]

[[screen]]
id = "checking"
ask = "One more thing"
kind = "choice"
stage = "send"

[[question]]
id = "checked"
screen = "checking"
ask = "Have you checked who they are?"
options = "yn"
when = [{channel = ["phone", "app"]}]

[[derived]]
id = "hush"
rows = [{when = {hushed = "yes"}, value = "yes"}]

[[derived]]
id = "lead"
otherwise = "head"
rows = [{when = {hush = "yes"}, value = "deputy"}]

[[lane]]
id = "emergency"
title = "Emergency"
protective = true
immediate = true
clauses = ["1.1"]

[[lane.rule]]
when = {life = "yes"}
outcome = "ring"
approval = "A0"

[[lane]]
id = "child"
title = "Child"
protective = true
clauses = ["1.2"]
law = ["L1"]
show = [{id = "child.note", say = "Keep the note.", when = {note = "yes"}}]
never = [{id = "child.tell", say = "Tell the parents", when = {parent = ["no", "unsure"]}}]
adds = [{recipient = "doctor", when = {hush = "yes"}}]

[[lane.rule]]
when = {child = "yes"}
outcome = "refer"
approval = "A1"

[[lane.rule]]
when = {child = "unsure"}
outcome = "ask"

[[lane]]
id = "share"
title = "Sharing"

[[lane.rule]]
when = {share = "yes", hush = "yes"}
outcome = "none"

[[lane.rule]]
when = {share = "yes", signed = "fresh"}
outcome = "send"

[[lane.rule]]
when = {share = "yes"}
outcome = "agree_first"

[[lane]]
id = "private"
title = "Nothing to share"
alone = true

[[lane.rule]]
id = "private.always"
outcome = "keep"

[[outcome]]
id = "ring"
title = "Ring 999"
plain = "Now."
sends = "N"
recipients = ["police"]
clock = "now"
contacts = ["emg"]

[[outcome]]
id = "refer"
title = "Refer"
plain = "Tell the council."
sends = "named"
recipients = ["council", "lead"]
clock = "today"
talk = "along"
basis = "permitted"
required_when = [{duty = "yes"}]
steps = [{id = "refer.ring", say = "Ring the council."}]
words = [{id = "refer.say", say = "Say what you saw."}]
law = ["L1"]

[[outcome]]
id = "ask"
title = "Ask"
plain = "Ask without a name."
sends = "U"
recipients = ["council"]
clock = "routine"
talk = "first"

[[outcome]]
id = "send"
title = "Send"
plain = "They agreed."
sends = "C"
recipients = ["who"]
clauses = ["1.3"]

[[outcome]]
id = "agree_first"
title = "Ask them first"
plain = "Not yet."
talk = "first"

[[outcome]]
id = "keep"
title = "Keep it"
plain = "Nothing goes."

[[approval]]
code = "A0"
title = "None"
plain = "Nobody is asked."
moment = "none"
veto = false

[[approval]]
code = "A1"
title = "One other"
plain = "One other person."
moment = "before"
count = 1
roles = ["worker", "trustee"]

[[recipient]]
id = "police"
title = "Police"
contacts = ["emg"]

[[recipient]]
id = "council"
title = "Council"
contacts = ["town"]

[[recipient]]
id = "doctor"
title = "Doctor"
contacts = ["town"]

[[recipient]]
id = "head"
title = "Head"

[[recipient]]
id = "deputy"
title = "Deputy"

[[contact]]
id = "emg"
name = "Emergency"
number = "999"
critical = true
checked_on = 2026-11-01
recheck_days = 90

[[contact]]
id = "town"
name = "Town hall"
number = "our own list"
setting = "town_number"

[[clause]]
id = "1.1"
title = "Life first"

[[clause]]
id = "1.2"
title = "Children"

[[clause]]
id = "1.3"
title = "Agreement"

[[law]]
id = "L1"
text = "A duty that has not begun."
checked_on = 2026-11-01

[[check]]
id = "fax"
when = {channel = "fax"}
say = "Never by fax."
protective = "block"
other = "block"

[[check]]
id = "identity"
when = {checked = "no"}
say = "Check who they are."
protective = "warn"
other = "block"
clauses = ["1.3"]

[[invariant]]
id = "I1"
plain = "999 first"
when = {life = "yes"}
then = {"emergency.outcome" = "ring", "emergency.approval" = "A0"}

[[invariant]]
id = "I2"
plain = "Nobody is warned"
when = {hush = "yes"}
never = {"any.talk" = ["first", "along"]}

[[invariant]]
id = "I3"
plain = "A request moves no danger"
kind = "unmoved"
facts = ["share", "who", "signed", "duty"]
lanes = ["emergency", "child"]

[quiet]
life = "no"
called = "yes"
child = "no"
hushed = "no"
share = "no"
who = "council"
signed = "fresh"
parent = "no"
note = "no"
channel = "phone"
checked = "yes"

[[example]]
name = "nothing"
facts = {}
lanes = {private = "keep"}

[[example]]
name = "a child, by fax"
facts = {child = "yes", note = "yes", channel = "fax"}
lanes = {child = "refer"}
approvals = {child = "A1"}
blocks = {child = ["fax"]}
show = {child = ["child.note", "refer.ring"]}

[[example]]
name = "an agreement, to somebody unchecked"
facts = {share = "yes", checked = "no"}
lanes = {share = "send"}
blocks = {share = ["identity"]}
"""


def small_book() -> Book:
    """The book, read anew."""
    return read(SMALL, "small.toml")
