"""A person shops in a browser, on the store's own pages with the script of the deployed stack."""

from __future__ import annotations

import hashlib
import os
import shutil
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from local.storefront.model import StoreProduct
from tests.shopper import NODE, shop_in_a_browser

if TYPE_CHECKING:
    from tests.e2e.conftest import System

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or ""
pytestmark = pytest.mark.skipif(not (NODE and CHROMIUM), reason="Node or Chromium is not installed")
EMAIL_SHA256 = hashlib.sha256(b"shopper.one@example.com").hexdigest()


def items_of(system: System, key: str) -> list[dict[str, Any]]:
    answer = system.stack.client("dynamodb").query(
        TableName=system.stack.outputs["JourneysTableName"],
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": key}},
    )
    items: list[dict[str, Any]] = answer["Items"]
    return items


def test_the_ad_that_brought_a_shopper_gets_the_credit_for_what_he_buys(
    connected: System,
) -> None:
    store = connected.shop.store
    store.load_products([StoreProduct(501, "Blue mug", Decimal("31.00"))])
    store.configure(tracking_script=f"{connected.stack.collector_url}/l/{connected.public_key}.js")

    shopped = shop_in_a_browser(connected.shop.url, CHROMIUM)
    connected.wait_for_hits()
    connected.run()

    assert (shopped["problems"], shopped["before"]) == ([], 0)
    kinds = [
        item["sk"]["S"].split("#")[0]
        for item in items_of(connected, f"acme#v#{shopped['visitor']}")
    ]
    assert kinds.count("touch") == 1
    assert "ident" in kinds
    (claim,) = items_of(connected, f"acme#o#bigcommerce#{shopped['order']}")
    assert claim["sk"]["S"].startswith(f"claim#{shopped['visitor']}#")
    trail = connected.get(f"/v1/orders/bigcommerce/{shopped['order']}/credits")
    (touch,) = trail["touches"]
    assert touch["credits"]["last_click"]["net"] == "31.00"
    assert touch["credits"]["new_lead"]["net"] == "31.00"
