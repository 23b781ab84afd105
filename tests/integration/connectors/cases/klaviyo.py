from local.vendors.klaviyo import API_KEY, KlaviyoApplication
from tests.integration.connectors.lead_world import LeadCase

KLAVIYO = LeadCase(
    application=KlaviyoApplication,
    credentials={"api_key": API_KEY},
    permission="profiles:read",
    scope="Profiles",
    tells=frozenset({"phone", "lists", "first", "gclid"}),
)
