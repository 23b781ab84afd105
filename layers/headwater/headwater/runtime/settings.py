"""What the deployment tells a function: the environment variables of template.yaml."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from functools import cache

from headwater.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Settings:
    """The variables of all functions; each is told of those that it may use.

    A field ``accounts_table`` is the variable ``ACCOUNTS_TABLE``. ``hit_queue_url`` and
    ``site_hits_per_second`` are read by ``runtime.edge``, which does without this class.
    """

    accounts_table: str = ""
    orders_table: str = ""
    journeys_table: str = ""
    costs_table: str = ""
    lake_bucket: str = ""
    hit_queue_url: str = ""
    site_hits_per_second: str = ""
    webhook_queue_url: str = ""
    webhook_url: str = ""
    pipeline_arn: str = ""
    pull_orders_function: str = ""
    reconcile_orders_function: str = ""
    import_file_function: str = ""
    deliver_views_function: str = ""
    delivery_sender: str = ""
    secrets_prefix: str = ""
    other_api_urls: str = ""
    collector_url: str = ""
    loopback_pages: str = ""

    def required(self, name: str) -> str:
        """Return a setting that the caller cannot do without.

        Raises:
            ConfigurationError: naming the variable that is missing.
        """
        value: str = getattr(self, name)
        if not value:
            message = f"the environment variable {name.upper()} is missing"
            raise ConfigurationError(message)
        return value


@cache
def settings() -> Settings:
    """Return the settings of this process."""
    names = (field.name for field in fields(Settings))
    return Settings(**{name: os.environ.get(name.upper(), "") for name in names})
