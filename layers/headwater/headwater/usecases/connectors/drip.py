"""Drip."""

from headwater.usecases.check_store import Permission
from headwater.usecases.connectors.kinds import LEADS, ConnectorKind, Credential

SUBSCRIBERS = Permission(
    "Subscribers", "subscribers", "contacts with their created dates and first pages"
)
DRIP = ConnectorKind(
    kind="drip",
    title="Drip",
    role=LEADS,
    credentials=(
        Credential("api_token", "API token"),
        Credential("account_id", "Account id", is_secret=False),
    ),
    permissions=(SUBSCRIBERS,),
    where_to_fix=(
        "In Drip, Settings > User Settings, copy the API token of a user who may see the account's"
        " people, and connect the source with it and the id in Settings > Account > General."
    ),
    # Drip filters by creation alone.
    whole_every=7,
)
