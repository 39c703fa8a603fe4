"""Which addresses are Microsoft's: nothing is sent anywhere else, whoever asks for it.

Addresses on this machine are taken as well, but only in a plainly local run.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

# Where Teams' connector answers: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/
# send-proactive-messages. By name and not by *.trafficmanager.net, under which anybody can rent one.
SERVICES = frozenset({"smba.trafficmanager.net", "smba.infra.gcc.teams.microsoft.com"})
KEYS = frozenset({"login.botframework.com"})
LOGINS = frozenset({"login.microsoftonline.com"})


def is_service(url: str, *, local: bool) -> bool:
    """Whether activities may be sent to this service address."""
    return _is_one_of(url, SERVICES) or (local and is_loopback(url))


def is_keys(url: str, *, local: bool) -> bool:
    """Whether signing keys may be taken from here."""
    return _is_one_of(url, KEYS) or (local and is_loopback(url))


def is_login(url: str, *, local: bool) -> bool:
    """Whether our secret may be shown here, for a token."""
    return _is_one_of(url, LOGINS) or (local and is_loopback(url))


@lru_cache(maxsize=256)  # this and the next one: asked twice a press, of very few addresses
def is_loopback(url: str) -> bool:
    """Whether this is an http(s) address of this machine itself."""
    parts = _split(url)
    if parts is None or parts.scheme not in ("http", "https"):
        return False
    return is_this_machine(parts.hostname or "")


def is_this_machine(host: str) -> bool:
    """Whether a name or address, without a port, means this machine and nothing else."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@lru_cache(maxsize=256)
def _is_one_of(url: str, hosts: frozenset[str]) -> bool:
    parts = _split(url)
    return parts is not None and parts.scheme == "https" and parts.port in (None, 443) and parts.hostname in hosts


def _split(url: str) -> SplitResult | None:
    """None for what could be read in two ways, or is no address at all."""
    if not url.isascii() or any(sign in url for sign in "\\ \t\r\n?#@"):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts
