from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from headwater.domain.erasure import Erased, touches_of, without_person
from headwater.domain.journeys import Identification, Touchpoint
from headwater.domain.nodes import email_node
from headwater.domain.orders import Order, OrderLine

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANN, BOB = email_node("ann@example.com"), email_node("bob@example.com")
LINE = OrderLine(1, 7, "MUG", "Mug", 1, Decimal(9), options=(("Engraving", "For Ann"),))
ORDER = Order(
    source="store",
    order_id="101",
    placed_at=NOON,
    modified_at=NOON,
    status_id=2,
    is_archived=False,
    currency="USD",
    total=Decimal("49.90"),
    customer_id=7,
    email="ann@example.com",
    staff_notes="Ann called",
    customer_message="Leave it at the door",
    lines=(LINE,),
    cart_id="c1",
    country="US",
)


def test_an_order_of_an_erased_person_keeps_what_was_sold() -> None:
    blank = Erased({ANN: NOON}).blank(ORDER)
    assert (blank.email_node, blank.customer_node) == ("", "")
    assert blank.staff_notes + blank.customer_message + blank.cart_id == ""
    assert blank.lines[0].options == ()
    assert (blank.total, blank.lines[0].total, blank.country) == (ORDER.total, LINE.total, "US")
    changed = {f.name for f in fields(Order) if getattr(blank, f.name) != getattr(ORDER, f.name)}
    assert changed == {
        "customer_id",
        "email",
        "staff_notes",
        "customer_message",
        "lines",
        "cart_id",
    }
    assert without_person(blank) == blank


def test_who_buys_again_after_his_erasure_is_known_by_that_order_alone() -> None:
    erased = Erased({ANN: NOON - HOUR})
    assert erased.blank(ORDER) is ORDER
    assert erased.covers(ANN, NOON - HOUR)
    assert not erased.covers(ANN, NOON)
    assert erased.covers(ANN)
    assert not erased.covers(BOB)
    assert not Erased().covers("")


def test_an_order_without_email_is_blanked_by_its_customer() -> None:
    guest = Erased({ORDER.customer_node: NOON}).blank(ORDER)
    assert (guest.email, guest.customer_id) == ("", 0)


def test_visits_of_a_shared_tablet_go_with_whom_a_run_would_give_them_to() -> None:
    def touch(name: str, hours: int) -> Touchpoint:
        return Touchpoint(name, NOON + hours * HOUR, "tablet")

    def shown(name: str, hours: int, node: str, session: str = "") -> Identification:
        return Identification(name, NOON + hours * HOUR, "tablet", session, node, "form")

    touches = [touch("before", 0), touch("anns", 2), touch("bobs", 4), touch("both", 5)]
    identifications = [
        shown("i3", 6, BOB, "both"),
        shown("i1", 1, ANN),
        shown("i2", 3, BOB),
        shown("i4", 6, ANN, "both"),
    ]
    assert [t.touch_id for t in touches_of({ANN}, touches, identifications)] == [
        "before",
        "anns",
        "both",
    ]
    assert [t.touch_id for t in touches_of({BOB}, touches, identifications)] == ["bobs"]
    assert touches_of({ANN}, touches, []) == []
