"""The shop's pages as HTML: everything that a person typed is escaped."""

from dataclasses import dataclass
from decimal import Decimal
from html import escape

from local.storefront.model import StoreProduct

type Goods = dict[int, StoreProduct]


@dataclass(frozen=True, slots=True)
class Scripts:
    """What other programs have put into a page, as tags, and the URL of a tracking script's loader.

    The loader waits for the banner's answer; it is empty where the theme has none.
    """

    head: str = ""
    footer: str = ""
    loader: str = ""


def themed(name: str, body: str, scripts: Scripts) -> str:
    """Return a page of the theme around a body."""
    script = (
        f'<script async src="{escape(scripts.loader)}" data-consent="wait"></script>'
        if scripts.loader
        else ""
    )
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{escape(name)}</title>
<link rel="stylesheet" href="/theme.css">
<script src="/theme.js" defer></script>
{script}{scripts.head}
<header><a href="/">{escape(name)}</a><nav><a href="/cart.php">Cart</a></nav></header>
<main>{body}</main>
<footer>
<form id="newsletter" action="/subscribe.php" method="post">
<label>Newsletter
<input name="nl_email" type="email" required placeholder="you@example.com"></label>
<button>Subscribe</button>
</form>
<button id="privacy">Privacy choices</button>
</footer>
<section id="banner" hidden aria-label="Cookies">
<p>May we see which advertisement brought you here?</p>
<button data-allow="2,3,4">Accept</button> <button data-allow="2,3">Only statistics</button>
<button data-allow="">Decline</button>
</section>
{scripts.footer}
</html>
"""


def landing(products: list[StoreProduct]) -> str:
    """Return the list of what the shop sells."""
    if not products:
        return "<h1>Welcome</h1><p>This shop sells nothing yet.</p>"
    items = "".join(
        f'<li><a href="/products/{item.id}">{escape(item.name)}</a> {_money(item.price)}</li>'
        for item in products
    )
    return f'<h1>Welcome</h1><ul class="goods">{items}</ul>'


def product(item: StoreProduct) -> str:
    """Return a product's page."""
    return f"""<h1>{escape(item.name)}</h1><p>{_money(item.price)}</p>
<form action="/cart.php" method="post">
<input type="hidden" name="product_id" value="{item.id}"><button>Add to cart</button>
</form>"""


def cart(goods: Goods, quantities: dict[int, int]) -> str:
    """Return the cart's page."""
    if not goods:
        return '<h1>Cart</h1><p>It is empty. <a href="/">Look around</a>.</p>'
    return f"""<h1>Cart</h1>{_table(goods, quantities, removable=True)}
<p><a href="/checkout">Check out</a></p>"""


def checkout(goods: Goods, quantities: dict[int, int], reason: str = "") -> str:
    """Return the checkout, with what was wrong with the last try."""
    if not goods:
        return cart(goods, quantities)
    complaint = f'<p role="alert">{escape(reason)}</p>' if reason else ""
    return f"""<h1>Checkout</h1>{complaint}{_table(goods, quantities)}
<form id="checkout" action="/checkout" method="post">
<label>Email <input name="email" type="email" required autocomplete="email"></label>
<label>First name <input name="first_name" autocomplete="given-name"></label>
<label>Last name <input name="last_name" autocomplete="family-name"></label>
<button>Place order</button>
</form>"""


def confirmation(number: int) -> str:
    """Return the page that thanks for an order."""
    return f"<h1>Thank you!</h1><p>Your order number is <strong>{number}</strong>.</p>"


def note(text: str) -> str:
    """Return a page that says one thing."""
    return f'<p role="status">{escape(text)}</p><p><a href="/">Back to the shop</a></p>'


def _table(goods: Goods, quantities: dict[int, int], *, removable: bool = False) -> str:
    rows = "".join(
        f"<tr><td>{escape(item.name)}<td>{quantities[item.id]} × {_money(item.price)}"
        f"<td>{_removal(item.id) if removable else ''}</tr>"
        for item in goods.values()
    )
    total = sum((item.price * quantities[item.id] for item in goods.values()), Decimal(0))
    return f"<table>{rows}<tr><th>Total<td>{_money(total)}<td></tr></table>"


def _removal(number: int) -> str:
    return (
        '<form action="/cart.php" method="post"><input type="hidden" name="action" value="remove">'
        f'<input type="hidden" name="product_id" value="{number}"><button>Remove</button></form>'
    )


def _money(amount: Decimal) -> str:
    return f'<span class="price">{amount:.2f}</span>'
