from local.vendors.meta_ads import ACCESS_TOKEN, MetaApplication
from tests.integration.connectors.world import Case

META_ADS = Case(
    application=MetaApplication,
    credentials={"access_token": ACCESS_TOKEN},
    permission="ads_read",
    scope="ads_read",
)
