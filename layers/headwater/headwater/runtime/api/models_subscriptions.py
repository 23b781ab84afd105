"""The shapes of subscription rules and of their preview.

The rules are described here and read by ``domain.subscription_rules``, rule by rule.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from headwater.domain.subscription_rules import LONGEST_PATTERN, MOST_RULES
from headwater.runtime.api.fields import ApiModel, Instant, with_example
from headwater.runtime.api.models_reports import Envelope

_Pattern = Annotated[
    str,
    Field(
        max_length=LONGEST_PATTERN,
        description="A regular expression, searched in the text; (?i) ignores case.",
    ),
]
Kind = Literal["initial", "rebill", "one_time"]
_RULE: dict[str, Any] = {
    "app": "stripe starter",
    "channel_ids": [1294],
}


class SubscriptionRuleBody(ApiModel):
    """What one app leaves in an order. All conditions that are given have to hold."""

    app: str = Field(description="The app's name, as reports show it.")
    order_sources: list[str] = Field(default_factory=list)
    channel_ids: list[int] = Field(default_factory=list)
    external_source: _Pattern = ""
    external_id: _Pattern = ""
    external_order_id: _Pattern = ""
    staff_notes: _Pattern = ""
    customer_message: _Pattern = ""
    option_name: _Pattern = ""
    option_value: _Pattern = ""
    option_value_not: _Pattern = ""
    sku_prefixes: list[str] = Field(default_factory=list)
    repeats: bool = Field(
        default=False, description="The contact has bought the line's product in the shop before."
    )
    marks: Literal["order", "line"] = "order"
    id_from: Literal[
        "", "option_value", "external_id", "external_order_id", "staff_notes", "customer_message"
    ] = Field(default="", description="Where the subscription's id stands.")
    id_pattern: _Pattern = r"\S+"
    renewals: Literal["never", "auto", "always"] = "never"


class SubscriptionRulesBody(ApiModel):
    """The rules of an account, in the order in which they are tried."""

    model_config = with_example({"rules": [_RULE]})

    rules: list[SubscriptionRuleBody] | None = Field(
        max_length=MOST_RULES, description="null returns to the defaults."
    )


class PreviewRequest(ApiModel):
    """Rules to try."""

    model_config = with_example({"rules": [_RULE]})

    rules: list[SubscriptionRuleBody] = Field(max_length=MOST_RULES)


class SubscriptionRulesAnswer(ApiModel):
    """The rules that the next run follows."""

    model_config = with_example({"account": "harbor", "is_default": False, "rules": [_RULE]})

    account: str
    is_default: bool
    rules: list[SubscriptionRuleBody]


class PreviewedRule(ApiModel):
    """What one rule marks; ``is_estimate``: it looks at texts that the facts hold in part."""

    app: str
    orders_marked: int
    is_estimate: bool


class OrderName(ApiModel):
    """An order."""

    source: str
    order_id: str


class Move(ApiModel):
    """Orders that change their kind."""

    before: Kind = Field(alias="from")
    after: Kind = Field(alias="to")
    orders: int
    samples: list[OrderName]


class KindChanges(ApiModel):
    """How many orders would change their kind."""

    orders: int
    moves: list[Move]


class PreviewedOrder(OrderName):
    """An order's place in a chain; without a cycle where the chain began before our history."""

    placed_at: Instant
    kind: Kind
    cycle: int | None


class PreviewedChain(ApiModel):
    """A chain that would be found."""

    chain_id: str
    app: str
    is_inferred: bool
    cadence: str
    returned_from: str
    orders: list[PreviewedOrder]


class SteadyOrders(ApiModel):
    """Unmarked orders of one contact and product that come back steadily."""

    source: str
    order_ids: list[str]
    days: int


class Suggestions(ApiModel):
    """Steady habits without a mark: perhaps a rule is missing."""

    contacts: int
    samples: list[SteadyOrders]


class SubscriptionPreview(Envelope):
    """What rules would chain among the orders of the last run."""

    model_config = with_example(
        {
            "report": "subscriptions-preview",
            "account": "harbor",
            "data_version": "9f2c41d07be3a865",
            "generated_at": "2026-11-21T14:02:11+00:00",
            "as_of": "2026-11-21",
            "history": "complete",
            "time_zone": "America/New_York",
            "currency": "USD",
            "orders_marked": 412,
            "rules": [{"app": "stripe starter", "orders_marked": 412, "is_estimate": False}],
            "chains": 63,
            "inferred_chains": 63,
            "chains_begun_before": 0,
            "initials": 63,
            "rebills": 341,
            "changed": {
                "orders": 404,
                "moves": [
                    {
                        "from": "one_time",
                        "to": "rebill",
                        "orders": 341,
                        "samples": [{"source": "bigcommerce", "order_id": "1207"}],
                    }
                ],
            },
            "samples": [],
            "suggested": {"contacts": 0, "samples": []},
        }
    )

    orders_marked: int
    rules: list[PreviewedRule]
    chains: int
    inferred_chains: int
    chains_begun_before: int
    initials: int
    rebills: int
    changed: KindChanges
    samples: list[PreviewedChain]
    suggested: Suggestions
