"""Policies, on an emulator that enforces them."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.aws.launcher import LocalAws

type ClientOf = Callable[..., Any]


@pytest.fixture
def strict_aws(
    tmp_path: Path, emulator_python: Path, lambda_python: Path, without_fixes: list[str]
) -> Iterator[LocalAws]:
    with LocalAws(
        tmp_path,
        emulator_python,
        lambda_python,
        enforce_iam=True,
        persist=False,
        without_fixes=without_fixes,
    ) as aws:
        yield aws


def test_a_tls_only_bucket_serves_a_permitted_user_and_refuses_others(
    strict_aws: LocalAws, client_of: ClientOf
) -> None:
    objects = "arn:aws:s3:::facts/*"
    tls_only = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": objects,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    may_put = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": objects}
    s3, iam = client_of(strict_aws, "s3"), client_of(strict_aws, "iam")
    s3.create_bucket(Bucket="facts")
    s3.put_bucket_policy(Bucket="facts", Policy=_policy(tls_only))
    iam.create_user(UserName="exporter")
    iam.put_user_policy(UserName="exporter", PolicyName="put", PolicyDocument=_policy(may_put))
    key = iam.create_access_key(UserName="exporter")["AccessKey"]
    exporter = client_of(
        strict_aws,
        "s3",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )

    exporter.put_object(Bucket="facts", Key="day.parquet", Body=b"rows")

    with pytest.raises(ClientError, match="AccessDenied"):
        exporter.get_object(Bucket="facts", Key="day.parquet")


def test_who_may_send_one_message_may_send_a_batch(
    strict_aws: LocalAws, client_of: ClientOf
) -> None:
    sqs, iam = client_of(strict_aws, "sqs"), client_of(strict_aws, "iam")
    url = sqs.create_queue(QueueName="hits")["QueueUrl"]
    may_send = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
    iam.create_user(UserName="sender")
    iam.put_user_policy(UserName="sender", PolicyName="send", PolicyDocument=_policy(may_send))
    key = iam.create_access_key(UserName="sender")["AccessKey"]
    sender = client_of(
        strict_aws,
        "sqs",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )

    entries = [{"Id": "1", "MessageBody": "hit"}]
    sent = sender.send_message_batch(QueueUrl=url, Entries=entries)

    assert len(sent["Successful"]) == 1
    with pytest.raises(ClientError, match="AccessDenied"):
        sender.purge_queue(QueueUrl=url)


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
