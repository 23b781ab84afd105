"""A person is erased on the deployed stack, with the policies that the function really has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.domain.nodes import email_node
from tests.e2e.conftest import YESTERDAY, an_order, noon

if TYPE_CHECKING:
    from tests.e2e.conftest import System


EMAIL = "to-be-erased@example.com"


def order_of(system: System, order_id: int) -> dict[str, Any]:
    trail: dict[str, Any] = system.get(f"/v1/orders/bigcommerce/{order_id}/credits")
    return trail


def test_an_erased_person_is_in_no_report_and_comes_back_with_no_pull(connected: System) -> None:
    store = connected.shop.store
    [order_id] = store.load([an_order(7_501, YESTERDAY, email=EMAIL, customer_id=4_711)])
    click = {"email": EMAIL, "at": noon(YESTERDAY).isoformat(), "utm_campaign": "erased"}
    connected.post("/v1/touchpoints", {"rows": [click]})
    lead = {"source": "crm", "external_id": "erased", "email": EMAIL}
    lead["created_at"] = noon(YESTERDAY).isoformat()
    assert connected.post("/v1/leads", {"rows": [lead]})["rejected"] == []
    connected.run()
    assert order_of(connected, order_id)["order"]["contact"] == email_node(EMAIL)

    erased: dict[str, Any] = {}

    def erase() -> None:
        erased.update(connected.call("DELETE", f"/v1/contacts/{EMAIL}").json())

    connected.run_after(erase)
    assert (erased["orders_blanked"], erased["touchpoints_removed"]) == (1, 1)
    store.touch(order_id)
    connected.run()
    trail = order_of(connected, order_id)
    assert trail["order"]["contact"] == f"bigcommerce#{order_id}"
    assert trail["order"]["gross"] == "100.00"
    assert not any(trail["touches"])
    campaigns = {row["campaign"] for row in connected.roi(YESTERDAY, YESTERDAY)["rows"]}
    assert "erased" not in campaigns
