"""Random accounts: clicks, opt-ins and orders of every kind, of a handful of people."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import strategies as st

from headwater.domain.orders import OrderLine, Refund, RefundItem
from headwater.domain.products import Product
from headwater.domain.subscription_rules import SubscriptionRule
from tests.workshop import ACCOUNT, STORE, Workshop

if TYPE_CHECKING:
    from collections.abc import Sequence

RULE = SubscriptionRule("billing", id_from="staff_notes", id_pattern=r"sub_\d+")
# Beside the store's own: what is no revenue that clicks can earn, and a subscription.
KINDS: list[dict[str, Any]] = [
    {},
    {"status_id": 4},
    {"order_source": "amazon"},
    {"external_source": "M-MIG"},
    {"currency": "EUR"},
    {"staff_notes": "sub_1"},
]


class Sale(NamedTuple):
    """An order of the person, cents, and with so many lines."""

    at: datetime
    person: str
    kind: dict[str, Any]
    total: int
    returned: int
    products: int


class Click(NamedTuple):
    """A click of the person, of no campaign where the source is empty."""

    at: datetime
    person: str
    source: str
    is_paid: bool


class Events(NamedTuple):
    """What happens in a shop."""

    clicks: Sequence[Click]
    sales: Sequence[Sale]
    opt_ins: Sequence[tuple[datetime, str]]


_moments = st.integers(0, 200).map(
    lambda step: datetime(2026, 9, 1, tzinfo=UTC) + timedelta(hours=7 * step)
)
_people = st.sampled_from("abcdef")
_cents = st.integers(0, 30_001)
_clicks = st.builds(
    Click, _moments, _people, st.sampled_from(["google", "klaviyo", ""]), st.booleans()
)
_sales = st.builds(
    Sale, _moments, _people, st.sampled_from(KINDS), _cents, _cents, st.integers(0, 2)
)


def events(least: int, most: int) -> st.SearchStrategy[Events]:
    """Return what makes so many clicks, and so many orders."""
    return st.builds(
        Events,
        st.lists(_clicks, min_size=least, max_size=most),
        st.lists(_sales, min_size=least, max_size=most),
        st.lists(st.tuples(_moments, _people), max_size=6),
    )


def open_shop() -> Workshop:
    """Return a shop with products and a rule for subscriptions, in which tracking has begun."""
    shop = Workshop()
    ruled = replace(shop.settings, subscription_rules=(RULE,))
    shop.accounts.save_settings(ACCOUNT, ruled, shop.clock.now())
    shop.visit("2026-09-08 10:00", "v0", source="x", medium="cpc", campaign="starts tracking")
    goods = [Product(STORE, 1, "Clog", categories=("Shoes", "Sale")), Product(STORE, 2, "Mug")]
    shop.products.save(ACCOUNT, goods, shop.clock.now())
    return shop


def happen(shop: Workshop, what: Events) -> None:
    """Let it happen; orders are numbered, so that those of a second time change the first ones."""
    for click in what.clicks:
        medium = "cpc" if click.is_paid else "email"
        marks = {"source": click.source, "medium": medium, "campaign": click.source}
        shop.click(_spelled(click.at), _email(click.person), **(marks if click.source else {}))
    for moment, person in what.opt_ins:
        shop.opt_in(_spelled(moment), _email(person))
    for number, sale in enumerate(what.sales, 1):
        _sell(shop, number, sale)


def _sell(shop: Workshop, number: int, sale: Sale) -> None:
    back = _amount(min(sale.total, sale.returned))
    refund = Refund(number, sale.at, back, (RefundItem("ORDER", number, 1, back),))
    shop.order(
        number,
        _spelled(sale.at),
        str(_amount(sale.total)),
        email=_email(sale.person),
        lines=tuple(
            OrderLine(n, n, "", "Thing", 1, _amount(sale.total // 3))
            for n in range(1, sale.products + 1)
        ),
        refunds=(refund,) if sale.returned % 3 == 0 else (),
        coupon_codes=("A", "B")[: sale.products],
        **sale.kind,
    )


def _spelled(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M")


def _email(person: str) -> str:
    return f"{person}@example.com"


def _amount(minor: int) -> Decimal:
    return Decimal(minor) / 100
