"""Microsoft Advertising: Bing and its network."""

from headwater.usecases.check_store import Permission
from headwater.usecases.connectors.kinds import AD_COST, ConnectorKind, Credential

ACCESS = Permission(
    "Microsoft Advertising API",
    "https://ads.microsoft.com/msads.manage",
    "cost, clicks and impressions of each ad and day",
)
MICROSOFT_ADS = ConnectorKind(
    kind="microsoft_ads",
    title="Microsoft Advertising",
    role=AD_COST,
    credentials=(
        Credential("client_id", "Application (client) id", is_secret=False),
        Credential("client_secret", "Client secret of a web application", is_required=False),
        Credential("refresh_token", "Refresh token"),
        Credential("developer_token", "Developer token"),
        Credential(
            "customer_id", "Customer id, as the address of the web pages shows it", is_secret=False
        ),
    ),
    permissions=(ACCESS,),
    where_to_fix=(
        "See in Microsoft Advertising, under Account access, that the user may view the ad account,"
        " authorize the application again with the scope msads.manage, and connect the source with"
        " the new refresh token."
    ),
    platform="microsoft",
    restated_days=30,
    longest_slice=30,
    # 36 months have 1,095 days at least.
    history_days=1090,
)
