"""ActiveCampaign."""

from datetime import timedelta

from headwater.usecases.check_store import Permission
from headwater.usecases.connectors.kinds import LEADS, ConnectorKind, Credential

CONTACTS = Permission("Contacts", "Contacts", "contacts with their created dates and fields")
LISTS = Permission(
    "Lists",
    "Lists",
    "the names of lists",
    without="lists are called by their numbers",
)
ACTIVECAMPAIGN = ConnectorKind(
    kind="activecampaign",
    title="ActiveCampaign",
    role=LEADS,
    credentials=(
        Credential("url", "API URL (https://….api-us1.com)", is_secret=False),
        Credential("api_key", "API key"),
    ),
    permissions=(CONTACTS, LISTS),
    where_to_fix=(
        "In ActiveCampaign, Settings > Developer, copy the API URL and the key of a user whose"
        " group may see all contacts and lists, and connect the source with them."
    ),
    # The filter takes days, in the account's own zone.
    overlap=timedelta(days=2),
)
