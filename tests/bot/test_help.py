"""What a newcomer reads: `--help`, of the whole and of every command."""

from __future__ import annotations

import pytest

from tests.bot.conftest import Command

COMMANDS = {
    "try": "run the bot in your browser with an invented charity; needs no account",
    "web": "serve Slack (and other channels) and send letters",
    "worker": "only send letters, ring timers and keep sockets open",
    "new-key": "print a new key for CONFER_KEYS",
    "keys rotate": "wrap everything anew under the newest key; safe beside a running bot, and to run again",
    "keys check": "say which key wraps how much, and which one is missing; exit 1 if any is",
    "ledger verify": "walk the ledger and name the first entry that is wrong, and how; exit 1 if any is. Needs no keys",
    "ledger anchor": "print where each charity's ledger stands now, as an anchor",
    "db upgrade": "bring the database to the newest form",
    "db restrict": "let a role run the bot, and only read and add to the ledger",
    "charity import": "set up or change the charity from a TOML file",
    "people import": "add and change people from a TOML file",
    "people list": "say who is in the roster, with what duties, and who is away",
    "people away": "somebody is away: others are asked and told first",
    "people back": "somebody is back before their day",
    "people set": "change one person; --active no for somebody who has left",
    "rota import": "from now on the rota is what these files say, TOML or iCalendar",
    "rota show": "say who is on call, and name the holes",
    "book check": "list every fault of one or more books; exit 1 if there is any",
    "book questions": "print a book's questions as JSON",
    "book assess": 'read {"answers": {…}, "today": "2026-11-22", "settings": {…}} as JSON',
}


def plain(text: str) -> str:
    return " ".join(text.split())


def test_help_says_what_it_is_for_and_where_to_start(confer: Command) -> None:
    said = confer("--help")

    assert said.code == 0
    assert "Confer helps a charity worker decide: may I, must I, pass on what I was told" in plain(said.out)
    assert "Start with: python -m bot try" in said.out
    assert all(command.split()[0] in said.out for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_does(command: str, confer: Command) -> None:
    said = confer(*command.split(), "--help")

    assert (said.code, said.err) == (0, "")
    assert COMMANDS[command] in plain(said.out)


@pytest.mark.parametrize("group", ["keys", "ledger", "db", "charity", "people", "rota", "book"])
def test_a_group_lists_its_commands(group: str, confer: Command) -> None:
    said = confer(group, "--help")

    expected = [command.split()[1] for command in COMMANDS if command.startswith(f"{group} ")]
    assert all(name in said.out for name in expected)


@pytest.mark.parametrize("arguments", [[], ["books"], ["book"], ["charity", "import"], ["try", "--port", "eighty"]])
def test_a_command_that_is_not_complete_says_how_it_goes(arguments: list[str], confer: Command) -> None:
    said = confer(*arguments)

    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("usage: python -m bot")


def test_a_new_key_is_one_that_the_settings_take(confer: Command) -> None:
    key = confer("new-key").out.strip()

    said = confer("web", environment={"CONFER_KEYS": key})

    assert key.startswith("k20")
    assert said.code == 2
    assert "CONFER_KEYS" not in said.err
