"""Reports that a vendor makes while we wait: submitted, and looked after until they are done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.errors import StoreUnavailableError, TooMuchDataError

if TYPE_CHECKING:
    from collections.abc import Callable

    from headwater.adapters.connectors.caller import Caller

# Seconds between two looks, ever longer; a report that takes more than all of them is asked for in
# smaller parts.
_FIRST_GAP, _LONGEST_GAP, _LONGEST_WAIT = 2.0, 30.0, 300.0


def await_job[Result](caller: Caller, look: Callable[[], Result | None]) -> Result:
    """Return a report's result as soon as there is one.

    Args:
        caller: waits.
        look: returns the result, or None while the report is being made.

    Raises:
        StoreUnavailableError: our own time is up.
        TooMuchDataError: the report takes too long. Also whatever ``look`` raises.
    """
    gap, waited = _FIRST_GAP, 0.0
    while (result := look()) is None:
        if waited >= _LONGEST_WAIT:
            message = f"the report was not made within {waited:.0f} s"
            raise TooMuchDataError(message)
        if not caller.wait(gap):
            message = "the report is not made yet"
            raise StoreUnavailableError(message)
        waited += gap
        gap = min(gap * 2, _LONGEST_GAP)
    return result
