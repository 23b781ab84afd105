"""Opens connected ad platforms and CRMs. Implements ``ports.connectors.Connectors``."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from headwater.adapters.connectors.auth import SecretVault, TrialVault
from headwater.adapters.connectors.caller import TIMEOUTS, Caller
from headwater.adapters.connectors.vendors import VENDORS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from headwater.adapters.connectors.auth import Vault
    from headwater.usecases.ports import Clock, Secrets, Source

# Whoever connects a source waits for the answer, and a gateway for thirty seconds at most.
_TRIAL_TIMEOUTS = (3.0, 10.0)


class ConnectorSources:
    """The ad platforms and CRMs of all accounts, opened within one invocation.

    Whatever it opens waits for a vendor's rate limit and between retries, but never past
    ``deadline``. ``timeouts`` are the seconds to connect and between two pieces of an answer.
    """

    def __init__(
        self,
        secrets: Secrets,
        *,
        clock: Clock,
        deadline: datetime,
        sleep: Callable[[float], object] = time.sleep,
        timeouts: tuple[float, float] = TIMEOUTS,
    ) -> None:
        self._secrets = secrets
        self._clock = clock
        self._deadline = deadline
        self._sleep = sleep
        self._timeouts = timeouts

    def open(self, source: Source) -> Any:  # noqa: ANN401 - an AdPlatform or a LeadSource, by kind
        """Return the client of a connected source.

        Raises:
            CredentialsRejectedError: its credentials are no longer kept.
        """
        vault = SecretVault(self._secrets, source.secret_arn)
        client = self._client(source.kind, vault, source.api_url, self._timeouts)
        client.ask_also_for(tuple(one.name for one in source.lead_fields))
        return client

    def connect(self, kind: str, credentials: Mapping[str, str], api_url: str = "") -> Any:  # noqa: ANN401
        """Return what tries credentials that are not kept yet, without much patience."""
        timeouts = min(self._timeouts, _TRIAL_TIMEOUTS)
        return self._client(kind, TrialVault(credentials), api_url, timeouts)

    def _client(self, kind: str, vault: Vault, api_url: str, timeouts: tuple[float, float]) -> Any:  # noqa: ANN401
        vendor = VENDORS[kind]
        caller = Caller(
            vendor,
            vault,
            clock=self._clock,
            deadline=self._deadline,
            sleep=self._sleep,
            timeouts=timeouts,
            api_url=api_url,
        )
        return vendor.client(caller)
