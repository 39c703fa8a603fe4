"""Moments and days as a court reads them: the charity's own zone, the year, and the offset that held then."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo


def moment(at: datetime, zone: str) -> str:
    """20 November 2026, 02:14 GMT."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%B %Y}, {local:%H:%M} {local:%Z}"


def exactly(at: datetime, zone: str) -> str:
    """20 Nov 2026 02:14:05 GMT."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%b %Y %H:%M:%S %Z}"


def day(on: date) -> str:
    return f"{on.day} {on:%B %Y}"
