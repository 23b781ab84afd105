"""What a landing URL says about the click that led to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from headwater.domain.deliveries import MINTED_ID
from headwater.domain.journeys import Campaign
from headwater.domain.rows import clean_text
from headwater.errors import InvalidRowError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from urllib.parse import SplitResult

# Browsers and proxies cut longer URLs themselves.
_LONGEST_URL = 8192
_SCHEMES = frozenset({"http", "https"})
# The parameter by which a test of the tracking knows its own visit again.
TEST_CODE = "hwv"
# Android names an app that opened the page by its package: android-app://com.google.android.gm/
_REFERRER_SCHEMES = _SCHEMES | {"android-app"}

# Campaign field → the parameters that may carry it, the most trustworthy first.
_MARKS = {
    "source": ("utm_source",),
    "medium": ("utm_medium",),
    "campaign": ("utm_campaign",),
    "content": ("utm_content",),
    "term": ("utm_term",),
    "campaign_id": ("utm_id", "gad_campaignid", "campaign_id", "campaignid", "hsa_cam"),
    "adset_id": ("adset_id", "adgroupid", "hsa_grp"),
    "ad_id": ("ad_id", "creative", "hsa_ad"),
}
# Of several click ids in one URL the first in this order is kept: ids that only a paid click
# carries, then ids that any link of a platform carries, then what merely hints at a click.
CLICK_IDS = (
    "gclid",
    "gbraid",
    "wbraid",
    "msclkid",
    "yclid",
    "ttclid",
    "twclid",
    "li_fat_id",
    "rdt_cid",
    "sccid",
    "qclid",
    "dclid",
    "irclid",
    "cjevent",
    "awc",
    "fbclid",
    "epik",
    "igshid",
    "igsh",
    "srsltid",
    "_kx",
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "gclsrc",
    "gad_source",
)


@dataclass(frozen=True, slots=True)
class Landing:
    """A landing page: its campaign marks, its path, and the code of the test that it belongs to."""

    campaign: Campaign
    path: str
    test_code: str = ""


def read_landing(url: str) -> Landing:
    """Read the campaign marks and the path of a landing URL.

    Marks may stand in the query or in the fragment, under names of any letter case; the query
    wins, and of a repeated name its first value. Values are kept as they are written, without
    control characters, up to 512 characters.

    Raises:
        InvalidRowError: the text is no http or https URL.
    """
    parts = _split(url)
    if parts is None or parts.scheme not in _SCHEMES or not parts.netloc:
        message = "url: not an http or https URL"
        raise InvalidRowError(message)
    values = _parameters(parts)
    code = values.get(TEST_CODE, "")
    return Landing(
        campaign_of(values),
        clean_text(parts.path) or "/",
        code if MINTED_ID.fullmatch(code) else "",
    )


def known_marks() -> frozenset[str]:
    """Return the names, in lower case, of all parameters that are read of a landing's address."""
    return frozenset(
        {TEST_CODE, *CLICK_IDS, *(name for names in _MARKS.values() for name in names)}
    )


def campaign_of(values: Mapping[str, str]) -> Campaign:
    """Pick the campaign marks out of parameters whose names are in lower case."""
    marks = {
        field: _first_id(values, names) if field.endswith("_id") else _first(values, names)
        for field, names in _MARKS.items()
    }
    kind = next((name for name in CLICK_IDS if values.get(name)), "")
    return Campaign(**marks, click_id_kind=kind, click_id=values[kind] if kind else "")


def referrer_host(referrer: str) -> str:
    """Return the host of a referrer in lower case, or nothing where it names none."""
    parts = _split(referrer)
    if parts is None or parts.scheme not in _REFERRER_SCHEMES:
        return ""
    try:
        host = parts.hostname or ""
    except ValueError:
        return ""
    return clean_text(host).rstrip(".")


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url.strip()[:_LONGEST_URL])
    except ValueError:
        return None


def _parameters(parts: SplitResult) -> dict[str, str]:
    # Single-page shops write #/path?name=value, some ad links #name=value.
    fragment = parts.fragment.rpartition("?")[2]
    found: dict[str, str] = {}
    for name, value in [*parse_qsl(parts.query), *parse_qsl(fragment)]:
        if value := clean_text(value):
            found.setdefault(name.lower(), value)
    return found


def _first_id(values: Mapping[str, str], names: Iterable[str]) -> str:
    """Return the first id in digits, else the first value: utm_id is free to hold a name."""
    given = [values[name] for name in names if values.get(name)]
    return next(filter(str.isdecimal, given), given[0] if given else "")


def _first(values: Mapping[str, str], names: Iterable[str]) -> str:
    return next((values[name] for name in names if values.get(name)), "")
