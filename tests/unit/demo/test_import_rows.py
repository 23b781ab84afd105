from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from headwater.domain.imported_costs import cost_key, read_cost, read_load
from headwater.domain.imported_leads import read_lead
from headwater.domain.imported_touchpoints import read_touchpoint

if TYPE_CHECKING:
    from datetime import date

    from local.demo.scenario import Scenario


@pytest.fixture
def now(yesterday: date) -> datetime:
    return datetime(yesterday.year, yesterday.month, yesterday.day + 1, 14, tzinfo=UTC)


def test_the_product_takes_every_touchpoint_row_as_a_touch_of_its_own(
    scenario: Scenario, now: datetime
) -> None:
    read = [read_touchpoint(row, now) for row in scenario.touchpoint_rows]
    assert len({row.touchpoint.touch_id for row in read}) == len(read)
    assert sum(row.identification is not None for row in read) > 500
    assert sum(row.opt_in is not None for row in read) > 200


def test_the_product_takes_every_lead_and_some_bring_their_first_click(
    scenario: Scenario, now: datetime
) -> None:
    leads = [read_lead(row, now) for row in scenario.lead_rows]
    assert len({lead.external_id for lead in leads}) == len(leads)
    assert 50 < sum(bool(lead.touchpoints) for lead in leads) < len(leads) / 2
    assert any(len(lead.opt_ins) > 2 for lead in leads)


def test_a_leads_first_click_stands_in_no_touchpoint_row(scenario: Scenario) -> None:
    rows = {(row["at"], row.get("email")) for row in scenario.touchpoint_rows}
    for lead in scenario.lead_rows:
        if "first_at" in lead:
            assert (lead["first_at"], lead["email"]) not in rows


def test_the_product_takes_every_row_of_cost_as_sent(scenario: Scenario, now: datetime) -> None:
    for sent in scenario.spending.bodies():
        body = json.loads(json.dumps(sent), parse_float=Decimal)
        load = read_load(body, now)
        rows = [read_cost(row, load, now) for row in body["rows"]]
        assert len({cost_key(row) for row in rows}) == len(rows)
        assert sum(row.cost for row in rows) > 0


def test_the_loads_of_an_ad_account_cover_all_days_once(scenario: Scenario, now: datetime) -> None:
    bodies = scenario.spending.bodies()
    for platform in {body["platform"] for body in bodies}:
        loads = [read_load(body, now) for body in bodies if body["platform"] == platform]
        days = [day for load in loads if load.is_complete for day in load.days]
        assert len(set(days)) == len(days) == (max(days) - min(days)).days + 1
