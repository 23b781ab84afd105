"""Adapters on Amazon SES."""
