"""The vendors of the suite, each with its world: kind → (world, case)."""

from dataclasses import replace

from local.vendors.token_desk import APP_CREDENTIALS
from tests.integration.connectors.ad_world import AdWorld
from tests.integration.connectors.cases.activecampaign import ACTIVECAMPAIGN
from tests.integration.connectors.cases.drip import DRIP
from tests.integration.connectors.cases.google_ads import GOOGLE_ADS
from tests.integration.connectors.cases.hubspot import HUBSPOT
from tests.integration.connectors.cases.keap import KEAP
from tests.integration.connectors.cases.klaviyo import KLAVIYO
from tests.integration.connectors.cases.mailchimp import MAILCHIMP
from tests.integration.connectors.cases.meta_ads import META_ADS
from tests.integration.connectors.cases.microsoft_ads import MICROSOFT_ADS
from tests.integration.connectors.cases.omnisend import OMNISEND
from tests.integration.connectors.cases.ontraport import ONTRAPORT
from tests.integration.connectors.cases.tiktok_ads import TIKTOK_ADS
from tests.integration.connectors.lead_world import LeadWorld
from tests.integration.connectors.world import Case, World

_AD_PLATFORMS = (GOOGLE_ADS, META_ADS, MICROSOFT_ADS, TIKTOK_ADS)
_CRMS = (KLAVIYO, ACTIVECAMPAIGN, HUBSPOT, MAILCHIMP, DRIP, KEAP, ONTRAPORT, OMNISEND)
CASES: dict[str, tuple[type[World], Case]] = {
    **{case.application.kind: (AdWorld, case) for case in _AD_PLATFORMS},
    **{case.application.kind: (LeadWorld, case) for case in _CRMS},
}
# Those that can be connected by an app, too.
_APPS = (
    replace(KLAVIYO, credentials=APP_CREDENTIALS, renews=True),
    replace(HUBSPOT, credentials=APP_CREDENTIALS, renews=True),
    replace(KEAP, credentials=APP_CREDENTIALS, renews=True, rotates=True),
)
RENEWING_CASES: dict[str, tuple[type[World], Case]] = {
    **{kind: (make, case) for kind, (make, case) in CASES.items() if case.renews},
    **{f"{case.application.kind} by an app": (LeadWorld, case) for case in _APPS},
}
