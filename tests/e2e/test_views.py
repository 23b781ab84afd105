"""A saved view on the deployed system: shown by a link, until the link is revoked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

if TYPE_CHECKING:
    from tests.e2e.conftest import System

pytestmark = pytest.mark.xdist_group("deployed")


def test_a_view_is_shared_by_a_link_until_it_is_revoked(connected: System) -> None:
    parameters = {"range": "previous_month_to_date", "by": "source", "sort": "-net"}
    view = connected.post(
        "/v1/views", {"name": "Sources", "report": "roi", "parameters": parameters}
    )["view"]
    made = connected.post("/v1/deliveries", {"view": view, "by": "link"})
    url = connected.stack.reports_url + made["path"]
    shown = requests.get(url, timeout=60)
    assert shown.json() == connected.get(f"/v1/views/{view}/report")
    assert shown.headers["X-Robots-Tag"] == "noindex, nofollow"
    as_csv = requests.get(url, params={"format": "csv"}, timeout=60)
    assert as_csv.headers["Content-Type"].startswith("text/csv")
    assert connected.call("DELETE", f"/v1/deliveries/{made['delivery']}").ok
    assert requests.get(url, timeout=60).status_code == 404
    assert connected.call("DELETE", f"/v1/views/{view}").ok
