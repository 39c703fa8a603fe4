"""Codes of a telephone that keeps real time, typed where the trial's clock was moved on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp

from bot.cards import Correct, Open, Quote, Reply, Show
from bot.events import Event, Who
from policy.book import Book
from tests.trial.conftest import Trial, begun

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


async def does(trial: Trial, action: str, code: str = "") -> Reply:
    who: Who = (await trial.dispatcher.accounts("web"))[0].who
    return await trial.dispatcher.handle(Event(f"{action}-{code}", who, action, fields={"code": (code,)}))


async def test_after_a_week_was_let_pass_the_code_that_a_telephone_shows_is_right(
    database_url: str, tmp_path: Path, books: Mapping[str, Book]
) -> None:
    async with begun(database_url, tmp_path, books, NOW) as trial:
        trial.clock.on_to(NOW + timedelta(days=7))
        form = await does(trial, "factor")
        assert isinstance(form, Open)
        [link] = [each.text for each in form.form.fields if isinstance(each, Quote) and "otpauth" in each.text]
        found = re.search(r"secret=([A-Z2-7]+)", link)
        assert found is not None
        app = pyotp.TOTP(found[1])

        moved = await does(trial, "factor.confirm", app.at(NOW + timedelta(days=7)))
        real = await does(trial, "factor.confirm", app.at(NOW))

    assert [type(each) for each in (moved, real)] == [Correct, Show]
