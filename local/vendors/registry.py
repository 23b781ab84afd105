"""All vendors: kind → its application."""

from local.vendors.application import VendorApplication
from local.vendors.klaviyo import KlaviyoApplication
from local.vendors.tiktok_ads import TikTokApplication

APPLICATIONS: dict[str, type[VendorApplication]] = {
    one.kind: one for one in (TikTokApplication, KlaviyoApplication)
}
