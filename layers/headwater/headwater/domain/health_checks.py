"""The daily look at the tracking: what is in order, what is not, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.domain.roi import ratio

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

CHECKS = (
    "script",
    "hits",
    "order_page",
    "orders_seen",
    "attribution_7",
    "attribution_30",
    "campaigns",
)
PASSED, FAILED, NOT_ENOUGH_DATA = "passed", "failed", "not_enough_data"
# Orders below which a share says nothing, and the share from which it is in order.
FEWEST_ORDERS, HEALTHY = 30, (60, 100)
# A day that has less than a tenth of the page views of the days before it is silent, where those
# had so many that chance explains no such day.
_DAYS_BEFORE, _FEWEST_HITS, _SILENT = 7, 30, (10, 100)
_ORDER_PAGE = "order_confirmation"


def is_silent(recent: Sequence[int]) -> bool:
    """Tell whether page views have all but stopped.

    Args:
        recent: page views of people on the last day, and on the seven days before it together.
    """
    last, before = recent
    share, of = _SILENT
    return before >= _DAYS_BEFORE * _FEWEST_HITS and last * _DAYS_BEFORE * of < before * share


def health_checks(
    report: Mapping[str, Any], recent: Sequence[int] = (0, 0)
) -> Iterator[dict[str, str]]:
    """Yield what each check of a health report comes to.

    Args:
        report: its parts, as they go to the reader.
        recent: see ``is_silent``.
    """
    week, month = report["windows"]
    yield from _script(report["scripts"])
    yield _hits(recent)
    yield _order_page(report["pages"], month["orders"])
    yield _share(
        "orders_seen",
        (month["orders"], month["orders_seen"]),
        "Of too many orders no visit is known.",
        "Test a sale (make validate): the script has to be on the page that thanks for an order.",
    )
    for window in (week, month):
        yield _share(
            f"attribution_{window['days']}",
            (window["new_sales"], window["attributed_new_sales"]),
            "Too many new sales meet no click.",
            "GET /v1/reports/coverage says why; test a sale (make validate).",
        )
    yield _campaigns(report["totals"]["untagged_clicks"])


def _script(rows: Sequence[Mapping[str, str]]) -> Iterator[dict[str, str]]:
    """Yield the check of the script, where Headwater has put it in."""
    amiss = [row for row in rows if row["state"] != "installed" or row["fault"]]
    if amiss:
        where = ", ".join(row["storefront"] or row["source"] for row in amiss)
        cause = f"The script is not as it should be: {where}."
        yield _check("script", FAILED, f"{len(amiss)} of {len(rows)}", cause, amiss[0]["fault"])
    elif rows:
        yield _check("script", PASSED, f"{len(rows)} of {len(rows)}")


def _hits(recent: Sequence[int]) -> dict[str, str]:
    last, before = recent
    value = f"{last} on the last day, {before // _DAYS_BEFORE} a day in the week before"
    if is_silent(recent):
        cause = "Page views have all but stopped: a change of the theme may have lost the script."
        return _check("hits", FAILED, value, cause, "Test a page (make validate).")
    is_enough = before >= _DAYS_BEFORE * _FEWEST_HITS
    return _check("hits", PASSED if is_enough else NOT_ENOUGH_DATA, value)


def _order_page(pages: Sequence[Mapping[str, Any]], orders: int) -> dict[str, str]:
    hits = sum(row["hits"] for row in pages if row["page_type"] == _ORDER_PAGE)
    value = f"{hits} page views, {orders} orders"
    if orders < FEWEST_ORDERS:
        return _check("order_page", NOT_ENOUGH_DATA, value)
    if hits:
        return _check("order_page", PASSED, value)
    cause = "The page that thanks for an order has no page views: the script is not on it."
    fix = "Install the script on all pages, or on the order confirmation too."
    return _check("order_page", FAILED, value, cause, fix)


def _share(name: str, counts: tuple[int, int], cause: str, fix: str) -> dict[str, str]:
    whole, part = counts
    if whole < FEWEST_ORDERS:
        return _check(name, NOT_ENOUGH_DATA, f"{part} of {whole}")
    least, of = HEALTHY
    value = f"{ratio(part, whole)}: {part} of {whole}"
    if part * of >= whole * least:
        return _check(name, PASSED, value)
    return _check(name, FAILED, value, cause, fix)


def _campaigns(clicks: int) -> dict[str, str]:
    if not clicks:
        return _check("campaigns", PASSED, "0 clicks")
    cause = "Paid clicks name no campaign, so no cost can meet them."
    fix = "Paste the template of the part untagged into the ad platform."
    return _check("campaigns", FAILED, f"{clicks} clicks", cause, fix)


def _check(name: str, state: str, value: str, cause: str = "", fix: str = "") -> dict[str, str]:
    return {"check": name, "state": state, "value": value, "cause": cause, "fix": fix}
