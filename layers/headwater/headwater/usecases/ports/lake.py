"""What the steps need of the lake: objects that are written once, and fact tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from headwater.domain.models import MODELS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import date

    import duckdb

    from headwater.domain.hits import PageView
    from headwater.domain.manifests import Manifest, Objects
    from headwater.usecases.ports.stores import RejectedRow


class Lake(Protocol):
    """Objects that are written once, and the small JSON that steps hand to each other."""

    def keep_raw_page(
        self, account: str, source: str, page: bytes, kind: str = "bigcommerce"
    ) -> str:
        """Keep a page as a source of a kind sent it; return its key."""
        ...

    def keep_rejected(self, account: str, day: date, rows: Iterable[RejectedRow]) -> str | None:
        """Keep bad rows with their reasons; return the key, or None for no rows."""
        ...

    def keep_page_views(self, account: str, day: date, page_views: Sequence[PageView]) -> str:
        """Keep page views that arrived on a UTC day, as one object; return its key.

        The same page view may stand in several objects: whoever reads them takes each once by its
        visitor and id.
        """
        ...

    def page_views_on(self, account: str, day: date) -> Iterator[dict[str, Any]]:
        """Return the fields of ``PageView`` of all objects of a UTC day; ``at`` is a text."""
        ...

    def put_json(self, key: str, document: Any) -> str:  # noqa: ANN401 - any JSON value
        """Write a JSON object under a key (canonical form); return the key."""
        ...

    def get_json(self, key: str) -> Any:  # noqa: ANN401
        """Return a JSON object; raises UnknownResourceError if there is none."""
        ...

    def list_json(self, prefix: str) -> list[Any]:
        """Return all JSON objects under a prefix, in order of key."""
        ...

    def put_report(self, account: str, name: str, document: Any) -> str:  # noqa: ANN401
        """Write a report under the hash of its content; return the key."""
        ...

    def put_manifest(self, manifest: Manifest) -> str:
        """Write a manifest under its data version; return the key."""
        ...

    def get_manifest(self, key: str) -> Manifest:
        """Return a manifest."""
        ...


class Facts(Protocol):
    """Fact tables as Parquet objects, worked on as tables of an in-process DuckDB."""

    def mount(
        self,
        db: duckdb.DuckDBPyConnection,
        objects: Objects,
        tables: Collection[str],
        models: Sequence[str] = MODELS,
    ) -> None:
        """Make each table a view over its objects; a table without objects is an empty one.

        ``models`` are the account's: the columns of ``credits`` follow them.
        """
        ...

    def save(
        self, db: duckdb.DuckDBPyConnection, account: str, table: str, partition: str, query: str
    ) -> str | None:
        """Write a query's rows, in their order, as one object named by its content.

        Returns the key, or None where there are no rows.
        """
        ...
