from __future__ import annotations

from local.demo import show


def test_cost_is_laid_out_by_platform_and_by_what_led_clicks_to_it() -> None:
    row = {"platform": "google", "cost": "1200.00", "clicks": 40, "clicks_share": "0.8000"}
    report = {
        "cost": [
            {**row, "method": "ad_id", "cost_share": "0.6000"},
            {**row, "method": "", "cost": "800.00", "cost_share": "0.4000", "clicks": 0},
            {**row, "method": "platform", "cost": "0.00", "cost_share": None},
        ],
        "totals": {"cost_joined_share": "0.6000", "clicks_joined_share": None},
    }
    lines = show.joined_table(report).splitlines()
    assert lines[2].split() == ["google", "ad", "id", "1,200.00", "60%", "40", "80%"]
    assert lines[3].startswith("  google  no click")
    assert lines[4].split()[:5] == ["google", "platform", "alone", "0.00", "-"]
    assert lines[5] == "  joined 60% of the cost, - of paid clicks"
