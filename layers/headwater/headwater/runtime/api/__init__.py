"""The reports API: routes, their roles and models, and how errors are spelled."""
