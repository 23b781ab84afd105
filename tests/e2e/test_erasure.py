"""A person is erased on the deployed stack, with the policies that the function really has."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import duckdb

from headwater.domain.manifests import Manifest
from headwater.domain.nodes import email_node
from local.stack import STACK
from tests.e2e.conftest import YESTERDAY, an_order, noon

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import System


EMAIL = "to-be-erased@example.com"


def sweep(system: System, **event: object) -> dict[str, Any]:
    """Invoke the sweep of the owner's account; return what it did."""
    invoked = system.stack.client("lambda").invoke(
        FunctionName=f"{STACK}-sweep-objects", Payload=json.dumps({"account": "acme", **event})
    )
    answer = json.loads(invoked["Payload"].read())
    assert "FunctionError" not in invoked, answer
    told: dict[str, Any] = answer["accounts"]["acme"]
    return told


def read(system: System, key: str) -> bytes:
    """Return an object of the lake."""
    s3, bucket = system.stack.client("s3"), system.stack.outputs["LakeBucketName"]
    content: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    return content


def contacts_that_name(system: System, node: str, folder: Path) -> set[str]:
    """Return the keys of the account's objects of contacts, of whatever run, that hold a node."""
    named = set()
    with duckdb.connect() as db:
        for key in system.objects():
            if key.startswith("facts/contacts/account=acme/"):
                file = folder / "rows.parquet"
                file.write_bytes(read(system, key))
                if node in repr(db.execute(f"FROM '{file}'").fetchall()):
                    named.add(key)
    return named


def order_of(system: System, order_id: int) -> dict[str, Any]:
    trail: dict[str, Any] = system.get(f"/v1/orders/bigcommerce/{order_id}/credits")
    return trail


def test_an_erased_person_is_in_no_report_and_comes_back_with_no_pull(
    connected: System, tmp_path: Path
) -> None:
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

    # What earlier runs knew him by goes too, and nothing that is shown.
    node = email_node(EMAIL)
    assert contacts_that_name(connected, node, tmp_path)
    assert sweep(connected)["removed"] == 0
    swept = sweep(connected, keep_days=0)
    assert (swept["removed"] > 0, swept["place"], swept["failure"]) == (True, "", "")
    assert not contacts_that_name(connected, node, tmp_path)
    state = connected.get("/v1/runs")
    assert state["lease"] is None
    manifest = f"manifests/account=acme/{state['data_version']}.json"
    shown = Manifest.from_document(json.loads(read(connected, manifest)))
    kept = {key for key in connected.objects() if "/account=acme/" in key}
    assert kept == {manifest} | shown.keys
    assert order_of(connected, order_id)["order"]["gross"] == "100.00"
