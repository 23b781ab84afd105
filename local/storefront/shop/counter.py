"""The shop's counter: shows pages, keeps carts, takes orders and sign-ups."""

import json
import re
import secrets
from collections.abc import Callable, Mapping
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from urllib.parse import parse_qsl

from local.storefront import script_manager
from local.storefront.amounts import from_units
from local.storefront.control import Store
from local.storefront.exchange import Request, Response, json_response
from local.storefront.model import (
    StoreAddress,
    StoreLine,
    StoreOrder,
    StoreProduct,
    StoreSubscriber,
)
from local.storefront.shop import pages

_FOLDER = Path(__file__).parent
_FILES = {"/theme.css": "text/css", "/theme.js": "text/javascript"}
_ICON = "/favicon.ico"  # every browser asks for it
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_PRODUCT = re.compile(r"/products/(\d+)")
_ORDER = re.compile(r"/api/storefront/orders/(\d+)")
_CONFIRMATION = re.compile(r"/checkout/order-confirmation/(\d+)")
_MOST_PER_LINE = 99
_CATEGORIES = {2, 3, 4}  # functional, analytics, targeting
_YEAR = 31_536_000
_SESSION = "SHOP_SESSION_TOKEN"

type Cart = dict[int, int]


class Counter:
    """Answers a shopper's requests.

    Nobody logs in. The session's cookie is what a cart belongs to and, as at BigCommerce, what the
    storefront API knows a buyer by: only the browser that has placed an order can read it. Both
    are kept while the shop runs.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._carts: dict[str, Cart] = {}
        self._buyers: dict[int, str] = {}
        self._posts: dict[str, Callable[[Request, dict[str, str]], Response]] = {
            "/cart.php": self._change_cart,
            "/checkout": self._check_out,
            "/subscribe.php": self._subscribe,
        }

    def serves(self, path: str) -> bool:
        """Tell whether a path is one of the shopper's."""
        return (
            path in self._posts
            or path in _FILES
            or path in ("/", _ICON)
            or path.startswith(("/products/", "/checkout/", "/api/storefront/"))
        )

    def answer(self, request: Request) -> Response:
        """Answer a request; what it cannot do is a page with the reason."""
        if request.path in _FILES:
            content = (_FOLDER / request.path[1:]).read_bytes()
            return Response(200, content, _FILES[request.path])
        if request.path == _ICON:
            return Response(204)
        if request.path.startswith("/api/storefront/"):
            return self._answer_api(request)
        if request.method == "POST" and request.path in self._posts:
            fields = dict(parse_qsl(request.body.decode("utf-8", "replace")))
            return self._posts[request.path](request, fields)
        return self._show(request)

    def _show(self, request: Request) -> Response:
        cart = self._carts.get(_session_of(request), {})
        goods = self._products(cart)
        if request.path == "/":
            return self._page(pages.landing(list(self._products().values())), "default")
        if found := _PRODUCT.fullmatch(request.path):
            product = self._products([int(found.group(1))]).get(int(found.group(1)))
            return self._page(pages.product(product), "product") if product else self._missing()
        if request.path == "/cart.php":
            return self._page(pages.cart(goods, cart), "cart")
        if request.path == "/checkout":
            return self._page(pages.checkout(goods, cart), "checkout")
        found = _CONFIRMATION.fullmatch(request.path)
        if not found or not self._is_buyer(request, int(found.group(1))):
            return self._missing()
        number = int(found.group(1))
        context = {"checkout.order.id": str(number)}
        return self._page(pages.confirmation(number), "orderconfirmation", context=context)

    def _answer_api(self, request: Request) -> Response:
        """Answer as BigCommerce's storefront API does, of which two resources are there."""
        if request.path == "/api/storefront/consent" and request.method == "POST":
            return _note_consent(request)
        found = _ORDER.fullmatch(request.path)
        if found is None or not self._is_buyer(request, int(found.group(1))):
            return json_response({"status": 404, "title": "Not Found", "type": "not_found"}, 404)
        order = self._store.order(int(found.group(1)))
        return json_response(
            {
                "orderId": order.id,
                "cartId": order.cart_id,
                "currency": {"code": order.currency},
                "customerId": order.customer_id,
                "billingAddress": {"email": order.billing.email},
                "isComplete": True,
                "channelId": order.channel_id,
            }
        )

    def _change_cart(self, request: Request, fields: dict[str, str]) -> Response:
        session = _session_of(request) or secrets.token_hex(16)
        cart = self._carts.setdefault(session, {})
        number = _number(fields.get("product_id", ""))
        if fields.get("action") == "remove":
            cart.pop(number, None)
        elif number in self._products([number]):
            cart[number] = min(_MOST_PER_LINE, cart.get(number, 0) + 1)
        return _see("/cart.php").with_headers({"Set-Cookie": _cookie(_SESSION, session)})

    def _check_out(self, request: Request, fields: dict[str, str]) -> Response:
        session = _session_of(request)
        cart = self._carts.get(session, {})
        goods = self._products(cart)
        email = fields.get("email", "").strip()
        if not goods or not _EMAIL.fullmatch(email):
            reason = "That is not an email address." if goods else ""
            return self._page(pages.checkout(goods, cart, reason), "checkout", status=400)
        address = StoreAddress(
            first_name=fields.get("first_name", "").strip(),
            last_name=fields.get("last_name", "").strip(),
            email=email,
        )
        lines = tuple(_line(item, cart[item.id]) for item in goods.values())
        order = StoreOrder(self._store.now(), lines, email=email, billing=address)
        number = self._store.create(order)
        self._buyers[number] = session
        del self._carts[session]
        return _see(f"/checkout/order-confirmation/{number}")

    def _subscribe(self, _request: Request, fields: dict[str, str]) -> Response:
        email = fields.get("nl_email", "").strip()
        if not _EMAIL.fullmatch(email):
            text = pages.note("That is not an email address.")
            return self._page(text, "newsletter_subscribe", status=400)
        self._store.load_subscribers([StoreSubscriber(email, self._store.now())])
        return self._page(pages.note("Thank you: you are on the list."), "newsletter_subscribe")

    def _is_buyer(self, request: Request, number: int) -> bool:
        session = _session_of(request)
        return bool(session) and self._buyers.get(number) == session

    def _products(self, numbers: Mapping[int, int] | list[int] | None = None) -> pages.Goods:
        """Return products by id, all of them without numbers."""
        with self._store.database.read() as connection:
            rows = connection.execute("SELECT * FROM products ORDER BY id").fetchall()
        return {
            row["id"]: StoreProduct(
                row["id"],
                row["name"],
                from_units(row["price"]),
                row["sku"],
                from_units(row["cost"]),
            )
            for row in rows
            if numbers is None or row["id"] in numbers
        }

    def _missing(self) -> Response:
        return self._page(pages.note("There is no such page."), "404", status=404)

    def _page(
        self, body: str, page_type: str, *, status: int = 200, context: dict[str, str] | None = None
    ) -> Response:
        """Return a page of the theme, which runs no script but its own and those put in.

        ``context`` is what Handlebars may name besides the type of the page.
        """
        settings = self._store.settings
        installed = self._store.scripts
        head, footer = (
            script_manager.tags(
                installed, page_type, context or {}, settings.script_gateway, location=location
            )
            for location in ("head", "footer")
        )
        scripts = pages.Scripts(head, footer, settings.tracking_script)
        text = pages.themed(settings.name, body, scripts)
        origins = script_manager.origins(installed, settings.script_gateway)
        origins.add("/".join(settings.tracking_script.split("/")[:3]))
        allowed = " ".join(["'self'", *sorted(filter(None, origins))])
        policy = f"default-src 'self'; script-src {allowed}; connect-src {allowed}"
        headers = {"Content-Security-Policy": policy, "Cache-Control": "no-cache"}
        return Response(status, text.encode(), "text/html; charset=utf-8", headers)


def _note_consent(request: Request) -> Response:
    """Keep a shopper's choice in BigCommerce's cookie."""
    try:
        said = json.loads(request.body)
        allow, deny = set(said["allow"]), set(said["deny"])
    except (KeyError, TypeError, ValueError):
        allow, deny = set(), set()
    if allow | deny != _CATEGORIES or allow & deny:
        return json_response({"status": 400, "title": "Invalid input"}, 400)
    noted = json.dumps({"allow": sorted(allow), "deny": sorted(deny)}, separators=(",", ":"))
    escaped = "".join(c if c.isalnum() else f"%{ord(c):02X}" for c in noted)
    return json_response({}).with_headers({"Set-Cookie": _cookie("bc_consent", escaped)})


def _line(item: StoreProduct, quantity: int) -> StoreLine:
    return StoreLine(
        item.name, item.price, quantity, sku=item.sku, product_id=item.id, cost=item.cost
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < len("9" * 10) else 0


def _session_of(request: Request) -> str:
    try:
        cookies = SimpleCookie(request.headers.get("cookie", ""))
    except CookieError:
        return ""
    return cookies[_SESSION].value if _SESSION in cookies else ""


def _cookie(name: str, value: str) -> str:
    return f"{name}={value}; Path=/; Max-Age={_YEAR}; SameSite=Lax"


def _see(path: str) -> Response:
    return Response(303, headers={"Location": path})
