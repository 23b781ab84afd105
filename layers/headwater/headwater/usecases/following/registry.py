"""Every report whose figures are followed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater.usecases.following.cohorts_rows import COHORTS_FOLLOWER
from headwater.usecases.following.coverage_rows import COVERAGE_FOLLOWER
from headwater.usecases.following.forecast_rows import FORECAST_FOLLOWER
from headwater.usecases.following.health_rows import HEALTH_FOLLOWER
from headwater.usecases.following.journeys_rows import JOURNEYS_FOLLOWER
from headwater.usecases.following.lags_rows import LAGS_FOLLOWER
from headwater.usecases.following.leads_rows import LEADS_FOLLOWER
from headwater.usecases.following.ltv_rows import LTV_FOLLOWER
from headwater.usecases.following.models_rows import MODELS_FOLLOWER
from headwater.usecases.following.roi_rows import ROI_FOLLOWER
from headwater.usecases.following.subscriptions_rows import SUBSCRIPTIONS_FOLLOWER

if TYPE_CHECKING:
    from headwater.usecases.following.follower import Follower

FOLLOWERS: dict[str, Follower[Any]] = {
    follower.report.name: follower
    for follower in (
        ROI_FOLLOWER,
        MODELS_FOLLOWER,
        LEADS_FOLLOWER,
        LAGS_FOLLOWER,
        FORECAST_FOLLOWER,
        COVERAGE_FOLLOWER,
        HEALTH_FOLLOWER,
        SUBSCRIPTIONS_FOLLOWER,
        JOURNEYS_FOLLOWER,
        COHORTS_FOLLOWER,
        LTV_FOLLOWER,
    )
}
