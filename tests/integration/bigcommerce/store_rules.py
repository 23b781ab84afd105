"""What happens to a store, to the network and to the platform: rules, drawn by hypothesis."""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from headwater.domain.readings import CLEARLY
from local.storefront import access
from local.storefront.model import StoreCoupon, StoreLine, StoreOrder
from local.storefront.quota import QuotaMeter
from local.storefront.server import Storefront
from tests.fakes import FakeClock
from tests.integration.bigcommerce.house import ACCOUNT, SOURCE, House

NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
SECONDS_PER_CALL = 0.5
AN_HOUR_MS = 3_600_000
INCOMPLETE, PAID, DONE = 0, 11, 10
# The fewest rows that are asked for at once; a store with a few more orders has several pages.
FEWEST = 10
LATE_PAYABLE = frozenset({INCOMPLETE, 1, 7})

MUG = StoreLine("Mug", Decimal(18), sku="MUG", product_id=72)
BEANS = StoreLine("Beans", Decimal("12.35"), 3, "BEANS", 71)
# What an order sells; a line outside of the parcels, and more lines than a page embeds, cost calls.
CARTS: dict[str, tuple[StoreLine, ...]] = {
    "a mug": (MUG,),
    "beans": (BEANS,),
    "a mug and beans": (MUG, BEANS),
    "a mug and a gift wrap of no parcel": (
        MUG,
        StoreLine("Gift wrap", Decimal("2.5"), in_consignment=False),
    ),
    "sixty cups": tuple(StoreLine(f"Cup {n}", Decimal(n), sku=f"CUP-{n}") for n in range(1, 61)),
}
KINDS: dict[str, dict[str, Any]] = {
    "paid": {},
    "shipping charged": {"shipping": Decimal("4.99")},
    "incomplete": {"status_id": INCOMPLETE},
    "pending": {"status_id": 1},
    "awaiting payment": {"status_id": 7, "payment_method": "Bank Deposit"},
    "with a coupon": {"coupons": (StoreCoupon("WELCOME", Decimal("0.50")),)},
    "in euros": {"currency": "EUR", "rate": Decimal("0.92")},
    "entered by hand": {"order_source": "manual"},
    "by an app": {"order_source": "external", "external_source": "recharge"},
}
PEOPLE = ("ann@shop.example", "Bob@shop.example", "cy@shop.example", "")

carts, kinds = st.sampled_from(sorted(CARTS)), st.sampled_from(sorted(KINDS))
people, customers = st.sampled_from(PEOPLE), st.sampled_from([0, 31, 32])
picks = st.integers(0, 50)
# Hours since an order was placed, as it claims: today, about a day's border, in another month.
ages = st.sampled_from([0, 1, 9, 14, 15, 33, 24 * 20, 24 * 21 + 5, 24 * 45])
FAULTS: tuple[tuple[str, str | int | None], ...] = (
    ("throttle", 4_000),
    ("throttle", AN_HOUR_MS),
    ("throttle-bare", None),
    ("unauthorized", None),
    ("forbid-scope", access.ORDERS),
    ("forbid-scope", access.TRANSACTIONS),
    ("forbid-scope", access.CUSTOMERS),
    ("error", 500),
    ("error", 503),
    ("error", 504),
    ("html", 200),
    ("html", 502),
    ("empty", 200),
    ("truncate", None),
    ("reset", None),
    ("lower-limit", FEWEST),
)


class StoreRules(RuleBasedStateMachine):
    """Each rule is something that happens to the store, to the network or to the platform."""

    # Counted over all runs, for who wants to know how much was tried.
    happened: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self._undo = ExitStack()
        self._folder = Path(self._undo.enter_context(tempfile.TemporaryDirectory()))
        self.clock = FakeClock(NOW)
        meter = QuotaMeter(self._take_time)
        shop = Storefront(self.file, clock=self.clock.now, meter=meter, quota=100_000)
        self.shop = self._undo.enter_context(shop)
        self.store = self.shop.store
        self.house = House(self.shop, self.clock)
        self.house.connect()
        self.ids: list[int] = []
        self.never_placed: set[int] = set()
        self.is_prompt = False

    def _take_time(self) -> float:
        """Let each call take a moment, during which nobody stands still."""
        self.clock.advance(timedelta(seconds=SECONDS_PER_CALL))
        return self.clock.now().timestamp()

    def teardown(self) -> None:
        """Close the store."""
        self._undo.close()

    @property
    def file(self) -> Path:
        """The store's own file."""
        return self._folder / "shop.sqlite"

    # --- the store opens ---

    @initialize(
        many=st.integers(FEWEST - 1, 2 * FEWEST + 1),
        page=st.sampled_from([FEWEST, 250]),
        bumps=st.booleans(),
        lists_archived=st.booleans(),
        is_followed=st.booleans(),
        is_prompt=st.booleans(),
    )
    def open_store(
        self,
        many: int,
        page: int,
        bumps: bool,
        lists_archived: bool,
        is_followed: bool,
        is_prompt: bool,
    ) -> None:
        """Open it; ``is_followed``: its history is in, and it tells of changes from now on.

        ``is_prompt``: what it tells is recorded at once.
        """
        self.is_prompt = is_prompt
        self.store.configure(
            max_limit=page,
            refund_bumps_modified=bumps,
            archived_in_default_listing=lists_archived,
        )
        names = sorted(KINDS)
        history = [
            StoreOrder(NOW - timedelta(hours=7 * n), (MUG,), **KINDS[names[n % len(names)]])
            for n in range(many)
        ]
        self._note(self.store.load(history), history)
        if is_followed:
            self.follow()

    def follow(self) -> None:
        """Bring what there is, and have what comes told."""

    def _note(self, ids: list[int], taken: list[StoreOrder]) -> None:
        self.ids += ids
        self.never_placed |= {
            i for i, order in zip(ids, taken, strict=True) if order.status_id == INCOMPLETE
        }

    @invariant()
    def count(self) -> None:
        self.happened["operations"] += 1

    @invariant()
    def take_time_while_stamps_are_ahead(self) -> None:
        """Change no order within two minutes of its reading while the clock stands behind stamps.

        Such a change is found by the next pull, not by this one.
        """
        with self.store.database.read() as connection:
            [(last,)] = connection.execute("SELECT max(modified_at) FROM orders")
        if last and datetime.fromtimestamp(last, UTC) > self.store.now():
            self.clock.advance(CLEARLY + timedelta(seconds=1))

    def _pick(self, number: int) -> int:
        return self.ids[number % len(self.ids)]

    # --- shoppers and the merchant ---

    @rule(kind=kinds, cart=carts, email=people, customer=customers, hours=ages)
    def order(self, kind: str, cart: str, email: str, customer: int, hours: int) -> None:
        """Take an order; one that claims to be older was entered by hand or by an app."""
        order = StoreOrder(
            self.store.now() - timedelta(hours=hours),
            CARTS[cart],
            email=email,
            customer_id=customer if email else 0,
            **KINDS[kind],
        )
        self._note([self.store.create(order)], [order])

    @rule(number=picks, cart=carts)
    def edit(self, number: int, cart: str) -> None:
        self.store.edit(self._pick(number), lines=CARTS[cart], discount=Decimal(0), coupons=())

    @rule(number=picks, status=st.integers(0, 14))
    def set_status(self, number: int, status: int) -> None:
        order_id = self._pick(number)
        self.never_placed.discard(order_id)
        self.store.set_status(order_id, status)

    @rule(number=picks, several=st.integers(2, 2 * FEWEST), status=st.sampled_from([2, DONE, 5]))
    def set_many_statuses(self, number: int, several: int, status: int) -> None:
        for order_id in self.ids[number % len(self.ids) :][:several]:
            self.never_placed.discard(order_id)
            self.store.set_status(order_id, status)

    @rule(number=picks)
    def pay_late(self, number: int) -> None:
        order_id = self._pick(number)
        if self.store.order(order_id).status_id in LATE_PAYABLE:
            self.never_placed.discard(order_id)
            self.store.set_status(order_id, PAID)

    @rule(number=picks, percent=st.sampled_from([10, 50, 100]), declined=st.booleans())
    def refund(self, number: int, percent: int, declined: bool) -> None:
        order_id = self._pick(number)
        self.never_placed.discard(order_id)
        left = self._left_of(order_id)
        amount = left if percent == 100 else (left * percent / 100).quantize(Decimal("0.01"))
        if amount > 0:
            self.store.refund(order_id, amount, declined=declined)

    def _left_of(self, order_id: int) -> Decimal:
        with self.store.database.read() as connection:
            [(units,)] = connection.execute(
                "SELECT total_inc - (SELECT total(amount) FROM refund_payments JOIN refunds"
                " ON refunds.id = refund_id WHERE order_id = orders.id AND NOT is_declined)"
                " FROM orders WHERE id = ?",
                (order_id,),
            )
        return Decimal(int(units)) / 10_000

    @rule(number=picks, hours=ages)
    def back_date(self, number: int, hours: int) -> None:
        self.store.back_date(self._pick(number), self.store.now() - timedelta(hours=hours))

    @rule(number=picks)
    def archive(self, number: int) -> None:
        order_id = self._pick(number)
        self.store.archive(order_id, archived=not self.store.order(order_id).is_deleted)

    @rule(number=picks, email=people, customer=customers)
    def move_to_another_buyer(self, number: int, email: str, customer: int) -> None:
        self.store.move(self._pick(number), customer_id=customer if email else 0, email=email)

    @precondition(lambda self: self.never_placed and len(self.ids) > 1)
    @rule(number=picks)
    def start_a_checkout_anew(self, number: int) -> None:
        doomed = sorted(self.never_placed)[number % len(self.never_placed)]
        self.never_placed.discard(doomed)
        self.ids.remove(doomed)
        self.store.touch(doomed)  # of which a webhook tells when the order is gone already
        self.store.hard_delete(doomed)

    # --- time, the network, the platform ---

    @rule(minutes=st.sampled_from([1, 30, 180, 60 * 24]))
    def wait(self, minutes: int) -> None:
        self.clock.advance(timedelta(minutes=minutes))

    @rule(minutes=st.sampled_from([-60, 0, 60]))
    def set_the_stores_clock(self, minutes: int) -> None:
        """Set it, perhaps back behind what it has stamped."""
        self.store.configure(clock_offset_seconds=minutes * 60)

    @rule(
        fault=st.sampled_from(FAULTS),
        path=st.sampled_from([None, "orders$", "refunds", "count"]),
        times=st.sampled_from([1, 2, 6, None]),
    )
    def fail(
        self, fault: tuple[str, str | int | None], path: str | None, times: int | None
    ) -> None:
        self.store.fail(*fault, path=path, times=times)

    @rule(times=st.sampled_from([1, 3]))
    def touch_orders_while_they_are_paged(self, times: int) -> None:
        self.store.fail("edit-between-pages", times=times)

    @rule(quota=st.sampled_from([12, 40, 100_000]), neighbor=st.sampled_from([0.0, 1.0]))
    def share_the_quota(self, quota: int, neighbor: float) -> None:
        self.store.configure(quota=quota, neighbor_per_second=neighbor)

    @rule(page=st.sampled_from([FEWEST, FEWEST + 3, 250]))
    def give_other_pages(self, page: int) -> None:
        self.store.configure(max_limit=page)

    @rule()
    def rotate_the_token(self) -> None:
        old = self.house.secrets.get(self.house.source.secret_arn)
        self.house.secrets.put(ACCOUNT, SOURCE, self.store.issue_token())
        self.store.revoke_token(old)
        self.house.look_at_webhooks_soon()

    @rule()
    def heal(self) -> None:
        self.store.recover()
