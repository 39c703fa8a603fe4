"""Sealing on its own: what opens, what does not, and what a key looks like when somebody prints it."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.sealing import CannotOpen, DataKey, Keyring, new_key

PLACE = "texts|sealed|one"
KEY = base64.b64encode(bytes(32)).decode()


def data_key(text: str = "") -> DataKey:
    keys = Keyring.parse(text or new_key("2026"))
    return keys.unwrap(keys.new_data_key("here"), "here")


@given(st.text())
def test_what_is_sealed_opens_in_its_place(words: str) -> None:
    key = data_key(f"fixed:{KEY}")

    assert key.open(key.seal(words, PLACE), PLACE) == words


def test_what_is_sealed_opens_in_no_other_place() -> None:
    key = data_key()
    sealed = key.seal("They asked us to.", PLACE)

    with pytest.raises(CannotOpen):
        key.open(sealed, "texts|sealed|two")


def test_another_data_key_does_not_open_it() -> None:
    keys = Keyring.parse(new_key("2026"))
    first, second = (keys.unwrap(keys.new_data_key("here"), "here") for _ in range(2))
    sealed = first.seal("They asked us to.", PLACE)

    with pytest.raises(CannotOpen):
        second.open(sealed, PLACE)


def test_a_change_of_any_byte_is_noticed() -> None:
    key = data_key()
    sealed = key.seal("They asked us to.", PLACE)
    opened = []

    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 1
        try:
            opened.append(key.open(bytes(changed), PLACE))
        except CannotOpen:
            continue

    assert opened == []


@pytest.mark.parametrize("cut", [0, 1, 11, 12, 27])
def test_what_was_cut_short_does_not_open(cut: int) -> None:
    key = data_key()
    sealed = key.seal("They asked us to.", PLACE)

    with pytest.raises(CannotOpen):
        key.open(sealed[:cut], PLACE)


def test_the_same_words_never_look_the_same_twice() -> None:
    key = data_key()

    assert key.seal("yes", PLACE) != key.seal("yes", PLACE)


def test_a_wrapped_key_opens_in_its_place_only() -> None:
    keys = Keyring.parse(new_key("2026"))
    wrapped = keys.new_data_key("consultations|data_key|one")

    with pytest.raises(CannotOpen):
        keys.unwrap(wrapped, "consultations|data_key|two")


def test_another_wrapping_key_of_the_same_name_does_not_open_it() -> None:
    wrapped = Keyring.parse(new_key("2026")).new_data_key("here")

    with pytest.raises(CannotOpen, match="wrong"):
        Keyring.parse(new_key("2026")).unwrap(wrapped, "here")


def test_a_missing_wrapping_key_is_said_to_be_missing() -> None:
    wrapped = Keyring.parse(new_key("2025")).new_data_key("here")

    with pytest.raises(CannotOpen, match="CONFER_KEYS"):
        Keyring.parse(new_key("2026")).unwrap(wrapped, "here")


def test_after_a_rotation_the_new_key_seals_and_the_old_one_still_opens() -> None:
    old, new = new_key("2025"), new_key("2026")
    before = Keyring.parse(old).new_data_key("here")
    both = Keyring.parse(f"{new},{old}")

    after = both.new_data_key("here")

    assert both.unwrap(before, "here") == Keyring.parse(old).unwrap(before, "here")
    assert Keyring.parse(new).unwrap(after, "here") == both.unwrap(after, "here")
    with pytest.raises(CannotOpen):
        Keyring.parse(old).unwrap(after, "here")


def test_a_key_does_not_show_itself_when_it_is_printed() -> None:
    keys = Keyring.parse(f"2026:{base64.b64encode(b'K' * 32).decode()}")
    key = DataKey(b"K" * 32)

    shown: list[Any] = [f"{each!r} {each}" for each in (keys, key)]

    assert [each for each in shown if "KKKK" in each or "S0tL" in each] == []
    assert "2026" in shown[0]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "at least one key"),
        (" , ", "at least one key"),
        ("2026", "NAME:BASE64"),
        (f":{KEY}", "NAME:BASE64"),
        ("2026:", "NAME:BASE64"),
        ("2026:not base64", "NAME:BASE64"),
        (f"2026:{KEY}!", "NAME:BASE64"),
        (f"2026:{base64.b64encode(bytes(31)).decode()}", "NAME:BASE64"),
        (f"2026:{base64.b64encode(bytes(33)).decode()}", "NAME:BASE64"),
        (f"2026:{KEY},2026:{KEY}", "'2026' stands twice"),
        (f"2026:{KEY},broken", "NAME:BASE64"),
    ],
)
def test_faults_of_the_setting_are_said(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault) as said:
        Keyring.parse(text)

    assert KEY not in str(said.value)


def test_spaces_and_a_last_comma_in_the_setting_do_no_harm() -> None:
    keys = Keyring.parse(f" 2026:{KEY} ,\n 2025:{KEY}, ")

    assert [name for name, _ in keys.keys] == ["2026", "2025"]


def test_a_new_key_is_what_the_setting_takes() -> None:
    first, second = new_key("2026"), new_key("2026")

    assert Keyring.parse(first) != Keyring.parse(second)
