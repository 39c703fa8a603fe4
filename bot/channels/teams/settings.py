"""What Teams needs to be told before it can run. Every fault is named together, and no secret is ever in a message.

Without an app id anybody could say where we post, so that is for a plainly local run (CONFER_LOCAL=1) only, and never
beside the credentials of another channel: the people there are real.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from bot.channels import credentials
from bot.channels.teams import hosts

NAMES = ("MicrosoftAppId", "MicrosoftAppPassword", "MicrosoftAppTenantId", "MicrosoftAppType")
ADDRESSES = ("TEAMS_LOGIN_URL", "TEAMS_OPENID_URL", "TEAMS_SERVICE_URL")

LOGIN = "https://login.microsoftonline.com"
OPENID = "https://login.botframework.com/v1/.well-known/openidconfiguration"
SERVICE = "https://smba.trafficmanager.net/teams/"
MULTI_TENANT = "botframework.com"  # whose token a bot of several tenants asks for

_TYPES = {"": "SingleTenant", "singletenant": "SingleTenant", "multitenant": "MultiTenant"}


@dataclass(frozen=True, slots=True)
class Settings:
    """app_id "" means that no token is asked for nor shown. tenants: whose people may speak to us; () means anybody's.

    token_tenant: whose login service gives us our tokens. local: addresses on this machine may be used.
    """

    app_id: str = ""
    password: str = field(default="", repr=False)
    tenants: tuple[str, ...] = ()
    token_tenant: str = MULTI_TENANT
    local: bool = False
    login_url: str = LOGIN
    openid_url: str = OPENID
    service_url: str = SERVICE

    @property
    def open(self) -> bool:
        """Whether requests come without a token: the Agents Playground, on this machine."""
        return not self.app_id

    def may_reach(self, service: str) -> bool:
        """Whether anything may be sent to this service address. Without an app id Microsoft would take nothing."""
        return hosts.is_loopback(service) if self.open else hosts.is_service(service, local=self.local)


def read(environment: Mapping[str, str]) -> Settings | tuple[str, ...] | None:
    """Settings, or every fault in words, or None where Teams is not meant to run."""
    app_id, password, tenant_ids, kind = (environment.get(name, "").strip() for name in NAMES)
    login, openid, service = (environment.get(name, "").strip() for name in ADDRESSES)
    local = environment.get("CONFER_LOCAL", "").strip() == "1"
    if not (app_id or password or tenant_ids or kind or login or openid or service or local):
        return None
    tenants = tuple(dict.fromkeys(each.strip().lower() for each in tenant_ids.split(",") if each.strip()))
    faults = _addresses(login, openid, service, local=local)
    type_of_app = _TYPES.get(kind.lower())
    if type_of_app is None:
        faults.append(
            "MicrosoftAppType must be SingleTenant (or MultiTenant, for a registration from before July 2025)"
        )
    if local and not app_id and not password:
        real = credentials(environment)
        if real and not (tenant_ids or kind or login or openid or service):
            return None  # the local run is another channel's
        faults += [f"{name} is set: without an app id Teams does not run beside real credentials" for name in real]
        if faults:
            return tuple(faults)
        return Settings(tenants=tenants, local=True, service_url=service or SERVICE)
    faults += _credentials(app_id, password, tenants)
    if type_of_app == "SingleTenant" and len(tenants) > 1:
        faults.append("MicrosoftAppTenantId names several tenants, and a SingleTenant app has one")
    if faults:
        return tuple(faults)
    return Settings(
        app_id=app_id.lower(),
        password=password,
        tenants=tenants,
        token_tenant=tenants[0] if type_of_app == "SingleTenant" else MULTI_TENANT,
        local=local,
        login_url=login.rstrip("/") or LOGIN,
        openid_url=openid or OPENID,
        service_url=service or SERVICE,
    )


def _credentials(app_id: str, password: str, tenants: tuple[str, ...]) -> list[str]:
    faults = []
    if not app_id:
        faults.append("MicrosoftAppId is missing: the Microsoft App ID of the Azure bot (CONFER_LOCAL=1 does without)")
    elif not _is_guid(app_id):
        faults.append("MicrosoftAppId is not an app id: it looks like 00000000-0000-0000-0000-000000000000")
    if not password:
        faults.append("MicrosoftAppPassword is missing: the value of a client secret of the app registration")
    elif _is_guid(password):
        faults.append("MicrosoftAppPassword is the secret's id: its value stands beside it, and is shown only once")
    if not tenants:
        faults.append("MicrosoftAppTenantId is missing: the Directory (tenant) ID of your organisation")
    elif not all(_is_guid(each) for each in tenants):
        faults.append("MicrosoftAppTenantId is not a tenant id: it looks like 00000000-0000-0000-0000-000000000000")
    return faults


def _addresses(login: str, openid: str, service: str, *, local: bool) -> list[str]:
    """Our secret and what people wrote go to these: Microsoft's own, or in a local run this machine."""
    right = (hosts.is_login, hosts.is_keys, hosts.is_service)
    return [
        f"{name} is not Microsoft's; leave it out (another address needs CONFER_LOCAL=1, and must be on this machine)"
        for name, url, is_right in zip(ADDRESSES, (login, openid, service), right, strict=True)
        if url and not is_right(url, local=local)
    ]


def _is_guid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
