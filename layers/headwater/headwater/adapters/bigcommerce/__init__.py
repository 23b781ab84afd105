"""BigCommerce: a store's orders with their lines and refunds, read over its management API.

``sources`` opens stores, ``client`` asks for orders, ``directory`` for customers, subscribers and
products, ``ledger`` for a store's own books. ``session`` makes the calls, ``answers`` and
``limits`` say what an answer means and how long to wait, ``wire`` and ``orders`` turn JSON into
the domain's orders.
"""

from headwater.adapters.bigcommerce.sources import API_URL, BigCommerceSources

__all__ = ["API_URL", "BigCommerceSources"]
