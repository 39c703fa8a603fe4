"""How Teams is tried with no account anywhere: in Microsoft's Agents Playground, a chat in a browser of this machine.

The rule to keep: everybody in it is invented, and nothing leaves this machine by our doing.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_DNS, UUID, uuid5

from bot.channels import Prepared, Trial
from bot.events import Who

PLAYGROUND = "@microsoft/m365agentsplayground@0.2.28"  # the version that this was seen to work with
PORT = 56150  # the Playground's own; each further person has a Playground of their own, on the next port
FORM = "0.1.1"  # of the Playground's settings file
COLLEAGUES = 5  # the Playground wants exactly so many, beside the person who sits at it
_FIRST = (
    "On Teams, as Microsoft's Agents Playground shows it. That is Microsoft's, under their terms, and needs Node.js\n"
    "18 or newer. In another terminal of this machine:"
)
_INVENTED = uuid5(NAMESPACE_DNS, "confer.invalid")
TENANT = str(uuid5(_INVENTED, "tenant"))
BOT = str(uuid5(_INVENTED, "bot"))


def prepare(trial: Trial) -> Prepared:
    """A settings file of the Playground for each person, and how to open it."""
    commands, files = [], {}
    for at, (id, name) in enumerate(trial.people):
        file = f"playground-{at + 1}.yml"
        files[file] = json.dumps(_settings(id, name, trial.people), indent=2) + "\n"  # JSON is YAML
        commands.append(f"{name}:\n\n    {_command((trial.folder / file).resolve(), PORT + at)}")
    words = [_FIRST, *commands, "It opens in your browser. Type: start"]
    return Prepared(
        environment={
            "CONFER_LOCAL": "1",
            "MicrosoftAppTenantId": TENANT,
            # Before anybody has opened a Playground: where the first one will be.
            "TEAMS_SERVICE_URL": f"http://localhost:{PORT}/_connector",
        },
        accounts={id: Who("teams", TENANT, str(_directory(id))) for id, _ in trial.people},
        files=files,
        words="\n\n".join(words),
    )


def _command(path: Path, port: int) -> str:
    return (
        f"M365_AGENTS_PLAYGROUND_CONFIG_PATH={shlex.quote(str(path))} npx -y {PLAYGROUND} "
        f"-e http://127.0.0.1:{{port}}/api/messages -c msteams -p {port} --disable-telemetry"
    )


def _settings(id: str, name: str, people: Sequence[tuple[str, str]]) -> dict[str, Any]:
    others = [each for each in people if each[0] != id]
    others += [(f"nobody-{n}", f"Nobody {n}") for n in range(1, COLLEAGUES + 1)]
    return {
        "version": FORM,
        "tenantId": TENANT,
        "bot": {"id": BOT, "name": "Confer"},
        "currentUser": _user(id, name),
        "users": [_user(*each) for each in others[:COLLEAGUES]],
        "personalChat": {"id": f"a:{id}"},
        "groupChat": {"id": "19:group", "name": "A group chat"},
        "team": {"id": "19:team", "name": "A team", "aadGroupId": str(uuid5(_INVENTED, "team")), "channels": []},
    }


def _user(id: str, name: str) -> dict[str, str]:
    first, _, last = name.partition(" ")
    address = f"{id}@confer.invalid"
    return {
        "id": f"29:{id}",
        "name": name,
        "userPrincipleName": address,  # so spelled there
        "aadObjectId": str(_directory(id)),
        "givenName": first,
        "surname": last,
        "email": address,
    }


def _directory(id: str) -> UUID:
    """The id that an administrator would see in the directory."""
    return uuid5(_INVENTED, f"person {id}")
