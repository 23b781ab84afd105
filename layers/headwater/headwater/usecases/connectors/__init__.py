"""The kinds of sources besides stores: ad platforms and CRMs. Each is one module, and a row here.

``KINDS``: kind → what a person has to know and to give in order to connect it.
"""

from headwater.usecases.connectors.activecampaign import ACTIVECAMPAIGN
from headwater.usecases.connectors.drip import DRIP
from headwater.usecases.connectors.google_ads import GOOGLE_ADS
from headwater.usecases.connectors.hubspot import HUBSPOT
from headwater.usecases.connectors.keap import KEAP
from headwater.usecases.connectors.kinds import AD_COST, LEADS, ConnectorKind, Credential
from headwater.usecases.connectors.klaviyo import KLAVIYO
from headwater.usecases.connectors.mailchimp import MAILCHIMP
from headwater.usecases.connectors.meta_ads import META_ADS
from headwater.usecases.connectors.microsoft_ads import MICROSOFT_ADS
from headwater.usecases.connectors.omnisend import OMNISEND
from headwater.usecases.connectors.ontraport import ONTRAPORT
from headwater.usecases.connectors.tiktok_ads import TIKTOK_ADS

_AD_PLATFORMS = (GOOGLE_ADS, META_ADS, MICROSOFT_ADS, TIKTOK_ADS)
_CRMS = (KLAVIYO, ACTIVECAMPAIGN, HUBSPOT, MAILCHIMP, DRIP, KEAP, ONTRAPORT, OMNISEND)
KINDS = {one.kind: one for one in (*_AD_PLATFORMS, *_CRMS)}

__all__ = ["AD_COST", "KINDS", "LEADS", "ConnectorKind", "Credential"]
