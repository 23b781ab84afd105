"""Meta Ads: Facebook and Instagram."""

from headwater.usecases.check_store import Permission
from headwater.usecases.connectors.kinds import AD_COST, ConnectorKind, Credential

ADS_READ = Permission("ads_read", "ads_read", "cost, clicks and impressions of each ad and day")
META_ADS = ConnectorKind(
    kind="meta_ads",
    title="Meta Ads",
    role=AD_COST,
    credentials=(
        Credential("access_token", "Access token of a system user"),
        Credential("app_secret", "App secret, if the app demands a proof of it", is_required=False),
    ),
    permissions=(ADS_READ,),
    where_to_fix=(
        "In Meta's business settings, under System users, assign the ad account to the system user,"
        " generate a token with ads_read, and connect the source with it."
    ),
    platform="facebook",
    restated_days=28,
    longest_slice=28,
    # 37 months have 1,124 days at least, and a day too many is refused.
    history_days=1120,
)
