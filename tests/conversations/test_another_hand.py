"""One human, several accounts or several entries of the list: none of them is a second person, and none may look in."""

from __future__ import annotations

from bot.organisation.charity import charity_of
from bot.picture import look
from bot.team import colleagues
from bot.team.importing import import_people
from tests.conversations import stories
from tests.conversations.around import A_CHILD_AND_TERROR
from tests.conversations.resident import Resident
from tests.conversations.sides import SLACKS_OWN
from tests.conversations.test_administering import about
from tests.conversations.test_asked_together import sends_to
from tests.conversations.test_ladder import time_goes_on
from tests.conversations.test_second_look import message
from tests.conversations.test_spoken import agreed_by_phone, writes_down
from tests.conversations.test_two_workers import THERE, agreed_and_reported, says, tries_to_close
from tests.conversations.town import ONE_ENGINE, Town

pytestmark = ONE_ENGINE

LINKED = "Whoever asks this, or did, linked an account of yours lately. Somebody else has to decide it."

OLD = "U0OLD"
"""An account of nobody's by now."""


async def links(administrator: Resident, name: str, account: Resident) -> None:
    """In chat: this account is this colleague's."""
    await about(administrator, name, "Accounts", "Accounts")
    await administrator.fills("Their id there", account.user)
    await administrator.submits()
    await administrator.reads(f"The accounts of {name} are changed.")


async def one_human(town: Town, first: str, second: str) -> None:
    """The same account stood with both, one after the other."""
    office, account = town.process.office, town.account(town.person("ewan"), OLD)
    await colleagues.linked(office.store, office.books, first, account, town.clock())
    await colleagues.unlinked(office.store, office.books, first, account, town.clock())
    await colleagues.linked(office.store, office.books, second, account, town.clock())


async def brings_in(town: Town, handle: str, name: str, user: str) -> str:
    """A file in which this worker has this account of the workspace."""
    channel, tenant, _ = town.account(town.person("ewan"))
    office, account = town.process.office, f'{{channel = "{channel}", tenant = "{tenant}", user = "{user}"}}'
    rows = ["[[person]]", f'id = "{handle}"', f'name = "{name}"', 'role = "worker"', f"accounts = [{account}]"]
    rows.append('capabilities = ["may_approve"]')
    return await import_people(office.store, "\n".join(rows), town.clock(), office.books)


async def test_whoever_linked_an_account_to_the_approver_the_day_before_does_not_agree_from_it(town: Town) -> None:
    ewan, evil = town.people("ewan", "evil")
    await links(ewan, "Ben Carver", evil)
    town.clock.passes(days=1)
    await ewan.begins()
    await ewan.answers(stories.A_CHILD)
    await ewan.presses("Ask for agreement")
    await ewan.sees("# Before it is sent")

    assert "( ) Ben Carver" not in ewan.screen()
    assert "( ) Chidi Lowe" in ewan.screen()


@SLACKS_OWN
async def test_a_yes_by_phone_is_not_confirmed_from_an_account_the_asker_linked(town: Town) -> None:
    ewan, evil, _ = town.people("ewan", "evil", "ben")
    await ewan.sends(stories.A_CHILD, of="Ben Carver")
    await town.delivers()
    await writes_down(ewan, "Ben Carver")
    await ewan.reads("Written down.")
    await town.delivers()
    await links(ewan, "Ben Carver", evil)
    case = await town.case()
    async with town.reading() as tx:
        [request] = await tx.approvals.of(case.id)

    await evil.types("home")
    await evil.sees("# Confer")
    await evil.presses("Press", on=evil.forges("spoken.yes", c=case.id, r=request.id))

    await evil.reads(LINKED)
    assert "agreement confirmed" not in await town.ledger_kinds()


async def test_whoever_was_linked_an_account_can_still_say_that_they_did_not_agree_and_a_lead_hears_it(
    town: Town,
) -> None:
    ewan, evil, femi, ben = town.people("ewan", "evil", "femi", "ben")
    await agreed_by_phone(town, ewan, "Femi Adair", stories.A_CHILD)
    await links(ewan, "Femi Adair", evil)
    await town.delivers()

    await femi.presses("No, I did not", on=message(femi, "# Did you agree?"))
    await femi.reads("Thank you.")
    await town.delivers()

    await ben.reads("# Please ring two colleagues", "Femi Adair says: I did not agree")
    assert "agreement denied" in await town.ledger_kinds()


async def test_in_silence_a_lead_who_was_given_an_account_is_not_called_for_ever_by_himself(town: Town) -> None:
    ewan, ben, evil, dora = town.people("ewan", "ben", "evil", "dora")
    await ewan.sends(A_CHILD_AND_TERROR)
    await town.delivers()
    await links(ewan, "Ben Carver", evil)

    await time_goes_on(town, hours=5)

    assert "[Approve]" not in ben.all()
    await dora.reads("# Do you agree?")


async def test_where_the_facts_keep_the_lead_out_a_second_entry_of_theirs_is_out_too(town: Town) -> None:
    amira, _, _ = town.people("amira", "ben", "hana")
    await town.changes("hana", capabilities=["may_approve"])
    await one_human(town, "ben", "hana")
    await amira.begins()
    await amira.answers(stories.about("The safeguarding lead"))
    case = await town.case()

    async with town.reading() as tx:
        charity = charity_of(await tx.organisations.current())
        picture = await look(tx, town.books[case.book_id], charity, case)
    out = {each.handle for each in picture.around.everybody if picture.around.is_out(each)}

    assert {"ben", "hana"} <= out


async def test_one_human_with_two_entries_is_not_two_workers_who_were_there(town: Town) -> None:
    amira, femi = await agreed_and_reported(town)
    hana = town.person("hana")
    await one_human(town, "femi", "hana")
    await says(femi)

    await amira.presses("Somebody else was there", on=message(amira, THERE))
    await amira.sees("# Somebody else was there")
    assert "Hana Reed" not in amira.screen()
    await amira.closes()
    await tries_to_close(amira, town)

    assert (await town.case()).state == "sent"
    assert THERE not in hana.all()


async def test_a_yes_of_whoever_turns_out_to_be_the_asker_is_asked_of_somebody_else_at_once(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await amira.sends(stories.A_CHILD, of="Ben Carver")
    await town.delivers()
    await ben.agrees()
    await town.delivers()
    await amira.reads("Ben Carver agreed")

    await one_human(town, "amira", "ben")
    await town.delivers()

    await chidi.reads("# Do you agree?")
    await amira.reads("# Waiting for a second person", "Chidi Lowe")
    await chidi.agrees()
    await town.delivers()
    await amira.reads("Chidi Lowe agreed")


async def test_two_who_agreed_and_turn_out_to_be_one_human_are_one_of_the_two(town: Town) -> None:
    chidi, ben, femi, ewan = town.people("chidi", "ben", "femi", "ewan")
    await sends_to(chidi, stories.A_KILLING_ADMITTED, "Femi Adair", "Ewan Marsh")
    await town.delivers()
    await femi.agrees()
    await town.delivers()
    await ewan.agrees()
    await town.delivers()
    await chidi.reads("# What to do now")

    await one_human(town, "femi", "ewan")
    await town.delivers()

    await ben.reads("# Do you agree?")
    await chidi.reads("# Waiting for a second person")


async def test_a_worker_whose_two_are_one_human_reads_in_a_new_message_that_they_cannot_go_on(town: Town) -> None:
    chidi, femi, ewan = town.people("chidi", "femi", "ewan")
    await sends_to(chidi, stories.A_KILLING_ADMITTED, "Femi Adair", "Ewan Marsh")
    await town.delivers()
    await femi.agrees()
    await town.delivers()
    await ewan.agrees()
    await town.delivers()
    await chidi.reads("You can go on now: open your card")
    before = len(chidi.account.messages())

    await one_human(town, "femi", "ewan")
    await town.delivers()

    assert len(chidi.account.messages()) == before + 1
    assert "You can go on now" not in chidi.all()
    await chidi.reads(
        "# Waiting for a second person",
        "Stop. Do not tell anybody outside who it is about. The yes of Ewan Marsh no longer counts: "
        "our list now says that Ewan Marsh and Femi Adair are the same person.",
        "Waiting for Ben Carver",
        "Open your card",
    )


async def test_a_worker_who_agreed_with_themselves_reads_what_they_can_still_do(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await amira.sends(stories.A_CHILD, of="Ben Carver")
    await town.delivers()
    await ben.agrees()
    await town.delivers()
    await amira.reads("You can go on now: open your card")
    before = len(amira.account.messages())

    await one_human(town, "amira", "ben")
    await town.delivers()

    assert len(amira.account.messages()) == before + 1
    await amira.reads(
        "Stop. Do not tell anybody outside who it is about.",
        "our list now says that Ben Carver and you are the same person.",
        "Waiting for Chidi Lowe to agree. Ring Chidi Lowe now.",
        "You can still ring the council, 111 or 101 without a name, now.",
        "Children's social care",
    )
    await chidi.agrees()
    await town.delivers()
    await amira.reads("Chidi Lowe agreed", "You can go on now: open your card")
    assert "are the same person" not in amira.all()


async def test_nobody_reads_of_a_yes_that_still_counts(town: Town) -> None:
    amira, ben, _ = town.people("amira", "ben", "femi")
    await amira.sends(stories.A_CHILD, of="Ben Carver")
    await town.delivers()
    await ben.agrees()
    await town.delivers()
    before = len(amira.account.messages())

    await one_human(town, "ben", "femi")
    await town.delivers()

    assert len(amira.account.messages()) == before
    await amira.reads("You can go on now: open your card")


async def test_a_file_that_makes_the_approver_the_asker_has_somebody_else_asked(town: Town) -> None:
    office, account = town.process.office, town.account(town.person("ewan"), OLD)
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await colleagues.linked(office.store, office.books, "ben", account, town.clock())
    await colleagues.unlinked(office.store, office.books, "ben", account, town.clock())
    await amira.sends(stories.A_CHILD, of="Ben Carver")
    await town.delivers()
    await ben.agrees()
    await town.delivers()
    await amira.reads("Ben Carver agreed")

    said = await brings_in(town, "amira", "Amira Osei", OLD)
    await town.delivers()

    await chidi.reads("# Do you agree?")
    await amira.reads("The yes of Ben Carver no longer counts", "Waiting for Chidi Lowe")
    assert "Amira Osei: they count as one human with Ben Carver: neither decides what the other asked." in said


async def test_the_same_file_once_more_says_nothing_and_asks_nobody(town: Town) -> None:
    amira, _, chidi = town.people("amira", "ben", "chidi")
    await one_human(town, "ben", "amira")
    await amira.sends(stories.A_CHILD, of="Chidi Lowe")
    await town.delivers()
    await chidi.agrees()
    await town.delivers()
    said, before = amira.all() + chidi.all(), await town.ledger_kinds()

    again = await brings_in(town, "amira", "Amira Osei", OLD)
    await town.delivers()

    assert "one human" not in again
    assert amira.all() + chidi.all() == said
    assert await town.ledger_kinds() == before
