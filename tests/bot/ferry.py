"""A second charity's whole policy, thrown away after the test: a ferry crew, and what they may tell about passengers.

None of its facts, values, lanes, outcomes, codes or recipients occurs in the shipped book or in a line of Python.
"""

BOOK = """
[book]
id = "ferry"
title = "May the crew tell somebody?"
version = "7"
charity = "The Invented Ferry"
lead = "bosun"
stop_until = {flares_sent = "still_to_do"}

[emergency]
line = "Somebody overboard or badly hurt? Ring 999 and ask for the coastguard."
question = "water_danger"
values = ["overboard", "cannot_tell"]
called = "flares_sent"
title = "Coastguard, now"
first = "Are you safe on deck?"
steps = ["Throw a ring.", "Ring 999. Ask for the coastguard."]
say = ["Where the boat is."]
contacts = ["coastguard"]
after = "When you have rung, press the button."

[[screen]]
id = "water_danger"
ask = "Is anybody in the water?"
kind = "choice"

[[question]]
id = "water_danger"
screen = "water_danger"
ask = "Is anybody in the water?"
options = [
  {value = "overboard", label = "Overboard"},
  {value = "cannot_tell", label = "We cannot tell"},
  {value = "all_aboard", label = "All aboard"},
]

[[screen]]
id = "flares_sent"
ask = "Have you rung the coastguard?"
kind = "choice"

[[question]]
id = "flares_sent"
screen = "flares_sent"
ask = "Have you rung the coastguard?"
options = [{value = "still_to_do", label = "Still to do"}, {value = "sent_off", label = "They know"}]
when = {water_danger = ["overboard", "cannot_tell"]}

[[screen]]
id = "sights"
ask = "What did you see?"
kind = "ticks"

[[question]]
id = "drunk_pilot"
screen = "sights"
ask = "The pilot had been drinking"
options = "yn"
when = [{water_danger = "all_aboard"}, {flares_sent = "sent_off"}]

[[question]]
id = "lost_parcel"
screen = "sights"
ask = "A parcel was left"
options = "yn"
when = [{water_danger = "all_aboard"}, {flares_sent = "sent_off"}]

[[derived]]
id = "bosun"
rows = [{when = {drunk_pilot = "yes"}, value = "first_mate"}]
otherwise = "first_mate"

[[lane]]
id = "rescue"
title = "Rescue"
protective = true
immediate = true

[[lane.rule]]
when = {water_danger = ["overboard", "cannot_tell"]}
outcome = "mayday"

[[lane]]
id = "harbour"
title = "Harbour"
protective = true
clauses = ["H1"]

[[lane.rule]]
when = {drunk_pilot = "yes"}
outcome = "tell_harbour"
approval = "two-bells"

[[lane]]
id = "calm"
title = "Calm sea"
alone = true

[[lane.rule]]
outcome = "sail_on"

[[outcome]]
id = "mayday"
title = "Mayday"
plain = "Ring now."
sends = "N"
recipients = ["coastguard"]
clock = "now"
contacts = ["coastguard"]

[[outcome]]
id = "tell_harbour"
title = "Tell the harbour master"
plain = "The harbour master can stop the boat."
sends = "N"
recipients = ["harbour_master"]
clock = "today"
basis = "permitted"
steps = [{id = "tell_harbour.ring", say = "Ring the harbour office."}]
contacts = ["harbour"]

[[outcome]]
id = "sail_on"
title = "Sail on"
plain = "Nobody is told."

[[approval]]
code = "two-bells"
title = "Two bells"
plain = "A trustee who sails must agree."
moment = "before"
count = 1
roles = ["trustee"]

[[recipient]]
id = "coastguard"
title = "The coastguard"
contacts = ["coastguard"]

[[recipient]]
id = "harbour_master"
title = "The harbour master"
contacts = ["harbour"]

[[recipient]]
id = "first_mate"
title = "The first mate"
capability = "safeguarding_lead"

[[contact]]
id = "coastguard"
name = "Coastguard"
number = "999"
critical = true

[[contact]]
id = "harbour"
name = "Harbour office"
number = "see the notice board"
setting = "harbour_office"

[[clause]]
id = "H1"
title = "Sober at the helm"

[quiet]
water_danger = "all_aboard"
flares_sent = "sent_off"
drunk_pilot = "no"
lost_parcel = "no"

[[example]]
name = "a drunk pilot"
facts = {drunk_pilot = "yes"}
lanes = {harbour = "tell_harbour"}
approvals = {harbour = "two-bells"}
"""

CHARITY = """
[charity]
name = "The Invented Ferry"
book = "ferry"
nation = "wales"
timezone = "Europe/London"
reference_prefix = "FE"

[numbers]
harbour_office = "01632 960777"
"""
