"""The outside world behind the ports: the only place with boto3 or HTTP."""
