"""Ontraport."""

from headwater.usecases.check_store import Permission
from headwater.usecases.connectors.kinds import LEADS, ConnectorKind, Credential

CONTACTS = Permission("Contacts", "Contacts", "contacts with their created dates")
NAMES = Permission(
    "Tracking fields",
    "Tracking fields",
    "the names behind lead source, campaign, medium, content and term",
    without="first clicks have no names, and are not told",
)
ONTRAPORT = ConnectorKind(
    kind="ontraport",
    title="Ontraport",
    role=LEADS,
    credentials=(
        Credential("api_key", "API key"),
        Credential("app_id", "App id"),
    ),
    permissions=(CONTACTS, NAMES),
    where_to_fix=(
        "In Ontraport, Administration > Integrations > Ontraport API Instructions and Key Manager,"
        " create a key whose owner may see all contacts, and connect the source with it."
    ),
)
