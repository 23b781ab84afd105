"""Wires what sending views works with."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from headwater.adapters.aws_session import shared_session
from headwater.adapters.ses.mailer import SesMailer
from headwater.adapters.web.hooks import WebHooks
from headwater.adapters.web.pages import WebPages
from headwater.runtime import bootstrap, delivering
from headwater.runtime.api.answers import CSV
from headwater.runtime.api.report_reader import ReportReader
from headwater.runtime.settings import settings
from headwater.runtime.storage import CLIENT, audit_log
from headwater.usecases.deliver_views import MailPorts, SendPorts
from headwater.usecases.serve_reports import serve_report

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from headwater.domain.views import View
    from headwater.usecases.deliver_views import Hooks, Mailer


@cache
def web_hooks() -> Hooks:
    """Return the open web, to which messages are posted."""
    return WebHooks(WebPages(), loopback=settings().loopback_pages == "true")


@cache
def mailer() -> Mailer | None:
    """Return who carries mail; None where the deployment has no sender."""
    sender = settings().delivery_sender
    if not sender:
        return None
    return SesMailer(shared_session().client("sesv2", config=CLIENT), sender)


@cache
def reader() -> ReportReader:
    """Return the routes of the reports."""
    return ReportReader(serve_report)


def send_ports(context: LambdaContext) -> SendPorts:
    """Return what sending views works with, in one invocation."""

    def read_report(account: str, view: View) -> tuple[int, str]:
        answer = reader().answer_alone(account, view, context)
        return answer["statusCode"], answer["body"]

    def read_csv(account: str, view: View) -> tuple[int, str]:
        answer = reader().answer_alone(account, view, context, accept=CSV)
        return answer["statusCode"], answer["body"]

    carrier = mailer()
    return SendPorts(
        views=bootstrap.views(),
        deliveries=bootstrap.deliveries(),
        secrets=delivering.secrets(),
        runs=bootstrap.runs(),
        lake=bootstrap.lake(),
        hooks=web_hooks(),
        audit_log=audit_log(),
        clock=bootstrap.clock(),
        read_report=read_report,
        mail=MailPorts(carrier, read_csv) if carrier else None,
    )
