"""An account's settings: every rule that a merchant may choose, with its default."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from headwater.domain.attribution.definitions import default_models
from headwater.domain.attribution.documents import changes_document, models_from_document
from headwater.domain.buckets import MOST_BUCKETS
from headwater.domain.channels import PAID_CHANNELS
from headwater.domain.cleaning import NO_CLEANING, Cleaning
from headwater.domain.cleaning_documents import cleaning_document, cleaning_from_document
from headwater.domain.effect_months import Restatement
from headwater.domain.subscription_rules import DEFAULT_RULES, rules_document, stored_rules
from headwater.errors import InvalidParameterError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from headwater.domain.attribution.definitions import ModelDefinition
    from headwater.domain.subscription_rules import SubscriptionRule

# BigCommerce: 0 incomplete, 5 canceled, 6 declined. None of them is ever a sale.
NEVER_REVENUE = frozenset({0, 5, 6})
MOST_RECONCILED_DAYS = 31
DEFAULT_MIN_PATHS, MOST_MIN_PATHS = 2_000, 1_000_000
DEFAULT_BUCKETS = 1
REFRESHES = ("daily", "hourly", "15min")


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """The rules of one account.

    ``currency`` is that of the account's first store. ``tracking_start`` overrides the first
    live hit, and can only be later than it. ``reconcile_days``: how many days, up to yesterday,
    each run holds against the stores; 0 for none. ``subscription_rules`` is None as long as the
    account has none of its own. ``duplicate_owners`` are sources, the strongest first:
    of a sale that stands in two of them, the order of the stronger one counts. ``cleaning`` holds
    the aliases and channel rules by which clicks are named. ``attribution`` are the models that the
    account has changed, and its own.
    ``markov_min_paths``: with fewer converting or fewer null paths a month's effects are those of
    ``linear_all``. ``effects_restatement``: what the owner last asked to be trained again.
    ``contact_buckets``: into how many parts the attribution of an account is cut that one function
    cannot hold; no figure depends on it. ``refresh`` is how soon reports follow what changes
    between two daily runs.
    """

    currency: str = "USD"
    time_zone: str = "America/New_York"
    revenue_statuses: frozenset[int] = frozenset({2, 3, 4, 8, 9, 10, 11, 14})
    last_click_window: timedelta = timedelta(days=30)
    opt_in_window: timedelta = timedelta(days=7)
    own_domains: tuple[str, ...] = ()
    tracking_start: datetime | None = None
    reconcile_days: int = 7
    subscription_rules: tuple[SubscriptionRule, ...] | None = None
    duplicate_owners: tuple[str, ...] = ()
    cleaning: Cleaning = NO_CLEANING
    attribution: tuple[ModelDefinition, ...] = ()
    markov_min_paths: int = DEFAULT_MIN_PATHS
    effects_restatement: Restatement | None = None
    contact_buckets: int = DEFAULT_BUCKETS
    refresh: str = "daily"

    def __post_init__(self) -> None:
        """Refuse settings that no report could follow.

        Raises:
            InvalidParameterError: naming the setting and the reason.
        """
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            message = f"time_zone: there is no time zone {self.time_zone!r}"
            raise InvalidParameterError(message) from None
        if never := self.revenue_statuses & NEVER_REVENUE:
            message = f"revenue_statuses: {sorted(never)} are never sales"
            raise InvalidParameterError(message)
        if min(self.last_click_window, self.opt_in_window) <= timedelta(0):
            message = "a window must be longer than nothing"
            raise InvalidParameterError(message)
        if not 0 <= self.reconcile_days <= MOST_RECONCILED_DAYS:
            message = f"reconcile_days: from 0 to {MOST_RECONCILED_DAYS}"
            raise InvalidParameterError(message)
        if not 1 <= self.markov_min_paths <= MOST_MIN_PATHS:
            message = f"markov_min_paths: from 1 to {MOST_MIN_PATHS}"
            raise InvalidParameterError(message)
        if not 1 <= self.contact_buckets <= MOST_BUCKETS:
            message = f"contact_buckets: from 1 to {MOST_BUCKETS}"
            raise InvalidParameterError(message)
        if self.refresh not in REFRESHES:
            message = f"refresh: one of {', '.join(REFRESHES)}"
            raise InvalidParameterError(message)

    @property
    def models(self) -> tuple[str, ...]:
        """Return the names of the account's attribution models, in the order of their columns."""
        return tuple(model.name for model in self.model_definitions)

    @property
    def model_definitions(self) -> tuple[ModelDefinition, ...]:
        """Return the account's attribution models: the built-in ones, then its own."""
        changed = {model.name: model for model in self.attribution}
        built_in = self.default_models
        own = changed.keys() - {model.name for model in built_in}
        return (
            *(changed.get(model.name, model) for model in built_in),
            *(changed[name] for name in sorted(own)),
        )

    def with_models(self, document: Any) -> AccountSettings:  # noqa: ANN401 - any JSON value
        """Return the settings with other changes of the models, given as plain JSON values.

        Raises:
            InvalidModelsError: naming each bad model and parameter.
        """
        defaults = self.default_models
        models = models_from_document(document, defaults)
        return replace(self, attribution=tuple(each for each in models if each not in defaults))

    @property
    def default_models(self) -> tuple[ModelDefinition, ...]:
        """Return the built-in models as they are where the account changes none of them."""
        return default_models(self.last_click_window, self.opt_in_window)

    @property
    def paid_channels(self) -> frozenset[str]:
        """Return the channels whose clicks are ads: the built-in ones and the account's own."""
        return PAID_CHANNELS | frozenset(self.cleaning.paid_channels)

    @property
    def rules(self) -> tuple[SubscriptionRule, ...]:
        """Return the account's subscription rules, or the defaults."""
        return DEFAULT_RULES if self.subscription_rules is None else self.subscription_rules

    @property
    def texts_looked_at(self) -> frozenset[SubscriptionRule]:
        """Return the rules that decide which parts of an order's texts the facts hold."""
        return frozenset(rule for rule in self.rules if rule.has_text_conditions)

    def document(self) -> dict[str, Any]:
        """Return the settings as plain JSON values, windows in seconds."""
        return {
            "currency": self.currency,
            "time_zone": self.time_zone,
            "revenue_statuses": sorted(self.revenue_statuses),
            "last_click_window": self.last_click_window.total_seconds(),
            "opt_in_window": self.opt_in_window.total_seconds(),
            "own_domains": list(self.own_domains),
            "tracking_start": self.tracking_start and self.tracking_start.isoformat(),
            "reconcile_days": self.reconcile_days,
            "subscription_rules": None
            if self.subscription_rules is None
            else rules_document(self.subscription_rules),
            "duplicate_owners": list(self.duplicate_owners),
            "cleaning": cleaning_document(self.cleaning),
            "attribution": changes_document(self.model_definitions, self.default_models),
            "markov_min_paths": self.markov_min_paths,
            "contact_buckets": self.contact_buckets,
            "effects_restatement": self.effects_restatement and self.effects_restatement.document(),
            "refresh": self.refresh,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> AccountSettings:
        """Read settings back; what the document does not name has its default.

        Raises:
            InvalidParameterError: a value that no report could follow.
        """
        readers: dict[str, Callable[[Any], Any]] = {
            "currency": str,
            "time_zone": str,
            "revenue_statuses": frozenset,
            "last_click_window": lambda seconds: timedelta(seconds=seconds),
            "opt_in_window": lambda seconds: timedelta(seconds=seconds),
            "own_domains": tuple,
            "tracking_start": lambda text: datetime.fromisoformat(text) if text else None,
            "reconcile_days": int,
            "subscription_rules": stored_rules,
            "duplicate_owners": tuple,
            "cleaning": cleaning_from_document,
            "markov_min_paths": int,
            "effects_restatement": Restatement.from_document,
            "contact_buckets": int,
            "refresh": str,
        }
        given = {name: value for name, value in document.items() if name != "attribution"}
        settings = cls(**{name: readers[name](value) for name, value in given.items()})
        return settings.with_models(document.get("attribution", {}))
