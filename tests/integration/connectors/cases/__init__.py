"""The vendors of the suite, each with its world: kind → (world, case)."""

from tests.integration.connectors.ad_world import AdWorld
from tests.integration.connectors.cases.klaviyo import KLAVIYO
from tests.integration.connectors.cases.tiktok_ads import TIKTOK_ADS
from tests.integration.connectors.lead_world import LeadWorld
from tests.integration.connectors.world import Case, World

CASES: dict[str, tuple[type[World], Case]] = {
    case.application.kind: (world, case)
    for world, case in ((AdWorld, TIKTOK_ADS), (LeadWorld, KLAVIYO))
}
