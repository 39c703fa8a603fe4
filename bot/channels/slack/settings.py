"""What Slack needs to be told before it can run. Every fault is named together, and no secret is ever in a message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

NAMES = ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN", "SLACK_API_URL")
API_URL = "https://slack.com/api/"


@dataclass(frozen=True, slots=True)
class Settings:
    """signing_secret "" means no HTTP mode; app_token "" means no Socket Mode; never both."""

    token: str = field(repr=False)
    signing_secret: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    api_url: str = API_URL


def read(environment: Mapping[str, str]) -> Settings | tuple[str, ...] | None:
    """Settings, or every fault in words, or None where nothing of Slack's is set."""
    token, secret, app_token, api_url = (environment.get(name, "").strip() for name in NAMES)
    if not (token or secret or app_token or api_url):
        return None
    faults: list[str] = []
    if not token:
        faults.append("SLACK_BOT_TOKEN is missing: the Bot User OAuth Token, which begins with xoxb-")
    elif not token.startswith("xoxb-"):
        faults.append("SLACK_BOT_TOKEN is not a bot token: it must begin with xoxb-")
    if app_token and not app_token.startswith("xapp-"):
        faults.append("SLACK_APP_TOKEN is not an app-level token: it must begin with xapp-")
    if secret.startswith(("xoxb-", "xapp-", "xoxp-")):
        faults.append("SLACK_SIGNING_SECRET is a token: the Signing Secret stands under Basic Information")
    if not secret and not app_token:
        faults.append("set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP mode), or both")
    if api_url and (urlsplit(api_url).scheme not in ("http", "https") or not urlsplit(api_url).netloc):
        faults.append("SLACK_API_URL is not an http or https address; leave it out to use Slack itself")
    if faults:
        return tuple(faults)
    return Settings(token=token, signing_secret=secret, app_token=app_token, api_url=api_url or API_URL)
