"""Stamps the hits of a browser and queues them."""

from typing import Any

from headwater.runtime import edge
from headwater.usecases.collect_hits import collect_hits


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer one request of a browser."""
    request = edge.request_of(event)
    answer = collect_hits(
        request,
        sites=edge.sites,
        queue=edge.hit_queue(),
        clock=edge.clock(),
        limits=edge.limits(),
        newer_sites=edge.newer_sites,
    )
    edge.log(request, answer)
    return edge.response_of(answer)
