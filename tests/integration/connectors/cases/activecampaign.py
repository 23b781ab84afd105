from local.vendors.activecampaign import API_KEY, ActiveCampaignApplication
from tests.integration.connectors.lead_world import LeadCase

ACTIVECAMPAIGN = LeadCase(
    application=ActiveCampaignApplication,
    credentials={"api_key": API_KEY, "url": "https://harbor.api-us1.com"},
    permission="contacts",
    scope="Contacts",
    tells=frozenset({"phone", "lists", "first", "first_at", "gclid"}),
)
