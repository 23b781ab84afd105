"""Keeps the access tokens of sources."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from headwater.adapters.aws_errors import code_of, translated
from headwater.errors import ConflictError, UnknownResourceError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

# What Secrets Manager says of a secret that is scheduled for deletion.
_TO_BE_DELETED = "InvalidRequestException"
_LEAST_DAYS = 7


class SecretsManagerSecrets:
    """The port ``Secrets`` on Secrets Manager.

    Args:
        client: a Secrets Manager client.
        prefix: what every name begins with; the functions' policies name it.
    """

    def __init__(self, client: SecretsManagerClient, prefix: str) -> None:
        self._client = client
        self._prefix = prefix

    def put(self, account: str, source: str, token: str) -> str:
        """Store a source's token, replacing an older one; return the secret's ARN.

        A secret that is scheduled for deletion (its source was disconnected) comes back.
        """
        name = f"{self._prefix}/{account}/{source}"
        with translated():
            try:
                return self._client.create_secret(Name=name, SecretString=token)["ARN"]
            except ClientError as error:
                if code_of(error) not in {"ResourceExistsException", _TO_BE_DELETED}:
                    raise
            if "DeletedDate" in self._client.describe_secret(SecretId=name):
                self._client.restore_secret(SecretId=name)
            return self._client.put_secret_value(SecretId=name, SecretString=token)["ARN"]

    def get(self, secret_arn: str) -> str:
        """Return a token; raises UnknownResourceError without such a secret."""
        try:
            with translated():
                return self._client.get_secret_value(SecretId=secret_arn)["SecretString"]
        except ClientError as error:
            if code_of(error) in {"ResourceNotFoundException", _TO_BE_DELETED}:
                message = "there is no such secret"
                raise UnknownResourceError(message) from error
            raise

    def replace(self, secret_arn: str, token: str, *, was: str) -> None:
        """Store another token in place of one, which ``was`` names.

        The version's name is made of ``was``, and a name is given once: of two that replace the
        same token, one succeeds.

        Raises:
            ConflictError: somebody else has stored another one in its place already.
        """
        version = str(uuid.uuid5(uuid.NAMESPACE_OID, was))
        try:
            with translated():
                self._client.put_secret_value(
                    SecretId=secret_arn, SecretString=token, ClientRequestToken=version
                )
        except ClientError as error:
            if code_of(error) != "ResourceExistsException":
                raise
            message = "the token has been replaced meanwhile"
            raise ConflictError(message) from error

    def delete(self, secret_arn: str) -> None:
        """Delete a token; one that is gone already stays so.

        Secrets Manager keeps it for a week, which is the least that it grants, and nobody can
        read it meanwhile.
        """
        try:
            with translated():
                self._client.delete_secret(SecretId=secret_arn, RecoveryWindowInDays=_LEAST_DAYS)
        except ClientError as error:
            if code_of(error) not in {"ResourceNotFoundException", _TO_BE_DELETED}:
                raise
