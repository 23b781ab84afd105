"""The session that all AWS clients of a container share."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore.parsers import JSONParser, ResponseParserFactory

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def shared_session() -> boto3.Session:
    """Return the session: it reads botocore's descriptions of the services once for all clients."""
    session = botocore.session.get_session()
    session.register_component("response_parser_factory", AnswerParsers())
    return boto3.Session(botocore_session=session)


class AnswerParsers(ResponseParserFactory):
    """Makes botocore's parsers, but one of our own for DynamoDB's protocol."""

    def create_parser(self, protocol_name: str) -> Any:  # noqa: ANN401 - botocore has no common type
        """Return the parser of a protocol's answers."""
        if protocol_name == "json":
            return TypedAttributesParser()
        return super().create_parser(protocol_name)


class TypedAttributesParser(JSONParser):
    """Reads JSON answers, and takes DynamoDB's items as they came.

    botocore looks for all ten types in each attribute of each item, a third of what an export
    takes; it only changes binary ones, which we do not store.
    """

    def _handle_map(self, shape: Any, value: Mapping[str, Any]) -> Any:  # noqa: ANN401
        if shape.value.name == "AttributeValue":
            return value
        return super()._handle_map(shape, value)  # type: ignore[misc]  # the stubs leave it out
