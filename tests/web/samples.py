"""Cards of an invented charity: between them every block and every field there is, as long as real ones are."""

from __future__ import annotations

from bot.cards import (
    Button,
    Buttons,
    Card,
    Choice,
    Confirm,
    Facts,
    Form,
    Heading,
    More,
    Notice,
    Number,
    Numbers,
    Pick,
    Points,
    Progress,
    Say,
    Small,
    Text,
    Ticks,
)

DANGER = "Someone in danger now? Ring 999. Don't wait for this bot or for approval."

QUESTION = Card(
    title="Could someone die or be badly hurt right now?",
    danger=DANGER,
    blocks=(
        Progress(1, 8),
        Say("Case LC-1042", quiet=True),
        Buttons(
            (
                Button("Yes", "answer", {"id": "7", "value": "yes"}, "danger"),
                Button("Not sure", "answer", {"id": "7", "value": "unsure"}),
                Button("Within hours", "answer", {"id": "7", "value": "within_hours"}),
                Button("No", "answer", {"id": "7", "value": "no"}, "main"),
            )
        ),
        More(
            "Why we ask", (Say("If a life is at risk, ringing comes first. Everything else can be done afterwards."),)
        ),
    ),
)

TICKS = Card(
    title="What is it about?",
    danger=DANGER,
    blocks=(
        Progress(2, 8),
        Ticks(
            "danger",
            "Mark what you have seen, been told, or fear",
            (
                Choice("child", "A child may be harmed, or was"),
                Choice("adult", "An adult may face abuse, neglect or violence"),
                Choice("self", "Someone may badly harm or kill themselves"),
                Choice("crime", "A crime, a threat, or a danger to the public"),
            ),
            chosen=("child",),
            unsure=True,
            unsure_chosen=("self",),
        ),
        Buttons((Button("Continue", "ticked", {"id": "7"}, "main"), Button("Go back", "back", {"id": "7"}))),
        Small("Rules of the charity, version 3. Your answers are kept until you change them."),
    ),
)

PICK = Card(
    title="How will it go?",
    danger=DANGER,
    blocks=(
        Progress(7, 8),
        Pick(
            "channel",
            "Choose one way",
            (
                Choice("rang", "By phone: I rang the published number"),
                Choice("mail", "Secure e-mail"),
                Choice("post", "Post"),
            ),
            hint="Ring a number that you looked up yourself.",
        ),
        Buttons((Button("Continue", "picked", {"id": "7"}, "main"),)),
    ),
)

APPROVAL = Card(
    title="Your decision is asked for",
    danger=DANGER,
    summary="Confer: a decision is asked for",
    blocks=(
        Facts(
            (
                ("Case", "LC-1042"),
                ("Asked by", "Amina Yusuf"),
                ("Tell whom", "Council, children's social care"),
                ("What exactly", "The worry, who is at risk, where they are now"),
            )
        ),
        Heading("Why"),
        Points(("A child may be harmed.", "Waiting would put the child at more risk.")),
        Notice("Both of you talk it over before you decide.", "warning"),
        Buttons(
            (Button("Approve", "approve", {"id": "7"}, "main"), Button("Decline", "decline", {"id": "7"}, "danger"))
        ),
        Small("Clauses 4.2.1 and 4.10."),
    ),
)

OUTCOME = Card(
    title="What to do now",
    danger=DANGER,
    weight="warning",
    blocks=(
        Notice("Approved by Tom Okafor at 14:02.", "done"),
        Heading("1. Protect the child"),
        Say("Tell the council's children's team today. Approval is not needed for this."),
        Points(
            (
                "Ring the number below.",
                "Say who you are and that a child may be harmed.",
                "Write down the name of who answered.",
            ),
            True,
        ),
        Numbers(
            (
                Number(
                    "Council, children's team", "020 7946 0112", "Monday to Friday, 9 to 5. Checked 2 November 2026."
                ),
                Number("Council, out of hours", "020 7946 0999", "Nights and weekends."),
                Number("Safeguarding lead", "Ask at the front desk"),
            )
        ),
        Heading("2. The crime"),
        Say("Report to the police today. Two workers agree this together."),
        Notice("Do not tell the person who is suspected.", "stop"),
        Notice("The record is made for you as you go."),
        More(
            "Clauses and law", (Facts((("4.2.1", "A child at risk of harm"), ("4.4", "A crime somebody admits to"))),)
        ),
        Buttons(
            (Button("I have told them", "told", {"id": "7"}, "main"), Button("Change an answer", "back", {"id": "7"}))
        ),
        Small("LC-1042 · rules version 3 · record 9f2c41"),
    ),
)

EMERGENCY = Card(
    title="Are you safe? Ring 999 now",
    danger=DANGER,
    weight="stop",
    summary="Confer: ring 999",
    blocks=(
        Points(
            (
                "Get yourself safe first.",
                "Ring 999. Ask for police or ambulance.",
                "Say where you are and what is happening.",
            ),
            True,
        ),
        Notice("Cannot speak? Ring 999 from a mobile, then press 55 when asked.", "stop"),
        Numbers(
            (Number("Emergency", "999", "Day and night. 112 works too."), Number("On-call trustee", "020 7946 0144"))
        ),
        Buttons(
            (
                Button("I have rung 999", "rang", {"id": "7"}, "main", hint="then we write down what you did"),
                Button("Not yet", "not_yet", {"id": "7"}),
            )
        ),
    ),
)

FORM = Form(
    title="Approve",
    danger=DANGER,
    submit="Approve",
    action="approve.sent",
    carry={"id": "7", "version": "4"},
    fields=(
        Facts((("Case", "LC-1042"), ("Tell whom", "Council, children's social care"))),
        Say("Your name and the time go into the record."),
        Text("reason", "Your reason", "No names. Use the case reference.", long=True),
        Text("note", "A word to the worker", required=False, limit=80),
        Pick(
            "how",
            "How did you talk it over?",
            (Choice("phone", "By phone"), Choice("person", "In person")),
            required=True,
        ),
        Ticks("seen", "What did you look at?", (Choice("facts", "The facts"), Choice("clauses", "The clauses"))),
        Points(("Nothing is sent by this bot.",)),
        Notice("You cannot take an approval back. You can ask for a new one.", "warning"),
        Confirm("talked", "We talked it over"),
    ),
)

HOME = Card(
    title="Nothing waits for you",
    danger=DANGER,
    blocks=(Say("Unsure whether you may tell somebody? Start here.", quiet=True),),
)
