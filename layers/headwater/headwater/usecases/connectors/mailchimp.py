"""Mailchimp."""

from headwater.usecases.check_store import Permission
from headwater.usecases.connectors.kinds import LEADS, ConnectorKind, Credential

AUDIENCES = Permission("Audiences", "Audiences", "members with the times at which they signed up")
MAILCHIMP = ConnectorKind(
    kind="mailchimp",
    title="Mailchimp",
    role=LEADS,
    credentials=(Credential("api_key", "API key, with its data center (…-us19)"),),
    permissions=(AUDIENCES,),
    where_to_fix=(
        "In Mailchimp, Profile > Extras > API keys, create a key of a user who may see all"
        " audiences, and connect the source with it."
    ),
)
