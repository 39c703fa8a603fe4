"""The sandbox: the same bot in a browser, with no account anywhere.

It never runs beside a real workspace: one forgotten credential, and it says so instead of starting.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.channels import Faulty, credentials
from bot.channels.web.app import WebChannel

__all__ = ["configure"]


def configure(environment: Mapping[str, str]) -> WebChannel | Faulty | None:
    """The sandbox where `CONFER_SANDBOX` is "1" (the `try` command sets it), else None.

    `CONFER_SANDBOX_MESSAGES` is the file in the trial's folder that keeps what is about no consultation.
    """
    if environment.get("CONFER_SANDBOX") != "1":
        return None
    if real := credentials(environment):
        said = "the sandbox does not run beside real credentials. Unset it."
        return Faulty("web", tuple(f"{name} is set: {said}" for name in real))
    messages = environment.get("CONFER_SANDBOX_MESSAGES", "")
    return WebChannel(Path(messages) if messages else None)
