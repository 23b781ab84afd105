"""How long customers took, on an account that is small enough to be checked by hand."""

from __future__ import annotations

from typing import Any

import pytest

from headwater.domain.lags import withhold_lags
from headwater.domain.row_filters import read_condition
from headwater.errors import InvalidParameterError
from headwater.usecases.ports import Source
from headwater.usecases.reports.journeys import JOURNEYS, JourneysQuery, JourneysRequest
from headwater.usecases.reports.lags import LAGS_REPORT, LagsQuery, LagsRequest
from headwater.usecases.reports.members import Joining
from tests.workshop import ACCOUNT, STORE, Workshop, span

DAYS = ("2026-07-01", "2026-11-20")
SEARCH = {"source": "google", "medium": "cpc", "campaign": "brand"}
SOCIAL = {"source": "facebook", "medium": "paid", "campaign": "spring"}


def furnished() -> Workshop:
    """Ann and Bob by search, Cara by social, Dan by no click; Eve clicks and never buys."""
    shop = Workshop()
    shop.visit("2026-06-01 12:00", "the first visitor ever")
    shop.click("2026-07-01 12:00", "ann@example.com", **SEARCH)
    shop.opt_in("2026-07-03 13:00", "ann@example.com")
    shop.order(1, "2026-07-11 12:00", email="ann@example.com")
    shop.order(2, "2026-10-11 12:00", email="ann@example.com")
    shop.click("2026-08-01 12:00", "bob@example.com", **SEARCH)
    shop.order(3, "2026-08-01 20:00", email="bob@example.com")
    shop.click("2026-08-05 12:00", "cara@example.com", **SOCIAL)
    shop.opt_in("2026-08-05 12:30", "cara@example.com")
    shop.order(4, "2026-11-13 12:00", email="cara@example.com")
    shop.opt_in("2026-09-01 12:00", "dan@example.com")
    shop.order(5, "2026-09-06 12:00", email="dan@example.com")
    shop.click("2026-09-01 12:00", "eve@example.com", **SOCIAL)
    return shop


@pytest.fixture(scope="module")
def shop() -> Workshop:
    """Return that account after a run."""
    shop = furnished()
    shop.run(reported=False)
    return shop


def lags(shop: Workshop, part: str = "percentiles", where: str = "", by: str = "campaign") -> Any:  # noqa: ANN401
    joining = Joining(span(*DAYS), where=read_condition("where", where) if where else None)
    return shop.report(LAGS_REPORT, LagsRequest(LagsQuery(joining, (by,)), part))


def spread(customers: int, *shares: int | None) -> dict[str, int | None]:
    return {"customers": customers, **dict(zip(("median", "p75", "p90"), shares, strict=True))}


def test_each_name_has_the_lags_of_those_whom_it_brought(shop: Workshop) -> None:
    # Ann took 2 days to sign up and 7 more to buy, Bob some hours; Cara half an hour and 99 days.
    brand, spring, nobody = lags(shop)["rows"]
    assert brand == {
        "kind": "credited",
        "campaign": "brand",
        "customers": 2,
        "touch_to_opt_in": spread(1, 2, 2, 2),
        "opt_in_to_purchase": spread(1, 7, 7, 7),
        "touch_to_purchase": spread(2, 0, 10, 10),
    }
    assert (spring["campaign"], spring["touch_to_purchase"]) == ("spring", spread(1, 100, 100, 100))
    assert (nobody["kind"], nobody["opt_in_to_purchase"]) == ("unattributed", spread(1, 5, 5, 5))
    assert nobody["touch_to_purchase"] == spread(0, None, None, None)


def test_totals_are_those_of_the_journeys(shop: Workshop) -> None:
    totals = lags(shop)["totals"]
    others = shop.report(JOURNEYS, JourneysRequest(JourneysQuery(span(*DAYS))))["totals"]
    assert totals["customers"] == 4
    for lag in ("touch_to_opt_in", "opt_in_to_purchase", "touch_to_purchase"):
        told = dict(totals[lag])
        assert {"orders": told.pop("customers"), **told} == others[lag]


def test_a_distribution_fills_buckets_up_to_everybody(shop: Workshop) -> None:
    rows = [row for row in lags(shop, "distribution")["rows"] if row["campaign"] == "brand"]
    bought = [row for row in rows if row["measure"] == "touch_to_purchase"]
    assert [(row["days"], row["customers"]) for row in bought if row["customers"]] == [
        ("0", 1),
        ("8-14", 1),
    ]
    assert bought[0]["cumulative_share"] == "0.5000"
    assert {row["cumulative_share"] for row in rows if row["days"] == "181+"} == {"1.0000"}


def test_a_name_chooses_customers(shop: Workshop) -> None:
    report = lags(shop, where="source = facebook", by="source")
    assert [row["source"] for row in report["rows"]] == ["facebook"]
    assert report["totals"]["customers"] == 1


def test_it_is_withheld_while_older_orders_are_missing() -> None:
    shop = furnished()
    source = Source(STORE, "bigcommerce", "abc123", "arn", orders_done=5, orders_total=50)
    shop.accounts.save_source(ACCOUNT, source)
    shop.run(reported=False)
    report = lags(shop)
    assert {name: report[name] for name in withhold_lags()} == withhold_lags()


@pytest.mark.parametrize("by", [(), ("coupon",), ("campaign", "campaign")])
def test_other_names_are_refused(by: tuple[str, ...]) -> None:
    with pytest.raises(InvalidParameterError, match=r"^by: choose among channel"):
        LagsQuery(Joining(span(*DAYS)), by)


def test_another_part_is_refused() -> None:
    with pytest.raises(InvalidParameterError, match=r"^part: choose among percentiles"):
        LagsRequest(LagsQuery(Joining(span(*DAYS))), "median")
