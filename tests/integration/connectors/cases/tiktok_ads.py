from local.vendors.tiktok_ads import ACCESS_TOKEN, APP_ID, SECRET, TikTokApplication
from tests.integration.connectors.world import Case

TIKTOK_ADS = Case(
    application=TikTokApplication,
    credentials={"access_token": ACCESS_TOKEN, "app_id": APP_ID, "secret": SECRET},
    permission="Reporting",
    scope="Reporting",
)
