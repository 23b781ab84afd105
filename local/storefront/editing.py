"""What editing an order does to the rest of it."""

from dataclasses import replace
from decimal import ROUND_UP, Decimal

from local.storefront.amounts import decimal_places, from_units
from local.storefront.model import ZERO, StoreLine, StoreOrder
from local.storefront.pricing import SHIPPING_COUPONS, price_order


def with_lines(order: StoreOrder, lines: tuple[StoreLine, ...], currency: str) -> StoreOrder:
    """Return the order with other lines.

    A line that is new, or whose price or quantity differs, loses its discounts and takes no part in
    any; so the order's discount and coupons shrink by what the old form of it carried.
    """
    before = {line.id: line for line in order.lines}
    kept = {line.id for line in lines if _is_unchanged(line, before.get(line.id))}
    dropped_codes: dict[str, int] = {}
    dropped_manual = 0
    for line, priced in zip(order.lines, price_order(order, currency).lines, strict=True):
        for applied in priced.applied if line.id not in kept else ():
            if applied.code is None:
                dropped_manual += applied.amount
            else:
                dropped_codes[applied.code] = dropped_codes.get(applied.code, 0) + applied.amount
    coupons = tuple(
        coupon
        if coupon.kind in SHIPPING_COUPONS
        else replace(coupon, amount=coupon.amount - from_units(dropped_codes.pop(coupon.code, 0)))
        for coupon in order.coupons
    )
    return replace(
        order,
        lines=tuple(
            line if line.id in kept else replace(line, discountable=False) for line in lines
        ),
        discount=order.discount - from_units(dropped_manual),
        coupons=coupons,
    )


def with_total(order: StoreOrder, total: Decimal, currency: str) -> StoreOrder:
    """Return the order with another total: less is a manual discount, more is handling.

    Raises:
        ValueError: The lines are worth less than the discount that it would take.
    """
    difference = total - _total(order, currency)
    if difference > ZERO and not order.prices_include_tax:
        cent = Decimal(1).scaleb(-decimal_places(currency))
        entered = (difference / (1 + order.tax_rate)).quantize(cent, ROUND_UP)
        order = replace(order, handling=order.handling + entered)
    elif difference > ZERO:
        order = replace(order, handling=order.handling + difference)
    # Rounded up, taxed handling may overshoot by a cent or two; no handling at all leaves it all.
    excess = _total(order, currency) - total
    changed = replace(order, discount=order.discount + excess)
    price_order(changed, currency)
    return changed


def _total(order: StoreOrder, currency: str) -> Decimal:
    return from_units(price_order(order, currency).total_inc)


def _is_unchanged(line: StoreLine, before: StoreLine | None) -> bool:
    if before is None:
        return False
    return (line.price, line.quantity) == (before.price, before.quantity)
