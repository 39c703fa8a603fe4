"""`people add`, `remove`, `link`, `unlink`, and `import` from a group: what they say, and what they refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bot.conftest import CHARITY, Command, Said
from tests.test_contracts import ROOT

PEOPLE = (ROOT / "bot" / "trial" / "people.toml").read_text(encoding="utf-8")


@pytest.fixture
def people(confer: Command, environment: dict[str, str], tmp_path: Path) -> Command:
    """`people("list")` on a charity with the people of the trial."""

    def run(*arguments: object) -> Said:
        return confer("people", *arguments, environment=environment)

    (tmp_path / "charity.toml").write_text(CHARITY, encoding="utf-8")
    (tmp_path / "people.toml").write_text(PEOPLE, encoding="utf-8")
    assert confer("charity", "import", tmp_path / "charity.toml", environment=environment).code == 0
    assert run("import", tmp_path / "people.toml").code == 0
    return run


ACCOUNT = ("--channel", "slack", "--tenant", "T0INVENTED", "--user", "U0ZOE")


def test_somebody_is_added_linked_unlinked_and_removed_by_one_command_each(people: Command) -> None:
    added = people("add", "zoe", "--name", "Zoe Hart", "--capabilities", "may_approve", "--telephone", "07700 900131")
    linked = people("link", "zoe", *ACCOUNT)
    listed = people("list")
    unlinked = people("unlink", "zoe", *ACCOUNT)
    removed = people("remove", "zoe")

    assert added.out == "Zoe Hart is on the roster. Now: python -m bot people link zoe …\n"
    assert linked.out == "Zoe Hart can be reached on slack as U0ZOE.\n"
    assert "zoe; Zoe Hart; worker; may_approve; 07700 900131; slack T0INVENTED U0ZOE" in listed.out
    assert unlinked.out == "U0ZOE on slack is not Zoe Hart's any more.\n"
    assert removed.out == "Zoe Hart has left. If anything of theirs was open, the lead has it now.\n"
    assert "zoe; Zoe Hart; worker; may_approve; 07700 900131; has left" in people("list").out


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("add", "ben", "--name", "Another"), "'ben' is on the roster already; change them with: python -m bot people"),
        (("add", "Zoe Hart", "--name", "Zoe"), "an id is up to 40 small letters, figures, dots and dashes"),
        (("add", "zoe", "--name", " "), "name: nobody is without one"),
        (("add", "amy", "--name", "amira  OSEI"), "is this the same person as amira? Then link the account instead"),
        (("add", "amy", "--name", "Amy", "--telephone", "+44 7700 900101"), "is this the same person as amira? Then"),
        (("link", "lewis", *ACCOUNT), "nobody on the roster has the id 'lewis'"),
        (("unlink", "ben", *ACCOUNT), "Ben Carver does not have this account"),
        (
            ("link", "ben", "--channel", "web", "--tenant", "trial", "--user", "1-amira"),
            "this account is Amira Osei's; take it away from them first",
        ),
        (("import", "--from-slack-group", "S0123"), "slack is not set up here, so its groups cannot be read"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_changes_nothing(
    arguments: tuple[str, ...], fault: str, people: Command
) -> None:
    before = people("list").out

    said = people(*arguments)

    assert said.code == 2
    assert said.faults[0].startswith(f"- {fault}")
    assert people("list").out == before


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("import",), "give a file, or --from-slack-group and the id of the group"),
        (("import", "people.toml", "--from-slack-group", "S0123"), "give a file, or --from-slack-group and the id of"),
        (("import", "people.toml", "--leavers"), "--leavers, --another-person and --yes belong to --from-slack-group"),
    ],
)
def test_a_file_and_a_group_are_two_ways_and_not_one(arguments: tuple[str, ...], fault: str, people: Command) -> None:
    said = people(*arguments)

    assert said.code == 2
    assert said.faults[0].startswith(fault)


def test_somebody_of_the_same_name_is_added_once_it_is_said_that_they_are_another_human(people: Command) -> None:
    said = people("add", "amira2", "--name", "Amira Osei", "--another-person")

    assert said.out == "Amira Osei is on the roster. Now: python -m bot people link amira2 …\n"


def test_an_account_that_another_had_makes_both_one_human_unless_it_was_a_mistake(people: Command) -> None:
    people("link", "amira", *ACCOUNT)
    people("unlink", "amira", *ACCOUNT)
    merged = people("link", "ben", *ACCOUNT)
    people("unlink", "ben", *ACCOUNT)
    apart = people("link", "ben", *ACCOUNT, "--another-person")

    assert merged.out.endswith("They count as one human with Amira Osei: neither decides what the other asked.\n")
    assert apart.out == "Ben Carver can be reached on slack as U0ZOE.\n"
