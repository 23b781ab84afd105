"""Omnisend."""

from headwater.usecases.check_store import Permission
from headwater.usecases.connectors.kinds import LEADS, ConnectorKind, Credential

CONTACTS = Permission("Contacts", "contacts.read", "contacts with their created dates and consents")
OMNISEND = ConnectorKind(
    kind="omnisend",
    title="Omnisend",
    role=LEADS,
    credentials=(Credential("api_key", "API key"),),
    permissions=(CONTACTS,),
    where_to_fix=(
        "In Omnisend, Store settings > API keys, create a key with the permission to read Contacts,"
        " and connect the source with it."
    ),
)
