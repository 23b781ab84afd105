"""The names of the attribution models and of the roles that touches play in them."""

from __future__ import annotations

# What a model can be called: part of a column's name.
MODEL_NAME = r"^[a-z][a-z0-9_]{0,31}$"
# An order's touches that decide its attribution (``domain.roles``).
ROLES = ("first_click", "new_lead", "reengaged_lead", "last_click")
# Of these models each gives everything to the touch of the role of its name.
SINGLE_TOUCH_MODELS = ROLES
# Every account has these; custom models are named in its settings.
MODELS = ("first_click", "last_click", "linear", "full_impact", "new_lead", "reengaged_lead")


def lead_role(model: str) -> str:
    """Return the role of the touch that a lead counts for under a model."""
    return "first_click" if model in ("first_click", "first_paid") else "new_lead"
