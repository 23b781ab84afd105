"""From stored items to fact rows, in the column order of ``domain.facts``.

Rows carry no email, name or address; instants are naive UTC, as the tables keep them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import astuple
from datetime import UTC
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from headwater.domain.money import to_minor
from headwater.domain.orders import conversion_rate, revenue_of
from headwater.domain.subscription_evidence import identifier, option_pairs, order_notes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date, datetime

    from headwater.domain.ad_clicks import AdClick
    from headwater.domain.costs import CostRow
    from headwater.domain.journeys import Edge, Identification, OptIn, OrderClaim, Touchpoint
    from headwater.domain.orders import Order, OrderLine
    from headwater.domain.products import Product
    from headwater.domain.settings import AccountSettings

type Row = tuple[object, ...]

# The line that holds what no product line holds: shipping, fees, order-level discounts.
REST_LINE_ID = 0


def naive(instant: datetime) -> datetime:
    """Return an instant as the tables keep it: UTC, without saying so."""
    return instant.astimezone(UTC).replace(tzinfo=None)


def order_row(order: Order, settings: AccountSettings) -> Row:
    """Return an order's row of table ``orders``."""
    revenue = revenue_of(order, settings.currency)
    return (
        order.source,
        order.order_id,
        naive(order.placed_at),
        order.status_id,
        order.is_archived,
        order.currency,
        to_minor(order.total, order.currency),
        revenue.gross,
        revenue.refund,
        revenue.refund_assumed,
        order.email_node,
        order.customer_node,
        order.order_source,
        order.channel_id,
        order.external_source,
        order.is_test,
        identifier(order.external_id),
        identifier(order.external_order_id),
        order_notes(order, settings.rules),
        not order.customer_node,
        order.country,
        order.payment_method,
        list(order.coupon_codes),
    )


def line_rows(order: Order, settings: AccountSettings) -> Iterator[Row]:
    """Yield an order's rows of table ``lines``; they sum to its gross and to its refunds."""
    revenue = revenue_of(order, settings.currency)
    rate = conversion_rate(order, settings.currency)
    gross_left, refund_left = revenue.gross, revenue.refund
    for line in order.lines:
        gross = refund = None
        if rate is not None and gross_left is not None and refund_left is not None:
            gross = to_minor(line.total / rate, settings.currency)
            returned = line.total if revenue.refund_assumed else _refunded_for(order, line)
            refund = to_minor(returned / rate, settings.currency)
            gross_left, refund_left = gross_left - gross, refund_left - refund
        options = option_pairs(line, settings.rules)
        yield (
            *_line_name(order, line.line_id),
            line.product_id,
            line.sku,
            line.name,
            line.quantity,
            gross,
            refund,
            [name for name, _ in options],
            [value for _, value in options],
            line.variant_id,
            _unit_cost(line, rate, settings.currency),
            list(line.discount_codes),
        )
    rest: Row = (0, "", "", 0, gross_left, refund_left, [], [], 0, None, [])
    yield (*_line_name(order, REST_LINE_ID), *rest)


def touchpoint_row(touch: Touchpoint) -> Row:
    """Return a touchpoint's row of table ``touchpoints``."""
    return (
        touch.touch_id,
        naive(touch.at),
        touch.visitor,
        touch.node,
        *astuple(touch.campaign),
        touch.referrer,
        touch.landing_page,
        touch.device,
        touch.is_bot,
        touch.is_imported,
    )


def link_row(link: Identification) -> Row:
    """Return an identification's row of table ``links``."""
    return link.event_id, naive(link.at), link.visitor, link.session, link.node, link.kind


def opt_in_row(opt_in: OptIn) -> Row:
    """Return an opt-in's row of table ``optins``."""
    return opt_in.opt_in_id, naive(opt_in.at), opt_in.node, opt_in.source, opt_in.kind


def claim_row(claim: OrderClaim) -> Row:
    """Return an order claim's row of table ``claims``."""
    return (
        claim.event_id,
        claim.source,
        claim.order_id,
        claim.visitor,
        claim.session,
        naive(claim.at),
        naive(claim.received_at),
        claim.node,
    )


def edge_row(edge: Edge) -> Row:
    """Return an edge's row of table ``edges``."""
    return edge.node, edge.other, naive(edge.at), edge.kind


def product_row(product: Product, first_seen_at: datetime, settings: AccountSettings) -> Row:
    """Return a product's row of table ``products``."""
    return (
        product.source,
        product.product_id,
        naive(first_seen_at),
        product.name,
        product.sku,
        None if product.cost is None else to_minor(product.cost, settings.currency),
        list(product.categories),
        product.is_deleted,
    )


def cost_row(cost: CostRow, settings: AccountSettings) -> Row:
    """Return a cost row's row of table ``costs``; null amounts where it has no rate."""
    is_converted = cost.currency == settings.currency
    return (
        cost.day,
        cost.platform,
        cost.ad_account,
        cost.currency,
        to_minor(cost.cost, settings.currency) if is_converted else None,
        cost.clicks,
        cost.impressions,
        cost.conversions,
        to_minor(cost.value, settings.currency) if is_converted else None,
        # A platform without ids of its own is told apart by names.
        cost.campaign_id or cost.campaign or cost.utm_campaign,
        cost.campaign,
        cost.adset_id,
        cost.adset,
        cost.ad_id,
        cost.ad,
        cost.utm_source,
        cost.utm_medium,
        cost.utm_campaign,
        cost.utm_content,
        cost.utm_term,
    )


def ad_click_row(click: AdClick) -> Row:
    """Return a click's row of table ``ad_clicks``."""
    ids = (click.campaign_id, click.adset_id, click.ad_id)
    return (click.day, click.platform, click.click_id, *ids)


def page_view_rows(day: date, page_views: Iterable[Mapping[str, Any]]) -> Iterator[Row]:
    """Yield a day's rows of table ``page_views``, one for each type of page.

    A page view that stands there twice, for its message was delivered twice, counts once.
    """
    seen: dict[tuple[str, str], Mapping[str, Any]] = {
        (view["visitor"], view["event_id"]): view for view in page_views
    }
    hits: Counter[str] = Counter()
    bot_hits: Counter[str] = Counter()
    visitors: dict[str, set[str]] = {}
    for view in seen.values():
        kind = view["page_type"]
        (bot_hits if view["is_bot"] else hits)[kind] += 1
        visitors.setdefault(kind, set())
        if not view["is_bot"]:
            visitors[kind].add(view["visitor"])
    for kind in sorted(visitors):
        yield day, kind, hits[kind], len(visitors[kind]), bot_hits[kind]


def _line_name(order: Order, line_id: int) -> Row:
    return order.source, order.order_id, naive(order.placed_at), line_id


def _unit_cost(line: OrderLine, rate: Decimal | None, currency: str) -> int | None:
    if line.unit_cost is None or rate is None:
        return None
    return to_minor(line.unit_cost / rate, currency)


def _refunded_for(order: Order, line: OrderLine) -> Decimal:
    """Return what an order's refunds gave back for one line; by quantity where no amount stands."""
    returned = Decimal(0)
    for refund in order.refunds:
        for item in refund.items:
            if item.item_type == "PRODUCT" and item.item_id == line.line_id:
                share = line.total * item.quantity / max(line.quantity, 1)
                returned += share if item.amount is None else item.amount
    return returned
