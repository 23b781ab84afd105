"""What a store's lists may look like, read from scripted pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from headwater.adapters.bigcommerce.directory import BigCommerceDirectory
from headwater.adapters.bigcommerce.session import Listing
from headwater.domain.products import Product
from headwater.errors import StoreNotFoundError

CREATED = "2026-03-05T09:00:00Z"


def customer(number: int, **fields: object) -> dict[str, Any]:
    return {"id": number, "email": f"c{number}@shop.example", "date_created": CREATED} | fields


@dataclass
class ScriptedSession:
    """A session with lists by path; gives ``most`` rows at once, and says so if ``tells``."""

    lists: dict[str, list[Any]]
    most: int = 250
    tells: bool = True
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def page(self, resource: Any, query: Any, size: Any) -> Listing:  # noqa: ANN401
        self.asked.append((resource.path, dict(query)))
        if resource.path not in self.lists:
            raise StoreNotFoundError(resource.path)
        rows, limit = self.lists[resource.path], min(size.rows, self.most)
        start = (query["page"] - 1) * limit
        said = {"total": len(rows), "per_page": limit} if self.tells else {}
        return Listing(rows[start : start + limit], b"page", size.rows, datetime.now(UTC), said)


def read_all(session: ScriptedSession) -> list[int]:
    directory = BigCommerceDirectory(session, "shop")  # type: ignore[arg-type]
    found: list[int] = []
    passed, is_last = 0, False
    while not is_last:
        page = directory.customers(modified_since=None, passed=passed)
        found += [one.customer_id for one in page.rows]
        passed, is_last = page.passed, page.is_last
    return found


def test_a_list_that_says_nothing_of_itself_ends_with_a_short_page() -> None:
    session = ScriptedSession({"/v3/customers": [customer(n) for n in range(1, 301)]}, tells=False)
    assert read_all(session) == list(range(1, 301))
    assert len(session.asked) == 2


def test_a_store_that_quietly_gives_fewer_rows_than_asked_for_gives_them_all() -> None:
    session = ScriptedSession({"/v3/customers": [customer(n) for n in range(1, 121)]}, most=50)
    assert read_all(session) == list(range(1, 121))


def test_a_full_last_page_is_known_to_be_the_last() -> None:
    session = ScriptedSession({"/v3/customers": [customer(n) for n in range(1, 251)]})
    assert len(read_all(session)) == 250
    assert len(session.asked) == 1


def test_an_empty_list_is_no_list_of_pages() -> None:
    assert read_all(ScriptedSession({"/v3/customers": []})) == []


def test_a_bad_row_is_kept_with_its_reason_and_stops_no_other() -> None:
    rows = [customer(1, email="nobody"), customer(2, date_created="soon"), customer(3), "x"]
    directory = BigCommerceDirectory(ScriptedSession({"/v3/customers": rows}), "shop")  # type: ignore[arg-type]
    page = directory.customers(modified_since=None, passed=0)
    assert [one.customer_id for one in page.rows] == [3]
    assert len(page.rejected) == 3
    assert not [row for row in page.rejected if "nobody" in row.reason or "soon" in row.reason]


def test_a_bound_is_written_in_utc_with_its_zone() -> None:
    session = ScriptedSession({"/v3/customers": []})
    directory = BigCommerceDirectory(session, "shop")  # type: ignore[arg-type]
    since = datetime(2026, 11, 21, 14, 0, 1, tzinfo=UTC)
    directory.customers(modified_since=since, passed=0)
    assert session.asked[0][1]["date_modified:min"] == "2026-11-21T14:00:01Z"


def test_a_store_without_category_trees_names_its_categories_the_older_way() -> None:
    session = ScriptedSession(
        {
            "/v3/catalog/products": [{"id": 7, "name": "Mug", "cost_price": 0, "categories": [3]}],
            "/v3/catalog/categories": [{"id": 3, "name": "Kitchen"}],
        }
    )
    directory = BigCommerceDirectory(session, "shop")  # type: ignore[arg-type]
    assert directory.products([7]).rows == (Product("shop", 7, "Mug", categories=("Kitchen",)),)


def test_a_category_that_nobody_names_is_left_out() -> None:
    session = ScriptedSession({"/v3/catalog/products": [{"id": 7, "categories": [3]}]})
    directory = BigCommerceDirectory(session, "shop")  # type: ignore[arg-type]
    assert directory.products([7]).rows == (Product("shop", 7, ""),)
