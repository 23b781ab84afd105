"""One module per vendor, and its row here: kind → ``Vendor``."""

from headwater.adapters.connectors.vendors.activecampaign import ACTIVECAMPAIGN
from headwater.adapters.connectors.vendors.drip import DRIP
from headwater.adapters.connectors.vendors.google_ads import GOOGLE_ADS
from headwater.adapters.connectors.vendors.hubspot import HUBSPOT
from headwater.adapters.connectors.vendors.keap import KEAP
from headwater.adapters.connectors.vendors.klaviyo import KLAVIYO
from headwater.adapters.connectors.vendors.mailchimp import MAILCHIMP
from headwater.adapters.connectors.vendors.meta_ads import META_ADS
from headwater.adapters.connectors.vendors.microsoft_ads import MICROSOFT_ADS
from headwater.adapters.connectors.vendors.omnisend import OMNISEND
from headwater.adapters.connectors.vendors.ontraport import ONTRAPORT
from headwater.adapters.connectors.vendors.tiktok_ads import TIKTOK_ADS

_AD_PLATFORMS = (GOOGLE_ADS, META_ADS, MICROSOFT_ADS, TIKTOK_ADS)
_CRMS = (KLAVIYO, ACTIVECAMPAIGN, HUBSPOT, MAILCHIMP, DRIP, KEAP, ONTRAPORT, OMNISEND)
VENDORS = {one.kind: one for one in (*_AD_PLATFORMS, *_CRMS)}
