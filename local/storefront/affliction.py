"""What faults make of an answer."""

from dataclasses import replace

from local.storefront.exchange import Response, gateway_problem, scope_problem
from local.storefront.faults import Fault, FaultKind
from local.storefront.quota import Allowance

_HTML = b"<html><head><title>%d</title></head><body><center><h1>%d</h1></center></body></html>"


def afflict(response: Response, struck: list[Fault], allowance: Allowance) -> Response:
    """Return what faults make of an answer: what replaces it first, then what damages it."""
    for fault in sorted(struck, key=lambda fault: not fault.kind.replaces):
        if fault.kind.replaces:
            response = _replace(response, fault, allowance)
        else:
            response = _damage(response, fault)
    return response


def _replace(response: Response, fault: Fault, allowance: Allowance) -> Response:
    date = {"Date": response.headers["Date"]}
    match fault.kind:
        case FaultKind.THROTTLE:
            spent = replace(allowance, left=0, reset_ms=fault.number(allowance.reset_ms))
            return gateway_problem(429).with_headers(date | spent.headers())
        case FaultKind.THROTTLE_BARE:
            return gateway_problem(429).with_headers(date)
        case FaultKind.FORBID_SCOPE:
            answer = scope_problem()
        case FaultKind.HTML:
            status = fault.number(502)
            answer = Response(status, _HTML % (status, status), "text/html")
        case FaultKind.EMPTY:
            answer = Response(fault.number(200))
        case FaultKind.UNAUTHORIZED:
            answer = gateway_problem(401)
        case _:
            answer = gateway_problem(fault.number(500))
    return answer.with_headers(response.headers)


def _damage(response: Response, fault: Fault) -> Response:
    match fault.kind:
        case FaultKind.TRUNCATE:
            return replace(response, body=response.body[: len(response.body) // 2])
        case FaultKind.RESET:
            return replace(response, reset=True)
        case FaultKind.SLOW:
            return replace(response, delay_ms=response.delay_ms + fault.number(1000))
        case _:
            return response
