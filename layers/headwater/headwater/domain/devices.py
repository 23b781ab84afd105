"""What kind of device a user agent speaks for."""

from __future__ import annotations

import re

_TABLET = re.compile(
    r"iPad|Tablet(?! PC)|PlayBook|Silk/|Kindle|\bKF[A-Z]{2,}|Nexus (?:7|9|10)|\bSM-[TX]\d",
)
_MOBILE = re.compile(
    r"Mobi|iPhone|iPod|BlackBerry|BB10|Opera Mini|Windows Phone|IEMobile|webOS/|Symbian|MIDP|Nokia",
)


def device_class(user_agent: str) -> str:
    """Return mobile, tablet or desktop; nothing for an empty user agent.

    Android says Mobile on telephones only. An iPad that asks for desktop pages calls itself a
    Macintosh and cannot be told from one.
    """
    if not user_agent.strip():
        return ""
    if _TABLET.search(user_agent):
        return "tablet"
    if _MOBILE.search(user_agent):
        return "mobile"
    # Television sets run Android as well, and are nobody's tablet.
    if "Android" in user_agent and "TV" not in user_agent:
        return "tablet"
    return "desktop"
