"""What a pull tells the logs, the metrics and the state machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.errors import StoreUnavailableError
from headwater.runtime.observability import count, logger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headwater.usecases.pull_ad_costs import PulledCosts
    from headwater.usecases.pull_leads import PulledLeads
    from headwater.usecases.pull_orders import InvokedPulls
    from headwater.usecases.source_pull import FailedSource, PulledOrders


def report_pulls(invoked: InvokedPulls) -> dict[str, Any]:
    """Report the pulls that were invoked.

    Raises:
        StoreUnavailableError: some could not be. The invocation is repeated then; an account
            that is being pulled already only notes that it is to go again.
    """
    count(PullsInvoked=len(invoked.accounts), PullsNotInvoked=len(invoked.failed))
    extra = {"invoked": len(invoked.accounts), "failed": list(invoked.failed)}
    logger.info("pulls invoked", extra=extra)
    if invoked.failed:
        message = f"the pull of {', '.join(invoked.failed)} could not be invoked"
        raise StoreUnavailableError(message)
    return {"invoked": len(invoked.accounts)}


def report_costs(account: str, run: str, pulled: PulledCosts) -> dict[str, Any]:
    """Report one invocation's pull of ad cost; the result is the next state's input."""
    counts = {
        "cost_rows": pulled.rows,
        "cost_days_changed": pulled.days_changed,
        "cost_rows_rejected": pulled.rejected,
    }
    count(
        CostRows=pulled.rows,
        CostDaysChanged=pulled.days_changed,
        CostRowsRejected=pulled.rejected,
        CostSourcesFailed=len(pulled.failed_sources),
    )
    _log_failed("source of ad cost failed", account, pulled.failed_sources)
    told = {"account": account, "run": run, "more": pulled.more, **counts}
    logger.info("ad cost pulled", extra=told)
    return told


def report_leads(account: str, run: str, pulled: PulledLeads) -> dict[str, Any]:
    """Report one invocation's pull of leads; the result is the next state's input."""
    counts = {
        "leads": pulled.contacts,
        "leads_changed": pulled.changed,
        "leads_without_email": pulled.nameless,
        "leads_rejected": pulled.rejected,
    }
    count(
        Leads=pulled.contacts,
        LeadsChanged=pulled.changed,
        LeadsRejected=pulled.rejected,
        LeadSourcesFailed=len(pulled.failed_sources),
    )
    _log_failed("source of leads failed", account, pulled.failed_sources)
    told = {"account": account, "run": run, "more": pulled.more, **counts}
    logger.info("leads pulled", extra=told)
    return told


def report_pull(account: str, run: str | None, pulled: PulledOrders) -> dict[str, Any]:
    """Report one invocation's pull; the result is the next state's input."""
    if run is None:
        logger.info("another run holds the lease and will go again", extra={"account": account})
    counts = {
        "orders_seen": pulled.orders_seen,
        "orders_changed": pulled.orders_changed,
        "rejected": pulled.rejected,
        "contacts_changed": pulled.contacts_changed,
        "products_changed": pulled.products_changed,
    }
    count(
        OrdersSeen=pulled.orders_seen,
        OrdersChanged=pulled.orders_changed,
        OrdersRejected=pulled.rejected,
        ContactsChanged=pulled.contacts_changed,
        ProductsChanged=pulled.products_changed,
        SourcesFailed=len(pulled.failed_sources),
    )
    _log_failed("source failed", account, pulled.failed_sources)
    told = {"account": account, "run": run, "more": pulled.more, **counts}
    logger.info("orders pulled", extra=told)
    return told


def _log_failed(message: str, account: str, sources: Sequence[FailedSource]) -> None:
    for failed in sources:
        extra = {"account": account, "source": failed.source, "status": failed.status}
        logger.error(message, extra=extra)
