"""docs/writing-a-book.md, followed by a careful reader who types everything that stands in it.

The one rule to keep: what the reader does is what the page says, in its order, and nothing else.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "writing-a-book.md"
_FENCE = re.compile(r"^```(toml|toml replace|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CHECK = ".venv/bin/python -m bot book check"


@dataclass(frozen=True, slots=True)
class Printed:
    """A command of the page: what the page says it prints, and what it does print."""

    command: str
    promised: str
    printed: str


def followed(books: Path, check: Callable[..., str]) -> Iterator[Printed]:
    """Type the page from its beginning into `books`; `check` runs `book check` with these files."""
    book = books / "soup.toml"
    book.write_text("", encoding="utf-8")
    for kind, body in _FENCE.findall(PAGE.read_text(encoding="utf-8")):
        match kind:
            case "toml":
                book.write_text(_with(book.read_text(encoding="utf-8"), body), encoding="utf-8")
            case "toml replace":
                there, instead = body.split("---\n")
                _replace_last(book, there, instead)
            case _:
                commands = [line for line in body.splitlines() if line.startswith("$ ")]
                promised = "\n".join(line for line in body.splitlines() if not line.startswith("$ "))
                yield Printed(commands[-1], promised, _run(commands, books, check))


def _with(text: str, block: str) -> str:
    """Tables go above `[quiet]`, which stays last; keys without a table go to its end."""
    if not block.lstrip().startswith("["):
        return f"{text}{block}"
    if "\n[quiet]\n" in text:
        return text.replace("\n[quiet]\n", f"\n{block}\n[quiet]\n")
    return f"{text}\n{block}"


def _replace_last(book: Path, there: str, instead: str) -> None:
    text = book.read_text(encoding="utf-8")
    at = text.rindex(there)
    book.write_text(text[:at] + instead + text[at + len(there) :], encoding="utf-8")


def _run(commands: list[str], books: Path, check: Callable[..., str]) -> str:
    printed = ""
    for command in commands:
        words = shlex.split(command[2:].replace("~/books", str(books)))
        if words[0] == "sed":
            _, there, instead, _ = words[1].split("/")
            text = re.sub(there, instead, Path(words[2]).read_text(encoding="utf-8"), flags=re.MULTILINE)
            Path(words[4]).write_text(text, encoding="utf-8")
        elif words[0] == "cp":
            Path(words[2]).write_bytes(Path(words[1]).read_bytes())
        else:
            assert command[2:].startswith(_CHECK), command
            printed = check(*words[5:])
    for made in ("slip.toml", "copy.toml"):
        (books / made).unlink(missing_ok=True)
    # The page leaves out what stands indented (clauses, open decisions), and how many examples our own books have.
    printed = "\n".join(line for line in printed.splitlines() if not line.startswith(" "))
    return re.sub(r"^((?:justus|kettle)\.toml: no fault); \d+ ", r"\1; … ", printed, flags=re.MULTILINE).rstrip()
