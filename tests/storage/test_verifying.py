"""Verifying a ledger on both engines: what was done to it behind the triggers is found, named, and said how."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from storage.anchors import Anchor
from storage.chains import PAGE, chain_in
from storage.links import BEGINNING, link, short_head
from storage.records import to_micros
from storage.verifying import Verified, all_verified
from tests.reliability.tampering import ALL, tampered
from tests.storage.charity import NOW, SECOND, Charity, behind, unguarded

SMALLER = 300
RENUMBER = "UPDATE ledger SET sequence = {1} WHERE sequence = {0}"


async def verify(charity: Charity, *anchors: Anchor, page: int = PAGE) -> list[Verified]:
    """As the command does it: every chain of this database."""
    async with charity.store.read(NOW) as tx:
        return await all_verified(chain_in(tx, page=page), [each.id for each in await tx.organisations.all()], anchors)


async def fault(charity: Charity, *anchors: Anchor, page: int = PAGE) -> tuple[int, str, str]:
    """The only one there is: the entry, how, and the sentence."""
    [found] = [each.fault for each in await verify(charity, *anchors, page=page) if each.fault is not None]
    return found.sequence, found.how, found.words


async def tampers(charity: Charity, *statements: str) -> None:
    """All of it in one go, as somebody who owns the database."""
    plain = [each.replace("{bytes}", "BYTEA" if charity.store.postgresql else "BLOB") for each in statements]
    first, *rest = plain
    before, *after = unguarded(charity.store, first)
    if charity.store.postgresql:
        await behind(charity.store, before, first, *rest, after[-1])
    else:
        await behind(charity.store, *unguarded(charity.store, first), *rest)


async def anchored(charity: Charity) -> Anchor:
    async with charity.read() as tx:
        sequence, digest = await tx.ledger.head()
    return Anchor(charity.id, sequence, digest, NOW)


async def writes(charity: Charity, number: int = 1) -> None:
    async with charity.begin(NOW + SECOND) as tx:
        for each in range(number):
            tx.note("pressed", number=str(each))


async def test_an_untouched_ledger_is_right_and_passes_through_its_anchors(charity: Charity, other: Charity) -> None:
    before = await anchored(charity)
    await writes(charity, 3)
    after, theirs = await anchored(charity), await anchored(other)

    ours, others = sorted(
        await verify(charity, after, before, theirs), key=lambda each: each.organisation_id != charity.id
    )

    assert (ours.fault, ours.entries, ours.passed, ours.head) == (None, 10, 2, (10, after.hash))
    assert (others.fault, others.entries, others.passed) == (None, 7, 1)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE ledger SET body = CAST('{}' AS {bytes}) WHERE sequence = 3", (3, "changed")),
        ("UPDATE ledger SET body = CAST('{}' AS {bytes}) WHERE sequence = 1", (1, "changed")),
        ("UPDATE ledger SET body = CAST('{}' AS {bytes}) WHERE sequence = 7", (7, "changed")),
        ("UPDATE ledger SET at = at + 1 WHERE sequence = 3", (3, "changed")),
        ("UPDATE ledger SET hash = previous WHERE sequence = 3", (3, "changed")),
        ("UPDATE ledger SET previous = hash WHERE sequence = 3", (3, "changed")),
        ("UPDATE ledger SET sequence = 8 WHERE sequence = 7", (7, "reordered")),
        ("UPDATE ledger SET sequence = -3 WHERE sequence = 3", (-3, "inserted")),
        ("DELETE FROM ledger WHERE sequence = 1", (1, "removed")),
        ("DELETE FROM ledger WHERE sequence BETWEEN 2 AND 5", (2, "removed")),
        ("DELETE FROM ledger", (1, "truncated")),
    ],
)
async def test_what_was_changed_or_removed_behind_the_triggers_is_named(
    charity: Charity, statement: str, expected: tuple[int, str]
) -> None:
    await tampers(charity, statement)

    found = await fault(charity)

    assert found[:2] == expected


async def test_swapped_entries_are_named_with_their_own_numbers(charity: Charity) -> None:
    await tampers(
        charity,
        "UPDATE ledger SET sequence = 100 WHERE sequence = 3",
        "UPDATE ledger SET sequence = 3 WHERE sequence = 6",
        "UPDATE ledger SET sequence = 6 WHERE sequence = 100",
    )

    assert await fault(charity) == (
        3,
        "reordered",
        "The entry that was written as number 3 now has the number 6, and number 3 is what was written as number 6.",
    )


async def test_entries_that_were_removed_and_hidden_by_new_numbers_are_named(charity: Charity) -> None:
    await tampers(
        charity,
        "DELETE FROM ledger WHERE sequence IN (3, 4)",
        *(RENUMBER.format(number, number - 2) for number in (5, 6, 7)),
    )

    assert await fault(charity) == (
        3,
        "removed",
        "Entries 3 to 4 were removed. Those after were given new numbers, to hide it.",
    )


async def test_a_copy_of_an_entry_put_between_others_is_an_insertion(charity: Charity) -> None:
    columns = "organisation_id, sequence, at, body, previous, hash"
    await tampers(
        charity,
        *(RENUMBER.format(number, number + 1) for number in (7, 6, 5)),
        f"INSERT INTO ledger ({columns}) SELECT organisation_id, 5, at, body, previous, hash "  # noqa: S608
        "FROM ledger WHERE sequence = 2",
    )

    assert await fault(charity) == (
        5,
        "inserted",
        "At number 5 a copy of entry 2 was inserted. The entry that was written as number 5 now has the number 6.",
    )


async def test_an_entry_cannot_be_moved_into_another_charity(charity: Charity, other: Charity) -> None:
    theirs = f"(SELECT l.body FROM ledger l WHERE l.organisation_id = '{other.id}' AND l.sequence = 3)"  # noqa: S608
    await tampers(
        charity,
        f"UPDATE ledger SET body = {theirs} WHERE organisation_id = '{charity.id}' AND sequence = 2",  # noqa: S608
    )

    found = {each.organisation_id: each.fault and each.fault.how for each in await verify(charity)}

    assert found == {charity.id: "changed", other.id: None}


@pytest.mark.parametrize("kept", [0, 1, 6])
async def test_an_end_that_was_cut_off_is_found_behind_an_anchor_and_only_there(charity: Charity, kept: int) -> None:
    anchor = await anchored(charity)
    await tampers(charity, f"DELETE FROM ledger WHERE sequence > {kept}")  # noqa: S608  (a number of ours)

    with_it = await fault(charity, anchor)
    without = [each.fault for each in await verify(charity)]

    missing = "one entry is" if kept == 6 else f"{7 - kept} entries are"
    assert with_it[:2] == (kept + 1, "truncated")
    assert with_it[2].startswith(f"It ends with entry {kept}, but the anchor of 22 November 2026, 09:30 UTC names ")
    assert f"At least {missing} missing from its end" in with_it[2]
    assert (without == [None]) is (kept > 0)  # a charity without any first entry is one that lost it


async def test_a_history_that_an_owner_wrote_anew_is_found_by_the_anchor_behind_it_alone(charity: Charity) -> None:
    early = await anchored(charity)
    await writes(charity, 2)
    late = await anchored(charity)
    await chained_anew(charity, 8)

    assert [each.fault for each in await verify(charity, early)] == [None]
    assert (await fault(charity, early, late))[:2] == (9, "forked")
    assert "after entry 7, which is still the same" in (await fault(charity, early, late))[2]


async def test_another_database_in_its_place_is_named(charity: Charity, other: Charity) -> None:
    gone = Anchor("the-one-before", 12, "ab" * 32, NOW - timedelta(days=1))

    found = await fault(charity, gone)

    assert found[:2] == (12, "replaced")
    assert "of a charity that this database does not have" in found[2]


async def test_a_short_head_from_a_card_is_an_anchor_too(charity: Charity) -> None:
    whole = await anchored(charity)
    sequence, _, digest = short_head((whole.sequence, whole.hash)).partition("-")

    right = await verify(charity, Anchor(charity.id, int(sequence), digest, NOW))
    wrong = await fault(charity, Anchor(charity.id, int(sequence), digest[::-1], NOW))

    assert [each.fault for each in right] == [None]
    assert wrong[:2] == (7, "forked")


@pytest.mark.parametrize("page", [1, 2, 3, 7, 8, 9])
async def test_a_ledger_of_several_pages_is_walked_over_their_edges(charity: Charity, page: int) -> None:
    anchor = await anchored(charity)
    await writes(charity, 2)
    whole = await verify(charity, anchor, page=page)
    await tampers(charity, "UPDATE ledger SET at = at + 1 WHERE sequence = 7")

    assert [(each.fault, each.entries, each.passed) for each in whole] == [(None, 9, 1)]
    assert (await fault(charity, anchor, page=page))[:2] == (7, "changed")


@pytest.mark.parametrize("seed", ["one", "two"])
async def test_whatever_is_done_to_a_ledger_at_random_is_found_and_nothing_else(seed: str) -> None:
    outcome = await tampered(SMALLER, seed)

    assert outcome.wrong == []
    assert set(outcome.tried) == {each.__name__ for each in ALL}


async def chained_anew(charity: Charity, since: int) -> None:
    """Entry `since` says something else, and every hash from there on is made anew."""
    async with charity.read() as tx:
        entries: Sequence[tuple[int, int, bytes]] = [
            (each.sequence, to_micros(each.at), each.body) for each in await tx.ledger.entries()
        ]
    previous, statements = BEGINNING, []
    for sequence, at, said in entries:
        body = b'{"kind":"approved"}' if sequence == since else said
        digest = link(previous, charity.id, sequence, at, body)
        values = [
            f"'\\x{each.hex()}'" if charity.store.postgresql else f"X'{each.hex()}'"
            for each in (body, previous, digest)
        ]
        columns = zip(("body", "previous", "hash"), values, strict=True)
        assignments = ", ".join(f"{column} = {value}" for column, value in columns)
        statements.append(f"UPDATE ledger SET {assignments} WHERE sequence = {sequence}")  # noqa: S608
        previous = digest
    await tampers(charity, *statements)
