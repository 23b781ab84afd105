"""The rules: revenue, identity, touchpoints, opt-ins, chains, roles, models, cost.

Pure functions and frozen dataclasses. No I/O, no clock, no environment, no AWS.
"""
