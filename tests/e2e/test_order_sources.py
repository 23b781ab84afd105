"""Orders of another system, with the policies that the functions really have."""

from __future__ import annotations

import requests

from local.create_account import create_account_on_stack
from tests.e2e.conftest import YESTERDAY, System

CSV = f"order_id;placed_at;total\nT-1;{YESTERDAY:%m/%d/%Y} 09:30;12,50\n"


def test_posted_orders_and_files_are_kept_once_and_their_source_can_own_sales(
    connected: System,
) -> None:
    query = "?source=till&currency=USD&time_zone=America/New_York"
    # An account of its own: no run of another test is under way in it.
    owner = create_account_on_stack(connected.stack, "till")
    key = {"Authorization": f"Bearer {owner}", "Content-Type": "text/csv"}
    for changed in (1, 0):
        row = {"order_id": "T-2", "placed_at": f"{YESTERDAY}T15:00:00Z", "total": "7.00"}
        body = {"source": "till", "currency": "USD", "rows": [row]}
        posted = connected.call("POST", "/v1/orders", key=owner, json=body)
        assert (posted.status_code, posted.json()["changed"]) == (200, changed)
        url = f"{connected.stack.reports_url}/v1/orders{query}"
        sent = requests.post(url, data=CSV, headers=key, timeout=60)
        assert (sent.status_code, sent.json()["changed"]) == (200, changed)
    answer = connected.call("PUT", "/v1/duplicates/owner", key=owner, json={"sources": ["till"]})
    assert answer.json() == {"sources": ["till"], "run_started": True}
