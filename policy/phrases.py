"""What people type when somebody may die, one pattern a line: the words of `policy.alarms`.

The one rule to keep: when in doubt, add it. A card that was not needed costs one press; a missed one may cost a life.
The patterns meet lower-case words without apostrophes or punctuation ("hes", "cant"); `ing?` takes "hittin" too.
"""

GROUPS = {
    "A": "(a|an|the|his|her|their|this|that|my|some)",
    "CHILD": "(baby|newborn|child|toddler|kid|kids|children|boy|girl|son|daughter)",
    "DOING": "(is|hes|shes|theyre|are|keeps|started|he|she|they|starts|is now|been)",
    "OWN": "(my|his|her|their|your)",
    "PERSON": (
        "(him|her|them|me|us|you|someone|somebody|everyone|people"
        r"|(my|his|her|their|our) \w+|(a|the) (baby|child|kids|children|boy|girl|man|woman|family|neighbours?|mum|dad))"
    ),
    "PILLS": (
        "(pills|tablets|tabs|paracetamols?|painkillers|antidepressants|insulin|bleach|poison|antifreeze|weedkiller"
        "|(medication|medicine|meds) at once|all (his|her|their|my|the) (medication|medicine|meds))"
    ),
    "SELF": "(myself|himself|hisself|herself|themselves|themself|yourself|her self|him self|my self|ourselves)",
    "WEAPON": "(gun|firearm|weapon|axe|hammer|sword|blade|bat|shotgun|pistol|rifle|crossbow|knife|machete|crowbar)",
}
"""What a name in angle brackets stands for."""

PHRASES = r"""
# asking for help at once
999
112
emergency(?! (contact|contacts|procedure|procedures|plan|policy|budget|fund|funding|housing|food|loan))
ambulance
paramedics?
coastguard
sos
mayday
(call|ring|phone|get|need|want|send|fetch) (for )?(the )?(police|cops) (now|quick|fast|asap|here|please|urgently)
(need|send|get) (the )?(police|cops)(?! (report|reference|number|check|clearance|record|form|statement))
(need|want) (some )?help (right )?(now|urgently|asap|immediately|quick|quickly)
urgent help
help quick
help me (now|please|quick|quickly|pls|plz)
(please|pls|plz) send (someone|somebody|help)
send (someone|somebody|help) (now|quick|quickly|please|urgently|round)
please help( me| us| him| her| them)?$
^help help
in (immediate |serious |grave |great |real )?danger (right )?now
(life|lives) (is|are|s)? ?(in|at) (danger|risk)
in (immediate|grave|mortal) danger
life or death
life threatening
matter of life

# not breathing, not waking, dying
(not|stopped|stop|isnt|aint|no longer|hardly|barely) (breathing?|breath)
(struggling|cant|cannot|can not|unable|trouble|difficulty) (to )?(breathing?|breathe|breath)
unconscious
unresponsive
passed out
blacked out
(wont|will not|cant|cannot|not|isnt|doesnt) (wake|waking|wakin|respond|responding)( up)?
cant wake (him|her|them|my \w+|the \w+)
no pulse
heart (has |is |s )?(just )?(stopped|stopping?|given out)
turn(ed|ing) blue
gone blue
going blue
lips (are|r) blue
blue lips
(is|are|hes|shes|theyre|he|she|im|might be|may be|could be) dying?(?! to)
about to die
going to die
gonna die
might die
could die
will die
collapsed
heart attack
cardiac arrest
having a (stroke|fit|seizure)
had a (stroke|fit|seizure) (just )?now
seizure
is fitting(?! in| well)
chest pains?
allergic reaction
anaphyla\w+
epipen
choking?
chokes
drowning?
drowned
hypothermia
electrocuted
found (him|her|them|my \w+|the \w+|someone|somebody|a \w+) (dead|hanging|on the floor|lifeless)
dead body
think (hes|shes|theyre|he is|she is|they are) dead
lifeless
(is|isnt|not|hes|shes|theyre) (not )?moving?(?! (house|home|in|out|on|to|away|forward))
(is|hes|shes|theyre|might be|may be|looks) dead(?! (set|end|serious|good|tired|line))
face (is )?(drooping?|dropped)

# blood and wounds
bleeding?
bleeds
blood everywhere
blood (is )?(all over|pouring|coming out|gushing|squirting|spurting)
ha?emorr?h?ag\w+
lots of blood
covered in blood
so much blood
los(ing|in|t) (a lot of |lots of |so much |too much )?blood
stab(bed|bing|bin|s)?
slash(ed|ing) (him|her|me|them|someone|<OWN> \w+)
been shot
got shot
gunshot
shot (him|her|me|them|someone|somebody|himself|herself)
shooting?( at|s)?
broken (neck|skull|back)
hit by a (car|bus|train|lorry|van)
(been|got|was|just) run over
run over by
ran over <PERSON>
badly (hurt|injured|burnt|burned)
seriously (hurt|injured)
head injury
fell (off|from|out of) (a|the) (roof|window|balcony|bridge|building)

# weapons and attacks
knife(?! crime| amnesty| block)
knives out
machete
(has|got|have|had|with|pulled|holding?|carrying?|waving?) <A> (loaded )?<WEAPON>
gunman
gun to
acid (attack|on|in|over)
thr(ew|own|owing) acid
bomb(?!ay|ard)
blow(ing|s|n)? (\w+ )?up <SELF>
blow(ing|s|n)? (<SELF>|<PERSON>|it|the \w+|this \w+) (all )?up
explosives?
explosion
hostage
shooter
terror attack
strangl\w+
throttling?
chok(ed|es) (him|her|me|them)
hands (around|round) <OWN> (neck|throat)
smother\w*
suffocat\w*
(being?|getting?) (beaten|battered|attacked|raped|assaulted|strangled|hit|kicked|punched|abused right now|hurt)
(being?|getting?) (held|kidnapped|chased|tortured|burned|burnt|mugged|robbed)
<DOING> (beating?|battering?|attacking?|hitting?|hiting?|kicking?|punching?) (up )?<PERSON>
<DOING> (attacking?|hitting?|kicking?|stabbing?|threatening?) (staff|workers?|colleagues?|each other)
<DOING> (attacking?|hitting?|kicking?|stabbing?|threatening?) (clients?|residents?|customers?)
(been|was|got) (raped|gang raped)(?! (as a|when|years|in \d+))
petrol and (a |some )?(lighter|matches|match)
(lighter|matches|match) and (a |some )?petrol
<DOING> (raping?|assaulting?|burning?|chasing?|torturing?|drugging?) <PERSON>
just (been |got )?(beaten|attacked|raped|assaulted|hit|punched|kicked|jumped|mugged)
(raped|attacked|beaten|assaulted) (tonight|just now|an hour ago|minutes ago)
(trying?|tried|attempting|about) to (get|break|smash|force|kick) (<OWN> way )?(in|into|down|through|the door)
breaking? in(to)? (the|my|her|his|our)? ?(house|home|flat|room|door|now)
kicking? (the|my|our|her) door
smashing? (the|up the|up my|up her|my|her) (house|door|window|windows|place|flat)
(outside|here|at the door|coming|(his|her|their) way)( now)? (with a <WEAPON>|to (kill|hurt|get|stab|beat) <PERSON>)

# threats to kill
killing?? (<SELF>|<PERSON>)(?! time)
kills? (me|us|him|her|them|you)(?! (softly|with kindness))
killing? (each other|people)
(threaten\w*|swear\w*|going|wants?|about|plan\w*|trying?|tried|ready) to kill(?! time)
(will|gonna|gunna|hell|shell|theyll|ill) kill(?! time)
(murder|murdered|murdering) (him|her|them|me|us|my \w+|someone|tonight)
trying to murder
going to murder
honour killing
death threats? (now|tonight|just now)
shoot (him|her|them|me|us|himself|herself|themselves|everyone)

# taking their own life
(hang|drown|shoot|harm|hurt|stab|burn|gas|poison|kill|top|topp|cut|cutt|starv)(ing?|ed|e)? <SELF>
(hung|hanged|drowned|shot|blew up) <SELF>
(is|hes|shes|theyre|was|found) hanging(?! (out|around|about|on|up|in|back|with))
self ?harm(ing?|ed)? (now|tonight|again|badly|really)
(going to|gonna|about to) do it (now|tonight|today)
suicid\w*(?! (awareness|prevention|training|policy|statistics|course|workshop))
(end|ending|take|taking|took) <OWN> (own )?life
end(ing)? (it all|it tonight|it now|things tonight)
end it$
(want|wants|wanting|wanna|wish|wishes|ready|going|plan\w*|decided) to die
wanna die
better off dead
wants? to be dead
(will|ll|shell|hell|be) (be )?dead (by|before|in|tonight|tomorrow)
end(ing)? things(?! with)
doesnt want to (live|be alive|be here any ?more|wake up)
dont want to (live|be alive|be here any ?more|wake up)
no reason to live
cant go on( any ?more| living| like this)?$
(jump|jumping?|jumped) (off|from|in front|out of|out the|into the (river|sea|canal|road|water|traffic))
(is|hes|shes|standing?|sitting?|sat|stood|stuck) on (a|the) (ledge|bridge|roof|railway|tracks|railings|cliff)
(going|gonna|about|threatening) to jump
train tracks
noose
ligature
edge of (the|a) (cliff|bridge|roof)
(cut|cutting|cuttin|slit|slitting|slashed|slashing) (\w+ )?(wrist|wrists|throat|neck|arms|arm)
(goodbye|good bye|suicide|final) (note|letter|message|text|texts|messages)
said (goodbye|good bye) (to everyone|forever|for good|for ever)
do something (stupid|silly) (tonight|now|to <SELF>)
wont be here (tomorrow|in the morning|tonight)

# poison and pills
overdos\w*
o ?d(d|ed|ing)
ode?d (on|again|tonight)
(has|have|hes|shes|is|just|might|going to|gonna|about to|threatening to) od
od on
(taken|took|taking?|swallow\w*|ate|eaten|drank|drunk|necked|downed) (\w+ ){0,4}<PILLS>
(take|takes|had|has had) (all|loads|lots|too many|a load|a bottle|a box|a packet|a handful|\d+) (\w+ ){0,4}<PILLS>
poisoned
swallow(ed|ing|s) (a |some |the )?(batter(y|ies)|razors?|blades?|glass|magnets?|coins?)
swallow(ed|ing|s) (some |the )?(bleach|lighter fluid|white spirit)
drank bleach

# fire, gas, crash
(is|are|house|flat|home|building|car|kitchen|room|place|hair|clothes|door|block|its|hes|shes)( is| are|s)? on fire
set(ting)? (\w+ )?(on fire|alight|fire to|light to)
set fire
(house|flat|building|home|block|place) (is )?(burning?|burnt|burned)( down)?
theres a fire
there is a fire
fire (in|at) (the|my|her|his|our) (house|home|flat|building|kitchen|hostel|block|room|office)
smoke (coming|everywhere|pouring)
petrol (through|on|over|everywhere)
dous(ed|ing) (\w+ )?in petrol
gas leak
smell(s|ing)? (of )?gas
carbon monoxide
car crash
been a crash
flooding in
trapped (in|under|inside|upstairs)
(fell|fallen|fallin|gone|went|jumped|pushed) in(to)? (the |a )(river|sea|canal|water|lake|pond|dock|harbour)
<CHILD> (left|locked|alone|asleep|stuck)( \w+)? in (a |the )?(hot )?car

# birth, babies, children
(in|into|started) (early |premature )?labour(?! (party|market|law|exploitation|camp|council\w*|mp|government))
waters? (have |has |had |just )?(broke|broken|gone)
having contractions
baby is coming
babys coming
giving birth
having (a|the|her) baby (now|right now|here|tonight)
miscarrying
shaking? (the|a|her|his|their) (baby|newborn|child)
shaken baby
baby (is |s )?(not moving|limp|floppy|blue|left alone|not breathing)
baby wont wake
<CHILD>( \w+)?( has| have)?( just)?( been)?( gone)? (snatched|abducted|kidnapped|missing|disappeared|trapped)
(snatched|abducted|kidnapped|grabbed|run off with|taken|hurt|hurting?) (the|my|her|his|their|a) <CHILD>
gone missing
hasnt come home
(being|about to be|going to be|getting) (cut|taken abroad|flown|forced to marry)( \w+)? (today|tonight|now|tomorrow)
locked (me|her|him|us|them|the \w+) (in|up|inside|in the \w+)
held (against|prisoner|captive)
(cant|wont let (me|her|him|us|them)) (get out|leave|escape)
(happening|going on|hurting (him|her|them|me|us|someone)|violent|kicking off|attack\w*) (right )?now
right now (he|she|they) (is|are) (hurt|hit|beat)\w*
hurting (him|her|them|me|us) (again|now|tonight|badly)
(going|about|wants?|plan\w*) to (hurt|harm|attack|stab|shoot|rape|beat|hit|murder|strangle) <PERSON>
gonna (hurt|harm|attack|stab|shoot|rape|beat|hit|murder|strangle|batter)
(im|she is|shes|hes|he is|we are|were|i am|theyre|they are) not safe( now| here| tonight)?$
fear(s|ing)? for (my|his|her|their|our) li(fe|ves)
scared (he|she|they)(s| is|re| are|ll| will)? (going to |gonna )?(kill|hurt|die)
"""
