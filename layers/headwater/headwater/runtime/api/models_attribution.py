"""The shapes of an account's attribution models.

They are described here and read by ``domain.attribution.documents``, parameter by parameter.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from headwater.domain.attribution.documents import LONGEST_DAYS, LONGEST_NAME, MOST_NAMES
from headwater.runtime.api.fields import ApiModel, Model, with_example

_CHANGES: dict[str, Any] = {
    "last_click": {"window_days": 1},
    "time_decay": {"half_life_days": 3.5},
    "paid_position": {
        "kind": "position",
        "weights": [50, 20, 30],
        "paid_only": True,
        "excluded_campaigns": ["*brand*"],
        "orders": "new",
    },
}
_Days = Annotated[float, Field(gt=0, le=LONGEST_DAYS)]
_Names = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]],
    Field(max_length=MOST_NAMES),
]


class ModelParameters(ApiModel):
    """What a model is made of; a model has the parameters that mean something for its kind."""

    kind: (
        Literal[
            "first",
            "last",
            "new_lead",
            "reengaged_lead",
            "linear",
            "channels",
            "position",
            "decay",
            "w_shaped",
            "markov",
            "roles_linear",
            "roles_funnel",
            "roles_full",
        ]
        | None
    ) = Field(default=None, description="Of a model of your own; roles_full is built in only.")
    window_days: _Days | None = Field(default=None, description="null: no limit.")
    direct: Literal["never", "alone", "like_any"] = Field(
        default="alone", description="When a direct visit counts."
    )
    campaign_first: bool = Field(
        default=False, description="A campaign beats a referral, a referral beats a direct visit."
    )
    channels: _Names = Field(default_factory=list, description="Only these; none: all.")
    excluded_channels: _Names = Field(default_factory=list)
    excluded_campaigns: _Names = Field(
        default_factory=list, description="* is any text; letter case does not matter."
    )
    paid_only: bool = False
    conversion_cycle: bool = Field(
        default=False, description="Only clicks after the contact's previous order."
    )
    orders: Literal["all", "new", "repeat", "subscription_initial"] = "all"
    weights: list[int] = Field(
        default_factory=list,
        description="Percent. position: first, middle, last; w_shaped: first, lead, last, others.",
    )
    half_life_days: _Days | None = None


class AttributionBody(ApiModel):
    """What differs from the defaults: parameters of built-in models, and models of your own."""

    model_config = with_example({"models": _CHANGES})

    models: dict[Model, ModelParameters] | None


class AttributionAnswer(ApiModel):
    """All models with all their parameters, and what of it is the account's own."""

    model_config = with_example(
        {
            "account": "harbor",
            "models": {"last_click": {"kind": "last", "window_days": 1, "direct": "alone"}},
            "changed": {"last_click": {"window_days": 1}},
        }
    )

    account: str
    models: dict[Model, ModelParameters]
    changed: dict[Model, ModelParameters]
    run_started: bool | None = None
