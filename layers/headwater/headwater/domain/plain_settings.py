"""Settings that are a value or two: how each changes the account's, and what bounds it has."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from headwater.domain.sites import HOST, LOOPBACK
from headwater.errors import InvalidParameterError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from headwater.domain.settings import AccountSettings

# What BigCommerce calls an order's status: 0 to 14.
STATUSES = range(15)
LONGEST_WINDOW = timedelta(days=3_650)
MOST_DOMAINS = 100
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


def change_setting(
    settings: AccountSettings, name: str, values: Mapping[str, Any]
) -> AccountSettings:
    """Return the settings with another value of one of ``PLAIN_SETTINGS``.

    Raises:
        InvalidParameterError: naming a value that is out of bounds.
    """
    return PLAIN_SETTINGS[name](settings, values)


def _time_zone(settings: AccountSettings, values: Mapping[str, Any]) -> AccountSettings:
    return replace(settings, time_zone=values["time_zone"])


def _currency(settings: AccountSettings, values: Mapping[str, Any]) -> AccountSettings:
    if not _CURRENCY.fullmatch(values["currency"]):
        message = "currency: not three capital letters of ISO 4217"
        raise InvalidParameterError(message)
    return replace(settings, currency=values["currency"])


def _revenue(settings: AccountSettings, values: Mapping[str, Any]) -> AccountSettings:
    statuses = frozenset(values["statuses"])
    if not statuses or not statuses <= frozenset(STATUSES):
        message = f"statuses: at least one, each from {STATUSES[0]} to {STATUSES[-1]}"
        raise InvalidParameterError(message)
    return replace(settings, revenue_statuses=statuses)


def _windows(settings: AccountSettings, values: Mapping[str, Any]) -> AccountSettings:
    return replace(
        settings,
        last_click_window=_window("last_click_days", values),
        opt_in_window=_window("opt_in_days", values),
    )


def _window(name: str, values: Mapping[str, Any]) -> timedelta:
    # A window is a whole number of seconds, as it is stored.
    seconds = round(float(values[name]) * 86_400)
    if not 1 <= seconds <= LONGEST_WINDOW.total_seconds():
        message = f"{name}: more than nothing, and at most {LONGEST_WINDOW.days} days"
        raise InvalidParameterError(message)
    return timedelta(seconds=seconds)


def _tracking_start(settings: AccountSettings, values: Mapping[str, Any]) -> AccountSettings:
    text = values["tracking_start"]
    if text is None:
        return replace(settings, tracking_start=None)
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        start = None
    if start is None or start.tzinfo is None:
        message = "tracking_start: an instant with its offset, such as 2026-11-21T00:00:00-05:00"
        raise InvalidParameterError(message)
    return replace(settings, tracking_start=start.astimezone(UTC))


def _domains(settings: AccountSettings, values: Mapping[str, Any]) -> AccountSettings:
    domains: Sequence[str] = values["domains"]
    if len(domains) > MOST_DOMAINS:
        message = f"domains: at most {MOST_DOMAINS}"
        raise InvalidParameterError(message)
    hosts = dict.fromkeys(domain.strip().lower().removeprefix("www.") for domain in domains)
    for host in hosts:
        if host not in LOOPBACK and not HOST.fullmatch(host):
            message = f"domains: {host[:80]!r} is no host such as shop.example"
            raise InvalidParameterError(message)
    return replace(settings, own_domains=tuple(hosts))


def _engine(settings: AccountSettings, values: Mapping[str, Any]) -> AccountSettings:
    return replace(
        settings,
        markov_min_paths=values["markov_min_paths"],
        contact_buckets=values["contact_buckets"],
    )


def _refresh(settings: AccountSettings, values: Mapping[str, Any]) -> AccountSettings:
    return replace(settings, refresh=values["refresh"])


def _reconciliation(settings: AccountSettings, values: Mapping[str, Any]) -> AccountSettings:
    return replace(settings, reconcile_days=values["days"])


PLAIN_SETTINGS: dict[str, Callable[[AccountSettings, Mapping[str, Any]], AccountSettings]] = {
    "time-zone": _time_zone,
    "currency": _currency,
    "revenue": _revenue,
    "windows": _windows,
    "tracking-start": _tracking_start,
    "domains": _domains,
    "engine": _engine,
    "refresh": _refresh,
    "reconciliation": _reconciliation,
}
