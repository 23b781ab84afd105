"""An account in which all that tracking sees, and all that hinders it, occurs."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from headwater.domain.hits import PageView
from headwater.domain.journeys import Touchpoint
from headwater.domain.orders import Refund, RefundItem
from headwater.domain.settings import AccountSettings
from headwater.usecases.ports import ChannelScript, Source, TrackingScript
from tests.random_shop import RULE
from tests.workshop import ACCOUNT, STORE, Workshop, at, span

# Thirty days up to the workshop's yesterday; some of what happens is a week old.
RANGE = span("2026-10-22", "2026-11-20")
_GOOGLE = {"source": "google", "medium": "cpc"}


@cache
def open_seen_shop() -> Workshop:
    """Return the account, one for all tests of a process, which only read it."""
    shop = Workshop(AccountSettings(duplicate_owners=(STORE, "retail"), subscription_rules=(RULE,)))
    shop.visit("2026-07-01 10:00", "v0", **_GOOGLE)
    _sell_credited(shop)
    _sell_unattributed(shop)
    _sell_elsewhere(shop)
    _advertise(shop)
    _visit(shop)
    _look(shop)
    gone = ChannelScript(7, "Harbor", "deleted")
    script = TrackingScript(is_on=True, channels=(gone,))
    shop.accounts.save_source(ACCOUNT, Source(STORE, "bigcommerce", "abc123", "arn", script=script))
    shop.run(reported=False)
    return shop


def _sell_credited(shop: Workshop) -> None:
    """Sell to whom a click brought, in part or wholly by direct visits, one of them twice."""
    shop.click("2026-10-30 09:00", "ad@example.com", **_GOOGLE, content="31")
    shop.click("2026-11-02 09:00", "ad@example.com", source="klaviyo", medium="email")
    back = Decimal("9.99")
    refund = Refund(1, at("2026-11-04"), back, (RefundItem("ORDER", 1, 1, back),))
    shop.order(1, "2026-11-03 15:00", "60.01", email="ad@example.com", refunds=(refund,))
    for number, day in ((2, "2026-11-04"), (3, "2026-11-18")):
        shop.order(number, f"{day} 15:00", "30.00", email="ad@example.com", staff_notes="sub_1")
    shop.visit("2026-11-19 14:30", "v2")
    shop.identify("2026-11-19 14:35", "v2", "direct@example.com")
    shop.order(4, "2026-11-19 15:00", "20.00", email="direct@example.com")
    for visitor in ("v3", "v4"):
        shop.visit("2026-11-19 14:50", visitor, **_GOOGLE)
        shop.claim(5, visitor, f"2026-11-19 15:0{visitor[1]}")
    shop.order(5, "2026-11-19 15:00", "41.00", email="claimed@example.com")


def _sell_unattributed(shop: Workshop) -> None:
    """Sell without a click that counts, each time for another reason."""
    shop.click("2026-08-01 09:00", "old@example.com", **_GOOGLE)
    shop.opt_in("2026-08-02 09:00", "old@example.com")
    shop.click("2026-11-20 18:00", "late@example.com", **_GOOGLE)
    for number, email in enumerate(("old@example.com", "late@example.com", "no@example.com", "")):
        shop.order(10 + number, "2026-11-19 15:00", f"{10 + number}.10", email=email)
    shop.order(14, "2026-11-01 15:00", "14.10", email="")


def _sell_elsewhere(shop: Workshop) -> None:
    """Sell what no click can earn."""
    shop.order(20, "2026-11-18 15:00", "5.00", email="a@example.com", order_source="amazon")
    shop.order(21, "2026-11-18 15:00", "6.00", email="b@example.com", external_source="M-MIG")
    shop.order(22, "2026-11-18 15:00", "7.00", email="c@example.com", currency="EUR")
    shop.order(23, "2026-11-18 15:00", "8.00", email="d@example.com", is_test=True)
    for source, minute in (("retail", "00"), (STORE, "05")):
        when = f"2026-11-18 10:{minute}"
        shop.order(24, when, "55.55", email="twice@example.com", source=source)


def _advertise(shop: Workshop) -> None:
    """Pay for an ad whose click is known, for one whose clicks are not, and in another currency."""
    ids = {"campaign_id": "11", "adset_id": "21"}
    shop.spend("2026-10-30", "30.00", ad_account="1", **ids, ad_id="31", clicks=9)
    shop.spend("2026-10-31", "12.34", ad_account="1", **ids, ad_id="31", clicks=2)
    shop.spend("2026-11-19", "60.00", ad_account="3", campaign_id="12", ad_id="33", clicks=7)
    shop.spend("2026-11-19", "5.00", platform="facebook", campaign_id="9", clicks=3, currency="EUR")


def _visit(shop: Workshop) -> None:
    """Come by paid clicks that name no campaign, and as a bot."""
    for number, (page, kind) in enumerate(
        (("/mugs/", "gclid"), ("/mugs/", "gclid"), ("/", "msclkid"), ("/cart.php", ""))
    ):
        marks = {"click_id": f"c{number}", "click_id_kind": kind} if kind else {}
        shop.visit(f"2026-11-1{number} 10:00", f"u{number}", landing_page=page, **marks)
    bots = [
        Touchpoint(f"b{day}", at(f"2026-11-{day} 12:00"), "bot", is_bot=True)
        for day in ("02", "19")
    ]
    shop.journeys.add_touchpoints(ACCOUNT, bots, shop.clock.now())


def _look(shop: Workshop) -> None:
    """Look at pages of two types on two days."""
    for day in ("2026-11-01", "2026-11-19"):
        moment = at(f"{day} 12:00")
        views = [
            PageView(f"{day}{n}", moment, f"v{n}", f"s{n}", kind, "/", is_bot=n == 0)
            for n, kind in enumerate(("home", "home", "product", "home"))
        ]
        shop.marks.raise_marks(ACCOUNT, "page_views", [moment.date()], shop.clock.now())
        shop.lake.keep_page_views(ACCOUNT, moment.date(), views)
