from local.vendors.ontraport import API_KEY, APP_ID, OntraportApplication
from tests.integration.connectors.lead_world import LeadCase

ONTRAPORT = LeadCase(
    application=OntraportApplication,
    credentials={"api_key": API_KEY, "app_id": APP_ID},
    permission="Contacts",
    scope="Contacts",
    tells=frozenset({"phone", "first"}),
)
