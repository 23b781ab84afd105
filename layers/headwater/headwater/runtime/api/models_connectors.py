"""The shapes of connecting an ad platform or a CRM."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from headwater.runtime.api.fields import ApiModel, with_example
from headwater.runtime.api.models_connecting import ScopeTrial, Status

Credentials = Annotated[
    dict[str, str],
    Field(max_length=10, repr=False, description="By the names that docs/connectors.md lists."),
]
ChosenAdAccounts = Annotated[
    list[str] | None,
    Field(
        max_length=200,
        description="Ids of those to pull. Without them the only one there is, or as before.",
    ),
]
_ADS = {"access_token": "s3cr3t", "app_id": "7000000000000000009", "secret": "s3cr3t"}
_TRIED = {
    "title": "Reporting",
    "name": "Reporting",
    "is_required": True,
    "needed_for": "cost, clicks and impressions of each ad and day",
    "state": "granted",
    "detail": "",
}
_AD_ACCOUNT = {
    "id": "7000000000000000001",
    "name": "Harbor Coffee",
    "currency": "USD",
    "time_zone": "America/New_York",
}


class AdAccountFacts(ApiModel):
    """An ad account as its platform describes it."""

    id: str
    name: str
    currency: str
    time_zone: str = Field(description="Its days are those of this zone.")


class ConnectorTrial(ApiModel):
    """Credentials of an ad platform or a CRM to try, of which nothing is kept."""

    model_config = with_example({"kind": "tiktok_ads", "credentials": _ADS})

    kind: str = Field(max_length=32, description="One of those that docs/connectors.md lists.")
    credentials: Credentials
    api_url: str = Field(
        default="", description="Another API than the vendor's, where the deployment allows it."
    )


class ConnectorBody(ConnectorTrial):
    """An ad platform or a CRM to connect, or to connect again."""

    model_config = with_example(
        {"kind": "tiktok_ads", "credentials": _ADS, "ad_accounts": ["7000000000000000001"]}
    )

    source: str = Field(default="", description="Your name for it; the kind without one.")
    ad_accounts: ChosenAdAccounts = None
    pull_now: bool = Field(default=True, description="Pull the history now, not at 9:00.")


class ConnectorRenewal(ApiModel):
    """New credentials for an ad platform or a CRM that is connected."""

    model_config = with_example({"credentials": _ADS})

    credentials: Credentials
    pull_now: bool = Field(default=True, description="Pull now, not at 9:00.")


class ConnectorCheck(ApiModel):
    """What credentials open."""

    model_config = with_example(
        {
            "kind": "tiktok_ads",
            "can_connect": True,
            "reason": "",
            "scopes": [_TRIED],
            "ad_accounts": [_AD_ACCOUNT],
            "renewed": {},
        }
    )

    kind: str
    can_connect: bool
    reason: str = Field(description="What is missing and where to mend it.")
    scopes: list[ScopeTrial]
    ad_accounts: list[AdAccountFacts] = Field(description="Those to choose from.")
    renewed: dict[str, str] = Field(
        repr=False,
        description="Credentials that the vendor has replaced meanwhile: a refresh token that is"
        " good once. Connect with these.",
    )


class ConnectedConnector(ApiModel):
    """The ad platform or CRM as it is connected now."""

    model_config = with_example(
        {
            "source": "tiktok_ads",
            "kind": "tiktok_ads",
            "status": "ok",
            "pull_started": True,
            "scopes": [_TRIED],
            "ad_accounts": [_AD_ACCOUNT],
        }
    )

    source: str
    kind: str
    status: Status
    pull_started: bool
    scopes: list[ScopeTrial]
    ad_accounts: list[AdAccountFacts] = Field(description="Those that are pulled.")
