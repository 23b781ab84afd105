"""Keap (Infusionsoft)."""

from headwater.usecases.check_store import Permission
from headwater.usecases.connectors.kinds import LEADS, ConnectorKind, Credential

CONTACTS = Permission("Contacts", "Contacts", "contacts with their created dates and utm marks")
KEAP = ConnectorKind(
    kind="keap",
    title="Keap (Infusionsoft)",
    role=LEADS,
    credentials=(Credential("api_key", "Service account key, or personal access token"),),
    permissions=(CONTACTS,),
    where_to_fix=(
        "In Keap, Settings > API, create a service account key whose user may see all contacts, and"
        " connect the source with it."
    ),
)
