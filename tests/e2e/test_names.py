"""How clicks are named and joined, with the policies that the functions really have."""

from __future__ import annotations

import time

from tests.e2e.conftest import YESTERDAY, System, noon

ALIASES = {"aliases": {"source": [{"equals": "fbx", "name": "Meta"}]}}
DAY = {"from": YESTERDAY.isoformat(), "to": YESTERDAY.isoformat()}


def sources(system: System) -> set[str]:
    rows = system.get("/v1/reports/roi", **DAY, by="source")["rows"]
    return {row["source"] for row in rows if row["kind"] == "credited"}


def test_a_saved_alias_starts_the_run_that_renames_what_the_preview_counted(
    connected: System,
) -> None:
    click = {"email": "named@example.com", "at": noon(YESTERDAY).isoformat(), "utm_source": "fbx"}
    connected.post("/v1/touchpoints", {"rows": [click]})
    connected.run()
    tried = connected.post("/v1/cleaning/preview", ALIASES)
    [move] = [move for move in tried["moves"] if move["dimension"] == "source"]
    assert (move["from"], move["to"], move["touches"]) == ("fbx", "Meta", 1)
    assert "fbx" in sources(connected)
    connected.run_after(lambda: connected.call("PUT", "/v1/settings/cleaning", json=ALIASES))
    assert {"fbx", "Meta"} & sources(connected) == {"Meta"}
    assert connected.get("/v1/settings/cleaning")["aliases"]["source"] == [
        {"equals": "fbx", "name": "Meta"}
    ]
    connected.run_after(lambda: connected.call("PUT", "/v1/settings/cleaning", json={}))
    assert {"fbx", "Meta"} & sources(connected) == {"fbx"}


def test_a_click_id_that_the_platform_names_joins_its_ads_cost(connected: System) -> None:
    ids = {"campaign_id": "5551", "adset_id": "5552", "ad_id": "5553"}
    cost = {"day": YESTERDAY.isoformat(), "cost": "4.25", "clicks": 1, **ids}
    connected.post(
        "/v1/costs",
        {
            "platform": "google",
            "ad_account": "e2e-clicks",
            "currency": "USD",
            "load": f"load-{time.time_ns()}",
            "complete": True,
            "rows": [cost],
        },
    )
    click = {"click_id": "e2e-gclid", "day": YESTERDAY.isoformat(), **ids}
    told = connected.post("/v1/ad-clicks", {"platform": "google", "rows": [click]})
    assert (told["accepted"], told["rejected"]) == (1, [])
    touch = {
        "email": "clicked@example.com",
        "at": noon(YESTERDAY).isoformat(),
        "gclid": "e2e-gclid",
    }
    assert connected.post("/v1/touchpoints", {"rows": [touch]})["accepted"] == 1
    connected.run()
    rows = connected.get("/v1/reports/coverage", **DAY, part="cost")["rows"]
    [joined] = [row for row in rows if row["method"] == "click_id"]
    assert (joined["platform"], joined["cost"], joined["clicks"]) == ("google", "4.25", 1)
