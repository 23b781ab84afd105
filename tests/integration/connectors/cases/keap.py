from local.vendors.keap import API_KEY, KeapApplication
from tests.integration.connectors.lead_world import LeadCase

KEAP = LeadCase(
    application=KeapApplication,
    credentials={"api_key": API_KEY},
    permission="contacts",
    scope="Contacts",
    tells=frozenset({"phone", "first", "first_at", "last"}),
)
