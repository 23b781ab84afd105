"""Ad platforms and CRMs on this machine: a small server each, as faithful as their specifications.

``server`` puts an application on a socket and has the switches: faults, the clock, a record of the
calls. ``application`` is what all have in common, ``rules`` checks requests against what a vendor's
specification says, ``ad_book`` holds what ads cost. Each vendor's application is one module, and a
row of ``APPLICATIONS`` in ``registry``.
"""
