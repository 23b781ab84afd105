"""What kind of page of a shop was looked at."""

from __future__ import annotations

import re

OTHER = "other"
# What a page may call itself, in the words of the shop system's own themes.
PAGE_TYPES = frozenset(
    {"home", "category", "product", "brand", "search", "cart", "checkout", "order_confirmation"}
    | {"login", "account", "blog", OTHER}
)
# What Stencil, BigCommerce's theme engine, calls pages by other names (its ``page_type``).
_STENCIL = {
    "default": "home",
    "brands": "brand",
    "blog_post": "blog",
    "orderconfirmation": "order_confirmation",
    "createaccount": "login",
    "createaccount_thanks": "account",
    "getnewpassword": "login",
    "forgotpassword": "login",
    "editaccount": "account",
    "shippingaddressform": "account",
    "wishlist": "account",
    "wishlists": "account",
    "add-wishlist": "account",
    "amp_product_options": "product",
    **dict.fromkeys(
        (
            *("page", "page_contact_form", "error", "404", "compare", "sitemap"),
            *("newsletter_subscribe", "giftcertificates"),
            *("giftcertificates_balance", "giftcertificates_redeem"),
        ),
        OTHER,
    ),
}
# Paths that a BigCommerce shop keeps, whatever its merchant calls his products.
_PATHS = tuple(
    (re.compile(pattern), kind)
    for pattern, kind in (
        (r"/?$", "home"),
        (r"/cart(?:\.php)?(?:/|$)", "cart"),
        (r"/checkout/order-confirmation(?:/|$)|/finishorder\.php", "order_confirmation"),
        (r"/(?:checkout|embedded-checkout)(?:\.php)?(?:/|$)", "checkout"),
        (r"/search(?:\.php)?(?:/|$)", "search"),
        (r"/login(?:\.php)?(?:/|$)", "login"),
        (r"/account(?:\.php)?(?:/|$)", "account"),
        (r"/brands?(?:/|$)", "brand"),
        (r"/blog(?:/|$)", "blog"),
        (r"/(?:categories|category)(?:/|$)", "category"),
        (r"/products?/", "product"),
    )
)


def page_type(stated: object, path: str) -> str:
    """Return one of ``PAGE_TYPES``: as the page says, in our words or Stencil's, else by its path.

    Products and categories have paths of the merchant's own: where the page does not say what it
    is, most of them are ``other``.
    """
    if isinstance(stated, str):
        said = "account" if stated.startswith("account_") else _STENCIL.get(stated, stated)
        if said in PAGE_TYPES:
            return said
    return next((kind for pattern, kind in _PATHS if pattern.match(path.lower())), OTHER)
