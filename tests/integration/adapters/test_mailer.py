"""Mail goes out whole by SES, and what SES refuses is told."""

from __future__ import annotations

from email import message_from_string
from email.policy import default
from typing import TYPE_CHECKING, Any

from moto.ses.models import ses_backends

from headwater.adapters.ses.mailer import SesMailer
from headwater.usecases.deliver_views import Mail

if TYPE_CHECKING:
    from collections.abc import Callable

MAIL = Mail(
    "ann@shop.example", "Umsätze: 2026-11", "Hello\n", "roi.csv", "a,b\r\nZürich,1\r\n".encode()
)


def test_a_mail_arrives_with_its_file(aws: Callable[[str], Any]) -> None:
    client = aws("sesv2")
    client.create_email_identity(EmailIdentity="reports@shop.example")
    assert SesMailer(client, "reports@shop.example").send(MAIL) == ""
    sent = ses_backends["123456789012"]["us-east-1"].sent_messages[-1]
    message = message_from_string(sent.raw_data, policy=default)
    assert (message["From"], message["To"]) == ("reports@shop.example", "ann@shop.example")
    assert message["Subject"] == "Umsätze: 2026-11"
    [attached] = message.iter_attachments()
    assert attached.get_filename() == "roi.csv"
    assert attached.get_content_type() == "text/csv"
    assert attached.get_payload(decode=True) == MAIL.attachment


def test_a_sender_that_nobody_has_verified_is_refused(aws: Callable[[str], Any]) -> None:
    mailer = SesMailer(aws("sesv2"), "stranger@else.example")
    assert mailer.send(MAIL) == "refused by SES: MessageRejected"
