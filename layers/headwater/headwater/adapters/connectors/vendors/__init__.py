"""One module per vendor, and its row here: kind → ``Vendor``."""

from headwater.adapters.connectors.vendors.klaviyo import KLAVIYO
from headwater.adapters.connectors.vendors.tiktok_ads import TIKTOK_ADS

VENDORS = {one.kind: one for one in (TIKTOK_ADS, KLAVIYO)}
