"""The tracking script's files: this deployment's beside the program, earlier ones' in the lake."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from headwater.adapters.aws_errors import code_of, translated
from headwater.errors import ConfigurationError
from headwater.usecases.serve_script import Build

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SCRIPTS_PREFIX = "edge/scripts/"
# What `make build` makes of web/tracker.
BUILT_SCRIPTS = Path(__file__).parents[1] / "built_scripts"


class S3Scripts:
    """The port ``Scripts`` on the folder of a build and a bucket.

    A shop may include a version long after the next one is deployed, with an integrity that fits
    no other. So a version is kept in the bucket before it is first served.

    Args:
        client: a client of S3.
        bucket: the lake.
        folder: what the build of the tracking script made.
    """

    def __init__(self, client: S3Client, bucket: str, folder: Path) -> None:
        self._client = client
        self._bucket = bucket
        self._folder = folder
        self._kept: dict[str, bytes] = {}

    def build(self) -> Build:
        """Return what this deployment serves.

        Raises:
            ConfigurationError: the script was not built before the deployment.
        """
        try:
            manifest = json.loads((self._folder / "manifest.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            message = "the tracking script was not built: `make build` does it"
            raise ConfigurationError(message) from None
        script, loader = manifest["script"], manifest["loader"]
        return Build(script["name"], script["integrity"], loader["text"])

    def read(self, name: str) -> bytes | None:
        """Return a script by its name; None if no deployment ever served it.

        Raises:
            RateLimitedError: S3 asks us to slow down.
            StoreUnavailableError: S3 does not answer.
        """
        if name not in self._kept:
            path = self._folder / name
            content = path.read_bytes() if path.is_file() else None
            if content is None:
                return self._read_kept(name)
            self._keep(name, content)
            self._kept[name] = content
        return self._kept[name]

    def _keep(self, name: str, content: bytes) -> None:
        try:
            with translated():
                self._client.put_object(
                    Bucket=self._bucket,
                    Key=SCRIPTS_PREFIX + name,
                    Body=content,
                    ContentType="text/javascript",
                    IfNoneMatch="*",
                )
        except ClientError as error:
            # Its name is its content: whatever stands there is the same.
            if code_of(error) not in {"PreconditionFailed", "ConditionalRequestConflict"}:
                raise

    def _read_kept(self, name: str) -> bytes | None:
        try:
            with translated():
                answer = self._client.get_object(Bucket=self._bucket, Key=SCRIPTS_PREFIX + name)
                return answer["Body"].read()
        except ClientError as error:
            if code_of(error) != "NoSuchKey":
                raise
            return None
