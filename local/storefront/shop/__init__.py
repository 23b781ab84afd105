"""The shopper's side of the shop: pages as a BigCommerce theme has them, for a browser."""
