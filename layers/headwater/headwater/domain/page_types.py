"""What kind of page of a shop was looked at."""

from __future__ import annotations

import re

OTHER = "other"
# What a page may call itself, in the words of the shop system's own themes.
PAGE_TYPES = frozenset(
    {"home", "category", "product", "brand", "search", "cart", "checkout", "order_confirmation"}
    | {"login", "account", "blog", OTHER}
)
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
    """Return one of ``PAGE_TYPES``: as the page says itself, else as its path tells.

    Products and categories have paths of the merchant's own: where the page does not say what it
    is, most of them are ``other``.
    """
    if isinstance(stated, str) and stated in PAGE_TYPES:
        return stated
    return next((kind for pattern, kind in _PATHS if pattern.match(path.lower())), OTHER)
