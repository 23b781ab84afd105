"""Google Ads."""

from headwater.usecases.check_store import Permission
from headwater.usecases.connectors.kinds import AD_COST, ConnectorKind, Credential

ACCESS = Permission(
    "Google Ads API",
    "https://www.googleapis.com/auth/adwords",
    "cost, clicks and impressions of each ad and day",
)
GOOGLE_ADS = ConnectorKind(
    kind="google_ads",
    title="Google Ads",
    role=AD_COST,
    credentials=(
        Credential("client_id", "OAuth client id", is_secret=False),
        Credential("client_secret", "OAuth client secret"),
        Credential("refresh_token", "Refresh token"),
        Credential(
            "login_customer_id",
            "Manager account, if the ad accounts are reached through one",
            is_secret=False,
            is_required=False,
        ),
        Credential("developer_token", "Developer token, if you have one", is_required=False),
    ),
    permissions=(ACCESS,),
    where_to_fix=(
        "In the Google Cloud console see that the OAuth client's project has the Google Ads API and"
        " its consent screen is published, authorize again with a user who sees the ad account, and"
        " connect the source with the new refresh token."
    ),
    platform="google",
    restated_days=30,
    longest_slice=30,
    history_days=1126,
    click_days=90,
)
