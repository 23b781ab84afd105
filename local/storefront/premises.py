"""Everything of a shop but its orders: settings, clock, accounts, faults, people and goods."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from local.storefront import access, directory, faults, script_manager, webhooks
from local.storefront.database import Database
from local.storefront.faults import Fault, FaultKind
from local.storefront.model import (
    StoreChannel,
    StoreCurrency,
    StoreCustomer,
    StoreProduct,
    StoreSubscriber,
)
from local.storefront.script_manager import InstalledScript
from local.storefront.settings import StoreSettings, read_settings, write_settings

DEFAULT_TOKEN = "local-storefront-token"  # noqa: S105 - opens nothing but this shop
"""A token with all read-only scopes that every new shop has."""


def utc_now() -> datetime:
    """Return the system's time."""
    return datetime.now(UTC)


class Premises:
    """A shop's file; any number of processes may have the same one open.

    Args:
        path: The SQLite file; created with a default channel, currency and token if missing.
        clock: The true time, to which the setting ``clock_offset_seconds`` is added.
        settings: Settings to change before the shop opens.
    """

    def __init__(
        self, path: Path, *, clock: Callable[[], datetime] = utc_now, **settings: object
    ) -> None:
        self.database = Database(path)
        self._clock = clock
        with self.database.write() as connection:
            current = write_settings(connection, settings)
            directory.furnish(connection, current.name, current.currency)
            if not connection.execute("SELECT 1 FROM tokens").fetchone():
                access.issue_token(connection, access.READ_ONLY_SCOPES, DEFAULT_TOKEN)

    def __enter__(self) -> Self:
        """Use it as a context manager, and it is closed."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    @property
    def settings(self) -> StoreSettings:
        """The shop's settings as they are now."""
        with self.database.read() as connection:
            return read_settings(connection)

    def configure(self, **changes: object) -> StoreSettings:
        """Change settings (the fields of `StoreSettings`) and return all.

        Raises:
            ValueError: There is no such setting, or the value is of another type.
        """
        with self.database.write() as connection:
            return write_settings(connection, changes)

    def now(self) -> datetime:
        """Return the present by the shop's clock, to the second."""
        return self.present(self.settings)

    def present(self, settings: StoreSettings) -> datetime:
        """Return the present, to the second, by the clock of a shop with these settings."""
        offset = timedelta(seconds=settings.clock_offset_seconds)
        return (self._clock() + offset).replace(microsecond=0)

    def issue_token(
        self, scopes: Iterable[str] = access.READ_ONLY_SCOPES, token: str | None = None
    ) -> str:
        """Create an API account and return its token; or give an existing token other scopes."""
        with self.database.write() as connection:
            return access.issue_token(connection, scopes, token)

    def revoke_token(self, token: str) -> None:
        """Delete an API account."""
        with self.database.write() as connection:
            access.revoke_token(connection, token)

    def fail(
        self,
        kind: FaultKind | str,
        argument: str | int | None = None,
        *,
        path: str | None = None,
        times: int | None = 1,
    ) -> int:
        """Switch a fault on and return its id; see `FaultKind` for what the argument means.

        Args:
            kind: What goes wrong.
            argument: How it does.
            path: A regular expression searched in the path below the store, such as
                ``/v2/orders``; every request if missing.
            times: How many requests it hits; ``None``: until cleared.

        Raises:
            ValueError: There is no such kind, or an argument is malformed.
        """
        text = None if argument is None else str(argument)
        with self.database.write() as connection:
            return faults.arm(connection, Fault(FaultKind(kind), text, path, times))

    def recover(self, kind: FaultKind | str | None = None) -> None:
        """Switch off all faults, or those of one kind."""
        with self.database.write() as connection:
            faults.clear(connection, None if kind is None else FaultKind(kind))

    @property
    def faults(self) -> list[Fault]:
        """The faults that are on."""
        with self.database.read() as connection:
            return faults.armed(connection)

    def deactivate_webhooks(self) -> None:
        """Switch off all webhooks, as those that have failed for two days."""
        with self.database.write() as connection:
            webhooks.deactivate(connection)

    @property
    def scripts(self) -> list[InstalledScript]:
        """The Script Manager's list."""
        with self.database.read() as connection:
            return script_manager.listed(connection)

    def delete_script(self, uuid: str) -> None:
        """Delete a script by hand; raises KeyError if there is none."""
        with self.database.write() as connection:
            script_manager.delete(connection, uuid)

    def categorize_script(self, uuid: str, category: str) -> None:
        """Put a script into another consent category; raises KeyError if there is none."""
        with self.database.write() as connection:
            script_manager.categorize(connection, uuid, category)

    def load_customers(self, customers: Iterable[StoreCustomer]) -> None:
        """Insert customers, or replace those with the same id."""
        with self.database.write() as connection:
            directory.write_customers(connection, customers)

    def load_subscribers(self, subscribers: Iterable[StoreSubscriber]) -> None:
        """Insert newsletter subscribers."""
        with self.database.write() as connection:
            directory.write_subscribers(connection, subscribers)

    def load_products(self, products: Iterable[StoreProduct]) -> None:
        """Insert products, or replace those with the same id."""
        with self.database.write() as connection:
            directory.write_products(connection, products)

    def load_channels(self, channels: Iterable[StoreChannel]) -> None:
        """Insert channels, or replace those with the same id."""
        with self.database.write() as connection:
            directory.write_channels(connection, channels)

    def load_currencies(self, currencies: Iterable[StoreCurrency]) -> None:
        """Insert currencies, or replace those with the same code."""
        with self.database.write() as connection:
            directory.write_currencies(connection, currencies)
