"""Tests of the tracking in lines of a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SIGNS = {"passed": "✓", "failed": "✗", "skipped": "–", "waiting": "·"}
_REDIRECTED = 2


def item_lines(item: Mapping[str, Any]) -> list[str]:
    """Return an item's line, and below a failed one its cause and what to do."""
    seen = f"  ({item['seen']})" if item["seen"] else ""
    lines = [f"  {_SIGNS[item['state']]} {item['title']}{seen}"]
    if item["state"] == "failed":
        lines += [f"      why: {item['cause']}", f"      fix: {item['fix']}"]
    return lines


def step_lines(test: Mapping[str, Any]) -> Iterator[str]:
    """Yield the way to the page, where it is not reached at once, and what each step drops."""
    steps = test["steps"]
    if len(steps) < _REDIRECTED:
        return
    for step in steps:
        dropped = f"  drops {', '.join(step['dropped'])}" if step["dropped"] else ""
        yield f"  {step['status'] or 'not asked'} {step['url']}{dropped}"


def history_line(row: Mapping[str, Any]) -> str:
    """Return a test in a line."""
    what = row["verdict"] if row["state"] == "ended" else "running"
    failed = f": {', '.join(row['failed'])}" if row["failed"] else ""
    return f"{row['started_at'][:16]}  {row['kind']:<5}  {what}{failed}  {row['url']}"
