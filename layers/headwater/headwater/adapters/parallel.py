"""Many small calls at once: waiting for AWS takes no processor."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# A boto3 client keeps ten connections open; eight threads never wait for one.
_THREADS = 8


def in_parallel[T, R](work: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """Apply a function to each item on a few threads; results are in the items' order.

    The first error is raised once all calls that have begun are over.
    """
    if len(items) <= 1:
        return [work(item) for item in items]
    with ThreadPoolExecutor(min(_THREADS, len(items))) as threads:
        return list(threads.map(work, items))
