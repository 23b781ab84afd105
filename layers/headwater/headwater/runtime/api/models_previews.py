"""The shapes of what another value of a setting would change."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from headwater.runtime.api.fields import Amount, ApiModel, Day, Model, RowKind, with_example
from headwater.runtime.api.models_reports import Envelope


class Money(ApiModel):
    """Orders and what they brought."""

    orders: int
    gross: Amount
    net: Amount


class PreviewTotals(ApiModel):
    """What the store took in the range, whatever the model."""

    before: Money
    after: Money


class PreviewRow(ApiModel):
    """A row of the ROI report by channel that would be another."""

    model: Model
    kind: RowKind
    channel: str
    before: Money | None = Field(description="null: there is no such row now.")
    after: Money | None = Field(description="null: there would be no such row.")


_NOW = {"orders": 212, "gross": "18210.10", "net": "17990.40"}
_THEN = {"orders": 198, "gross": "17002.35", "net": "16840.00"}


class SettingPreview(Envelope):
    """Which figures of a range another value of a setting would give."""

    model_config = with_example(
        {
            "report": "settings-preview",
            "account": "harbor",
            "data_version": "9f2c41d07be3a865",
            "generated_at": "2026-11-21T14:02:11+00:00",
            "as_of": "2026-11-21",
            "history": "complete",
            "gaps": {},
            "time_zone": "America/New_York",
            "currency": "USD",
            "setting": "revenue",
            "before": {"statuses": [2, 3, 10, 11]},
            "after": {"statuses": [2, 10]},
            "from": "2026-10-22",
            "to": "2026-11-20",
            "facts": 26310,
            "is_count": False,
            "totals": {"before": _NOW, "after": _THEN},
            "rows": [
                {
                    "model": "last_click",
                    "kind": "credited",
                    "channel": "paid_search",
                    "before": {"orders": 40, "gross": "3101.00", "net": "3055.10"},
                    "after": {"orders": 37, "gross": "2890.25", "net": "2855.35"},
                }
            ],
        }
    )

    setting: str
    before: dict[str, Any] = Field(
        description="The setting's document of the last run; of a restatement, from which month."
    )
    after: dict[str, Any]
    first: Day = Field(alias="from")
    last: Day = Field(alias="to")
    facts: int = Field(description="Orders and touchpoints of the account.")
    is_count: bool = Field(
        description="The account is too large to be attributed within a request: no figures."
    )
    totals: PreviewTotals | None
    rows: list[PreviewRow] | None = Field(description="Those that would be others, no more.")
