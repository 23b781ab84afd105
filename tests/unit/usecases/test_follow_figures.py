"""Every figure of the reports of credit is followed to its rows, and they sum to it to the cent."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from headwater.errors import InvalidParameterError, UnknownResourceError
from headwater.usecases.reports.models import MODELS_REPORT, ModelsRequest
from headwater.usecases.reports.roi import ROI, RoiQuery, RoiRequest
from tests.following import Reader, check, computed, expand, open_busy_shop
from tests.workshop import STORE, Workshop, span

RANGE = span("2026-09-20", "2026-10-20")


@pytest.fixture(scope="module")
def shop() -> Workshop:
    """Return an account of all kinds of orders."""
    return open_busy_shop()


def roi(by: str, model: str, basis: Any = "conversion", **more: str) -> RoiRequest:  # noqa: ANN401
    orders: Any = more.pop("orders", "all")
    query = RoiQuery(RANGE, tuple(by.split(",")), basis, orders)
    return RoiRequest(query, model, more.pop("revenue", "net"))


@pytest.mark.parametrize(
    ("request_", "compare"),
    [
        (roi("campaign", "linear"), ""),
        (roi("channel", "full_impact", revenue="gross"), "previous_period"),
        (roi("source,device", "first_click", "click"), ""),
        (roi("order_kind,category", "time_decay", orders="new"), ""),
    ],
    ids=lambda given: given or "alone" if isinstance(given, str) else given.query.label,
)
def test_every_figure_of_an_roi_report_is_the_sum_of_its_rows(
    shop: Workshop, request_: RoiRequest, compare: str
) -> None:
    found = Counter(map(check, Reader(shop, ROI, request_, compare).follow_all()))
    assert found.keys() <= {*("orders", "contacts", "leads", "clicks", "cost", "pairs"), *MADE}
    assert found["orders"] > 20


MADE = ("formula", "untold")


@pytest.mark.parametrize("by", ["source", "order_kind"])
def test_every_figure_of_the_comparison_of_models_is_the_sum_of_its_rows(
    shop: Workshop, by: str
) -> None:
    request = ModelsRequest(RoiQuery(RANGE, (by,)), "net")
    reader = Reader(shop, MODELS_REPORT, request)
    found = Counter(map(check, reader.follow_all()))
    assert found.keys() <= {*("orders", "cost", "contacts"), *MADE}
    assert found["orders"] > 20
    # The coverage of each model, and how far the models of a row lie apart.
    assert found["formula"] == 16 + 4 * len(reader.answer["rows"])


def test_a_row_tells_which_touches_got_what_of_the_order(shop: Workshop) -> None:
    reader = Reader(shop, ROI, roi("campaign", "linear"))
    answer = reader.follow("net", {"kind": "credited", "campaign": "google"})
    assert answer["holds"] == "orders"
    for row in answer["rows"]:
        assert sum(Decimal(touch["net"]) for touch in row["touches"]) == Decimal(row["net"])
        assert row["net"] == row["amount"]
        trail = shop.trail(int(row["order_id"]))
        credited = {touch["touch_id"]: touch["credits"] for touch in trail["touches"]}
        for touch in row["touches"]:
            assert touch["net"] == credited[touch["touch_id"]]["linear"]["net"]
        assert row["follow"] == f"/v1/orders/{STORE}/{row['order_id']}/credits?explain=true"


def test_a_ratio_leads_to_the_figures_that_it_is_made_of(shop: Workshop) -> None:
    answer = Reader(shop, ROI, roi("campaign", "linear")).follow("roi")
    assert answer["formula"] == "(net - cost) / cost"
    assert [part["figure"] for part in answer["parts"]] == ["net", "cost"]
    assert "of=cost" in answer["parts"][1]["follow"]
    assert answer["rows"] == []


def test_a_wrong_formula_would_be_noticed() -> None:
    parts = [{"figure": "net", "value": "6.00"}, {"figure": "cost", "value": "2.00"}]
    assert computed("(net - cost) / cost", parts, "2.0000")
    assert not computed("net / cost", parts, "2.0000")


def test_pages_are_cut_from_one_list(shop: Workshop) -> None:
    reader = Reader(shop, ROI, roi("campaign", "linear"))
    whole = reader.follow("net")
    first = reader.follow("net", limit=4)
    start = int(first["next"].rpartition(".")[2])
    rest = reader.follow("net", limit=5_000, start=start)
    assert first["rows"] + rest["rows"] == whole["rows"]
    assert first["totals"] == rest["totals"] == whole["totals"]
    assert rest["next"] is None


def test_the_template_of_a_report_is_filled_with_the_columns_of_a_row(shop: Workshop) -> None:
    answer = Reader(shop, ROI, roi("campaign", "linear")).answer
    filled = expand(answer["follow"], {"of": "net", **answer["rows"][0]})
    assert filled.endswith(f"&of=net&kind=credited&campaign={answer['rows'][0]['campaign']}")
    assert "by=campaign&date=conversion&orders=all&model=linear&revenue=net&of=net" in filled
    assert expand(answer["follow"], {"of": "net"}).endswith("&revenue=net&of=net")


@pytest.mark.parametrize(
    ("of", "key", "reason"),
    [
        ("nett", None, "of: there is no figure nett; there are orders, customers"),
        ("net", {"kind": "credited"}, "campaign: a row is named by kind, campaign"),
        ("net", {"kind": "credited", "campaign": "a", "ad": "b"}, "ad: a row is named by"),
    ],
)
def test_what_is_no_figure_is_refused(
    shop: Workshop, of: str, key: dict[str, str] | None, reason: str
) -> None:
    reader = Reader(shop, ROI, roi("campaign", "linear"))
    with pytest.raises(InvalidParameterError, match=reason):
        reader.follow(of, key)


def test_a_row_that_the_report_does_not_have_is_not_found(shop: Workshop) -> None:
    reader = Reader(shop, ROI, roi("campaign", "linear"))
    with pytest.raises(UnknownResourceError):
        reader.follow("net", {"kind": "credited", "campaign": "nobody's"})
