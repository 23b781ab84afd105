"""Serves the tracking script and its loader."""

from typing import Any

from headwater.runtime import edge
from headwater.usecases.serve_script import serve_script


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer one request of a page that includes the script."""
    request = edge.request_of(event)
    answer = serve_script(
        request, sites=edge.sites, scripts=edge.scripts(), newer_sites=edge.newer_sites
    )
    edge.log(request, answer)
    return edge.response_of(answer)
