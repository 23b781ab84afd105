"""The hit queue in SQS."""
