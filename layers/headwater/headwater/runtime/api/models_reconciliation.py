"""The shapes of reconciliation."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from headwater.runtime.api.fields import Amount, ApiModel, Day, Instant, Ratio, with_example

Basis = Literal["total", "without_tax", "without_tax_and_shipping"]
CauseName = Literal[
    "tax_shipping_basis",
    "status_not_counted",
    "currency",
    "gross_vs_net",
    "refund_timing",
    "time_zone_edge",
    "missing",
    "duplicate",
    "archived",
    "gone",
    "back_dated",
    "edited",
    "unexplained",
]
JobStatus = Literal["queued", "running", "done", "failed"]
_ORDERS = Annotated[int, Field(description="By how many orders the cause changes the figure.")]
_IDS = Annotated[
    list[str], Field(description="At most 100; order_count says how many, CSV has them all.")
]
_SENTENCE = "Refunds that were paid back on these days: order totals stay as they were."
_EXAMPLE: dict[str, Any] = {
    "report": "reconciliation",
    "account": "harbor",
    "generated_at": "2026-11-21T14:01:40+00:00",
    "time_zone": "America/New_York",
    "currency": "USD",
    "follow": "/v1/reports/reconciliation/rows?from=2026-11-20&to=2026-11-20&basis=total"
    "{&of,source,day,status_id,cause}",
    "parameters": {"from": "2026-11-20", "to": "2026-11-20", "basis": "total"},
    "state": {"status": "complete", "days": 1, "days_reconciled": 1, "job": None},
    "stores": [
        {
            "source": "bigcommerce",
            "time_zone": "America/New_York",
            "dst_correction": False,
            "note": "The store's reports follow America/New_York.",
        }
    ],
    "totals": {
        "store_orders": 21,
        "our_orders": 21,
        "store_total": "2310.40",
        "our_total": "2200.00",
        "difference": "-110.40",
        "explained": "-110.40",
        "faults": "0.00",
        "unexplained": "0.00",
        "open_percent": "0.0000",
        "repaired_orders": 0,
    },
    "causes": [
        {
            "cause": "gross_vs_net",
            "kind": "basis",
            "sentence": _SENTENCE,
            "advice": "Subtract the refunds from the store's figure.",
            "orders": 0,
            "amount": "-110.40",
            "order_count": 1,
            "order_ids": ["10042"],
            "repaired_count": 0,
            "repaired_ids": [],
        }
    ],
    "rows": [
        {
            "source": "bigcommerce",
            "day": "2026-11-20",
            "status_id": 11,
            "status": "Awaiting Fulfillment",
            "store_count": 21,
            "store_orders": 21,
            "our_orders": 21,
            "store_total": "2310.40",
            "our_total": "2200.00",
            "difference": "-110.40",
            "differences": [
                {
                    "cause": "gross_vs_net",
                    "orders": 0,
                    "amount": "-110.40",
                    "order_count": 1,
                    "order_ids": ["10042"],
                }
            ],
        }
    ],
    "next": None,
}


class ReconciliationRequest(ApiModel):
    """Days to reconcile, both included; at most 366, none in the future."""

    model_config = with_example({"from": "2026-10-22", "to": "2026-11-20"})

    first: Day = Field(alias="from")
    last: Day = Field(alias="to")


class ReconciliationJob(ApiModel):
    """A reconciliation that somebody asked for."""

    model_config = with_example(
        {
            "account": "harbor",
            "from": "2026-10-22",
            "to": "2026-11-20",
            "status": "queued",
            "requested_at": "2026-11-21T15:20:00+00:00",
        }
    )

    account: str
    first: Day = Field(alias="from")
    last: Day = Field(alias="to")
    status: JobStatus
    requested_at: Instant


class ReconciliationParameters(ApiModel):
    """The question that the report answers."""

    first: Day = Field(alias="from")
    last: Day = Field(alias="to")
    basis: Basis


class JobState(ApiModel):
    """How the reconciliation of exactly this range is."""

    status: JobStatus
    requested_at: Instant
    updated_at: Instant
    failures: dict[str, str] = Field(description="Sources that could not be reconciled, and why.")


class ReconciliationState(ApiModel):
    """How much of the range has been reconciled; other days are in no figure."""

    status: Literal["complete", "partial", "none"]
    days: int
    days_reconciled: int
    job: JobState | None


class StoreClock(ApiModel):
    """How a store's own reports read the clock."""

    source: str
    time_zone: str
    dst_correction: bool | None = Field(
        description="The control panel's box; null where the token may not read it."
    )
    note: str


class ReconciliationTotals(ApiModel):
    """The range as a whole: difference = explained + faults + unexplained."""

    store_orders: int
    our_orders: int
    store_total: Amount
    our_total: Amount
    difference: Amount
    explained: Amount
    faults: Amount
    unexplained: Amount
    open_percent: Ratio = Field(
        description="Faults and unexplained differences, none canceling another, in percent."
    )
    repaired_orders: int


class CauseSums(ApiModel):
    """One cause over the whole range."""

    cause: CauseName
    kind: Literal["basis", "fault", "unexplained"]
    sentence: str
    advice: str
    orders: _ORDERS
    amount: Amount
    order_count: int
    order_ids: _IDS
    repaired_count: int
    repaired_ids: _IDS


class RowDifference(ApiModel):
    """One cause on one day under one status."""

    cause: CauseName
    orders: _ORDERS
    amount: Amount
    order_count: int
    order_ids: _IDS


class ReconciliationRow(ApiModel):
    """A status on a day: store_total + all differences = our_total."""

    source: str
    day: Day
    status_id: int
    status: str
    store_count: int = Field(description="What the store's own counter says.")
    store_orders: int = Field(description="How many orders it lists.")
    our_orders: int
    store_total: Amount
    our_total: Amount
    difference: Amount
    differences: list[RowDifference]


class ReconciliationReport(ApiModel):
    """The store's own figures, ours, and why they differ."""

    model_config = with_example(_EXAMPLE)

    report: Literal["reconciliation"]
    account: str
    generated_at: Instant | None = Field(description="When a day was last reconciled.")
    time_zone: str
    currency: str
    follow: str = Field(
        description="An RFC 6570 template of the link behind each figure: of is its column; "
        "source, day and status_id name a row, cause besides one of its differences, and cause "
        "alone its sums."
    )
    parameters: ReconciliationParameters
    state: ReconciliationState
    stores: list[StoreClock]
    totals: ReconciliationTotals
    causes: list[CauseSums]
    rows: list[ReconciliationRow]
    next: None
