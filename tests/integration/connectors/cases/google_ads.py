from local.vendors.google_ads import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, GoogleApplication
from tests.integration.connectors.world import Case

GOOGLE_ADS = Case(
    application=GoogleApplication,
    credentials={
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "refresh_token": REFRESH_TOKEN,
    },
    permission="adwords",
    scope="Google Ads API",
    renews=True,
)
