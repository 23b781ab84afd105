"""HubSpot."""

from headwater.usecases.check_store import Permission
from headwater.usecases.connectors.kinds import (
    APP,
    APP_CREDENTIALS,
    LEADS,
    ConnectorKind,
    Credential,
)

CONTACTS = Permission(
    "crm.objects.contacts.read",
    "crm.objects.contacts.read",
    "contacts with their created dates and first pages",
)
LISTS = Permission(
    "crm.lists.read",
    "crm.lists.read",
    "when each contact joined which list",
    without="a contact that joins another list later is no re-engaged lead",
)
HUBSPOT = ConnectorKind(
    kind="hubspot",
    title="HubSpot",
    role=LEADS,
    credentials=(
        Credential("access_token", "Access token of a private app (pat-…)", is_required=False),
        *APP_CREDENTIALS,
    ),
    ways=(("access_token",), APP),
    permissions=(CONTACTS, LISTS),
    where_to_fix=(
        "In HubSpot, Settings > Integrations > Private apps, give the app the scope, and connect"
        " the source with its access token; or authorize your app again, and connect the source"
        " with the new refresh token."
    ),
)
