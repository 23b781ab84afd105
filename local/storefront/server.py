"""The shop on a socket."""

from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Self

from local.http_server import HttpServer
from local.storefront.application import Application
from local.storefront.control import Store
from local.storefront.control_api import ControlDesk
from local.storefront.exchange import Request, Response
from local.storefront.premises import DEFAULT_TOKEN, utc_now
from local.storefront.quota import QuotaMeter
from local.storefront.shop.counter import Counter
from local.storefront.webhooks import Courier

_LOG_LENGTH = 50_000


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """A request that the API answered, in the order of their answers."""

    method: str
    path: str
    query: dict[str, str]
    status: int


class Storefront:
    """A running shop.

    It serves while its block runs::

        with Storefront(tmp_path / "shop.sqlite") as shop:
            shop.store.load(orders)
            requests.get(f"{shop.api_url}/v2/orders", headers=...)

    Args:
        path: The SQLite file, created if missing.
        port: 0 takes a free one.
        host: The address to listen on.
        clock: The true time; the system's if not given.
        meter: Counts requests against the quota; by a clock of its own if not given.
        delivers: Whether webhooks are delivered as they fall due; else by `courier.deliver` alone.
        settings: Settings of the shop to change (fields of `StoreSettings`).
    """

    token = DEFAULT_TOKEN

    def __init__(
        self,
        path: Path,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        clock: Callable[[], datetime] = utc_now,
        meter: QuotaMeter | None = None,
        delivers: bool = False,
        **settings: object,
    ) -> None:
        self.requests: deque[RequestRecord] = deque(maxlen=_LOG_LENGTH)
        with ExitStack() as undo:
            self.store = undo.enter_context(Store(path, clock=clock, **settings))
            self._server = HttpServer((host, port), self)
            undo.pop_all()
        self.courier = Courier(self.store)
        self._delivers = delivers
        self._application = Application(self.store, meter)
        self._desk = ControlDesk(self.store)
        self._counter = Counter(self.store)
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        """Start to listen, and to deliver."""
        self._thread.start()
        if self._delivers:
            self.courier.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop, and close every connection."""
        self.courier.stop()
        self._server.shutdown()
        self._thread.join()
        self._server.hang_up()
        self._server.server_close()
        self.store.close()

    @property
    def url(self) -> str:
        """Where the shop listens."""
        return self._server.url

    @property
    def api_url(self) -> str:
        """The shop's API, the ``/v2`` and ``/v3`` left out."""
        return f"{self.url}/stores/{self.store.settings.store_hash}"

    def answer(self, request: Request) -> Response:
        """Answer one request, and record it if it was for the API."""
        if request.path.split("/")[1] == "control":
            return self._desk.answer(request)
        if self._counter.serves(request.path):
            return self._counter.answer(request)
        response = self._application.answer(request)
        self.requests.append(
            RequestRecord(request.method, request.path, dict(request.query), response.status)
        )
        return response

    @property
    def lower_case_headers(self) -> bool:
        """Whether header names are sent in lower case."""
        return self.store.settings.lower_case_headers
