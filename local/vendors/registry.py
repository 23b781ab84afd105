"""All vendors: kind → its application."""

from local.vendors.application import VendorApplication
from local.vendors.google_ads import GoogleApplication
from local.vendors.klaviyo import KlaviyoApplication
from local.vendors.meta_ads import MetaApplication
from local.vendors.microsoft_ads import MicrosoftApplication
from local.vendors.tiktok_ads import TikTokApplication

_AD_PLATFORMS: tuple[type[VendorApplication], ...] = (
    GoogleApplication,
    MetaApplication,
    MicrosoftApplication,
    TikTokApplication,
)
_CRMS: tuple[type[VendorApplication], ...] = (KlaviyoApplication,)
APPLICATIONS = {one.kind: one for one in (*_AD_PLATFORMS, *_CRMS)}
