"""All vendors: kind → its application."""

from local.vendors.activecampaign import ActiveCampaignApplication
from local.vendors.application import VendorApplication
from local.vendors.drip import DripApplication
from local.vendors.google_ads import GoogleApplication
from local.vendors.hubspot import HubSpotApplication
from local.vendors.keap import KeapApplication
from local.vendors.klaviyo import KlaviyoApplication
from local.vendors.mailchimp import MailchimpApplication
from local.vendors.meta_ads import MetaApplication
from local.vendors.microsoft_ads import MicrosoftApplication
from local.vendors.omnisend import OmnisendApplication
from local.vendors.ontraport import OntraportApplication
from local.vendors.tiktok_ads import TikTokApplication

_AD_PLATFORMS: tuple[type[VendorApplication], ...] = (
    GoogleApplication,
    MetaApplication,
    MicrosoftApplication,
    TikTokApplication,
)
_CRMS: tuple[type[VendorApplication], ...] = (
    KlaviyoApplication,
    ActiveCampaignApplication,
    HubSpotApplication,
    MailchimpApplication,
    DripApplication,
    KeapApplication,
    OntraportApplication,
    OmnisendApplication,
)
APPLICATIONS = {one.kind: one for one in (*_AD_PLATFORMS, *_CRMS)}
