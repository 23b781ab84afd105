"""Sends mail with a file attached."""

from __future__ import annotations

from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from headwater.adapters.aws_errors import code_of, translated

if TYPE_CHECKING:
    from headwater.usecases.deliver_views import Mail

# What SES says of a mail that no other attempt would get through as it is.
_REFUSED = frozenset(
    {"MessageRejected", "MailFromDomainNotVerifiedException", "BadRequestException"}
)


class SesMailer:
    """The port ``Mailer`` on SES.

    Args:
        client: a client of ``sesv2``.
        sender: the verified address that mail comes from.
    """

    def __init__(self, client: Any, sender: str) -> None:  # noqa: ANN401 - boto3 makes clients at run time
        self._client = client
        self._sender = sender

    def send(self, mail: Mail) -> str:
        """Send a mail; return why SES refuses it, and nothing where it takes it.

        Raises:
            RetriableError: SES does not answer, or asks us to wait.
        """
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, mail.to, mail.subject
        message.set_content(mail.text)
        message.add_attachment(
            mail.attachment, maintype="text", subtype="csv", filename=mail.file_name
        )
        try:
            with translated():
                self._client.send_email(
                    FromEmailAddress=self._sender,
                    Destination={"ToAddresses": [mail.to]},
                    Content={"Raw": {"Data": message.as_bytes()}},
                )
        except ClientError as error:
            if code_of(error) not in _REFUSED:
                raise
            return f"refused by SES: {code_of(error)}"
        return ""
