from headwater.domain.crm_contacts import LeadField
from local.vendors.mailchimp import API_KEY, MailchimpApplication
from tests.integration.connectors.lead_world import LeadCase

MAILCHIMP = LeadCase(
    application=MailchimpApplication,
    credentials={"api_key": API_KEY},
    permission="audiences",
    scope="Audiences",
    tells=frozenset({"phone", "lists", "first"}),
    # A merge tag has ten characters, so that two of the usual names are cut.
    fields=(
        LeadField("UTM_CAMPAI", "first_utm_campaign"),
        LeadField("UTM_CONTEN", "first_utm_content"),
    ),
)
