"""Access tokens in Secrets Manager."""
