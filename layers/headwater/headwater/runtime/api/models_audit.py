"""The shapes of the audit log."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from headwater.runtime.api.fields import ApiModel, Day, Instant, NextPage, with_example


class AuditActor(ApiModel):
    """Who acted."""

    kind: Literal["key", "session", "schedule"]
    id: str = Field(description="The key's or session's id, or a schedule's name.")
    label: str = Field(description="What it was called then; empty where it had no name.")
    role: str = Field(description="The role that it had; empty for a schedule.")


class AuditRow(ApiModel):
    """One change, or an attempt at one."""

    id: str
    at: Instant
    actor: AuditActor
    action: str = Field(description="The route, or what a schedule did.")
    subject: str = Field(description="What the path names; a person by his contact id alone.")
    outcome: Literal["begun", "done", "refused", "failed"] = Field(
        description="refused: nothing was changed. failed: a defect or an outage, perhaps half "
        "way. begun: the outcome could not be written down; the change may have been made."
    )
    note: str = Field(
        description="What it came to. Of settings: the names of those that changed, and a hash of "
        "all of them before and after."
    )


class AuditList(ApiModel):
    """The audit log of some days, the latest entry first."""

    model_config = with_example(
        {
            "account": "harbor",
            "from": "2026-11-01",
            "to": "2026-11-21",
            "time_zone": "America/New_York",
            "rows": [
                {
                    "id": "2026-11-21T14:02:11.052000Z-PqT3xhY2IAMEVxA=",
                    "at": "2026-11-21T14:02:11.052000+00:00",
                    "actor": {"kind": "key", "id": "9f2c41d0", "label": "office", "role": "owner"},
                    "action": "PUT /v1/settings/refresh",
                    "subject": "",
                    "outcome": "done",
                    "note": "changed=refresh before=5d41402abc4b after=7d793037a076",
                }
            ],
            "next": None,
        }
    )

    account: str
    first: Day = Field(alias="from")
    last: Day = Field(alias="to")
    time_zone: str = Field(description="Whose days they are.")
    rows: list[AuditRow]
    next: NextPage
