from local.vendors.hubspot import ACCESS_TOKEN, HubSpotApplication
from tests.integration.connectors.lead_world import LeadCase

HUBSPOT = LeadCase(
    application=HubSpotApplication,
    credentials={"access_token": ACCESS_TOKEN},
    permission="crm.objects.contacts.read",
    scope="crm.objects.contacts.read",
    tells=frozenset({"phone", "lists", "first", "first_at", "gclid"}),
)
