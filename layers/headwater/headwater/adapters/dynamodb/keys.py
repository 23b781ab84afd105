"""How every key and instant is spelled in the tables (see docs/data-model.md).

A part that comes from outside may hold anything, so ``%`` and ``#`` are percent-encoded in it:
no account, visitor or order id can spell the key of another.
"""

from __future__ import annotations

import hashlib
import zlib
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headwater.domain.costs import CostRow

type Key = tuple[str, str]

# How many index partitions hold a day's orders. A store lets us read some 600 orders a second, and
# two partitions take 1,000 writes each; every further one is a query per day of each export.
ORDER_SHARDS = 2


def join(*parts: str) -> str:
    """Return the parts of a key as one text, each escaped."""
    return "#".join(part.replace("%", "%25").replace("#", "%23") for part in parts)


def instant(at: datetime) -> str:
    """Return an instant as text of fixed width, which sorts as time does."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def utc_day(at: datetime) -> date:
    """Return the UTC date of an instant."""
    return at.astimezone(UTC).date()


# --- orders --------------------------------------------------------------------------------------


def order(account: str, source: str, order_id: str) -> Key:
    """Return the key of an order."""
    return join(account, source, order_id), "order"


def shard(order_id: str) -> int:
    """Return which of its day's partitions an order lies in."""
    if order_id.isascii() and order_id.isdecimal():
        return int(order_id) % ORDER_SHARDS
    return zlib.crc32(order_id.encode()) % ORDER_SHARDS


def order_day(account: str, day: date, shard_number: int) -> str:
    """Return the index key of one shard of a day's orders."""
    return join(account, day.isoformat(), str(shard_number))


def day_of(day_key: str) -> date:
    """Return the day that an index key names."""
    return date.fromisoformat(day_key.split("#")[1])


def order_node(account: str, node: str) -> str:
    """Return the index key of a node's orders."""
    return join(account, node)


def product(account: str, source: str, product_id: int) -> Key:
    """Return the key of a product."""
    return join(account, "p", source), join("product", str(product_id))


def wanted_product(account: str, source: str, product_id: int) -> Key:
    """Return the key under which a product waits to be looked up."""
    return join(account, "p", source), join("wanted", str(product_id))


def product_day(account: str, day: date) -> str:
    """Return the index key of the products that were first stored on a day."""
    return join(account, day.isoformat(), "products")


# --- journeys ------------------------------------------------------------------------------------


def touchpoint(account: str, visitor: str, node: str, touch_id: str) -> Key:
    """Return the key of a touchpoint, which lies with its visitor or else with its node."""
    owner = join(account, "v", visitor) if visitor else join(account, "c", node)
    return owner, join("touch", touch_id)


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


def lead(account: str, source: str, external_id: str) -> Key:
    """Return the key of a CRM's contact id."""
    return join(account, "l", source, external_id), "lead"


def journey_day(account: str, day: date, table: str) -> str:
    """Return the index key of a day's items of one fact table."""
    return join(account, day.isoformat(), table)


# --- costs ---------------------------------------------------------------------------------------


def cost_day(account: str, day: date) -> str:
    """Return the partition of a day's costs."""
    return join(account, "d", day.isoformat())


def cost_row(account: str, load: str, row: CostRow) -> Key:
    """Return the key of a cost row: its ids, and what its links carry as a hash."""
    utm = (row.utm_source, row.utm_medium, row.utm_campaign, row.utm_content, row.utm_term)
    utm_hash = hashlib.sha256(join(*utm).encode()).hexdigest()[:12]
    ids = (row.campaign_id, row.adset_id, row.ad_id)
    range_key = join("row", row.platform, row.ad_account, load, *ids, utm_hash)
    return cost_day(account, row.day), range_key


def cost_head(platform: str, ad_account: str) -> str:
    """Return the range key of the item that says which load a day shows."""
    return join("head", platform, ad_account)


def cost_load(account: str, platform: str, ad_account: str, load: str) -> str:
    """Return the partition that lists a load's days."""
    return join(account, "load", platform, ad_account, load)


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


def api_key(key_sha256: str) -> Key:
    """Return the key under which an API key is looked up."""
    return join("key", key_sha256), "key"


def site(public_key: str) -> Key:
    """Return the key under which a store's public key is looked up."""
    return join("site", public_key), "site"


def active(account: str) -> Key:
    """Return the key of an account in the list of active ones."""
    return "active", account
