from local.vendors.drip import ACCOUNT_ID, API_TOKEN, DripApplication
from tests.integration.connectors.lead_world import LeadCase

DRIP = LeadCase(
    application=DripApplication,
    credentials={"api_token": API_TOKEN, "account_id": ACCOUNT_ID},
    permission="subscribers",
    scope="Subscribers",
    tells=frozenset({"phone", "first", "gclid"}),
    days_unseen=7,
)
