"""The engine's columns: what comes in.

Everything is a NumPy column; instants are µs since 1970, amounts minor units, and a contact, a
channel or a campaign is a whole number that stands for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from datetime import timedelta

    from numpy.typing import NDArray

    type Ints = NDArray[np.int64]
    type Bools = NDArray[np.bool_]

NONE = -1
# Earlier and later than every instant.
NEVER = np.iinfo(np.int64).min
LATER_THAN_ALL = np.iinfo(np.int64).max


def microseconds(span: timedelta) -> int:
    """Return a duration in whole microseconds."""
    return (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds


@dataclass(frozen=True, slots=True)
class Orders:
    """Order columns, in any order.

    Attributes:
        contact: the contact's code.
        placed_at: µs.
        gross: revenue, minor units; negative where the order gave money.
        net: the same less refunds.
        root: index of the order whose shares this one takes: a rebill's initial order, else itself.
        is_creditable: whether clicks can earn it; the others have no touches.
        is_begun_before: its subscription began before our history: pre-tracking in every model.
        is_new: the contact's first revenue order.
        is_initial: it opened a subscription.
        ends_cycle: it counts as a purchase for models that look back to the last one only.
    """

    contact: Ints
    placed_at: Ints
    gross: Ints
    net: Ints
    root: Ints
    is_creditable: Bools
    is_begun_before: Bools
    is_new: Bools
    is_initial: Bools
    ends_cycle: Bools

    def __len__(self) -> int:
        """Return the number of orders."""
        return len(self.contact)


@dataclass(frozen=True, slots=True)
class Touches:
    """Touch columns, sorted by (contact, at); touches at one instant stand in order of their ids.

    Attributes:
        contact: the contact's code.
        at: µs.
        channel: index in ``channels``; any type of whole numbers that holds it.
        campaign: index in ``campaigns``, likewise.
        is_direct: nothing says where the visit came from.
        is_paid: it came from an ad.
        is_referral: it came from another site without a campaign's marks.
        channels: names.
        campaigns: names.
    """

    contact: Ints
    at: Ints
    channel: Ints
    campaign: Ints
    is_direct: Bools
    is_paid: Bools
    is_referral: Bools
    channels: tuple[str, ...]
    campaigns: tuple[str, ...]

    def __len__(self) -> int:
        """Return the number of touches."""
        return len(self.at)

    def require_sorted(self) -> None:
        """Refuse touches in another order than (contact, at): sums would be silently wrong.

        Raises:
            ValueError: they are not sorted.
        """
        later = self.contact[1:] > self.contact[:-1]
        same = self.contact[1:] == self.contact[:-1]
        if not bool((later | (same & (self.at[1:] >= self.at[:-1]))).all()):
            message = "touches have to be sorted by contact and time"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Milestones:
    """What contacts did beside clicking and buying.

    Attributes:
        lead_at: per contact code, when he became a lead, µs, or ``NEVER``; a first order before
            any opt-in makes one.
        opted_in_at: per contact code, his first opt-in, µs, or ``LATER_THAN_ALL``.
        is_known_before: per contact code, he opted in or bought before tracking could see him.
        again_contact: the contacts of later opt-ins, sorted by (contact, at).
        again_at: their instants.
        tracking_start: µs; ``LATER_THAN_ALL`` where nothing was ever tracked.
    """

    lead_at: Ints
    opted_in_at: Ints
    is_known_before: Bools
    again_contact: Ints
    again_at: Ints
    tracking_start: int
