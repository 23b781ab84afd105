"""Orders from JSON, as a test page or a command states them."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from local.storefront.model import StoreAddress, StoreCoupon, StoreFee, StoreLine, StoreOrder

type Fields = Mapping[str, Any]

_INSTANTS = frozenset({"placed_at", "modified_at", "shipped_at"})
_AMOUNTS = frozenset(
    {
        "amount",
        "cost",
        "discount",
        "gift_certificate",
        "handling",
        "price",
        "rate",
        "shipping",
        "store_credit",
        "tax_rate",
    }
)


def order_from_json(content: Fields, now: datetime) -> StoreOrder:
    """Return the order that JSON describes with the names of `StoreOrder`.

    Amounts are strings or numbers, instants are ISO 8601 with an offset; an order without
    ``placed_at`` is placed ``now``. Refunds are made afterwards, not stated here.

    Raises:
        ValueError: A name or a value is not that of an order.
    """
    values = _values(StoreOrder, content)
    values.setdefault("placed_at", now)
    values["lines"] = tuple(_line(line) for line in values.get("lines", ()))
    for name, kind in (("coupons", StoreCoupon), ("fees", StoreFee)):
        if name in values:
            values[name] = tuple(kind(**_values(kind, item)) for item in values[name])
    for name in ("billing", "delivery"):
        if values.get(name) is not None:
            values[name] = StoreAddress(**_values(StoreAddress, values[name]))
    return StoreOrder(**values)


def _line(content: Fields) -> StoreLine:
    values = _values(StoreLine, content)
    values["options"] = tuple((name, value) for name, value in values.get("options", ()))
    return StoreLine(**values)


def _values(kind: type, content: Fields) -> dict[str, Any]:
    unknown = content.keys() - {field.name for field in fields(kind)} | content.keys() & {"refunds"}
    if unknown:
        message = f"not of a {kind.__name__}: {', '.join(sorted(unknown))}"
        raise ValueError(message)
    return {name: _value(name, value) for name, value in content.items()}


def _value(name: str, value: Any) -> Any:  # noqa: ANN401 - JSON in, a field out
    if name in _INSTANTS and value is not None:
        return datetime.fromisoformat(value)
    if name in _AMOUNTS and value is not None:
        return Decimal(str(value))
    return value
