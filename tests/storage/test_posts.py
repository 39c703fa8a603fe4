"""Posts: each copy of a card is known once, with the place where it stands."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from storage.records import NotFound
from tests.storage.charity import NOW, SECOND, Charity, rows
from tests.storage.plans import explained, through


async def test_a_copy_is_made_once(charity: Charity) -> None:
    async with charity.begin() as tx:
        first = await tx.posts.ensure(charity.case.id, "checklist", charity.account(charity.worker))
    async with charity.begin(NOW + SECOND) as tx:
        again = await tx.posts.ensure(charity.case.id, "checklist", charity.account(charity.worker))

    assert first == again
    assert len(await rows(charity.store, "SELECT * FROM posts")) == 1


async def test_another_card_or_another_account_is_another_copy(charity: Charity) -> None:
    async with charity.begin() as tx:
        posts = [
            await tx.posts.ensure(charity.case.id, "checklist", charity.account(charity.worker)),
            await tx.posts.ensure(charity.case.id, "told", charity.account(charity.worker)),
            await tx.posts.ensure(charity.case.id, "told", charity.account(charity.trustee)),
            await tx.posts.ensure(charity.case.id, "told", replace(charity.account(charity.trustee), channel="slack")),
        ]

        found = await tx.posts.of(charity.case.id)

    assert {post.id for post in found} == {post.id for post in posts}
    assert len(found) == 4


async def test_a_copy_that_was_sent_keeps_its_place_when_it_is_asked_for_again(charity: Charity) -> None:
    async with charity.begin() as tx:
        post = await tx.posts.ensure(charity.case.id, "checklist", charity.account(charity.worker))
        await tx.posts.place(post.id, "D123", "1700000000.1")

        again = await tx.posts.ensure(charity.case.id, "checklist", charity.account(charity.worker), message="other")

    assert again == replace(post, conversation="D123", message="1700000000.1")


async def test_a_copy_may_be_known_to_stand_somewhere_from_the_start(charity: Charity) -> None:
    async with charity.begin() as tx:
        post = await tx.posts.ensure(charity.case.id, "checklist", charity.account(charity.worker), message="m1")

        assert await tx.posts.get(post.id) == post
    assert (post.message, post.conversation, post.user, post.person_id) == (
        "m1",
        "worker-alone",
        "worker",
        charity.worker.id,
    )


async def test_an_account_that_changed_hands_takes_its_copy_along(charity: Charity) -> None:
    async with charity.begin() as tx:
        post = await tx.posts.ensure(charity.case.id, "told", charity.account(charity.trustee))

        now = await tx.posts.ensure(
            charity.case.id, "told", replace(charity.account(charity.trustee), person_id=charity.colleague.id)
        )

    assert now == replace(post, person_id=charity.colleague.id)


async def test_everything_on_one_account_is_found_oldest_first(charity: Charity) -> None:
    async with charity.begin(NOW + SECOND) as tx:
        late = await tx.posts.ensure(charity.case.id, "told", charity.account(charity.worker))
        await tx.posts.ensure(charity.case.id, "told", charity.account(charity.trustee))
    async with charity.begin() as tx:
        early = await tx.posts.ensure(charity.case.id, "checklist", charity.account(charity.worker))

    async with charity.read() as tx:
        assert await tx.posts.on("web", charity.id, "worker") == [early, late]
        assert await tx.posts.of(charity.case.id) != []
        assert await tx.posts.on("slack", charity.id, "worker") == []


async def test_a_copy_that_is_not_there_is_not_found(charity: Charity) -> None:
    async with charity.read() as tx:
        with pytest.raises(NotFound):
            await tx.posts.get("no-such-post")


async def test_what_stands_on_an_account_is_found_by_an_index_whatever_else_the_charity_has_sent(
    charity: Charity,
) -> None:
    walked: list[str] = []

    async with charity.read() as tx:
        if tx.postgresql:  # with so few rows it would not look at an index of its own accord
            await tx.connection.execute(text("SET LOCAL enable_seqscan = off"))
        async with explained(tx, walked):
            await tx.posts.on("web", "T1", "worker")
            await tx.posts.at("web", "T1", "worker", "M1")

    assert through(walked) == []
    assert sum("ix_posts_account" in line for line in walked) == 2
