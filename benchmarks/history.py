"""A store's history as NumPy columns: who bought what when, and which clicks came before.

Drawn from distributions, with a fixed seed; nothing of the program takes part in making it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    type Ints = NDArray[np.int64]

CAMPAIGNS = 200
ADS_PER_CAMPAIGN = 3
# Marks of a touch: an ad's number, or one of these behind all ads.
ADS = CAMPAIGNS * ADS_PER_CAMPAIGN
DIRECT = ADS
REFERRERS = 40
MARKS = ADS + 1 + REFERRERS

_SEED = 20_261_121
_DAY = 86_400_000_000
# 2024-11-21 in µs since 1970; the history covers two years from there.
FIRST_INSTANT = 1_732_147_200_000_000
DAYS = 730
_CONTACTS_PER_ORDER = 0.6
_TOUCHES_PER_ORDER = 6
_DIRECT_SHARE, _REFERRER_SHARE = 0.25, 0.15
_OPT_IN_SHARE, _RE_OPT_IN_SHARE = 0.5, 0.1
_REFUND_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class History:
    """Columns of orders, touches and opt-ins. Instants are µs since 1970, amounts minor units.

    Orders are in time order; touches in that of the orders that they precede, ``touch_order``;
    a touch's ``device`` is 0 or 1. A contact's first opt-in, if any, stands in ``opt_in_at`` with
    its contact, his second in ``re_opt_in_at``.
    """

    contacts: int
    order_contact: Ints
    order_at: Ints
    gross: Ints
    refund: Ints
    touch_order: Ints
    touch_contact: Ints
    touch_at: Ints
    touch_mark: Ints
    touch_device: Ints
    opt_in_contact: Ints
    opt_in_at: Ints
    re_opt_in_contact: Ints
    re_opt_in_at: Ints


def make_history(orders: int) -> History:
    """Draw a history of so many orders, each with about six touches before it."""
    rng = np.random.default_rng(_SEED)
    contacts = max(int(orders * _CONTACTS_PER_ORDER), 1)
    # Everybody bought once; the other orders are repeats, most of them of few people.
    repeats = (contacts * rng.random(orders - contacts) ** 3).astype(np.int64)
    order_contact = np.concatenate([np.arange(contacts), repeats])
    order_at = FIRST_INSTANT + np.sort(rng.integers(0, DAYS * _DAY, orders))
    rng.shuffle(order_contact)
    gross = (rng.lognormal(8.5, 0.7, orders)).astype(np.int64) + 1
    refund = np.where(rng.random(orders) < _REFUND_SHARE, gross // 2, 0)
    touch_order = np.repeat(np.arange(orders), 1 + rng.poisson(_TOUCHES_PER_ORDER - 1, orders))
    lag = rng.exponential(10 * _DAY, len(touch_order)).astype(np.int64)
    first_bought = np.full(contacts, np.iinfo(np.int64).max)
    np.minimum.at(first_bought, order_contact, order_at)
    led = np.flatnonzero(rng.random(contacts) < _OPT_IN_SHARE)
    again = led[rng.random(len(led)) < _RE_OPT_IN_SHARE]
    before = rng.exponential(5 * _DAY, len(led)).astype(np.int64)
    return History(
        contacts=contacts,
        order_contact=order_contact,
        order_at=order_at,
        gross=gross,
        refund=refund,
        touch_order=touch_order,
        touch_contact=order_contact[touch_order],
        touch_at=order_at[touch_order] - lag,
        touch_mark=_marks(rng, len(touch_order)),
        touch_device=(rng.random(len(touch_order)) < 1 / 3).astype(np.int64),
        opt_in_contact=led,
        opt_in_at=first_bought[led] - before,
        re_opt_in_contact=again,
        re_opt_in_at=first_bought[again] + rng.integers(2 * _DAY, 60 * _DAY, len(again)),
    )


def _marks(rng: np.random.Generator, touches: int) -> Ints:
    """Draw what touches carry: campaigns by Zipf's law, their ads alike, direct, a referrer."""
    weights = 1 / np.arange(1, CAMPAIGNS + 1)
    campaign = rng.choice(CAMPAIGNS, touches, p=weights / weights.sum())
    ad = campaign * ADS_PER_CAMPAIGN + rng.integers(0, ADS_PER_CAMPAIGN, touches)
    referrer = DIRECT + 1 + rng.integers(0, REFERRERS, touches)
    kind = rng.random(touches)
    marks: Ints = np.where(
        kind < _DIRECT_SHARE,
        DIRECT,
        np.where(kind < _DIRECT_SHARE + _REFERRER_SHARE, referrer, ad),
    )
    return marks
