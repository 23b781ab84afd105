"""What the steps need from the outside world. Adapters implement these; tests fake them.

One module per owner. Those of the steps are imported from here, those of the store's directory, of
webhooks, of the tracking script and of live people from ``directory``, ``hooks``, ``scripts`` and
``people``, which need them.
"""

from headwater.usecases.ports.access import ApiKey
from headwater.usecases.ports.accounts import (
    Accounts,
    AdAccount,
    Bookmark,
    ChannelScript,
    CostBookmark,
    DirectoryBookmark,
    LeadBookmark,
    ListBookmark,
    Source,
    TrackingScript,
    Webhooks,
)
from headwater.usecases.ports.invocations import Clock, HitQueue, Pipeline
from headwater.usecases.ports.lake import Facts, Lake
from headwater.usecases.ports.runs import Mark, Marks, RunHead, Runs
from headwater.usecases.ports.stores import (
    OrderPage,
    OrderSource,
    OrderSources,
    RejectedRow,
    Secrets,
)
from headwater.usecases.ports.tables import Costs, Journeys, Orders

__all__ = [
    "Accounts",
    "AdAccount",
    "ApiKey",
    "Bookmark",
    "ChannelScript",
    "Clock",
    "CostBookmark",
    "Costs",
    "DirectoryBookmark",
    "Facts",
    "HitQueue",
    "Journeys",
    "Lake",
    "LeadBookmark",
    "ListBookmark",
    "Mark",
    "Marks",
    "OrderPage",
    "OrderSource",
    "OrderSources",
    "Orders",
    "Pipeline",
    "RejectedRow",
    "RunHead",
    "Runs",
    "Secrets",
    "Source",
    "TrackingScript",
    "Webhooks",
]
