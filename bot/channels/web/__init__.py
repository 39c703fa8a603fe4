"""The sandbox: the same bot in a browser, with no account anywhere.

It never runs beside a real workspace: one forgotten credential, and it says so instead of starting.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.channels import Faulty
from bot.channels.web.app import WebChannel

__all__ = ["configure"]

CREDENTIAL = re.compile(r"_(BOT|APP)_TOKEN$|_SIGNING_SECRET$|AppPassword$|AppId$")
"""How the settings of a channel with real people behind it end.

Endings and not products, because channels do not know each other; not every `_TOKEN`, because a developer's own for
other tools is no account of people's; and any of these, because in a sandbox anybody at
the machine acts as anybody, which must never touch a real charity's records.
"""


def configure(environment: Mapping[str, str]) -> WebChannel | Faulty | None:
    """The sandbox where `CONFER_SANDBOX` is "1" (the `try` command sets it), else None."""
    if environment.get("CONFER_SANDBOX") != "1":
        return None
    credentials = sorted(name for name, value in environment.items() if value and CREDENTIAL.search(name))
    if credentials:
        return Faulty(
            "web",
            tuple(
                f"{name} is set: the sandbox does not run beside real credentials. Unset it." for name in credentials
            ),
        )
    return WebChannel()
