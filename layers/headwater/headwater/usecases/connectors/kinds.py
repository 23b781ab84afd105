"""What is known of a kind of source without asking it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from headwater.usecases.check_store import Permission

type Role = Literal["ad_cost", "leads"]

AD_COST: Role = "ad_cost"
LEADS: Role = "leads"


@dataclass(frozen=True, slots=True)
class Credential:
    """Something that a person types in to connect a source."""

    name: str
    title: str
    is_secret: bool = True
    is_required: bool = True


# An app of the vendor's that the merchant has authorized, in place of a key of his own.
APP = ("client_id", "client_secret", "refresh_token")
APP_CREDENTIALS = (
    Credential("client_id", "Client id of an authorized app", is_secret=False, is_required=False),
    Credential("client_secret", "Client secret of the app", is_required=False),
    Credential("refresh_token", "Refresh token of the app", is_required=False),
)


@dataclass(frozen=True, slots=True)
class ConnectorKind:
    """A kind of source.

    Attributes:
        kind: its name.
        title: as people call it.
        role: what is pulled from it.
        credentials: what it takes to connect one.
        permissions: what the credentials have to open; ``without`` names what an optional one does.
        ways: names of credentials that go together, where one of several such sets is enough.
        where_to_fix: what a person does where the credentials are rejected or lack a permission.
        platform: of ad cost, as ``domain.cost_join`` calls it.
        restated_days: of ad cost, how long a platform changes what it has said of a day.
        longest_slice: of ad cost, the days of one report.
        history_days: of ad cost, how far back the platform tells.
        click_days: of ad cost, how far back it tells which ad a click came from; 0 for never.
        overlap: of leads, how far a pull reaches back before the one before it began.
        whole_every: of leads, after how many days all contacts are pulled again, where the vendor
            does not tell of all that changes; 0 for never.
    """

    kind: str
    title: str
    role: Role
    credentials: tuple[Credential, ...]
    permissions: tuple[Permission, ...]
    where_to_fix: str
    ways: tuple[tuple[str, ...], ...] = ()
    platform: str = ""
    restated_days: int = 30
    longest_slice: int = 30
    history_days: int = 1126
    click_days: int = 0
    overlap: timedelta = timedelta(minutes=10)
    whole_every: int = 0

    @property
    def secrets(self) -> frozenset[str]:
        """The names of the credentials that must not be seen."""
        return frozenset(one.name for one in self.credentials if one.is_secret)
