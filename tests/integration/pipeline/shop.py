"""What happens in a small shop on two days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from headwater.domain.costs import CostRow
from headwater.domain.journeys import Campaign, Identification, OptIn, OrderClaim, Touchpoint
from headwater.domain.nodes import email_node
from local.storefront.model import StoreLine, StoreOrder

if TYPE_CHECKING:
    from tests.integration.pipeline.office import Office
    from tests.integration.pipeline.setting import Setting

YESTERDAY = datetime(2026, 12, 4, 14, 0, tzinfo=UTC)
# Its 89th day before is the first with an order: so all time and the last 90 days are one report.
TODAY = YESTERDAY + timedelta(days=1)
# The lease of a run that has died by now has expired, and what it marked has settled.
NEXT_RUN = TODAY + timedelta(minutes=21)

ANN, BOB = "ann@shop.example", "bob@shop.example"
MUG = StoreLine("Mug", Decimal(18), sku="MUG")


def at(text: str) -> datetime:
    """Read an instant in UTC: ``2026-11-20 15:30``."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def an_order(placed_at: str, **fields: Any) -> StoreOrder:  # noqa: ANN401 - any field
    """Return an order of one mug by Ann."""
    values = {"lines": (MUG,), "email": ANN, **fields}
    return StoreOrder(placed_at=at(placed_at), **values)


def a_click(touch_id: str, clicked_at: str, email: str, **marks: str) -> Touchpoint:
    """Return an imported click of a person."""
    return Touchpoint(
        touch_id,
        at(clicked_at),
        node=email_node(email),
        campaign=Campaign(**marks),
        is_imported=True,
    )


def open_shop(setting: Setting) -> Office:
    """Take yesterday's orders and what led to them, and do yesterday's run."""
    setting.clock.instant = YESTERDAY - timedelta(hours=1)
    setting.shop.store.configure(refund_bumps_modified=False)
    setting.shop.store.load(
        [
            an_order("2026-09-07 12:00", id=101, email=BOB),
            an_order("2026-09-07 13:00", id=102),
            an_order("2026-12-04 10:00", id=103),
            an_order("2026-12-03 11:00", id=104, email=BOB),
            an_order("2026-12-02 12:00", id=105),
        ]
    )
    office = setting.open_account()
    account, now = office.account, setting.clock.now()
    ann = email_node(ANN)
    brand = a_click("t1", "2026-12-04 09:00", ANN, source="google", medium="cpc", campaign="brand")
    visit = Touchpoint("s1", at("2026-12-04 09:30"), "v1", campaign=Campaign(source="news"))
    office.journeys.add_touchpoints(account, [brand, visit], now)
    office.journeys.add_identifications(
        account, [Identification("e1", at("2026-12-04 09:31"), "v1", "s1", ann, "form")], now
    )
    opt_in = OptIn("o1", at("2026-12-04 09:10"), ann, "site", "form")
    office.journeys.add_opt_ins(account, [opt_in], now)
    claimed_at = at("2026-12-04 10:01")
    claim = OrderClaim("e2", "bigcommerce", "103", "v1", "s1", claimed_at, claimed_at, ann)
    office.journeys.add_claims(account, [claim], now)
    spend(office, "load-1", "2026-12-04", "10.00")
    setting.clock.instant = YESTERDAY
    office.do_run()
    # As the run half an hour later would: nobody writes to these days any more.
    for mark in office.marks.raised(account):
        office.marks.clear(account, mark)
    return office


def spend(office: Office, load: str, day: str, cost: str) -> None:
    """Store what a platform charged for a day, in place of what it said before."""
    row = CostRow(
        at(day).date(),
        "google",
        "1",
        "USD",
        Decimal(cost),
        utm_source="google",
        utm_medium="cpc",
        utm_campaign="brand",
    )
    office.costs.add(office.account, load, [row])
    office.costs.complete(office.account, row.platform, row.ad_account, load, [row.day])


def let_a_day_pass(setting: Setting, office: Office) -> None:
    """Change the shop in every way that a pull must notice, and store what led to it.

    One order is refunded (which does not mark it as changed), one edited, one archived, one moved
    from a closed month to an open one, and one is new. What comes by different calls to the shop
    lies on different days, so that no change marks the day of another one.
    """
    setting.clock.instant = TODAY - timedelta(hours=1)
    store = setting.shop.store
    store.refund(105, Decimal(5))
    store.back_date(102, at("2026-12-04 13:00"))
    store.edit(103, lines=(MUG, StoreLine("Coffee", Decimal(12))))
    store.archive(104)
    store.create(an_order("2026-12-04 15:00", id=106, email=BOB))
    click = a_click("t2", "2026-12-04 14:30", BOB, source="facebook", medium="paid", campaign="new")
    office.journeys.add_touchpoints(office.account, [click], setting.clock.now())
    spend(office, "load-2", "2026-12-04", "12.50")
