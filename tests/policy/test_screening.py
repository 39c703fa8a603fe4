"""What typed text gives away: the vectors of the data-protection note, and sentences of our own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.screening import Screening, is_nhs_number, screen

CONTACTS = ("0800 1111", "116 123", "0303 123 1113", "0800 789 321", "0808 801 0327 / 0800 999 5428", "08000 121 700")

EMERGENCIES = """
he has taken an overdose
she od'd
shes oded again
he's OD'd on something
hes got a knife
she's got a knife to her throat
not breathing
he isn't breathing
he cant breathe
baby has stopped breathing
client says he is going to kill himself
shes gonna kill herself
going to kill her when he gets home
he's threatening to kill her
jumping off the bridge
she is on the roof and going to jump
bleeding badly
hes bleedin and wont stop
there is blood everywhere
he's been stabbed
stabed in the leg
she is unconscious
shes unconcious and wont wake up
she's being beaten now
he is hitting her
house on fire
the flat is on fire
smell of gas
she is in labour
her waters have broken
he took all his tablets
shes swallowed bleach
took 40 paracetamol
he wants to die tonight
feeling suicidal
she left a suicide note
sucidal client on the phone
trying to hang himself
she's cut her wrists
he is strangling her
someone is breaking into the house now
he is outside with a gun
my client collapsed
having a seizure
heart attack
chest pains and can't breathe
hes choking
the baby is limp
shaking the baby
child has been snatched
the little girl has gone missing
call an ambulance
ambulence please
999
EMERGENCY
help me now
her life is in danger
she is in danger now
he says he will kill them all
i dont want to live anymore
he's going to hurt her
being raped
he set fire to the flat
theres a bomb
found him hanging
shes dying
he's going to do it tonight
she hung herself
he is hanging
his heart has stopped
theres blood all over the floor
she says she will be dead by morning
going to blow himself up
she's haemorrhaging
he wants someone to kill me
wants to end things
he swallowed batteries
child left in hot car
fallen in the river
she's having a baby now
please send someone
she's been raped
he is attacking staff
he's got petrol and a lighter
""".strip().splitlines()

QUIET = """
the review is overdue
some clients just come to kill time
fire drill on tuesday
fire safety training for new workers
new case
start
help
menu
my consultations
approve
what happens next
who is on call tonight
can I tell my colleague about this
a solicitor has written to us
the landlord wants to know where she lives
the police asked for a record
they want a copy of the file
may I share this with the council
the client agreed in writing
she gave consent last year
is the adult able to decide this
he works in a warehouse
we need a trustee to approve
please close the case
update the record
the emergency contact on the form is out of date
he uses the food bank
she is fitting in well at the hostel
they are in the labour party
knife crime awareness course
suicide prevention training next week
I have a question about the policy
the deadline is friday
that was a shocking form to fill in
cooking class on monday
breeding dogs without a licence
our meeting will run over
he takes tablets for blood pressure
police reference number please
moving house in june
the shop was robbed of its charm
we are dying to hear the outcome of the review
panic attack last month and feeling better
he blew up at the meeting and then said sorry
the baby is due in march
she was raped years ago and wants counselling
they hang around the centre
the file is hanging up in the office
she wants to end things with her boyfriend
please send some leaflets
we sent a letter by the river trust
""".strip().splitlines()


@pytest.mark.parametrize("text", EMERGENCIES)
def test_words_of_somebody_in_danger_call_for_the_emergency_card(text: str) -> None:
    assert screen(text).emergency
    assert screen(text.upper()).emergency


@pytest.mark.parametrize("text", QUIET)
def test_ordinary_questions_do_not_call_for_the_emergency_card(text: str) -> None:
    assert not screen(text).emergency


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("943 476 5919", "NHS number"),
        ("9990000018", "NHS number"),
        ("his number is 401-023-2137", "NHS number"),
        ("AB123456C", "National Insurance number"),
        ("ab 12 34 56 c", "National Insurance number"),
        ("QQ123456C", "National Insurance number"),
        ("TN010280F", "National Insurance number"),
        ("ring 07700 900123", "telephone number"),
        ("+44 (0)7700 900123", "telephone number"),
        ("+447700900123", "telephone number"),
        ("(0151) 496 0000", "telephone number"),
        ("+33 1 23 45 67 89", "telephone number"),
        ("write to someone.else@example.org", "e-mail address"),
        ("lives at L1 8JQ", "postcode"),
        ("sw1a1aa", "postcode"),
    ],
)
def test_a_sure_identifier_is_named_by_kind(text: str, kind: str) -> None:
    assert kind in screen(text, allowed=CONTACTS).sure


@pytest.mark.parametrize(
    "text",
    [
        "\uff19\uff14\uff13 \uff14\uff17\uff16 \uff15\uff19\uff11\uff19",  # full-width digits
        "\u0669\u0664\u0663 \u0664\u0667\u0666 \u0665\u0669\u0661\u0669",  # Arabic-Indic digits
        "943\u200b476\u200b5919",  # zero-width spaces
        "943\u00a0476\u20095919",  # spaces that do not break
        "943\u2011476\u20135919",  # hyphens of other kinds
        "94\u00ad3 476 5919",  # a soft hyphen
    ],
)
def test_a_number_cannot_hide_behind_unusual_characters(text: str) -> None:
    assert screen(text).sure == ("NHS number",)


@pytest.mark.parametrize(
    "text",
    [
        "JU-2026-0417",
        "0800 1111",
        "116 123",
        "0303 123 1113",
        "ring 0800789321",
        "0800 999 5428",
        "08000 121 700",
        "999 or 112",
    ],
)
def test_references_and_numbers_of_the_contacts_table_pass(text: str) -> None:
    found = screen(text, allowed=CONTACTS)

    assert (found.sure, found.likely) == ((), ())


def test_a_helpline_number_that_is_not_in_the_table_is_refused() -> None:
    assert screen("0303 123 1113").sure == ("telephone number",)


def test_ten_digits_that_fail_the_check_are_asked_about() -> None:
    found = screen("943 476 5918")

    assert found.sure == ()
    assert found.likely == ("ten-digit number",)


@pytest.mark.parametrize("digits", ["1111111111", "0000000000", "943476591", "94347659190"])
def test_what_only_looks_like_an_nhs_number_is_none(digits: str) -> None:
    assert not is_nhs_number(digits)


@pytest.mark.parametrize(
    "text",
    [
        "born 03/04/1987",
        "3.4.87",
        "1987-04-03",
        "3 April 1987",
        "April 3rd, 1987",
        "12th of may 2009",
        "dob 3/4",
    ],
)
def test_a_day_that_may_be_a_birthday_is_asked_about(text: str) -> None:
    assert "date of birth" in screen(text).likely


@pytest.mark.parametrize(
    "text",
    [
        "Mrs Okonkwo came in",
        "dr. Ahmed said so",
        "we met Zanele Dlamini yesterday",
        "a man called Tariq",
        "her name is tariq",
        "surname: dlamini",
        "ask @tariq about it",
        "ask <@U024BE7LH>",
        "Mary O'Brien",
    ],
)
def test_a_likely_name_is_asked_about(text: str) -> None:
    assert "name" in screen(text).likely


@pytest.mark.parametrize(
    "text",
    [
        "She called the police on Monday.",
        "The Safeguarding Lead agreed.",
        "Social Services rang. He said no.",
        "We spoke to the Data Protection Officer",
        "It is about the Crown Court letter",
        "on 12 05 26 we met",
        "met at 10 and left by 11",
        "The client is worried about a neighbour.",
        "name not known",
    ],
)
def test_ordinary_capitals_and_numbers_are_not_taken_for_names_or_numbers(text: str) -> None:
    found = screen(text)

    assert found.sure == ()
    assert "name" not in found.likely


@given(st.text(max_size=300))
def test_any_text_is_screened_without_an_error_and_without_being_repeated(text: str) -> None:
    found = screen(text, allowed=[text])

    assert isinstance(found, Screening)
    assert set(found.sure) <= {
        "NHS number", "National Insurance number", "telephone number", "e-mail address", "postcode"
    }  # fmt: skip
    assert set(found.likely) <= {"name", "date of birth", "ten-digit number"}
