"""The app package that Teams takes: a manifest and two icons in a zip, the same bytes for the same words.

The rule to keep: personal scope only, and nothing is asked for that nothing needs.
https://learn.microsoft.com/microsoft-365/extensibility/schema
"""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

VERSION = "1.16"  # of the manifest's schema: everything here is in it, and every Teams of the last years reads it
SCHEMA = f"https://developer.microsoft.com/json-schemas/teams/v{VERSION}/MicrosoftTeams.schema.json"
COLOR, OUTLINE = "color.png", "outline.png"

# What somebody can choose beside the box they type in; choosing one types it, so each is a word the bot reads.
COMMANDS = (
    ("start", "Start the checklist. In danger now? Ring 999 first."),
    ("home", "What you have open, and what waits for you."),
    ("who is on call", "Whom to ring, now."),
    ("away", "Say that you are away, or back."),
)

_SHORT = "May I, must I, tell somebody? A checklist beside you."
_FULL = (
    "Confer stands beside a worker who has to decide whether to tell somebody about a person the charity helps. First "
    "it says what to do when somebody is in danger now. It asks one question at a time. Where the policy wants a "
    "second person, it asks them to agree. It gives the guidance, and keeps a record of who decided what and when. It "
    "works only in a chat between one person and the app. Never type a name there. It never replaces 999."
)
_ICONS = Path(__file__).parent / "icons"
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment a zip can say; the same words give the same bytes
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SEMVER = re.compile(r"(0|[1-9]\d{0,5})(\.(0|[1-9]\d{0,5})){2}")
_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z]")
_ANYBODYS = ("azurewebsites.net", "herokuapp.com", "onrender.com", "fly.dev", "ngrok.io", "ngrok-free.app")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is the charity's own. `domain`: the host the bot answers on; the addresses are https; `version` as 1.0.0."""

    app_id: str
    charity: str
    domain: str
    website: str
    privacy: str
    terms: str
    version: str = "1.0.0"


def faults(wishes: Wishes) -> list[str]:
    """What Teams would not take, in words; [] where it would."""
    found = []
    if not _GUID.fullmatch(wishes.app_id):
        found.append(
            "MicrosoftAppId is not set, or not an app id such as 00000000-0000-0000-0000-000000000000: "
            "it stands on the Azure bot's page under Configuration"
        )
    if not 1 <= len(wishes.charity) <= 32 or not wishes.charity.isprintable():
        found.append(f"--charity: Teams takes a name of 1 to 32 signs, and this has {len(wishes.charity)}")
    if not _DOMAIN.fullmatch(wishes.domain):
        found.append(f"--domain: {wishes.domain!r} is not a host name such as confer.example.org")
    elif wishes.domain in _ANYBODYS:
        found.append(f"--domain: {wishes.domain} belongs to everybody who rents there; give your whole host name")
    for name, url in (("--website", wishes.website), ("--privacy", wishes.privacy), ("--terms", wishes.terms)):
        if not _is_page(url):
            found.append(f"{name}: {url!r} is not an address that begins with https://")
    if not _SEMVER.fullmatch(wishes.version):
        found.append(f"--version: {wishes.version!r} is not like 1.0.0")
    return found


def manifest(wishes: Wishes) -> dict[str, Any]:
    """The manifest as Teams reads it. `wishes` must be without faults."""
    return {
        "$schema": SCHEMA,
        "manifestVersion": VERSION,
        "version": wishes.version,
        "id": wishes.app_id,
        "developer": {
            "name": wishes.charity,
            "websiteUrl": wishes.website,
            "privacyUrl": wishes.privacy,
            "termsOfUseUrl": wishes.terms,
        },
        "name": {"short": "Confer", "full": f"Confer at {wishes.charity}"},
        "description": {"short": _SHORT, "full": _FULL},
        "icons": {"color": COLOR, "outline": OUTLINE},
        "accentColor": "#0b5557",
        "bots": [
            {
                "botId": wishes.app_id,
                "scopes": ["personal"],
                "isNotificationOnly": False,
                "supportsFiles": False,
                "supportsCalling": False,
                "supportsVideo": False,
                "commandLists": [
                    {
                        "scopes": ["personal"],
                        "commands": [{"title": title, "description": words} for title, words in COMMANDS],
                    }
                ],
            }
        ],
        "defaultInstallScope": "personal",
        "validDomains": [wishes.domain],
    }


def zipped(wishes: Wishes) -> bytes:
    """The package. `wishes` must be without faults."""
    text = json.dumps(manifest(wishes), indent=2, ensure_ascii=False) + "\n"
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in (
            ("manifest.json", text.encode()),
            (COLOR, (_ICONS / COLOR).read_bytes()),
            (OUTLINE, (_ICONS / OUTLINE).read_bytes()),
        ):
            entry = zipfile.ZipInfo(name, _ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            package.writestr(entry, data)
    return made.getvalue()


def _is_page(url: str) -> bool:
    if not (url.isascii() and url.isprintable()) or " " in url or len(url) > 2048:
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(_DOMAIN.fullmatch(parts.hostname or "")) and not parts.username
    except ValueError:
        return False
