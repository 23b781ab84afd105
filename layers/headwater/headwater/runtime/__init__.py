"""The Lambda side: settings, logs and metrics, the wiring of adapters to ports, and HTTP.

Nothing is imported here, for the collector's edge starts with the standard library and boto3 alone.
"""
