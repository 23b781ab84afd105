"""What a reconciliation tells the logs, the metrics and the state machine."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from headwater.runtime.observability import count, logger

if TYPE_CHECKING:
    from headwater.usecases.reconcile_orders import ReconciledOrders


def report_reconciliation(account: str, done: ReconciledOrders) -> dict[str, Any]:
    """Report one invocation.

    The metric ``OpenDifferencePerMillion``, which the alarm watches, is counted once the whole
    range is reconciled.
    """
    count(
        DaysReconciled=done.days,
        OrdersRepaired=done.repaired,
        SourcesNotReconciled=len(done.failed_sources),
    )
    if done.open_ppm is not None:
        count(OpenDifferencePerMillion=done.open_ppm)
    for source in done.failed_sources:
        logger.error("source not reconciled", extra={"account": account, "source": source})
    told = asdict(done) | {"failed_sources": list(done.failed_sources)}
    logger.info("orders reconciled", extra={"account": account, **told})
    return {"account": account, **told}
