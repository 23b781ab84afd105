"""Headwater: from a store's revenue back to the click that it came from.

The rooms, from the inside out; an import may only point to the left:

``errors`` ← ``domain`` ← ``usecases`` ← ``adapters`` ← ``runtime`` ← the functions

* ``errors``: the error tree, by what the caller should do about it.
* ``domain``: the rules. Pure: no I/O, no clock, no environment.
* ``usecases``: one module per step of the pipeline; the ports that each step needs are in
  ``usecases.ports``.
* ``adapters``: what implements the ports. The only room with boto3 or HTTP.
* ``runtime``: the Lambda side: settings, logging, metrics, wiring.
"""
