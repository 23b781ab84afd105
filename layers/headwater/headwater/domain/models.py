"""The names of the attribution models and of the roles that touches play in them."""

from __future__ import annotations

# An order's touches that decide its attribution (``domain.roles``).
ROLES = ("first_click", "new_lead", "reengaged_lead", "last_click")
# Of these models each gives everything to the touch of the role of its name.
SINGLE_TOUCH_MODELS = ROLES
MODELS = ("first_click", "last_click", "linear", "full_impact", "new_lead", "reengaged_lead")
