"""The names of the attribution models and of the roles that touches play in them."""

from __future__ import annotations

# What a model can be called: part of a column's name.
MODEL_NAME = r"^[a-z][a-z0-9_]{0,31}$"
# An order's touches that decide its attribution (``domain.roles``).
ROLES = ("first_click", "new_lead", "reengaged_lead", "last_click")
# Every account has these; custom models are named in its settings.
MODELS = (
    "first_click",
    "last_click",
    "last_touch",
    "first_paid",
    "last_paid",
    "new_lead",
    "reengaged_lead",
    "linear",
    "full_impact",
    "full_funnel",
    "linear_all",
    "linear_channels",
    "position_based",
    "time_decay",
    "w_shaped",
    "markov",
)


# The roles of the touches that leads count for.
LEAD_ROLES = ("first_click", "new_lead")


def lead_role(model: str) -> str:
    """Return the role of the touch that a lead counts for under a model."""
    return "first_click" if model in ("first_click", "first_paid") else "new_lead"
