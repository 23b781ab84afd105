"""Klaviyo."""

from headwater.usecases.check_store import Permission
from headwater.usecases.connectors.kinds import (
    APP,
    APP_CREDENTIALS,
    LEADS,
    ConnectorKind,
    Credential,
)

PROFILES = Permission("Profiles", "profiles:read", "contacts with their created dates and fields")
LISTS = Permission(
    "Lists",
    "lists:read",
    "when each contact joined which list",
    without="a contact that joins another list later is no re-engaged lead",
)
KLAVIYO = ConnectorKind(
    kind="klaviyo",
    title="Klaviyo",
    role=LEADS,
    credentials=(
        Credential("api_key", "Private API key (pk_…)", is_required=False),
        *APP_CREDENTIALS,
    ),
    ways=(("api_key",), APP),
    permissions=(PROFILES, LISTS),
    where_to_fix=(
        "In Klaviyo, Settings > API keys, create a private key with read access to Profiles, Lists"
        " and Accounts, and connect the source with it; or authorize your app again, and connect"
        " the source with the new refresh token."
    ),
)
