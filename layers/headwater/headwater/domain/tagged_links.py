"""Links that say which mailing, post or ad they stand in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_plus, urlsplit, urlunsplit

from headwater.domain.channels import Channel, classify
from headwater.domain.landings import read_landing
from headwater.domain.rows import clean_text
from headwater.errors import InvalidParameterError, InvalidRowError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# What a link may be asked to carry → the parameter that carries it. The first three it must.
MARKS = {
    "source": "utm_source",
    "medium": "utm_medium",
    "campaign": "utm_campaign",
    "content": "utm_content",
    "term": "utm_term",
    "id": "utm_id",
}
_NEEDED = ("source", "medium", "campaign")
# Longer values are cut where a landing is read.
_LONGEST_VALUE = 512
_LONGEST_LINK = 2048


@dataclass(frozen=True, slots=True)
class TaggedLink:
    """A link, and how its clicks will be counted unless rules of the account say otherwise.

    ``replaced`` names parameters that the link had and that were put right; ``warnings`` say what
    will not work as hoped.
    """

    link: str
    channel: str
    source: str
    medium: str
    replaced: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def tag_link(url: str, marks: Mapping[str, str], own_domains: Iterable[str] = ()) -> TaggedLink:
    """Put campaign marks into a link to the shop.

    What else the link carries stays as it is written; marks that it has already are replaced.

    Args:
        url: a page of the shop.
        marks: values by the names of ``MARKS``; source, medium and campaign are needed.
        own_domains: the account's, to warn of links that lead elsewhere.

    Raises:
        InvalidParameterError: naming the value and what is wrong with it.
    """
    try:
        read_landing(url)
    except InvalidRowError as error:
        raise InvalidParameterError(str(error)) from error
    values = _values(marks)
    parts = urlsplit(url.strip())
    had = [pair for pair in parts.query.split("&") if pair]
    names = [unquote_plus(pair.partition("=")[0]).lower() for pair in had]
    replaced = tuple(dict.fromkeys(name for name in names if name in values))
    kept = [pair for pair, name in zip(had, names, strict=True) if name not in values]
    query = "&".join([*kept, *(f"{name}={quote(value)}" for name, value in values.items())])
    link = urlunsplit(parts._replace(query=query))
    if len(link) > _LONGEST_LINK:
        message = (
            f"url: the link is longer than {_LONGEST_LINK} characters, which some programs cut"
        )
        raise InvalidParameterError(message)
    told = classify(
        values["utm_source"], values["utm_medium"], values["utm_campaign"], "", "", own_domains
    )
    warnings = tuple(_warnings(parts.hostname or "", told.channel, own_domains))
    return TaggedLink(link, told.channel.value, told.source, told.medium, replaced, warnings)


def _values(marks: Mapping[str, str]) -> dict[str, str]:
    """Return parameter → value of the marks that are given."""
    values = {}
    for name, parameter in MARKS.items():
        value = marks.get(name, "").strip()
        if not value and name in _NEEDED:
            message = f"{name}: missing"
            raise InvalidParameterError(message)
        if clean_text(value) != value or len(value) > _LONGEST_VALUE:
            message = f"{name}: has control characters, or more than {_LONGEST_VALUE} characters"
            raise InvalidParameterError(message)
        if value:
            values[parameter] = value
    return values


def _warnings(host: str, channel: Channel, own_domains: Iterable[str]) -> Iterable[str]:
    own = [domain.lower().removeprefix("www.") for domain in own_domains]
    if own and not any(host == domain or host.endswith("." + domain) for domain in own):
        yield f"url: {host} is none of the shop's domains, so nobody will see this click"
    if channel is Channel.OTHER:
        yield "medium: tells no channel; cpc, paid, email, sms, social, affiliate … do"
