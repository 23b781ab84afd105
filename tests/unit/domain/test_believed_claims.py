"""A claim is believed here exactly if the runs believe it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.believed_claims import believed_claim
from headwater.domain.fact_rows import claim_row, order_row
from headwater.domain.facts import COLUMNS
from headwater.domain.journeys import OrderClaim
from headwater.domain.nodes import email_node
from headwater.domain.orders import Order
from headwater.domain.settings import AccountSettings
from headwater.usecases.journey_tables import _BELIEVED_CLAIMS
from headwater.usecases.row_tables import fill_table
from tests.workshop import STORE, at

PLACED = at("2026-11-20 15:00")
ANN, BOB = email_node("ann@example.com"), email_node("bob@example.com")
SECONDS = [-301, -300, -299, -1, 0, 1, 3599, 3600, 3601]
CLAIMS = st.lists(
    st.tuples(st.sampled_from(SECONDS), st.sampled_from(["", ANN, BOB]), st.sampled_from("xyz")),
    max_size=4,
)


def an_order(email: str) -> Order:
    return Order(STORE, "7", PLACED, PLACED, 10, False, "USD", Decimal(1), email=email)


def in_a_run(order: Order, claims: list[OrderClaim]) -> tuple[Any, ...] | None:
    with duckdb.connect() as db:
        fill_table(db, "orders", COLUMNS["orders"], [order_row(order, AccountSettings())])
        fill_table(db, "claims", COLUMNS["claims"], [claim_row(claim) for claim in claims])
        db.execute("CREATE TABLE account_orders AS SELECT *, 'c' AS contact FROM orders")
        db.execute(_BELIEVED_CLAIMS)
        found: tuple[Any, ...] | None = db.execute(
            "SELECT visitor, event_id FROM believed_claims"
        ).fetchone()
        return found


@given(CLAIMS, st.sampled_from(["", "ann@example.com"]))
def test_the_believed_claim_is_that_of_the_runs(
    drawn: list[tuple[int, str, str]], email: str
) -> None:
    order = an_order(email)
    claims = []
    for number, (seconds, node, visitor) in enumerate(drawn):
        received = PLACED + timedelta(seconds=seconds)
        claims.append(OrderClaim(f"e{number}", STORE, "7", visitor, "s", received, received, node))
    believed = believed_claim(order, claims)
    assert (believed and (believed.visitor, believed.event_id)) == in_a_run(order, claims)
