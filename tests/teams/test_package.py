"""The app package against Microsoft's own schema of the manifest, and the icons against its rules for them.

Not tried: uploading it into a real organisation. `schemas/NOTICE.md` says whose the schema is.
"""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from bot.__main__ import main
from policy.screening import screen

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "MicrosoftTeams.schema.json").read_text(encoding="utf-8"))
APP = "11111111-2222-4333-8444-555555555555"
WORDS = {
    "--charity": "Northtown Harbour Project",
    "--website": "https://northtown.example.org",
    "--privacy": "https://northtown.example.org/privacy",
    "--terms": "https://northtown.example.org/terms",
    "--domain": "confer.northtown.example.org",
}


def package(path: Path, app: str = APP, **instead: str) -> int:
    """The command's exit code. `instead`: other words, by their name without the dashes."""
    words = WORDS | {f"--{name}": value for name, value in instead.items()}
    given = [part for pair in words.items() for part in pair]
    return main(["teams", "package", str(path), *given], {"MicrosoftAppId": app} if app else {})


def held(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as read:
        assert read.testzip() is None
        return {name: read.read(name) for name in read.namelist()}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, bytes]:
    path = tmp_path / "confer.zip"
    assert package(path) == 0
    return held(path)


@pytest.fixture
def manifest(files: dict[str, bytes]) -> dict[str, Any]:
    read = json.loads(files["manifest.json"])
    assert isinstance(read, dict)
    return read


def pixels(png: bytes) -> tuple[int, int, list[bytes]]:
    """Width, height and every pixel as red, green, blue, alpha: of a PNG whose rows are not filtered."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height, *form = struct.unpack(">IIBBBBB", png[16:29])
    assert form == [8, 6, 0, 0, 0]
    at, data = 8, b""
    while at < len(png):
        [length] = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += 12 + length
    raw, row = zlib.decompress(data), 4 * width + 1
    assert len(raw) == row * height
    assert not any(raw[line * row] for line in range(height))
    rows = [raw[line * row + 1 : (line + 1) * row] for line in range(height)]
    return width, height, [line[x : x + 4] for line in rows for x in range(0, 4 * width, 4)]


def test_the_manifest_is_as_microsofts_schema_wants_it(manifest: dict[str, Any]) -> None:
    Draft4Validator.check_schema(SCHEMA)
    wrong = [f"{list(error.path)}: {error.message}" for error in Draft4Validator(SCHEMA).iter_errors(manifest)]

    assert wrong == []
    assert manifest["manifestVersion"] == SCHEMA["properties"]["manifestVersion"]["const"]  # no word of draft 4
    assert f"/v{manifest['manifestVersion']}/" in manifest["$schema"]


def test_the_package_is_the_manifest_and_its_two_icons_at_the_top(
    files: dict[str, bytes], manifest: dict[str, Any]
) -> None:
    assert set(files) == {"manifest.json", *manifest["icons"].values()}
    assert set(manifest["icons"]) == {"color", "outline"}


def test_the_icons_have_the_sizes_and_colours_teams_wants(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
    width, height, colours = pixels(files[manifest["icons"]["color"]])
    assert (width, height) == (192, 192)
    assert all(colour[3] == 255 for colour in colours)  # a full square, for Teams to cut

    width, height, colours = pixels(files[manifest["icons"]["outline"]])
    assert (width, height) == (32, 32)
    assert {colour[:3] for colour in colours} == {b"\xff\xff\xff"}
    assert {0, 255} <= {colour[3] for colour in colours}


def test_it_is_for_one_person_alone_and_asks_for_no_permission(manifest: dict[str, Any]) -> None:
    [bot] = manifest["bots"]

    assert bot["botId"] == manifest["id"] == APP
    assert bot["scopes"] == ["personal"] == [manifest["defaultInstallScope"]]
    assert [each["scopes"] for each in bot["commandLists"]] == [["personal"]]
    assert not {"permissions", "webApplicationInfo", "authorization", "devicePermissions"} & set(manifest)


def test_the_names_differ_as_teams_wants_and_the_charity_is_in_them(manifest: dict[str, Any]) -> None:
    assert manifest["name"] == {"short": "Confer", "full": "Confer at Northtown Harbour Project"}
    assert manifest["developer"]["name"] == "Northtown Harbour Project"
    assert manifest["description"]["short"] not in manifest["description"]["full"]
    assert "999" in manifest["description"]["full"]


def test_no_command_of_the_menu_is_taken_for_a_cry_or_for_somebodys_details(manifest: dict[str, Any]) -> None:
    for command in manifest["bots"][0]["commandLists"][0]["commands"]:
        found = screen(command["title"])
        assert [found.emergency, *found.sure, *found.likely] == [found.emergency], command
        assert not found.emergency, command


def test_the_domain_is_taken_from_the_whole_address_too(tmp_path: Path) -> None:
    assert package(tmp_path / "confer.zip", domain="https://Confer.Northtown.example.org/api/messages") == 0

    assert json.loads(held(tmp_path / "confer.zip")["manifest.json"])["validDomains"] == [WORDS["--domain"]]


def test_a_folder_gets_the_package_under_its_usual_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert package(tmp_path) == 0

    assert [path.name for path in tmp_path.iterdir()] == ["confer-teams.zip"]
    assert str(tmp_path / "confer-teams.zip") in capsys.readouterr().out


def test_the_same_words_give_the_same_bytes(tmp_path: Path) -> None:
    package(tmp_path / "one.zip")
    package(tmp_path / "two.zip")

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"app": ""}, "MicrosoftAppId"),
        ({"app": "confer"}, "MicrosoftAppId"),
        ({"charity": ""}, "--charity"),
        ({"charity": "N" * 33}, "has 33"),
        ({"charity": "North\ntown"}, "--charity"),
        ({"domain": "192.0.2.1"}, "--domain"),
        ({"domain": "localhost"}, "--domain"),
        ({"domain": "*.example.org"}, "--domain"),
        ({"domain": "ngrok.io"}, "belongs to everybody"),
        ({"domain": "http://[half"}, "--domain"),
        ({"website": "http://northtown.example.org"}, "--website"),
        ({"website": "https://"}, "--website"),
        ({"privacy": "https://a:b@northtown.example.org"}, "--privacy"),
        ({"terms": "https://northtown.example.org/two words"}, "--terms"),
        ({"version": "1.0"}, "--version"),
        ({"version": "01.0.0"}, "--version"),
    ],
)
def test_what_teams_would_not_take_is_said_and_nothing_is_written(
    wrong: dict[str, str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert package(tmp_path / "confer.zip", **wrong) == 2

    faults = capsys.readouterr().err.splitlines()
    assert len(faults) == 1
    assert said in faults[0]
    assert list(tmp_path.iterdir()) == []


def test_everything_that_is_wrong_is_said_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert package(tmp_path / "confer.zip", app="", domain="x", version="one") == 2

    assert len(capsys.readouterr().err.splitlines()) == 3


def test_a_folder_that_is_not_there_is_told_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert package(tmp_path / "nowhere" / "confer.zip") == 2

    assert "nowhere" in capsys.readouterr().err


def test_help_says_what_the_command_does(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["teams", "package", "--help"], {})

    assert "the zip that Teams takes" in " ".join(capsys.readouterr().out.split())


def test_the_commands_of_a_channel_cost_the_other_commands_nothing() -> None:
    code = "import sys; from bot.__main__ import main\ntry: main(['--help'], {})\nexcept SystemExit: pass\n"
    code += "print([name for name in sys.modules if name.startswith(('bot.channels', 'aiohttp'))], file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "teams" in done.stdout
    assert done.stderr.strip() == "[]"
