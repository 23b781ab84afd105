"""Tag links: what makes a click tell where it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.domain import tagged_links
from headwater.domain.tagged_links import TaggedLink
from headwater.domain.url_templates import EMAIL_TEMPLATES, URL_TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headwater.domain.url_templates import UrlTemplate
    from headwater.usecases.ports import Accounts

__all__ = ["TaggedLink", "list_templates", "tag_link"]


def list_templates() -> tuple[UrlTemplate, ...]:
    """Return what belongs into each ad platform and email program."""
    return (*URL_TEMPLATES.values(), *EMAIL_TEMPLATES)


def tag_link(account: str, url: str, marks: Mapping[str, str], *, accounts: Accounts) -> TaggedLink:
    """Put campaign marks into a link to a page of the account's shops.

    Raises:
        InvalidParameterError: naming the value and what is wrong with it.
    """
    return tagged_links.tag_link(url, marks, accounts.settings(account).own_domains)
