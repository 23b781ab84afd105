"""Keep leads: contacts that a CRM or a store knows, by whichever way they came."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from headwater.domain.imported_leads import ImportedLead
    from headwater.usecases.ports import Journeys


def keep_leads(
    account: str, leads: Sequence[ImportedLead], *, journeys: Journeys, now: datetime
) -> int:
    """Store leads with all that comes with them; return how many items were new or changed.

    Which node a lead's id stands for is written last: who finds it finds the rest as well.
    """
    changed = keep_lead_items(account, leads, journeys=journeys, now=now)
    nodes = {(lead.source, lead.external_id): lead.node for lead in leads}
    journeys.link_leads(account, nodes, now)
    return changed


def keep_lead_items(
    account: str, leads: Sequence[ImportedLead], *, journeys: Journeys, now: datetime
) -> int:
    """Store what leads did, and their profiles; return how many items were new or changed."""
    touchpoints = [touch for lead in leads for touch in lead.touchpoints]
    changed = journeys.add_touchpoints(account, touchpoints, now)
    opt_ins = [opt_in for lead in leads for opt_in in lead.opt_ins]
    changed += journeys.add_opt_ins(account, opt_ins, now)
    profiles = [lead.profile for lead in leads if lead.profile]
    return changed + journeys.add_profiles(account, profiles, now)
