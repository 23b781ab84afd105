"""The lake of a function that answers readers."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from headwater.adapters.s3.lake import S3Lake

# Objects that are named by their content never change.
_IMMUTABLE = ("manifests/", "reports/")
# A materialized report of many campaigns is a few megabytes of Python objects.
_KEPT = 16


class ReadingLake(S3Lake):
    """A lake that fetches each immutable object once per container, the latest ones at least.

    What it returns is shared: readers must not change it.
    """

    def __init__(self, *args: Any) -> None:  # noqa: ANN401 - those of S3Lake
        super().__init__(*args)
        self._kept: OrderedDict[str, Any] = OrderedDict()

    def get_json(self, key: str) -> Any:  # noqa: ANN401 - any JSON value
        """Return a JSON object; raises UnknownResourceError if there is none."""
        if not key.startswith(_IMMUTABLE):
            return super().get_json(key)
        if key not in self._kept:
            self._kept[key] = super().get_json(key)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]
