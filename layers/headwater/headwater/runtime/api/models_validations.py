"""The shapes of tests of the tracking."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from headwater.runtime.api.fields import ApiModel, Instant, with_example

Kind = Literal["lead", "sales"]
ItemState = Literal["waiting", "passed", "failed", "skipped"]
Verdict = Literal["waiting", "passed", "failed"]

_ITEM = {
    "item": "marks",
    "title": "Campaign marks and click id are seen",
    "state": "failed",
    "seen": "Dropped on the way",
    "cause": "The redirect (301) of https://shop.example/spring drops gclid, utm_campaign.",
    "fix": "Let it pass the query on to https://www.shop.example/mugs, or link there directly.",
}
_TEST = {
    "account": "harbor",
    "validation": "19a3f2c7e405f0c9ae1b2d34477",
    "kind": "sales",
    "url": "https://shop.example/spring?utm_source=google&utm_campaign=spring&gclid=test",
    "link": "https://shop.example/spring?utm_source=google&utm_campaign=spring&gclid=test"
    "&hwv=19a3f2c7e405f0c9ae1b2d34477",
    "state": "running",
    "verdict": "failed",
    "started_at": "2026-11-21T14:02:11+00:00",
    "closes_at": "2026-11-22T14:02:11+00:00",
    "ended_at": None,
    "steps": [
        {"url": "https://shop.example/spring?utm_source=google", "status": 301, "dropped": []},
        {"url": "https://www.shop.example/mugs", "status": 200, "dropped": ["utm_source"]},
    ],
    "items": [_ITEM],
}


class ValidationRequest(ApiModel):
    """A page to test."""

    model_config = with_example({"url": _TEST["url"], "kind": "sales"})

    url: str = Field(
        max_length=2048,
        description="The address that an ad or mailing uses, with its campaign marks.",
    )
    kind: Kind = Field(description="lead: the visit ends with a sign-up; sales: with an order.")


class ValidationStep(ApiModel):
    """One request on the way to the page."""

    url: str
    status: int = Field(description="0 where there was no answer.")
    dropped: list[str] = Field(description="Marks that the address before still had.")


class ValidationItem(ApiModel):
    """One line of the list."""

    item: str = Field(examples=["script", "hit", "marks", "attributed"])
    title: str
    state: ItemState
    seen: str = Field(description="What there was to see.")
    cause: str = Field(description="Why it failed; empty where it did not.")
    fix: str = Field(description="What to do about it.")


class ValidationSummary(ApiModel):
    """A test, as the history tells of it."""

    validation: str
    kind: Kind
    url: str
    state: Literal["running", "ended"]
    verdict: Verdict
    started_at: Instant
    ended_at: Instant | None
    failed: list[str] = Field(description="The items that failed.")


class ValidationList(ApiModel):
    """The latest tests of the account."""

    model_config = with_example(
        {
            "account": "harbor",
            "rows": [
                {name: _TEST[name] for name in ("validation", "kind", "url", "started_at")}
                | {
                    "state": "ended",
                    "verdict": "failed",
                    "ended_at": "2026-11-21T14:11:40+00:00",
                    "failed": ["marks"],
                }
            ],
        }
    )

    account: str
    rows: list[ValidationSummary] = Field(description="The latest first, a hundred at most.")


class ValidationAnswer(ApiModel):
    """A test and its list, as things are; of one that has ended, as they were then."""

    model_config = with_example(_TEST)

    account: str
    validation: str
    kind: Kind
    url: str
    link: str = Field(description="What to open in a browser: the address with the test's code.")
    state: Literal["running", "ended"]
    verdict: Verdict
    started_at: Instant
    closes_at: Instant = Field(description="When the test ends by itself.")
    ended_at: Instant | None
    steps: list[ValidationStep] = Field(description="How the page was reached from here.")
    items: list[ValidationItem]
