"""One change of the small book for each kind there is: what is swapped, what `book diff` must say, and where.

The one rule to keep: each swap is exact text of `tests.policy.small`, and the book that comes of it is a sound one.
"""

from __future__ import annotations

QUESTION = """
[[screen]]
id = "age"
ask = "How old are they?"
kind = "choice"

[[question]]
id = "age"
screen = "age"
ask = "How old are they?"
options = "yn"
when = [{child = "unsure"}]

[[screen]]
id = "family"
"""
SHARE = '[[lane.rule]]\nwhen = {share = "yes", signed = "fresh"}\noutcome = "send"\n'
FIRST = '[[lane.rule]]\nwhen = {share = "yes", hush = "yes"}\noutcome = "none"\n'
AGE_QUIET = ("[quiet]\n", '[quiet]\nage = "no"\n')
AGE_SHOWN = (
    'show = [{id = "child.note"',
    'show = [{id = "child.age", say = "Old.", when = {age = "yes"}}, {id = "child.note"',
)
LANE = """
[[lane]]
id = "late"
title = "Too late"

[[lane.rule]]
when = {hushed = "yes", share = "no"}
outcome = "keep"

[[lane]]
id = "private"
"""

KINDS: dict[str, tuple[list[tuple[str, str]], str, str]] = {
    "a question is added": (
        [('\n[[screen]]\nid = "family"\n', QUESTION), AGE_QUIET, AGE_SHOWN],
        "Question “How old are they?” (age): new, asked when “A child may be harmed” is answered “Not sure”",
        "What is asked",
    ),
    "a question is reworded": (
        [('ask = "Could somebody die?"', 'ask = "May somebody die?"')],
        (
            "Question “May somebody die?” (life): the words of the question: "
            "before, “Could somebody die?”; now, “May somebody die?”"
        ),
        "Wording",
    ),
    "a question is asked at other times": (
        [
            (
                ('when = [{child = ["yes", "unsure"]}]\n\n[[question]]\nid = "note"'),
                'when = [{child = "yes"}]\n\n[[question]]\nid = "note"',
            )
        ],
        (
            "(parent): the condition: before, “A child may be harmed” is answered "
            "“Yes” or “Not sure”; now, “A child may be harmed” is answered “Yes”"
        ),
        "What is asked",
    ),
    "an answer is added": (
        [
            (
                '{value = "doctor", label = "A doctor"}',
                ('{value = "doctor", label = "A doctor"}, {value = "head", label = "The head"}'),
            )
        ],
        "Question “Who would hear it?” (who): a new answer: “The head”",
        "What is asked",
    ),
    "an answer is reworded": (
        [('label = "Within hours"', 'label = "Soon"')],
        "the answer “Within hours” reads “Soon” now",
        "Wording",
    ),
    "a lane is added": (
        [('\n[[lane]]\nid = "private"\n', LANE)],
        "Lane “Too late” (late): new",
        "Lanes and their rules",
    ),
    "a rule is added": (
        [(SHARE, SHARE + '\n[[lane.rule]]\nwhen = {share = "yes", child = "unsure"}\noutcome = "keep"\n')],
        (
            "a new rule, read after share.2. share.3: when “I want to share something” is answered “Yes” "
            "and “A child may be harmed” is answered “Not sure”, it comes to “Keep it”. Nobody needs to agree"
        ),
        "Lanes and their rules",
    ),
    "a rule is removed": (
        [(FIRST, "")],
        (
            "a rule is gone. share.1: when “I want to share something” is answered “Yes” and “hush” is true, "
            "the lane stays closed"
        ),
        "Lanes and their rules",
    ),
    "a rule is moved": (
        [(FIRST, ""), (SHARE, SHARE + "\n" + FIRST)],
        "Lane “Sharing” (share): a rule is read in another order, place",
        "Lanes and their rules",
    ),
    "a rule's condition changes": (
        [('when = {child = "unsure"}\noutcome = "ask"', 'when = {child = "unsure", hush = "no"}\noutcome = "ask"')],
        (
            "rule child.2: the condition: before, “A child may be harmed” is "
            "answered “Not sure”; now, “A child may be harmed” is "
            "answered “Not sure” and “hush” is not true"
        ),
        "Lanes and their rules",
    ),
    "a rule comes to something else": (
        [
            ('when = {share = "yes"}\noutcome = "agree_first"', 'when = {share = "yes"}\noutcome = "keep"'),
            ('signed = "fresh"}\noutcome = "send"', 'signed = "fresh"}\noutcome = "agree_first"'),
            (
                (
                    '[[outcome]]\nid = "send"\ntitle = "Send"\nplain = "They agreed."\nsends = '
                    '"C"\nrecipients = ["who"]\nclauses = ["1.3"]\n'
                ),
                "",
            ),
            (
                ('facts = {share = "yes", checked = "no"}\nlanes = {share = "send"}\nblocks = {share = ["identity"]}'),
                'facts = {share = "yes"}\nlanes = {share = "agree_first"}',
            ),
        ],
        "rule share.3: it comes to “Keep it”; before, “Ask them first”",
        "Lanes and their rules",
    ),
    "a rule needs a weaker yes": (
        [
            ('outcome = "refer"\napproval = "A1"', 'outcome = "refer"\napproval = "A0"'),
            ('approvals = {child = "A1"}', 'approvals = {child = "A0"}'),
            (
                'when = {child = "unsure"}\noutcome = "ask"',
                'when = {child = "unsure"}\noutcome = "ask"\napproval = "A1"',
            ),
        ],
        "rule child.1: who must agree is lowered: before, One other (A1); now, None (A0)",
        "Lanes and their rules",
    ),
    "a yes is raised": (
        [("count = 1", "count = 2")],
        "Approval “One other” (A1): what it asks for is raised",
        "Who must agree",
    ),
    "a recipient is added to an outcome": (
        [('recipients = ["council", "lead"]', 'recipients = ["council", "lead", "police"]')],
        "Outcome “Refer” (refer): who is told: added Police",
        "What the outcomes are",
    ),
    "a lane tells one more": (
        [
            (
                'adds = [{recipient = "doctor", when = {hush = "yes"}}]',
                ('adds = [{recipient = "doctor", when = {hush = "yes"}}, {recipient = "head", when = {note = "yes"}}]'),
            )
        ],
        "Lane “Child” (child): also told now: Head, when “Is there a note?” is “Yes”",
        "Who is told and who is not",
    ),
    "an outcome is less hurried": (
        [('clock = "today"', 'clock = "routine"')],
        "Outcome “Refer” (refer): how soon: before, today; now, in the next days",
        "What the outcomes are",
    ),
    "a step is new": (
        [
            (
                'steps = [{id = "refer.ring", say = "Ring the council."}]',
                (
                    'steps = [{id = "refer.ring", say = "Ring the council."}, {id = '
                    '"refer.note", say = "Write it down."}]'
                ),
            )
        ],
        "Outcome “Refer” (refer): what to do: new: “Write it down.”",
        "What the outcomes are",
    ),
    "a step is reworded": (
        [('say = "Ring the council."', 'say = "Ring the town."')],
        "what to do, “Ring the council.”: what people read: before, “Ring the council.”; now, “Ring the town.”",
        "Wording",
    ),
    "somebody hears nothing in silence any more": (
        [('[[recipient]]\nid = "council"\n', '[[recipient]]\nid = "council"\nhears_in_silence = false\n')],
        "Recipient “Council” (council): whether they hear while nobody may be told: before, yes; now, no",
        "Who is told and who is not",
    ),
    "somebody new hears nothing in silence": (
        [
            (
                '[[recipient]]\nid = "head"\n',
                '[[recipient]]\nid = "aunt"\ntitle = "Aunt"\nhears_in_silence = false\n\n[[recipient]]\nid = "head"\n',
            )
        ],
        "Recipient “Aunt” (aunt): new, who hears nothing while nobody may be told",
        "Who is told and who is not",
    ),
    "a number changes": (
        [('number = "999"', 'number = "112"')],
        "Contact “Emergency” (emg): the number: before, “999”; now, “112”",
        "Contacts",
    ),
    "a law note changes": (
        [('text = "A duty that has not begun."', 'text = "A duty that has begun."')],
        (
            "Law note “A duty that has begun.” (L1): what holds: before, “A duty "
            "that has not begun.”; now, “A duty that has begun.”"
        ),
        "The law, the clauses and the notes",
    ),
    "a flag is set": (
        [('default = "no"', 'default = "yes"')],
        "Setting duty: what counts until it is set: before, “no”; now, “yes”",
        "What is worked out, and settings",
    ),
    "a fact is worked out otherwise": (
        [
            (
                'rows = [{when = {hushed = "yes"}, value = "yes"}]',
                ('rows = [{when = {hushed = "yes", life = "no"}, value = "yes"}]'),
            )
        ],
        "Worked-out fact hush: how it is worked out: before,",
        "What is worked out, and settings",
    ),
    "a check only warns": (
        [
            ('protective = "block"', 'protective = "warn"'),
            ('blocks = {child = ["fax"]}', 'warnings = {child = ["fax"]}'),
        ],
        "Check “Never by fax.” (fax): in a protective lane: before, stopped; now, a warning",
        "Checks before anything goes out",
    ),
    "the emergency card comes for more answers": (
        [
            ('values = ["yes"]', 'values = ["yes", "soon"]'),
            ('when = [{life = "yes"}]', 'when = [{life = ["yes", "soon"]}]'),
            ('when = {life = "yes"}\noutcome = "ring"', 'when = {life = ["yes", "soon"]}\noutcome = "ring"'),
        ],
        (
            "what brings the card: before, “Could somebody die?” is “Yes”; now, "
            "“Could somebody die?” is “Yes” or “Within hours”"
        ),
        "The emergency card",
    ),
    "a promise is dropped": (
        [
            (
                (
                    '[[invariant]]\nid = "I2"\nplain = "Nobody is warned"\nwhen = {hush = '
                    '"yes"}\nnever = {"any.talk" = ["first", "along"]}\n'
                ),
                "",
            )
        ],
        "Promise “Nobody is warned” (I2): gone",
        "What may never happen",
    ),
    "silence is wider": (
        [('silenced = [{hush = "yes"}]', 'silenced = [{hush = "yes"}, {child = "yes"}]')],
        (
            "When nobody is talked to: before, “hush” is true; now, “hush” is "
            "true; or “A child may be harmed” is answered “Yes”"
        ),
        "Who is told and who is not",
    ),
    "a usual answer changes": (
        [('note = "no"', 'note = "yes"')],
        "The usual answer to “Is there a note?”: before, “No”; now, “Yes”",
        "The examples themselves",
    ),
    "an example is gone": (
        [('[[example]]\nname = "nothing"\nfacts = {}\nlanes = {private = "keep"}\n', "")],
        "Example nothing: gone",
        "The examples themselves",
    ),
}
