"""Deliveries of views in dictionaries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headwater.usecases.ports.deliveries import SharedLink

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headwater.domain.view_deliveries import Delivery
    from headwater.usecases.deliver_views import Mail


class FakeDeliveries:
    def __init__(self) -> None:
        self._deliveries: dict[tuple[str, str], Delivery] = {}
        self._links: dict[str, SharedLink] = {}

    def add(self, account: str, delivery: Delivery) -> None:
        self._deliveries[account, delivery.delivery_id] = delivery
        if delivery.link_sha256:
            self._links[delivery.link_sha256] = SharedLink(account, delivery.delivery_id)

    def get(self, account: str, delivery_id: str) -> Delivery | None:
        return self._deliveries.get((account, delivery_id))

    def all(self, account: str) -> list[Delivery]:
        return [self._deliveries[key] for key in sorted(self._deliveries) if key[0] == account]

    def change(self, account: str, was: Delivery, changed: Delivery) -> bool:
        if self.get(account, was.delivery_id) != was:
            return False
        self._deliveries[account, was.delivery_id] = changed
        return True

    def remove(self, account: str, delivery: Delivery) -> None:
        self._links.pop(delivery.link_sha256, None)
        self._deliveries.pop((account, delivery.delivery_id), None)

    def find_link(self, link_sha256: str) -> SharedLink | None:
        return self._links.get(link_sha256)


@dataclass
class FakeDeliverer:
    """Remembers whose deliveries were started."""

    started: list[str] = field(default_factory=list)
    failure: Exception | None = None

    def start(self, account: str) -> None:
        if self.failure:
            raise self.failure
        self.started.append(account)


@dataclass
class FakeMailer:
    """Remembers what it carried, unless it refuses it."""

    sent: list[Mail] = field(default_factory=list)
    refusal: str = ""

    def send(self, mail: Mail) -> str:
        if not self.refusal:
            self.sent.append(mail)
        return self.refusal


@dataclass
class FakeWebHooks:
    """Receivers of messages that all answer the same."""

    status: int = 200
    posted: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, str]:
        self.posted.append((url, headers, body))
        return self.status, ""
