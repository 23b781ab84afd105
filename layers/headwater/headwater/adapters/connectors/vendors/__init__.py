"""One module per vendor, and its row here: kind → ``Vendor``."""

from headwater.adapters.connectors.vendors.google_ads import GOOGLE_ADS
from headwater.adapters.connectors.vendors.klaviyo import KLAVIYO
from headwater.adapters.connectors.vendors.meta_ads import META_ADS
from headwater.adapters.connectors.vendors.microsoft_ads import MICROSOFT_ADS
from headwater.adapters.connectors.vendors.tiktok_ads import TIKTOK_ADS

_AD_PLATFORMS = (GOOGLE_ADS, META_ADS, MICROSOFT_ADS, TIKTOK_ADS)
_CRMS = (KLAVIYO,)
VENDORS = {one.kind: one for one in (*_AD_PLATFORMS, *_CRMS)}
