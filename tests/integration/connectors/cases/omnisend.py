from local.vendors.omnisend import API_KEY, OmnisendApplication
from tests.integration.connectors.lead_world import LeadCase

OMNISEND = LeadCase(
    application=OmnisendApplication,
    credentials={"api_key": API_KEY},
    permission="contacts.read",
    scope="Contacts",
    tells=frozenset({"phone", "lists", "first", "gclid"}),
    # What somebody agrees to is a channel.
    list_name="email",
)
