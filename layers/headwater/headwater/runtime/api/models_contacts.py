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
