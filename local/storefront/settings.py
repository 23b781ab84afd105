"""What the shop is, and the switches for behavior that BigCommerce does not document."""

import json
import sqlite3
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, cast
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """A shop's settings; every one can be changed while it serves."""

    store_hash: str = "abc123"
    name: str = "Harbor Coffee"
    time_zone: str = "America/New_York"
    currency: str = "USD"
    country_code: str = "US"
    plan_name: str = "Standard"
    admin_email: str = "owner@shop.example"
    dst_correction: bool = True
    is_price_entered_with_tax: bool = False

    quota: int = 150
    """Requests per window: 150 on Standard and Plus, 450 on Pro."""
    window_ms: int = 30_000
    neighbor_per_second: float = 0.0
    """Requests per second that another app takes from the same quota."""
    max_limit: int = 250
    clock_offset_seconds: int = 0
    """How far the shop's clock is ahead of ours: its Date header, ``/time`` and its stamps."""

    archived_in_default_listing: bool = False
    """Whether orders without an ``is_deleted`` filter include archived ones (undocumented)."""
    refund_bumps_modified: bool = True
    """Whether a refund moves ``date_modified`` (undocumented)."""
    lone_digital_line_as_object: bool = True
    """Whether a single line of a digital consignment comes as an object, as in the examples."""
    lower_case_headers: bool = False
    tracking_script: str = ""
    """The URL of a tracking script's loader, which the shop's own pages include."""
    script_gateway: str = ""
    """Where installed scripts come from in place of the scheme and host of their address."""
    webhook_gateway: str = ""
    """Where webhooks go in place of the scheme and host of their destination."""

    @property
    def zone(self) -> ZoneInfo:
        """The time zone itself."""
        return ZoneInfo(self.time_zone)


def read_settings(connection: sqlite3.Connection) -> StoreSettings:
    """Read the settings; whatever was never set has its default."""
    stored = {
        row["name"]: json.loads(row["value"])
        for row in connection.execute("SELECT name, value FROM settings")
    }
    return StoreSettings(**stored)


def write_settings(connection: sqlite3.Connection, changes: dict[str, object]) -> StoreSettings:
    """Change some settings and return all.

    Raises:
        ValueError: There is no such setting, or the value is of another type.
    """
    current = read_settings(connection)
    for name, value in changes.items():
        _check(current, name, value)
    changed = replace(current, **cast("dict[str, Any]", changes))
    connection.executemany(
        "INSERT INTO settings (name, value) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [(name, json.dumps(asdict(changed)[name])) for name in changes],
    )
    return changed


def setting_from_text(name: str, text: str) -> object:
    """Read a setting's value as typed on a command line.

    Raises:
        ValueError: There is no such setting, or the text is no value of its type.
    """
    kinds = {
        field.name: type(getattr(StoreSettings(), field.name)) for field in fields(StoreSettings)
    }
    if name not in kinds:
        message = f"no such setting: {name}; there are {', '.join(kinds)}"
        raise ValueError(message)
    kind = kinds[name]
    if kind is bool:
        if text.lower() not in {"true", "false"}:
            message = f"{name} is true or false"
            raise ValueError(message)
        return text.lower() == "true"
    return kind(text)


def _check(current: StoreSettings, name: str, value: object) -> None:
    if name not in {field.name for field in fields(StoreSettings)}:
        message = f"no such setting: {name}"
        raise ValueError(message)
    kind = type(getattr(current, name))
    fits = isinstance(value, int | float) if kind is float else type(value) is kind
    if not fits:
        message = f"{name} must be of type {kind.__name__}"
        raise ValueError(message)
