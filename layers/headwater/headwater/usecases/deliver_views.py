"""Deliver views: send what saved views show, once for each day, week or month.

Whoever sends claims a delivery for some minutes before, in one conditional write. If he dies then,
somebody else sends the same message again under the same id, by which the receiver knows it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from headwater.domain.audit import Actor
from headwater.domain.signatures import signed_headers
from headwater.domain.view_deliveries import EMAIL, Delivery, Outcome, is_due, period_of, settled
from headwater.errors import RetriableError, UnknownResourceError
from headwater.usecases.keep_audit import Change, record_change
from headwater.usecases.published_runs import open_published_run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from headwater.domain.views import View
    from headwater.usecases.ports import Clock, Lake, Runs, Secrets
    from headwater.usecases.ports.audit import AuditLog
    from headwater.usecases.ports.deliveries import Deliveries
    from headwater.usecases.ports.views import Views

# Longer than an invocation may take.
_CLAIM = timedelta(minutes=10)
LARGEST_MESSAGE = 1_000_000
_ACTOR = Actor("schedule", "deliver_views")
_GONE = 410


class Hooks(Protocol):
    """The open web, to which messages are posted."""

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, str]:
        """Return the answer's status, or 0 and why there is none; follows no redirect."""
        ...


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail with a file of CSV."""

    to: str
    subject: str
    text: str
    file_name: str
    attachment: bytes


class Mailer(Protocol):
    """Whoever carries mail."""

    def send(self, mail: Mail) -> str:
        """Send a mail; return why it is refused, and nothing where it is taken."""
        ...


@dataclass(frozen=True, slots=True)
class MailPorts:
    """What mail needs; ``read_csv`` returns the status and the rows of what a view shows."""

    mailer: Mailer
    read_csv: Callable[[str, View], tuple[int, str]]


@dataclass(frozen=True, slots=True)
class SendPorts:
    """What sending needs from the outside world.

    ``read_report`` returns the status and the body of what a view shows. ``mail`` is None where the
    deployment sends none.
    """

    views: Views
    deliveries: Deliveries
    secrets: Secrets
    runs: Runs
    lake: Lake
    hooks: Hooks
    audit_log: AuditLog
    clock: Clock
    read_report: Callable[[str, View], tuple[int, str]]
    mail: MailPorts | None = None


@dataclass(frozen=True, slots=True)
class DeliverResult:
    """How many deliveries were sent, failed, and were switched off for failing too long."""

    sent: int = 0
    failed: int = 0
    off: int = 0


def deliver_views(account: str, *, ports: SendPorts) -> DeliverResult:
    """Send what is due of an account. What cannot be sent is tried again later, by another call."""
    found = [each for each in ports.deliveries.all(account) if each.every]
    if not found:
        return DeliverResult()
    try:
        published = open_published_run(account, runs=ports.runs, lake=ports.lake)
    except UnknownResourceError:
        return DeliverResult()
    day = published.manifest.as_of
    sent = failed = off = 0
    for delivery in found:
        period = period_of(delivery.every, day)
        now = ports.clock.now()
        claimed = replace(delivery, trying_until=now + _CLAIM)
        if delivery.by == EMAIL:
            # Nobody could tell a mail that comes twice: if we die now, it is not sent at all.
            claimed = replace(claimed, sent_period=period)
        if not is_due(delivery, period, now) or not ports.deliveries.change(
            account, delivery, claimed
        ):
            continue
        outcome = _send(account, claimed, period, now, ports)
        after = settled(
            replace(claimed, sent_period=delivery.sent_period), period, ports.clock.now(), outcome
        )
        if ports.deliveries.change(account, claimed, after):
            _record(account, after, period, outcome, ports)
        sent, failed = sent + outcome.is_sent, failed + (not outcome.is_sent)
        off += after.is_off
    return DeliverResult(sent, failed, off)


def _send(
    account: str, delivery: Delivery, period: str, now: datetime, ports: SendPorts
) -> Outcome:
    view = ports.views.get(account, delivery.view_id)
    if view is None:
        return Outcome("there is no such view any more", is_final=True)
    if delivery.by == EMAIL:
        return _mail(account, delivery, view, period, ports.mail)
    status, report = ports.read_report(account, view)
    if status != 200:  # noqa: PLR2004 - OK
        return Outcome(f"the report is refused with {status}")
    message = {
        "type": "view.delivered",
        "timestamp": now.isoformat(),
        "data": {
            "delivery": delivery.delivery_id,
            "view": view.view_id,
            "name": view.name,
            "period": period,
            "report": json.loads(report),
        },
    }
    body = json.dumps(message, separators=(",", ":"), ensure_ascii=False).encode()
    if len(body) > LARGEST_MESSAGE:
        return Outcome(f"the message has more than {LARGEST_MESSAGE:,} bytes; limit the view")
    headers = signed_headers(
        ports.secrets.get(delivery.secret_arn), f"{delivery.delivery_id}.{period}", now, body
    )
    status, reason = ports.hooks.post(delivery.url, headers, body)
    if 200 <= status < 300:  # noqa: PLR2004 - all of them say yes
        return Outcome()
    return Outcome(reason or f"answered {status}", is_final=status == _GONE)


def _mail(
    account: str, delivery: Delivery, view: View, period: str, mail: MailPorts | None
) -> Outcome:
    if mail is None:
        return Outcome("this deployment sends no email")
    status, rows = mail.read_csv(account, view)
    if status != 200:  # noqa: PLR2004 - OK
        return Outcome(f"the report is refused with {status}")
    attachment = rows.encode()
    if len(attachment) > LARGEST_MESSAGE:
        return Outcome(f"the file has more than {LARGEST_MESSAGE:,} bytes; limit the view")
    text = (
        f"{view.name}\n\nThe rows of the report {view.report} are attached as CSV; emails in them "
        "are masked. Whoever set this up can end it: DELETE /v1/deliveries/"
        f"{delivery.delivery_id}\n"
    )
    name = f"{view.report}-{period}.csv"
    try:
        return Outcome(
            mail.mailer.send(Mail(delivery.to, f"{view.name}: {period}", text, name, attachment))
        )
    except RetriableError as error:
        return Outcome(type(error).__name__)


def _record(
    account: str, delivery: Delivery, period: str, outcome: Outcome, ports: SendPorts
) -> None:
    """Write down in the audit log what was sent, and what is given up."""
    if not outcome.is_sent and not delivery.is_off:
        return
    change = Change(
        f"{delivery.delivery_id}.{period}",
        ports.clock.now(),
        _ACTOR,
        "deliver view" if outcome.is_sent else "switch delivery off",
        {"delivery": delivery.delivery_id, "view": delivery.view_id},
        {"period": period, "reason": outcome.reason},
    )
    record_change(account, change, log=ports.audit_log)
