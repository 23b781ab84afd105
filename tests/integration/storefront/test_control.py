"""The merchant's side over HTTP and from the command line."""

import ast
import json
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import requests

from local.storefront.__main__ import main
from local.storefront.control import Store
from local.storefront.model import StoreLine, StoreOrder
from local.storefront.server import Storefront

from .conftest import Api, PlaceOrder

STOREFRONT = Path(__file__).resolve().parents[3] / "local" / "storefront"
ORDER = {"email": "ann@x.example", "lines": [{"name": "Mug", "price": "12.50", "quantity": 2}]}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A shop with one order, 100, of 20 dollars."""
    path = tmp_path / "closed.sqlite"
    with Store(path) as store:
        placed_at = datetime(2026, 3, 13, 15, tzinfo=UTC)
        store.load([StoreOrder(placed_at, (StoreLine("Mug", Decimal(20)),))])
    return path


def post(api: Api, path: str, content: object = None) -> requests.Response:
    return api.session.post(f"{api.shop.url}/control/{path}", json=content or {})


def test_an_order_can_be_placed_over_http(api: Api) -> None:
    options = [["Subscription ID", "sub-1"]]
    line = {**ORDER["lines"][0], "options": options}  # type: ignore[dict-item]
    answer = post(api, "orders", {**ORDER, "lines": [line], "external_source": "Recharge"})
    order_id = answer.json()["result"]
    order = api.get(f"/v2/orders/{order_id}").json()
    assert (order["total_inc_tax"], order["external_source"]) == ("25.0000", "Recharge")
    assert order["date_created"] == "Fri, 20 Mar 2026 12:00:00 +0000"


def test_an_order_with_a_field_that_orders_do_not_have_is_refused(api: Api) -> None:
    answer = post(api, "orders", {**ORDER, "shade": "red"})
    assert answer.status_code == 400
    assert "shade" in answer.json()["error"]


def test_orders_can_be_changed_over_http(api: Api, place: PlaceOrder) -> None:
    order_id = place()
    for action, content in [
        ("edit", {"total": "31.50"}),
        ("refund", {"amount": "1.50", "reason": "Late"}),
        ("back-date", {"placed_at": "2026-01-05T00:00:00+00:00"}),
        ("move", {"email": "bo@x.example", "customer_id": 4}),
        ("archive", {}),
    ]:
        assert post(api, f"orders/{order_id}/{action}", content).status_code == 200
    order = api.get(f"/v2/orders/{order_id}").json()
    assert (order["total_inc_tax"], order["status_id"]) == ("31.5000", 14)
    assert order["date_created"] == "Mon, 05 Jan 2026 00:00:00 +0000"
    assert order["date_modified"] == "Fri, 20 Mar 2026 12:00:00 +0000"
    assert (order["customer_id"], order["is_deleted"]) == (4, True)
    post(api, f"orders/{order_id}/delete")
    assert api.get(f"/v2/orders/{order_id}").status_code == 404


def test_a_missing_order_is_a_404_and_a_senseless_change_a_400(api: Api, place: PlaceOrder) -> None:
    assert post(api, "orders/9999/archive").status_code == 404
    assert post(api, f"orders/{place()}/refund", {"amount": "99"}).status_code == 400


def test_faults_and_settings_can_be_changed_over_http(api: Api) -> None:
    post(api, "faults", {"kind": "error", "argument": 503, "times": None})
    assert api.get("/v2/time").status_code == 503
    state = api.session.get(f"{api.shop.url}/control/state").json()
    assert [fault["kind"] for fault in state["faults"]] == ["error"]
    api.session.delete(f"{api.shop.url}/control/faults")
    assert api.get("/v2/time").status_code == 200
    post(api, "settings", {"quota": 7, "window_ms": 1000})
    assert api.get("/v2/time").headers["X-Rate-Limit-Requests-Quota"] == "7"


def test_the_shops_totals_are_told_over_http(api: Api, place: PlaceOrder) -> None:
    place()
    query = {"from": "2026-03-12", "to": "2026-03-13"}
    totals = api.session.get(f"{api.shop.url}/control/totals", params=query).json()
    assert (totals["orders"], totals["gross"], totals["net"]) == (1, "20.00", "20.00")
    assert [day["orders"] for day in totals["days"]] == [0, 1]


def test_the_page_shows_orders_and_its_buttons_work(api: Api, place: PlaceOrder) -> None:
    order_id = place(email="<b>@x.example")
    page = api.session.get(f"{api.shop.url}/control")
    assert "&lt;b&gt;@x.example" in page.text
    assert f'action="/control/orders/{order_id}/refund"' in page.text
    after = api.session.post(
        f"{api.shop.url}/control/orders/{order_id}/refund", data={"amount": ""}
    )
    assert after.status_code == 200
    assert "Refunded" in after.text


def test_control_requests_are_no_api_requests(api: Api) -> None:
    api.session.get(f"{api.shop.url}/control/state")
    assert list(api.shop.requests) == []


def test_a_command_changes_a_shop_that_is_being_served(
    api: Api, place: PlaceOrder, capsys: pytest.CaptureFixture[str]
) -> None:
    order_id = place()
    file = str(api.shop.store.database.path)
    for arguments in (
        ["edit", str(order_id), "--total", "25"],
        ["refund", str(order_id), "--amount", "5"],
        ["fault", "error", "500", "--path", "/v2/time"],
        ["configure", "quota=77"],
    ):
        assert main(["--database", file, *arguments]) == 0
    order = api.get(f"/v2/orders/{order_id}")
    assert (order.json()["total_inc_tax"], order.json()["status_id"]) == ("25.0000", 14)
    assert order.headers["X-Rate-Limit-Requests-Quota"] == "77"
    assert api.get("/v2/time").status_code == 500
    assert "refund 61" in capsys.readouterr().out


def test_the_command_prints_totals(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    days = ["--from", "2026-03-13", "--to", "2026-03-13"]
    assert main(["--database", str(database), "totals", *days]) == 0
    assert json.loads(capsys.readouterr().out)["gross"] == "20.00"


@pytest.mark.parametrize(
    "arguments",
    [["archive", "9"], ["configure", "shade=red"], ["refund", "100", "--amount", "21"]],
)
def test_a_command_that_cannot_be_done_says_why(
    database: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--database", str(database), *arguments]) == 1
    assert capsys.readouterr().err.startswith("storefront: ")


def test_the_command_serves_until_it_is_interrupted(database: Path) -> None:
    command = [sys.executable, "-m", "local.storefront", "--database", str(database)]
    with subprocess.Popen(
        [*command, "serve", "--port", "0"], stdout=subprocess.PIPE, cwd=STOREFRONT.parents[1]
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().decode().split()[1]
        token = process.stdout.readline().decode().split()[1]
        headers = {"X-Auth-Token": token, "Accept": "application/json"}
        [order] = requests.get(url, headers=headers, timeout=30).json()
        process.terminate()
        assert process.wait(timeout=30) == 0
    assert order["total_inc_tax"] == "20.0000"


def test_the_shop_is_an_independent_reading_of_the_api() -> None:
    modules = list(STOREFRONT.rglob("*.py"))
    assert modules
    for path in modules:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            roots = {name.partition(".")[0] for name in names}
            assert roots <= {*sys.stdlib_module_names, "local"}, path


def test_many_orders_are_loaded_all_or_none(shop: Storefront) -> None:
    placed_at = datetime(2026, 3, 13, 15, tzinfo=UTC)
    good = [StoreOrder(placed_at, (StoreLine("Mug", Decimal(20)),)) for _ in range(2_500)]
    bad = StoreOrder(placed_at, (StoreLine("Mug", Decimal("0.00001")),))
    with pytest.raises(ValueError, match="four decimal places"):
        shop.store.load([*good, bad])
    assert shop.store.totals(placed_at.date(), placed_at.date()).orders == 0
    assert len(shop.store.load(good)) == len(good)
