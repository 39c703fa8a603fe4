"""The list of people is never changed in silence, and no human decides what they asked under another entry of it."""

from __future__ import annotations

import asyncio

from bot.events import Event
from bot.team import colleagues, team_forms
from tests.conversations import stories
from tests.conversations.sides import SLACKS_OWN
from tests.conversations.test_administering import about, known, opens_the_team
from tests.conversations.test_moving_on import ON_POSTGRESQL
from tests.conversations.test_phone_lost import says_the_phone_is_lost
from tests.conversations.town import ONE_ENGINE, Town

CHANGED = "# The list of people has changed"


# One human, two entries


async def test_whoever_asked_under_one_entry_never_agrees_under_the_other_once_both_had_one_account(
    town: Town,
) -> None:
    femi = town.person("femi")
    office, account = town.process.office, town.account(femi)
    await femi.sends(stories.A_CHILD, of="Amira Osei")
    await town.delivers()
    case = await town.case()
    async with town.reading() as tx:
        [request] = [each for each in await tx.approvals.of(case.id) if each.state == "pending"]

    await colleagues.unlinked(office.store, office.books, "femi", account, town.clock())
    said = await colleagues.linked(office.store, office.books, "amira", account, town.clock())
    await colleagues.removed(office.store, office.books, "femi", town.clock())
    await town.delivers()
    await femi.types("home")
    await femi.sees("# Confer")
    await femi.presses("Press", on=femi.forges("approve", c=case.id, r=request.id, f=request.fingerprint))

    await femi.reads("You asked for this yourself. Somebody else has to decide it.")
    assert said.endswith("They count as one human with Femi Adair: neither decides what the other asked.")
    async with town.reading() as tx:
        assert await tx.approvals.decisions(case.id) == {}


@ONE_ENGINE
async def test_a_colleague_who_looks_like_somebody_on_the_list_is_added_only_when_it_is_said_that_they_are_not(
    town: Town,
) -> None:
    ben, ewan = town.people("ben", "ewan")
    await opens_the_team(ewan)
    await ewan.presses("Add a colleague")
    await ewan.sees("# Add a colleague")
    await ewan.fills("Name", "amira osei")

    await ewan.submits()
    await ewan.sees("Is this Amira Osei, who is on the list? Then link the account instead")
    await ewan.ticks("This is another human than the one on the list")
    await ewan.submits()
    await ewan.sees("amira osei is on the list.")
    await town.delivers()

    await ben.reads(CHANGED, "Ewan Marsh put amira osei on the list. Somebody there has the same name or number.")


# Nobody takes the lead's place in silence


@ONE_ENGINE
@SLACKS_OWN
async def test_the_leads_account_is_never_swapped_for_another_in_one_form(town: Town) -> None:
    ewan, evil = town.people("ewan", "evil")
    await about(ewan, "Ben Carver", "Accounts", "Accounts")
    await ewan.fills("Their id there", evil.account.id)
    await ewan.chooses("Take one away?", "Slack, U0BEN")

    await ewan.submits()

    await ewan.sees("First add the new one.")
    async with town.reading() as tx:
        [account] = await tx.people.accounts([await town.id_of("ben")])
    assert account.user == "U0BEN"


@ONE_ENGINE
@SLACKS_OWN
async def test_an_account_is_taken_from_the_lead_only_with_the_lead_reading_so_on_it_and_the_chair_too(
    town: Town,
) -> None:
    ben, dora, ewan, evil = town.people("ben", "dora", "ewan", "evil")
    await about(ewan, "Ben Carver", "Accounts", "Accounts")
    await ewan.fills("Their id there", evil.account.id)
    await ewan.submits()
    await ewan.sees("The accounts of Ben Carver are changed.")
    await about(ewan, "Ben Carver", "Accounts", "Accounts")
    await ewan.chooses("Take one away?", "Slack, U0BEN")

    await ewan.submits()
    await ewan.sees("The accounts of Ben Carver are changed.")
    await town.delivers()

    await ben.reads(CHANGED, "gave you: one more account.", "took away from you: one more account.")
    await dora.reads(CHANGED, "gave Ben Carver: one more account.", "took away from Ben Carver: one more account.")


@ONE_ENGINE
@SLACKS_OWN
async def test_an_account_that_whoever_asks_gave_to_the_lead_meanwhile_decides_nothing(town: Town) -> None:
    ewan, evil = town.people("ewan", "evil")
    await ewan.sends(stories.A_CHILD, of="Ben Carver")
    await town.delivers()
    await about(ewan, "Ben Carver", "Accounts", "Accounts")
    await ewan.fills("Their id there", evil.account.id)
    await ewan.submits()
    await ewan.reads("The accounts of Ben Carver are changed.")
    case = await town.case()
    async with town.reading() as tx:
        [request] = [each for each in await tx.approvals.of(case.id) if each.state == "pending"]
    await evil.types("home")
    await evil.sees("# Confer")

    await evil.presses("Press", on=evil.forges("approve", c=case.id, r=request.id, f=request.fingerprint))

    await evil.reads("Whoever asks this, or did, linked an account of yours lately. Somebody else has to decide it.")
    async with town.reading() as tx:
        assert await tx.approvals.decisions(case.id) == {}


@ONE_ENGINE
async def test_a_lead_who_loses_the_duty_reads_so_and_so_does_the_chair(town: Town) -> None:
    ben, dora, ewan = town.people("ben", "dora", "ewan")
    await about(ewan, "Ben Carver", "Change", "Change a colleague")
    await ewan.ticks("Safeguarding lead")

    await ewan.submits()
    await ewan.reads("Ben Carver is changed.")
    await town.delivers()

    await ben.reads(CHANGED, "Ewan Marsh, who keeps the list of people, took away from you: safeguarding lead.")
    await dora.reads(CHANGED, "took away from Ben Carver: safeguarding lead.")


@ONE_ENGINE
async def test_another_name_or_number_and_being_sent_away_are_read_by_whom_they_concern_and_by_a_third(
    town: Town,
) -> None:
    ben, dora, ewan = town.people("ben", "dora", "ewan")
    await about(ewan, "Ben Carver", "Change", "Change a colleague")
    await ewan.fills("Name", "Ben Carter")
    await ewan.fills("Telephone", "07700 900166")
    await ewan.submits()
    await ewan.reads("Ben Carter is changed.")
    await about(ewan, "Ben Carter", "Away or back", "Away or back")
    await ewan.chooses("Until when are they away?", "In two weeks: Friday 4 December, 08:00")

    await ewan.submits()
    await ewan.reads("Ben Carter is away until")
    await town.delivers()

    for reader in (ben, dora):
        await reader.reads("It is now: Ben Carter.", "It is now: 07700 900166.", "wrote down that Ben Carter is away.")


@ONE_ENGINE
async def test_a_lead_whose_phone_is_lost_is_not_counted_as_somebody_who_reads_it(town: Town) -> None:
    amira, dora, ewan, hana = town.people("amira", "dora", "ewan", "hana")
    await says_the_phone_is_lost(hana, "Ben Carver")
    await hana.reads("Ben Carver is locked out.")
    await about(ewan, "Amira Osei", "Change", "Change a colleague")
    await ewan.ticks("On-call trustee")

    await ewan.submits()
    await ewan.reads("Amira Osei is changed.")
    await town.delivers()

    await dora.reads(CHANGED, "gave Amira Osei: on-call trustee.")
    await amira.reads(CHANGED, "gave you: on-call trustee.")


@ON_POSTGRESQL
async def test_of_two_administrators_at_once_the_second_is_told_that_nothing_was_changed(town: Town) -> None:
    amira, ewan = town.people("amira", "ewan")
    await town.changes("amira", capabilities=["may_approve", "administrator"])
    for attempt in range(4):
        await town.changes("femi", telephone=f"07700 90010{attempt}")
        femi = await known(town, "Femi Adair")
        carry = {"p": femi.id, "was": team_forms.was(femi)}
        fields = {"name": (femi.name,), "role": (femi.role,), "capabilities": tuple(femi.capabilities)}

        said = await asyncio.gather(
            *(
                town.hears(
                    Event(
                        f"{attempt}{who}",
                        town.who(who),
                        "team.change.confirm",
                        carry=carry,
                        fields={**fields, "telephone": (number,), "active": ("yes",)},
                    )
                )
                for who, number in ((ewan, "07700 900198"), (amira, "07700 900199"))
            )
        )

        assert ["changed by somebody else meanwhile" in str(each) for each in said].count(True) == 1
