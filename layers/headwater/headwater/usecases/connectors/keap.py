"""Keap (Infusionsoft)."""

from headwater.usecases.check_store import Permission
from headwater.usecases.connectors.kinds import (
    APP,
    APP_CREDENTIALS,
    LEADS,
    ConnectorKind,
    Credential,
)

CONTACTS = Permission("Contacts", "Contacts", "contacts with their created dates and utm marks")
KEAP = ConnectorKind(
    kind="keap",
    title="Keap (Infusionsoft)",
    role=LEADS,
    credentials=(
        Credential("api_key", "Service account key, or personal access token", is_required=False),
        *APP_CREDENTIALS,
    ),
    ways=(("api_key",), APP),
    permissions=(CONTACTS,),
    where_to_fix=(
        "In Keap, Settings > API, create a service account key whose user may see all contacts, and"
        " connect the source with it; or authorize your app again, and connect it with the new"
        " refresh token."
    ),
)
