"""The page at ``/control``, for a person."""

from html import escape
from pathlib import Path
from sqlite3 import Row
from string import Template

from local.storefront.amounts import from_units
from local.storefront.control import Store
from local.storefront.dates import from_epoch
from local.storefront.faults import Fault, FaultKind
from local.storefront.settings import StoreSettings
from local.storefront.statuses import STATUSES
from local.storefront.totals import StoreTotals

_TEMPLATE = Template(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))
_RECENT = 50


def render_page(store: Store, totals: StoreTotals) -> str:
    """Return the page: totals per day, faults, and the latest orders with what can be done."""
    settings = store.settings
    with store.database.read() as connection:
        orders = connection.execute(
            "SELECT * FROM orders ORDER BY created_at DESC, id DESC LIMIT ?", (_RECENT,)
        ).fetchall()
    return _TEMPLATE.substitute(
        name=escape(settings.name),
        currency=escape(settings.currency),
        zone=escape(settings.time_zone),
        days="".join(
            f"<tr><td>{day.day}<td>{day.orders}<td>{day.gross}<td>{day.refunds}<td>{day.net}"
            f"<td>{day.not_converted or ''}</tr>"
            for day in reversed(totals.days)
        ),
        faults="".join(_fault(fault) for fault in store.faults) or "<li>none</li>",
        kinds="".join(f"<option>{kind}</option>" for kind in FaultKind),
        orders="".join(_order(order, settings) for order in orders),
    )


def _fault(fault: Fault) -> str:
    parts = [fault.kind, fault.argument or "", f"on {fault.path}" if fault.path else ""]
    count = "until cleared" if fault.remaining is None else f"for {fault.remaining} more"
    return f"<li>{escape(' '.join(filter(None, [*parts, count])))}</li>"


def _order(order: Row, settings: StoreSettings) -> str:
    order_id, total = order["id"], from_units(order["total_inc"])
    placed = from_epoch(order["created_at"]).astimezone(settings.zone)
    archive = "restore" if order["is_deleted"] else "archive"
    archived = "false" if order["is_deleted"] else "true"
    return f"""<tr{' class="archived"' if order["is_deleted"] else ""}>
<td>{order_id}<td>{placed:%Y-%m-%d %H:%M}<td>{escape(STATUSES[order["status_id"]].name)}
<td>{escape(order["email"])}<td class="money">{total:.2f} {escape(order["currency"])}
<td>{_form(order_id, "refund", '<input name="amount" size="6" placeholder="all">')}
<td>{_form(order_id, "edit", f'<input name="total" size="6" value="{total:.2f}">', "edit total")}
<td>{_form(order_id, "back-date", f'<input name="placed_at" value="{placed.isoformat()}">')}
<td>{
        _form(
            order_id,
            "archive",
            f'<input type="hidden" name="archived" value="{archived}">',
            archive,
        )
    }
</tr>"""


def _form(order_id: int, action: str, fields: str, label: str = "") -> str:
    return (
        f'<form method="post" action="/control/orders/{order_id}/{action}">'
        f"{fields}<button>{label or action}</button></form>"
    )
