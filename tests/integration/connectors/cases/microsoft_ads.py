from local.vendors.microsoft_ads import (
    CLIENT_ID,
    CUSTOMER,
    DEVELOPER_TOKEN,
    REFRESH_TOKEN,
    MicrosoftApplication,
)
from tests.integration.connectors.world import Case

MICROSOFT_ADS = Case(
    application=MicrosoftApplication,
    credentials={
        "client_id": CLIENT_ID,
        "refresh_token": REFRESH_TOKEN,
        "developer_token": DEVELOPER_TOKEN,
        "customer_id": CUSTOMER,
    },
    permission="msads.manage",
    scope="Microsoft Advertising API",
    renews=True,
    rotates=True,
)
