"""Customers, subscribers, products, categories, channels and their sites in V3."""

import json

from local.storefront.amounts import money_number
from local.storefront.call import Call
from local.storefront.dates import iso_8601
from local.storefront.exchange import Response
from local.storefront.render_lines import Json
from local.storefront.selection_v3 import Reader, Selection, flag, instant, one_of


def _dates(created: bool = True, *, borrows_time: bool = False) -> dict[str, Reader]:
    columns = {"date_modified": "modified_at"} | ({"date_created": "created_at"} if created else {})
    return {
        f"{name}:{end}": instant(column, comparison, borrows_time=borrows_time)
        for name, column in columns.items()
        for end, comparison in (("min", ">="), ("max", "<="))
    }


_CUSTOMERS = Selection(
    table="customers",
    readers={
        "id:in": one_of("id"),
        "email:in": one_of("email", numeric=False),
        **_dates(),
    },
    sorts={
        "date_created": "created_at",
        "date_modified": "modified_at",
        "last_name": "last_name",
    },
)
_SUBSCRIBERS = Selection(
    table="subscribers",
    readers={
        "id:in": one_of("id"),
        "email": one_of("email", numeric=False),
        "order_id": one_of("order_id"),
        **_dates(),
    },
    sorts={"date_created": "created_at", "date_modified": "modified_at"},
)
_PRODUCTS = Selection(
    table="(SELECT *, (SELECT json_group_array(category_id) FROM product_categories"
    " WHERE product_id = products.id) AS categories FROM products)",
    readers={
        "id:in": one_of("id"),
        "sku:in": one_of("sku", numeric=False),
        **_dates(created=False, borrows_time=True),
    },
    sorts={
        "id": "id",
        "name": "name",
        "sku": "sku",
        "price": "price",
        "date_modified": "modified_at",
    },
    extras=frozenset({"include", "include_fields", "exclude_fields"}),
)
_CATEGORIES = Selection(
    table="categories",
    readers={"category_id:in": one_of("id"), "name": one_of("name", numeric=False)},
)
_CHANNELS = Selection(
    table="(SELECT *, status IN ('active', 'prelaunch', 'inactive', 'connected') AS available"
    " FROM channels)",
    readers={
        "id:in": one_of("id"),
        "type:in": one_of("kind", numeric=False),
        "platform:in": one_of("platform", numeric=False),
        "status:in": one_of("status", numeric=False),
        "available": flag("available"),
    },
)
_SITES = Selection(table="sites", readers={"channel_id:in": one_of("channel_id")})


def customers(call: Call) -> Response:
    """Return a page of registered customers."""
    return _CUSTOMERS.answer(call, lambda rows: [_customer(row) for row in rows])


def subscribers(call: Call) -> Response:
    """Return a page of newsletter subscribers."""
    return _SUBSCRIBERS.answer(call, lambda rows: [_subscriber(row) for row in rows])


def products(call: Call) -> Response:
    """Return a page of the catalog, in full or some fields of it (``id`` always)."""
    included = _names(call, "include_fields")
    excluded = _names(call, "exclude_fields")
    with_variants = "variants" in _names(call, "include")

    def keeps(name: str) -> bool:
        return name == "id" or ((not included or name in included) and name not in excluded)

    def render(rows: list[Json]) -> list[Json]:
        items = []
        for row in rows:
            item = {name: value for name, value in _product(row).items() if keeps(name)}
            items.append(item | ({"variants": [_variant(row)]} if with_variants else {}))
        return items

    return _PRODUCTS.answer(call, render)


def categories(call: Call) -> Response:
    """Return a page of the category tree."""
    return _CATEGORIES.answer(call, lambda rows: [_category(row) for row in rows])


def channels(call: Call) -> Response:
    """Return the places where the shop sells."""
    return _CHANNELS.answer(call, lambda rows: [_channel(row) for row in rows])


def sites(call: Call) -> Response:
    """Return where channels have their pages; the default one's are at the shop's own address."""
    return _SITES.answer(call, lambda rows: [_site(row, call) for row in rows])


def _names(call: Call, parameter: str) -> frozenset[str]:
    return frozenset(filter(None, call.query.get(parameter, "").split(",")))


def _customer(row: Json) -> Json:
    return {
        "id": row["id"],
        "authentication": {"force_password_reset": False},
        "company": row["company"],
        "customer_group_id": row["customer_group_id"],
        "email": row["email"],
        "first_name": row["first_name"],
        "last_name": row["last_name"],
        "notes": row["notes"],
        "phone": row["phone"],
        "registration_ip_address": "",
        "tax_exempt_category": "",
        "date_created": iso_8601(row["created_at"]),
        "date_modified": iso_8601(row["modified_at"]),
        "accepts_product_review_abandoned_cart_emails": False,
        "origin_channel_id": row["channel_id"],
        "channel_ids": None,
    }


def _subscriber(row: Json) -> Json:
    return {
        "id": row["id"],
        "email": row["email"],
        "first_name": row["first_name"],
        "last_name": row["last_name"],
        "source": row["source"],
        "order_id": row["order_id"],
        "channel_id": row["channel_id"],
        "consents": json.loads(row["consents"]),
        "date_created": iso_8601(row["created_at"]),
        "date_modified": iso_8601(row["modified_at"]),
    }


def _product(row: Json) -> Json:
    return {
        "id": row["id"],
        "name": row["name"],
        "type": row["kind"],
        "sku": row["sku"],
        "description": "",
        "weight": 0.25,
        "price": money_number(row["price"]),
        "cost_price": money_number(row["cost"]),
        "retail_price": 0,
        "sale_price": 0,
        "tax_class_id": 0,
        "categories": json.loads(row["categories"]),
        "brand_id": 0,
        "inventory_level": 0,
        "inventory_tracking": "none",
        "is_visible": True,
        "availability": "available",
        "base_variant_id": row["id"] * 10,
        "date_created": iso_8601(row["modified_at"]),
        "date_modified": iso_8601(row["modified_at"]),
    }


def _variant(row: Json) -> Json:
    return {
        "id": row["id"] * 10,
        "product_id": row["id"],
        "sku": row["sku"],
        "price": None,
        "cost_price": money_number(row["cost"]),
        "calculated_price": money_number(row["price"]),
        "option_values": [],
    }


def _category(row: Json) -> Json:
    return {
        "category_id": row["id"],
        "category_uuid": "",
        "parent_id": 0,
        "tree_id": 1,
        "name": row["name"],
        "description": "",
        "is_visible": True,
    }


def _channel(row: Json) -> Json:
    return {
        "id": row["id"],
        "name": row["name"],
        "type": row["kind"],
        "platform": row["platform"],
        "status": row["status"],
        "external_id": "",
        "is_listable_from_ui": True,
        "is_visible": True,
        "is_enabled": row["status"] == "active",
        "icon_url": "",
        "config_meta": {},
        "date_created": "2020-01-01T00:00:00Z",
        "date_modified": "2020-01-01T00:00:00Z",
    }


def _site(row: Json, call: Call) -> Json:
    url = row["url"] or call.request.base_url
    number = "" if row["channel_id"] == 1 else f"-{row['channel_id']}"
    permanent = f"https://store-{call.settings.store_hash}{number}.mybigcommerce.com"
    return {
        "id": row["id"],
        "url": url,
        "channel_id": row["channel_id"],
        "created_at": "2020-01-01T00:00:00Z",
        "updated_at": "2020-01-01T00:00:00Z",
        "urls": [
            {"url": url, "type": "primary"},
            {"url": permanent, "type": "canonical"},
        ],
        "is_checkout_url_customized": False,
    }
