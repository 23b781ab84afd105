from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

from headwater.domain.file_imports import days_of_bits
from headwater.domain.nodes import email_node
from headwater.usecases.import_rows import import_rows
from tests.fakes import FakeLake
from tests.importing import (
    ACCOUNT,
    ADS,
    CLICKS,
    COSTS,
    FIRST,
    LAST,
    LEADS,
    ORDERS,
    SALES,
    ImportDesk,
    orders,
    shown,
    touches,
)


def test_a_file_is_checked_and_imported_and_its_bad_rows_come_back(desk: ImportDesk) -> None:
    import_id = desk.create("touchpoints", CLICKS)
    checked = desk.check(import_id)
    assert (checked.state, checked.rows) == ("checked", 3)
    assert (checked.checked.new, checked.checked.rejected) == (2, 1)
    assert desk.content() == [[], [], []]
    assert desk.pipeline.pulled == []
    done = desk.start(import_id)
    assert (done.state, done.imported) == ("done", checked.checked)
    assert days_of_bits(done.imported.days) == (2, date(2026, 11, 19), date(2026, 11, 20))
    assert desk.pipeline.pulled == [ACCOUNT]
    assert desk.rejected(import_id).splitlines() == [
        "row,reason,email,at,utm_source,opt_in",
        "4,not an email address,nobody,2026-11-20T09:00:00Z,meta,",
    ]
    assert [touch.campaign.source for touch in touches(desk)] == ["google", "meta"]


def test_a_file_is_what_a_post_of_its_rows_is(desk: ImportDesk) -> None:
    desk.load("touchpoints", CLICKS)
    other = ImportDesk()
    rows = [dict(row) for row in csv.DictReader(io.StringIO(CLICKS))]
    posted = [{**row, "opt_in": row["opt_in"] == "yes"} for row in rows]
    import_rows(
        "touchpoints",
        ACCOUNT,
        {"rows": posted},
        journeys=other.journeys,
        costs=other.costs,
        lake=FakeLake(),
        clock=other.clock,
    )
    assert desk.content() == other.content()


def test_orders_of_several_rows_are_one(desk: ImportDesk) -> None:
    done = desk.load("orders", ORDERS, **SALES)
    assert {name: str(order.total) for name, order in orders(desk).items()} == {
        "1": "30.00",
        "3": "7.50",
    }
    assert [line.sku for line in orders(desk)["1"].lines] == ["A", "B"]
    assert orders(desk)["1"].placed_at.hour == 15
    assert (done.imported.new, done.imported.rejected) == (3, 1)
    assert done.imported.amounts == (("USD", Decimal("37.50")),)
    assert desk.rejected(done.import_id).splitlines()[1] == (
        "4,total: not an amount,2,21/11/2026 08:00,'=5,,"
    )
    reading = done.reading
    assert reading is not None
    assert (reading.date_order, reading.decimal_mark) == ("dmy", "comma")
    assert reading.layout.delimiter == ";"


def test_a_line_that_is_no_csv_spoils_the_orders_beside_it(desk: ImportDesk) -> None:
    text = "order_id,placed_at,total,line_total\nA,2026-11-20,3,1\nA,2026-11-20,3,2\n"
    text += 'A,"x"y\nB,2026-11-20,3,3\nC,2026-11-20,3,3\n'
    done = desk.load("orders", text, **SALES)
    assert set(orders(desk)) == {"C"}
    assert (done.imported.new, done.imported.rejected) == (1, 4)


def test_leads_bring_opt_ins_clicks_and_phones(desk: ImportDesk) -> None:
    done = desk.load("leads", LEADS, source="crm")
    assert done.imported.new == 2
    opt_ins = list(desk.journeys.opt_ins_on(ACCOUNT, FIRST, LAST))
    assert [(one.source, one.at.day) for one in opt_ins] == [("crm", 5), ("crm", 6)]
    assert len(touches(desk)) == 1
    nodes = desk.journeys.lead_nodes(ACCOUNT, {("crm", "1"), ("crm", "2")})
    assert set(nodes.values()) == {email_node("ann@example.com"), email_node("bob@example.com")}


def test_ad_cost_replaces_its_days_whole(desk: ImportDesk) -> None:
    desk.load("costs", COSTS, **ADS)
    text = "day,campaign_id,cost\n2026-11-20,c1,5.2500\n2026-11-20,c3,2\n2026-11-21,c1,4\n"
    done = desk.load("costs", text, **ADS)
    assert [(row.day.day, row.campaign_id, str(row.cost)) for row in shown(desk)] == [
        (19, "c1", "10.50"),
        (20, "c1", "5.2500"),
        (20, "c3", "2"),
        (21, "c1", "4"),
    ]
    found = done.checked
    assert (found.new, found.changed, found.unchanged, done.replaced) == (2, 0, 1, 1)


def test_a_day_with_a_bad_row_keeps_what_it_shows(desk: ImportDesk) -> None:
    text = COSTS + "2026-11-20,c3,ten\n2026-11-21,c1,1\n2026-11-21,c1,2\nTotal,,18.75\n"
    done = desk.load("costs", text, **ADS)
    assert [(row.day.day, str(row.cost)) for row in shown(desk)] == [(19, "10.50")]
    assert (done.imported.new, done.imported.rejected) == (1, 6)
    reasons = [row["reason"] for row in csv.DictReader(io.StringIO(desk.rejected(done.import_id)))]
    assert reasons[0].startswith("another row of this day is refused")
    assert reasons[3].startswith("another row has the same day")
    assert reasons[5].startswith("day: ")


def test_nothing_of_an_erased_person_is_kept(desk: ImportDesk) -> None:
    node = email_node("ann@example.com")
    desk.erasures.add(ACCOUNT, [node], desk.clock.now())
    done = desk.load("touchpoints", CLICKS)
    assert (done.imported.new, done.imported.unchanged) == (1, 1)
    assert all(node not in item["pk"] for item in desk.tables["journeys"].items())
