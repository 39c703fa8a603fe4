"""The guide for newcomers stays true: every file and name that docs/one-press.md mentions exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "one-press.md").read_text(encoding="utf-8")
FILES = re.findall(r"`([a-z_]+/[\w/]+\.(?:py|toml))`", TEXT)
NAMES = [name for name in re.findall(r"`([A-Za-z_][\w.]*)`", TEXT) if "/" not in name and not name.endswith(".py")]


@cache
def defined(path: Path) -> frozenset[str]:
    """Every function, class, method (as Class.method) and module-level name in a file."""
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                found.add(node.name)
            case ast.ClassDef():
                found.add(node.name)
                methods = [n for n in node.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
                found |= {f"{node.name}.{method.name}" for method in methods}
            case ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
            case ast.Assign(targets=[ast.Name(id=name)]):
                found.add(name)
            case _:
                pass
    return frozenset(found)


@pytest.mark.parametrize("file", sorted(set(FILES)))
def test_every_file_the_guide_names_is_there(file: str) -> None:
    assert (ROOT / file).is_file()


@pytest.mark.parametrize("name", sorted(set(NAMES)))
def test_every_name_the_guide_uses_is_defined(name: str) -> None:
    known: set[str] = set()
    folders = {path for file in FILES for path in (ROOT / file).parent.glob("*.py")} | set((ROOT / "bot").rglob("*.py"))
    for path in folders:
        known |= defined(path) | {f"{path.stem}.{item}" for item in defined(path)}

    assert name in known


def test_the_guide_names_four_steps_in_four_files() -> None:
    steps = re.findall(r"^\| ([1-4]) \| `([\w/.]+)`", TEXT, flags=re.MULTILINE)

    assert [number for number, _ in steps] == ["1", "2", "3", "4"]
    assert len({file for _, file in steps}) == 4


def test_each_step_happens_in_the_file_it_is_said_to() -> None:
    said = {
        "bot/channels/slack/app.py": ["SlackChannel._listen", "SlackChannel._answered"],
        "bot/dispatch.py": ["Dispatcher.handle"],
        "bot/consultation.py": ["answer", "_record", "case_card"],
        "bot/channels/slack/render.py": ["blocks"],
    }

    missing = [(file, name) for file, names in said.items() for name in names if name not in defined(ROOT / file)]

    assert missing == []
