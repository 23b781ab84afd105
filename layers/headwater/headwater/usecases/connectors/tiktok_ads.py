"""TikTok Ads."""

from headwater.usecases.check_store import Permission
from headwater.usecases.connectors.kinds import AD_COST, ConnectorKind, Credential

REPORTING = Permission("Reporting", "Reporting", "cost, clicks and impressions of each ad and day")
ADVERTISERS = Permission(
    "Ad Account Management", "Ad Account Management", "currency and time zone of the ad accounts"
)
ADS = Permission(
    "Ads Management",
    "Ads Management",
    "the links of the ads",
    without="clicks without ids in their URL are not joined to ads by their links",
)
TIKTOK_ADS = ConnectorKind(
    kind="tiktok_ads",
    title="TikTok Ads",
    role=AD_COST,
    credentials=(
        Credential("access_token", "Long-term access token"),
        Credential("app_id", "App id", is_secret=False),
        Credential("secret", "App secret"),
    ),
    permissions=(REPORTING, ADVERTISERS, ADS),
    where_to_fix=(
        "In the TikTok for Business developer portal give the app the permission, let the"
        " advertiser authorize the app again, and connect the source with the new access token."
    ),
    platform="tiktok",
    restated_days=30,
    longest_slice=30,
    history_days=1126,
)
