"""Where a Meta ad leads: its creative has the link in one of many places, and tags for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from headwater.adapters.connectors.exchange import at
from headwater.adapters.connectors.listing import VendorModel
from headwater.domain.ad_links import effective_utm, leading_link

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Creative(VendorModel):
    """What an ad shows. The specs are as Meta sends them: they have dozens of forms."""

    url_tags: str = ""
    link_url: str = ""
    object_url: str = ""
    template_url: str = ""
    object_story_spec: dict[str, Any] = Field(default_factory=dict)
    asset_feed_spec: dict[str, Any] = Field(default_factory=dict)


def utm_of(creative: Creative, macros: Mapping[str, str]) -> dict[str, str]:
    """Return the utm values that the ad's clicks land with."""
    return effective_utm([leading_link(_links(creative)), creative.url_tags], macros)


def _links(creative: Creative) -> Iterator[str]:
    """Yield the links of a creative, the one that counts first."""
    for one in creative.asset_feed_spec.get("link_urls") or []:
        yield from _texts(at(one, "website_url"))
    story = creative.object_story_spec
    yield from _texts(at(story, "link_data", "link"))
    for one in at(story, "link_data", "child_attachments") or []:
        yield from _texts(at(one, "link"))
    yield from _texts(at(story, "video_data", "call_to_action", "value", "link"))
    yield from _texts(creative.link_url, creative.object_url, creative.template_url)


def _texts(*values: object) -> Iterator[str]:
    return (value for value in values if isinstance(value, str) and value)
