"""What belongs to the charity: its book, numbers by area, flags and reference pattern. Imported from a TOML file.

Without the numbers and people that an urgent case needs, the bot runs in emergency-only mode and says what is missing.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from bot.organisation.adopted import Rules, read_rules, rules_of
from bot.organisation.dated import Step, read_flags, steps_of, value_on
from bot.organisation.digest_day import DigestDay, digest_day_of, read_digest
from bot.organisation.hours import NATIONS, Hours
from bot.organisation.ladder import Waits, read_waits, waits_of
from bot.organisation.numbers import OTHER, Route, own_routes, read_numbers
from bot.organisation.periods import Periods, periods_of, read_retention
from bot.organisation.step_up import PinRule, StepUp, pin_of, read_pin, read_step_up, step_up_of
from bot.organisation.tables import LONGEST, fits, read_days, read_texts
from bot.organisation.tables import CharityError as CharityError
from policy.book import Book, Contact
from policy.reading.safety import CAPABILITIES
from storage.records import Organisation, Person

NEEDED_CAPABILITIES = ("safeguarding_lead", "on_call_trustee")
"""Nobody with one of these: nobody could be told about an emergency (contacts note, start-up rule)."""


@dataclass(frozen=True, slots=True)
class Charity:
    """`numbers`: settings key -> what to show; `areas`: council area -> the same.

    `flags` is what each flag was from the beginning, `steps` every value with its first day. `hours` and `checked`
    (contact id -> text, day) stand in for the book's own.
    """

    id: str
    name: str
    book: str
    timezone: ZoneInfo
    reference_prefix: str
    numbers: Mapping[str, str]
    areas: Mapping[str, Mapping[str, str]]
    flags: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, tuple[Step, ...]] = field(default_factory=dict)
    hours: Mapping[str, str] = field(default_factory=dict)
    checked: Mapping[str, date] = field(default_factory=dict)
    nation: str = ""
    waits: Waits = field(default_factory=Waits)
    rules: Rules = field(default_factory=Rules)
    step_up: StepUp = field(default_factory=StepUp)
    pin: PinRule = field(default_factory=PinRule)
    retention: Periods = field(default_factory=Periods)
    digest: DigestDay = field(default_factory=DigestDay)

    @property
    def waking(self) -> Hours:
        """When people are awake and at work, for what may wait for that."""
        return Hours(self.timezone, self.nation)

    def flags_on(self, day: date) -> dict[str, str]:
        """Every flag the charity has set, with its value on that day."""
        dated = {id: value for id, steps in self.steps.items() if (value := value_on(steps, day)) is not None}
        return {**self.flags, **dated}

    def numbers_of(self, contact: Contact) -> list[tuple[str, str]]:
        """(area or "", number) of a contact: the charity's own by area, else its own, else the book's fall-back."""
        return [(route.where, route.number) for route in self.routes_of(contact)]

    def routes_of(self, contact: Contact) -> list[Route]:
        """The same with day and night and the day of the check; and the book's way for areas that were not entered."""
        checked = self.checked.get(contact.id, contact.checked_on)
        if contact.setting:
            own = own_routes(self.numbers, contact.setting)
            areas = [r for area, table in self.areas.items() for r in own_routes(table, contact.setting, area)]
            if areas and contact.by_area:
                elsewhere = own_routes(self.numbers, contact.setting, OTHER)
                return [*areas, *(elsewhere or [Route(contact.number, OTHER, checked_on=checked)])]
            if areas or own:
                return areas or own
        return [Route(contact.number, checked_on=checked)]

    def missing(self, book: Book | None, people: Iterable[Person]) -> list[str]:
        """What must be set before anybody may rely on the checklist; empty when all is there."""
        lacking = []
        if book is None:
            lacking.append(f"the book {self.book!r} was not found")
        else:
            for contact in book.contacts.values():
                if (
                    contact.critical
                    and contact.setting
                    and not self._has(contact.setting)
                    and contact.setting not in ROSTERED
                ):
                    lacking.append(f"the number for: {contact.name}")
            for flag in book.flags:
                set_to = [step.value for step in self.steps.get(flag.id, ())] or [self.flags.get(flag.id, flag.default)]
                for value in dict.fromkeys(set_to):
                    if value not in flag.values:
                        lacking.append(f"the flag {flag.id}: it must be {' or '.join(flag.values)}, not {value!r}")
        held = {capability for person in people if person.active for capability in person.capabilities}
        lacking += [f"a person who is {name.replace('_', ' ')}" for name in NEEDED_CAPABILITIES if name not in held]
        return lacking

    def _has(self, setting: str) -> bool:
        return any(own_routes(numbers, setting) for numbers in (self.numbers, *self.areas.values()))


ROSTERED = frozenset(
    {"safeguarding_lead", "data_protection_lead", "chair", "vice_chair", "on_call_trustee", "solicitor", "debrief"}
)
"""Contacts inside the charity: looked up on the roster, so no number of their own has to be set."""


def charity_of(organisation: Organisation) -> Charity:
    """The charity as it was imported."""
    settings = organisation.settings
    flags = steps_of(settings.get("flags", {}))
    return Charity(
        id=organisation.id,
        name=organisation.name,
        book=settings.get("book", ""),
        timezone=ZoneInfo(settings.get("timezone", "Europe/London")),
        reference_prefix=settings.get("reference_prefix", "REF"),
        numbers=settings.get("numbers", {}),
        areas=settings.get("areas", {}),
        flags={id: steps[0].value for id, steps in flags.items() if steps[0].since is None},
        steps=flags,
        hours=settings.get("hours", {}),
        checked={id: date.fromisoformat(day) for id, day in settings.get("checked", {}).items()},
        nation=settings.get("nation", ""),
        waits=waits_of(settings.get("waits", {})),
        rules=rules_of(settings.get("rules", {})),
        step_up=step_up_of(settings.get("step_up", {})),
        pin=pin_of(settings.get("pin", {})),
        retention=periods_of(settings.get("retention", {})),
        digest=digest_day_of(settings.get("digest", {})),
    )


def read_charity(text: str) -> tuple[str, dict[str, Any]]:
    """A charity file -> (name, settings). Raises CharityError with every fault."""
    data = _parse(text)
    faults: list[str] = []
    charity = data.get("charity", {})
    if not isinstance(charity, dict):
        raise CharityError(["[charity] must be a table"])
    known = {"charity", "numbers", "areas", "flags", "hours", "checked", "waits", "step_up", "pin", "rules"}
    known |= {"retention", "digest"}
    faults += [f"[{key}] is not a table we know; use {', '.join(sorted(known))}" for key in sorted(set(data) - known)]
    wanted = {"name", "book", "timezone", "reference_prefix", "nation"}
    for key in sorted(set(charity) - wanted):
        faults.append(f"[charity] {key}: we do not know this setting")
    for key in sorted(wanted):
        if not isinstance(charity.get(key), str) or not charity.get(key):
            faults.append(f"[charity] {key}: is missing or not a text")
        elif not fits(charity[key]):
            faults.append(f"[charity] {key}: {LONGEST}")
    if isinstance(zone := charity.get("timezone"), str) and zone and zone not in available_timezones():
        faults.append(f"[charity] timezone: {zone!r} is not a time zone; for the UK write Europe/London")
    if isinstance(nation := charity.get("nation"), str) and nation and nation not in NATIONS:
        faults.append(f"[charity] nation: must be {' or '.join(NATIONS)}, for its bank holidays")
    prefix = charity.get("reference_prefix")
    # Two letters and six digits would look like a National Insurance number (data-protection note 5.3).
    if isinstance(prefix, str) and not (prefix.isascii() and prefix.isalpha() and 2 <= len(prefix) <= 6):
        faults.append("[charity] reference_prefix: two to six letters")
    numbers = read_numbers(data.get("numbers", {}), "[numbers]", faults)
    areas = data.get("areas", {})
    if not isinstance(areas, dict):
        faults.append("[areas] must hold one table an area, such as [areas.northtown]")
        areas = {}
    areas = {area: read_numbers(table, f"[areas.{area}]", faults) for area, table in areas.items()}
    flags = read_flags(data.get("flags", {}), faults)
    hours = read_texts(data.get("hours", {}), "[hours]", faults)
    checked = read_days(data.get("checked", {}), "[checked]", faults)
    waits = read_waits(data.get("waits", {}), faults)
    rules = read_rules(data.get("rules", {}), faults)
    retention = read_retention(data.get("retention", {}), faults)
    digest = read_digest(data.get("digest", {}), faults)
    more = {"step_up": read_step_up(data.get("step_up", {}), faults), "pin": read_pin(data.get("pin", {}), faults)}
    if faults:
        raise CharityError(faults)
    settings = {key: charity[key] for key in sorted(wanted - {"name"})}
    tables = {"numbers": numbers, "areas": areas, "flags": flags, "hours": hours, "checked": checked, "waits": waits}
    return charity["name"], settings | tables | more | {"rules": rules, "retention": retention, "digest": digest}


def _parse(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise CharityError([f"this is not TOML: {wrong}"]) from wrong


@dataclass(frozen=True, slots=True)
class Listed:
    """One person of a people file."""

    handle: str
    name: str
    role: str
    capabilities: tuple[str, ...]
    active: bool
    telephone: str
    accounts: tuple[tuple[str, str, str], ...]  # channel, tenant, user


def read_people(text: str) -> list[Listed]:
    """A people file -> its people. Raises CharityError with every fault."""
    data = _parse(text)
    faults: list[str] = []
    found: list[Listed] = []
    handles: list[str] = []
    known: list[tuple[str, str, str]] = []
    rows = data.get("person", [])
    if not isinstance(rows, list) or not rows or set(data) - {"person"}:
        raise CharityError(["a people file holds [[person]] tables and nothing else"])
    for number, row in enumerate(rows, 1):
        where = f"person {number} ({row.get('id', 'no id') if isinstance(row, dict) else 'not a table'})"
        if not isinstance(row, dict):
            faults.append(f"{where}: must be a table")
            continue
        unknown = set(row) - {"id", "name", "role", "capabilities", "active", "telephone", "accounts"}
        faults += [f"{where}: we do not know {key!r}" for key in sorted(unknown)]
        faults += [
            f"{where}: {key} is missing or not a text"
            for key in ("id", "name", "role")
            if not isinstance(row.get(key), str) or not row.get(key)
        ]
        faults += [
            f"{where}: {key} {LONGEST}"
            for key in ("id", "name", "telephone")
            if isinstance(row.get(key), str) and not fits(row[key])
        ]
        if row.get("role") not in ("worker", "trustee"):
            faults.append(f"{where}: role must be worker or trustee")
        capabilities = row.get("capabilities", [])
        if not isinstance(capabilities, list) or not all(isinstance(item, str) for item in capabilities):
            faults.append(f"{where}: capabilities must be a list of texts")
            capabilities = []
        for capability in sorted(set(capabilities) - CAPABILITIES):
            faults.append(f"{where}: {capability!r} is not a capability; use {', '.join(sorted(CAPABILITIES))}")
        active, telephone = row.get("active", True), row.get("telephone", "")
        if not isinstance(active, bool) or not isinstance(telephone, str):
            faults.append(f"{where}: active must be true or false, and telephone a text")
        accounts = []
        for account in row.get("accounts", []) if isinstance(row.get("accounts", []), list) else [None]:
            keys = ("channel", "tenant", "user")
            if not isinstance(account, dict) or any(not isinstance(account.get(key), str) for key in keys):
                faults.append(f"{where}: each account needs channel, tenant and user")
                continue
            accounts.append((account["channel"], account["tenant"], account["user"]))
        handles += [row["id"]] if isinstance(row.get("id"), str) else []
        known += accounts
        if not faults:
            found.append(
                Listed(row["id"], row["name"], row["role"], tuple(capabilities), active, telephone, tuple(accounts))
            )
    faults += [f"the id {handle!r} stands twice" for handle in sorted({h for h in handles if handles.count(h) > 1})]
    # Whoever came last would get the messages of whoever came first.
    twice = sorted({account for account in known if known.count(account) > 1})
    faults += [f"the account {' '.join(account)} stands twice" for account in twice]
    if faults:
        raise CharityError(faults)
    return found
