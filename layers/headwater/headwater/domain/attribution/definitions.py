"""What a model is made of; the default models are made of the same parts as an account's own."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from functools import cache

from headwater.domain.models import ROLES


class Kind(StrEnum):
    """How a model shares an order out among its touches."""

    FIRST = "first"
    LAST = "last"
    NEW_LEAD = "new_lead"
    REENGAGED_LEAD = "reengaged_lead"
    LINEAR = "linear"
    CHANNELS = "channels"
    POSITION = "position"
    DECAY = "decay"
    W_SHAPED = "w_shaped"
    MARKOV = "markov"
    ROLES_LINEAR = "roles_linear"
    ROLES_FUNNEL = "roles_funnel"
    ROLES_FULL = "roles_full"


class Direct(StrEnum):
    """When a direct visit counts."""

    NEVER = "never"
    ALONE = "alone"
    LIKE_ANY = "like_any"


class Scope(StrEnum):
    """The orders that a model credits."""

    ALL = "all"
    NEW = "new"
    REPEAT = "repeat"
    SUBSCRIPTION_INITIAL = "subscription_initial"


# Each gives everything to one touch.
SINGLE_TOUCH_KINDS = frozenset({Kind.FIRST, Kind.LAST, Kind.NEW_LEAD, Kind.REENGAGED_LEAD})
# They share an order among the touches of its four roles.
ROLE_KINDS = frozenset({Kind.ROLES_LINEAR, Kind.ROLES_FUNNEL, Kind.ROLES_FULL})
# Each role is the touch of the model of its name; ``ROLES`` says in which order.
ROLE_MODELS = ROLES

MULTI_TOUCH_WINDOW = timedelta(days=30)
HALF_LIFE = timedelta(days=7)
POSITION_WEIGHTS = (40, 20, 40)
W_WEIGHTS = (30, 30, 30, 10)


@dataclass(frozen=True, slots=True)
class TouchFilter:
    """Which touches a model looks at.

    Attributes:
        direct: when a direct visit counts.
        campaign_first: in a window with a campaign's touch only those of campaigns count, in one
            without them only referrals.
        channels: only these; empty for all.
        excluded_channels: none of these.
        excluded_campaigns: no campaign of such a name: ``*`` stands for any text, case is ignored.
        paid_only: only ads.
    """

    direct: Direct = Direct.ALONE
    campaign_first: bool = False
    channels: tuple[str, ...] = ()
    excluded_channels: tuple[str, ...] = ()
    excluded_campaigns: tuple[str, ...] = ()
    paid_only: bool = False

    def lets_channel(self, channel: str) -> bool:
        """Tell whether touches of a channel count."""
        return channel not in self.excluded_channels and (
            not self.channels or channel in self.channels
        )

    def lets_campaign(self, campaign: str) -> bool:
        """Tell whether touches of a campaign count."""
        folded = campaign.casefold()
        return not any(pattern_of(text).fullmatch(folded) for text in self.excluded_campaigns)


@cache
def pattern_of(text: str) -> re.Pattern[str]:
    """Return what a campaign's pattern means; only ``*`` means anything but itself."""
    return re.compile(".*".join(map(re.escape, text.casefold().split("*"))), re.DOTALL)


@dataclass(frozen=True, slots=True)
class ModelDefinition:
    """One model.

    Attributes:
        name: the model's, and its columns'.
        kind: how it shares.
        window: how far a touch may lie before the order (``new_lead reengaged_lead``: before the
            opt-in); None for no limit. Kinds over the roles have none of their own.
        filter: which touches count.
        conversion_cycle: only touches after the contact's previous revenue order.
        orders: the orders that it credits; it leaves the others unattributed.
        weights: percent, ``position``: first, middle, last; ``w_shaped``: first, new lead, last,
            others.
        half_life: ``decay``: the time in which a touch loses half of its weight.
    """

    name: str
    kind: Kind
    window: timedelta | None = MULTI_TOUCH_WINDOW
    filter: TouchFilter = TouchFilter()
    conversion_cycle: bool = False
    orders: Scope = Scope.ALL
    weights: tuple[int, ...] = ()
    half_life: timedelta = HALF_LIFE

    @property
    def needs_origin(self) -> bool:
        """Tell whether it needs the contact's very beginning, which tracking may have missed."""
        return self.kind is Kind.NEW_LEAD or (self.kind is Kind.FIRST and self.window is None)


def default_models(
    last_click_window: timedelta, opt_in_window: timedelta
) -> tuple[ModelDefinition, ...]:
    """Return the models that every account has, as the account's windows have them."""
    like_any = TouchFilter(direct=Direct.LIKE_ANY)
    paid = TouchFilter(paid_only=True)
    return (
        ModelDefinition("first_click", Kind.FIRST, None),
        ModelDefinition("last_click", Kind.LAST, last_click_window),
        ModelDefinition("last_touch", Kind.LAST, last_click_window, like_any),
        ModelDefinition("first_paid", Kind.FIRST, None, paid),
        ModelDefinition("last_paid", Kind.LAST, last_click_window, paid),
        ModelDefinition("new_lead", Kind.NEW_LEAD, opt_in_window),
        ModelDefinition("reengaged_lead", Kind.REENGAGED_LEAD, opt_in_window),
        ModelDefinition("linear", Kind.ROLES_LINEAR, None),
        ModelDefinition("full_impact", Kind.ROLES_FULL, None),
        ModelDefinition("full_funnel", Kind.ROLES_FUNNEL, None),
        ModelDefinition("linear_all", Kind.LINEAR),
        ModelDefinition("linear_channels", Kind.CHANNELS),
        ModelDefinition("position_based", Kind.POSITION, weights=POSITION_WEIGHTS),
        ModelDefinition("time_decay", Kind.DECAY),
        ModelDefinition("w_shaped", Kind.W_SHAPED, weights=W_WEIGHTS),
        ModelDefinition("markov", Kind.MARKOV),
    )


def role_definitions(models: tuple[ModelDefinition, ...]) -> tuple[ModelDefinition, ...]:
    """Return the models that define the four roles, in ``ROLES`` order.

    A scope limits what a model credits, not which touch plays the role.
    """
    by_name = {model.name: model for model in models}
    return tuple(replace(by_name[role], orders=Scope.ALL) for role in ROLE_MODELS)
