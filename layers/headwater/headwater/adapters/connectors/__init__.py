"""Ad platforms and CRMs, read over their APIs by one small declarative engine.

A vendor is a row (``vendor.Vendor``): its hosts, how it wants to be asked who we are (``auth``),
what its errors mean (``classify``), how its lists are paged (``paginate``) and how fast we may
ask. ``caller`` makes the calls, ``listing`` reads pages into pydantic models, ``sources`` opens
connected sources. Each vendor's row, models and client are one module of ``vendors``.
"""
