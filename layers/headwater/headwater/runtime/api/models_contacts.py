"""The shapes of what is said of contacts by hand."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from headwater.runtime.api.fields import ApiModel, Instant, with_example

_ANN, _WORK = "zc6hyqgbvvqhjbb6fdkmpn2bhy", "b6zlz5vrmqv2kw3avgopbzwocy"


class LinkRequest(ApiModel):
    """What is said of a contact and another one."""

    model_config = with_example({"with": "ann@work.example", "kind": "link"})

    other: str = Field(
        alias="with", min_length=1, max_length=254, description="A contact's id or an email."
    )
    kind: Literal["link", "unlink"]


class ContactLink(ApiModel):
    """What was said of two nodes; the last word on them counts."""

    node: str = Field(description="The contact's own node of the two.")
    other: str = Field(alias="with", description="The other node.")
    contact: str = Field(description="Whom the other node belongs to in the last run, if anybody.")
    kind: Literal["link", "unlink"]
    at: Instant


class Erasure(ApiModel):
    """What an erasure removed, and until when copies exist that no single person leaves."""

    model_config = with_example(
        {
            "account": "my-shop",
            "erased_at": "2026-11-21T14:02:11+00:00",
            "orders_blanked": 3,
            "touchpoints_removed": 7,
            "items_removed": 5,
            "run_started": True,
            "earlier_runs_until": "2026-11-30",
            "raw_pages_until": "2026-12-21",
            "backups_until": "2026-12-26",
        }
    )

    account: str
    erased_at: Instant
    orders_blanked: int = Field(description="Orders that no longer say who placed them.")
    touchpoints_removed: int
    items_removed: int = Field(
        description="Profile, opt-ins, links, imported touchpoints and customer records."
    )
    run_started: bool = Field(description="The run after which no report knows the person.")
    earlier_runs_until: str = Field(
        description="The day on which the last of what earlier runs made of him is swept."
    )
    raw_pages_until: str = Field(
        description="The day on which the last page as a store or CRM sent it expires."
    )
    backups_until: str = Field(
        description="The day until which the tables can be restored as they were before."
    )


class ContactLinks(ApiModel):
    """A contact as the last run found it, and what was said of it since the beginning."""

    model_config = with_example(
        {
            "account": "my-shop",
            "data_version": "9f2c41d07be3a865",
            "contact": _ANN,
            "links": [
                {
                    "node": _ANN,
                    "with": _WORK,
                    "contact": _WORK,
                    "kind": "link",
                    "at": "2026-11-21T14:02:11+00:00",
                }
            ],
            "changed": True,
        }
    )

    account: str
    data_version: str
    contact: str = Field(description="The contact that the id stands for now.")
    links: list[ContactLink]
    changed: bool | None = Field(None, description="Of a request that says or takes back.")
