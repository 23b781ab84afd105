"""The shapes of saved views."""

from __future__ import annotations

from pydantic import Field

from headwater.domain.views import LONGEST_NAME
from headwater.runtime.api.fields import ApiModel, Instant, with_example

_BODY = {
    "name": "Brand campaigns, last month",
    "report": "roi",
    "parameters": {
        "range": "last_month",
        "by": "campaign",
        "model": "linear",
        "filter": "campaign ~ 'brand'",
        "sort": "-net",
    },
}
_VIEW = {
    "view": "19a3f2c7e405f0c9ae1",
    **_BODY,
    "created_at": "2026-11-21T14:02:11+00:00",
    "changed_at": "2026-11-21T14:02:11+00:00",
}


class ViewBody(ApiModel):
    """A report with its parameters, under a name."""

    model_config = with_example(_BODY)

    name: str = Field(max_length=LONGEST_NAME)
    report: str = Field(max_length=64, description="As in /v1/reports/<report>.", examples=["roi"])
    parameters: dict[str, str] = Field(
        default={},
        description="Those of the report's route, as texts. A relative range is read anew "
        "whenever the view is.",
    )


class SavedView(ViewBody):
    """A view as it is kept."""

    model_config = with_example(_VIEW)

    view: str = Field(description="Its id.")
    created_at: Instant
    changed_at: Instant


class ViewAnswer(SavedView):
    """A view, and whose it is."""

    model_config = with_example({"account": "harbor", **_VIEW})

    account: str


class ViewList(ApiModel):
    """An account's views, the oldest first."""

    model_config = with_example({"account": "harbor", "rows": [_VIEW]})

    account: str
    rows: list[SavedView]


class ViewRemoved(ApiModel):
    """A view that is no more."""

    model_config = with_example({"account": "harbor", "view": "19a3f2c7e405f0c9ae1"})

    account: str
    view: str
