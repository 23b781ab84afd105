"""The facts about who sends visitors, and how to look one up."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

# Kinds of site, in the order in which a host that stands under two of them is decided.
_KINDS = ("payment", "email", "ai", "shopping", "video", "social", "search")
# The second labels under which countries register businesses, as in google.co.uk.
_SECOND_LEVELS = frozenset({"co", "com", "ne", "net", "or", "org"})
_COUNTRY_CODE_LENGTH = 2


@dataclass(frozen=True, slots=True)
class Site:
    """A site that sends visitors: its name, and its kind.

    Kinds: search, social, video, shopping, ai, email, payment.
    """

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class ClickIdFact:
    """What a click id proves by itself."""

    source: str
    medium: str
    channel: str


@dataclass(frozen=True, slots=True)
class ReferrerFacts:
    """All facts of ``referrers.toml``, indexed.

    ``hosts`` are matched with their subdomains, ``brands`` (``google.*``) under any country's
    ending; ``names`` are values of utm_source, ``senders`` those that tell a channel by themselves.
    """

    hosts: dict[str, Site]
    brands: dict[str, Site]
    names: dict[str, Site]
    senders: dict[str, str]
    click_ids: dict[str, ClickIdFact]

    def site_of_host(self, host: str) -> Site | None:
        """Return the known site that a host in lower case belongs to."""
        labels = host.split(".")
        for start in range(len(labels)):
            if site := self.hosts.get(".".join(labels[start:])):
                return site
        if labels[0] in {"www", "m"}:
            labels = labels[1:]
        return self.brands.get(labels[0]) if _is_ending(labels[1:]) else None

    def site_of_source(self, source: str) -> Site | None:
        """Return the known site that a utm_source means: by name, or as a host."""
        name = source.lower()
        return self.names.get(name) or (self.site_of_host(name) if "." in name else None)


def _is_ending(labels: list[str]) -> bool:
    """Tell whether labels are what follows a brand: com, de, co.uk, com.au."""
    match labels:
        case [_]:
            return True
        case [second, top]:
            return second in _SECOND_LEVELS and len(top) == _COUNTRY_CODE_LENGTH
        case _:
            return False


@cache
def referrer_facts() -> ReferrerFacts:
    """Return the facts that ship with the package, read once."""
    text = resources.files(__package__).joinpath("referrers.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    hosts: dict[str, Site] = {}
    brands: dict[str, Site] = {}
    names: dict[str, Site] = {}
    for kind in _KINDS:
        for name, patterns in document[kind].items():
            site = names.setdefault(name, Site(name, kind))
            for pattern in patterns:
                if pattern.endswith(".*"):
                    brands.setdefault(pattern.removesuffix(".*"), site)
                else:
                    hosts.setdefault(pattern, site)
    names |= {alias: names[name] for alias, name in document["aliases"].items()}
    return ReferrerFacts(
        hosts=hosts,
        brands=brands,
        names=names,
        senders={name: channel for channel, group in document["senders"].items() for name in group},
        click_ids={kind: ClickIdFact(*fact) for kind, fact in document["click_ids"].items()},
    )
