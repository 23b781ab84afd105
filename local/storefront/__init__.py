"""A shop that speaks BigCommerce's order API, its quirks, limits and failures included.

It shares no code with the program that reads it. Its data live in one SQLite file, so that orders
can be edited, refunded, back-dated, archived or deleted while it serves::

    with Storefront(tmp_path / "shop.sqlite") as shop:
        shop.store.load([StoreOrder(placed_at=..., lines=(StoreLine("Mug", Decimal("18")),))])
        requests.get(f"{shop.api_url}/v2/orders", headers={"X-Auth-Token": shop.token, ...})
"""
