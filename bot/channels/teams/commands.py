"""`python -m bot teams …`: what is done for Teams on the command line, without starting anything.

The rule to keep: nothing here talks to Microsoft.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from bot.channels import CannotDo, Commands
from bot.channels.teams.package import Wishes, faults, zipped

_NAME = "confer-teams.zip"


def add(commands: Commands) -> None:
    """Adds `package`."""
    words = "write the zip that Teams takes: a manifest and two icons; the app id comes from MicrosoftAppId"
    package = commands("package", words, _package)
    package.add_argument("path", type=Path, metavar="PATH", help=f"the zip, or a folder for {_NAME} in it")
    package.add_argument("--charity", required=True, metavar="NAME", help="who offers the app, at most 32 signs")
    package.add_argument("--website", required=True, metavar="URL", help="the charity's own pages")
    package.add_argument("--privacy", metavar="URL", help="its privacy notice (default: its pages)")
    package.add_argument("--terms", metavar="URL", help="its terms of use (default: its pages)")
    words = "the host name the bot answers on, or its whole address"
    package.add_argument("--domain", required=True, metavar="HOST", help=words)
    words = "of the package; raise it with each one you upload (default 1.0.0)"
    package.add_argument("--version", default="1.0.0", metavar="N.N.N", help=words)


def _package(chosen: argparse.Namespace, environment: Mapping[str, str]) -> str:
    wishes = Wishes(
        app_id=environment.get("MicrosoftAppId", "").strip().lower(),
        charity=chosen.charity.strip(),
        domain=_host(chosen.domain.strip()),
        website=chosen.website.strip(),
        privacy=(chosen.privacy or chosen.website).strip(),
        terms=(chosen.terms or chosen.website).strip(),
        version=chosen.version.strip(),
    )
    if wrong := faults(wishes):
        raise CannotDo(wrong)
    path = chosen.path / _NAME if chosen.path.is_dir() else chosen.path
    # Whole or not at all: a package that is half there would be uploaded half.
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_bytes(zipped(wishes))
        os.replace(beside, path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    return (
        f"Written: {path} (version {wishes.version}). Upload it in the Teams admin centre under "
        "Teams apps, Manage apps; docs/connect-teams.md says how."
    )


def _host(text: str) -> str:
    """Of a host name, or of an address somebody copied whole."""
    if "//" not in text:
        return text.lower()
    try:
        return urlsplit(text).hostname or ""
    except ValueError:
        return text
