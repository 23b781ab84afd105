"""The list of all sites that the collector's edge reads: one object, rewritten as a whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from headwater.adapters.aws_errors import code_of, translated
from headwater.domain.sites import Site, Sites
from headwater.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3 import S3Client

SITES_KEY = "edge/sites.json"
# Stores are connected by hand: two at the same second are rare, five are a defect.
_ATTEMPTS = 5
_CHANGED_MEANWHILE = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"})


class S3EdgeSites:
    """The port ``EdgeSites`` on one bucket."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def change(self, public_key: str, change: Callable[[Site | None], Site]) -> Site:
        """Replace a key's site by what ``change`` makes of it; return the new one.

        Written only where nobody else has written since we read, so no site gets lost.

        Raises:
            ConflictError: somebody else keeps writing.
        """
        for _ in range(_ATTEMPTS):
            document, etag = self._read()
            site = change(Sites.from_document(document).find(public_key))
            changed = document | {public_key: _spelled(site)}
            if changed == document or self._write(changed, etag):
                return site
        message = "the list of sites changes too fast"
        raise ConflictError(message)

    def find(self, public_key: str) -> Site | None:
        """Return a key's site; None for an unknown one."""
        return self.sites().find(public_key)

    def remove(self, public_key: str) -> None:
        """Forget a key's site, so that its hits are refused.

        Raises:
            ConflictError: somebody else keeps writing.
        """
        for _ in range(_ATTEMPTS):
            document, etag = self._read()
            kept = {key: site for key, site in document.items() if key != public_key}
            if kept == document or self._write(kept, etag):
                return
        message = "the list of sites changes too fast"
        raise ConflictError(message)

    def sites(self) -> Sites:
        """Return all sites; none before the first store is connected."""
        return Sites.from_document(self._read()[0])

    def _read(self) -> tuple[dict[str, Any], str]:
        """Return the document with its ETag; an empty one without, where there is none."""
        try:
            with translated():
                answer = self._client.get_object(Bucket=self._bucket, Key=SITES_KEY)
                return json.loads(answer["Body"].read()), answer["ETag"]
        except ClientError as error:
            if code_of(error) != "NoSuchKey":
                raise
            return {}, ""

    def _write(self, document: dict[str, Any], etag: str) -> bool:
        """Write the document; return False, changing nothing, if another one stands there."""
        condition: dict[str, Any] = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
        try:
            with translated():
                self._client.put_object(
                    Bucket=self._bucket,
                    Key=SITES_KEY,
                    Body=json.dumps(document, sort_keys=True, separators=(",", ":")).encode(),
                    ContentType="application/json",
                    **condition,
                )
        except ClientError as error:
            if code_of(error) in _CHANGED_MEANWHILE:
                return False
            raise
        return True


def _spelled(site: Site) -> dict[str, Any]:
    spelled: dict[str, Any] = {
        "account": site.account,
        "source": site.source,
        "origins": sorted(site.origins),
    }
    if site.hits_per_second is not None:
        spelled["hits_per_second"] = site.hits_per_second
    return spelled
