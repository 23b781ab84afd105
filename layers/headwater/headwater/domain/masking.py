"""Emails as a marketer sees them: enough to recognize one that he knows, too little to learn one.

Answers are masked at one place: ``runtime.api.application`` sends whatever a route answers to a
caller who may not see emails through ``masked_text``. A route masks nothing itself.
"""

from __future__ import annotations

import re

_HIDDEN = "…"
# A word is what lies between the signs that part values in JSON, CSV, a URL or a sentence. An
# escape of JSON is none, so that its letter is not taken for an address's first.
_WORD = re.compile(r"\\(?:u[0-9a-fA-F]{4}|.)|[^\s\"<>()\[\]{},;:\\/=&?|]++", re.DOTALL)
_EMAIL = re.compile(
    # The sign itself, or as a URL spells it, also one inside a URL.
    r"(?P<local>.+)(?:@|%(?:25)*40)"
    r"(?P<domain>[^@%.][^@%]*)\.(?P<top>[^@%.]*[^\W\d_])(?P<rest>.*)"
)


def masked_text(text: str) -> str:
    """Return a text with each email in it masked: ``j…@e….com`` for ``john@example.com``.

    How long the parts of an address are is not told either. Text without one comes back as it is.
    """
    if "@" not in text and "40" not in text:
        return text
    return _WORD.sub(_masked_word, text)


def _masked_word(word: re.Match[str]) -> str:
    if "@" not in word[0] and "%" not in word[0]:
        return word[0]
    email = _EMAIL.fullmatch(word[0])
    if email is None:
        return word[0]
    first, domain = email["local"][0], email["domain"][0]
    return f"{first}{_HIDDEN}@{domain}{_HIDDEN}.{email['top']}{email['rest']}"
