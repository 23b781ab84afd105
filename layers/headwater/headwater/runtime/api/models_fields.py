"""The shapes of what a CRM's custom fields stand for."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from headwater.runtime.api.fields import ApiModel, Instant, with_example

_FieldMap = Annotated[
    dict[str, str],
    Field(
        description="Custom field → what it stands for: `first_` or `last_` before a utm "
        "parameter, a click id, `url`, `referrer` or `at`; empty for a field to pass over. What is "
        "not named is taken for what its name says.",
        max_length=100,
    ),
]


class FieldsBody(ApiModel):
    """What custom fields shall stand for."""

    model_config = with_example({"fields": {"Where from": "first_utm_source", "utm_source": ""}})

    fields: _FieldMap


class FieldsTrial(ApiModel):
    """What custom fields would stand for; without it, what is saved."""

    model_config = with_example({"fields": {"Where from": "first_utm_source"}})

    fields: _FieldMap | None = None


class SeenField(ApiModel):
    """A custom field of the contacts that were looked at."""

    name: str
    target: str = Field(description="What it stands for; empty for nothing.")
    is_chosen: bool = Field(description="By the account; else it is what its name says.")
    filled: int = Field(description="How many of the contacts have it.")
    samples: list[str]


class ReadContact(ApiModel):
    """A contact by its id at the CRM, and what is read from it."""

    contact_id: str
    created_at: Instant | None
    clicks: dict[str, Any] = Field(description="Fields of POST /v1/leads that tell of a click.")


class FieldPreview(ApiModel):
    """What custom fields hold, and what comes of some contacts."""

    model_config = with_example(
        {
            "account": "harbor",
            "contacts": 100,
            "fields": [
                {
                    "name": "Where from",
                    "target": "first_utm_source",
                    "is_chosen": True,
                    "filled": 61,
                    "samples": ["podcast", "facebook"],
                }
            ],
            "rows": [
                {
                    "contact_id": "01GDDKASAP8TKDDA2GRZDSVP4H",
                    "created_at": "2026-11-20T08:15:00+00:00",
                    "clicks": {"first_utm": {"source": "podcast"}},
                }
            ],
        }
    )

    account: str
    contacts: int = Field(description="How many contacts were looked at.")
    fields: list[SeenField]
    rows: list[ReadContact]


class SavedFields(ApiModel):
    """What custom fields stand for from the next pull on, which brings all contacts."""

    model_config = with_example(
        {"account": "harbor", "source": "klaviyo", "fields": {"Where from": "first_utm_source"}}
    )

    account: str
    source: str
    fields: dict[str, str]
