"""Every figure of the leads report is followed to its rows, which make it to the cent."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import pytest

from headwater.usecases.ports import Source
from headwater.usecases.reports.leads import LEADS, LeadsQuery, LeadsRequest
from tests.following import Reader, check, open_busy_shop
from tests.workshop import ACCOUNT, STORE, Workshop, span

RANGE = span("2026-09-08", "2026-10-31")


@pytest.fixture(scope="module")
def shop() -> Workshop:
    """Return an account of all kinds of orders."""
    return open_busy_shop()


def leads(by: str, model: str = "new_lead", revenue: str = "net") -> LeadsRequest:
    return LeadsRequest(LeadsQuery(RANGE, tuple(by.split(","))), model, revenue)


@pytest.mark.parametrize(
    ("request_", "rows_of_cost"),
    [
        (leads("campaign"), True),
        (leads("source,device", "first_click", "gross"), False),
        (leads("opt_in_source,opt_in_kind,opt_in_name"), False),
    ],
    ids=lambda value: value.query.label if isinstance(value, LeadsRequest) else "",
)
def test_every_figure_of_a_leads_report_is_made_of_its_rows(
    shop: Workshop, request_: LeadsRequest, rows_of_cost: bool
) -> None:
    reader = Reader(shop, LEADS, request_)
    found = Counter(map(check, reader.follow_all()))
    # The totals and each row: four figures of orders, two of leads, customers and percentiles.
    answers = 1 + len(reader.answer["rows"])
    percentiles = _told(reader, "days_to_purchase", "median") * 3
    assert found.pop("untold") == answers * 3 - percentiles + (0 if rows_of_cost else answers - 1)
    assert found == {
        "orders": answers * 4,
        "leads": answers * 2,
        "contacts": answers + percentiles,
        "cost": answers if rows_of_cost else 1,
        "formula": answers * 6,
    }
    assert min(_told(reader, "customers"), _told(reader, "reengaged"), percentiles) > 1


def _told(reader: Reader, column: str, inner: str = "") -> int:
    """Return in how many places a column has a value but zero, the totals included."""
    places = [reader.answer["totals"], *reader.answer["rows"]]
    cells = [place[column][inner] if inner else place[column] for place in places]
    return sum(cell is not None and (bool(inner) or cell != 0) for cell in cells)


def test_a_lead_leads_to_the_sign_up_that_counts(shop: Workshop) -> None:
    reader = Reader(shop, LEADS, leads("opt_in_source,opt_in_kind,opt_in_name"))
    [row, *_] = (row for row in reader.answer["rows"] if row["leads"])
    names = ("kind", "opt_in_source", "opt_in_kind", "opt_in_name")
    answer = reader.follow("leads", {name: row[name] for name in names})
    assert {row["opt_in_kind"] for row in answer["rows"]} == {"form"}
    assert {row["role"] for row in answer["rows"]} == {"new_lead"}
    assert {row["role"] for row in reader.follow("reengaged")["rows"]} == {"reengaged_lead"}


def test_behind_the_days_stand_those_who_bought_and_when(shop: Workshop) -> None:
    answer = Reader(shop, LEADS, leads("campaign")).follow("days_to_purchase_p75")
    assert answer["totals"]["rule"] == "p75"
    for row in answer["rows"]:
        took = datetime.fromisoformat(row["purchased_at"]) - datetime.fromisoformat(
            row["opted_in_at"]
        )
        assert took.days == row["amount"]


def test_what_leads_bought_is_not_told_by_the_lists_while_older_orders_are_missing() -> None:
    shop = Workshop()
    shop.opt_in("2026-10-05 12:00")
    shop.order(1, "2026-10-15 12:00")
    source = Source(STORE, "bigcommerce", "abc123", "arn", orders_done=1, orders_total=30)
    shop.accounts.save_source(ACCOUNT, source)
    shop.run(reported=False)
    reader = Reader(shop, LEADS, leads("campaign"))
    for withheld in ("customers", "net", "days_to_purchase", "days_to_purchase_median"):
        answer = reader.follow(withheld)
        assert (answer["value"], answer["totals"], answer["rows"]) == (None, None, [])
    [part, _] = reader.follow("epl")["parts"]
    assert (part["figure"], part["value"]) == ("net", None)
    [lead] = reader.follow("leads")["rows"]
    assert not {"orders", "gross", "net", "purchased_at"} & lead.keys()
