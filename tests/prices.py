"""What AWS asks for what a hit causes, in dollars: us-east-1, 2026, without any free tier.

From the price pages of API Gateway (HTTP APIs), Lambda (x86), SQS (standard queues), DynamoDB (on
demand), S3, CloudWatch Logs and data transfer.
"""

from __future__ import annotations

from decimal import Decimal

_MILLION = Decimal(1_000_000)
HTTP_API_REQUEST = Decimal("1.00") / _MILLION
LAMBDA_REQUEST = Decimal("0.20") / _MILLION
LAMBDA_GB_SECOND = Decimal("0.0000166667")
# Each 64 kB of a request.
SQS_REQUEST = Decimal("0.40") / _MILLION
DYNAMODB_WRITE_UNIT = Decimal("0.625") / _MILLION
DYNAMODB_READ_UNIT = Decimal("0.125") / _MILLION
S3_PUT = Decimal("5.00") / _MILLION
LOGS_GB = Decimal("0.50")
EGRESS_GB = Decimal("0.09")
GB = Decimal(10**9)
