"""How every key and instant is spelled in the tables (see docs/data-model.md).

A part that comes from outside may hold anything, so ``%`` and ``#`` are percent-encoded in it:
no account, visitor or order id can spell the key of another.
"""

from __future__ import annotations

import hashlib
import zlib
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from headwater.domain.reporting_days import utc_day

if TYPE_CHECKING:
    from headwater.domain.ad_clicks import AdClick
    from headwater.domain.costs import CostRow

type Key = tuple[str, str]

# How many index partitions hold a month's orders. The first pull writes the orders of one month one
# after the other, some 600 a second of up to ten write units each, and a partition takes 1,000
# units; every further one is a query per month of each export.
ORDER_SHARDS = 8


def join(*parts: str) -> str:
    """Return the parts of a key as one text, each escaped."""
    return "#".join(part.replace("%", "%25").replace("#", "%23") for part in parts)


def instant(at: datetime) -> str:
    """Return an instant as text of fixed width, which sorts as time does."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def month(account: str, day: date, *rest: str) -> str:
    """Return a partition that holds a month's items."""
    return join(account, f"{day:%Y-%m}", *rest)


def day_item(at: datetime, key: Key) -> str:
    """Return the index's range key of an item: its UTC day, then its own key."""
    return "|".join((utc_day(at).isoformat(), *key))


def days(first: date, last: date) -> tuple[str, str]:
    """Return the bounds between which the range keys of these UTC days lie."""
    return first.isoformat(), (last + timedelta(days=1)).isoformat()


# --- orders --------------------------------------------------------------------------------------


def order(account: str, source: str, order_id: str) -> Key:
    """Return the key of an order."""
    return join(account, source, order_id), "order"


def shard(order_id: str) -> int:
    """Return which of its month's partitions an order lies in."""
    if order_id.isascii() and order_id.isdecimal():
        return int(order_id) % ORDER_SHARDS
    return zlib.crc32(order_id.encode()) % ORDER_SHARDS


def order_month(account: str, day: date, shard_number: int) -> str:
    """Return the index partition of one shard of a month's orders."""
    return month(account, day, str(shard_number))


def day_of(day_key: str) -> date:
    """Return the day that the index's range key of an item names."""
    return date.fromisoformat(day_key.partition("|")[0])


def order_node(account: str, node: str) -> str:
    """Return the index key of a node's orders."""
    return join(account, node)


def product(account: str, source: str, product_id: int) -> Key:
    """Return the key of a product."""
    return join(account, "p", source), join("product", str(product_id))


def wanted_product(account: str, source: str, product_id: int) -> Key:
    """Return the key under which a product waits to be looked up."""
    return join(account, "p", source), join("wanted", str(product_id))


def product_month(account: str, day: date) -> str:
    """Return the index partition of the products that were first stored in a month."""
    return month(account, day, "products")


# --- journeys ------------------------------------------------------------------------------------


def visitor(account: str, name: str) -> str:
    """Return the partition of a visitor."""
    return join(account, "v", name)


def node(account: str, name: str) -> str:
    """Return the partition of a node."""
    return join(account, "c", name)


def touchpoint(account: str, visitor_name: str, node_name: str, touch_id: str) -> Key:
    """Return the key of a touchpoint, which lies with its visitor or else with its node."""
    owner = visitor(account, visitor_name) if visitor_name else node(account, node_name)
    return owner, join("touch", touch_id)


def seen_visitor(account: str, node_name: str, visitor_name: str) -> Key:
    """Return the key under which a node names a visitor who has shown himself to be it."""
    return node(account, node_name), join("visitor", visitor_name)


def identification(account: str, visitor: str, event_id: str) -> Key:
    """Return the key of an identification."""
    return join(account, "v", visitor), join("ident", event_id)


def opt_in(account: str, node: str, source: str, opt_in_id: str) -> Key:
    """Return the key of an opt-in."""
    return join(account, "c", node), join("optin", source, opt_in_id)


def profile(account: str, node: str) -> Key:
    """Return the key of a profile."""
    return join(account, "c", node), "profile"


def record_edge(account: str, customer: str, email: str) -> Key:
    """Return the key of what a customer record joins: it lies with the customer's node."""
    return join(account, "c", customer), join("record", email)


def hand_edge(account: str, node: str, other: str, kind: str) -> Key:
    """Return the key under which one of two nodes keeps what a person said of both."""
    return join(account, "c", node), join({"link": "edge", "unlink": "cut"}[kind], other)


def claimed_order(account: str, source: str, order_id: str) -> str:
    """Return the partition of the claims of one order."""
    return join(account, "o", source, order_id)


def claim(visitor: str, event_id: str) -> str:
    """Return the range key of a claim in its order's partition."""
    return join("claim", visitor, event_id)


def claimed(account: str, visitor_name: str, source: str, order_id: str) -> Key:
    """Return the key under which a visitor names an order that he has claimed."""
    return visitor(account, visitor_name), join("claimed", source, order_id)


def lead(account: str, source: str, external_id: str) -> Key:
    """Return the key of a CRM's contact id."""
    return join(account, "l", source, external_id), "lead"


def journey_month(account: str, day: date, table: str) -> str:
    """Return the index partition of a month's items of one fact table."""
    return month(account, day, table)


# --- costs ---------------------------------------------------------------------------------------


def cost_month(account: str, day: date) -> str:
    """Return the partition of a month's costs."""
    return month(account, day)


def cost_row(account: str, load: str, row: CostRow) -> Key:
    """Return the key of a cost row: its ids, and what its links carry as a hash."""
    utm = (row.utm_source, row.utm_medium, row.utm_campaign, row.utm_content, row.utm_term)
    utm_hash = hashlib.sha256(join(*utm).encode()).hexdigest()[:12]
    ids = (row.campaign_id, row.adset_id, row.ad_id)
    range_key = join(row.day.isoformat(), "row", row.platform, row.ad_account, load, *ids, utm_hash)
    return cost_month(account, row.day), range_key


def cost_head(account: str, day: date, platform: str, ad_account: str) -> Key:
    """Return the key of the item that says which load a day shows."""
    return cost_month(account, day), join(day.isoformat(), "head", platform, ad_account)


def cost_load(account: str, platform: str, ad_account: str, load: str) -> str:
    """Return the partition that lists a load's days."""
    return join(account, "load", platform, ad_account, load)


def ad_click_month(account: str, day: date) -> str:
    """Return the partition of a month's clicks on ads."""
    return month(account, day, "clicks")


def ad_click(account: str, click: AdClick) -> Key:
    """Return the key of what a platform says of a click id."""
    range_key = join(click.day.isoformat(), click.platform, click.click_id)
    return ad_click_month(account, click.day), range_key


# --- accounts ------------------------------------------------------------------------------------


def settings(account: str) -> Key:
    """Return the key of an account's settings."""
    return join(account), "settings"


def source(account: str, name: str) -> Key:
    """Return the key of a source."""
    return join(account), join("source", name)


def run_head(account: str) -> Key:
    """Return the key of an account's pointer and lease."""
    return join(account), "run#head"


def run(account: str, name: str) -> Key:
    """Return the key of what is known of a run."""
    return join(account), join("run", name)


def mark(account: str, table: str, day: date) -> Key:
    """Return the key of a mark; a partition of their own keeps thousands out of others' way."""
    return join(account, "marks"), join("mark", table, day.isoformat())


def sweep(account: str) -> Key:
    """Return the key of how far an account's sweep is; the sweep may write this partition alone."""
    return join(account, "sweep"), "sweep"


def erased(account: str) -> str:
    """Return the partition that names the nodes of people who were erased."""
    return join(account, "erased")


def api_key(key_sha256: str) -> Key:
    """Return the key under which an API key is looked up."""
    return join("key", key_sha256), "key"


def key_ring(account: str) -> Key:
    """Return the key of what is known of an account's keys."""
    return join(account), "keys"


def session(cookie_sha256: str) -> Key:
    """Return the key under which a session is looked up."""
    return join("session", cookie_sha256), "session"


def invitation(token_sha256: str) -> Key:
    """Return the key under which a sign-in link is looked up."""
    return join("invite", token_sha256), "invite"


def sign_in(account: str, session_id: str) -> Key:
    """Return the key under which an account lists a sign-in."""
    return join(account, "sessions"), session_id


def site(public_key: str) -> Key:
    """Return the key under which a store's public key is looked up."""
    return join("site", public_key), "site"


def hook(secret_sha256: str) -> Key:
    """Return the key under which the secret of a source's webhooks is looked up."""
    return join("hook", secret_sha256), "hook"


def hook_event(account: str, source: str, event: str) -> Key:
    """Return the key of a webhook that has been dealt with; each has a partition of its own."""
    return join(account, "event", source, event), "event"


def validation(account: str, validation_id: str) -> Key:
    """Return the key of a test of the tracking."""
    return join(account), join("validation", validation_id)


def file_import(account: str, import_id: str) -> Key:
    """Return the key of an import of a file."""
    return join(account), join("import", import_id)


def test_visit(account: str, validation_id: str, event_id: str) -> Key:
    """Return the key of a visit that belongs to a test."""
    return join(account, "validation", validation_id), join("visit", event_id)


def audit_entry(account: str, entry_id: str) -> Key:
    """Return the key of an entry of the audit log."""
    return join(account, "audit"), entry_id


def setting_change(account: str, change_id: str) -> Key:
    """Return the key of a change of a setting; ids sort as the changes were made."""
    return join(account, "settings"), join(change_id)


def view(account: str, view_id: str) -> Key:
    """Return the key of a saved view; whoever may write views may write this partition alone."""
    return join(account, "views"), view_id


def delivery(account: str, delivery_id: str) -> Key:
    """Return the key of a delivery of a view."""
    return join(account, "deliveries"), delivery_id


def shared_link(link_sha256: str) -> Key:
    """Return the key under which a link's secret part is looked up."""
    return join("share", link_sha256), "share"


def active(account: str) -> Key:
    """Return the key of an account in the list of active ones."""
    return "active", account
