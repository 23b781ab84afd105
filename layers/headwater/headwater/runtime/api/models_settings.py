"""The shapes of the settings that are a value or two, of their list, and of their history."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from headwater.domain.buckets import MOST_BUCKETS
from headwater.domain.plain_settings import LONGEST_WINDOW, MOST_DOMAINS, STATUSES
from headwater.domain.settings import (
    DEFAULT_BUCKETS,
    DEFAULT_MIN_PATHS,
    MOST_MIN_PATHS,
    MOST_RECONCILED_DAYS,
)
from headwater.runtime.api.fields import ApiModel, Instant, with_example

_Account = Annotated[str, Field(examples=["harbor"])]
_RunStarted = Annotated[bool | None, Field(description="After a change.")]
_Status = Annotated[int, Field(strict=True, ge=STATUSES[0], le=STATUSES[-1])]
_Days = Annotated[float, Field(gt=0, le=LONGEST_WINDOW.days)]


class TimeZoneBody(ApiModel):
    """The zone whose midnight begins a reporting day."""

    model_config = with_example({"time_zone": "America/New_York"})

    time_zone: str = Field(max_length=64, description="A name of the IANA database.")


class CurrencyBody(ApiModel):
    """The currency of all amounts."""

    model_config = with_example({"currency": "USD"})

    currency: str = Field(pattern=r"^[A-Z]{3}$", description="ISO 4217.")


class RevenueBody(ApiModel):
    """Which orders are revenue."""

    model_config = with_example({"statuses": [2, 3, 4, 8, 9, 10, 11, 14]})

    statuses: list[_Status] = Field(
        min_length=1,
        max_length=len(STATUSES),
        description="BigCommerce's status ids; 0, 5 and 6 (incomplete, cancelled, declined) never "
        "are revenue.",
    )


class WindowsBody(ApiModel):
    """How far before an order, and before an opt-in, a click counts."""

    model_config = with_example({"last_click_days": 30, "opt_in_days": 7})

    last_click_days: _Days = Field(description="Last click, and the models that follow its window.")
    opt_in_days: _Days = Field(description="New lead and re-engaged lead.")


class TrackingStartBody(ApiModel):
    """From when on clicks were tracked well enough to be counted on."""

    model_config = with_example({"tracking_start": "2026-09-01T00:00:00-04:00"})

    tracking_start: Instant | None = Field(
        description="Counts where it is later than the first hit; null for the first hit."
    )


class DomainsBody(ApiModel):
    """The shop's own hosts, which are no referrers of its visits."""

    model_config = with_example({"domains": ["shop.example", "store-abc123.mybigcommerce.com"]})

    domains: list[Annotated[str, Field(max_length=253)]] = Field(max_length=MOST_DOMAINS)


class EngineBody(ApiModel):
    """How credits are computed; what is left out has its default."""

    model_config = with_example({"markov_min_paths": 2000, "contact_buckets": 1})

    markov_min_paths: int = Field(
        default=DEFAULT_MIN_PATHS,
        strict=True,
        ge=1,
        le=MOST_MIN_PATHS,
        description="A month's effects that rest on fewer converting or fewer null paths are "
        "those of linear_all.",
    )
    contact_buckets: int = Field(
        default=DEFAULT_BUCKETS,
        strict=True,
        ge=1,
        le=MOST_BUCKETS,
        description="Into how many parts the attribution of an account is cut that one function "
        "cannot hold; no figure depends on it.",
    )


class RefreshBody(ApiModel):
    """How soon reports follow."""

    model_config = with_example({"refresh": "hourly"})

    refresh: Literal["daily", "hourly", "15min"] = Field(
        description="How often a run starts where something has changed."
    )


class ReconciliationBody(ApiModel):
    """How many days, up to yesterday, each run holds against the stores."""

    model_config = with_example({"days": 7})

    days: int = Field(strict=True, ge=0, le=MOST_RECONCILED_DAYS, description="0 for none.")


def _answered(body: type[ApiModel]) -> ConfigDict:
    """Return the configuration of an answer: the example is that of the body, with its account."""
    said: Any = body.model_config["json_schema_extra"]
    return with_example({"account": "harbor", **said["examples"][0]})


class TimeZoneAnswer(TimeZoneBody):
    """The zone that the next run follows."""

    model_config = _answered(TimeZoneBody)

    account: _Account
    run_started: _RunStarted = None


class CurrencyAnswer(CurrencyBody):
    """The currency that the next run follows."""

    model_config = _answered(CurrencyBody)

    account: _Account
    run_started: _RunStarted = None


class RevenueAnswer(RevenueBody):
    """The statuses that the next run follows."""

    model_config = _answered(RevenueBody)

    account: _Account
    run_started: _RunStarted = None


class WindowsAnswer(WindowsBody):
    """The windows that the next run follows."""

    model_config = _answered(WindowsBody)

    account: _Account
    run_started: _RunStarted = None


class TrackingStartAnswer(TrackingStartBody):
    """The start that the next run follows."""

    model_config = _answered(TrackingStartBody)

    account: _Account
    run_started: _RunStarted = None


class DomainsAnswer(DomainsBody):
    """The hosts that the next run follows."""

    model_config = _answered(DomainsBody)

    account: _Account
    run_started: _RunStarted = None


class EngineAnswer(EngineBody):
    """How the next run computes credits."""

    model_config = _answered(EngineBody)

    account: _Account


class RefreshAnswer(RefreshBody):
    """How soon reports follow."""

    model_config = _answered(RefreshBody)

    account: _Account


class ReconciliationAnswer(ReconciliationBody):
    """How many days each run holds against the stores."""

    model_config = _answered(ReconciliationBody)

    account: _Account


class SettingRow(ApiModel):
    """One setting."""

    setting: str
    path: str = Field(description="Where its document is put.")
    preview: str | None = Field(description="Where another document can be tried.")
    moves_money: bool = Field(description="Another value gives other figures for days gone by.")
    is_default: bool
    value: dict[str, Any]
    default: dict[str, Any]
    bounds: dict[str, Any] = Field(description="JSON Schema of its document's fields.")


_ROW = {
    "setting": "refresh",
    "path": "/v1/settings/refresh",
    "preview": None,
    "moves_money": False,
    "is_default": True,
    "value": {"refresh": "daily"},
    "default": {"refresh": "daily"},
    "bounds": {"refresh": {"enum": ["daily", "hourly", "15min"], "type": "string"}},
}


class SettingList(ApiModel):
    """All settings of an account."""

    model_config = with_example({"account": "harbor", "rows": [_ROW]})

    account: str
    rows: list[SettingRow]


class ChangedBy(ApiModel):
    """Who made a change: a key or a session."""

    kind: str
    id: str
    label: str
    role: str


class SettingChangeRow(ApiModel):
    """One change. Putting ``before`` where the setting is put undoes it."""

    change: str = Field(description="Its id; later changes sort behind earlier ones.")
    at: Instant
    setting: str
    by: ChangedBy | None = Field(description="null: connecting a store, or a pull, did it.")
    before: dict[str, Any]
    after: dict[str, Any]


class SettingHistoryAnswer(ApiModel):
    """The changes of settings, the latest first."""

    model_config = with_example(
        {
            "account": "harbor",
            "rows": [
                {
                    "change": "00000003.refresh",
                    "at": "2026-11-21T14:02:11+00:00",
                    "setting": "refresh",
                    "by": {"kind": "key", "id": "9f2c41d0", "label": "office", "role": "owner"},
                    "before": {"refresh": "daily"},
                    "after": {"refresh": "hourly"},
                }
            ],
            "next": None,
        }
    )

    account: str
    rows: list[SettingChangeRow]
    next: str | None = Field(description="What to give as after for earlier ones.")
